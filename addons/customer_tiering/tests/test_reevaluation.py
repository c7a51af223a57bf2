"""TIER-08: a change reaches what is not yet released, and never what is."""

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import format_date

from ..models.res_partner import tier_keyed
from .test_gates import GateCase


@tagged("post_install", "-at_install")
class TestReevaluation(GateCase):
    def give(self, customer, code):
        tier = self.env.ref(f"customer_tiering.tier_{code}")
        tier_keyed(self.customers[customer]).customer_tier_id = tier

    def is_open(self, order, gate="production"):
        self.env.invalidate_all()
        return order._release_answers(gate)[order.id].open

    def make(self, order):
        """Start to make what was released."""
        order.mrp_production_ids.qty_producing = order.mrp_production_ids.product_qty

    def test_a_lower_tier(self):
        """TIER-08: what waits is asked anew, what is released is made."""
        released, waiting = self.order("a", quantity=100), self.order("a")
        released.action_confirm()
        self.give("a", "c")
        self.assertFalse(self.is_open(waiting))
        with self.assertRaises(UserError), self.env.cr.savepoint():
            waiting.action_confirm()
        self.assertTrue(self.is_open(released))
        self.assertEqual(released.release_decision_ids.tier_id.code, "A")
        self.make(released)

    def test_it_says_by_which_rule(self):
        """TIER-05, TIER-08: of which tier; of what is released, that of its release."""
        released, waiting = self.order("a", quantity=100), self.order("a")
        released.action_confirm()
        day = format_date(self.env, released.release_decision_ids.decided_at)
        self.give("a", "c")
        self.env.invalidate_all()
        [row] = waiting.production_gate_lines
        self.assertEqual((row["tier"], row["released"]), ("C", ""))
        self.assertEqual(row["rule"], "rule of tier C")
        [row] = released.production_gate_lines
        self.assertEqual((row["tier"], row["released"]), ("A", day))
        self.assertEqual(row["rule"], f"rule of tier A at the release of {day}")
        [row] = released.shipping_gate_lines
        self.assertEqual((row["tier"], row["released"]), ("C", ""))
        with self.assertRaisesRegex(UserError, "rule of tier C"):
            waiting.action_confirm()
        self.env.ref("customer_tiering.rule_c_production_deposit_arrived").unlink()
        self.env.invalidate_all()
        [row] = waiting.production_gate_lines
        self.assertEqual((row["tier"], row["rule"]),
                         ("", "required, as no rule says otherwise"))  # fmt: skip

    def test_a_better_tier(self):
        """TIER-08: what waited for the deposit waits no longer."""
        waiting = self.order("c")
        self.assertFalse(self.is_open(waiting))
        self.assertIn("Deposit arrived", waiting.release_blocked_by)
        self.give("c", "a")
        self.assertTrue(self.is_open(waiting))
        self.assertFalse(waiting.release_blocked_by)
        waiting.action_confirm()
        self.assertEqual(waiting.state, "sale")

    def test_shipping_is_a_release_of_its_own(self):
        """TIER-08: what was produced for A and not shipped ships by the rules of C."""
        order = self.order("a", quantity=100)
        order.action_confirm()
        self.assertTrue(self.is_open(order, "shipping"))
        self.give("a", "c")
        self.assertFalse(self.is_open(order, "shipping"))
        self.pay(order, order.amount_total)
        self.assertTrue(self.is_open(order, "shipping"))

    def test_a_rule(self):
        """TIER-08: a cell of the matrix, both ways."""
        rule = self.env.ref("customer_tiering.rule_b_production_deposit_arrived")
        released, waiting = self.order("b", quantity=100), self.order("b")
        self.pay(released, released.amount_total)
        released.action_confirm()
        self.assertFalse(self.is_open(waiting))
        rule.treatment = "waived"
        self.assertTrue(self.is_open(waiting))
        rule.treatment = "required"
        self.assertFalse(self.is_open(waiting))
        rule.write({"treatment": "owed", "owed_days": 5})
        self.assertTrue(self.is_open(waiting))
        # Released when it was required, and met: it owes nothing now.
        self.assertFalse(released.release_owed_ids)
        self.make(released)

    def test_terms_of_the_contract(self):
        """TIER-08: a higher deposit is asked of what waits, not of what is made."""
        released, waiting = self.order("b", quantity=100), self.order("b")
        for order in (released, waiting):
            self.pay(order, order.amount_total * 0.3)
        released.action_confirm()
        self.terms.deposit_percent = 80
        self.assertFalse(self.is_open(waiting))
        self.assertTrue(self.is_open(released))
        self.assertAlmostEqual(released.deposit_due, released.amount_total * 0.3)
        self.make(released)
        self.terms.deposit_percent = 20
        self.assertTrue(self.is_open(waiting))

    def test_released_again_by_the_terms_of_now(self):
        """TIER-08, TIER-06: what an earlier release was asked is no ticket."""
        order = self.order("b", quantity=100)
        self.pay(order, order.amount_total * 0.3)
        order.action_confirm()
        order._action_cancel()
        order.action_draft()
        self.terms.deposit_percent = 80
        with self.assertRaisesRegex(UserError, "Deposit arrived"):
            order.action_confirm()

    def test_other_terms_on_the_order_are_a_change_of_the_order(self):
        """TIER-08: an order that is given other terms is held to them."""
        order = self.order("b", quantity=100)
        self.pay(order, order.amount_total * 0.3)
        order.action_confirm()
        order.payment_term_id = self.terms.copy({"deposit_percent": 90})
        self.assertFalse(self.is_open(order))

    def test_more_than_was_released(self):
        """TIER-08: the kept percentage counts for the order as it is now."""
        order = self.order("b", quantity=100)
        self.pay(order, order.amount_total * 0.3)
        order.action_confirm()
        self.terms.deposit_percent = 10
        order.order_line.product_uom_qty = 200
        self.assertFalse(self.is_open(order))

    def test_a_second_release_keeps_the_rules_of_the_first(self):
        """TIER-08: released changes are asked by the rules by which it was released."""
        order = self.order("a", quantity=100)
        order.action_confirm()
        self.give("a", "c")
        order.order_line.product_uom_qty = 120
        order.action_release_changes()
        self.assertEqual(len(order.release_decision_ids), 2)
