"""The customer's page of a dispatch notice, over real HTTP (ORD-60, ORD-63)."""

from datetime import timedelta

from odoo import fields, http
from odoo.tests import HttpCase, tagged

from ..models.dispatch_notice import keyed
from .shipping_case import ShippingCase, drawn_signature


@tagged("post_install", "-at_install")
class TestPage(ShippingCase, HttpCase):
    """ORD-63: read, confirm, sign, report, with nothing but the link."""

    def setUp(self):
        super().setUp()
        self.paper = self.sent()
        self.page = self.paper.get_portal_url()
        self.token = self.paper.access_token
        self.env.flush_all()

    def sign_page(self, token=None, **values):
        token = self.token if token is None else token
        answer = self.make_jsonrpc_request(
            f"/my/dispatch/{self.paper.id}/arrival?access_token={token}",
            {"name": "Ms Lin", "signature": drawn_signature(), **values},
        )
        self.env.invalidate_all()
        return answer

    def post(self, what, token=None, **values):
        response = self.url_open(
            f"/my/dispatch/{self.paper.id}/{what}"
            f"?access_token={self.token if token is None else token}",
            data={"csrf_token": http.Request.csrf_token(self), **values},
        )
        self.env.invalidate_all()
        return response

    def test_page(self):
        """ORD-63, ROL-05: what left, how, when; no department's address."""
        page = self.url_open(self.page).text
        for words in ("Poster", "Blue Lorry", "1 Harbour Road", self.paper.name):
            self.assertIn(words, page)
        self.assertIn("order_confirmation.arrival_form", page)
        for person in self.people.values():
            self.assertNotIn(person.email, page)

    def test_wrong_token(self):
        """ROL-02: without the right token the page shows nothing and takes nothing."""
        for token in ("", "wrong", self.token[:-1]):
            with self.subTest(token):
                url = f"/my/dispatch/{self.paper.id}?access_token={token}"
                self.assertNotIn("Poster", self.url_open(url).text)
                self.assertIn("not valid any more", self.sign_page(token)["error"])
        self.assertEqual(self.paper.state, "sent")
        self.assertFalse(self.paper.sudo().signature_ids)

    def test_token_of_another_notice(self):
        """ROL-02: the token of one notice opens no other."""
        other = self.sent()
        other._portal_ensure_token()
        self.assertIn("not valid any more", self.sign_page(other.access_token)["error"])

    def test_signed_with_remarks(self):
        """ORD-63: thanks, and the page shows until when to report."""
        answer = self.sign_page(remarks="Two boxes wet")
        self.assertIn("message=signed", answer["redirect_url"])
        self.assertEqual(self.paper.state, "arrived")
        self.assertEqual(self.paper.remarks, "Two boxes wet")
        page = self.url_open(answer["redirect_url"]).text
        self.assertIn("Thank you", page)
        self.assertIn("Two boxes wet", page)
        self.assertIn("Report shortage or damage", page)

    def test_second_signing(self):
        """ORD-63: signed twice, the second is told who signed; nothing changes."""
        self.sign_page()
        answer = self.sign_page(name="Mr Wu")
        self.assertIn("signed for already, by Ms Lin", answer["error"])
        self.assertEqual(len(self.paper.sudo().signature_ids), 1)

    def test_bad_signature(self):
        """Bad input: no name, no drawing, anything but texts: one clear sentence."""
        for values in (
            {"name": ""}, {"name": "  "}, {"signature": ""}, {"signature": "x"},
            {"signature": ["a"]}, {"name": {"a": 1}}, {"signature": None},
        ):  # fmt: skip
            with self.subTest(values):
                self.assertTrue(self.sign_page(**values)["error"])
                self.assertEqual(self.paper.state, "sent")
                self.assertFalse(self.paper.arrived_by)

    def test_our_own_people_do_not_sign(self):
        """ROL-03: logged in as one of us, the page is only looked at."""
        self.authenticate("case_customer_service", "case_customer_service")
        self.assertNotIn("arrival_form", self.url_open(self.page).text)
        self.assertTrue(self.sign_page()["error"])
        self.assertEqual(self.paper.state, "sent")

    def test_received_clearly(self):
        """ORD-60: confirmed on the page: who and when."""
        self.authenticate(None, None)
        response = self.post("received", name="Ms Lin")
        self.assertIn("Thank you for confirming", response.text)
        self.assertEqual(self.paper.state, "received")
        self.assertEqual(self.paper.received_how, "portal")
        self.assertEqual(self.paper.received_by, "Ms Lin")

    def test_report(self):
        """ORD-63: shortage reported on the page is kept and answered with thanks."""
        self.authenticate(None, None)
        self.sign_page()
        response = self.post("claim", name="Ms Lin", text="<b>Three</b> missing")
        self.assertIn("We have noted", response.text)
        self.assertIn("&lt;b&gt;Three&lt;/b&gt; missing", response.text)
        self.assertIn("Three", self.paper.claims)

    def test_report_expired(self):
        """ORD-63: after the third day the form is gone, and a late post is refused."""
        self.authenticate(None, None)
        self.sign_page()
        keyed(self.paper).claim_until = fields.Datetime.now() - timedelta(seconds=1)
        self.env.flush_all()
        self.assertNotIn("claim_text", self.url_open(self.page).text)
        response = self.post("claim", name="Ms Lin", text="Three missing")
        self.assertIn("ended on", response.text)
        self.assertFalse(self.paper.claims)

    def test_customers_language(self):
        """PLT-04: the page speaks the customer's language."""
        self.env["res.lang"]._activate_lang("zh_TW")
        self.poster.with_context(lang="zh_TW").name = "海報"
        self.customers["b"].lang = "zh_TW"
        self.env.flush_all()
        self.assertIn("海報", self.url_open(self.page).text)

    def test_pdf(self):
        """ORD-63: the link gives the paper, before and after signing."""
        url = self.paper.get_portal_url(report_type="pdf")
        self.assertIn("Poster", self.url_open(url).text)
        self.sign_page()
        self.assertIn("received by", self.url_open(url).text)
