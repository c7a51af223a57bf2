from odoo import fields, models
from odoo.exceptions import UserError


class SignoffDelegationRevoke(models.TransientModel):
    """Ending a delegation before its time, with the reason (ROL-04)."""

    _name = "signoff.delegation.revoke"
    _inherit = "signoff.identity"
    _description = "Revoke a Delegation"

    delegation_id = fields.Many2one("signoff.delegation", required=True, readonly=True)
    # Not as superuser: the id of the delegation comes from the caller.
    delegation_name = fields.Char(
        "Who Acts for Whom", related="delegation_id.display_name", related_sudo=False
    )
    reason = fields.Text()

    def action_revoke(self):
        """Revoke. The password is in the context of this call only.

        :raises UserError: no reason, wrong password, or it has ended already
        :raises AccessError: neither giver nor receiver nor administrator
        """
        self.ensure_one()
        self._check_own()
        dialog = self._without_password()
        dialog.delegation_id._check_may_revoke()
        reason = (dialog.reason or "").strip()
        if not any(map(str.isalnum, reason)):
            raise UserError(self.env._("Please say why the delegation ends."))
        proven = self._check_identity()
        dialog.delegation_id.with_context(**proven)._revoke(reason)
        return {"type": "ir.actions.act_window_close"}
