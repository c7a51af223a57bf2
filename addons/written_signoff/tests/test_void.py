"""A change voids what covers it, with the reason, and the signer is told (ORD-15)."""

from odoo import Command
from odoo.tests import tagged

from .signing_case import CODE, SigningCase


@tagged("post_install", "-at_install")
class TestVoid(SigningCase):
    def test_changed(self):
        document = self.document()
        row = self.sign(document)
        document.with_user(self.otto).remark = "Three rows look odd."
        self.assertEqual(row.state, "void")
        self.assertFalse(document._signoff_valid([CODE]))
        self.assertFalse(document._signoff_printed())
        closing = row.closing_ids
        self.assertEqual((closing.kind, closing.method), ("void", "system"))
        self.assertEqual(closing.signer_id, self.otto)
        self.assertEqual(
            closing.statement, "Remark: Nothing to see. → Three rows look odd."
        )

    def test_signer_is_told(self):
        document = self.document()
        self.sign(document)
        before = document.message_ids
        document.with_user(self.otto).remark = ""
        told = document.message_ids - before
        self.assertEqual(told.notified_partner_ids, self.vera.partner_id)
        self.assertIn("Remark: Nothing to see. → nothing", told.body)
        self.assertIn("Vera", told.body)

    def test_signer_is_told_in_their_language(self):
        self.env["res.lang"]._activate_lang("zh_TW")
        self.vera.lang = "zh_TW"
        document = self.document()
        row = self.sign(document)
        document.with_user(self.otto).remark = ""
        self.assertEqual(row.closing_ids.statement, "備註：Nothing to see. → 無")

    def test_not_covered_stays(self):
        document = self.document()
        row = self.sign(document)
        document.message_post(body="Only talk.")
        document.invalidate_recordset()
        self.assertEqual(list(document._signoff_valid([CODE]).values()), [row])
        self.assertFalse(document._signoff_void_changed())

    def test_written_with_the_same_value(self):
        document = self.document()
        row = self.sign(document)
        document.remark = "Nothing to see."
        self.assertEqual(row.state, "valid")

    def test_changed_and_changed_back(self):
        """A void signature does not come to life again."""
        document = self.document()
        row = self.sign(document)
        document.remark = "Something."
        document.remark = "Nothing to see."
        self.assertEqual(row.state, "void")
        self.assertFalse(document._signoff_valid([CODE]))
        self.assertTrue(self.sign(document))

    def test_changed_round_every_hook(self):
        """A gate asks the terms: SQL that no hook saw shows all the same."""
        document = self.document()
        row = self.sign(document)
        self.env.cr.execute(
            "UPDATE signoff_verification SET remark = 'sly' WHERE id = %s",
            [document.id],
        )
        self.env.invalidate_all()
        self.assertEqual(row.state, "valid")
        self.assertFalse(document._signoff_valid([CODE]))
        # The next hook that runs notes it.
        document._signoff_void_changed()
        self.assertEqual(row.state, "void")

    def test_only_what_covers_it(self):
        """Many documents and purposes: only those that changed are void."""
        documents = self.document() | self.document()
        rows = {
            (doc.id, code): self.sign(doc, code=code)
            for doc in documents
            for code in (CODE, self.countersign.code)
        }
        documents[0].remark = "Another."
        states = {key: row.state for key, row in rows.items()}
        self.assertEqual(states[documents[0].id, CODE], "void")
        self.assertEqual(states[documents[0].id, self.countersign.code], "void")
        self.assertEqual(states[documents[1].id, CODE], "valid")
        self.assertEqual(len(documents._signoff_valid([CODE])), 1)

    def test_tolerance(self):
        """ORD-15: within the tolerance nothing is void, beyond it everything is."""
        self.purpose.tolerance_ids = [
            Command.create({"term": "remark", "less": 2, "more": 10})
        ]
        for remark, state in (
            ("980", "valid"),
            ("1100", "valid"),
            ("979", "void"),
            ("1101", "void"),
            ("nine hundred", "void"),
        ):
            with self.subTest(remark=remark):
                document = self.document(remark="1000")
                row = self.sign(document)
                document.remark = remark
                self.assertEqual(row.state, state)
                self.assertEqual(
                    bool(document._signoff_valid([CODE])), state == "valid"
                )

    def test_tolerance_is_of_what_was_signed(self):
        """Small steps do not add up unseen."""
        self.purpose.tolerance_ids = [
            Command.create({"term": "remark", "less": 2, "more": 0})
        ]
        document = self.document(remark="1000")
        row = self.sign(document)
        document.remark = "985"
        self.assertEqual(row.state, "valid")
        document.remark = "970"
        self.assertEqual(row.state, "void")

    def test_document_deleted(self):
        document = self.document()
        row = self.sign(document)
        document.sudo().unlink()
        self.assertEqual(row.state, "void")
        self.assertIn("deleted", row.closing_ids.statement)
        self.assertFalse(self.document()._verify(self.company).finding_ids)
