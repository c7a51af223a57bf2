from odoo import fields, models
from odoo.exceptions import UserError

from . import shared_rules  # noqa: F401 - it comes before what inherits it


class OrderKind(models.Model):
    """Kinds of order, and whether they are held to the release rules (TIER-10)."""

    _name = "order.kind"
    _description = "Order Kind"
    _inherit = ["shared.rules", "recorded.rules"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    exempt = fields.Boolean(
        "Needs No Sheet",
        tracking=True,
        help="Counter sales, spare parts, inter-company: released as in bare Odoo.",
    )
    group_ids = fields.Many2many(
        "res.groups",
        string="Who May Use It",
        tracking=True,
        help="For kinds that need no sheet.",
    )
    company_id = fields.Many2one("res.company", tracking=True)

    def write(self, vals):
        """Let no kind need a sheet no more while orders are of it (TIER-10).

        Who made them was not asked whether they may use such a kind.
        """
        if vals.get("exempt"):
            self.filtered(lambda kind: not kind.exempt)._check_unused()
        return super().write(vals)

    def _check_unused(self):
        """Raise when orders are of these kinds.

        :raises UserError: naming the kind and an order
        """
        if not self or not self.env.registry.ready:
            return
        order = self.env["sale.order"].sudo().search(
            [("order_kind_id", "in", self.ids), ("state", "!=", "cancel")], limit=1
        )  # fmt: skip
        if order:
            raise UserError(
                self.env._(
                    "There are orders of the kind “%(kind)s” (%(order)s), which would "
                    "need no sheet at once: make another kind instead.",
                    kind=order.order_kind_id.with_env(self.env).name,
                    order=order.name,
                )
            )
