from base64 import b64decode

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import scan
from ..models.order_sheet_return import TICKS
from ..models.order_sheet_sending import RECEIVED_HOW
from . import paper_scan_upload  # noqa: F401 - it comes before what inherits it


class OrderSheetReceived(models.TransientModel):
    """“Received clearly”: who at the customer confirmed it, how and when (ORD-21)."""

    _name = "order.sheet.received"
    _description = "Sheet Received Clearly"

    sheet_id = fields.Many2one("order.sheet", required=True, readonly=True)
    received_by = fields.Char("Who Confirmed", required=True)
    received_how = fields.Selection(
        RECEIVED_HOW, "How", required=True, default="telephone"
    )
    received_at = fields.Datetime(
        "When", required=True, default=lambda self: fields.Datetime.now()
    )

    def action_record(self):
        """Record it on the sheet."""
        self.ensure_one()
        self.sheet_id._received(self.received_by, self.received_how, self.received_at)
        return {"type": "ir.actions.act_window_close"}


class OrderSheetScan(models.TransientModel):
    """A return that was signed on paper and came back as a scan or photo (ORD-24)."""

    _name = "order.sheet.scan"
    _inherit = "paper.scan.upload"
    _description = "Sheet Returned on Paper"

    sheet_id = fields.Many2one("order.sheet", required=True, readonly=True)

    def action_return(self):
        """Take the scan as the customer's return.

        :raises UserError: no name, no readable scan, or an old version
        """
        self.ensure_one()
        sheet = self.sheet_id
        self.env.user._require_role("customer_service", "merchandiser", "salesperson")
        sheet.check_access("read")
        evidence, name = self._evidence()
        sheet._take_return(self.signer_name, evidence, "scan", name)
        return {"type": "ir.actions.act_window_close"}


class OrderSheetReject(models.TransientModel):
    """Sending a return back with the reason (ORD-25)."""

    _name = "order.sheet.reject"
    _description = "Reject the Return of a Sheet"

    sheet_id = fields.Many2one("order.sheet", required=True, readonly=True)
    reason = fields.Text(required=True, help="The customer reads this.")

    def action_reject(self):
        """Send the return back."""
        self.ensure_one()
        self.sheet_id._reject(self.reason)
        return {"type": "ir.actions.act_window_close"}


class OrderSheetVerify(models.TransientModel):
    """Verifying a return beside the specimen on file, and signing for it (ORD-25)."""

    _name = "order.sheet.verify"
    _inherit = "signoff.sign"
    _description = "Verify the Return of a Sheet"

    sheet_id = fields.Many2one("order.sheet", compute="_compute_return")
    returned_by = fields.Char("Signed By (Return)", compute="_compute_return")
    return_picture = fields.Binary("Returned", compute="_compute_return")
    return_pdf = fields.Binary("Returned as PDF", compute="_compute_return")
    return_name = fields.Char(compute="_compute_return")
    legible = fields.Boolean("It is legible")
    signatory_mark = fields.Boolean(
        "Signed or stamped by a designated signatory as on the specimen, or accepted "
        "without for the reason given"
    )
    unchanged = fields.Boolean("Nothing is changed by hand")
    remarks_clear = fields.Boolean("Special remarks are clear")
    known_signatory_ids = fields.Many2many("res.partner", compute="_compute_return")
    signatory_id = fields.Many2one(
        "res.partner",
        "Designated Signatory",
        domain="[('id', 'in', known_signatory_ids)]",
    )
    specimen = fields.Image(
        "Specimen on File", related="signatory_id.signatory_specimen"
    )
    no_signatory_reason = fields.Char("Accepted Without, Because")

    @api.model
    def default_get(self, fields):
        """Show the specimen at once where only one person may have signed."""
        values = super().default_get(fields)
        sheet = self.env["order.sheet"].browse(values.get("res_id") or ())
        if sheet and values.get("res_model") == sheet._name:
            sheet.check_access("read")
            known = sheet.partner_id._signatories()
            values["signatory_id"] = known.id if len(known) == 1 else False
        return values

    @api.depends("res_model", "res_id")
    def _compute_return(self):
        for dialog in self:
            sheet = dialog._document()
            row = sheet._return_evidence().with_context(bin_size=False)
            data = b64decode(row.evidence or b"")
            paper = scan.kind(data) == "application/pdf"
            dialog.sheet_id = sheet
            dialog.returned_by = row.signer_name
            dialog.return_picture = not paper and row.evidence
            dialog.return_pdf = paper and row.evidence
            dialog.return_name = row.evidence_name
            dialog.known_signatory_ids = sheet.partner_id._signatories()

    def _declared(self):
        """State the four points and whose signature it is, in the signature itself."""
        return {
            **{tick: self[tick] for tick in TICKS},
            "signatory": self.signatory_id.sudo().display_name or "",
            "specimen": self._compared(),
            "no_signatory_reason": self._without(),
        }

    def _compared(self):
        """Return whether there is a specimen with which the return was compared."""
        return bool(self.signatory_id.sudo().signatory_specimen)

    def _without(self):
        """Return why the return is accepted without comparing, where it is."""
        return "" if self._compared() else (self.no_signatory_reason or "").strip()

    def _before_signing(self, document):
        """Note who signed, for the form of the sheet."""
        if self.signatory_id and self.signatory_id not in self.known_signatory_ids:
            raise UserError(document._refuse_no_signatory())
        document._note_signatory(self.signatory_id, self._without())
