"""Two people sign at the same moment, in two real transactions (PLT-08)."""

import threading
import traceback

from odoo import api
from odoo.service.model import retrying
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..identity import identified
from .signing_case import AUDITOR, CODE


@tagged("post_install", "-at_install")
class TestRace(TransactionCase):
    """Everything here is really committed, and really taken away again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.registry.cursor() as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {})
            cls.company_id = env.company.id
            cr.execute("SELECT coalesce(max(id), 0) FROM signoff_signature")
            [cls.last_row] = cr.fetchone()
            cr.execute("SELECT coalesce(max(id), 0) FROM signoff_verification")
            [cls.last_run] = cr.fetchone()
            cr.execute("SELECT company_id, last_no, last_digest FROM signoff_chain")
            cls.heads = cr.fetchall()
            cls.signers = [
                new_test_user(env, f"racer{n}.signoff", f"base.group_user,{AUDITOR}").id
                for n in range(2)
            ]
        cls.addClassCleanup(cls.clean)

    @classmethod
    def clean(cls):
        with cls.registry.cursor() as cr:
            for table in ("signoff_signature", "signoff_chain"):
                cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cr.execute("DELETE FROM signoff_signature WHERE id > %s", [cls.last_row])
            cr.execute("DELETE FROM signoff_chain")
            for head in cls.heads:
                cr.execute(
                    "INSERT INTO signoff_chain (company_id, last_no, last_digest) "
                    "VALUES (%s, %s, %s)",
                    head,
                )
            for table in ("signoff_signature", "signoff_chain"):
                cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            env = api.Environment(cr, api.SUPERUSER_ID, {})
            runs = env["signoff.verification"].search([("id", ">", cls.last_run)])
            runs.unlink()
            users = env["res.users"].browse(cls.signers)
            partners = users.partner_id
            users.unlink()
            partners.unlink()

    def documents(self, count):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {})
            company = env["res.company"].browse(self.company_id)
            runs = [env["signoff.verification"]._verify(company) for _n in range(count)]
            return [run.id for run in runs]

    def together(self, *tasks):
        """Run tasks at once; all have begun their transaction before one writes."""
        barrier = threading.Barrier(len(tasks))
        errors = []

        def run(user_id, task):
            try:
                with self.registry.cursor() as cr:
                    env = api.Environment(cr, user_id, {})
                    tries = []

                    def attempt():
                        # The transaction sees the world as it is at this moment.
                        cr.execute("SELECT count(*) FROM signoff_signature")
                        tries.append(1)
                        if len(tries) == 1:
                            barrier.wait(20)
                        task(env)

                    retrying(attempt, env)
            except Exception:
                errors.append(traceback.format_exc())

        threads = [
            threading.Thread(target=run, args=(user, task))
            for user, task in zip(self.signers, tasks, strict=True)
        ]
        with mute_logger("odoo.sql_db", "odoo.service.model"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        self.assertFalse(any(thread.is_alive() for thread in threads))
        self.assertFalse(errors, "\n".join(errors))

    def result(self):
        """Return the rows of this class, and what a verification says of them."""
        with self.registry.cursor() as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {})
            company = env["res.company"].browse(self.company_id)
            rows = env["signoff.signature"].search(
                [("id", ">", self.last_row)], order="chain_no"
            )
            run = env["signoff.verification"]._verify(company)
            return (
                [(row.chain_no, row.kind, row.state, row.res_id) for row in rows],
                run.state,
            )

    def signing(self, document_id):
        def task(env):
            document = env["signoff.verification"].browse(document_id)
            identified(document)._signoff_sign(CODE, "At the same moment.")

        return task

    def test_two_documents(self):
        one, other = self.documents(2)
        self.together(self.signing(one), self.signing(other))
        rows, state = self.result()
        found = [row for row in rows if row[3] in (one, other)]
        self.assertEqual(len(found), 2)
        self.assertEqual(found[1][0], found[0][0] + 1)
        self.assertEqual({row[2] for row in found}, {"valid"})
        self.assertEqual(state, "sound")

    def test_one_document(self):
        """Both have signed; one took the place of the other's signature."""
        [document] = self.documents(1)
        self.together(self.signing(document), self.signing(document))
        rows, state = self.result()
        found = [row for row in rows if row[3] == document]
        self.assertEqual(
            [row[1:3] for row in found],
            [
                ("signature", "superseded"),
                ("superseded", False),
                ("signature", "valid"),
            ],
        )
        self.assertEqual(state, "sound")

    def test_one_changes_while_the_other_signs(self):
        """Never a valid signature on terms that nobody signed (ORD-15)."""
        [document_id] = self.documents(1)

        def change(env):
            env["signoff.verification"].browse(document_id).remark = "Changed."

        self.together(self.signing(document_id), change)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, api.SUPERUSER_ID, {})
            document = env["signoff.verification"].browse(document_id)
            self.assertEqual(document.remark, "Changed.")
            latest = document._signoff_latest([CODE])
            valid = document._signoff_valid([CODE])
            self.assertEqual(latest, valid)
            for row in valid.values():
                self.assertEqual(row._content()["terms"]["remark"], "Changed.")
        self.assertEqual(self.result()[1], "sound")
