"""Who may not read a document does not read what was signed on it (ROL-06)."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..identity import identified
from .signing_case import SigningCase


@tagged("post_install", "-at_install")
class TestReading(SigningCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.row = identified(cls.document())._signoff_sign(
            "verification_review", "Secret terms."
        )

    def seen(self, user):
        return self.env["signoff.signature"].with_user(user).search([])

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_not_without_the_document(self):
        signatures = self.env["signoff.signature"].with_user(self.sales)
        self.assertFalse(self.seen(self.sales))
        self.assertEqual(signatures.search_count([]), 0)
        self.assertEqual(signatures._read_group([], [], ["__count"]), [(0,)])
        self.assertFalse(signatures.search([("statement", "ilike", "secret")]))
        self.assertFalse(signatures.name_search("Northlight"))
        row = signatures.browse(self.row.id)
        self.assertFalse(row.has_access("read"))
        for fetch in (
            lambda: row.read(["content"]),
            lambda: row.statement,
            lambda: row.display_name,
            lambda: row.web_read({"content": {}}),
            lambda: row.action_open_document(),
        ):
            self.env.invalidate_all()
            with self.assertRaises(AccessError):
                fetch()

    def test_administrator_neither(self):
        self.assertFalse(self.seen(self.root))

    def test_auditor(self):
        self.assertIn(self.row, self.seen(self.vera))
        self.assertEqual(self.row.with_user(self.otto).statement, "Secret terms.")

    def test_with_the_document(self):
        """Whoever may read the document reads its signatures, and no others."""
        readers = self.env["res.groups"].create({"name": "Readers of one run"})
        model = self.env["ir.model"]._get_id("signoff.verification")
        self.env["ir.model.access"].create(
            {"name": "r", "model_id": model, "group_id": readers.id, "perm_read": True}
        )
        self.env["ir.rule"].create(
            {
                "name": "this one only",
                "model_id": model,
                "groups": [Command.link(readers.id)],
                "domain_force": f"[('id', '=', {self.row.res_id})]",
            }
        )
        other = identified(self.document())._signoff_sign(
            "verification_review", "Another."
        )
        self.sales.group_ids = [Command.link(readers.id)]
        seen = self.seen(self.sales)
        self.assertEqual(seen, self.row)
        self.assertEqual(seen.with_user(self.sales).statement, "Secret terms.")
        self.assertFalse(other.with_user(self.sales).has_access("read"))

    def test_queries_do_not_grow(self):
        def cost():
            self.env.invalidate_all()
            signatures = self.env["signoff.signature"].with_user(self.sales)
            before = self.cr.sql_log_count
            signatures.search([])
            return self.cr.sql_log_count - before

        cost()
        few = cost()
        for _number in range(8):
            identified(self.document())._signoff_sign(
                "verification_review", "One more."
            )
        self.assertEqual(cost(), few)
