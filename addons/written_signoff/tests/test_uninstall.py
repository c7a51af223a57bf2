"""Uninstalling takes the add-on away and leaves the evidence (PLT-09, PLT-05)."""

from odoo.tests import tagged

from .. import uninstall_hook
from .signing_case import SigningCase


@tagged("post_install", "-at_install")
class TestUninstall(SigningCase):
    def test_evidence_is_kept(self):
        row = self.sign(self.document())
        uninstall_hook(self.env)
        self.cr.execute(
            "SELECT relname FROM pg_class WHERE relname ~ '^signoff_.*_kept_'"
        )
        kept = sorted(name for [name] in self.cr.fetchall())
        self.assertEqual(len(kept), 2)
        self.cr.execute(f"SELECT digest, statement FROM {kept[1]} WHERE id = {row.id}")
        self.assertEqual(self.cr.fetchone(), (row.digest, row.statement))
        self.assertFalse(self.rows(self.document()))
        self.purpose.unlink()
