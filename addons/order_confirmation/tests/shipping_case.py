"""Ground for the stories of shipping: goods in stock, orders released, a customer."""

from base64 import b64encode
from io import BytesIO

from odoo import Command
from PIL import Image, ImageDraw

from .order_case import OrderCase


def drawn_signature():
    """Return a drawn signature as the portal sends it: a PNG, base64 text."""
    picture = Image.new("RGBA", (200, 60), (0, 0, 0, 0))
    ImageDraw.Draw(picture).line([(5, 50), (90, 10), (190, 45)], (0, 0, 0, 255), 3)
    buffer = BytesIO()
    picture.save(buffer, "PNG")
    return b64encode(buffer.getvalue()).decode()


class ShippingCase(OrderCase):
    """At the shipping gate nothing but the delivery application is asked for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for role in ("warehouse", "merchandiser"):
            cls.people[role] = cls._person(role)
        cls.service = cls.people["customer_service"]
        cls.clerk = cls.people["shipping"]
        cls.seller = cls.people["salesperson"]
        cls.poster, cls.banner = cls.env["product.product"].create(
            [
                {"name": name, "default_code": code, "is_storable": True}
                for name, code in (("Poster", "POS-1"), ("Banner", "BAN-1"))
            ]
        )
        for product in cls.poster | cls.banner:
            cls.env["stock.quant"]._update_available_quantity(
                product, cls.warehouse.lot_stock_id, 10000
            )
        cls.env["release.rule"].search(
            [
                ("gate_id.code", "=", "shipping"),
                ("requirement_id.never_waived", "=", False),
            ]
        ).treatment = "waived"
        cls.exempt = cls.env["order.kind"].create(
            {
                "name": "Released before",
                "exempt": True,
                "group_ids": [Command.link(cls.env.ref("base.group_user").id)],
            }
        )
        cls.customers["b"].write({"phone": "06 765 4321"})

    def released(self, *quantities, tier="b", **values):
        """Return a released order of posters, then banners."""
        products = (self.poster, self.banner)
        order = self.order(
            tier,
            order_kind_id=self.exempt.id,
            order_line=[
                Command.create({"product_id": goods.id, "product_uom_qty": quantity})
                for goods, quantity in zip(products, quantities or (100,), strict=False)
            ],
            **values,
        )
        order.action_confirm()
        order.order_kind_id = False
        self.assertTrue(order.release_controlled)
        return order

    def draft(self, order, *quantities):
        """Return the application that customer service makes on the order."""
        action = order.with_user(self.service).action_apply_for_delivery()
        application = self.env["delivery.application"].with_user(self.service)
        application = application.browse(action["res_id"])
        for line, quantity in zip(application.line_ids, quantities, strict=False):
            line.quantity = quantity
        return application

    def tick(self, application):
        """Verify every item with the customer."""
        application.with_user(self.service).check_ids.write(
            {"verified": True, "note": "telephoned Ms Lin"}
        )

    def applied(self, order, *quantities):
        """Return a signed application, for all that is left unless told otherwise."""
        application = self.draft(order, *quantities)
        self.tick(application)
        self.sign(application, "delivery_application", "customer_service")
        return application

    def picking(self, order):
        """Return the open delivery of an order."""
        ended = ("done", "cancel")
        return order.picking_ids.filtered(lambda row: row.state not in ended)

    def ship(self, picking, *quantities, user=None):
        """Validate a delivery as warehouse; what is not shipped stays to follow."""
        picking = picking.with_user(user or self.people["warehouse"])
        picking.action_assign()
        for move, quantity in zip(picking.move_ids, quantities, strict=False):
            move.quantity = quantity
        picking.move_ids.picked = True
        picking.with_context(skip_backorder=True).button_validate()
        return picking

    def fact(self, order, shipping=None):
        """Return what the gate is told of the applications of one order."""
        return order._application_facts(shipping)[order.id]

    def loose_picking(self, quantity=5, **values):
        """Return a transfer to a customer that no order stands behind."""
        picking = self.env["stock.picking"].create(
            {
                "partner_id": self.customers["b"].id,
                "picking_type_id": self.warehouse.out_type_id.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.poster.id,
                            "product_uom_qty": quantity,
                            "product_uom": self.poster.uom_id.id,
                            "location_id": self.warehouse.lot_stock_id.id,
                            "location_dest_id": self.env.ref(
                                "stock.stock_location_customers"
                            ).id,
                        }
                    )
                ],
                **values,
            }
        )
        picking.action_confirm()
        return picking

    def notice(self, quantity=100):
        """Return the notice of an order that has left."""
        order = self.released(quantity)
        self.applied(order)
        self.ship(self.picking(order))
        return order.dispatch_notice_ids

    def sent(self, **values):
        """Return a notice that was sent to the customer."""
        notice = self.notice().with_user(self.clerk)
        notice.write(
            {"carrier": "Blue Lorry", "expected_arrival": "2030-02-01", **values}
        )
        notice.action_send()
        return notice
