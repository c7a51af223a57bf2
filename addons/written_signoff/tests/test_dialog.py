"""The signing dialog: identity asked each time, and nowhere else to go (PLT-05)."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .signing_case import CODE, PASSWORD, SigningCase


@tagged("post_install", "-at_install")
class TestDialog(SigningCase):
    def test_as_the_web_client_does(self):
        document = self.document()
        action = document.with_context(signoff_purpose=CODE).action_signoff()
        dialogs = document.env[action["res_model"]]
        form = Form(dialogs.with_context(**action["context"]))
        self.assertIn("Nothing to see.", form.terms_html)
        self.assertEqual(form.meaning, self.purpose.meaning)
        self.assertEqual(form.signer_name, "Vera")
        form.statement = "I looked into it."
        form.password = PASSWORD
        dialog = form.save()
        dialog.with_context(password=PASSWORD).action_sign()
        self.assertTrue(document._signoff_valid([CODE]))

    def test_password_comes_back_to_the_button(self):
        """The web client saves, reads back, and only then calls the button."""
        action = self.document()._signoff_dialog(CODE)
        dialogs = self.env["signoff.sign"].with_user(self.vera)
        dialogs = dialogs.with_context(**action["context"])
        values = {"statement": "Seen.", "password": PASSWORD}
        spec = {"password": {}, "statement": {}, "terms_html": {}}
        [created] = dialogs.web_save(values, spec)
        self.assertEqual(created["password"], PASSWORD)
        dialog = dialogs.browse(created["id"])
        [saved] = dialog.web_save({"password": "another"}, spec)
        self.assertEqual(saved["password"], "another")
        # With the call it is gone.
        self.env.invalidate_all()
        self.assertFalse(dialog.password)

    def test_wrong_password(self):
        document = self.document()
        dialog = self.dialog(document)
        for wrong in ("wrong", "", None, False):
            with self.assertRaisesRegex(UserError, "not your password"):
                dialog.with_context(password=wrong).action_sign()
        with self.assertRaisesRegex(UserError, "not your password"):
            dialog.action_sign()
        self.assertFalse(self.rows(document))

    def test_no_period_of_grace(self):
        document = self.document()
        self.sign(document)
        with self.assertRaises(UserError):
            self.dialog(document).action_sign()

    def test_anothers_password(self):
        self.otto.password = "the-password-of-otto"
        dialog = self.dialog(self.document())
        with self.assertRaises(UserError):
            dialog.with_context(password="the-password-of-otto").action_sign()

    def test_password_stays_nowhere(self):
        """Neither in the database nor in the log nor in sight of other code."""
        document = self.document()
        seen = []
        model = type(self.env["signoff.verification"])

        def spy(records, signature):
            seen.append(dict(records.env.context))

        self.patch(model, "_signoff_signed", spy)
        with self.assertLogs("odoo", "DEBUG") as log:
            dialog = self.dialog(document)
            dialog.with_context(password=PASSWORD).action_sign()
        self.assertNotIn(PASSWORD, "\n".join(log.output))
        self.assertNotIn("password", seen[0])
        columns = self.env["signoff.sign"]._fields
        self.assertFalse(columns["password"].store)
        self.env.cr.execute("SELECT * FROM signoff_sign WHERE id = %s", [dialog.id])
        self.assertNotIn(PASSWORD, map(str, self.env.cr.fetchone()))

    def test_changed_while_the_dialog_was_open(self):
        """What is signed is what was seen."""
        document = self.document()
        dialog = self.dialog(document)
        document.with_user(self.otto).remark = "Something quite different."
        with self.assertRaisesRegex(UserError, "changed while you read it"):
            dialog.with_context(password=PASSWORD).action_sign()
        self.assertFalse(self.rows(document))

    def test_words_of_others_are_escaped(self):
        document = self.document(remark="<script>alert(1)</script><b>bold</b>")
        html = self.dialog(document).terms_html
        self.assertIn("&lt;b&gt;bold", html)
        self.assertNotIn("<script", html)
        self.assertNotIn("<b>", html)

    def test_kinds_of_document(self):
        """A model that is not signed leads nowhere."""
        dialogs = self.env["signoff.sign"].with_user(self.vera)
        for model in ("res.users", "ir.config_parameter", "signoff.mixin", "no.such"):
            with self.subTest(model=model):
                dialog = dialogs.create(
                    {
                        "res_model": model,
                        "res_id": 1,
                        "purpose_id": self.purpose.id,
                        "statement": "Let me in.",
                    }
                )
                with self.assertRaisesRegex(UserError, "not one that is signed"):
                    dialog.with_context(password=PASSWORD).action_sign()
                with self.assertRaisesRegex(UserError, "not one that is signed"):
                    dialog.read(["terms_html"])

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_documents_out_of_reach(self):
        values = {"purpose_id": self.purpose.id, "res_model": "signoff.verification"}
        dialogs = self.env["signoff.sign"].with_user(self.vera)
        gone = dialogs.create({**values, "res_id": 2**30, "statement": "Who?"})
        with self.assertRaisesRegex(UserError, "does not exist any more"):
            gone.with_context(password=PASSWORD).action_sign()
        other = self.env["res.company"].create({"name": "Southlight"})
        foreign = self.document(company=other)
        dialog = dialogs.create({**values, "res_id": foreign.id, "statement": "Mine?"})
        with self.assertRaises(AccessError):
            dialog.with_context(password=PASSWORD).action_sign()
        with self.assertRaises(AccessError):
            dialog.read(["terms_html"])
        self.assertFalse(self.rows(foreign))

    def test_somebody_elses_dialog(self):
        """Words that one person wrote are not signed by another."""
        dialog = self.dialog(self.document())
        as_otto = dialog.with_user(self.otto)
        with self.assertRaises(AccessError):
            as_otto.with_context(password=PASSWORD).action_sign()
        with self.assertRaises(AccessError):
            as_otto.read(["statement"])
        self.assertFalse(as_otto.search([("id", "=", dialog.id)]))
        with self.assertRaises(AccessError):
            as_otto.write({"statement": "Otto was here."})

    def test_password_for_superuser_rights_is_still_ones_own(self):
        dialog = self.dialog(self.document()).sudo()
        with self.assertRaises(UserError):
            dialog.with_context(password="admin").action_sign()
