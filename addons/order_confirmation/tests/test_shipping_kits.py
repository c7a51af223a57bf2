"""Kits leave part by part, counted as kits; nothing hides behind a kit (TIER-06)."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .shipping_case import ShippingCase


@tagged("post_install", "-at_install")
class TestKits(ShippingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.fair, cls.inner, cls.gold = cls.env["product.product"].create(
            [
                {"name": "Fair set", "default_code": "SET-1"},
                {"name": "Hanging set", "default_code": "SET-2"},
                {"name": "Gold leaf", "default_code": "AU", "is_storable": True},
            ]
        )
        cls.env["stock.quant"]._update_available_quantity(
            cls.gold, cls.warehouse.lot_stock_id, 10000
        )
        # Three posters and a hanging set, which is a banner.
        cls.kit(cls.inner, (cls.banner, 1))
        cls.kit(cls.fair, (cls.poster, 3), (cls.inner, 1))

    @classmethod
    def kit(cls, product, *parts):
        return cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": part.id, "product_qty": quantity})
                    for part, quantity in parts
                ],
            }
        )

    def sets(self, quantity=10):
        """Return a released order of sets."""
        line = {"product_id": self.fair.id, "product_uom_qty": quantity}
        order = self.order(
            order_kind_id=self.exempt.id, order_line=[Command.create(line)]
        )
        order.action_confirm()
        order.order_kind_id = False
        self.assertTrue(order.release_controlled)
        return order

    def leaves(self, order, posters, banners):
        """Ship so many of each part."""
        picking = self.picking(order).with_user(self.people["warehouse"])
        picking.action_assign()
        for move in picking.move_ids:
            wanted = posters if move.product_id == self.poster else banners
            move.quantity = wanted
            move.picked = bool(wanted)
        picking.with_context(skip_backorder=True).button_validate()
        return picking

    def test_kits_leave_under_their_application(self):
        """TIER-06, ORD-52: ten sets applied for are thirty posters, ten banners."""
        order = self.sets()
        application = self.applied(order)
        self.assertEqual(application.line_ids.quantity, 10)
        self.leaves(order, 30, 10)
        self.assertEqual(order.order_line.qty_delivered, 10)
        self.assertEqual(application.state, "done")

    def test_more_kits_than_applied_for(self):
        """TIER-06, ORD-52: of each part no more than the sets applied for take."""
        order = self.sets()
        self.applied(order, 5)
        for posters, banners in ((30, 10), (16, 5), (15, 6), (16, 0)):
            with self.subTest(posters=posters, banners=banners):
                with self.assertRaisesRegex(UserError, "Delivery application"):
                    with self.cr.savepoint():
                        self.leaves(order, posters, banners)
        self.leaves(order, 15, 5)
        self.assertEqual(order.order_line.qty_delivered, 5)

    def test_part_after_part(self):
        """TIER-06, ORD-52: a set counts once, with its first part."""
        order = self.sets()
        application = self.applied(order)
        self.leaves(order, 30, 0)
        self.assertEqual(order.order_line.qty_delivered, 0)
        self.assertEqual(application.state, "signed", "the banners have still to go")
        self.leaves(order, 0, 10)
        self.assertEqual(order.order_line.qty_delivered, 10)
        self.assertEqual(application.state, "done")

    def test_half_a_kit_is_cleared_money(self):
        """TIER-06, ORD-50: posters alone use up what was cleared for their sets."""
        order = self.sets()
        line = order.order_line
        self.applied(order)
        self.leaves(order, 15, 0)
        self.assertTrue(order._not_covered({line.id: 5.0}, {line.id: 5.0}))
        self.assertFalse(order._not_covered({line.id: 5.0}, {line.id: 0.0}))

    def test_nothing_hides_behind_a_stranger_s_kit(self):
        """TIER-06: gold on the posters' line, as part of a kit nobody ordered."""
        stranger = self.kit(
            self.env["product.product"].create({"name": "Stranger"}),
            (self.gold, 1),
            (self.poster, 1000),
        )
        order, sets = self.released(), self.sets()
        for mine in (order, sets):
            self.applied(mine)
        gold, posters = stranger.bom_line_ids
        attacks = (
            (order, self.gold, gold, "cannot leave for"),
            (sets, self.gold, gold, "cannot leave for"),
            # Another product as a part of the kit that was ordered.
            (sets, self.gold, sets.picking_ids.move_ids.bom_line_id[:1],
             "cannot leave for"),
            # A kit of a thousand posters makes no posters of one thousandth.
            (order, self.poster, posters, "Delivery application"),
        )  # fmt: skip
        for attacked, product, part, words in attacks:
            with self.subTest(order=attacked.name, part=part.display_name):
                with self.assertRaisesRegex(UserError, words), self.cr.savepoint():
                    self.adds(attacked, product, part)

    def adds(self, order, product, part):
        """Add a move to the order's delivery as a stock user, and ship all."""
        picking = self.picking(order).with_user(self.people["warehouse"])
        picking.action_assign()
        picking.move_ids.picked = True
        self.env["stock.move"].with_user(self.people["warehouse"]).create(
            {
                "picking_id": picking.id,
                "product_id": product.id,
                "product_uom_qty": 500,
                "quantity": 500,
                "picked": True,
                "location_id": picking.location_id.id,
                "location_dest_id": picking.location_dest_id.id,
                "sale_line_id": order.order_line.id,
                "bom_line_id": part.id,
            }
        )
        picking.with_context(skip_backorder=True).button_validate()
