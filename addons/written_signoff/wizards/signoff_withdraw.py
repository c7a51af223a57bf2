from odoo import fields, models
from odoo.exceptions import UserError

from ..identity import IN_PERSON, identified_by


class SignoffWithdraw(models.TransientModel):
    """Taking back a signature that one gave oneself, with the reason."""

    _name = "signoff.withdraw"
    _inherit = "signoff.identity"
    _description = "Withdraw a Signature"

    signature_id = fields.Many2one("signoff.signature", required=True, readonly=True)
    # Not as superuser: the id of the signature comes from the caller.
    document_name = fields.Char(
        related="signature_id.document_name", related_sudo=False
    )
    purpose_name = fields.Char(
        related="signature_id.purpose_id.name", related_sudo=False
    )
    reason = fields.Text()

    def action_withdraw(self):
        """Withdraw. The password is in the context of this call only.

        :raises UserError: not one's own valid signature, no reason, wrong password
        """
        self.ensure_one()
        self._check_own()
        dialog = self._without_password()
        signature = dialog.signature_id
        reason = (dialog.reason or "").strip()
        own = signature.method in IN_PERSON and signature.signer_id == self.env.user
        if not own or signature.kind != "signature" or signature.closing_ids:
            raise UserError(
                self.env._("You can withdraw only a valid signature of your own.")
            )
        if not any(map(str.isalnum, reason)):
            raise UserError(self.env._("Please say why you withdraw the signature."))
        proven = self._check_identity()
        document = dialog.env.get(signature.res_model)
        if document is None:
            raise UserError(self.env._("The signed document does not exist any more."))
        document = document.browse(signature.res_id)
        method = identified_by(self.with_context(**proven).env)
        document._signoff_withdraw(signature, reason, method)
        return {"type": "ir.actions.act_window_close"}
