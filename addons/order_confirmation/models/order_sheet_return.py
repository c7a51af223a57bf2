from base64 import b64decode

from odoo import fields, models
from odoo.addons.written_signoff.keeping import keyed
from odoo.exceptions import UserError

from ..opening import dialog
from ..scan import drawn
from .order_sheet import ENDED

# What customer service answers for when it verifies a return (ORD-25).
TICKS = ("legible", "signatory_mark", "unchanged", "remarks_clear")


class OrderSheet(models.Model):
    """The return of the sheet and its verification (ORD-24, ORD-25)."""

    _inherit = "order.sheet"

    returned_at = fields.Datetime("Returned", readonly=True)
    returned_by = fields.Char("Signed by", readonly=True)
    return_how = fields.Selection(
        [("portal", "Signed on the portal"), ("scan", "Signed on paper")], readonly=True
    )
    verified_at = fields.Datetime("Verified", readonly=True)
    reject_reason = fields.Text(readonly=True)
    signatory_id = fields.Many2one("res.partner", readonly=True)
    no_signatory_reason = fields.Char(readonly=True, groups="base.group_user")

    # -- the return ----------------------------------------------------------------

    def _take_return(self, name, evidence, method, evidence_name):
        """Take what the customer signed. Called on the server by portal and scan.

        Whoever calls it has made sure that this reader may sign the sheet.

        :param str name: who signed, in print
        :param evidence: base64 of the drawn signature or of the scan
        :raises UserError: no name, nothing drawn, or not a version to be signed
        """
        name = " ".join((name or "").split())
        if not any(map(str.isalnum, name)):
            raise UserError(self.env._("Please give the name of the person who signs."))
        if method == "portal" and not drawn(_decoded(evidence)):
            raise UserError(self.env._("Please draw your signature before sending it."))
        return self.sudo()._signoff_sign(
            "sheet_return",
            method=method,
            signer_name=name,
            signer_role=self.env._("Customer"),
            evidence=evidence,
            evidence_name=evidence_name,
        )

    def _return_refused(self):
        """Return in the customer's words why this sheet is not to be signed, or False.

        Never an internal reason: what a department has still to do is not theirs to
        read (ORD-27).
        """
        self.ensure_one()
        current = self._current()
        words = {
            "draft": self.env._("%s is not ready to be signed yet.", self.name),
            "checked": self.env._("%s is not ready to be signed yet.", self.name),
            "returned": self.env._("%s is signed already. Thank you!", self.name),
            "accepted": self.env._("%s is signed already. Thank you!", self.name),
            "cancelled": self.env._("This order was cancelled."),
            "superseded": self.env._(
                "%(sheet)s is superseded by version %(version)s, which is the one to "
                "sign.",
                sheet=self.name,
                version=current.version,
            )
            if current
            else self.env._("%s is superseded.", self.name),
        }
        if self.state in words:
            return words[self.state]
        if self._outdated():
            return self.env._(
                "Your order is being revised. A new version of this sheet will be sent "
                "to you; this one can no longer be signed."
            )
        return False

    def _signoff_check(self, purpose, signer):
        """Refuse the return of an old version, and to verify what is not back."""
        result = super()._signoff_check(purpose, signer)
        if purpose.code == "sheet_return":
            if refusal := self._return_refused():
                raise UserError(refusal)
        elif purpose.code == "sheet_verify":
            self._require_state("returned")
        return result

    def _signoff_signed(self, signature):
        """Let the state follow the return and its verification."""
        result = super()._signoff_signed(signature)
        if signature.purpose_code == "sheet_return":
            self._returned(signature)
        elif signature.purpose_code == "sheet_verify":
            self._verified(signature)
        return result

    def _returned(self, signature):
        self._move(
            "returned",
            returned_at=signature.signed_at,
            returned_by=signature.signer_name,
            return_how=signature.method,
            reject_reason=False,
        )
        sheet = self.sudo()
        sheet.activity_unlink(["mail.mail_activity_data_todo"])
        sheet.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=sheet.prepared_by_id.id,
            summary=sheet.with_context(lang=sheet.prepared_by_id.lang).env._(
                "Verify the returned sheet"
            ),
        )

    def action_scan(self):
        """Open the dialog that takes a scanned return."""
        self.env.user._require_role("customer_service", "merchandiser", "salesperson")
        return self._return_dialog("order.sheet.scan", self.env._("Returned on Paper"))

    # -- verification --------------------------------------------------------------

    def action_verify(self):
        """Open the dialog in which the return is verified and signed."""
        return self._signoff_dialog("sheet_verify", dialog_size="extra-large")

    def _signoff_dialog_model(self, code):
        """Verification has a dialog of its own, beside the specimen on file."""
        if code == "sheet_verify":
            return "order.sheet.verify"
        return super()._signoff_dialog_model(code)

    def _verified(self, signature):
        """Accept the return: it is the production instruction from here on.

        The ticks are asked of the signature itself, so that no other dialog signs
        without them.
        """
        declared = signature.sudo()._content()["declared"]
        if not all(declared.get(tick) is True for tick in TICKS):
            raise UserError(
                self.env._(
                    "All four points are verified and ticked before a return is "
                    "accepted."
                )
            )
        if not declared.get("no_signatory_reason"):
            if not declared.get("signatory"):
                raise UserError(self._refuse_no_signatory())
            if not declared.get("specimen"):
                raise UserError(self._refuse_no_specimen(declared["signatory"]))
        self._move("accepted", verified_at=signature.signed_at)
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])
        self.env["release.owed"].sudo()._settle(self.sudo().order_id)

    def _refuse_no_signatory(self):
        return self.env._(
            "No designated signatory is chosen. Choose who signed, mark one among the "
            "contacts of %s, or say why it is accepted without.",
            self.partner_id.commercial_partner_id.display_name,
        )

    def _refuse_no_specimen(self, name):
        return self.env._(
            "There is no specimen of %s on file with which to compare. Keep one on the "
            "contact, or say why the return is accepted without.",
            name,
        )

    def _note_signatory(self, signatory, reason):
        """Keep on the form whose signature it is; the evidence is in the signature.

        :param reason: why the return is accepted without comparing, or nothing
        """
        keyed(self).write(
            {
                "signatory_id": signatory.id,
                "no_signatory_reason": (reason or "").strip(),
            }
        )

    def action_reject(self):
        """Open the dialog that sends a return back with its reason."""
        self.env.user._require_role("customer_service")
        return self._return_dialog(
            "order.sheet.reject", self.env._("Reject the Return")
        )

    def _reject(self, reason):
        """Send the return back; the customer reads the reason and may return it again.

        :raises UserError: no reason, or nothing to reject
        """
        self.env.user._require_role("customer_service")
        self._require_state("returned")
        reason = (reason or "").strip()
        if not any(map(str.isalnum, reason)):
            raise UserError(self.env._("Please say what is wrong with the return."))
        self._move("rejected", reject_reason=reason)
        self.sudo().activity_unlink(["mail.mail_activity_data_todo"])
        self._tell_rejected(reason)
        self.sudo().activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=self.user_id.id or self.env.uid,
            summary=self.with_context(lang=self.user_id.lang or self.env.lang).env._(
                "The return was rejected: collect it once more"
            ),
        )

    def _tell_rejected(self, reason):
        letter = self.with_context(lang=self.lang)
        text = letter.env._(
            "Thank you for returning %(sheet)s. We cannot work by it yet:\n%(reason)s\n"
            "Please sign and return it once more.",
            sheet=self.name,
            reason=reason,
        )
        letter.message_post(
            body=text,
            subject=self.name,
            partner_ids=self.partner_id.ids,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )

    def _return_dialog(self, model, title):
        self.ensure_one()
        return dialog(model, title, sheet_id=self.id)

    # -- what became void ----------------------------------------------------------

    def _signoff_voided(self, signatures):
        """Ask who prepared a sheet for the next version (ORD-23)."""
        result = super()._signoff_voided(signatures)
        for sheet in self.sudo().filtered(lambda sheet: sheet.state not in ENDED):
            summary = sheet.with_context(lang=sheet.prepared_by_id.lang).env._(
                "The order has changed: make version %s", sheet.version + 1
            )
            if summary not in sheet.activity_ids.mapped("summary"):
                sheet.activity_schedule(
                    "mail.mail_activity_data_todo",
                    user_id=sheet.prepared_by_id.id,
                    summary=summary,
                )
        return result

    def _return_evidence(self):
        """Return the signature of the latest return, or an empty one."""
        self.ensure_one()
        latest = self._signoff_latest(["sheet_return"])
        empty = self.env["signoff.signature"].sudo()
        return latest.get((self.id, "sheet_return"), empty)


def _decoded(evidence):
    try:
        return b64decode(evidence or b"", validate=True)
    except ValueError:
        return b""
