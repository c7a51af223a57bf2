from odoo import api, models

from ..asking import challenge_of


class AuthPasskeyKey(models.Model):
    _inherit = "auth.passkey.key"

    @api.model
    def _get_session_challenge(self):
        """Compare an answer given in a signing dialog with that dialog's challenge.

        Odoo's own is for logging in. It stays in the session when the call fails, and
        two calls at the same moment both find it.
        """
        return challenge_of(self.env) or super()._get_session_challenge()
