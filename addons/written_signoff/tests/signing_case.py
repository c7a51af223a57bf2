"""Ground for the stories: a company, its auditors, and a verification to sign."""

from odoo import Command
from odoo.tests import TransactionCase, new_test_user

CODE = "verification_review"
PASSWORD = "a-long-password"
AUDITOR = "written_signoff.group_signoff_auditor"


class SigningMixin:
    """What both kinds of Odoo's test cases need."""

    @classmethod
    def make_people(cls):
        cls.company = cls.env["res.company"].create({"name": "Northlight Print"})
        cls.vera = cls.person("vera", f"base.group_user,{AUDITOR}")
        cls.otto = cls.person("otto", f"base.group_user,{AUDITOR}")
        # Administers everything, but was given no role that signs.
        cls.root = cls.person("boss", "base.group_user,base.group_system")
        cls.sales = cls.person("sales", "base.group_user")
        cls.purpose = cls.env.ref("written_signoff.purpose_verification_review")
        cls.countersign = cls.env["signoff.purpose"].create(
            {
                "name": "Countersigned",
                "code": "verification_countersign",
                "meaning": "I checked what the other one found.",
                "group_ids": [Command.link(cls.env.ref(AUDITOR).id)],
            }
        )

    @classmethod
    def person(cls, login, groups, company=None):
        company = company or cls.company
        return new_test_user(
            cls.env,
            f"{login}.signoff",
            groups,
            name=login.capitalize(),
            password=PASSWORD,
            email=f"{login}@northlight.example",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    @classmethod
    def document(cls, user=None, remark="Nothing to see.", company=None):
        """Return a verification with a remark, as this person sees it."""
        run = cls.env["signoff.verification"]._verify(company or cls.company)
        run.sudo().remark = remark
        return run.with_env(cls.env(user=user or cls.vera, context={}))

    def dialog(self, document, statement="I looked into it.", code=CODE):
        """Return the dialog as its signer has filled it in."""
        action = document._signoff_dialog(code)
        dialogs = document.env[action["res_model"]].with_context(**action["context"])
        return dialogs.create({"statement": statement})

    def sign(self, document, statement="I looked into it.", code=CODE):
        """Sign through the dialog, with the right password."""
        dialog = self.dialog(document, statement, code)
        dialog.with_context(password=PASSWORD).action_sign()
        return document._signoff_latest([code])[document.id, code]

    def rows(self, document):
        signatures = self.env["signoff.signature"]
        return signatures.search(
            [("res_model", "=", document._name), ("res_id", "=", document.id)],
            order="id",
        )


class SigningCase(SigningMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_people()
