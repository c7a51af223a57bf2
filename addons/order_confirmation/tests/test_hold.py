"""Not feasible: on hold with the reason, and what can be offered instead (ORD-11)."""

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_sheet import SheetCase

REASON = "A lid that thin would warp."


@tagged("post_install", "-at_install")
class TestHold(SheetCase):
    def refused(self, order):
        return self.sign(
            order, "technical", "technical", REASON, outcome="not_feasible"
        )

    def card(self, order):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["order.board"].with_user(self.seller).browse(order.id)

    def todo(self, order):
        kind = self.env.ref("order_confirmation.activity_not_feasible")
        return order.activity_ids.filtered(lambda row: row.activity_type_id == kind)

    def test_on_hold_with_the_reason_and_a_todo(self):
        """ORD-11: the order says why, the salesperson is told and has a to-do."""
        order = self.dated()
        self.assertFalse(order.on_hold)
        self.refused(order)
        self.assertEqual((order.on_hold, order.hold_reason), (True, REASON))
        self.assertTrue(order.hold_since)
        self.assertEqual(self.todo(order).user_id, self.seller)
        told = order.message_ids.filtered(
            lambda message: self.seller.partner_id in message.partner_ids
        )
        self.assertIn(REASON, told[:1].body)
        self.assertEqual(self.env["sale.order"].search([("on_hold", "=", True)]), order)

    def test_the_board_shows_it_on_hold(self):
        """ORD-11, ORD-70: not under “Production statement”, and it waits for sales."""
        order = self.dated()
        self.refused(order)
        card = self.card(order)
        self.assertEqual(card.stage, "on_hold")
        self.assertTrue(card.waits_for_me)
        self.assertEqual(card.action_next()["res_id"], order.id)

    def test_a_new_statement_lifts_it(self):
        """ORD-11: hold and to-do go, the order goes on."""
        order = self.order()
        self.refused(order)
        self.sign(order, "technical", "technical", outcome="feasible")
        self.assertFalse(order.on_hold)
        self.assertFalse(order.hold_reason)
        self.assertFalse(self.todo(order))
        self.assertEqual(self.card(order).stage, "production_date")
        self.assertFalse(self.env["sale.order"].search([("on_hold", "=", True)]))

    def test_a_change_alone_does_not_lift_it(self):
        """ORD-11: technical looks again; until then it is on hold, and theirs."""
        order = self.dated()
        self.refused(order)
        order.order_line[0].product_uom_qty = 5
        self.assertTrue(order.on_hold)
        self.assertEqual(self.card(order).stage, "technical")
        with self.assertRaisesRegex(UserError, "on hold"):
            self.make(order)

    def test_nobody_writes_it_away(self):
        """ROL-03: nothing is kept that could be written; the statement is the hold."""
        order = self.dated()
        self.refused(order)
        order.with_user(self.service).write({"on_hold": False, "hold_reason": "x"})
        self.env.invalidate_all()
        self.assertTrue(order.on_hold)
        self.assertEqual(order.hold_reason, REASON)

    def test_a_sample_is_proposed_where_an_add_on_can(self):
        """ORD-11: no button without it; with it, one click, for held orders only."""
        order = self.dated()
        self.refused(order)
        self.assertFalse(order.sample_can_be_proposed)
        with self.assertRaisesRegex(UserError, "not installed"):
            order.action_propose_sample()
        cls = type(self.env["sale.order"])
        with (
            patch.object(cls, "_can_propose_sample", lambda self: True),
            patch.object(cls, "_propose_sample", lambda self: {"order": self.id}),
        ):
            order.invalidate_recordset()
            self.assertTrue(order.sample_can_be_proposed)
            answer = order.with_user(self.seller).action_propose_sample()
            self.assertEqual(answer, {"order": order.id})
            with self.assertRaisesRegex(UserError, "not on hold"):
                self.dated().action_propose_sample()
