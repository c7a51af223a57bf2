"""Who signed may take it back: only one's own, with a reason and the password."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .signing_case import CODE, PASSWORD, SigningCase


@tagged("post_install", "-at_install")
class TestWithdraw(SigningCase):
    def withdraw(self, row, user=None, reason="I was wrong.", password=PASSWORD):
        dialogs = self.env["signoff.withdraw"].with_user(user or row.signer_id)
        dialog = dialogs.create({"signature_id": row.id, "reason": reason})
        dialog.with_context(password=password).action_withdraw()

    def test_withdrawn(self):
        document = self.document()
        row = self.sign(document)
        self.withdraw(row)
        self.assertEqual(row.state, "withdrawn")
        self.assertEqual(row.closing_ids.statement, "I was wrong.")
        self.assertEqual(row.closing_ids.signer_id, self.vera)
        self.assertFalse(document._signoff_valid([CODE]))
        self.assertIn("I was wrong.", document.message_ids[0].body)
        self.assertTrue(self.sign(document))
        self.assertFalse(self.document()._verify(self.company).finding_ids)

    def test_refused(self):
        document = self.document()
        row = self.sign(document)
        with self.assertRaisesRegex(UserError, "not your password"):
            self.withdraw(row, password="wrong")
        with self.assertRaisesRegex(UserError, "of your own"):
            self.withdraw(row, self.otto)
        for blank in ("", "  ", "...", "\u200b"):
            with self.assertRaisesRegex(UserError, "say why"):
                self.withdraw(row, reason=blank)
        self.assertEqual(row.state, "valid")

    def test_not_twice(self):
        document = self.document()
        row = self.sign(document)
        self.withdraw(row)
        with self.assertRaises(UserError):
            self.withdraw(row)
        with self.assertRaises(UserError):
            self.withdraw(row.closing_ids, self.vera)

    def test_somebody_elses_dialog(self):
        row = self.sign(self.document())
        dialog = self.env["signoff.withdraw"].with_user(self.vera)
        dialog = dialog.create({"signature_id": row.id, "reason": "Not mine."})
        with self.assertRaises(AccessError):
            dialog.with_user(self.otto).with_context(
                password=PASSWORD
            ).action_withdraw()
        self.assertEqual(row.state, "valid")

    def test_dialog_tells_nothing_of_foreign_documents(self):
        row = self.sign(self.document())
        dialog = self.env["signoff.withdraw"].with_user(self.sales)
        dialog = dialog.create({"signature_id": row.id, "reason": "Curious."})
        with self.assertRaises(AccessError):
            dialog.read(["document_name"])
