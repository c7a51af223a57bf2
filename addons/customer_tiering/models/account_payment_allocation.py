from odoo import api, fields, models
from odoo.exceptions import ValidationError


class AccountPaymentAllocation(models.Model):
    """A part of one payment that was paid for one of several orders (TIER-04)."""

    _name = "account.payment.allocation"
    _description = "Part of a Payment for an Order"
    _order = "payment_id, id"

    payment_id = fields.Many2one(
        "account.payment", required=True, index=True, ondelete="cascade"
    )
    order_id = fields.Many2one(
        "sale.order", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="payment_id.company_id", store=True)
    currency_id = fields.Many2one(related="payment_id.currency_id")
    partner_id = fields.Many2one(related="payment_id.partner_id")
    amount = fields.Monetary(required=True)

    _order_unique = models.Constraint(
        "unique(payment_id, order_id)",
        "This order has its part of the payment already.",
    )
    _amount = models.Constraint(
        "CHECK(amount > 0)", "A part of a payment is more than nothing."
    )

    @api.constrains("payment_id", "order_id", "amount")
    def _check_parts(self):
        self.payment_id._check_allocations()

    @api.model_create_multi
    def create(self, vals_list):
        """Note on the payment who gave which order its part."""
        rows = super().create(vals_list)
        rows._note_parts()
        return rows

    def write(self, vals):
        """Note the change on the payment."""
        result = super().write(vals)
        self._note_parts()
        return result

    def unlink(self):
        """Note on the payment that a part is free again."""
        for row in self:
            row.payment_id.message_post(
                body=self.env._("No longer for order %s.", row.order_id.sudo().name)
            )
        return super().unlink()

    def _note_parts(self):
        for row in self:
            row.payment_id.message_post(
                body=self.env._(
                    "%(amount)s for order %(order)s.",
                    amount=row.currency_id.format(row.amount),
                    order=row.order_id.sudo().name,
                )
            )


class AccountPayment(models.Model):
    _inherit = "account.payment"

    allocation_ids = fields.One2many(
        "account.payment.allocation",
        "payment_id",
        "For Several Orders",
        help="Which part of this money was paid for which order.",
    )

    @api.constrains("amount", "sale_order_id", "payment_type", "partner_id")
    def _check_allocations(self):
        """Refuse parts for another customer, or more of them than was paid."""
        for payment in self:
            parts = payment.allocation_ids
            if not parts:
                continue
            if payment.sale_order_id or payment.payment_type != "inbound":
                raise ValidationError(
                    self.env._(
                        "Payment %s is for one order, or in parts for several. Only "
                        "money received is shared.",
                        payment.display_name,
                    )
                )
            for order in parts.order_id.sudo():
                payment._check_pays_for(order)
            total = sum(parts.mapped("amount"))
            if payment.currency_id.compare_amounts(total, payment.amount) > 0:
                raise ValidationError(
                    self.env._(
                        "%(total)s are shared among orders, but %(amount)s were paid.",
                        total=payment.currency_id.format(total),
                        amount=payment.currency_id.format(payment.amount),
                    )
                )
