"""The formula confirmation: technical signs, the customer accepts (ORD-12)."""

import contextlib
import io
from base64 import b64encode

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, JsonRpcException, tagged
from PIL import Image

from .order_case import DRAWN
from .special_case import SpecialCase
from .test_special_review import _text

TITLES = {
    "en_US": "Formula Confirmation",
    "zh_TW": "工藝配方書面確認",
    "zh_CN": "工艺配方书面确认",
}


def page():
    """Return a PDF of one page."""
    stream = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(stream, "PDF")
    return stream.getvalue()


class FormulaCase(SpecialCase):
    def insisted(self, tier="a"):
        """Return an order that technical makes only by the old formula."""
        order = self.dated(tier)
        self.sign(order, "technical", "technical", outcome="old_formula")
        return order

    def confirmation(self, order, signed=True, sent=True):
        """Return the confirmation of an order, signed and with the customer."""
        technical = self.people["technical"]
        action = order.with_user(technical).action_formula_confirmation()
        document = self.env["formula.confirmation"].browse(action["res_id"])
        document.with_user(technical).write(
            {"formula_words": "Ink of 2019", "consequence": "It fades sooner."}
        )
        if signed:
            self.sign(document, "formula_confirmation", "technical")
        if signed and sent:
            document.with_user(self.service).action_hand_over_link()
        return document


@tagged("post_install", "-at_install")
class TestFormula(FormulaCase):
    def test_both_signatures_or_no_release(self):
        """ORD-12: technical signs, the customer accepts; one alone opens nothing."""
        order = self.insisted()
        code = "formula_confirmation"
        self.assertIn("technical has not signed", self.fact(order, code).detail)
        document = self.confirmation(order)
        self.assertEqual(document.state, "sent")
        self.assertIn("customer has not accepted", self.fact(order, code).detail)
        for purpose, role in (
            ("production", "production"),
            ("instruction_service", "customer_service"),
            ("instruction_production", "production_head"),
        ):
            self.sign(order, purpose, role)
        with self.assertRaisesRegex(UserError, "Formula confirmation.*accepted it"):
            with self.cr.savepoint():
                order.action_confirm()
        order.invalidate_recordset()
        document._accept("Ms Lin", DRAWN, "portal", "drawn.png")
        self.assertEqual((document.state, document.accepted_by), ("accepted", "Ms Lin"))
        self.assertTrue(self.fact(order, code).met)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_only_where_technical_says_so(self):
        """ORD-12: it belongs to “feasible by the old formula”, and technical begins."""
        order = self.dated()
        self.assertFalse(self.fact(order, "formula_confirmation").applies)
        with self.assertRaisesRegex(UserError, "feasible by the old formula"):
            order.with_user(self.people["technical"]).action_formula_confirmation()
        order = self.insisted()
        with self.assertRaisesRegex(AccessError, "Technical"):
            order.with_user(self.seller).action_formula_confirmation()

    def test_what_it_means_is_said_before_anybody_signs(self):
        """ORD-12: an empty paper is not signed, a signed one is not rewritten."""
        order = self.insisted()
        document = self.confirmation(order, signed=False)
        technical = self.people["technical"]
        document.with_user(technical).consequence = "  "
        with self.assertRaisesRegex(UserError, "has to expect"):
            self.sign(document, "formula_confirmation", "technical")
        document.with_user(technical).consequence = "It fades sooner."
        with self.assertRaises(AccessError):
            self.sign(document, "formula_confirmation", "salesperson")
        self.sign(document, "formula_confirmation", "technical")
        with self.assertRaises(AccessError):
            document.with_user(technical).consequence = "Nothing at all."
        with self.assertRaisesRegex(UserError, "signed already"):
            self.sign(document, "formula_confirmation", "technical")

    def test_not_before_it_is_sent(self):
        """ORD-12: the customer accepts what was sent, under a name and by hand."""
        document = self.confirmation(self.insisted(), sent=False)
        with self.assertRaisesRegex(UserError, "being revised"):
            document._accept("Ms Lin", DRAWN, "portal", "drawn.png")
        with self.assertRaises(AccessError):
            document.with_user(self.people["finance"]).action_hand_over_link()
        document.with_user(self.seller).action_hand_over_link()
        for name, drawing, words in (
            (" ", DRAWN, "name of the person"),
            ("-5", DRAWN, "name of the person"),
            ("Ms Lin", "", "draw your signature"),
        ):
            with self.assertRaisesRegex(UserError, words):
                document._accept(name, drawing, "portal", "drawn.png")
        document._accept("Ms Lin", DRAWN, "portal", "drawn.png")
        with self.assertRaisesRegex(UserError, "accepted already"):
            document._accept("Ms Lin", DRAWN, "portal", "drawn.png")

    def test_by_letter_in_the_customer_s_language(self):
        """ORD-12: the letter has the link; sending it moves the paper on."""
        document = self.confirmation(self.insisted(), sent=False)
        action = document.with_user(self.seller).action_send()
        composer = self.env["mail.compose.message"].with_user(self.seller)
        composer = composer.with_context(**action["context"]).create({})
        composer._action_send_mail()
        self.assertEqual((document.state, document.sent_how), ("sent", "email"))
        letter = document.message_ids.filtered(lambda m: m.message_type == "comment")
        self.assertIn(document.access_url, letter.body)

    def test_on_paper(self):
        """ORD-12: a scan is judged by what is in it."""
        document = self.confirmation(self.insisted())
        wizard = self.env["formula.confirmation.scan"].with_user(self.seller)
        for data, words in ((b"We agree.", "neither a PDF"), (b"", "empty")):
            with self.assertRaisesRegex(UserError, words), self.cr.savepoint():
                wizard.create(
                    {
                        "formula_id": document.id,
                        "signer_name": "Ms Lin",
                        "scan": b64encode(data),
                    }
                ).action_accept()
        wizard.create(
            {
                "formula_id": document.id,
                "signer_name": "Ms Lin",
                "scan": b64encode(page()),
                "scan_name": "fax.pdf",
            }
        ).action_accept()
        self.assertEqual(document.state, "accepted")
        rows = document._signoff_latest(["formula_consent"])
        self.assertEqual(rows[document.id, "formula_consent"].method, "scan")

    def test_a_change_asks_both_again(self):
        """ORD-15: another quantity is another consent."""
        order = self.insisted()
        document = self.confirmation(order)
        document._accept("Ms Lin", DRAWN, "portal", "drawn.png")
        order.order_line[0].product_uom_qty = 1200
        self.assertEqual(document.state, "draft")
        self.assertEqual(set(document.signature_ids.mapped("state")), {"void"})
        self.sign(order, "technical", "technical", outcome="old_formula")
        self.assertFalse(self.fact(order, "formula_confirmation").met)
        order.invalidate_recordset()
        self.assertEqual(self.confirmation(order), document)

    def test_cancelled_with_its_order(self):
        """ORD-12: taken up again, it is confirmed again."""
        order = self.insisted()
        first = self.confirmation(order)
        order._action_cancel()
        self.assertEqual(first.state, "cancelled")
        order.action_draft()
        self.assertNotEqual(self.confirmation(order), first)

    def test_two_companies_and_two_salespeople(self):
        """ROL-06: nothing of another company, or of a colleague's customers."""
        self.confirmation(self.insisted())
        colleague = self._person("salesperson", login="case_colleague")
        for env in (self.rival(), self.env(user=colleague)):
            self.assertFalse(env["formula.confirmation"].search([]))


@tagged("post_install", "-at_install")
class TestFormulaPortal(FormulaCase, HttpCase):
    def get(self, document, **query):
        text = "&".join(f"{key}={value}" for key, value in query.items())
        return self.url_open(f"{document.access_url}?{text}", allow_redirects=False)

    def sign_there(self, document, token=None, name="Ms Lin", signature=DRAWN):
        token = document._portal_ensure_token() if token is None else token
        return self.make_jsonrpc_request(
            f"{document.access_url}/sign?access_token={token}",
            {"name": name, "signature": signature},
        )

    def test_read_and_accept(self):
        """ORD-12: the customer reads what it means, signs, and reads thanks."""
        document = self.confirmation(self.insisted())
        token = document._portal_ensure_token()
        text = self.get(document, access_token=token).text
        for words in ("Ink of 2019", "It fades sooner.", "Brochure", "1000",
                      "portal.signature_form"):  # fmt: skip
            self.assertIn(words, text)
        self.assertNotIn("#", document._printed_goods()[0]["specification"])
        answer = self.sign_there(document)
        self.assertTrue(answer["force_refresh"])
        self.assertEqual(document.state, "accepted")
        text = self.url_open(answer["redirect_url"]).text
        self.assertIn("Thank you!", text)
        self.assertNotIn("portal.signature_form", text)
        authors = document.sudo().message_ids.author_id
        self.assertIn(
            document.sudo().partner_id, authors, "the visitor is the customer"
        )
        self.assertNotIn(self.env.ref("base.public_partner"), authors)

    def test_wrong_link_unsent_paper_and_another_customer(self):
        """ROL-06: nothing is shown, nothing is taken."""
        document = self.confirmation(self.insisted(), sent=False)
        token = document._portal_ensure_token()
        self.assertEqual(self.get(document, access_token=token).status_code, 303)
        self.assertIn("not valid", self.sign_there(document)["error"])
        document.with_user(self.service).action_hand_over_link()
        self.assertEqual(self.get(document, access_token="x").status_code, 303)
        self.assertIn("not valid", self.sign_there(document, token="x")["error"])
        other = self.env["res.users"].create(
            {
                "name": "Other",
                "login": "case_other",
                "password": "case_other",
                "partner_id": self.customers["c"].id,
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )
        self.assertFalse(self.env["formula.confirmation"].with_user(other).search([]))
        self.assertEqual(document.state, "sent")

    def test_our_own_people_do_not_accept(self):
        """ROL-03: the page of the customer is the customer's."""
        document = self.confirmation(self.insisted())
        self.authenticate("case_salesperson", "case_salesperson")
        self.assertIn("Only the customer", self.sign_there(document)["error"])
        self.assertEqual(document.state, "sent")

    def test_attacks_over_json_rpc(self):
        """ROL-03: no state is written, no row made or deleted from outside."""
        document = self.confirmation(self.insisted())
        self.authenticate("case_technical", "case_technical")
        context = {"formula_key": True, "allowed_company_ids": self.company.ids}
        for method, args in (
            ("write", [[document.id], {"state": "accepted"}]),
            ("write", [[document.id], {"consequence": "None"}]),
            ("create", [[{"name": "X", "order_id": document.order_id.id}]]),
            ("unlink", [[document.id]]),
            ("copy", [[document.id]]),
            ("_accept", [[document.id], "Ms Lin", DRAWN, "portal", "x"]),
        ):
            call = {
                "model": document._name,
                "method": method,
                "args": args,
                "kwargs": {"context": context},
            }
            with contextlib.suppress(JsonRpcException):
                self.make_jsonrpc_request(
                    f"/web/dataset/call_kw/{document._name}/{method}", call
                )
            self.env.invalidate_all()
            self.assertEqual(
                (document.state, document.consequence), ("sent", "It fades sooner.")
            )
        self.assertEqual(self.env["formula.confirmation"].search_count([]), 1)

    def test_a_real_pdf_in_three_languages(self):
        """ORD-12: the paper in the customer's language, by the company's own title."""
        for lang, title in TITLES.items():
            self.env["res.lang"]._activate_lang(lang)
            order = self.insisted()
            order.partner_id.lang = lang
            document = self.confirmation(order)
            self.assertEqual(document.lang, lang)
            report = self.env["ir.actions.report"].sudo()
            report = report.with_context(force_report_rendering=True, lang=lang)
            with self.allow_pdf_render():
                data, _kind = report._render_qweb_pdf(
                    "order_confirmation.paper_formula_confirmation", document.ids
                )
            text = _text(data)
            for words in (title, document.name, "Ink of 2019", "It fades sooner."):
                self.assertIn(words, text)
