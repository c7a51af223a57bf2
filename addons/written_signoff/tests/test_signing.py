"""Signing: the happy way, and who and what is refused (PLT-05, ROL-03)."""

import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..digest import GENESIS, canonical, sha256
from ..identity import identified
from .signing_case import CODE, SigningCase

BLANKS = ["", "   ", "\n\t", "...", "—", "!?", "\u200b\u200b", "\u00a0\ufeff", "。，"]


@tagged("post_install", "-at_install")
class TestSigning(SigningCase):
    def test_happy_way(self):
        """PLT-05: name, role, time, meaning and version are on the row."""
        document = self.document()
        row = self.sign(document, " I looked into it. ")
        self.assertEqual(
            (row.kind, row.state, row.method, row.chain_no, row.company_id),
            ("signature", "valid", "password", 1, self.company),
        )
        self.assertEqual(
            (row.signer_id, row.signer_name, row.signer_role, row.statement),
            (self.vera, "Vera", "Signature Auditor", "I looked into it."),
        )
        self.assertEqual(row.meaning, self.purpose.meaning)
        self.assertEqual(row.previous_digest, GENESIS)
        terms = row._content()["terms"]
        self.assertEqual(terms["remark"], "Nothing to see.")
        self.assertEqual(row.content_digest, sha256(canonical(json.loads(row.content))))
        self.assertEqual(document._signoff_valid([CODE]), {(document.id, CODE): row})
        self.assertEqual(document._signoff_printed(), row)
        self.assertEqual(document.signature_ids, row)

    def test_rows_follow_one_another(self):
        first = self.sign(self.document())
        second = self.sign(self.document())
        self.assertEqual((first.chain_no, second.chain_no), (1, 2))
        self.assertEqual(second.previous_digest, first.digest)

    def test_declared_is_frozen_but_not_compared(self):
        document = self.document()
        row = identified(document)._signoff_sign(
            CODE, "Stock seen.", declared={"on_hand": 12.0}
        )
        self.assertEqual(row._content()["declared"], {"on_hand": "12"})
        self.assertTrue(document._signoff_valid([CODE]))

    def test_statement_in_words(self):
        """A blank statement is oral, whatever blank characters it is made of."""
        document = self.document()
        for blank in BLANKS:
            with self.subTest(blank=blank), self.assertRaises(UserError):
                self.sign(document, blank)
            with self.subTest(blank=blank), self.assertRaises(UserError):
                identified(document)._signoff_sign(CODE, blank)
        self.assertFalse(self.rows(document))
        self.assertEqual(self.sign(document, "已查明。").statement, "已查明。")

    def test_statement_not_required(self):
        self.purpose.statement_required = False
        self.assertFalse(self.sign(self.document(), "").statement)

    def test_not_in_the_role(self):
        """ROL-03: neither a colleague nor an administrator gets a free pass."""
        document = self.document()
        for user in (self.sales, self.root):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                identified(document.with_user(user))._signoff_sign(CODE, "I may not.")
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                document.with_user(user)._signoff_dialog(CODE)
        self.assertFalse(self.rows(document))

    def test_administrator_is_told_who_signs(self):
        self.document()
        group = self.env.ref("base.group_system")
        self.env["ir.model.access"].create(
            {
                "name": "administrators read verifications",
                "model_id": self.env["ir.model"]._get_id("signoff.verification"),
                "group_id": group.id,
                "perm_read": True,
            }
        )
        with self.assertRaisesRegex(AccessError, "Signature Auditor.*Boss is none"):
            identified(self.document(self.root))._signoff_sign(CODE, "I may not.")

    def test_superuser_signs_nothing(self):
        """The system has every right and means nothing."""
        document = self.document()
        with self.assertRaises(AccessError):
            identified(
                document.with_user(self.env.ref("base.user_root"))
            )._signoff_sign(CODE, "x")
        # Rights borrowed from the system do not make another person of the signer.
        with self.assertRaises(AccessError):
            identified(document.with_user(self.sales).sudo())._signoff_sign(
                CODE, "I may not."
            )

    def test_former_colleague_signs_nothing(self):
        document = self.document()
        self.vera.active = False
        with self.assertRaises(AccessError):
            identified(document)._signoff_sign(CODE, "I left.")

    def test_name_is_not_the_callers_to_choose(self):
        row = identified(self.document())._signoff_sign(
            CODE, "It was me.", signer_name="Otto", signer_role="Director"
        )
        self.assertEqual(row.signer_name, "Vera")
        self.assertEqual(row.signer_role, "Signature Auditor")
        with self.assertRaises(TypeError):
            identified(self.document())._signoff_sign(
                CODE, "It was me.", signer_id=self.otto.id
            )

    def test_unknown_purpose(self):
        document = self.document()
        with self.assertRaisesRegex(UserError, "no sign-off purpose “nonsense”"):
            identified(document)._signoff_sign("nonsense", "What for?")
        with self.assertRaises(UserError):
            document.action_signoff()
        self.purpose.active = False
        with self.assertRaises(UserError):
            identified(document)._signoff_sign(CODE, "Too late.")

    def test_purpose_of_another_kind_of_document(self):
        self.countersign.code = "delivery"
        with self.assertRaisesRegex(UserError, "is not signed for “Countersigned”"):
            identified(self.document())._signoff_sign("delivery", "Wrong paper.")

    def test_signed_anew(self):
        """The earlier signature is superseded, not gone."""
        document = self.document()
        first = self.sign(document, "At first sight.")
        second = self.sign(document.with_user(self.otto), "At second sight.")
        self.assertEqual((first.state, second.state), ("superseded", "valid"))
        self.assertEqual(first.closing_ids.kind, "superseded")
        self.assertEqual(first.closing_ids.signer_id, self.otto)
        self.assertEqual(self.rows(document).mapped("chain_no"), [1, 2, 3])
        self.assertEqual(document._signoff_latest(), {(document.id, CODE): second})
        self.assertFalse(self.document()._verify(self.company).finding_ids)

    def test_language_does_not_matter(self):
        """A signature given in one language holds in every other."""
        document = self.document()
        row = self.sign(document)
        self.env["res.lang"]._activate_lang("fr_FR")
        for lang in ("fr_FR", "en_US", None):
            found = document.with_context(lang=lang, tz="Asia/Taipei")
            self.assertEqual(list(found._signoff_valid([CODE]).values()), [row])
