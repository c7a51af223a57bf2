"""Two different people sign what must not come from one hand (ROL-03)."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .signing_case import CODE, SigningCase


@tagged("post_install", "-at_install")
class TestBarred(SigningCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.countersign.separate_from_ids = [Command.set(cls.purpose.ids)]

    def test_other_person(self):
        document = self.document()
        self.sign(document)
        row = self.sign(document.with_user(self.otto), code=self.countersign.code)
        self.assertEqual(row.signer_id, self.otto)
        self.assertEqual(len(document._signoff_printed()), 2)

    def test_same_person(self):
        document = self.document()
        self.sign(document)
        with self.assertRaisesRegex(AccessError, "two different people"):
            self.sign(document, code=self.countersign.code)

    def test_same_person_in_the_other_order(self):
        """Separation holds whichever of the two is signed first."""
        document = self.document()
        self.sign(document, code=self.countersign.code)
        with self.assertRaisesRegex(AccessError, "two different people"):
            self.sign(document)

    def test_another_document(self):
        self.sign(self.document())
        self.assertTrue(self.sign(self.document(), code=self.countersign.code))

    def test_void_signature_bars_nobody(self):
        document = self.document()
        self.sign(document)
        document.remark = "Something to see."
        self.assertFalse(document._signoff_valid([CODE]))
        self.assertTrue(self.sign(document, code=self.countersign.code))

    def test_rule_taken_away_counts_at_once(self):
        document = self.document()
        self.sign(document)
        self.countersign.separate_from_ids = [Command.clear()]
        self.assertTrue(self.sign(document, code=self.countersign.code))
