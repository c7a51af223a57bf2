"""Arrival receipts, on the portal's terms and on paper, and the three days (ORD-63)."""

from base64 import b64encode
from datetime import date, datetime, timedelta
from io import BytesIO
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools.pdf import PdfFileWriter
from pytz import timezone

from ..models.dispatch_arrival import claim_deadline
from .shipping_case import ShippingCase, drawn_signature


def one_page():
    """Return a PDF of one empty page, base64."""
    writer, buffer = PdfFileWriter(), BytesIO()
    writer.addBlankPage(595, 842)
    writer.write(buffer)
    return b64encode(buffer.getvalue())


@tagged("post_install", "-at_install")
class TestClaimDeadline(ShippingCase):
    """ORD-63: three calendar days, to the end of the last one where the company is."""

    def test_deadline(self):
        for zone, arrived, expected in (
            ("UTC", date(2026, 3, 2), datetime(2026, 3, 5, 23, 59, 59)),
            ("Asia/Taipei", date(2026, 3, 2), datetime(2026, 3, 5, 15, 59, 59)),
            ("Asia/Taipei", date(2026, 12, 30), datetime(2027, 1, 2, 15, 59, 59)),
            # Summer time begins on 29 March: the last day is counted by its own offset.
            ("Europe/Berlin", date(2026, 3, 27), datetime(2026, 3, 30, 21, 59, 59)),
            ("Europe/Berlin", date(2026, 2, 27), datetime(2026, 3, 2, 22, 59, 59)),
        ):
            with self.subTest(zone=zone, arrived=arrived):
                self.assertEqual(claim_deadline(arrived, timezone(zone)), expected)


@tagged("post_install", "-at_install")
class TestArrival(ShippingCase):
    """ORD-63: signed for, told to the salesperson, three days from then."""

    def arrive(self, notice, remarks="", name="Ms Lin"):
        public = self.env.ref("base.public_user")
        notice.with_user(public).sudo()._sign_arrival(
            name, drawn_signature(), method="portal", remarks=remarks
        )

    def test_signed(self):
        """ORD-63: the customer's name, signature and time are evidence."""
        notice = self.sent()
        self.arrive(notice)
        signature = notice.sudo().signature_ids
        self.assertEqual(signature.purpose_code, "arrival_receipt")
        self.assertEqual(signature.signer_name, "Ms Lin")
        self.assertEqual(signature.method, "portal")
        self.assertTrue(notice.sudo()._signoff_valid(["arrival_receipt"]))
        self.assertEqual(notice.state, "arrived")
        zone = self.company._clock_timezone()
        self.assertEqual(notice.claim_until, claim_deadline(notice.arrived_on, zone))

    def test_salesperson_is_told(self):
        """ORD-62: the salesperson is told at once."""
        notice = self.sent()
        self.arrive(notice)
        message = notice.message_ids.filtered(lambda row: "has arrived" in row.body)
        self.assertIn(self.seller.partner_id, message.notified_partner_ids)
        self.assertFalse(notice.activity_ids)

    def test_remarks_are_covered_and_followed_up(self):
        """ORD-63: remarks at arrival are signed, and looked into."""
        notice = self.sent()
        self.arrive(notice, "Two boxes wet")
        self.assertIn("Two boxes wet", notice.sudo().signature_ids.content)
        self.assertEqual(notice.activity_ids.user_id, self.service)

    def test_second_signing(self):
        """ORD-63: the first receipt counts."""
        notice = self.sent()
        self.arrive(notice)
        with self.assertRaisesRegex(UserError, "signed for already, by Ms Lin"):
            self.arrive(notice, name="Mr Wu")
        self.assertEqual(notice.arrived_by, "Ms Lin")
        self.assertEqual(len(notice.sudo().signature_ids), 1)

    def test_nobody_inside_signs_it(self):
        """ROL-03: the purpose is the customer's; no dialog opens for our own people."""
        notice = self.sent()
        for role in ("customer_service", "shipping", "salesperson"):
            with self.subTest(role), self.assertRaises(AccessError):
                notice.with_user(self.people[role])._signoff_dialog("arrival_receipt")

    def test_changed_by_sql(self):
        """PLT-05: what left, changed afterwards, makes the receipt worthless."""
        notice = self.sent()
        self.arrive(notice)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE dispatch_notice_line SET quantity = 1 WHERE notice_id = %s",
            [notice.id],
        )
        self.env.invalidate_all()
        self.assertFalse(notice.sudo()._signoff_valid(["arrival_receipt"]))
        self.assertFalse(notice.sudo()._signoff_printed())

    def test_report_of_shortage(self):
        """ORD-63: in time it is kept, and customer service and salesperson know."""
        notice = self.sent()
        with self.assertRaisesRegex(UserError, "sign for the arrival"):
            notice.sudo()._claim("Ms Lin", "Three missing")
        self.arrive(notice)
        notice.sudo()._claim("Ms Lin", "Three missing")
        notice.sudo()._claim("Mr Wu", "One broken")
        self.assertRegex(notice.claims, r"Ms Lin: Three missing\n.*Mr Wu: One broken")
        self.assertEqual(set(notice.activity_ids.user_id), {self.service})
        self.assertIn("reports shortage", notice.activity_ids[0].summary)

    def test_the_hour_of_a_report_is_the_company_s(self):
        """ORD-63: not UTC; the salesperson reads it in the own language."""
        self.env["res.lang"]._activate_lang("zh_TW")
        self.seller.lang = "zh_TW"
        self.company.resource_calendar_id.tz = "Asia/Taipei"
        with freeze_time("2031-03-03 02:00:00"):
            notice = self.sent(expected_arrival="2031-03-05")
        with freeze_time("2031-03-05 09:30:00"):
            self.arrive(notice)
            line = notice.line_ids
            notice.sudo()._claim("Ms Lin", "See there", [(line.id, "short", 3)])
        self.assertNotIn("UTC", notice.claims)
        self.assertIn("5:30", notice.claims)
        body = notice.message_ids[:1].body
        self.assertIn("下午5:30", body)
        self.assertIn("、", body)

    def test_report_too_late(self):
        """ORD-63: until the end of the third day, and not a second longer."""
        notice = self.sent()
        self.arrive(notice)
        with freeze_time(notice.claim_until):
            notice.sudo()._claim("Ms Lin", "In time")
        with freeze_time(notice.claim_until + timedelta(seconds=1)):
            self.assertFalse(notice._may_claim())
            with self.assertRaisesRegex(UserError, "ended on"):
                notice.sudo()._claim("Ms Lin", "Too late")
        self.assertNotIn("Too late", notice.claims)

    def test_report_of_nothing(self):
        """ORD-63: an empty, a blank, an endless report: refused, nothing kept."""
        notice = self.sent()
        self.arrive(notice)
        for name, text in (("Ms Lin", " … "), ("", "Broken"), ("Ms Lin", "x" * 2001)):
            with self.subTest(text=text[:5]), self.assertRaises(UserError):
                notice.sudo()._claim(name, text)
        self.assertFalse(notice.claims)

    def test_drawn_signature_is_needed(self):
        """ORD-63: no name, no drawing, an empty drawing: nothing half saved."""
        notice = self.sent()
        blank = b64encode(b"\x89PNG\r\n\x1a\n").decode()
        for name, drawing in (
            ("", drawn_signature()), ("Ms Lin", ""), ("Ms Lin", blank),
            ("Ms Lin", "%%%"), ("Ms Lin", one_page().decode()),
        ):  # fmt: skip
            with self.subTest(name=name, drawing=drawing[:8]):
                with self.assertRaises(UserError), self.env.cr.savepoint():
                    notice.sudo()._sign_arrival(name, drawing, method="portal")
                self.assertEqual(notice.state, "sent")
                self.assertFalse(notice.arrived_by)


@tagged("post_install", "-at_install")
class TestPaperReceipt(ShippingCase):
    """ORD-63: signed on paper and uploaded by our own people."""

    def upload(self, notice, scan, **values):
        action = notice.action_upload_receipt()
        wizard = self.env[action["res_model"]].with_user(self.clerk)
        wizard = wizard.with_context(**action["context"]).create(
            {"signer_name": "Ms Lin", "scan": scan, "scan_name": "r.pdf", **values}
        )
        return wizard.action_upload()

    def test_pdf(self):
        """ORD-63: a PDF is kept as evidence, with the day the paper says."""
        notice = self.sent()
        with freeze_time(fields.Datetime.now() + timedelta(days=2)):
            arrived = (notice.shipped_at + timedelta(days=1)).date()
            self.upload(notice, one_page(), arrived_on=arrived, remarks="1 box open")
        signature = notice.sudo().signature_ids
        self.assertEqual(signature.method, "scan")
        self.assertEqual(signature.evidence_name, "r.pdf")
        self.assertEqual(signature.evidence, one_page())
        self.assertEqual(notice.arrived_on, arrived)
        self.assertEqual(notice.state, "arrived")

    def test_picture(self):
        """ORD-63: a photo will do."""
        notice = self.sent()
        self.upload(notice, drawn_signature().encode())
        self.assertEqual(notice.state, "arrived")

    def test_bad_scans(self):
        """Bad input: no PDF or picture, damaged, too large: nothing is kept."""
        notice = self.sent()
        for data, words in (
            (b"MZ this is a programme", "neither a PDF nor a picture"),
            (b"%PDF-1.7 and then nothing", "cannot be read"),
            (b"%PDF-" + b"0" * (25 * 1024 * 1024), "larger than 25 MB"),
        ):
            with self.subTest(words):
                with self.assertRaisesRegex(UserError, words), self.env.cr.savepoint():
                    self.upload(notice, b64encode(data))
                self.assertEqual(notice.state, "sent")
                self.assertFalse(notice.arrived_on)
                self.assertFalse(notice.sudo().signature_ids)

    def test_impossible_day(self):
        """ORD-63: goods do not arrive tomorrow, nor before they left."""
        notice = self.sent()
        today = notice._local_today()
        for day in (today + timedelta(days=1), notice.shipped_at.date() - timedelta(5)):
            with self.subTest(day), self.assertRaisesRegex(UserError, "arrive on"):
                self.upload(notice, one_page(), arrived_on=day)

    def test_readers_upload_nothing(self):
        """ROL-02: finance reads, and uploads nothing."""
        notice = self.sent().with_user(self.people["finance"])
        with self.assertRaises(AccessError):
            notice.action_upload_receipt()

    def test_nothing_half_saved(self):
        """A receipt that fails while it is signed leaves no trace of an arrival."""
        notice = self.sent()
        broken = patch.object(
            type(notice), "_signoff_append", side_effect=UserError("no room")
        )
        with broken, self.assertRaises(UserError):
            self.upload(notice, one_page())
        self.assertEqual(notice.state, "sent")
        self.assertFalse(notice.arrived_by)
