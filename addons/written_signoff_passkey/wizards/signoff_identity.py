from odoo import api, fields, models
from odoo.addons.auth_passkey._vendor.webauthn.helpers.exceptions import (
    InvalidAuthenticatorDataStructure,
    InvalidBackupFlags,
    InvalidCBORData,
    InvalidJSONStructure,
)
from odoo.addons.written_signoff.identity import KEY, proof
from odoo.exceptions import UserError

from ..asking import asked, is_answer

# What Odoo's comparison raises when an answer is none at all.
MALFORMED = (
    AttributeError,
    IndexError,
    InvalidAuthenticatorDataStructure,
    InvalidBackupFlags,
    InvalidCBORData,
    InvalidJSONStructure,
    KeyError,
    TypeError,
    ValueError,
)


class SignoffIdentity(models.AbstractModel):
    """Asks again who you are: the password, or one of one's own passkeys (PLT-05)."""

    _inherit = "signoff.identity"

    has_passkey = fields.Boolean(compute="_compute_has_passkey")

    @api.depends_context("uid")
    def _compute_has_passkey(self):
        self.has_passkey = bool(self.env.user.auth_passkey_key_ids)

    def passkey_options(self):
        """Ask this person's passkey for this dialog, anew.

        The browser's answer, as JSON, goes as ``passkey`` into the context of the
        call that signs, within five minutes and in the same session.

        :return: the options for ``navigator.credentials.get``
        :raises AccessError: somebody else opened the dialog
        """
        self.ensure_one()
        self._check_own()
        return self.env["signoff.passkey.challenge"]._ask(self)

    def _check_identity(self):
        """Compare the passkey's answer, where one is in the context.

        :raises UserError: not the answer of this person's passkey to what this dialog
            asked last, or neither an answer nor a password
        """
        answer = self.env.context.get("passkey")
        if not answer:
            typed = self.env.context.get("password")
            if not typed and self.env.user.auth_passkey_key_ids:
                raise UserError(
                    self.env._("Please enter your password, or use your passkey.")
                )
            return super()._check_identity()
        wrong = self.env._(
            "Your passkey was not accepted, so nothing was signed. Please try again."
        )
        challenge = self.env["signoff.passkey.challenge"]._take(self)
        if not challenge or not is_answer(answer):
            raise UserError(wrong)
        credential = {"type": "webauthn", "webauthn_response": answer}
        try:
            self._check_shown(asked(self.env.user, challenge), credential, wrong)
        except MALFORMED as error:
            raise UserError(wrong) from error
        return {KEY: proof(self.env, "passkey")}

    def _without_password(self):
        """Keep the answer out of everybody else's sight, too."""
        dialog = super()._without_password()
        context = {**dialog.env.context}
        context.pop("passkey", None)
        return dialog.with_env(dialog.env(context=context))
