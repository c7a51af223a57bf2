"""The customer's page of a dispatch notice, over real HTTP (ORD-60, ORD-63)."""

from base64 import b64encode
from datetime import timedelta
from io import BytesIO
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields, http
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger
from PIL import Image, ImageFile
from psycopg2 import IntegrityError

from ..controllers.dispatch_portal import _number
from ..models.dispatch_notice import keyed
from .order_case import picture
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

    def post(self, what, token=None, files=None, **values):
        response = self.url_open(
            f"/my/dispatch/{self.paper.id}/{what}"
            f"?access_token={self.token if token is None else token}",
            data={"csrf_token": http.Request.csrf_token(self), **values},
            files=files,
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

    def test_the_page_says_its_language(self):
        """ORD-63: what the browser draws speaks the language of the page."""
        self.assertIn('<html lang="en-US"', self.url_open(self.page).text)
        self.env["res.lang"].sudo()._activate_lang("zh_TW")
        self.paper.partner_id.sudo().lang = "zh_TW"
        self.env.flush_all()
        self.assertIn('<html lang="zh-TW"', self.url_open(self.page).text)

    def test_own_deliveries(self):
        """ORD-60, ORD-63: who is logged in finds what left for them, without a link."""
        company = self.paper.partner_id.commercial_partner_id
        contact = self.env["res.partner"].sudo().create(
            {"name": "Goods Inward", "parent_id": company.id}
        )  # fmt: skip
        stranger = self.env["res.partner"].sudo().create({"name": "Somebody Else"})
        for login, partner in (("own_delivery", contact), ("elsewhere", stranger)):
            new_test_user(self.env, login, "base.group_portal", partner_id=partner.id)
        draft = self.notice()
        self.env.flush_all()
        url = f"/my/dispatch/{self.paper.id}"
        self.authenticate("own_delivery", "own_delivery")
        page = self.url_open("/my/dispatch").text
        self.assertIn(url, page)
        self.assertNotIn(draft.name, page)
        self.assertIn("Poster", self.url_open(url).text)
        self.assertNotIn("Poster", self.url_open(f"/my/dispatch/{draft.id}").text)
        counts = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["dispatch_count"]}
        )
        self.assertEqual(counts["dispatch_count"], 1)
        with self.assertRaises(JsonRpcException), mute_logger("odoo.http"):
            self.make_jsonrpc_request(
                "/web/dataset/call_kw",
                {"model": "dispatch.notice", "method": "search_read",
                 "args": [[]], "kwargs": {}},
            )  # fmt: skip
        self.authenticate("elsewhere", "elsewhere")
        self.assertNotIn(self.paper.name, self.url_open("/my/dispatch").text)
        self.assertNotIn("Poster", self.url_open(url).text)

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

    def test_what_the_visitor_did_is_the_customers(self):
        """ORD-63: the chatter names the customer, not a public user."""
        self.sign_page(remarks="Two boxes wet")
        entries = self.paper.sudo().message_ids
        told = entries.filtered(lambda row: "received by Ms Lin" in row.body)
        self.assertEqual(told.author_id, self.paper.partner_id)
        self.assertNotIn(self.env.ref("base.public_partner"), entries.author_id)

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
        self.env["res.lang"].sudo()._activate_lang("zh_TW")
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

    # -- the link --------------------------------------------------------------------

    def age(self, days):
        """Let the notice have been sent so many days ago."""
        moment = fields.Datetime.now() - timedelta(days=days)
        keyed(self.paper).write({"sent_at": moment, "link_given_at": False})
        self.env.cr.execute(
            "UPDATE dispatch_notice SET create_date = %s WHERE id = %s",
            [moment, self.paper.id],
        )
        self.env.flush_all()
        self.env.invalidate_all()

    def test_expired(self):
        """ORD-60: after its days the link opens a kind page and takes nothing."""
        self.authenticate(None, None)
        self.age(89)
        self.assertIn("Poster", self.url_open(self.page).text)
        self.age(91)
        page = self.url_open(self.page)
        self.assertEqual(page.status_code, 404)
        self.assertIn("opens nothing any more", page.text)
        self.assertNotIn("Poster", page.text)
        pdf = self.url_open(f"{self.page}&report_type=pdf")
        self.assertNotIn("Poster", pdf.text)
        self.assertIn("not valid any more", self.sign_page()["error"])
        self.assertIn(
            "opens nothing any more", self.post("received", name="Ms Lin").text
        )
        self.assertEqual(self.paper.state, "sent")

    def test_days_of_the_company(self):
        """ORD-60: how long a link holds is a setting; nonsense is refused."""
        self.authenticate(None, None)
        self.company.dispatch_link_days = 5
        self.age(6)
        self.assertIn("opens nothing any more", self.url_open(self.page).text)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.company.dispatch_link_days = 0
            self.env.flush_all()

    def test_arrival_prolongs_it(self):
        """ORD-63: signed late, the link still serves the days to report."""
        self.authenticate(None, None)
        self.age(89)
        self.sign_page()
        with freeze_time(fields.Datetime.now() + timedelta(days=2)):
            self.assertFalse(self.paper._link_over())

    def test_new_link(self):
        """ORD-60: a new link is sent, and the old one opens nothing."""
        self.age(91)
        self.paper.with_user(self.clerk).action_new_link()
        self.env.flush_all()
        self.authenticate(None, None)
        self.assertNotEqual(self.paper.access_token, self.token)
        self.assertIn("opens nothing any more", self.url_open(self.page).text)
        self.assertIn("Poster", self.url_open(self.paper.get_portal_url()).text)
        with self.assertRaises(AccessError):
            self.paper.with_user(self.people["finance"]).action_new_link()

    def test_nobody_chooses_a_token(self):
        """ROL-02: a token that people could guess is written by nobody."""
        with self.assertRaises(AccessError):
            self.paper.with_user(self.clerk).write({"access_token": "1234"})

    def test_expired_link_reads_no_messages(self):
        """ORD-60: nor does it open the discussion."""
        threads = self.env["dispatch.notice"].with_user(
            self.env.ref("base.public_user")
        )
        self.assertTrue(
            threads._get_thread_with_access(self.paper.id, token=self.token)
        )
        self.age(91)
        self.assertFalse(
            threads._get_thread_with_access(self.paper.id, token=self.token)
        )

    def test_one_document_only(self):
        """ROL-02: the link of one notice opens no page, no paper of another."""
        other = self.sent()
        self.env.flush_all()
        self.authenticate(None, None)
        for tail in ("", "&report_type=pdf"):
            url = f"/my/dispatch/{other.id}?access_token={self.token}{tail}"
            self.assertNotIn("Poster", self.url_open(url).text)
        for name, record in (
            ("sheets", 1), ("orders", other.sudo().order_id.id), ("formulas", 1)
        ):  # fmt: skip
            url = f"/my/{name}/{record}?access_token={self.token}"
            self.assertNotIn("Poster", self.url_open(url).text)

    def test_another_customer(self):
        """ROL-02: another customer's portal user sees and signs nothing."""
        self.env["res.users"].create(
            {
                "name": "Stranger",
                "login": "portal_stranger",
                "password": "portal_stranger",
                "partner_id": self.customers["a"].id,
                "group_ids": [(6, 0, self.env.ref("base.group_portal").ids)],
            }
        )
        self.env.flush_all()
        self.authenticate("portal_stranger", "portal_stranger")
        url = f"/my/dispatch/{self.paper.id}"
        self.assertNotIn("Poster", self.url_open(url).text)
        self.assertTrue(self.sign_page("")["error"])
        self.assertEqual(self.paper.state, "sent")

    # -- what is short or damaged ----------------------------------------------------

    def claim(self, files=None, **values):
        return self.post("claim", files=files, name="Ms Lin", **values)

    def line(self, kind="short"):
        return f"{kind}_{self.paper.line_ids.id}"

    def test_claimed_by_line_with_a_picture(self):
        """ORD-63: goods, how much, and a picture; customer service has it to do."""
        self.authenticate(None, None)
        self.sign_page()
        answer = self.claim(
            files=[("pictures", ("wet.png", picture(), "image/png"))],
            text="Top layer",
            **{self.line(): "3", self.line("damaged"): "1,5"},
        )
        self.assertIn("We have noted", answer.text)
        claim = self.paper.claim_ids
        self.assertEqual(
            [(row.kind, row.quantity) for row in claim.line_ids],
            [("short", 3), ("damaged", 1.5)],
        )
        self.assertEqual(claim.picture_ids.mapped("name"), ["wet.png"])
        self.assertEqual(claim.picture_ids.raw, picture())
        self.assertIn("Poster", self.paper.claims)
        self.assertIn(
            "reports shortage", " ".join(self.paper.activity_ids.mapped("summary"))
        )

    def test_asked_in_the_language_of_who_is_asked(self):
        """PLT-04: the customer reads Chinese; customer service's to-do is English."""
        self.env["res.lang"]._activate_lang("zh_TW")
        self.customers["b"].lang = "zh_TW"
        self.authenticate(None, None)
        self.sign_page(remarks="One carton wet")
        self.claim(text="Top layer", **{self.line(): "3"})
        words = " ".join(self.paper.activity_ids.mapped("summary"))
        self.assertIn("The customer reports shortage or damage", words)
        self.assertIn("signed with remarks", words)

    def test_a_long_text_in_many_lines(self):
        """ORD-63: what the page lets be typed is taken; more is said, never cut."""
        self.authenticate(None, None)
        answer = self.sign_page(remarks="x" * 2001)
        self.assertIn("at most 2000 characters", answer["error"])
        self.assertFalse(self.paper.arrived_on)
        self.sign_page(remarks="x" * 2000, name="y" * 500)
        self.assertEqual(len(self.paper.remarks), 2000)
        self.assertEqual(len(self.paper.arrived_by), 120)
        self.claim(text="\r\n".join(["x" * 199] * 10))
        self.assertEqual(len(self.paper.claim_ids.text), 1999)

    def test_picture_with_too_many_pixels(self):
        """Bad input: a small file that would fill the memory is not opened."""
        flat = BytesIO()
        Image.new("1", (8000, 8000)).save(flat, "PNG")
        self.assertLess(len(flat.getvalue()), 100_000)
        self.authenticate(None, None)
        with patch.object(ImageFile.ImageFile, "load", side_effect=AssertionError):
            answer = self.sign_page(signature=b64encode(flat.getvalue()).decode())
            self.assertIn("50 million pixels", answer["error"])
        self.sign_page()
        answer = self.claim(
            files=[("pictures", ("wet.png", flat.getvalue(), "image/png"))],
            text="Top layer",
        )
        self.assertIn("50 million pixels", answer.text)
        self.assertIn("Top layer", answer.text)
        self.assertFalse(self.paper.claim_ids)

    def test_impossible_quantities(self):
        """Bad input: negative, more than left, no number: said, and nothing is lost."""
        self.authenticate(None, None)
        self.sign_page()
        for value, words in (
            ("-3", "above zero"), ("101", "left for you"), ("many", "is no quantity"),
            ("nan", "above zero"), ("inf", "above zero"), ("1e9", "left for you"),
        ):  # fmt: skip
            with self.subTest(value):
                answer = self.claim(text="Top layer wet", **{self.line(): value})
                self.assertIn(words, answer.text)
                self.assertIn("Top layer wet", answer.text)
                self.assertIn(f'value="{value}"', answer.text)
        self.assertFalse(self.paper.claim_ids)
        self.claim(**{self.line(): "60"})
        answer = self.claim(**{self.line("damaged"): "41"})
        self.assertIn("left for you", answer.text)
        self.assertEqual(len(self.paper.claim_ids), 1)

    def test_quantities_as_people_write_them(self):
        """ORD-63: thousands and decimals as in the customer's language."""
        self.env["res.lang"]._activate_lang("de_DE")
        notice = self.paper.sudo()
        for lang, value, quantity in (
            ("en_US", "1,200", 1200), ("en_US", "1,200.5", 1200.5),
            ("zh_TW", "12,000", 12000), ("en_US", "1,5", 1.5), ("en_US", "2.5", 2.5),
            ("de_DE", "1.200", 1200), ("de_DE", "1.200,5", 1200.5), ("en_US", "", 0),
        ):  # fmt: skip
            with self.subTest(value, lang=lang):
                self.assertEqual(
                    _number(notice.with_context(lang=lang), value), quantity
                )
        for value in ("1,200,5", "12,00,000", "1 of 2"):
            with self.subTest(value), self.assertRaisesRegex(UserError, "no quantity"):
                _number(notice, value)

    def test_goods_of_another_notice(self):
        """ROL-02: lines of another notice cannot be claimed with this link."""
        other = self.sent().line_ids
        self.sign_page()
        with self.assertRaisesRegex(UserError, "not on the notice"):
            self.paper.sudo()._claim("Ms Lin", "", [(other.id, "short", 1)])

    def test_bad_pictures(self):
        """Bad input: no picture, a damaged one, too many: said, and nothing is lost."""
        self.authenticate(None, None)
        self.sign_page()
        for name, data in (
            ("list.pdf", b"%PDF-1.7 x"), ("run.exe", b"MZ"),
            ("cut.png", picture()[:60]), ("page.svg", b"<svg onload='alert(1)'/>"),
        ):  # fmt: skip
            with self.subTest(name):
                answer = self.claim(
                    files=[("pictures", (name, data, "image/png"))],
                    text="Top layer wet",
                    **{self.line(): "3"},
                )
                self.assertIn(name, answer.text)
                self.assertIn("cannot be read as a picture", answer.text)
                self.assertIn("Top layer wet", answer.text)
                self.assertIn('value="3"', answer.text)
        files = [("pictures", (f"{n}.png", picture(), "image/png")) for n in range(7)]
        self.assertIn("at most 6", self.claim(files=files, text="All").text)
        self.assertFalse(self.paper.claim_ids)
        self.assertFalse(
            self.env["ir.attachment"].search([("res_model", "=", "dispatch.claim")])
        )

    def test_what_was_reported_stays(self):
        """ORD-63: nobody writes or deletes a report, or makes one in its name."""
        self.sign_page()
        claim = self.paper.sudo()._claim(
            "Ms Lin", "Wet", [(self.paper.line_ids.id, "short", 2)]
        )
        claim = claim.with_env(self.env)
        for records, values in (
            (claim, {"text": "Fine"}), (claim.line_ids, {"quantity": 0}),
            (claim, {"line_ids": [(5, 0, 0)]}),
        ):  # fmt: skip
            with self.subTest(values), self.assertRaises(AccessError):
                records.sudo().write(values)
        with self.assertRaises(AccessError):
            claim.sudo().unlink()
        with self.assertRaises(AccessError):
            self.env["dispatch.claim"].sudo().create(
                {"notice_id": self.paper.id, "reported_at": fields.Datetime.now()}
            )

    # -- a receipt signed on paper ---------------------------------------------------

    def test_receipt_uploaded_by_the_customer(self):
        """ORD-63: the picture of the signed paper is the evidence."""
        self.authenticate(None, None)
        answer = self.post(
            "receipt",
            files=[("scan", ("receipt.png", picture(), "image/png"))],
            name="Ms Lin",
            remarks="One box wet",
        )
        self.assertIn("Thank you", answer.text)
        signature = self.paper.sudo().signature_ids
        self.assertEqual((signature.method, signature.signer_name), ("scan", "Ms Lin"))
        self.assertEqual(self.paper.remarks, "One box wet")

    def test_unreadable_receipt(self):
        """Bad input: an unreadable picture is said, and what was typed stays."""
        self.authenticate(None, None)
        for data, words in (
            (picture()[:60], "cannot be read"), (b"MZ", "neither a PDF nor a picture")
        ):  # fmt: skip
            answer = self.post(
                "receipt",
                files=[("scan", ("receipt.png", data, "image/png"))],
                name="Ms Lin",
                remarks="One box wet",
            )
            self.assertIn(words, answer.text)
            self.assertIn("One box wet", answer.text)
            self.assertIn("Ms Lin", answer.text)
        self.assertEqual(self.paper.state, "sent")
        self.assertFalse(self.paper.sudo().signature_ids)
