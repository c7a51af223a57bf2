"""TIER-04: what has arrived in accounting for an order, and only that."""

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation

from .money_case import EARLY, LATE, MoneyCase


@tagged("post_install", "-at_install")
class TestMoney(MoneyCase):
    def test_deposit_of_the_terms(self):
        order = self.order(999.99)
        money = order._release_money()[order.id]
        self.assertEqual(money, (0.0, 300.0, 999.99, None))
        self.paid_deposit(order)
        money = order._release_money()[order.id]
        self.assertEqual(money[:3], (300.0, 300.0, 699.99))
        self.assertEqual(money.since, self.env.cr.now().replace(tzinfo=None))

    def test_no_deposit_asked(self):
        self.terms.deposit_percent = 0
        order = self.order()
        self.assertEqual(order._release_money()[order.id], (0.0, 0.0, 1000.0, None))
        order.payment_term_id = False
        self.assertEqual(order._release_money()[order.id].deposit_due, 0.0)

    def test_balance_is_never_negative(self):
        order = self.order()
        self.payment(1200, order)
        self.assertEqual(order._release_money()[order.id][:3], (1200.0, 300.0, 0.0))

    def test_deposit_percent_is_a_percentage(self):
        for percent in (-1, 100.5):
            with (
                self.assertRaises(CheckViolation),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                self.terms.deposit_percent = percent
                self.terms.flush_recordset()

    def test_fields_of_the_order(self):
        order, unpaid = self.order(), self.order(200)
        self.paid_deposit(order, 250)
        orders = order + unpaid
        orders.invalidate_recordset()
        self.assertEqual(orders.mapped("money_received"), [250.0, 0.0])
        self.assertEqual(orders.mapped("deposit_due"), [300.0, 60.0])
        self.assertEqual(orders.mapped("balance_due"), [750.0, 200.0])
        fresh = self.env["sale.order"].new({"payment_term_id": self.terms.id})
        self.assertEqual(fresh.money_received, 0.0)

    def test_payment_straight_to_the_bank_account(self):
        methods = self.bank.inbound_payment_method_line_ids
        methods.payment_account_id = self.bank.default_account_id
        order = self.order()
        self.assertEqual(self.paid_deposit(order).state, "paid")
        self.assertReceived(order, 300)

    def test_payment_on_an_outstanding_account_is_counted_once(self):
        order = self.order()
        payment = self.paid_deposit(order)
        self.assertFalse(payment.is_matched)
        self.assertReceived(order, 300)
        # The bank then confirms what is already there.
        line = self.env["account.bank.statement.line"].create(
            {
                "payment_ref": "transfer",
                "journal_id": self.bank.id,
                "amount": 300,
                "date": LATE,
            }
        )
        _cash, suspense, _other = line.with_context(
            skip_account_move_synchronization=True
        )._seek_for_lines()
        suspense.account_id = payment.outstanding_account_id
        outstanding = payment.move_id.line_ids.filtered(
            lambda item: item.account_id == payment.outstanding_account_id
        )
        (suspense + outstanding).reconcile()
        self.assertTrue(payment.is_matched)
        self.assertReceived(order, 300)

    def test_bank_transaction_reconciled_with_the_invoice(self):
        order = self.order()
        invoice = self.deposit_invoice(order)
        self.bank_line(invoice, 180)
        self.assertReceived(order, 180)

    def test_partial_payment(self):
        order = self.order()
        invoice = self.deposit_invoice(order)
        self._register_payment(invoice, amount=120, payment_date=EARLY)
        self.assertReceived(order, 120)
        self._register_payment(invoice, amount=80, payment_date=LATE)
        self.assertReceived(order, 200)

    def test_unposted_invoice_or_payment(self):
        order = self.order()
        self.deposit_invoice(order, post=False)
        self.payment(300, order, post=False)
        self.assertReceived(order, 0)

    def test_reversed_payment(self):
        order = self.order()
        payment = self.paid_deposit(order)
        self.assertReceived(order, 300)
        payment.sale_order_id = order
        self._reverse_invoice(payment.move_id, is_modify=True, date=LATE)
        self.assertReceived(order, 0)
        self.assertIsNone(order._release_money()[order.id].since)

    def test_reversal_that_was_not_reconciled(self):
        order = self.order()
        for payment in (self.paid_deposit(order), self.payment(100, order)):
            payment.move_id._reverse_moves([{"date": LATE}]).action_post()
        self.assertReceived(order, 0)

    def test_cancelled_drafted_and_rejected_payment(self):
        order = self.order()
        for undo in ("action_draft", "action_cancel", "action_reject"):
            for pay in (self.paid_deposit, lambda of: self.payment(300, of)):
                payment = pay(order)
                self.assertReceived(order, 300)
                getattr(payment, undo)()
                self.assertReceived(order, 0)

    def test_entry_taken_back_to_draft(self):
        order = self.order()
        payment = self.payment(300, order)
        payment.move_id.button_draft()
        self.assertEqual(payment.state, "in_process")
        self.assertReceived(order, 0)

    def test_entry_by_hand_is_no_payment(self):
        order = self.order()
        invoice = self.deposit_invoice(order)
        accounts = self.bank.default_account_id, self.receivable(invoice).account_id
        entry = self.env["account.move"].create(
            {
                "journal_id": self.company_data["default_journal_misc"].id,
                "line_ids": [
                    Command.create({"account_id": account.id, "balance": balance})
                    for account, balance in zip(accounts, (300, -300), strict=True)
                ],
            }
        )
        entry.action_post()
        self.receivable(invoice, entry).reconcile()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertReceived(order, 0)

    def test_reconciliation_undone(self):
        order = self.order()
        payment = self.paid_deposit(order)
        self.receivable(payment.move_id).remove_move_reconcile()
        self.assertReceived(order, 0)

    def test_credit_note_is_no_money(self):
        order = self.order()
        invoice = self.deposit_invoice(order)
        credit = self._reverse_invoice(invoice, date=EARLY)
        credit.invoice_line_ids.price_unit = 100
        credit.action_post()
        self.receivable(invoice, credit).reconcile()
        self.assertEqual(invoice.amount_residual, 200)
        self.assertReceived(order, 0)
        self._register_payment(invoice, payment_date=LATE)
        self.assertReceived(order, 200)

    def test_refund_paid_out(self):
        order = self.order()
        invoice = self.deposit_invoice(order)
        self._register_payment(invoice, payment_date=EARLY)
        credit = self._reverse_invoice(invoice, date=EARLY)
        credit.invoice_line_ids.price_unit = 100
        credit.action_post()
        self.assertReceived(order, 300)
        refund = self._register_payment(credit, payment_date=LATE)
        self.assertEqual(refund.payment_type, "outbound")
        self.assertReceived(order, 200)

    def test_write_off_is_no_money(self):
        order = self.order()
        invoice = self.deposit_invoice(order)
        self._register_payment(
            invoice,
            payment_date=EARLY,
            amount=1,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.company_data["default_account_expense"].id,
        )
        self.assertEqual(invoice.amount_residual, 0)
        self.assertReceived(order, 1)

    def test_cash_discount_of_the_terms_counts_as_paid(self):
        self.terms.write(
            {"early_discount": True, "discount_percentage": 2, "discount_days": 10}
        )
        order = self.order()
        invoice = self.deposit_invoice(order)
        payment = self._register_payment(invoice, payment_date=EARLY)
        self.assertEqual(payment.amount, 294)
        self.assertReceived(order, 300)

    def test_one_payment_for_two_invoices(self):
        first, second = self.order(), self.order()
        invoices = self.deposit_invoice(first) + self.deposit_invoice(second, 200)
        payment = self._register_payment(invoices, payment_date=EARLY)
        self.assertEqual(payment.amount, 500)
        self.assertReceived(first, 300)
        self.assertReceived(second, 200)

    def test_one_invoice_of_two_orders(self):
        self.product_a.invoice_policy = "order"
        first, second = self.order(1000), self.order(500)
        invoice = (first + second)._create_invoices()
        self.assertEqual(len(invoice), 1)
        invoice.action_post()
        self._register_payment(invoice, amount=600)
        self.assertReceived(first, 400)
        self.assertReceived(second, 200)
        both = (first + second)._release_money()
        self.assertEqual([both[o.id].received for o in first + second], [400, 200])

    def test_lines_of_no_order_take_their_part(self):
        order = self.order()
        for price, received in ((100.0, 300.0), (-100.0, 200.0)):
            invoice = self.deposit_invoice(order, post=False)
            invoice.invoice_line_ids = [
                Command.create({"name": "x", "price_unit": price, "tax_ids": False})
            ]
            invoice.action_post()
            payment = self._register_payment(invoice)
            self.assertEqual(payment.amount, 300 + price)
            self.assertReceived(order, received)
            payment.action_cancel()

    def test_allocated_payment(self):
        order, other = self.order(), self.order()
        self.payment(300, order)
        self.payment(70, order, payment_type="outbound")
        self.assertReceived(order, 230)
        self.assertReceived(other, 0)

    def test_allocated_payment_is_not_counted_twice(self):
        order = self.order()
        payment = self.payment(500, order)
        invoice = self.deposit_invoice(order)
        self.assertReceived(order, 500)
        self.receivable(payment.move_id, invoice).reconcile()
        self.assertReceived(order, 500)

    def test_allocated_payment_reconciled_with_another_order(self):
        order, other = self.order(), self.order()
        payment = self.payment(500, order)
        self.receivable(payment.move_id, self.deposit_invoice(other)).reconcile()
        self.assertReceived(order, 200)
        self.assertReceived(other, 300)

    def test_allocation_is_for_the_customer_who_pays(self):
        order = self.order()
        payment = self.payment(300, partner_id=self.partner_b.id)
        with self.assertRaises(ValidationError):
            payment.sale_order_id = order
        with self.assertRaises(ValidationError):
            self.payment(300, order, partner_type="supplier")
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.partner_a.id}
        )
        self.payment(300, order, partner_id=contact.id)
        self.assertReceived(order, 300)

    def test_salesperson_cannot_claim_an_invoice(self):
        paid, unpaid = self.order(), self.order()
        line = self.paid_deposit(paid).reconciled_invoice_ids.invoice_line_ids
        seller = new_test_user(
            self.env,
            "seller",
            groups="sales_team.group_sale_salesman_all_leads",
            company_id=self.env.company.id,
        )
        mine = unpaid.with_user(seller).order_line
        with self.assertRaises(AccessError):
            mine.invoice_lines = [Command.link(line.id)]
        with self.assertRaises(AccessError):
            mine.copy({"order_id": unpaid.id, "invoice_lines": [(4, line.id)]})
        self.assertReceived(unpaid, 0)
        mine.name = "another text"
