"""Drawn on the portal or signed on paper: a name and the signature itself."""

import base64

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..digest import sha256
from ..identity import identified
from .signing_case import CODE, SigningCase

DRAWN = base64.b64encode(b"\x89PNG a line drawn by hand")


@tagged("post_install", "-at_install")
class TestPaper(SigningCase):
    def setUp(self):
        super().setUp()
        # Without roles only the customer signs.
        self.purpose.group_ids = [Command.clear()]

    def draw(self, document, **how):
        how = {
            "method": "portal",
            "signer_name": "A. Customer",
            "evidence": DRAWN,
            **how,
        }
        return document._signoff_sign(CODE, "We agree.", **how)

    def test_drawn(self):
        document = self.document()
        row = self.draw(document, evidence_name="signature.png")
        self.assertEqual((row.method, row.signer_name), ("portal", "A. Customer"))
        self.assertEqual(row.evidence_digest, sha256(base64.b64decode(DRAWN)))
        self.assertTrue(document._signoff_valid([CODE]))
        self.assertFalse(self.document()._verify(self.company).finding_ids)

    def test_name_and_signature_are_needed(self):
        document = self.document()
        for lacking in (
            {"signer_name": ""},
            {"signer_name": "  "},
            {"evidence": None},
            {"evidence": b""},
            {"evidence": "*"},
        ):
            with self.subTest(**lacking), self.assertRaises(UserError):
                self.draw(document, **lacking)
        self.assertFalse(self.rows(document))

    def test_departments_do_not_sign_on_the_portal(self):
        """A purpose with roles is not signed round the password."""
        self.purpose.group_ids = self.vera.group_ids
        for method in ("portal", "scan"):
            with self.assertRaisesRegex(AccessError, "with a password"):
                self.draw(self.document(), method=method)

    def test_no_other_way(self):
        with self.assertRaises(ValueError):
            self.draw(self.document(), method="system")

    def test_nobody_signs_it_with_a_password(self):
        with self.assertRaisesRegex(AccessError, "signed by: the customer"):
            identified(self.document())._signoff_sign(CODE, "For the customer.")

    def test_customer_reads_nothing_of_what_voided_it(self):
        """The customer's signature ends without a message to the customer."""
        customer = self.env["res.users"].create(
            {
                "name": "A. Customer",
                "login": "customer.signoff",
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )
        document = self.document()
        row = self.draw(document.with_user(customer).sudo())
        self.assertEqual(row.signer_id, customer)
        document.remark = "Inside matters."
        self.assertEqual(row.state, "void")
        self.assertFalse(document.message_ids[0].notified_partner_ids)
