"""Batches, waves and drop-shipping, with the modules of Odoo that bring them (ORD-52).

Drop-shipping is no part of the company's database: here it is installed beside it, in a
private copy.
"""

from odoo import Command
from odoo.addons.order_confirmation.tests.shipping_case import ShippingCase
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.tests import tagged
from odoo.tools import config
from test_races import Committed

BESIDE = ["stock_dropshipping"]


@tagged("post_install", "-at_install")
class TestElsewhere(ShippingCase, Committed):
    @classmethod
    def load(cls, name):
        """Load the copy with those modules installed."""
        enabled = config["test_enable"]
        config["test_enable"] = False
        try:
            return Registry.new(name, update_module=True, install_modules=BESIDE)
        finally:
            config["test_enable"] = enabled

    def ready(self):
        """Return the reserved deliveries of two orders, of which one is applied for."""
        first, second = self.released(), self.released()
        self.applied(first)
        pickings = self.picking(first) | self.picking(second)
        pickings.action_assign()
        pickings.move_ids.picked = True
        return second, pickings

    def refused(self, batch, order):
        with self.assertRaisesRegex(UserError, order.name):
            batch.action_done()
        self.env.invalidate_all()
        self.assertNotIn("done", batch.picking_ids.mapped("state"))

    def test_batch(self):
        """ORD-52: a batch waits for every order in it, then leaves as a whole."""
        order, pickings = self.ready()
        batch = self.env["stock.picking.batch"].create(
            {
                "company_id": self.company.id,
                "picking_type_id": self.warehouse.out_type_id.id,
                "picking_ids": [Command.set(pickings.ids)],
            }
        )
        batch.action_confirm()
        self.refused(batch, order)
        self.applied(order)
        batch.action_done()
        self.assertEqual(set(pickings.mapped("state")), {"done"})
        self.assertEqual(len(pickings.dispatch_notice_ids), 2)

    def test_wave(self):
        """ORD-52: a wave of operations is held in the same way."""
        order, pickings = self.ready()
        wave = self.env["stock.picking.batch"].create(
            {
                "is_wave": True,
                "company_id": self.company.id,
                "picking_type_id": self.warehouse.out_type_id.id,
            }
        )
        pickings.move_line_ids._add_to_wave(wave)
        wave.action_confirm()
        wave.move_line_ids.picked = True
        self.refused(wave, order)
        self.applied(order)
        wave.action_done()
        self.assertEqual(set(wave.picking_ids.mapped("state")), {"done"})
        self.assertEqual(order.order_line.qty_delivered, 100)

    def test_drop_shipping(self):
        """ORD-52: what goes from the supplier to the customer is applied for, too."""
        supplier = self.env["res.partner"].create({"name": "Poster works"})
        # Nothing is taken back after a test.
        self.addCleanup(self.poster.write, {"route_ids": [Command.clear()]})
        self.poster.write(
            {
                "route_ids": [
                    Command.set(
                        self.env.ref("stock_dropshipping.route_drop_shipping").ids
                    )
                ],
                "seller_ids": [
                    Command.create({"partner_id": supplier.id, "price": 1.0})
                ],
            }
        )
        order = self.released()
        purchase = order.order_line.purchase_line_ids.order_id or self.env[
            "purchase.order"
        ].search([("partner_id", "=", supplier.id)])
        purchase.button_confirm()
        picking = purchase.picking_ids
        self.assertEqual(picking.location_dest_id.usage, "customer")
        self.assertEqual(picking.location_id.usage, "supplier")
        picking.move_ids.write({"quantity": 100, "picked": True})
        with self.assertRaisesRegex(UserError, "Delivery application"):
            picking.button_validate()
        self.applied(order)
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        self.assertEqual(order.order_line.qty_delivered, 100)
