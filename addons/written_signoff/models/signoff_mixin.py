import json

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..digest import canonical, changes, sha256


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
        many records. Keys are texts; values as in :mod:`..digest`. To be overridden.

        :param str code: code of the purpose
        :return: ``{record id: terms}``
        """
        raise NotImplementedError

    def _signoff_terms_now(self, code):
        """Return the terms as everybody has to find them: the same for every reader.

        Language, company in view and whatever else a caller puts into the context
        would change names; so they are read without any of it.
        """
        neutral = self.with_env(self.env(su=True, context={}))
        return neutral._signoff_terms(code)

    def _signoff_label(self, path):
        """Return the words for a term, for people: the last key unless overridden."""
        return path[-1].replace("_", " ").capitalize()

    def _signoff_company(self):
        """Return the company in whose chain this document is signed."""
        self.ensure_one()
        return self.company_id if "company_id" in self._fields else self.env.company

    def _signoff_check(self, purpose, signer):
        """Raise UserError when the document cannot be signed for this purpose now.

        Called before signing, also before the dialog opens. To be extended.
        """

    def _signoff_barred(self, purpose, signer):
        """Return why this person may not sign this document, or False (ROL-03).

        Extended where who prepared something may not check it.
        """
        self.ensure_one()
        others = purpose.sudo().separate_from_ids.mapped("code")
        for signature in self.sudo()._signoff_valid(others).values() if others else ():
            if signature.signer_id == signer:
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
        """Do what follows when signatures of these documents became void."""

    # -- validity ----------------------------------------------------------------

    def _signoff_latest(self, codes=None):
        """Return the latest signing not ended, ``{(record id, code): signature}``.

        One query for any number of records; their terms are not looked at.
        """
        domain = [
            ("kind", "=", "signature"),
            ("state", "=", "valid"),
            ("res_model", "=", self._name),
            ("res_id", "in", self.ids),
        ]
        if codes is not None:
            domain.append(("purpose_code", "in", list(codes)))
        rows = self.env["signoff.signature"].sudo().search_fetch(
            domain,
            ["res_id", "purpose_code", "content", "content_digest", "purpose_id",
             "signer_id", "signed_at", "signer_name", "state"],
            order="id",
        )  # fmt: skip
        return {(row.res_id, row.purpose_code): row for row in rows}

    def _signoff_valid(self, codes):
        """Return the signatures that are good *now*, ``{(record id, code): row}``.

        Terms are read again: a change that went round every hook shows here.
        """
        latest = self._signoff_latest(codes)
        stale = self._signoff_stale(latest)
        return {key: row for key, row in latest.items() if key not in stale}

    def _signoff_stale(self, latest):
        """Return ``{(record id, code): changes}`` of signatures that no longer hold."""
        stale = {}
        for code in {code for _id, code in latest}:
            signed = self.browse(id_ for id_, other in latest if other == code)
            terms = signed._signoff_terms_now(code)
            for record_id in signed.ids:
                row = latest[record_id, code]
                found = self._signoff_changes(row, terms[record_id])
                if found:
                    stale[record_id, code] = found
        return stale

    def _signoff_changes(self, row, terms):
        content = json.loads(row.content)
        present = canonical({**content, "terms": terms})
        if sha256(present) == row.content_digest:
            return []
        return changes(content["terms"], terms, row.purpose_id._tolerances())

    # -- signing -----------------------------------------------------------------

    def _signoff_verify_signer(self, purpose, signer):
        """Raise unless this person may sign this document for this purpose."""
        self.ensure_one()
        self.with_user(signer).check_access("read")
        if not purpose.sudo().group_ids & signer.sudo().all_group_ids:
            raise AccessError(
                self.env._(
                    "“%(purpose)s” is signed by: %(roles)s. %(name)s is none of them.",
                    purpose=purpose.name,
                    roles=purpose._signers(),
                    name=signer.name,
                )
            )
        if barred := self._signoff_barred(purpose, signer):
            raise AccessError(barred)
        self._signoff_check(purpose, signer)

    def _signoff_sign(self, code, statement="", *, declared=None, **how):
        """Sign this document. The one way in which a signature is born.

        Who calls it has made sure who signs: the dialog asks for the password, the
        portal for a name and a drawn signature.

        :param str statement: the words of the signer
        :param dict declared: what is stated with the signature and frozen, but not
            compared later (a reserve table of stock at that time)
        :param how: ``method``, ``signer_name``, ``evidence`` (base64),
            ``evidence_name``
        :return: the signature
        :raises UserError: no statement where one is needed, or not signable now
        :raises AccessError: this person may not sign this
        """
        self.ensure_one()
        purpose = self.env["signoff.purpose"]._get(code)
        method = how.setdefault("method", "password")
        signer = self.env.user
        if method == "password":
            self._signoff_verify_signer(purpose, signer)
        else:
            self._signoff_check(purpose, signer)
        statement = self._signoff_statement(purpose, statement)
        self._signoff_lock()
        terms = self._signoff_terms_now(code)[self.id]
        values = self._signoff_values(purpose, signer, statement, how)
        values["content"] = canonical({"terms": terms, "declared": declared or {}})
        rows = self.env["signoff.signature"]
        if earlier := self._signoff_latest([code]).get((self.id, code)):
            reason = {earlier.id: self.env._("Signed anew.")}
            earlier._close("superseded", reason, signer)
        signature = rows._append(self._signoff_company(), [values])
        self._signoff_signed(signature)
        return signature

    def _signoff_statement(self, purpose, statement):
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
        roles = (purpose.sudo().group_ids & signer.sudo().all_group_ids).mapped("name")
        return {
            "signer_name": signer.name,
            "signer_role": ", ".join(roles),
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

    def _signoff_lock(self):
        """Hold these documents until the transaction ends.

        A row is *written*, not only locked: under repeatable read a transaction that
        read the terms before would otherwise not notice that they changed. Whoever
        comes second is tried again on what the first one left.
        """
        self.flush_recordset()
        if self.ids:
            self.env.execute_query(
                SQL(
                    "UPDATE %(table)s SET id = id WHERE id IN %(ids)s RETURNING id",
                    table=SQL.identifier(self._table),
                    ids=tuple(sorted(self.ids)),
                )
            )

    # -- ending ------------------------------------------------------------------

    def _signoff_void_changed(self):
        """Void every signature whose terms are no longer what was signed (ORD-15).

        Called after each change of a term. The signature is kept, its reason names
        field, old and new value, and its signer is told.
        """
        latest = self._signoff_latest()
        stale = self._signoff_stale(latest)
        if not stale:
            return self.env["signoff.signature"]
        rows = self.env["signoff.signature"].sudo().union(
            *(latest[key] for key in stale)
        )  # fmt: skip
        reasons = {
            latest[key].id: self.browse(key[0])._signoff_reason(found)
            for key, found in stale.items()
        }
        rows._close("void", reasons)
        for row in rows:
            self.browse(row.res_id)._signoff_tell(row, reasons[row.id])
        self._signoff_voided(rows)
        return rows

    def _signoff_reason(self, found):
        nothing = self.env._("nothing")
        return "\n".join(
            self.env._(
                "%(term)s: %(old)s → %(new)s",
                term=self._signoff_label(change.path),
                old=_words(change.old, nothing),
                new=_words(change.new, nothing),
            )
            for change in found
        )

    def _signoff_tell(self, signature, reason):
        if not hasattr(self, "message_post"):
            return
        self.sudo().message_post(
            body=self.env._(
                "The signature of %(name)s for “%(purpose)s” is void, because this "
                "changed:\n%(reason)s",
                name=signature.signer_name,
                purpose=signature.purpose_id.name,
                reason=reason,
            ),
            partner_ids=signature.signer_id.partner_id.ids,
            message_type="notification",
        )

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
            "target": "new",
            "context": {
                "default_res_model": self._name,
                "default_res_id": self.id,
                "default_purpose_id": purpose.id,
                **context,
            },
        }

    def _signoff_dialog_model(self, code):
        """Return the wizard that asks what this purpose needs."""
        return "signoff.sign"

    def action_signoff(self):
        """Open the dialog for the purpose that the button names in its context."""
        return self._signoff_dialog(self.env.context.get("signoff_purpose"))

    def action_signoff_history(self):
        """Show every signature of this document, ended ones too."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Signatures"),
            "res_model": "signoff.signature",
            "view_mode": "list,form",
            "domain": [("res_model", "=", self._name), ("res_id", "=", self.id)],
        }


def _words(value, nothing):
    if value is None or value == "":
        return nothing
    if isinstance(value, dict):
        return ", ".join(_words(item, nothing) for item in value.values())
    if isinstance(value, list):
        return ", ".join(_words(item, nothing) for item in value)
    return str(value)
