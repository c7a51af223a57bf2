"""What slips past the ORM is refused by PostgreSQL itself (PLT-05)."""

import psycopg2
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..identity import identified
from .signing_case import CODE, SigningCase

STATEMENTS = [
    "UPDATE signoff_signature SET statement = 'x' WHERE id = {0}",
    "UPDATE signoff_signature SET content = '{{}}' WHERE id = {0}",
    "UPDATE signoff_signature SET signer_id = 1 WHERE id = {0}",
    "UPDATE signoff_signature SET digest = 'x', statement = 'y' WHERE id = {0}",
    "UPDATE signoff_signature SET state = 'void' WHERE id = {0}",
    "UPDATE signoff_signature SET state = NULL WHERE id = {0}",
    "DELETE FROM signoff_signature WHERE id = {0}",
    "TRUNCATE signoff_signature CASCADE",
    "UPDATE signoff_chain SET last_no = 0",
    "UPDATE signoff_chain SET last_digest = 'x'",
    "DELETE FROM signoff_chain",
    "TRUNCATE signoff_chain",
]


@tagged("post_install", "-at_install")
class TestAttackSql(SigningCase):
    def setUp(self):
        super().setUp()
        self.row = self.sign(self.document())
        self.env.flush_all()

    def server_action(self, code):
        return self.env["ir.actions.server"].create(
            {
                "name": "Attack",
                "model_id": self.env["ir.model"]._get_id("signoff.signature"),
                "state": "code",
                "code": code,
            }
        )

    def test_sql(self):
        for statement in STATEMENTS:
            sql = statement.format(self.row.id)
            with (
                self.subTest(sql=sql),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.InsufficientPrivilege),
                self.cr.savepoint(),
            ):
                self.cr.execute(sql)
        self.assertFalse(self.document()._verify(self.company).finding_ids)

    def test_ended_signature_does_not_revive(self):
        self.sign(self.row.env["signoff.verification"].browse(self.row.res_id))
        self.assertEqual(self.row.state, "superseded")
        for state in ("valid", "void", "withdrawn"):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.InsufficientPrivilege),
                self.cr.savepoint(),
            ):
                self.cr.execute(
                    "UPDATE signoff_signature SET state = %s WHERE id = %s",
                    [state, self.row.id],
                )

    def test_server_action_with_sql(self):
        for statement in STATEMENTS:
            sql = statement.format(self.row.id)
            action = self.server_action(f'env.cr.execute("{sql}")')
            with (
                self.subTest(sql=statement),
                mute_logger("odoo.sql_db", "odoo.tools.safe_eval"),
                self.assertRaises(Exception) as caught,
                self.cr.savepoint(),
            ):
                action.with_user(self.root).run()
            refusal = "Signatures are evidence|The chain of signatures only grows"
            self.assertRegex(str(caught.exception), refusal)

    def test_server_action_with_methods(self):
        """Methods of ours are no key to the chain, either."""
        row = f"env['signoff.signature'].sudo().browse({self.row.id})"
        for code in (
            f"{row}.write({{'statement': 'x'}})",
            f"{row}.unlink()",
            f"{row}.copy()",
            f"{row}._close('void', {{{self.row.id}: 'x'}})",
            f"{row}._settle('void')",
            f"{row}._append(env.company, [{{'kind': 'signature'}}])",
            f"{row}.with_context(signoff_chain=True).unlink()",
        ):
            action = self.server_action(code)
            with (
                self.subTest(code=code),
                mute_logger("odoo.tools.safe_eval"),
                self.assertRaises(AccessError),
                self.cr.savepoint(),
            ):
                action.with_user(self.root).run()
        action = self.server_action(f"{row}._write_multi([{{'statement': 'x'}}])")
        with (
            mute_logger("odoo.sql_db", "odoo.tools.safe_eval"),
            self.assertRaises(Exception) as caught,
            self.cr.savepoint(),
        ):
            action.with_user(self.root).run()
        self.assertIn("Signatures are evidence", str(caught.exception))

    def test_server_action_in_the_name_of_another(self):
        """ROL-03: who administers the database does not sign for a colleague."""
        document = self.document()
        mine = f"env['signoff.verification'].browse({document.id})"
        hers = f"{mine}.with_user({self.vera.id})"
        sign = f"_signoff_sign({CODE!r}, 'Vera says yes.')"
        dialog = f"env['signoff.sign'].with_user({self.vera.id})"
        values = {"res_model": document._name, "res_id": document.id,
                  "purpose_id": self.purpose.id, "statement": "Yes."}  # fmt: skip
        before = self.rows(document)
        for code in (
            f"{hers}.{sign}",
            f"{hers}.with_context(signoff_identity=True).{sign}",
            f"{hers}.with_context(signoff_identity={self.vera.id}).{sign}",
            f"{hers}.with_context(signoff_identity=env['res.users']).{sign}",
            f"{dialog}.create({values!r}).action_sign()",
            f"{hers}.with_context(**{dialog}._check_identity()).{sign}",
        ):
            action = self.server_action(code)
            with (
                self.subTest(code=code),
                mute_logger(
                    "odoo.tools.safe_eval", "odoo.addons.base.models.res_users"
                ),
                self.assertRaises(UserError),
                self.cr.savepoint(),
            ):
                action.with_user(self.root).run()
        self.assertEqual(self.rows(document), before)

    def test_proof_serves_one_person_and_one_signature(self):
        """What the dialog hands out opens nothing for others, nor a second time."""
        document = identified(self.document())
        with self.assertRaises(AccessError):
            document.with_user(self.otto)._signoff_sign(CODE, "In another name.")
        row = document._signoff_sign(CODE, "In mine.")
        signed = row.env["signoff.verification"].browse(row.res_id)
        with self.assertRaises(AccessError):
            signed._signoff_sign(CODE, "And once more.")

    def test_signer_of_evidence_stays(self):
        """A signature does not lose who gave it."""
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(psycopg2.IntegrityError, "signoff_signature"),
            self.cr.savepoint(),
        ):
            self.vera.unlink()
        self.assertEqual(self.row.signer_id, self.vera)
