from odoo import fields, models


class DispatchReceiptUpload(models.TransientModel):
    """Takes the scan of an arrival receipt that was signed on paper."""

    _name = "dispatch.receipt.upload"
    _description = "Arrival Receipt on Paper"

    notice_id = fields.Many2one("dispatch.notice", required=True, readonly=True)
    signer_name = fields.Char("Received By", required=True)
    arrived_on = fields.Date(
        "Arrived", required=True, default=fields.Date.context_today
    )
    remarks = fields.Text(help="As written on the receipt.")
    scan = fields.Binary("Scan (PDF, PNG, JPEG)", required=True, attachment=False)
    scan_name = fields.Char()

    def action_upload(self):
        """Record the receipt.

        :raises UserError: no PDF or picture, too large, signed already
        """
        self.ensure_one()
        self.notice_id.check_access("write")
        self.notice_id._sign_arrival(
            self.signer_name,
            self.with_context(bin_size=False).scan,
            method="scan",
            remarks=self.remarks,
            arrived_on=self.arrived_on,
            evidence_name=self.scan_name,
        )
        return {"type": "ir.actions.act_window_close"}
