import json

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessDenied, UserError

from ..digest import canonical


class SignoffIdentity(models.AbstractModel):
    """Asks again who you are, at each signing and without a period of grace."""

    _name = "signoff.identity"
    _description = "Identity Asked Again"

    # Never stored: it travels in the context of the one call that signs.
    password = fields.Char(store=False)

    def _check_identity(self):
        """Compare the password with that of the person who is logged in.

        :raises UserError: it is not, or too many tries
        """
        user = self.env.user
        credential = {
            "login": user.login,
            "password": self.env.context.get("password"),
            "type": "password",
        }
        try:
            with user._assert_can_auth(user=user.login):
                user._check_credentials(credential, {"interactive": True})
        except AccessDenied as error:
            raise UserError(
                self.env._(
                    "This is not your password, so nothing was signed. Please try again."
                )
            ) from error


class SignoffSign(models.TransientModel):
    """The signing dialog: what you sign, what it means, your words, your password."""

    _name = "signoff.sign"
    _inherit = "signoff.identity"
    _description = "Sign"

    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(
        model_field="res_model", required=True, readonly=True
    )
    purpose_id = fields.Many2one("signoff.purpose", required=True, readonly=True)
    statement_required = fields.Boolean(related="purpose_id.statement_required")
    meaning = fields.Text(related="purpose_id.meaning")
    document_name = fields.Char("Document", compute="_compute_document")
    terms_html = fields.Html("What You Sign", compute="_compute_document")
    signer_id = fields.Many2one(
        "res.users", "Signed By", default=lambda self: self.env.user, readonly=True
    )
    statement = fields.Text()

    def _document(self):
        self.ensure_one()
        model = self.env.get(self.res_model)
        if model is None or not hasattr(model, "_signoff_sign"):
            raise UserError(self.env._("This document is not one that is signed."))
        document = model.browse(self.res_id).exists()
        document.check_access("read")
        return document

    @api.depends("res_model", "res_id", "purpose_id")
    def _compute_document(self):
        for dialog in self:
            document = dialog._document()
            terms = document.sudo()._signoff_terms(dialog.purpose_id.sudo().code)
            dialog.document_name = document.display_name
            dialog.terms_html = _terms_table(document, terms[document.id])

    def _declared(self):
        """Return what is stated beside the terms; for dialogs that ask for more."""
        return {}

    def _before_signing(self, document):
        """Write what the dialog asked for onto the document, before it is signed."""

    def action_sign(self):
        """Sign. The password is in the context of this call only.

        :raises UserError: wrong password, empty statement, not signable now
        :raises AccessError: this person may not sign this
        """
        self.ensure_one()
        document = self._document()
        purpose = self.purpose_id.sudo()
        document._signoff_verify_signer(purpose, self.env.user)
        document._signoff_statement(purpose, self.statement)
        self._check_identity()
        self._before_signing(document)
        document._signoff_sign(
            purpose.code, self.statement, declared=self._declared(), method="password"
        )
        return {"type": "ir.actions.act_window_close"}


def _terms_table(document, terms):
    """Write terms as a two-column table in the words of the document."""
    rows = Markup().join(
        Markup("<tr><td class='text-muted pe-3'>%s</td><td>%s</td></tr>")
        % (document._signoff_label(path), value)
        for path, value in _leaves((), json.loads(canonical(terms)))
        if value not in (None, "", False)
    )
    return Markup("<table class='table table-sm mb-0'>%s</table>") % rows


def _leaves(path, value):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves((*path, key), item)
    elif isinstance(value, list):
        yield path, ", ".join(map(str, value))
    else:
        yield path, value
