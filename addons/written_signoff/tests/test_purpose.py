"""Purposes are policy: who may change them, and that each change is on record."""

from odoo import Command
from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import html2plaintext, mute_logger
from psycopg2 import IntegrityError

from ..identity import identified
from .signing_case import AUDITOR, SigningCase


@tagged("post_install", "-at_install")
class TestPurpose(SigningCase):
    def test_only_administrators_change_them(self):
        for user in (self.sales, self.vera):
            purpose = self.purpose.with_user(user)
            self.assertTrue(purpose.name)
            with self.assertRaises(AccessError):
                purpose.group_ids = [Command.clear()]
            with self.assertRaises(AccessError):
                purpose.tolerance_ids = [Command.create({"term": "x", "less": 99})]

    def test_changes_are_on_record(self):
        """ROL-03: an administrator who lets himself sign is seen doing it."""
        self.cr.precommit.run()
        purpose = self.countersign.with_user(self.root)
        purpose.group_ids = [Command.link(self.env.ref("base.group_system").id)]
        self.env.flush_all()
        self.cr.precommit.run()
        tracked = purpose.message_ids.tracking_value_ids.field_id.mapped("name")
        self.assertIn("group_ids", tracked)
        self.assertEqual(purpose.message_ids[0].author_id, self.root.partner_id)

    def test_tolerances_are_on_record(self):
        """PLT-05, ROL-03: what a tolerance was, and is, and who changed it."""
        quiet = {"tracking_disable": True, "mail_notrack": True}
        purpose = self.purpose.with_user(self.root).with_context(**quiet)
        newest = lambda: html2plaintext(self.purpose.message_ids[0].body)  # noqa: E731
        purpose.tolerance_ids = [Command.create({"term": "quantity", "less": 2})]
        self.assertIn("Tolerance of quantity: – → *2 % less, 0 % more*", newest())
        purpose.tolerance_ids.less = 99
        self.assertIn("2 % less, 0 % more → *99 % less, 0 % more*", newest())
        self.assertEqual(self.purpose.message_ids[0].author_id, self.root.partner_id)
        purpose.tolerance_ids.unlink()
        self.assertIn("99 % less, 0 % more → *–*", newest())

    def test_silence_hides_no_change(self):
        """PLT-05: no context of a call keeps a change of a purpose off the record."""
        self.cr.precommit.run()
        quiet = {"tracking_disable": True, "mail_notrack": True}
        purpose = self.countersign.with_user(self.root).with_context(**quiet)
        purpose.statement_required = False
        self.env.flush_all()
        self.cr.precommit.run()
        tracked = self.countersign.message_ids.tracking_value_ids.field_id
        self.assertIn("statement_required", tracked.mapped("name"))

    def test_code_stays_once_signed(self):
        self.countersign.code = "verification_other"
        self.countersign.code = "verification_countersign"
        self.sign(self.document(), code=self.countersign.code)
        with self.assertRaisesRegex(UserError, "its code stays"):
            self.countersign.code = "verification_other"

    def test_signed_purpose_is_kept(self):
        """PLT-09: an add-on that goes leaves its signed purposes, archived."""
        self.sign(self.document(), code=self.countersign.code)
        with self.assertRaisesRegex(UserError, "archive it"):
            self.countersign.unlink()
        self.countersign.with_context(**{MODULE_UNINSTALL_FLAG: True}).unlink()
        self.assertFalse(self.countersign.active)
        self.assertFalse(self.document()._verify(self.company).finding_ids)

    def test_role_given_counts_at_once(self):
        document = self.document(self.root)
        with self.assertRaises(AccessError):
            identified(document)._signoff_sign("verification_review", "Not yet.")
        self.root.group_ids = [Command.link(self.env.ref(AUDITOR).id)]
        self.assertTrue(
            identified(document)._signoff_sign("verification_review", "Now I may.")
        )

    def test_tolerance_is_not_negative(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.cr.savepoint(),
        ):
            self.purpose.tolerance_ids = [Command.create({"term": "x", "less": -1})]
