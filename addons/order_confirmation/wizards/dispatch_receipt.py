from odoo import fields, models

from . import paper_scan_upload  # noqa: F401 - it comes before what inherits it


class DispatchReceiptUpload(models.TransientModel):
    """Takes the scan of an arrival receipt that was signed on paper."""

    _name = "dispatch.receipt.upload"
    _inherit = "paper.scan.upload"
    _description = "Arrival Receipt on Paper"

    notice_id = fields.Many2one("dispatch.notice", required=True, readonly=True)
    signer_name = fields.Char("Received By")
    arrived_on = fields.Date(
        "Arrived", required=True, default=fields.Date.context_today
    )
    remarks = fields.Text(help="As written on the receipt.")

    def action_upload(self):
        """Record the receipt.

        :raises UserError: no PDF or picture, too large, signed already
        """
        self.ensure_one()
        self.notice_id.check_access("write")
        evidence, name = self._evidence()
        self.notice_id._sign_arrival(
            self.signer_name,
            evidence,
            method="scan",
            remarks=self.remarks,
            arrived_on=self.arrived_on,
            evidence_name=name,
        )
        return {"type": "ir.actions.act_window_close"}
