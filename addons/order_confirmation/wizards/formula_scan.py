from odoo import fields, models

from . import paper_scan_upload  # noqa: F401 - it comes before what inherits it


class FormulaConfirmationScan(models.TransientModel):
    """A formula confirmation that the customer signed on paper (ORD-12)."""

    _name = "formula.confirmation.scan"
    _inherit = "paper.scan.upload"
    _description = "Formula Confirmation Accepted on Paper"

    formula_id = fields.Many2one("formula.confirmation", required=True, readonly=True)

    def action_accept(self):
        """Take the scan as the customer's written acceptance.

        :raises UserError: no name, no readable scan, or nothing to accept
        """
        self.ensure_one()
        document = self.formula_id
        self.env.user._require_role("customer_service", "merchandiser", "salesperson")
        document.check_access("read")
        evidence, name = self._evidence()
        document._accept(self.signer_name, evidence, "scan", name)
        return {"type": "ir.actions.act_window_close"}
