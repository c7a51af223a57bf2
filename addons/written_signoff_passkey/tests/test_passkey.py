"""PLT-05: signing with a passkey instead of the password, each time anew."""

import json
from contextlib import ExitStack
from types import SimpleNamespace
from unittest.mock import patch

from lxml import etree
from odoo import http
from odoo.addons.auth_passkey.models import auth_passkey_key
from odoo.addons.written_signoff.tests.signing_case import CODE, PASSWORD
from odoo.tests import Form, tagged

from ..models import signoff_passkey_challenge
from .passkey_case import CHALLENGES, PasskeyCase

# Signing: beside what signing by password costs.
ASKING, MORE = 6, 5


@tagged("post_install", "-at_install")
class TestPasskey(PasskeyCase):
    def test_signed_with_the_passkey(self):
        """PLT-05: no password; the signature says how, and the chain is sound."""
        document = self.document()
        dialog = self.opened(document)
        self.assertFalse(self.press(dialog, self.answer(dialog)))
        row = self.rows(document)
        self.assertEqual(
            (row.method, row.signer_id, row.statement),
            ("passkey", self.vera, "I looked into it."),
        )
        self.assertTrue(document._signoff_valid([CODE]))
        self.assertEqual(self.vera.auth_passkey_key_ids.sudo().sign_count, 1)
        self.assertFalse(self.document()._verify(self.company).finding_ids)
        self.assertFalse(self.env[CHALLENGES].sudo().search([]))

    def test_one_word_for_old_signatures(self):
        """PLT-05: signatures by password from before keep their digests."""
        document = self.document()
        row = self.sign(document)
        self.assertEqual(row.method, "password")
        dialog = self.opened(document)
        self.assertFalse(self.press(dialog, self.answer(dialog)))
        self.assertEqual(
            self.rows(document).filtered("state").mapped(lambda r: (r.method, r.state)),
            [("password", "superseded"), ("passkey", "valid")],
        )
        self.assertFalse(self.document()._verify(self.company).finding_ids)

    def test_password_stays_good(self):
        """PLT-05: who has a passkey may sign with the password."""
        document = self.document()
        dialog = self.opened(document)
        context = {"password": PASSWORD}
        _result, refusal = self.call(
            dialog._name, "action_sign", dialog.ids, context=context
        )
        self.assertFalse(refusal)
        self.assertEqual(self.rows(document).method, "password")

    def test_neither(self):
        """PLT-05: with neither, a plain sentence, and no wrong password is counted."""
        document = self.document()
        dialog = self.opened(document)
        for context in ({}, {"password": ""}, {"passkey": ""}, {"passkey": False}):
            _result, refusal = self.call(
                dialog._name, "action_sign", dialog.ids, context=context
            )
            self.assertIn("enter your password, or use your passkey", refusal)
        self.assertFalse(self.rows(document))

    def test_each_time(self):
        """PLT-05: no period of grace: two signatures, two answers."""
        first, second = self.document(), self.document()
        dialog = self.opened(first)
        self.assertFalse(self.press(dialog, self.answer(dialog)))
        dialog = self.opened(second)
        _result, refusal = self.call(dialog._name, "action_sign", dialog.ids)
        self.assertIn("use your passkey", refusal)
        self.assertFalse(self.press(dialog, self.answer(dialog)))
        self.assertEqual(self.rows(second).method, "passkey")

    def test_withdrawn_with_the_passkey(self):
        """PLT-05: what a passkey signed, a passkey takes back."""
        document = self.document()
        dialog = self.opened(document)
        self.press(dialog, self.answer(dialog))
        row = self.rows(document)
        dialog = self.env["signoff.withdraw"].with_user(self.vera)
        dialog = dialog.create({"signature_id": row.id, "reason": "I was wrong."})
        self.env.flush_all()
        answer = self.answer(dialog)
        self.assertFalse(self.press(dialog, answer, "action_withdraw"))
        self.assertEqual((row.state, row.closing_ids.method), ("withdrawn", "passkey"))

    def test_revoked_with_the_passkey(self):
        """PLT-05, ROL-04: a delegation begins and ends with the passkey, too."""
        row = self.draft()
        dialog = self.opened(row, statement="", code="delegation")
        self.assertFalse(self.press(dialog, self.answer(dialog)))
        self.assertEqual(row.state, "in_force")
        dialog = self.env["signoff.delegation.revoke"].with_user(self.vera)
        dialog = dialog.create({"delegation_id": row.id, "reason": "Back earlier."})
        self.env.flush_all()
        self.assertFalse(self.press(dialog, self.answer(dialog), "action_revoke"))
        self.assertEqual(row.state, "revoked")
        closing = self.rows(row).filtered(lambda one: one.kind == "withdrawn")
        self.assertEqual(closing.method, "passkey")

    def test_who_sees_the_button(self):
        """PLT-05: who has no passkey has the dialog as it was: a password is due."""
        for user, has in ((self.vera, True), (self.otto, False)):
            document = self.document(user)
            action = document._signoff_dialog(CODE)
            dialogs = document.env["signoff.sign"].with_context(**action["context"])
            form = Form(dialogs)
            self.assertEqual(form.has_passkey, has)
            form.statement = "Seen."
            if not has:
                with self.assertRaisesRegex(AssertionError, "password is a required"):
                    form.save()
                form.password = "wrong"
            self.assertTrue(form.save())

    def test_every_dialog_has_it(self):
        """PLT-05: whatever dialog an add-on builds on this one asks a passkey, too."""
        dialogs = [
            name
            for name, model in self.env.registry.items()
            if issubclass(model, self.env.registry["signoff.identity"])
            and not model._abstract
        ]
        self.assertGreaterEqual(len(dialogs), 3)
        for name in dialogs:
            for view in self.env["ir.ui.view"].search(
                [("model", "=", name), ("type", "=", "form"), ("mode", "=", "primary")]
            ):
                with self.subTest(dialog=name, view=view.xml_id):
                    arch = etree.fromstring(view.get_combined_arch())
                    [button] = arch.xpath("//button[@context=\"{'passkey': ''}\"]")
                    self.assertEqual(button.get("invisible"), "not has_passkey")
                    self.assertEqual(arch.get("js_class"), "signoff_passkey_form")
                    [password] = arch.xpath("//field[@name='password']")
                    self.assertEqual(password.get("required"), "not has_passkey")

    def test_queries(self):
        """PLT-05, PLT-07: what asking and answering costs, beside the password."""
        session = http.root.session_store.new()
        request = SimpleNamespace(session=session, httprequest=None)
        costs = []
        for _time in range(2):
            dialog = self.opened(self.document())
            password = self.opened(self.document()).with_context(password=PASSWORD)
            with self.in_a_request(request):
                asking = self.cost(dialog.passkey_options)
                options = dialog.passkey_options()
                answer = json.dumps(self.passkey.answers(options, self.origin))
                signing = self.cost(dialog.with_context(passkey=answer).action_sign)
            costs.append((asking, signing - self.cost(password.action_sign)))
        asking, more = costs[1]
        self.assertLessEqual(asking, ASKING)
        self.assertLessEqual(more, MORE)

    def in_a_request(self, request):
        """Let the two modules that know of sessions see this one."""
        stack = ExitStack()
        for module in (signoff_passkey_challenge, auth_passkey_key):
            stack.enter_context(patch.object(module, "request", request))
        return stack

    def cost(self, action):
        self.env.flush_all()
        self.env.invalidate_all()
        # Whoever is logged in was read before the call.
        self.assertTrue(self.vera.name and self.vera.company_id.name)
        before = self.cr.sql_log_count
        action()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def test_asked_for_ones_own_passkeys(self):
        """PLT-05: the browser offers the signer's passkeys and no other."""
        options = self.ask(self.opened(self.document()))
        self.assertEqual(
            options["allowCredentials"],
            [{"id": self.passkey.identifier, "type": "public-key"}],
        )
        self.assertEqual(options["userVerification"], "required")
