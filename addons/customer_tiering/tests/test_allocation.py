"""TIER-04: one payment for several orders; what was counted, and from which entry."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..money import allotted
from .money_case import EARLY, LATE, MoneyCase

AMOUNTS = st.dictionaries(st.integers(1, 9), st.integers(0, 1000), max_size=6)
property_settings = settings(
    deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


@property_settings
@given(AMOUNTS, AMOUNTS, st.integers(-10, 3000))
def test_no_more_is_shared_than_is_left(parts, used, rest):
    """TIER-04: never more than the rest, nor than the order's part less what came."""
    shares = allotted(parts, used, rest)
    assert set(shares) == set(parts)
    assert sum(shares.values()) <= max(rest, 0) + 1e-6
    for order, amount in shares.items():
        assert 0 <= amount <= max(0, parts[order] - used.get(order, 0)) + 1e-6
    if rest >= sum(max(0, part - used.get(o, 0)) for o, part in parts.items()):
        assert all(
            abs(amount - max(0, parts[order] - used.get(order, 0))) < 1e-6
            for order, amount in shares.items()
        )


@tagged("post_install", "-at_install")
class TestAllocation(MoneyCase):
    def shared(self, amount, *parts, **values):
        payment = self.payment(amount, partner_id=self.partner_a.id, **values)
        payment.allocation_ids = [
            Command.create({"order_id": order.id, "amount": part})
            for order, part in parts
        ]
        return payment

    def test_one_payment_for_three_orders(self):
        """TIER-04: each has its part, what is not shared is nobody's."""
        first, second, third = self.order(), self.order(), self.order()
        payment = self.shared(1000, (first, 400), (second, 500))
        self.assertReceived(first, 400)
        self.assertReceived(second, 500)
        self.assertReceived(third, 0)
        payment.move_id._reverse_moves([{"date": LATE}]).action_post()
        self.assertReceived(first, 0)
        self.assertReceived(second, 0)

    def test_cancelled(self):
        """TIER-04: a payment that was cancelled was for nobody."""
        order = self.order()
        payment = self.shared(500, (order, 300))
        self.assertReceived(order, 300)
        payment.action_draft()
        payment.action_cancel()
        self.assertReceived(order, 0)

    def test_invoiced_meanwhile_is_not_counted_twice(self):
        """TIER-04: deposit, down-payment invoice and the final one."""
        first, second = self.order(), self.order()
        payment = self.shared(1000, (first, 400), (second, 600))
        invoice = self.deposit_invoice(first)
        self.receivable(payment.move_id, invoice).reconcile()
        self.assertReceived(first, 400)
        self.assertReceived(second, 600)
        both = (first + second)._release_money()
        self.assertEqual([both[o.id].received for o in first + second], [400, 600])

    def test_reconciled_with_an_order_that_has_no_part(self):
        """TIER-04: what went elsewhere is missing here, in proportion."""
        first, second, other = self.order(), self.order(), self.order()
        payment = self.shared(1000, (first, 400), (second, 600))
        invoice = self.deposit_invoice(other, 500)
        self.receivable(payment.move_id, invoice).reconcile()
        self.assertReceived(other, 500)
        self.assertReceived(first, 200)
        self.assertReceived(second, 300)

    def test_foreign_currency(self):
        """TIER-04: at the company's rate of the day."""
        euro = self.setup_other_currency(
            "EUR", rates=[("2024-01-01", 2.0), ("2024-06-01", 4.0)]
        )
        first, second = self.order(), self.order()
        parts = (first, 60), (second, 40)
        self.shared(100, *parts, currency_id=euro.id)
        self.assertReceived(first, 30)
        self.shared(100, *parts, currency_id=euro.id, date=LATE)
        self.assertReceived(first, 45)
        self.assertReceived(second, 30)

    def test_without_entry(self):
        """TIER-04: where the bank's statement makes the entry."""
        first, second = self.order(), self.order()
        payment = self.promise(100, partner_id=self.partner_a.id)
        payment.allocation_ids = [
            Command.create({"order_id": order.id, "amount": part})
            for order, part in ((first, 60), (second, 40))
        ]
        self.assertReceived(first, 60)
        self.assertReceived(second, 40)
        payment.action_reject()
        self.assertReceived(first, 0)

    def test_final_invoice_after_the_deposit(self):
        """TIER-04: down payment and payment of the rest on the final invoice."""
        self.product_a.invoice_policy = "order"
        order = self.order()
        self.paid_deposit(order)
        final = order._create_invoices(final=True)
        final.action_post()
        self.assertEqual(final.amount_total, 700)
        self._register_payment(final, amount=200, payment_date=LATE)
        self.assertReceived(order, 500)
        self._register_payment(final, payment_date=LATE)
        self.assertReceived(order, 1000)
        self.assertEqual(order._release_money()[order.id].balance_due, 0)

    def test_refused(self):
        """TIER-04: too much, another customer's order, both ways at once."""
        order = self.order()
        other = self.order(partner_id=self.partner_b.id)
        for parts in ([(order, 600)], [(other, 100)]):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self.shared(500, *parts)
        payment = self.shared(500, (order, 500))
        with self.assertRaises(ValidationError), self.cr.savepoint():
            payment.sale_order_id = order
        with self.assertRaises(ValidationError), self.cr.savepoint():
            payment.allocation_ids.amount = 501
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.shared(500, (order, 500), payment_type="outbound")
        self.assertReceived(order, 500)

    def test_a_salesperson_shares_nothing(self):
        """TIER-04: whose money it is, is accounting's say."""
        order = self.order()
        payment = self.payment(500, partner_id=self.partner_a.id)
        seller = new_test_user(
            self.env,
            "seller",
            groups="sales_team.group_sale_salesman_all_leads",
            company_id=self.env.company.id,
        )
        with self.assertRaises(AccessError):
            self.env["account.payment.allocation"].with_user(seller).create(
                {"payment_id": payment.id, "order_id": order.id, "amount": 500}
            )
        with self.assertRaises(AccessError):
            order.with_user(seller).read(["money_trail"])

    def test_what_was_counted_and_from_which_entry(self):
        """TIER-04: finance sees each entry, and that it adds up."""
        order, other = self.order(), self.order()
        deposit = self.paid_deposit(order)
        allocated = self.payment(50, order, date=LATE)
        shared = self.shared(500, (order, 100), (other, 400), date=LATE)
        promised = self.promise(25, order=order, date=LATE)
        rows = order._money_trail()[order.id]
        self.assertEqual(
            {(row["payment"], row["how"], row["counted"]) for row in rows},
            {
                (deposit, "reconciled", 300),
                (allocated, "allocated", 50),
                (shared, "allocated", 100),
                (promised, "promised", 25),
            },
        )
        self.assertReceived(order, 475)
        for name in (deposit.move_id.name, shared.move_id.name):
            self.assertIn(name, order.money_trail)
        invoice = rows[0]["invoice"]
        self.bank_line(self.deposit_invoice(other, 100), 100)
        [entry] = [r for r in other._money_trail()[other.id] if not r["payment"]]
        self.assertEqual(entry["counted"], 100)
        self.assertTrue(entry["entry"].statement_line_id)
        self.assertEqual(invoice.move_type, "out_invoice")
        self.assertEqual(deposit.date.isoformat(), EARLY)
