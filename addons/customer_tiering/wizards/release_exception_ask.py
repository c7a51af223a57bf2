from odoo import api, fields, models
from odoo.addons.written_signoff.wording import joined

WORKING_DAYS = 3


class ReleaseExceptionAsk(models.TransientModel):
    """Asking for an authorised exception for an order (TIER-07)."""

    _name = "release.exception.ask"
    _description = "Ask for an Exception"

    order_id = fields.Many2one("sale.order", required=True, readonly=True)
    gate_id = fields.Many2one("release.gate", required=True, readonly=True)
    possible_ids = fields.Many2many("release.requirement", compute="_compute_possible")
    requirement_ids = fields.Many2many(
        "release.requirement",
        "release_exception_ask_requirement",
        string="Without",
        required=True,
        domain="[('id', 'in', possible_ids)]",
    )
    who = fields.Char("Granted By", compute="_compute_who")
    reason = fields.Text(required=True)
    expires_at = fields.Datetime("Until", required=True)

    @api.model
    def default_get(self, fields):
        """Propose the gate that comes next, what is missing there, and three days."""
        values = super().default_get(fields)
        order = self.env["sale.order"].browse(values.get("order_id") or ())
        if order:
            order.check_access("read")
            gate = order._exception_gate()
            values["gate_id"] = gate.id
            values["requirement_ids"] = [(6, 0, order._exception_possible(gate).ids)]
            values["expires_at"] = order._exception_end(WORKING_DAYS)
        return values

    @api.depends("order_id", "gate_id")
    def _compute_possible(self):
        for wizard in self:
            order, gate = wizard.order_id, wizard.gate_id
            wizard.possible_ids = order and gate and order._exception_possible(gate)

    @api.depends("requirement_ids")
    def _compute_who(self):
        for wizard in self:
            groups = wizard.sudo().requirement_ids.exception_group_ids
            wizard.who = joined(self.env, groups.mapped("name"))

    def action_ask(self):
        """Ask, and show what was asked for.

        :raises UserError: no reason, an end that is past, or not possible
        """
        self.ensure_one()
        row = self.env["release.exception"]._ask(
            self.order_id,
            self.gate_id,
            self.requirement_ids,
            self.reason,
            self.expires_at,
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "release.exception",
            "res_id": row.id,
            "views": [(False, "form")],
        }
