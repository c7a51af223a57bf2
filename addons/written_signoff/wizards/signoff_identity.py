from odoo import api, fields, models
from odoo.exceptions import AccessDenied, AccessError, UserError
from odoo.fields import Domain

from ..identity import KEY, proof


class SignoffIdentity(models.AbstractModel):
    """Asks again who you are, at each signing and without a period of grace."""

    _name = "signoff.identity"
    _description = "Identity Asked Again"

    # Never stored: it travels in the context of the one call that signs.
    password = fields.Char(store=False)

    @api.model_create_multi
    def create(self, vals_list):
        """Keep the password for the answer to the one call that saves the dialog.

        The web client reads the dialog back before it puts the password into the
        context of the button, and a column that is not stored is lost by a creation.
        """
        dialogs = super().create(vals_list)
        for dialog, vals in zip(dialogs, vals_list, strict=True):
            if vals.get("password"):
                dialog.password = vals["password"]
        return dialogs

    # Not by record rules: each dialog that others build on this one would need its own.
    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        """Find only dialogs that one opened oneself."""
        if not (self.env.su or bypass_access):
            domain = Domain(domain) & Domain("create_uid", "=", self.env.uid)
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    def _check_access(self, operation):
        """Refuse dialogs that somebody else opened."""
        result = super()._check_access(operation)
        if result or not any(self._ids):
            return result
        forbidden = self.filtered(
            lambda dialog: dialog.id and dialog.sudo().create_uid != self.env.user
        )
        if forbidden:
            return forbidden, lambda: AccessError(forbidden._foreign())
        return None

    def _foreign(self):
        return self.env._("Somebody else opened this dialog.")

    def _check_own(self):
        """Raise AccessError when somebody else opened this dialog."""
        if self.create_uid != self.env.user:
            raise AccessError(self._foreign())

    def _check_identity(self):
        """Compare the password in the context with that of who is logged in.

        :return: the context that lets this person sign once
        :raises UserError: it is not, or too many tries (Odoo's own cooldown)
        """
        user = self.env.user
        credential = {
            "login": user.login,
            "password": self.env.context.get("password"),
            "type": "password",
        }
        wrong = self.env._("This is not your password, so nothing was signed.")
        self._check_shown(user, credential, wrong)
        return {KEY: proof(self.env)}

    def _check_shown(self, user, credential, wrong):
        """Let Odoo compare what this person shows.

        :param dict credential: as ``res.users._check_credentials`` takes it
        :param str wrong: what is said when it is not right
        :raises UserError: it is not, or too many tries (Odoo's own cooldown)
        """
        tried = False
        try:
            with user._assert_can_auth(user=user.login):
                tried = True
                user._check_credentials(credential, {"interactive": True})
        except AccessDenied as error:
            often = self.env._(
                "Too many wrong passwords: please wait a minute, then try again."
            )
            raise UserError(wrong if tried else often) from error

    def _without_password(self):
        """Return the dialog with the password out of everybody else's sight."""
        context = {**self.env.context}
        context.pop("password", None)
        return self.with_env(self.env(context=context))
