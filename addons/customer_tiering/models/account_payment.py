from odoo import api, fields, models
from odoo.exceptions import ValidationError


class AccountPayment(models.Model):
    _inherit = "account.payment"

    sale_order_id = fields.Many2one(
        "sale.order",
        string="For Order",
        check_company=True,
        copy=False,
        index="btree_not_null",
        tracking=True,
        domain="[('state', '!=', 'cancel'), '|',"
        " ('partner_id', 'child_of', partner_id),"
        " ('partner_invoice_id', 'child_of', partner_id)]",
        help="The order this money was paid for. What is not reconciled with an "
        "invoice counts as received for that order.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Money paid on the portal for one order is allocated to it (TIER-04)."""
        payments = super().create(vals_list)
        for payment in payments:
            order = payment.payment_transaction_id.sudo().sale_order_ids
            if len(order) == 1 and not payment.sale_order_id:
                if payment._may_pay_for(order):
                    payment.sale_order_id = order
        return payments

    @api.constrains("sale_order_id", "partner_id", "partner_type")
    def _check_sale_order_id(self):
        for payment in self:
            # The bookkeeper need not see the order to allocate to it.
            if order := payment.sale_order_id.sudo():
                payment._check_pays_for(order)

    def _check_pays_for(self, order):
        if not self._may_pay_for(order):
            raise ValidationError(
                self.env._(
                    "Payment %(payment)s of %(payer)s cannot be allocated to "
                    "order %(order)s of %(customer)s. Choose an order of the "
                    "customer who pays.",
                    payment=self.display_name,
                    payer=self.partner_id.display_name or "—",
                    order=order.name,
                    customer=order.partner_id.display_name,
                )
            )

    def _may_pay_for(self, order):
        """Whether this is a customer payment of the firm that `order` is sold or
        invoiced to, in the order's own company."""
        self.ensure_one()
        payers = (order.partner_id | order.partner_invoice_id).commercial_partner_id
        return (
            self.partner_type == "customer"
            and self.partner_id.commercial_partner_id in payers
            and order.company_id in self.company_id.sudo().parent_ids
        )
