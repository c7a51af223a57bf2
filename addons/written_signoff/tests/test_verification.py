"""Rows altered in the database itself are found and named (PLT-05)."""

import base64
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..digest import sha256
from ..identity import identified
from ..models.signoff_finding import link_of
from .signing_case import CODE, SigningCase

QUIET = "odoo.addons.written_signoff.models.signoff_verification"


@tagged("post_install", "-at_install")
class TestVerification(SigningCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Verification = cls.env["signoff.verification"]
        cls.enterClassContext(mute_logger(QUIET))

    def chain(self, length=5):
        """Return the rows of a chain of this many documents, each signed once."""
        documents = [self.document() for _number in range(length)]
        rows = [identified(doc)._signoff_sign(CODE, "As it was.") for doc in documents]
        self.env.flush_all()
        return self.env["signoff.signature"].concat(*rows).sudo()

    def alter(self, sql, *parameters, table="signoff_signature"):
        """Do what only the owner of the database can: switch the guard off."""
        self.env.flush_all()
        self.cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        self.cr.execute(sql, parameters)
        self.cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        self.env.invalidate_all()

    def findings(self):
        run = self.Verification._verify(self.company)
        self.assertEqual(run.state, "broken" if run.finding_ids else "sound")
        return [
            (row.problem, row.chain_no, row.until_no) for row in run.sudo().finding_ids
        ]

    def test_sound(self):
        rows = self.chain()
        run = self.Verification._verify(self.company)
        self.assertEqual((run.state, run.checked, run.last_no), ("sound", 5, 5))
        self.assertEqual(run.head_digest, rows[-1].digest)
        self.assertFalse(self.findings())

    def test_empty(self):
        run = self.Verification._verify(self.company)
        self.assertEqual((run.state, run.checked), ("sound", 0))

    def test_statement(self):
        rows = self.chain()
        self.alter(
            "UPDATE signoff_signature SET statement = 'No.' WHERE id = %s", rows[1].id
        )
        self.assertEqual(self.findings(), [("altered", 2, 2)])

    def test_every_covered_column(self):
        rows = self.chain(2)
        row = rows[0]
        others = {
            "res_model": "res.partner",
            "res_id": 77,
            "document_name": "Other",
            "purpose_code": "other",
            "meaning": "Other",
            "signer_id": self.otto.id,
            "signer_name": "Other",
            "signer_role": "Other",
            "signed_at": "2020-01-01",
            "method": "scan",
            "kind": "void",
            "principal_name": "Other",
            "principal_id": self.otto.id,
            "purpose_id": self.countersign.id,
            "evidence_name": "other.png",
            "target_id": rows[1].id,
        }
        for column, value in others.items():
            with self.subTest(column=column), self.cr.savepoint() as savepoint:
                self.alter(
                    f"UPDATE signoff_signature SET {column} = %s WHERE id = %s",
                    value,
                    row.id,
                )
                self.assertIn(("altered", 1, 1), self.findings())
                savepoint.rollback()
            self.env.invalidate_all()

    def test_content(self):
        rows = self.chain()
        self.alter(
            "UPDATE signoff_signature SET content = replace(content, 'see', 'do') "
            "WHERE id = %s",
            rows[2].id,
        )
        self.assertEqual(self.findings(), [("content", 3, 3)])
        # A gate does not believe it either.
        document = self.Verification.browse(rows[2].res_id)
        self.assertFalse(document._signoff_valid([CODE]))

    def test_content_taken_away(self):
        rows = self.chain()
        self.alter(
            "UPDATE signoff_signature SET content = NULL WHERE id = %s", rows[2].id
        )
        self.assertEqual(self.findings(), [("content", 3, 3)])

    def test_content_with_its_digest(self):
        rows = self.chain()
        self.alter(
            "UPDATE signoff_signature SET content = %s, content_digest = %s "
            "WHERE id = %s",
            "{}",
            sha256("{}"),
            rows[2].id,
        )
        self.assertEqual(self.findings(), [("altered", 3, 3)])

    def recomputed(self, row, **values):
        """Write a row with the digest that its new values would have had."""
        names = ", ".join(f"{name} = %s" for name in values)
        self.alter(
            f"UPDATE signoff_signature SET {names} WHERE id = %s",
            *values.values(),
            row.id,
        )
        self.cr.execute("SELECT * FROM signoff_signature WHERE id = %s", [row.id])
        [found] = self.cr.dictfetchall()
        digest = link_of(found)
        self.alter(
            "UPDATE signoff_signature SET digest = %s WHERE id = %s", digest, row.id
        )
        return digest

    def test_row_with_its_digest(self):
        """Who computes the row's digest anew is given away by the next row."""
        rows = self.chain()
        self.recomputed(rows[1], statement="I never said that.")
        self.assertEqual(self.findings(), [("forked", 2, 2)])

    def test_last_row_with_its_digest(self):
        rows = self.chain()
        self.recomputed(rows[4], statement="I never said that.")
        self.assertEqual(self.findings(), [("end", 5, 5)])

    def test_last_row_and_head_with_their_digests(self):
        """Even then an earlier verification remembers."""
        rows = self.chain()
        self.assertFalse(self.findings())
        digest = self.recomputed(rows[4], statement="I never said that.")
        self.alter(
            "UPDATE signoff_chain SET last_digest = %s WHERE company_id = %s",
            digest,
            self.company.id,
            table="signoff_chain",
        )
        self.assertEqual(self.findings(), [("history", 5, 5)])

    def test_row_deleted_in_the_middle(self):
        rows = self.chain()
        self.alter("DELETE FROM signoff_signature WHERE id IN %s", tuple(rows[1:3].ids))
        self.assertEqual(self.findings(), [("gap", 2, 3)])

    def test_first_row_deleted(self):
        rows = self.chain()
        self.alter("DELETE FROM signoff_signature WHERE id = %s", rows[0].id)
        self.assertEqual(self.findings(), [("gap", 1, 1)])

    def test_rows_cut_from_the_end(self):
        rows = self.chain()
        self.alter("DELETE FROM signoff_signature WHERE id IN %s", tuple(rows[3:].ids))
        self.assertEqual(self.findings(), [("end", 4, 5)])

    def test_rows_cut_from_the_end_with_the_head(self):
        rows = self.chain()
        self.assertFalse(self.findings())
        self.alter("DELETE FROM signoff_signature WHERE id IN %s", tuple(rows[3:].ids))
        self.alter(
            "UPDATE signoff_chain SET last_no = 3, last_digest = %s "
            "WHERE company_id = %s",
            rows[2].digest,
            self.company.id,
            table="signoff_chain",
        )
        self.assertEqual(self.findings(), [("end", 4, 5)])

    def test_all_rows_deleted(self):
        rows = self.chain()
        self.alter("DELETE FROM signoff_signature WHERE id IN %s", tuple(rows.ids))
        self.assertEqual(self.findings(), [("end", 1, 5)])

    def test_renumbered(self):
        rows = self.chain()
        self.alter("DELETE FROM signoff_signature WHERE id = %s", rows[1].id)
        for row in rows[2:]:
            self.alter(
                "UPDATE signoff_signature SET chain_no = chain_no - 1 WHERE id = %s",
                row.id,
            )
        found = self.findings()
        self.assertIn(("altered", 2, 2), found)
        self.assertIn(("end", 5, 5), found)

    def test_state_flipped(self):
        document = self.document()
        void = identified(document)._signoff_sign(CODE, "At first.")
        identified(document)._signoff_sign(CODE, "Again.")
        self.alter(
            "UPDATE signoff_signature SET state = 'valid' WHERE id = %s", void.id
        )
        self.assertEqual(self.findings(), [("state", 1, 1)])
        # A gate asks the facts, not the state.
        latest = document._signoff_latest([CODE])[document.id, CODE]
        self.assertNotEqual(latest, void)

    def test_closing_row_deleted(self):
        """Who wants a void signature back must take out the fact that ended it."""
        document = self.document()
        row = identified(document)._signoff_sign(CODE, "At first.")
        document.remark = "Other."
        self.alter("DELETE FROM signoff_signature WHERE target_id = %s", row.id)
        self.alter("UPDATE signoff_signature SET state = 'valid' WHERE id = %s", row.id)
        self.assertEqual(self.findings(), [("end", 2, 2)])

    def test_evidence_exchanged(self):
        self.purpose.group_ids = [Command.clear()]
        drawn, other = (base64.b64encode(data) for data in (b"drawn", b"other"))
        row = identified(self.document())._signoff_sign(
            CODE, "Ours.", method="portal", signer_name="A. Customer", evidence=drawn
        )
        self.assertFalse(self.findings())
        self.alter(
            "UPDATE signoff_signature SET evidence = %s WHERE id = %s", other, row.id
        )
        self.assertEqual(self.findings(), [("evidence", 1, 1)])
        self.alter("UPDATE signoff_signature SET evidence = NULL WHERE id = %s", row.id)
        self.assertEqual(self.findings(), [("evidence", 1, 1)])

    def test_named(self):
        rows = self.chain()
        self.alter(
            "UPDATE signoff_signature SET statement = 'No.' WHERE id = %s", rows[1].id
        )
        finding = self.Verification._verify(self.company).sudo().finding_ids
        self.assertEqual(
            (finding.signature_id, finding.document, finding.signer),
            (rows[1], rows[1].document_name, "Vera"),
        )

    def test_in_batches(self):
        rows = self.chain(7)
        path = "odoo.addons.written_signoff.models.signoff_verification.BATCH"
        with patch(path, 2):
            run = self.Verification._verify(self.company)
            self.assertEqual((run.checked, run.state), (7, "sound"))
            self.alter("DELETE FROM signoff_signature WHERE id = %s", rows[2].id)
            self.assertEqual(self.findings(), [("gap", 3, 3)])

    def test_queries_do_not_grow_with_the_chain(self):
        def cost():
            self.env.flush_all()
            before = self.cr.sql_log_count
            self.Verification._verify(self.company)
            self.env.flush_all()
            return self.cr.sql_log_count - before

        self.chain(2)
        cost()
        few = cost()
        self.chain(20)
        self.assertEqual(cost(), few)

    # -- told, and the job ---------------------------------------------------------

    def alarms(self):
        activities = self.env["mail.activity"].search(
            [("res_model", "=", "signoff.verification")]
        )
        return activities.filtered(
            lambda todo: (
                self.Verification.browse(todo.res_id).company_id == self.company
            )
        )

    def job(self):
        with self.enter_registry_test_mode():
            self.env.ref("written_signoff.cron_verify").method_direct_trigger()

    def test_told_once(self):
        """PLT-08: the job run twice gives one to-do each, not two."""
        rows = self.chain()
        self.job()
        self.assertFalse(self.alarms())
        self.alter(
            "UPDATE signoff_signature SET statement = 'No.' WHERE id = %s", rows[1].id
        )
        self.job()
        self.assertEqual(self.alarms().user_id, self.vera | self.otto)
        self.job()
        self.assertEqual(len(self.alarms()), 2)
        # Something new is told again.
        self.alter(
            "UPDATE signoff_signature SET statement = 'No.' WHERE id = %s", rows[3].id
        )
        self.job()
        self.assertEqual(len(self.alarms()), 4)

    def test_nobody_watches(self):
        """Without an auditor the administrators are told."""
        rows = self.chain()
        (self.vera | self.otto).active = False
        self.alter(
            "UPDATE signoff_signature SET statement = 'No.' WHERE id = %s", rows[1].id
        )
        self.job()
        self.assertEqual(self.alarms().user_id, self.root)

    def test_one_failure_does_not_stop_the_others(self):
        rows = self.chain()
        broken = self.env["res.company"].create({"name": "Aaa, comes first"})
        original = type(self.Verification)._verify

        def verify(model, company):
            if company == broken:
                model.env.cr.execute("SELECT 1/0")
            return original(model, company)

        self.patch(type(self.Verification), "_verify", verify)
        before = self.Verification.search_count([])
        with mute_logger(QUIET, "odoo.sql_db"):
            self.job()
        runs = self.Verification.search([("company_id", "=", self.company.id)])
        self.assertEqual(runs[0].head_digest, rows[-1].digest)
        self.assertGreater(self.Verification.search_count([]), before)
        self.assertFalse(self.Verification.search([("company_id", "=", broken.id)]))

    def test_by_menu(self):
        self.chain()
        model = self.Verification.with_user(self.vera)
        action = model.action_verify()
        run = self.Verification.browse(action["res_id"])
        self.assertEqual((run.company_id, run.state), (self.company, "sound"))
