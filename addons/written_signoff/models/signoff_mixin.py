from base64 import b64decode
from binascii import Error as Base64Error

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..digest import canonical, sha256
from ..identity import IN_PERSON, identified_by, spent
from ..keeping import keyed
from ..term_words import label, said

# What a caller may say of how a signature was given.
HOW = {"method", "signer_name", "signer_role", "evidence", "evidence_name"}


class SignoffMixin(models.AbstractModel):
    """A document that departments and customers sign for a purpose (ORD-15, PLT-05).

    A document says what a signature covers (:meth:`_signoff_terms`). A signature is
    good as long as those terms are what they were when it was given: whoever changes
    one, by whatever path, has no valid signature any more.
    """

    _name = "signoff.mixin"
    _description = "Document That Is Signed"

    signature_ids = fields.One2many(
        "signoff.signature",
        "res_id",
        string="Signatures",
        domain=lambda self: [
            ("res_model", "=", self._name),
            ("kind", "=", "signature"),
        ],
        copy=False,
    )

    # -- hooks -------------------------------------------------------------------

    def _signoff_terms(self, code):
        """Return the terms that a signature for this purpose covers.

        Called at signing, by every gate and after every change; must be cheap for
        many records. Keys are texts; values as in ``digest``. It is called
        through ``_signoff_present``, without a language or the caller's context.
        To be overridden.

        :param str code: code of the purpose
        :return: ``{record id: terms}``; a document that is missing in it is not one
            that is signed for this purpose
        """
        return {}

    def _signoff_label(self, path):
        """Return the words for a term, for people: those of its field.

        Overridden where a term has no field; see ``term_words`` for what it is by rule.

        :param tuple path: keys from the outside in; may be that of a group of terms
        """
        return label(self, path)

    def _signoff_words(self, path, value):
        """Return a term's value in words, empty for nothing: as its field says it.

        Overridden where a term is a code that people know by another name.

        :param tuple path: keys from the outside in
        :param value: plain value, as :func:`..digest.plain` returns it
        """
        return said(self, path, value)

    def _signoff_company(self):
        """Return the company in whose chain this document is signed."""
        self.ensure_one()
        own = "company_id" in self._fields and self.sudo().company_id
        return own or self.env.company

    def _signoff_check(self, purpose, signer):
        """Raise UserError when the document cannot be signed for this purpose now.

        Called before signing, also before the dialog opens. To be extended.
        """

    def _signoff_barred(self, purpose, signer):
        """Return why this person may not sign this document, or False (ROL-03).

        Extended where who prepared something may not check it.
        """
        self.ensure_one()
        others = purpose._separated()
        for signature in self.sudo()._signoff_valid(others).values() if others else ():
            if signer in signature.signer_id | signature.principal_id:
                return self.env._(
                    "%(name)s signed “%(other)s” on %(document)s and cannot sign "
                    "“%(purpose)s” as well: two different people must.",
                    name=signer.name,
                    other=signature.purpose_id.name,
                    document=self.display_name,
                    purpose=purpose.name,
                )
        return False

    def _signoff_principal(self, purpose, signer):
        """Return for whom ``signer`` acts by delegation, or an empty user (ROL-04)."""
        return self.env["res.users"]

    def _signoff_signed(self, signature):
        """Do what follows from a new signature. Called once, in its transaction."""

    def _signoff_voided(self, signatures):
        """Do what follows when signatures of these documents ended before their time.

        Called once for all that a change voided, and for one that was withdrawn.
        """

    # -- signing -----------------------------------------------------------------

    def _signoff_verify_signer(self, purpose, signer):
        """Raise unless this person may sign this document for this purpose."""
        self.ensure_one()
        self.with_user(signer).check_access("read")
        # The system itself has every right and is nobody: it cannot mean what it signs.
        person = signer.active and not signer._is_superuser()
        principal = self._signoff_principal(purpose, signer)
        if not person or not purpose._roles_of(principal or signer):
            raise AccessError(
                self.env._(
                    "“%(purpose)s” is signed by: %(roles)s. %(name)s is none of them.",
                    purpose=purpose.name,
                    roles=purpose._signers(),
                    name=signer.sudo().name,
                )
            )
        for someone in signer | principal:
            if barred := self._signoff_barred(purpose, someone):
                raise AccessError(barred)
        self._signoff_check(purpose, signer)

    def _signoff_verify_identity(self, purpose):
        """Raise unless the dialog has just asked this very person who they are.

        :return: by what they showed it
        """
        method = identified_by(self.env)
        if not method:
            raise AccessError(
                self.env._(
                    "“%s” is signed in its dialog, with the signer's own password.",
                    purpose.name,
                )
            )
        return method

    def _signoff_verify_paper(self, purpose, how):
        """Raise unless this is a drawn or scanned signature that may stand here."""
        if purpose._signed_by_password():
            raise AccessError(
                self.env._(
                    "“%(purpose)s” is signed with a password, by: %(roles)s.",
                    purpose=purpose.name,
                    roles=purpose._signers(),
                )
            )
        if how["method"] not in ("portal", "scan"):
            raise ValueError(f"No signature is given by {how['method']!r}")
        if not any(map(str.isalpha, how.get("signer_name") or "")):
            raise UserError(self.env._("Please give the name of the person who signs."))
        if not _decoded(how.get("evidence")):
            raise UserError(
                self.env._("The signature itself, drawn or scanned, is missing.")
            )
        self._signoff_check(purpose, self.env.user)

    def _signoff_sign(self, code, statement="", *, declared=None, **how):
        """Sign this document. The one way in which a signature is born.

        A signature of one's own needs the proof that the dialog hands out once it has
        asked who this is (``identity``), and notes by what that was shown; the portal
        asks for a name and a drawn signature.

        :param str statement: the words of the signer
        :param dict declared: what is stated with the signature and frozen, but not
            compared later (a reserve table of stock at that time)
        :param how: ``method`` (as the dialog asked unless told otherwise, ``portal``
            or ``scan``); for the latter two, which only purposes without roles take,
            ``signer_name``, ``signer_role``, ``evidence`` (base64), ``evidence_name``
        :return: the signature
        :raises UserError: no statement where one is needed, or not signable now
        :raises AccessError: this person may not sign this
        """
        self.ensure_one()
        if not how.keys() <= HOW:
            raise TypeError(f"Unknown of a signature: {sorted(how.keys() - HOW)}")
        purpose = self.env["signoff.purpose"]._get(code)
        signer = self.env.user
        if how.setdefault("method", "password") in IN_PERSON:
            # Who signs in the dialog signs with his own name and role.
            how = {"method": self._signoff_verify_identity(purpose)}
            self = spent(self)
            self._signoff_verify_signer(purpose, signer)
        else:
            self._signoff_verify_paper(purpose, how)
        statement = self._signoff_statement(purpose, statement)
        self._signoff_lock()
        values = self._signoff_values(purpose, signer, statement, how)
        declared = {**(declared or {}), **self._signoff_authority(purpose, signer)}
        values["content"] = canonical(
            {"terms": self._signoff_own_terms(purpose), "declared": declared}
        )
        signature = self._signoff_append(values)
        self._signoff_signed(signature)
        return signature

    def _signoff_append(self, values):
        """Write the new signature, and that it takes the place of an earlier one."""
        company = self._signoff_company()
        rows = keyed(self.env["signoff.signature"])
        earlier = self._signoff_latest([values["purpose_code"]])
        earlier = rows.union(*map(keyed, earlier.values()))
        elsewhere = earlier.filtered(lambda row: row.company_id != company)
        elsewhere._close("superseded", self._signoff_anew(elsewhere))
        here = earlier - elsewhere
        closing = here._closing("superseded", self._signoff_anew(here))
        *_, signature = rows._append(company, [*closing, values])
        here._settle("superseded")
        return signature.with_env(self.env)

    def _signoff_anew(self, rows):
        return dict.fromkeys(rows.ids, self.env._("Signed anew."))

    def _signoff_own_terms(self, purpose):
        terms = self._signoff_present(purpose.sudo().code)
        if self.id not in terms:
            raise UserError(
                self.env._(
                    "%(document)s is not signed for “%(purpose)s”.",
                    document=self.display_name,
                    purpose=purpose.name,
                )
            )
        return terms[self.id]

    def _signoff_seen(self, purpose):
        """Return the digest of the terms as they are shown to who is about to sign."""
        return sha256(canonical(self._signoff_own_terms(purpose)))

    def _signoff_statement(self, purpose, statement):
        """Return the signer's words.

        :raises UserError: there are none, or nothing but blanks and punctuation
        """
        statement = (statement or "").strip()
        if purpose.statement_required and not any(map(str.isalnum, statement)):
            raise UserError(
                self.env._(
                    "“%s” needs a statement in words: an empty one is worth nothing.",
                    purpose.name,
                )
            )
        return statement

    def _signoff_values(self, purpose, signer, statement, how):
        principal = self._signoff_principal(purpose, signer)
        return {
            "signer_name": signer.sudo().name,
            "signer_role": ", ".join(
                purpose._roles_of(principal or signer).mapped("name")
            ),
            **how,
            "kind": "signature",
            "state": "valid",
            "res_model": self._name,
            "res_id": self.id,
            "document_name": self.sudo().display_name,
            "purpose_id": purpose.id,
            "purpose_code": purpose.code,
            "meaning": purpose.meaning,
            "statement": statement,
            "signer_id": signer.id,
            "principal_id": principal.id,
            "principal_name": principal.name,
            "signed_at": fields.Datetime.now(),
        }

    # -- dialog ------------------------------------------------------------------

    def _signoff_dialog(self, code, **context):
        """Return the action that opens the signing dialog for this document."""
        self.ensure_one()
        purpose = self.env["signoff.purpose"]._get(code)
        self._signoff_verify_signer(purpose, self.env.user)
        return {
            "type": "ir.actions.act_window",
            "name": purpose.name,
            "res_model": self._signoff_dialog_model(code),
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_res_model": self._name,
                "default_res_id": self.id,
                "default_purpose_id": purpose.id,
                "default_seen_digest": self._signoff_seen(purpose),
                "dialog_size": "medium",
                **context,
            },
        }

    def _signoff_dialog_model(self, code):
        """Return the wizard that asks what this purpose needs."""
        return "signoff.sign"

    def action_signoff(self):
        """Open the dialog for the purpose that the button names in its context.

        :raises UserError: no such purpose, or not signable now
        :raises AccessError: this person may not sign this
        """
        return self._signoff_dialog(self.env.context.get("signoff_purpose"))

    def action_signoff_history(self):
        """Show every signature of this document, ended ones too."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Signatures"),
            "res_model": "signoff.signature",
            "view_mode": "list,form",
            "views": [(False, "list"), (False, "form")],
            "domain": [("res_model", "=", self._name), ("res_id", "=", self.id)],
            "context": {"create": False},
        }


def _decoded(evidence):
    """Return the bytes of a base64 text, empty when there are none."""
    try:
        return b64decode(evidence or b"")
    except (Base64Error, ValueError):
        return b""
