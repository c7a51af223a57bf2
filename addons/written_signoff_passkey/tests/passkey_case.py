"""Ground for signing by passkey: people, their passkeys, calls as they make them."""

import json

from odoo.addons.written_signoff.tests.delegation_case import DelegationMixin
from odoo.addons.written_signoff.tests.signing_case import PASSWORD
from odoo.tests import HttpCase

from .authenticator import Authenticator

CHALLENGES = "signoff.passkey.challenge"


class PasskeyCase(DelegationMixin, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_people()

    def setUp(self):
        super().setUp()
        self.passkey = Authenticator()
        self.passkey.belongs_to(self.vera)
        self.origin = self.env["auth.passkey.key"].get_base_url()
        self.dialogs = {}
        self.log_in(self.vera)

    def log_in(self, user):
        self.env.flush_all()
        self.authenticate(user.login, PASSWORD)

    def call(self, model, method, *args, **kwargs):
        """Call as who is logged in. Returns ``(result, the words of the refusal)``."""
        call = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        answer = self.opener.post(
            f"{self.base_url()}/web/dataset/call_kw",
            json={"jsonrpc": "2.0", "method": "call", "params": call},
        ).json()
        self.env.invalidate_all()
        if "error" in answer:
            return None, answer["error"]["data"]["message"]
        return answer.get("result"), None

    def opened(self, document, **values):
        """Return a dialog to sign this document, as the web client saves it."""
        dialog = self.dialog(document, **values)
        self.env.flush_all()
        return dialog

    def ask(self, dialog):
        """Return what the server asks the passkey with."""
        options, refusal = self.call(dialog._name, "passkey_options", dialog.ids)
        self.assertFalse(refusal)
        return options

    def answer(self, dialog, passkey=None, origin=None, **changed):
        """Return the answer of a passkey to a challenge that was just asked for."""
        options = self.ask(dialog)
        passkey = passkey or self.passkey
        return passkey.answers(options, origin or self.origin, **changed)

    def press(self, dialog, answer, button="action_sign", **context):
        """Press the button with an answer; returns the words of the refusal."""
        if not isinstance(answer, str):
            answer = json.dumps(answer)
        context["passkey"] = answer
        return self.call(dialog._name, button, dialog.ids, context=context)[1]

    def assertRefused(self, refusal, document):
        self.assertRegex(refusal or "", "passkey was not accepted, so nothing")
        self.assertFalse(self.rows(document))
