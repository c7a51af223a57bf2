"""The shipping gate looks at where goods end up, whatever way they take (ORD-52)."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .shipping_case import ShippingCase


@tagged("post_install", "-at_install")
class TestWays(ShippingCase):
    def transfers(self, order):
        """Return the open transfers of an order, those that can be done now."""
        return self.picking(order).filtered(lambda row: row.state == "assigned")

    def walk(self, order):
        """Do the steps inside the house; return the one that leaves."""
        for _step in range(3):
            for picking in self.transfers(order):
                if picking.picking_type_code == "outgoing":
                    return picking
                self.ship(picking)
                self.assertEqual(picking.state, "done")
            self.picking(order).action_assign()
        return self.transfers(order)

    def test_one_two_and_three_steps(self):
        """ORD-52: inside the house it passes; the last step is held, then leaves."""
        for inside, steps in enumerate(("ship_only", "pick_ship", "pick_pack_ship")):
            self.warehouse.delivery_steps = steps
            order = self.released()
            with self.subTest(steps):
                last = self.walk(order)
                done = order.picking_ids.filtered(lambda row: row.state == "done")
                self.assertEqual(len(done), inside)
                with self.assertRaisesRegex(UserError, "Delivery application"):
                    self.ship(last)
                self.assertFalse(order.order_line.qty_delivered)
                self.applied(order)
                self.ship(last)
                self.assertEqual(order.order_line.qty_delivered, 100)
                self.assertEqual(len(order.dispatch_notice_ids), 1)

    def test_another_address_than_was_verified(self):
        """ORD-52: verified for one address, it leaves for no other, in any steps."""
        elsewhere = self.env["res.partner"].create({"name": "Hill", "street": "9 Hill"})
        for steps in ("ship_only", "pick_ship", "pick_pack_ship"):
            self.warehouse.delivery_steps = steps
            order = self.released()
            self.applied(order)
            with self.subTest(steps):
                last = self.walk(order).with_user(self.people["warehouse"])
                verified = last.partner_id
                self.assertEqual(verified, order.partner_shipping_id)
                last.partner_id = elsewhere
                with self.assertRaisesRegex(UserError, "goes to Hill, but the deliv"):
                    with self.cr.savepoint():
                        self.ship(last)
                last.partner_id = verified
                self.ship(last)
                self.assertEqual(last.state, "done")
                self.assertIn("1 Harbour Road", order.dispatch_notice_ids.address)

    def test_another_address_on_the_order(self):
        """ORD-52: changed and applied for anew, the transfer has to follow."""
        order = self.released()
        picking = self.picking(order)
        elsewhere = self.env["res.partner"].create(
            {
                "name": "Hill",
                "street": "9 Hill",
                "parent_id": order.partner_id.id,
                "type": "delivery",
            }
        )
        order.partner_shipping_id = elsewhere
        self.applied(order)
        with self.assertRaisesRegex(UserError, "is .*Hill: correct"):
            with self.cr.savepoint():
                self.ship(picking)
        picking.partner_id = elsewhere
        self.ship(picking)
        self.assertIn("9 Hill", order.dispatch_notice_ids.address)

    def test_line_that_ends_elsewhere(self):
        """TIER-06: a pick whose operation goes straight to the customer is held."""
        self.warehouse.delivery_steps = "pick_ship"
        order = self.released()
        pick = self.transfers(order)
        customers = self.env.ref("stock.stock_location_customers")
        pick.move_line_ids.location_dest_id = customers
        with self.assertRaisesRegex(UserError, "Delivery application"):
            self.ship(pick)

    def test_straight_from_the_supplier(self):
        """ORD-52: a supplier's delivery to the customer is held as well."""
        order = self.released()
        move = order.order_line.move_ids
        suppliers = self.env.ref("stock.stock_location_suppliers")
        picking = self.picking(order)
        picking.do_unreserve()
        picking.location_id = suppliers
        move.location_id = suppliers
        picking.action_assign()
        with self.assertRaisesRegex(UserError, "Delivery application"):
            self.ship(picking, 100)
        self.applied(order)
        self.assertTrue(picking.leads_to_customer)
        verified = picking.partner_id
        picking.partner_id = self.people["warehouse"].partner_id
        with self.assertRaisesRegex(UserError, "goes to"), self.cr.savepoint():
            self.ship(picking, 100)
        picking.partner_id = verified
        self.ship(picking, 100)
        self.assertEqual(order.order_line.qty_delivered, 100)

    def test_several_transfers_at_once(self):
        """ORD-52: validated together, one that may not leave keeps all back."""
        first, second = self.released(), self.released()
        self.applied(first)
        pickings = self.picking(first) | self.picking(second)
        pickings.action_assign()
        pickings.move_ids.picked = True
        with self.assertRaisesRegex(UserError, second.name):
            pickings.button_validate()
        self.assertFalse(first.order_line.qty_delivered)
        self.applied(second)
        pickings.button_validate()
        self.assertEqual(set(pickings.mapped("state")), {"done"})

    def test_return_comes_in_and_exchange_is_held(self):
        """ORD-52: what comes back comes in; what goes out for it is applied for."""
        order = self.released()
        self.applied(order)
        picking = self.ship(self.picking(order)).with_env(self.env)
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        wizard.product_return_moves.write({"quantity": 10, "to_refund": True})
        wizard.action_create_exchanges()
        back = order.picking_ids.filtered(
            lambda row: row.picking_type_code == "incoming" or row.return_id
        )
        self.assertTrue(back)
        self.ship(back, 10)
        self.assertEqual(back.state, "done")
        out = self.picking(order)
        self.assertEqual(out.move_ids.location_dest_id.usage, "customer")
        out.action_assign()
        with self.assertRaisesRegex(UserError, "Delivery application"):
            self.ship(out)
        self.applied(order)
        self.ship(out)
        self.assertEqual(out.state, "done")

    def test_to_a_customer_inside_a_loose_transfer(self):
        """TIER-06: an internal transfer that ends at a customer is no internal one."""
        customers = self.env.ref("stock.stock_location_customers")
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.int_type_id.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": customers.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.poster.id,
                            "product_uom_qty": 5,
                            "location_id": self.warehouse.lot_stock_id.id,
                            "location_dest_id": customers.id,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        with self.assertRaisesRegex(UserError, "Delivery application"):
            self.ship(picking)
