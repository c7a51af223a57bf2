"""What delivery applications let leave, and what not (ORD-52, TIER-06)."""

from odoo import Command
from odoo.addons.order_confirmation.coverage import Grant, ceiling, tops
from odoo.exceptions import UserError
from odoo.tests import tagged

from .shipping_case import ShippingCase


@tagged("post_install", "-at_install")
class TestCoverage(ShippingCase):
    """ORD-52: how far grants reach, one after the other."""

    def test_reach(self):
        for grants, expected in (
            ([], []),
            ([(0, 40)], [40]),
            ([(0, 40), (0, 60)], [40, 100]),
            ([(0, 40), (40, 60)], [40, 100]),
            ([(0, 100), (40, 10)], [100, 110]),
            ([(40, 60)], [100]),
            ([(0, 100), (100, 100)], [100, 200]),
        ):
            with self.subTest(grants):
                chain = [Grant(*grant) for grant in grants]
                self.assertEqual(tops(chain), expected)
                self.assertEqual(ceiling(chain), max(expected, default=0))


@tagged("post_install", "-at_install")
class TestGate(ShippingCase):
    """ORD-52: no application, no shipment, in part or whole."""

    def test_without_application(self):
        """ORD-52: refused, with what is missing and from whom; nothing has left."""
        order = self.released()
        with self.assertRaisesRegex(
            UserError, "Delivery application.*no delivery application yet"
        ) as refusal:
            self.ship(self.picking(order))
        self.assertIn("Customer service", str(refusal.exception))
        self.assertIn("waiting since", str(refusal.exception))

    def test_draft_is_not_enough(self):
        """ORD-52: an application that is not signed lets nothing leave."""
        order = self.released()
        application = self.draft(order)
        with self.assertRaisesRegex(UserError, f"{application.name} is not signed yet"):
            self.ship(self.picking(order))

    def test_whole(self):
        """ORD-52: signed for all, all leaves, and the application is used up."""
        order = self.released()
        application = self.applied(order)
        self.ship(self.picking(order))
        self.assertEqual(order.order_line.qty_delivered, 100)
        self.assertEqual(application.state, "done")
        self.assertTrue(self.fact(order).met)

    def test_more_than_applied_for(self):
        """ORD-52: a larger quantity than applied for does not leave."""
        order = self.released()
        self.applied(order, 60)
        line = order.order_line
        self.assertTrue(self.fact(order, {line.id: 60}).met)
        fact = self.fact(order, {line.id: 60.5})
        self.assertFalse(fact.met)
        self.assertIn("Poster 0.5 Units", fact.detail)
        with self.assertRaisesRegex(UserError, "not applied for.*Poster 40 Units"):
            self.ship(self.picking(order))

    def test_partial_deliveries(self):
        """ORD-52: part by part, each under its own application."""
        order = self.released()
        first = self.applied(order, 40)
        self.ship(self.picking(order), 40)
        self.assertEqual(first.state, "done")
        self.assertFalse(self.fact(order).met)
        self.assertIn("has left", self.fact(order).detail)
        second = self.draft(order)
        self.assertEqual(second.line_ids.quantity, 60)
        with self.assertRaises(UserError):
            self.ship(self.picking(order), 1)
        self.tick(second)
        self.sign(second, "delivery_application", "customer_service")
        self.ship(self.picking(order))
        self.assertEqual(second.state, "done")

    def test_two_shipments_under_one_application(self):
        """ORD-52: one application may be used in parts, not twice."""
        order = self.released()
        application = self.applied(order, 50)
        self.ship(self.picking(order), 30)
        self.assertEqual(application.state, "signed")
        with self.assertRaisesRegex(UserError, "not applied for"):
            self.ship(self.picking(order), 30)
        picking = self.picking(order)
        picking.move_ids.quantity = 20
        self.ship(picking, 20)
        self.assertEqual(application.state, "done")

    def test_address_changed_after_a_part_has_left(self):
        """ORD-52: the rest needs an application of its own, and one is enough."""
        order = self.released()
        first = self.applied(order)
        self.ship(self.picking(order), 40)
        order.delivery_contact = "Mr Wu"
        self.assertEqual(first.state, "void")
        first.action_take_over()
        self.tick(first)
        with self.assertRaisesRegex(UserError, "apply anew for the rest"):
            self.sign(first, "delivery_application", "customer_service")
        second = self.applied(order)
        self.assertEqual(second.line_ids.quantity, 60)
        line = order.order_line
        self.assertTrue(self.fact(order, {line.id: 60}).met)
        self.assertFalse(self.fact(order, {line.id: 61}).met)

    def test_used_up_application_survives_a_later_change(self):
        """ORD-15: goods that have left keep the application they left under."""
        order = self.released()
        first = self.applied(order, 40)
        self.ship(self.picking(order), 40)
        order.delivery_contact = "Mr Wu"
        self.assertEqual(first.state, "done")
        self.assertTrue(first._signoff_valid(["delivery_application"]))

    def test_goods_that_came_back_need_another_application(self):
        """ORD-52: return to the customer alike: the old application is used up."""
        order = self.released()
        self.applied(order)
        picking = self.ship(self.picking(order))
        back = self.env["stock.return.picking"].create({"picking_id": picking.id})
        back.product_return_moves.write({"quantity": 100, "to_refund": True})
        action = back.action_create_returns()
        returned = self.env["stock.picking"].browse(action["res_id"])
        returned.move_ids.write({"quantity": 100, "picked": True})
        returned.button_validate()
        self.assertEqual(returned.state, "done")
        self.assertEqual(order.order_line.qty_delivered, 0)
        again = self.env["stock.return.picking"].create({"picking_id": returned.id})
        again.product_return_moves.quantity = 100
        out = self.env["stock.picking"].browse(again.action_create_returns()["res_id"])
        self.assertEqual(out.move_ids.location_dest_id.usage, "customer")
        with self.assertRaisesRegex(UserError, "Delivery application"):
            self.ship(out)
        self.applied(order)
        self.ship(out)
        self.assertEqual(out.state, "done")

    def test_two_products(self):
        """ORD-52: each line is covered for itself."""
        order = self.released(100, 20)
        application = self.draft(order)
        application.line_ids[1].unlink()
        self.tick(application)
        self.sign(application, "delivery_application", "customer_service")
        with self.assertRaisesRegex(UserError, "not applied for.*Banner 20"):
            self.ship(self.picking(order))

    def test_product_added_by_hand(self):
        """TIER-06: goods slipped into a transfer of an order do not leave unasked."""
        order = self.released()
        self.applied(order)
        picking = self.picking(order)
        picking.move_ids.copy(
            {"product_id": self.banner.id, "product_uom_qty": 7, "sale_line_id": False}
        )
        picking.action_confirm()
        added = picking.move_ids.filtered(lambda move: move.product_id == self.banner)
        self.assertFalse(added.sale_line_id)
        with self.assertRaisesRegex(UserError, "Banner 7"):
            self.ship(picking)

    def test_more_of_the_same_added_by_hand(self):
        """TIER-06: more of the order's product counts as that product."""
        order = self.released()
        self.applied(order)
        picking = self.picking(order)
        picking.move_ids.copy({"product_uom_qty": 7, "sale_line_id": False})
        picking.action_confirm()
        with self.assertRaisesRegex(UserError, "Poster 7"):
            self.ship(picking)

    def test_transfer_that_names_the_order_only(self):
        """ORD-52: made by hand under the order's number, it is no second delivery."""
        order = self.released()
        self.applied(order)
        elsewhere = self.customers["b"].copy({"name": "Hill", "street": "9 Hill"})
        transfer = self.named_only(order)
        transfer.partner_id = elsewhere
        with self.assertRaisesRegex(UserError, "goes to Hill, but the deliv"):
            with self.cr.savepoint():
                self.ship(transfer)
        transfer.partner_id = order.partner_shipping_id
        self.ship(transfer)
        self.assertEqual(transfer.state, "done")
        self.assertEqual(transfer.move_ids.sale_line_id, order.order_line)
        self.assertEqual(order.order_line.qty_delivered, 100)
        self.assertEqual(order.dispatch_notice_ids.picking_id, transfer)
        self.assertEqual(order.delivery_application_ids.state, "done")
        with self.assertRaisesRegex(UserError, "Delivery application"):
            self.ship(self.named_only(order))

    def test_order_that_is_cancelled(self):
        """ORD-52: goods made for it stay, whatever application was signed before."""
        order = self.released()
        application = self.applied(order)
        transfer = self.named_only(order)
        order._action_cancel()
        self.assertIn("cancelled", application.next_step)
        with self.assertRaisesRegex(UserError, f"{order.name} is cancelled, or not"):
            self.ship(transfer)
        self.assertNotEqual(transfer.state, "done")

    def named_only(self, order):
        """Return a transfer of 100 posters that names the order, and no line of it."""
        moves = [
            Command.create(
                {
                    "product_id": self.poster.id,
                    "product_uom_qty": 100,
                    "product_uom": self.poster.uom_id.id,
                    "location_id": self.warehouse.lot_stock_id.id,
                    "location_dest_id": self.env.ref(
                        "stock.stock_location_customers"
                    ).id,
                    "reference_ids": [Command.set(order.stock_reference_ids.ids)],
                }
            )
        ]
        transfer = self.loose_picking(move_ids=moves)
        self.assertEqual(transfer.move_ids._release_orders(), order)
        self.assertFalse(transfer.move_ids.sale_line_id)
        return transfer

    def test_correction_of_what_has_left(self):
        """A quantity corrected down after the shipment is not counted twice."""
        order = self.released()
        self.applied(order)
        picking = self.ship(self.picking(order))
        picking.move_ids.quantity = 90
        self.assertEqual(order.order_line.qty_delivered, 90)
        with self.assertRaisesRegex(UserError, "not applied for"):
            picking.move_ids.quantity = 101

    def test_order_outside_the_rules(self):
        """TIER-10: an exempt order ships as in bare Odoo, and makes no notice."""
        order = self.released()
        order.order_kind_id = self.exempt
        self.ship(self.picking(order))
        self.assertEqual(order.order_line.qty_delivered, 100)
        self.assertFalse(order.dispatch_notice_ids)

    def test_units(self):
        """Dozens ordered, pieces shipped: compared in the unit of the order line."""
        order = self.released()
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self.order(
            order_kind_id=self.exempt.id,
            order_line=[
                Command.create(
                    {
                        "product_id": self.poster.id,
                        "product_uom_qty": 2,
                        "product_uom_id": dozen.id,
                    }
                )
            ],
        )
        order.action_confirm()
        order.order_kind_id = False
        application = self.applied(order, 1)
        self.assertEqual(application.line_ids.product_uom_id, dozen)
        with self.assertRaisesRegex(UserError, "Poster 1 Dozens"):
            self.ship(self.picking(order), 24)
        self.ship(self.picking(order), 12)
        self.assertEqual(application.state, "done")


@tagged("post_install", "-at_install")
class TestWithoutOrder(ShippingCase):
    """ORD-52: goods without an order: return to customer, repaired goods."""

    def applied_for(self, picking):
        action = picking.with_user(self.service).action_apply_for_delivery()
        application = self.env["delivery.application"].with_user(self.service)
        application = application.browse(action["res_id"])
        self.tick(application)
        self.sign(application, "delivery_application", "customer_service")
        return application

    def test_blocked(self):
        """ORD-52: no application, no shipment; the refusal says who makes one."""
        picking = self.loose_picking()
        self.assertTrue(picking.needs_application)
        with self.assertRaisesRegex(
            UserError, "Delivery application.*Poster 5.*Customer service"
        ):
            self.ship(picking)

    def test_with_application(self):
        """ORD-52: an application of its own lets it leave, and a notice is made."""
        picking = self.loose_picking()
        application = self.applied_for(picking)
        self.assertEqual(application.contact, "Customer B")
        self.assertEqual(application.phone, "06 765 4321")
        self.assertFalse(picking.needs_application)
        self.ship(picking)
        self.assertEqual(picking.state, "done")
        self.assertEqual(application.state, "done")
        self.assertEqual(len(picking.dispatch_notice_ids), 1)

    def test_more_than_applied_for(self):
        """ORD-52: five applied for, eight do not leave."""
        picking = self.loose_picking()
        self.applied_for(picking)
        with self.assertRaisesRegex(UserError, "Poster 3"):
            self.ship(picking, 8)

    def test_to_somebody_else(self):
        """ORD-15: the transfer goes to another customer: void."""
        picking = self.loose_picking()
        application = self.applied_for(picking)
        picking.partner_id = self.customers["a"]
        self.assertEqual(application.state, "void")
        with self.assertRaisesRegex(UserError, "Delivery application"):
            self.ship(picking)

    def test_move_without_transfer(self):
        """TIER-06: a move of its own leads nowhere."""
        move = self.loose_picking().move_ids.copy({"picking_id": False})
        move._action_confirm(merge=False)
        move.write({"quantity": 5, "picked": True})
        with self.assertRaisesRegex(UserError, "Delivery application"):
            move._action_done()

    def test_application_of_another_transfer(self):
        """ORD-52: an application counts for its transfer and no other."""
        self.applied_for(self.loose_picking())
        with self.assertRaisesRegex(UserError, "Delivery application"):
            self.ship(self.loose_picking())

    def test_release_control_off(self):
        """TIER-10: without release control a transfer leaves as in bare Odoo."""
        self.sign(self.company, "release_control_off", "sales_director")
        picking = self.loose_picking()
        self.assertFalse(picking.needs_application)
        self.ship(picking)
        self.assertEqual(picking.state, "done")
        self.assertFalse(picking.dispatch_notice_ids)
