from odoo import api, fields, models
from odoo.exceptions import UserError


class FormulaConfirmationScan(models.TransientModel):
    """A formula confirmation that the customer signed on paper (ORD-12)."""

    _name = "formula.confirmation.scan"
    _description = "Formula Confirmation Accepted on Paper"

    formula_id = fields.Many2one("formula.confirmation", required=True, readonly=True)
    signer_name = fields.Char("Signed By", required=True)
    scan = fields.Binary("Scan or Photo", attachment=False)
    scan_name = fields.Char()

    @api.constrains("scan")
    def _check_scan(self):
        """Judge the file by what is in it, before anything is kept."""
        for wizard in self.with_context(bin_size=False):
            if refusal := self.env["paper.scan"]._refusal_of(wizard.scan):
                raise UserError(refusal)

    def action_accept(self):
        """Take the scan as the customer's written acceptance.

        :raises UserError: no name, no readable scan, or nothing to accept
        """
        self.ensure_one()
        document = self.formula_id
        self.env.user._require_role("customer_service", "merchandiser", "salesperson")
        document.check_access("read")
        self._check_scan()
        evidence = self.with_context(bin_size=False).scan
        document._accept(self.signer_name, evidence, "scan", self.scan_name or "scan")
        return {"type": "ir.actions.act_window_close"}
