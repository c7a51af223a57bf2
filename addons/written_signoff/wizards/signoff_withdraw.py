from odoo import fields, models
from odoo.exceptions import UserError


class SignoffWithdraw(models.TransientModel):
    """Taking back a signature that one gave oneself, with the reason."""

    _name = "signoff.withdraw"
    _inherit = "signoff.identity"
    _description = "Withdraw a Signature"

    signature_id = fields.Many2one("signoff.signature", required=True, readonly=True)
    reason = fields.Text(required=True)

    def action_withdraw(self):
        """Withdraw. The password is in the context of this call only.

        :raises UserError: not one's own valid signature, no reason, wrong password
        """
        self.ensure_one()
        signature = self.signature_id
        reason = (self.reason or "").strip()
        if signature.signer_id != self.env.user or signature.state != "valid":
            raise UserError(
                self.env._("You can withdraw only a valid signature of your own.")
            )
        if not any(map(str.isalnum, reason)):
            raise UserError(self.env._("Please say why you withdraw the signature."))
        self._check_identity()
        document = self.env[signature.res_model].browse(signature.res_id)
        document._signoff_lock()
        signature.sudo()._close(
            "withdrawn", {signature.id: reason}, self.env.user, "password"
        )
        document.sudo()._signoff_voided(signature.sudo())
        return {"type": "ir.actions.act_window_close"}
