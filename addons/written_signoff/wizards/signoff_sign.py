from odoo import api, fields, models
from odoo.exceptions import MissingError, UserError

from ..digest import plain
from ..wording import table


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
    # Digest of the terms that were on the screen when the dialog opened.
    seen_digest = fields.Char(readonly=True)
    signer_name = fields.Char("Signed By", compute="_compute_signer_name")
    statement = fields.Text("In Your Own Words")

    def _document(self):
        """Return the document to sign.

        :raises UserError: there is none, or it is of a kind that is not signed
        :raises AccessError: it is not one that this person may read
        """
        self.ensure_one()
        model = self.env.get(self.res_model) if self.res_model else None
        if model is None or not hasattr(model, "_signoff_sign") or model._abstract:
            raise UserError(self.env._("This document is not one that is signed."))
        document = model.browse(self.res_id or ())
        try:
            document.check_access("read")
            # A model without access rules is not looked up by the check.
            there = self.purpose_id and document.display_name
        except MissingError:
            there = False
        if not there:
            raise UserError(self.env._("The document to sign does not exist any more."))
        return document

    @api.depends("res_model", "res_id", "purpose_id")
    def _compute_document(self):
        for dialog in self:
            document = dialog._document()
            terms = document._signoff_own_terms(dialog.purpose_id)
            dialog.document_name = document.display_name
            dialog.terms_html = table(document, plain(terms))

    @api.depends("res_model", "res_id", "purpose_id")
    @api.depends_context("uid", "lang")
    def _compute_signer_name(self):
        user = self.env.user
        for dialog in self:
            document = dialog._document()
            principal = document._signoff_principal(dialog.purpose_id, user)
            dialog.signer_name = user.name
            if principal:
                dialog.signer_name = self.env._(
                    "%(name)s for %(principal)s",
                    name=user.name,
                    principal=principal.name,
                )

    def _declared(self):
        """Return what is stated beside the terms; for dialogs that ask for more."""
        return {}

    def _before_signing(self, document):
        """Write what the dialog asked for onto the document, before it is signed."""

    def action_sign(self):
        """Sign. The password is in the context of this call only.

        :raises UserError: wrong password, empty statement, not signable now, or the
            document changed while the dialog was open
        :raises AccessError: this person may not sign this
        """
        self.ensure_one()
        self._check_own()
        dialog = self._without_password()
        document = dialog._document()
        purpose = dialog.purpose_id
        document._signoff_verify_signer(purpose, self.env.user)
        document._signoff_statement(purpose, dialog.statement)
        dialog._check_seen(document)
        proven = self._check_identity()
        dialog._before_signing(document)
        dialog._sign(document, proven)
        return {"type": "ir.actions.act_window_close"}

    def _sign(self, document, proven):
        """Sign. To be extended where one dialog signs several documents.

        :param dict proven: the context that lets this person sign
        """
        document.with_context(**proven)._signoff_sign(
            self.purpose_id.code, self.statement, declared=self._declared()
        )

    def _check_seen(self, document):
        seen = self.seen_digest
        if seen and seen != document._signoff_seen(self.purpose_id):
            raise UserError(
                self.env._(
                    "%s was changed while you read it, so nothing was signed. Please "
                    "close this window and look at it again.",
                    document.display_name,
                )
            )
