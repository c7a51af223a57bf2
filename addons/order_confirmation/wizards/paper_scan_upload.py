from odoo import api, fields, models
from odoo.exceptions import UserError


class PaperScanUpload(models.AbstractModel):
    """What was signed on paper comes in as a scan or photo (ORD-24, ORD-63)."""

    _name = "paper.scan.upload"
    _description = "Scan of a Signed Paper"

    signer_name = fields.Char("Signed By", required=True)
    scan = fields.Binary("Scan or Photo", attachment=False)
    scan_name = fields.Char()

    @api.constrains("scan")
    def _check_scan(self):
        """Judge the file by what is in it, before anything is kept."""
        for wizard in self.with_context(bin_size=False):
            if refusal := self.env["paper.scan"]._refusal_of(wizard.scan):
                raise UserError(refusal)

    def _evidence(self):
        """Return the scan as base64, and its name.

        :raises UserError: it is no readable PDF or picture
        """
        self.ensure_one()
        self._check_scan()
        return self.with_context(bin_size=False).scan, self.scan_name or "scan"
