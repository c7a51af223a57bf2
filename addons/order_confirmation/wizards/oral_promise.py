from odoo import api, fields, models


class OralPromiseWritten(models.TransientModel):
    """Choose what came of an oral promise in writing (ORD-09)."""

    _name = "oral.promise.written"
    _description = "Oral Promise in Writing"

    promise_id = fields.Many2one("oral.promise", required=True, readonly=True)
    sheet_ids = fields.Many2many(
        "order.sheet", string="Sheets Sent", compute="_compute_choice"
    )
    signature_ids = fields.Many2many(
        "signoff.signature", string="Signatures Given", compute="_compute_choice"
    )
    sheet_id = fields.Many2one("order.sheet", domain="[('id', 'in', sheet_ids)]")
    signature_id = fields.Many2one(
        "signoff.signature", domain="[('id', 'in', signature_ids)]"
    )

    @api.depends("promise_id")
    def _compute_choice(self):
        for dialog in self:
            order = dialog.promise_id._promised_order()
            sheets = order.sheet_ids.filtered("sent_at")
            dialog.sheet_ids = sheets
            dialog.signature_ids = self.env["signoff.signature"].search(
                [
                    ("kind", "=", "signature"),
                    ("state", "=", "valid"),
                    "|",
                    "&",
                    ("res_model", "=", "sale.order"),
                    ("res_id", "=", order.id),
                    "&",
                    ("res_model", "=", "order.sheet"),
                    ("res_id", "in", order.sheet_ids.ids),
                ]
            )

    def action_link(self):
        """Make the promise a written one."""
        self.ensure_one()
        self.promise_id._make_written(self.signature_id, self.sheet_id)
        return {"type": "ir.actions.act_window_close"}
