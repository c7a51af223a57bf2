"""PLT-05: answers of passkeys that are forged, replayed, or somebody else's.

Each is refused with one sentence, and nothing is signed.
"""

import json
from datetime import datetime, timedelta

from odoo.addons.written_signoff.tests.signing_case import PASSWORD
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..asking import CONTEXT
from .authenticator import PRESENT, Authenticator, text
from .passkey_case import CHALLENGES, PasskeyCase

QUIET = ("odoo.http", "odoo.addons.base.models.ir_model")


@tagged("post_install", "-at_install")
class TestPasskeyAttack(PasskeyCase):
    def test_answer_to_another_challenge(self):
        """PLT-05: an answer counts for what was asked only."""
        document = self.document()
        dialog = self.opened(document)
        answer = self.answer(dialog, challenge=text(b"another"))
        self.assertRefused(self.press(dialog, answer), document)
        # One that was good until the dialog asked anew.
        answer = self.answer(dialog)
        self.ask(dialog)
        self.assertRefused(self.press(dialog, answer), document)

    def test_never_asked(self):
        """PLT-05: an answer without a question is none, whatever the context says."""
        document = self.document()
        dialog = self.opened(document)
        challenge = text(b"chosen by the attacker")
        answer = self.passkey.answers({"challenge": challenge}, self.origin)
        self.assertRefused(self.press(dialog, answer), document)
        forged = {CONTEXT: challenge, "webauthn_challenge": challenge}
        self.assertRefused(self.press(dialog, answer, **forged), document)
        # Nor is such a challenge taken when another one was asked.
        self.ask(dialog)
        self.assertRefused(self.press(dialog, answer, **forged), document)
        self.assertRefused(
            self.press(dialog, answer, **{CONTEXT: {"challenge": challenge}}), document
        )

    def test_replayed(self):
        """PLT-05: an answer signs once, here and in any other dialog."""
        document = self.document()
        dialog = self.opened(document)
        answer = self.answer(dialog, count=0)
        # This device does not count: the challenge alone has to hold.
        self.assertFalse(self.press(dialog, answer))
        before = self.rows(document)
        self.assertRegex(self.press(dialog, answer), "was not accepted")
        other = self.document()
        again = self.opened(other)
        self.assertRefused(self.press(again, answer), other)
        self.ask(again)
        self.assertRefused(self.press(again, answer), other)
        self.assertEqual(self.rows(document), before)

    def test_answer_for_another_dialog(self):
        """PLT-05: what was given for one document signs no other."""
        document = self.document()
        answer = self.answer(self.opened(self.document()))
        self.assertRefused(self.press(self.opened(document), answer), document)

    def test_somebody_elses_passkey(self):
        """PLT-05: a colleague's passkey is good for the colleague."""
        others = Authenticator()
        others.belongs_to(self.otto)
        document = self.document()
        dialog = self.opened(document)
        answer = self.answer(dialog, others)
        self.assertRefused(self.press(dialog, answer), document)
        # Under the name of the right one, signed by the wrong one.
        others.identifier = self.passkey.identifier
        answer = self.answer(dialog, others)
        self.assertRefused(self.press(dialog, answer), document)
        # One that nobody registered.
        answer = self.answer(dialog, Authenticator())
        self.assertRefused(self.press(dialog, answer), document)

    def test_no_passkey_at_all(self):
        """PLT-05: who has none signs with none."""
        document = self.document(self.otto)
        dialog = self.opened(document)
        self.log_in(self.otto)
        for passkey in (self.passkey, Authenticator()):
            answer = self.answer(dialog, passkey)
            self.assertRefused(self.press(dialog, answer), document)

    def test_somebody_elses_dialog(self):
        """PLT-05: nobody is asked for a dialog that another opened."""
        document = self.document()
        dialog = self.opened(document)
        answer = self.answer(dialog)
        self.log_in(self.otto)
        with mute_logger(*QUIET):
            _options, refusal = self.call(dialog._name, "passkey_options", dialog.ids)
            self.assertTrue(refusal)
            self.assertTrue(self.press(dialog, answer))
        self.assertFalse(self.rows(document))

    def test_another_session(self):
        """PLT-05: an answer counts in the session that asked."""
        document = self.document()
        dialog = self.opened(document)
        answer = self.answer(dialog)
        self.log_in(self.vera)
        self.assertRefused(self.press(dialog, answer), document)

    def test_too_late(self):
        """PLT-05: an answer counts for five minutes."""
        document = self.document()
        dialog = self.opened(document)
        answer = self.answer(dialog)
        self.env.cr.execute(
            "UPDATE signoff_passkey_challenge"
            " SET create_date = create_date - interval '6 minutes'"
        )
        self.assertRefused(self.press(dialog, answer), document)
        challenges = self.env[CHALLENGES].sudo()
        self.assertTrue(challenges.search([]))
        challenges._gc_challenges()
        self.assertFalse(challenges.search([]))

    def test_not_verified(self):
        """PLT-05: the device asks for finger, face or PIN, as Odoo demands."""
        document = self.document()
        dialog = self.opened(document)
        for lie in (
            {"flags": PRESENT},
            {"flags": 0},
            {"kind": "webauthn.create"},
            {"rp": "elsewhere.example"},
            {"origin": "https://elsewhere.example"},
        ):
            with self.subTest(lie=lie):
                answer = self.answer(dialog, **lie)
                self.assertRefused(self.press(dialog, answer), document)

    def test_a_copied_device(self):
        """PLT-05: a device that counts less than it did is a copy."""
        dialog = self.opened(self.document())
        self.assertFalse(self.press(dialog, self.answer(dialog, count=7)))
        document = self.document()
        dialog = self.opened(document)
        answer = self.answer(dialog, count=7)
        self.assertRefused(self.press(dialog, answer), document)

    def test_altered(self):
        """PLT-05: an answer whose signature is of something else is refused."""
        document = self.document()
        dialog = self.opened(document)
        for part in ("authenticatorData", "signature"):
            with self.subTest(part=part):
                answer = self.answer(dialog)
                answer["response"][part] = self.passkey.answers(
                    {"challenge": text(b"of old")}, self.origin
                )["response"][part]
                self.assertRefused(self.press(dialog, answer), document)

    def test_garbage(self):
        """PLT-05: what is no answer gets the same sentence, and no traceback."""
        document = self.document()
        dialog = self.opened(document)
        good = self.answer(dialog)
        bare = {"id": self.passkey.identifier}
        broken = {**good, "response": {**good["response"], "signature": "AA"}}
        short = {**good, "response": {**good["response"], "authenticatorData": "AA"}}
        number = {**good, "response": {**good["response"], "clientDataJSON": "MQ"}}
        for garbage in (
            "nonsense", "1", "null", "[]", "{}", '{"id": 1}', '{"id": {}}',
            '{"id": "\\u0000"}', "[" * 9999, bare, broken, short, number,
            {**good, "rawId": "other"}, {**good, "type": "password"},
            {**good, "response": []}, {**bare, "rawId": [], "response": 7},
        ):  # fmt: skip
            with self.subTest(garbage=garbage):
                self.assertRefused(self.press(dialog, garbage), document)
        for context in ({"passkey": True}, {"passkey": 1}, {"passkey": {"id": "x"}}):
            _result, refusal = self.call(
                dialog._name, "action_sign", dialog.ids, context=context
            )
            self.assertRefused(refusal, document)
        # None of it was taken for the answer.
        self.assertFalse(self.press(dialog, good))

    def test_odoos_own_challenge(self):
        """PLT-05: what logs in does not sign, and what signs does not log in."""
        document = self.document()
        dialog = self.opened(document)
        url = f"{self.base_url()}/auth/passkey/start-auth"
        options = self.opener.post(url, json={"params": {}}).json()["result"]
        answer = self.passkey.answers(options, self.origin)
        self.assertRefused(self.press(dialog, answer), document)
        answer = self.answer(dialog)
        check = self.env["res.users.identitycheck"].with_user(self.vera).sudo()
        check = check.create({"request": "{}", "auth_method": "webauthn"})
        self.env.flush_all()
        context = {"password": json.dumps(answer)}
        with mute_logger(*QUIET):
            _result, refusal = self.call(
                check._name, "run_check", check.ids, context=context
            )
        self.assertTrue(refusal)

    def test_challenges_are_nobodys(self):
        """PLT-05: neither people nor administrators name the challenge."""
        dialog = self.opened(self.document())
        self.ask(dialog)
        row = self.env[CHALLENGES].sudo().search([])
        values = row.copy_data()[0]
        for user in (self.vera, self.root):
            self.log_in(user)
            for method, arguments in (
                ("create", [values]),
                ("write", [row.ids, {"challenge": "x"}]),
                ("unlink", [row.ids]),
                ("search_read", [[]]),
                ("_ask", [dialog.ids]),
            ):
                with self.subTest(user=user.name, method=method), mute_logger(*QUIET):
                    _result, refusal = self.call(CHALLENGES, method, *arguments)
                    self.assertTrue(refusal)
        for attempt in (
            lambda: row.create(values),
            lambda: row.write({"challenge": "x"}),
            row.unlink,
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_api_key(self):
        """PLT-05: over JSON-2 with a key alone, no session has asked: the password."""
        document = self.document()
        dialog = self.opened(document)
        answer = self.answer(dialog)
        keys = self.env["res.users.apikeys"].with_user(self.vera).sudo()
        key = keys._generate("rpc", "attack", datetime.now() + timedelta(days=1))
        self.env.flush_all()
        self.opener.cookies.clear()
        for context in (
            {},
            {"passkey": json.dumps(answer)},
            {"password": "wrong"},
            {"signoff_identity": {"uid": self.vera.id, "method": "passkey"}},
        ):
            with self.subTest(context=context), mute_logger(*QUIET):
                response = self.json_2(key, dialog, context)
                self.assertGreaterEqual(response.status_code, 400)
                self.assertFalse(self.rows(document))
        response = self.json_2(key, dialog, {"password": PASSWORD})
        self.assertEqual(response.status_code, 200)
        self.assertEqual(self.rows(document).method, "password")

    def json_2(self, key, dialog, context):
        return self.url_open(
            f"/json/2/{dialog._name}/action_sign",
            data=json.dumps({"ids": dialog.ids, "context": context}),
            headers={
                "Authorization": f"Bearer {key}",
                "Content-Type": "application/json",
            },
        )

    def test_nothing_half_saved(self):
        """PLT-05: a refused signature leaves neither count nor document behind."""
        document = self.document()
        dialog = self.opened(document)
        answer = self.answer(dialog)
        document.sudo().remark = "Quite different."
        self.env.flush_all()
        self.assertIn("changed while you read it", self.press(dialog, answer))
        self.assertFalse(self.rows(document))
        self.assertEqual(self.vera.auth_passkey_key_ids.sudo().sign_count, 0)
