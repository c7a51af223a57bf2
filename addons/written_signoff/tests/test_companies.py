"""Two companies see nothing of each other's signatures (ROL-06)."""

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..identity import identified
from .signing_case import AUDITOR, SigningCase


@tagged("post_install", "-at_install")
class TestCompanies(SigningCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.south = cls.env["res.company"].create({"name": "Southlight"})
        cls.sol = cls.person("sol", f"base.group_user,{AUDITOR}", cls.south)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_nothing_of_the_other(self):
        north = self.sign(self.document())
        south = self.sign(self.document(self.sol, company=self.south))
        # Each has a chain of its own.
        self.assertEqual((north.chain_no, south.chain_no), (1, 1))
        for name in ("signature", "chain", "verification", "finding"):
            model = self.env[f"signoff.{name}"].with_user(self.sol)
            self.assertLessEqual(model.search([]).company_id, self.south)
        with self.assertRaises(AccessError):
            north.with_user(self.sol).read(["content"])
        with self.assertRaises(AccessError):
            identified(self.document().with_user(self.sol))._signoff_sign(
                "verification_review", "Foreign."
            )

    def test_verified_apart(self):
        self.sign(self.document())
        self.sign(self.document(self.sol, company=self.south))
        run = self.env["signoff.verification"]._verify(self.south)
        self.assertEqual((run.checked, run.state), (1, "sound"))

    def test_company_in_view_does_not_matter(self):
        """A signature is in its document's chain, whichever company is in view."""
        both = self.vera
        both.company_ids = self.company | self.south
        document = self.document(both, company=self.south)
        document = document.with_context(
            allowed_company_ids=(self.company | self.south).ids
        )
        row = identified(document)._signoff_sign("verification_review", "Elsewhere.")
        self.assertEqual(row.company_id, self.south)
        for company in (self.company, self.south):
            self.assertTrue(
                document.with_company(company)._signoff_valid(["verification_review"])
            )
