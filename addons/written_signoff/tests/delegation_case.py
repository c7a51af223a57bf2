"""Ground for delegations: a deputy who may read what the auditors sign."""

from datetime import timedelta

from odoo import Command, fields
from odoo.tests import TransactionCase

from .signing_case import PASSWORD, SigningMixin


class DelegationMixin(SigningMixin):
    @classmethod
    def make_people(cls):
        made = super().make_people()
        cls.deputies = cls.env["res.groups"].create(
            {
                "name": "Deputies",
                "implied_ids": [Command.link(cls.env.ref("base.group_user").id)],
            }
        )
        cls.env["ir.model.access"].create(
            {
                "name": "deputies read verifications",
                "model_id": cls.env["ir.model"]._get_id("signoff.verification"),
                "group_id": cls.deputies.id,
                "perm_read": True,
            }
        )
        cls.dora = cls.person("dora", "base.group_user")
        cls.dora.group_ids |= cls.deputies
        cls.purpose.delegate_group_ids = [Command.set(cls.deputies.ids)]
        return made

    def values(self, **values):
        now = fields.Datetime.now()
        return {
            "receiver_id": self.dora.id,
            "purpose_ids": [Command.set(self.purpose.ids)],
            "company_id": self.company.id,
            "date_from": now - timedelta(minutes=1),
            "date_to": now + timedelta(days=7),
            "reason": "Travelling to the fair.",
            **values,
        }

    def draft(self, giver=None, **values):
        """Return a delegation of Vera's to Dora for a week, not signed yet."""
        rows = self.env["signoff.delegation"].with_user(giver or self.vera)
        return rows.create(self.values(**values))

    def delegation(self, giver=None, **values):
        """Return a signed delegation, as its giver sees it."""
        row = self.draft(giver, **values)
        self.sign(row, "", code="delegation")
        return row

    def revoke(self, row, user=None, reason="Back earlier."):
        dialogs = self.env["signoff.delegation.revoke"].with_user(user or self.vera)
        dialog = dialogs.create({"delegation_id": row.id, "reason": reason})
        dialog.with_context(password=PASSWORD).action_revoke()

    def as_dora(self, document):
        return document.with_user(self.dora)


class DelegationCase(DelegationMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_people()
