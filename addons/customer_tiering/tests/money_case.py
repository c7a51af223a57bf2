"""Orders, deposit invoices and payments for the tests of the money (TIER-04)."""

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

EARLY = "2024-03-01"
LATE = "2024-09-01"


class MoneyCase(AccountTestInvoicingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.terms = cls.env["account.payment.term"].create(
            {"name": "30 percent first", "deposit_percent": 30}
        )
        cls.bank = cls.company_data["default_journal_bank"]

    @classmethod
    def get_default_groups(cls):
        sales = cls.env.ref("sales_team.group_sale_manager")
        return super().get_default_groups() | sales

    @classmethod
    def order(cls, price=1000.0, **values):
        values.setdefault("payment_term_id", cls.terms.id)
        order = cls._create_sale_order_one_line(
            price_unit=price, product_id=cls.product_a.id, **values
        )
        order.order_line.tax_ids = False
        return order

    @classmethod
    def deposit_invoice(cls, order, amount=300.0, day=EARLY, post=True):
        invoice = cls._create_down_payment_invoice(order, "fixed", amount)
        invoice.invoice_date = day
        if post:
            invoice.action_post()
        return invoice

    @classmethod
    def paid_deposit(cls, order, amount=300.0, **values):
        invoice = cls.deposit_invoice(order, amount)
        return cls._register_payment(invoice, **{"payment_date": EARLY, **values})

    @classmethod
    def payment(cls, amount, order=None, post=True, **values):
        partner = order.partner_id if order else cls.partner_a
        payment = cls.env["account.payment"].create(
            {
                "amount": amount,
                "date": EARLY,
                "partner_id": partner.id,
                "journal_id": cls.bank.id,
                "sale_order_id": order and order.id,
                **values,
            }
        )
        if post:
            payment.action_post()
        return payment

    @classmethod
    def promise(cls, amount, **values):
        """A payment that makes no journal entry, as where the bank's statement does."""
        payment = cls.payment(amount, post=False, **values)
        payment.outstanding_account_id = False
        payment.action_post()
        cls.assertFalse(cls(), payment.move_id)
        return payment

    def bank_line(self, invoice, amount, day=LATE):
        self.pay_with_statement_line(invoice, self.bank.id, day, amount)

    @staticmethod
    def receivable(*moves):
        lines = moves[0].line_ids.browse().union(*(move.line_ids for move in moves))
        return lines.filtered(lambda line: line.account_type == "asset_receivable")

    def assertReceived(self, order, amount):
        self.assertAlmostEqual(order._release_money()[order.id].received, amount, 4)
