from odoo import api, fields, models

from ..models.production_exception_answer import ANSWERS, HOW


class ProductionExceptionReply(models.TransientModel):
    """What the customer says to a production exception (ORD-41)."""

    _name = "production.exception.reply"
    _description = "Record a Customer's Answer"

    exception_id = fields.Many2one("production.exception", required=True)
    offered_order_ids = fields.Many2many(related="exception_id.order_ids")
    order_id = fields.Many2one(
        "sale.order", required=True, domain="[('id', 'in', offered_order_ids)]"
    )
    plan = fields.Text(related="exception_id.plan")
    plan_date = fields.Date(related="exception_id.plan_date")
    present_date = fields.Date("Promised So Far", compute="_compute_present_date")
    asked_how = fields.Selection(HOW, "Asked", required=True, default="phone")
    contact_name = fields.Char("Spoke With")
    answer = fields.Selection(ANSWERS, required=True, default="accepts")
    said = fields.Text("What the Customer Said", required=True)
    new_date = fields.Date("New Promised Date")

    @api.depends("order_id")
    def _compute_present_date(self):
        for dialog in self:
            dialog.present_date = dialog.order_id.promised_completion_date

    @api.onchange("answer")
    def _onchange_answer(self):
        if self.answer == "not_asked":
            self.asked_how = "none"
        elif self.asked_how == "none":
            self.asked_how = "phone"
        if self.answer in ("refuses", "not_asked"):
            self.new_date = False

    def action_record(self):
        """Keep the answer, and promise the new date where there is one."""
        self.ensure_one()
        names = ("asked_how", "contact_name", "answer", "said", "new_date")
        self.env["production.exception.answer"]._record(
            self.exception_id, self.order_id, {name: self[name] for name in names}
        )
        return {"type": "ir.actions.act_window_close"}
