from odoo import models

from . import signoff_mixin  # noqa: F401 - extended here


class SignoffMixin(models.AbstractModel):
    """Signing for somebody who authorised one to (ROL-04).

    Only who has no role of their own signs for another: the signature then keeps both
    names, and both are held to the separation of duties.
    """

    _inherit = "signoff.mixin"

    def _signoff_subjects(self):
        """Return the documents whose delegation counts here, as ``(model, id)``.

        A document that belongs to another adds that one. To be extended.
        """
        self.ensure_one()
        return {(self._name, self.id)}

    def _signoff_owner(self):
        """Return whose document this is, or an empty user. To be overridden.

        Of several people who authorised the same colleague, this one is acted for.
        """
        return self.env["res.users"]

    def _signoff_delegation(self, purpose, signer):
        """Return the delegation under which this person would sign, or an empty one."""
        self.ensure_one()
        none = self.env["signoff.delegation"].sudo()
        if purpose._roles_of(signer) or not purpose._may_stand_in(signer):
            return none
        company = self._signoff_company()
        found = none._in_force(
            [
                ("receiver_id", "=", signer.id),
                ("purpose_ids", "in", purpose.ids),
                ("company_id", "=", company.id),
            ]
        )
        owner = self._signoff_owner()
        fitting = found.filtered(
            lambda row: (
                row._covers(self)
                and purpose._roles_of(row.giver_id)
                and self._signoff_readable_by(row.giver_id, company)
            )
        )
        return fitting.sorted(
            lambda row: (row.giver_id != owner, not row.res_model, row.id)
        )[:1]

    def _signoff_readable_by(self, user, company):
        document = self.with_user(user).with_context(allowed_company_ids=company.ids)
        return document.has_access("read")

    def _signoff_principal(self, purpose, signer):
        """Return for whom this person signs: who gave the authority in force."""
        return self._signoff_delegation(purpose, signer).giver_id

    def _signoff_authority(self, purpose, signer):
        """Return what is stated of the authority in the signature, often nothing."""
        delegation = self._signoff_delegation(purpose, signer)
        if not delegation:
            return {}
        signed = delegation._signoff_latest(["delegation"])
        [signature] = signed.values()
        return {
            "authority": f"{delegation.display_name}, "
            f"{signature.chain_no}:{signature.digest[:12]}"
        }

    def _signoff_signed(self, signature):
        """Tell in the chatter who signed for whom; who is signed for is notified."""
        result = super()._signoff_signed(signature)
        row = signature.sudo()
        if row.principal_id and hasattr(self, "message_post"):
            text = self.with_context(lang=row.principal_id.lang).env._(
                "%(name)s signed “%(purpose)s” for %(principal)s.",
                name=row.signer_name,
                principal=row.principal_name,
                purpose=row.purpose_id.with_context(lang=row.principal_id.lang).name,
            )
            self.sudo().message_post(
                body=text,
                partner_ids=row.principal_id.partner_id.ids,
                message_type="notification",
                subtype_xmlid="mail.mt_note",
            )
        return result
