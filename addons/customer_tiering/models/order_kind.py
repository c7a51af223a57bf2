from odoo import fields, models


class OrderKind(models.Model):
    """Kinds of order, and whether they are held to the release rules (TIER-10)."""

    _name = "order.kind"
    _description = "Order Kind"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    exempt = fields.Boolean(
        "Needs No Sheet",
        help="Counter sales, spare parts, inter-company: released as in bare Odoo.",
    )
    group_ids = fields.Many2many(
        "res.groups", string="Who May Use It", help="For kinds that need no sheet."
    )
    company_id = fields.Many2one("res.company")
