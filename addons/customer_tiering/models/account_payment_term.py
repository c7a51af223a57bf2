from odoo import fields, models


class AccountPaymentTerm(models.Model):
    _inherit = "account.payment.term"

    deposit_percent = fields.Float(
        string="Deposit before Production",
        digits=(5, 2),
        help="How much of an order's total, in percent, must have arrived in "
        "accounting before the order may be produced. 0 asks for no deposit.",
    )

    _deposit_percent_range = models.Constraint(
        "CHECK (deposit_percent >= 0 AND deposit_percent <= 100)",
        "The deposit must be between 0 and 100 percent of the order.",
    )
