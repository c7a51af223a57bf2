import json

from odoo import api, models

from ..digest import Change, canonical, changes, sha256
from ..keeping import hold, keyed

FETCHED = [
    "company_id",
    "res_id",
    "purpose_code",
    "content",
    "content_digest",
    "purpose_id",
    "signer_id",
    "principal_id",
    "signed_at",
    "signer_name",
    "state",
]


class SignoffMixin(models.AbstractModel):
    """How long a signature holds: until a term changes, or it is withdrawn."""

    _inherit = "signoff.mixin"

    # -- reading -----------------------------------------------------------------

    def _signoff_present(self, code):
        """Return the terms as they are now, ``{record id: terms}``.

        Read as nobody in particular: neither language nor company nor any other
        context of whoever asks may decide whether a signature holds.
        """
        terms = {}
        by_company = self.grouped(lambda document: document._signoff_company())
        for company, documents in by_company.items():
            nobody = self.env(su=True, context={})
            reader = documents.with_env(nobody).with_company(company)
            terms.update(reader._signoff_terms(code))
        return terms

    def _signoff_latest(self, codes=None):
        """Return the latest signing not ended, ``{(record id, code): signature}``.

        One query for any number of records; their terms are not looked at. Whether a
        signing has ended is asked of the facts, not of its stored state.
        """
        domain = [
            ("kind", "=", "signature"),
            ("res_model", "=", self._name),
            ("res_id", "in", self.ids),
            ("closing_ids", "=", False),
        ]
        if codes is not None:
            domain.append(("purpose_code", "in", list(codes)))
        signatures = self.env["signoff.signature"].sudo()
        rows = signatures.search_fetch(domain, FETCHED, order="id")
        return {(row.res_id, row.purpose_code): row for row in rows}

    def _signoff_valid(self, codes):
        """Return the signatures that are good *now*, ``{(record id, code): row}``.

        Terms are read again: a change that went round every hook shows here.
        """
        latest = self._signoff_latest(codes)
        stale = self._signoff_stale(latest)
        return {key: row for key, row in latest.items() if key not in stale}

    def _signoff_printed(self, codes=None):
        """Return the good signatures of one document, oldest first, for its printing.

        Only what was signed in this very version appears (PLT-05).
        """
        self.ensure_one()
        latest = self._signoff_latest(codes)
        stale = self._signoff_stale(latest)
        good = (row.id for key, row in latest.items() if key not in stale)
        return self.env["signoff.signature"].sudo().browse(sorted(good))

    def _signoff_stale(self, latest):
        """Return ``{(record id, code): changes}`` of signatures that no longer hold."""
        stale = {}
        for code in sorted({code for _id, code in latest}):
            signed = self.browse(id_ for id_, other in latest if other == code)
            terms = signed._signoff_present(code)
            for record_id in signed.ids:
                row = latest[record_id, code]
                found = self._signoff_changes(row, terms.get(record_id, {}))
                if found:
                    stale[record_id, code] = found
        return stale

    def _signoff_changes(self, row, terms):
        if sha256(row.content or "") != row.content_digest:
            return [Change(("content",), row.content_digest, sha256(row.content or ""))]
        content = json.loads(row.content)
        if sha256(canonical({**content, "terms": terms})) == row.content_digest:
            return []
        return changes(content["terms"], terms, row.purpose_id._tolerances())

    def _signoff_lock(self):
        """Hold these documents until the transaction ends."""
        hold(self)

    # -- ending ------------------------------------------------------------------

    def _signoff_void_changed(self):
        """Void every signature whose terms are no longer what was signed (ORD-15).

        Called after each change of a term. The signature is kept, its reason names
        field, old and new value, and its signer is told. The documents are locked, so
        that who changes and who signs at the same moment find each other.

        :return: the signatures that were voided
        """
        self._signoff_lock()
        latest = self._signoff_latest()
        stale = self._signoff_stale(latest)
        rows = self.env["signoff.signature"].sudo()
        if not stale:
            return rows
        rows = rows.union(*(latest[key] for key in stale))
        reasons = {
            latest[key].id: self._signoff_reason(latest[key], found)
            for key, found in stale.items()
        }
        keyed(rows)._close("void", reasons)
        for row in rows:
            self.browse(row.res_id)._signoff_tell_void(row, reasons[row.id])
        self._signoff_voided(rows)
        return rows

    def _signoff_reason(self, row, found):
        """Write changes as one line each, in the language of who had signed."""
        document = self.browse(row.res_id).with_context(lang=row.signer_id.lang)
        nothing = document.env._("nothing")
        return "\n".join(
            document.env._(
                "%(term)s: %(old)s → %(new)s",
                term=document._signoff_label(change.path),
                old=document._signoff_words(change.path, change.old) or nothing,
                new=document._signoff_words(change.path, change.new) or nothing,
            )
            for change in found
        )

    def _signoff_tell_void(self, row, reason):
        text = self.with_context(lang=row.signer_id.lang).env._(
            "The signature of %(name)s for “%(purpose)s” is void, because this "
            "changed:\n%(reason)s",
            name=row.signer_name,
            purpose=row.with_context(lang=row.signer_id.lang).purpose_id.name,
            reason=reason,
        )
        self._signoff_tell(row, text)

    def _signoff_tell(self, row, text):
        """Note in the chatter what became of a signature; its signer is notified.

        Customers are not: what goes on inside is not theirs to read.
        """
        if not hasattr(self, "message_post"):
            return
        people = row.signer_id | row.principal_id
        signer = people.filtered(lambda user: not user.share)
        self.sudo().message_post(
            body=text,
            partner_ids=signer.partner_id.ids,
            message_type="notification",
            subtype_xmlid="mail.mt_note",
        )

    def _signoff_withdraw(self, row, reason, method="password"):
        """Note that its signer takes this signature back, and tell it in the chatter.

        :param row: a valid signature of this document
        :param str reason: the signer's words
        :param str method: by what the signer has shown who they are
        """
        self._signoff_lock()
        keyed(row)._close("withdrawn", {row.id: reason}, method)
        document = self.sudo().exists()
        if document:
            text = self.env._(
                "%(name)s withdrew the signature for “%(purpose)s”:\n%(reason)s",
                name=row.signer_name,
                purpose=row.purpose_id.name,
                reason=reason,
            )
            document._signoff_tell(row, text)
            document._signoff_voided(row.sudo())

    @api.ondelete(at_uninstall=False)
    def _signoff_note_deleted(self):
        """Void the signatures of a document that is deleted."""
        latest = self._signoff_latest()
        rows = keyed(self.env["signoff.signature"]).union(*latest.values())
        reason = self.env._("The document was deleted.")
        rows._close("void", dict.fromkeys(rows.ids, reason))
