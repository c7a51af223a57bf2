"""Attacks over real JSON-RPC and JSON-2, by a colleague and by an administrator.

PLT-05: a sign-off cannot be altered or deleted by anyone through Odoo.
"""

import collections
import json
from datetime import datetime, timedelta

from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .signing_case import CODE, PASSWORD, SigningMixin

SIGNATURE = "signoff.signature"
# What a caller may think of: a flag, the name of the key, the key written down.
FORGED = [True, 1, "_CHAIN_KEY", "<object object>", {}, []]
REFUSED = {
    "odoo.exceptions.AccessError",
    "odoo.exceptions.UserError",
    "builtins.AttributeError",
}
QUIET = (
    "odoo.http",
    "odoo.addons.base.models.ir_rule",
    "odoo.addons.base.models.ir_model",
)


@tagged("post_install", "-at_install")
class TestAttackRpc(SigningMixin, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_people()
        # The worst case: may administer everything and watches over signatures too.
        cls.root.group_ids |= cls.env.ref("written_signoff.group_signoff_auditor")

    def setUp(self):
        super().setUp()
        self.signed = self.document()
        self.row = self.sign(self.signed)
        self.env.flush_all()
        self.before = self.evidence()

    def evidence(self):
        self.env.invalidate_all()
        self.env.cr.execute("SELECT * FROM signoff_signature ORDER BY id")
        return self.env.cr.fetchall()

    def call(self, model, method, *args, **kwargs):
        return self.make_jsonrpc_request(
            "/web/dataset/call_kw",
            {"model": model, "method": method, "args": args, "kwargs": kwargs},
        )

    def refused(self, model, method, *args, **kwargs):
        with self.assertRaises(JsonRpcException) as caught, mute_logger(*QUIET):
            self.call(model, method, *args, **kwargs)
        self.assertIn(caught.exception.args[0], REFUSED)
        self.assertEqual(self.evidence(), self.before)

    def values(self):
        row = self.row.sudo().copy_data()[0]
        return {
            "company_id": self.company.id,
            "chain_no": 2,
            "kind": "signature",
            "res_model": row["res_model"],
            "res_id": self.signed.id,
            "state": "valid",
            "document_name": "Forged",
            "purpose_id": self.purpose.id,
            "purpose_code": CODE,
            "signer_id": self.vera.id,
            "signer_name": "Vera",
            "signed_at": "2026-03-01 10:00:00",
            "method": "password",
            "content": self.row.content,
            "content_digest": self.row.content_digest,
            "previous_digest": self.row.digest,
            "digest": "0" * 64,
        }

    def attack(self):
        ids = self.row.ids
        for forged in (None, *FORGED):
            context = {} if forged is None else {"signoff_chain": forged}
            kw = {"context": context}
            with self.subTest(context=context):
                self.refused(SIGNATURE, "create", [self.values()], **kw)
                self.refused(SIGNATURE, "write", ids, {"statement": "Oh."}, **kw)
                self.refused(SIGNATURE, "write", ids, {"state": "void"}, **kw)
                self.refused(SIGNATURE, "unlink", ids, **kw)
                self.refused(SIGNATURE, "copy", ids, **kw)
                self.refused(SIGNATURE, "web_save", ids, {"state": "void"}, {}, **kw)
                self.refused(SIGNATURE, "web_save", [], self.values(), {}, **kw)
                self.refused(SIGNATURE, "_append", ids, [self.values()], **kw)
                self.refused(SIGNATURE, "_close", ids, "void", {ids[0]: "x"}, **kw)
                self.refused("signoff.chain", "write", [1], {"last_no": 0}, **kw)
                self.refused("signoff.chain", "_move_head", [], 1, 0, "0", **kw)
                self.load(kw)
                self.through_the_document(kw)

    def load(self, kw):
        """Import tells its refusal in a message."""
        values = self.values()
        records = {"company_id", "purpose_id", "signer_id"}
        names = [f"{name}/.id" if name in records else name for name in values]
        rows = [[str(value) for value in values.values()]]
        with mute_logger(*QUIET, "odoo.models.load", "odoo.sql_db"):
            try:
                answer = self.call(SIGNATURE, "load", names, rows, **kw)
                self.assertFalse(answer["ids"])
                self.assertTrue(answer["messages"])
            except JsonRpcException as error:
                self.assertIn(error.args[0], REFUSED)
            fields = [".id", "statement"]
            try:
                answer = self.call(
                    SIGNATURE, "load", fields, [[self.row.id, "x"]], **kw
                )
                self.assertFalse(answer["ids"])
            except JsonRpcException as error:
                self.assertIn(error.args[0], REFUSED)
        self.assertEqual(self.evidence(), self.before)

    def through_the_document(self, kw):
        """One2many commands of a document reach the rows as little as RPC does."""
        model, ids = self.signed._name, self.signed.ids
        for command in (
            [0, 0, self.values()],
            [1, self.row.id, {"state": "void"}],
            [2, self.row.id, 0],
            [3, self.row.id, 0],
            [5, 0, 0],
            [6, 0, []],
        ):
            self.refused(model, "write", ids, {"signature_ids": [command]}, **kw)

    def test_colleague(self):
        self.authenticate(self.sales.login, PASSWORD)
        self.attack()

    def test_administrator(self):
        self.authenticate(self.root.login, PASSWORD)
        self.attack()

    def test_signing_goes_through_the_dialog_only(self):
        self.authenticate(self.vera.login, PASSWORD)
        model, ids = self.signed._name, self.signed.ids
        for method in ("_signoff_sign", "_signoff_void_changed", "_signoff_append"):
            self.refused(model, method, ids, CODE, "No password asked.")
        action = self.call(
            model, "action_signoff", ids, context={"signoff_purpose": CODE}
        )
        dialog = self.call(
            "signoff.sign",
            "create",
            [{"statement": "Over the wire."}],
            context=action["context"],
        )
        self.refused("signoff.sign", "action_sign", dialog)
        self.refused("signoff.sign", "action_sign", dialog, context={"password": "no"})
        self.call("signoff.sign", "action_sign", dialog, context={"password": PASSWORD})
        self.assertEqual(self.row.state, "superseded")

    def test_dialog_of_another_person(self):
        dialog = self.dialog(self.signed, "Written by Vera.")
        self.env.flush_all()
        self.authenticate(self.otto.login, PASSWORD)
        context = {"password": PASSWORD}
        self.refused("signoff.sign", "action_sign", dialog.ids, context=context)
        self.refused("signoff.sign", "write", dialog.ids, {"statement": "Otto's."})
        # Nor does signing in another's name work from one's own dialog.
        values = {
            "res_model": self.signed._name,
            "res_id": self.signed.id,
            "purpose_id": self.purpose.id,
            "statement": "In another's name.",
            "create_uid": self.vera.id,
            "signer_name": "Vera",
        }
        [own] = self.call("signoff.sign", "create", [values])
        self.call("signoff.sign", "action_sign", [own], context=context)
        row = self.rows(self.signed).filtered(lambda row: row.state == "valid")
        self.assertEqual((row.signer_id, row.signer_name), (self.otto, "Otto"))

    def test_what_a_verification_read_stays(self):
        self.authenticate(self.root.login, PASSWORD)
        model, ids = self.signed._name, self.signed.ids
        for vals in (
            {"checked": 99},
            {"head_digest": "x"},
            {"state": "sound"},
            {"last_no": 7},
            {"finding_ids": [[5, 0, 0]]},
            {"company_id": 1},
            {"run_at": False},
        ):
            with self.subTest(vals=vals):
                self.refused(model, "write", ids, vals)
        self.refused(model, "create", [{"company_id": self.company.id}])
        self.refused(model, "unlink", ids)
        self.assertTrue(self.call(model, "write", ids, {"remark": "Seen."}))
        self.assertEqual(self.row.state, "void")

    def test_ordinary_user_verifies_nothing(self):
        self.authenticate(self.sales.login, PASSWORD)
        self.refused("signoff.verification", "action_verify")

    def test_external_ids_and_messages_move_nothing(self):
        """Odoo's own back doors lead to the same refusals."""
        self.authenticate(self.root.login, PASSWORD)
        self.call(
            "ir.model.data",
            "create",
            [
                {
                    "module": "written_signoff",
                    "name": "forged",
                    "model": SIGNATURE,
                    "res_id": self.row.id,
                }
            ],
        )
        names = ["id", "statement"]
        rows = [["written_signoff.forged", "Altered by import"]]
        with mute_logger(*QUIET, "odoo.models.load"):
            try:
                answer = self.call(SIGNATURE, "load", names, rows)
                self.assertFalse(answer["ids"])
            except JsonRpcException as error:
                self.assertIn(error.args[0], REFUSED)
        self.assertEqual(self.evidence(), self.before)
        self.refused(SIGNATURE, "message_post", self.row.ids, body="Void!")

    def test_json_2(self):
        """The same over JSON-2 with an API key, the context in the body."""
        for user in (self.sales, self.root):
            keys = self.env["res.users.apikeys"].with_user(user)
            key = keys.sudo()._generate(
                "rpc", "attack", datetime.now() + timedelta(days=1)
            )
            for forged in FORGED:
                for method, arguments in (
                    ("create", {"vals_list": [self.values()]}),
                    ("write", {"ids": self.row.ids, "vals": {"statement": "x"}}),
                    ("write", {"ids": self.row.ids, "vals": {"state": "void"}}),
                    ("unlink", {"ids": self.row.ids}),
                    ("copy", {"ids": self.row.ids}),
                    ("_append", {"vals_list": [self.values()]}),
                ):
                    with self.subTest(user=user.name, method=method, forged=forged):
                        self.json_2_refused(key, method, arguments, forged)

    def json_2_refused(self, key, method, arguments, forged):
        body = {**arguments, "context": {"signoff_chain": forged}}
        with mute_logger(*QUIET):
            answer = self.url_open(
                f"/json/2/{SIGNATURE}/{method}",
                data=json.dumps(body),
                headers={
                    "Authorization": f"Bearer {key}",
                    "Content-Type": "application/json",
                },
            )
        self.assertGreaterEqual(answer.status_code, 400, answer.text)
        self.assertEqual(self.evidence(), self.before)

    def test_many_wrong_passwords_are_slowed(self):
        """Odoo's own cooldown counts wrong passwords of the dialog, too."""
        self.env["ir.config_parameter"].set_param("base.login_cooldown_after", 3)
        self.registry._login_failures = collections.defaultdict(
            lambda: (0, datetime.min)
        )
        self.addCleanup(self.registry._login_failures.clear)
        dialog = self.dialog(self.signed)
        self.env.flush_all()
        self.authenticate(self.vera.login, PASSWORD)
        for wrong in ("a", "b", "c"):
            self.refused(
                "signoff.sign", "action_sign", dialog.ids, context={"password": wrong}
            )
        # Even the right one is not looked at any more.
        self.refused(
            "signoff.sign", "action_sign", dialog.ids, context={"password": PASSWORD}
        )
        self.registry._login_failures.clear()
        self.call(
            "signoff.sign", "action_sign", dialog.ids, context={"password": PASSWORD}
        )
