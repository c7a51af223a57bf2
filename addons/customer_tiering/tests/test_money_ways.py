"""TIER-04: money without entries, in other currencies and companies, and online."""

from odoo.addons.account_payment.tests.common import AccountPaymentCommon
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .money_case import EARLY, LATE, MoneyCase


@tagged("post_install", "-at_install")
class TestMoneyWithoutEntry(MoneyCase):
    def test_registered_on_the_invoice(self):
        order = self.order()
        invoice = self.deposit_invoice(order)
        payment = self.promise(500, invoice_ids=invoice.ids)
        self.assertReceived(order, 300)
        payment.action_validate()
        self.assertReceived(order, 300)
        payment.action_cancel()
        self.assertReceived(order, 0)

    def test_shared_among_its_invoices(self):
        first, second = self.order(), self.order()
        invoices = self.deposit_invoice(first) + self.deposit_invoice(second, 100)
        self.promise(200, invoice_ids=invoices.ids)
        self.assertReceived(first, 150)
        self.assertReceived(second, 50)

    def test_confirmed_by_the_bank(self):
        order = self.order()
        invoice = self.deposit_invoice(order)
        self.promise(150, invoice_ids=invoice.ids)
        self.bank_line(invoice, 100)
        self.assertReceived(order, 150)
        self.bank_line(invoice, 50)
        self.assertReceived(order, 150)
        self.bank_line(invoice, 60)
        self.assertReceived(order, 210)

    def test_one_bank_transaction_confirms_one_payment(self):
        order = self.order()
        invoice = self.deposit_invoice(order)
        for _payment in range(2):
            self.promise(100, invoice_ids=invoice.ids)
        self.bank_line(invoice, 100)
        self.assertReceived(order, 200)

    def test_allocated_and_registered_on_the_invoice(self):
        order = self.order()
        invoice = self.deposit_invoice(order)
        self.promise(500, order=order, invoice_ids=invoice.ids)
        self.assertReceived(order, 300)

    def test_what_the_bank_brought_before_is_other_money(self):
        order = self.order()
        invoice = self.deposit_invoice(order)
        self.bank_line(invoice, 100, day=EARLY)
        self.promise(150, invoice_ids=invoice.ids, date=LATE)
        self.assertReceived(order, 250)

    def test_allocated_and_confirmed_by_the_bank(self):
        order = self.order()
        payment = self.promise(300, order=order)
        self.assertReceived(order, 300)
        self.bank_line(self.deposit_invoice(order), 300)
        self.assertReceived(order, 300)
        payment.action_reject()
        self.assertReceived(order, 300)

    def test_refund(self):
        order = self.order()
        payment = self.paid_deposit(order)
        credit = self._reverse_invoice(payment.reconciled_invoice_ids, date=EARLY)
        credit.action_post()
        self.promise(100, payment_type="outbound", invoice_ids=credit.ids)
        self.assertReceived(order, 200)


@tagged("post_install", "-at_install")
class TestMoneyCurrencies(MoneyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.setup_other_currency(
            "EUR", rates=[("2024-01-01", 2.0), ("2024-06-01", 4.0)]
        )
        cls.pricelist = cls.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": cls.euro.id}
        )

    def test_invoice_paid_in_the_currency_of_the_books(self):
        order = self.order(pricelist_id=self.pricelist.id)
        self.assertEqual(order.currency_id, self.euro)
        invoice = self.deposit_invoice(order)
        self.assertEqual(invoice.currency_id, self.euro)
        books = self.env.company.currency_id.id
        for day, received in ((EARLY, 20.0), (LATE, 60.0)):
            self._register_payment(
                invoice, amount=10, currency_id=books, payment_date=day
            )
            self.assertReceived(order, received)

    def test_allocated_payment(self):
        order = self.order(pricelist_id=self.pricelist.id)
        self.payment(10, order)
        self.assertReceived(order, 20)
        self.payment(10, order, date=LATE)
        self.assertReceived(order, 60)
        self.payment(10, order, date="2023-01-01")
        self.assertReceived(order, 80)

    def test_order_in_the_currency_of_the_books(self):
        order = self.order()
        self.payment(10, order, currency_id=self.euro.id)
        self.promise(10, order=order, currency_id=self.euro.id, date=LATE)
        self.assertReceived(order, 7.5)

    def test_invoice_in_another_currency_than_the_order(self):
        order = self.order()
        invoice = self.deposit_invoice(order, 100, post=False)
        invoice.currency_id = self.euro
        invoice.action_post()
        self._register_payment(invoice, amount=40, payment_date=LATE)
        self.assertReceived(order, 10)
        self.promise(80, currency_id=self.euro.id, invoice_ids=invoice.ids)
        self.assertReceived(order, 40)


@tagged("post_install", "-at_install")
class TestMoneyCompanies(MoneyCase):
    def test_two_companies(self):
        euro = self.setup_other_currency("EUR", rates=[("2024-01-01", 2.0)])
        other = self.setup_other_company(currency_id=euro.id)
        here, there = self.order(), self.order(company_id=other["company"].id)
        self.assertEqual(there.currency_id, euro)
        self.env["res.currency.rate"].create(
            {
                "currency_id": here.currency_id.id,
                "company_id": other["company"].id,
                "name": "2024-01-01",
                "rate": 5.0,
            }
        )
        payment = self.payment(100, here)
        abroad = {
            "journal_id": other["default_journal_bank"].id,
            "currency_id": here.currency_id.id,
        }
        self.payment(100, there, **abroad)
        money = (here + there)._release_money()
        self.assertEqual(money[here.id].received, 100)
        self.assertEqual(money[there.id].received, 20)
        with self.assertRaises(UserError):
            payment.sale_order_id = there
        with self.assertRaises(UserError):
            self.payment(100, here, **abroad)

    def test_queries_do_not_grow_with_the_orders(self):
        """PLT speed: the money of 80 orders takes the queries of 8."""
        self.product_a.invoice_policy = "order"
        orders = self.env["sale.order"]
        for _index in range(80):
            orders += self.order(confirm=False)
        orders.action_confirm()
        invoices = orders[::10]._create_invoices(grouped=True)
        self.assertEqual(len(invoices), 8)
        invoices.action_post()
        # Fresh tables have no statistics, and Odoo's own queries are slow without.
        self.cr.execute("ANALYZE account_move, account_move_line, account_payment")
        self._register_payment(invoices, group_payment=False)
        self.cr.execute("ANALYZE account_partial_reconcile")
        self.env["account.payment"].create(
            [
                {
                    "amount": 10,
                    "partner_id": order.partner_id.id,
                    "journal_id": self.bank.id,
                    "sale_order_id": order.id,
                }
                for order in orders
            ]
        ).action_post()
        self.env.flush_all()
        expected = [10.0 if index % 10 else 1010.0 for index in range(80)]

        def queries(some):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            received = [money.received for money in some._release_money().values()]
            self.assertEqual(received, expected[: len(some)])
            return self.cr.sql_log_count - before

        few = queries(orders[:8])
        self.assertEqual(queries(orders), few)
        self.assertLessEqual(few, 12)


@tagged("post_install", "-at_install")
class TestMoneyOnline(AccountPaymentCommon):
    @classmethod
    def get_default_groups(cls):
        sales = cls.env.ref("sales_team.group_sale_manager")
        return super().get_default_groups() | sales

    def test_online_payment_is_allocated_to_its_order(self):
        order = self._create_sale_order_one_line(
            price_unit=1000.0, product_id=self.product_a.id, confirm=False
        )
        transaction = self._create_transaction(
            flow="direct",
            state="done",
            amount=300.0,
            partner_id=order.partner_id.id,
            currency_id=order.currency_id.id,
            sale_order_ids=[Command.set(order.ids)],
        )
        transaction._post_process()
        self.assertEqual(transaction.payment_id.sale_order_id, order)
        self.assertEqual(order._release_money()[order.id].received, 300.0)
