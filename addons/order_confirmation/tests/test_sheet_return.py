"""The return of a sheet and its verification (ORD-24 by portal and scan, ORD-25)."""

import contextlib
import io
from base64 import b64encode

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tests.common import JsonRpcException
from PIL import Image

from .. import scan
from .order_case import DRAWN, TICKS, picture
from .test_sheet import SheetCase


def page():
    """Return a PDF of one page."""
    stream = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(stream, "PDF")
    return stream.getvalue()


@tagged("post_install", "-at_install")
class TestScan(SheetCase):
    """ORD-24: staff uploads what came back on paper."""

    def take(self, sheet, data, role="customer_service", name="Ms Lin"):
        wizard = self.env["order.sheet.scan"].with_user(self.people[role])
        wizard = wizard.create(
            {
                "sheet_id": sheet.id,
                "signer_name": name,
                "scan": b64encode(data),
                "scan_name": "fax.pdf",
            }
        )
        wizard.action_return()

    def test_pdf_and_pictures_are_taken(self):
        """A PDF, PNG, JPEG or GIF is judged by content and becomes evidence."""
        for data in (page(), picture(), picture(kind="JPEG"), picture(kind="GIF")):
            sheet = self.sent_sheet(self.dated())
            self.take(sheet, data)
            self.assertEqual((sheet.state, sheet.return_how), ("returned", "scan"))
            row = sheet._return_evidence()
            self.assertEqual((row.method, row.signer_name), ("scan", "Ms Lin"))
            self.assertEqual(row.evidence, b64encode(data))

    def test_what_is_no_scan_is_refused(self):
        """Neither PDF nor picture, broken, empty, too large: one clear sentence."""
        sheet = self.sent_sheet(self.dated())
        large = page() + b"\0" * scan.MAX_BYTES
        for data, words in (
            (b"Dear all, we agree.", "neither a PDF nor a picture"),
            (b"MZ\x90\x00" + b"\0" * 100, "neither a PDF nor a picture"),
            (b"%PDF-1.4 nothing else", "cannot be read"),
            (picture()[:90], "cannot be read"),
            (picture(kind="JPEG")[:600], "cannot be read"),
            (b"", "empty"),
            (large, "25 MB"),
        ):
            with self.assertRaisesRegex(UserError, words), self.cr.savepoint():
                self.take(sheet, data)
        self.assertEqual(sheet.state, "sent")
        self.assertFalse(sheet._return_evidence())
        self.assertFalse(self.env["order.sheet.scan"].search([]))

    def test_who_may_and_under_whose_name(self):
        """The salesperson collects returns; a blank name is refused."""
        sheet = self.sent_sheet(self.dated())
        with self.assertRaisesRegex(UserError, "name of the person"):
            self.take(sheet, page(), name=" - ")
        with self.assertRaises(AccessError):
            self.take(sheet, page(), role="technical")
        self.take(sheet, page(), role="salesperson")
        self.assertEqual(sheet.state, "returned")

    def test_an_old_version_is_refused(self):
        """ORD-23: a return of what is superseded, or about to be, does not count."""
        order = self.dated()
        first = self.sent_sheet(order)
        order.packing = "On pallets"
        with self.assertRaisesRegex(UserError, "being revised"):
            self.take(first, page())
        second = self.make(order)
        with self.assertRaisesRegex(UserError, "superseded by version 2"):
            self.take(first, page())
        with self.assertRaisesRegex(UserError, "not ready"):
            self.take(second, page())
        self.assertFalse(first._return_evidence() | second._return_evidence())


@tagged("post_install", "-at_install")
class TestVerification(SheetCase):
    """ORD-25: legible, signed by who may, unchanged, remarks clear."""

    def returned(self, order=None):
        sheet = self.sent_sheet(order or self.dated())
        sheet._take_return("Ms Lin", DRAWN, "portal", "drawn.png")
        return sheet

    def test_each_of_the_four_points_is_needed(self):
        """One point not ticked: not accepted, nothing signed."""
        sheet = self.returned()
        for missing in TICKS:
            with self.assertRaisesRegex(UserError, "All four points"):
                with self.cr.savepoint():
                    self.verify(sheet, **{missing: False})
        self.assertEqual(sheet.state, "returned")
        self.verify(sheet)
        self.assertEqual(sheet.state, "accepted")

    def test_against_the_specimen_on_file(self):
        """A designated signatory of the customer, not just anybody."""
        order = self.dated()
        lin = self.env["res.partner"].create(
            {
                "name": "Ms Lin",
                "parent_id": order.partner_id.id,
                "is_signatory": True,
                "signatory_specimen": DRAWN,
            }
        )
        sheet = self.returned(order)
        action = sheet.with_user(self.service).action_verify()
        dialog = self.env[action["res_model"]].with_user(self.service)
        dialog = dialog.with_context(**action["context"]).create(
            {"signatory_id": lin.id}
        )
        self.assertEqual(dialog.known_signatory_ids, lin)
        self.assertTrue(dialog.specimen)
        self.assertEqual(dialog.return_picture, DRAWN.encode())
        with self.assertRaisesRegex(UserError, "signatory"), self.cr.savepoint():
            self.verify(sheet, signatory_id=self.seller.partner_id.id)
        row = self.verify(sheet, signatory_id=lin.id, no_signatory_reason="")
        self.assertEqual(sheet.signatory_id, lin)
        self.assertIn("Ms Lin", row._content()["declared"]["signatory"])

    def test_the_only_signatory_is_proposed_with_the_specimen(self):
        """ORD-25: return and specimen side by side at once; of two, one is chosen."""
        order = self.dated()
        lin = self.env["res.partner"].create(
            {
                "name": "Ms Lin",
                "parent_id": order.partner_id.id,
                "is_signatory": True,
                "signatory_specimen": DRAWN,
            }
        )
        action = self.returned(order).with_user(self.service).action_verify()
        dialogs = self.env[action["res_model"]].with_user(self.service)
        dialogs = dialogs.with_context(**action["context"])
        dialog = dialogs.create({})
        self.assertEqual((dialog.signatory_id, bool(dialog.specimen)), (lin, True))
        lin.copy({"name": "Mr Lin"})
        self.assertFalse(dialogs.create({}).signatory_id)

    def test_without_a_signatory_a_reason(self):
        """Nobody on file: a clear message, or a reason that is recorded."""
        sheet = self.returned()
        with self.assertRaisesRegex(UserError, "No designated signatory"):
            with self.cr.savepoint():
                self.verify(sheet, no_signatory_reason="  ")
        row = self.verify(
            sheet, no_signatory_reason="New customer, confirmed by telephone"
        )
        self.assertIn("telephone", row._content()["declared"]["no_signatory_reason"])

    def test_a_signatory_without_a_specimen(self):
        """ORD-25: nothing to compare with: a specimen, or a reason that is recorded."""
        order = self.dated()
        lin = self.env["res.partner"].create(
            {"name": "Ms Lin", "parent_id": order.partner_id.id, "is_signatory": True}
        )
        sheet = self.returned(order)
        with self.assertRaisesRegex(UserError, "no specimen of .*Ms Lin"):
            with self.cr.savepoint():
                self.verify(sheet, signatory_id=lin.id, no_signatory_reason=" ")
        reason = "Known by voice, called back"
        row = self.verify(sheet, signatory_id=lin.id, no_signatory_reason=reason)
        declared = row._content()["declared"]
        self.assertEqual((declared["specimen"], declared["no_signatory_reason"]),
                         (False, reason))  # fmt: skip
        self.assertEqual((sheet.signatory_id, sheet.no_signatory_reason),
                         (lin, reason))  # fmt: skip
        # The tick says nothing that the reason denies.
        dialog = self.env["order.sheet.verify"]
        self.assertIn("accepted without", dialog._fields["signatory_mark"].string)
        self.assertIn("accepted without", row.meaning)

    def test_with_a_specimen_nothing_is_accepted_without(self):
        """ORD-25: a reason left over from before is not said of what was compared."""
        order = self.dated()
        lin = self.env["res.partner"].create(
            {
                "name": "Ms Lin",
                "parent_id": order.partner_id.id,
                "is_signatory": True,
                "signatory_specimen": DRAWN,
            }
        )
        row = self.verify(self.returned(order), signatory_id=lin.id)
        declared = row._content()["declared"]
        self.assertEqual((declared["specimen"], declared["no_signatory_reason"]),
                         (True, ""))  # fmt: skip

    def test_only_customer_service(self):
        """ROL-03: others cannot verify or reject."""
        sheet = self.returned()
        for user in (self.seller, self.people["merchandiser"]):
            with self.assertRaises(AccessError):
                sheet.with_user(user).action_verify()
            with self.assertRaises(AccessError):
                sheet.with_user(user).action_reject()

    def test_rejected_and_returned_once_more(self):
        """Rejected goes back with the reason, kindly; the same version may return."""
        sheet = self.returned()
        wizard = self.env["order.sheet.reject"].with_user(self.service)
        with self.assertRaisesRegex(UserError, "what is wrong"):
            wizard.create({"sheet_id": sheet.id, "reason": " - "}).action_reject()
        wizard.create(
            {"sheet_id": sheet.id, "reason": "Page 2 is cut off"}
        ).action_reject()
        self.assertEqual(sheet.state, "rejected")
        letter = sheet.message_ids.filtered(
            lambda m: sheet.partner_id in m.partner_ids
        )[:1]
        self.assertIn("Page 2 is cut off", letter.body)
        self.assertFalse(sheet.order_id._sheet_facts()[sheet.order_id.id].met)
        sheet._take_return("Ms Lin", DRAWN, "portal", "drawn.png")
        self.verify(sheet)
        self.assertEqual(sheet.state, "accepted")
        with self.assertRaisesRegex(UserError, "signed already"):
            sheet._take_return("Ms Lin", DRAWN, "portal", "drawn.png")


@tagged("post_install", "-at_install")
class TestSheetPortal(SheetCase, HttpCase):
    """ORD-24, ORD-27: the customer's page, over real HTTP."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.name = "Morning Colour Works"

    def get(self, sheet, **query):
        text = "&".join(f"{key}={value}" for key, value in query.items())
        return self.url_open(f"{sheet.access_url}?{text}", allow_redirects=False)

    def sign_there(self, sheet, token=None, name="Ms Lin", signature=DRAWN):
        token = sheet._portal_ensure_token() if token is None else token
        return self.make_jsonrpc_request(
            f"{sheet.access_url}/sign?access_token={token}",
            {"name": name, "signature": signature},
        )

    def test_read_and_sign(self):
        """The whole sheet is there; after signing the customer reads thanks."""
        order = self.dated(packing="On pallets", special_requirements="No scratches")
        sheet = self.sent_sheet(order)
        text = self.get(sheet, access_token=sheet._portal_ensure_token()).text
        for words in (
            sheet.name, "Brochure", "BRO-1", "A4, 8 pages, four colours", "1,000",
            "On pallets", "No scratches", "01/20/2030", "01/22/2030", "Ms Lin",
            "Promised completion date", "Ship date", "portal.signature_form",
        ):  # fmt: skip
            self.assertIn(words, text)
        answer = self.sign_there(sheet)
        self.assertTrue(answer["force_refresh"])
        self.assertEqual((sheet.state, sheet.return_how), ("returned", "portal"))
        row = sheet._return_evidence()
        self.assertEqual((row.signer_name, row.method), ("Ms Lin", "portal"))
        self.assertTrue(row.signer_id._is_public())
        text = self.url_open(answer["redirect_url"]).text
        self.assertIn("Thank you!", text)
        self.assertNotIn("portal.signature_form", text)
        authors = sheet.sudo().message_ids.author_id
        self.assertIn(sheet.sudo().partner_id, authors, "the visitor is the customer")
        self.assertNotIn(self.env.ref("base.public_partner"), authors)

    def test_thanks_while_departments_have_still_to_sign(self):
        """ORD-27: no internal refusal; the order waits by itself."""
        order = self.dated()
        sheet = self.sent_sheet(order)
        self.sign_there(sheet)
        self.assertEqual(order.state, "sent")
        text = self.get(sheet, access_token=sheet.access_token).text
        self.assertIn("Thank you!", text)
        for inside in ("Technical", "Production statement", "deposit", "cannot pass"):
            self.assertNotIn(inside, text)

    def test_what_is_missing_is_said_and_nothing_is_saved(self):
        """No name, nothing drawn, blank or broken drawing: one sentence."""
        sheet = self.sent_sheet(self.dated())
        blank = b64encode(picture(line=False)).decode()
        text = b64encode(b"<svg onload=alert(1)>").decode()
        for values, words in (
            ({"name": " "}, "name"),
            ({"name": None}, "name"),
            ({"signature": None}, "draw your signature"),
            ({"signature": blank}, "draw your signature"),
            ({"signature": text}, "draw your signature"),
            ({"signature": "%%%"}, "draw your signature"),
        ):
            self.assertIn(words, self.sign_there(sheet, **values)["error"])
        self.assertEqual(sheet.state, "sent")
        self.assertFalse(sheet._return_evidence())

    def test_our_own_people_do_not_sign_as_the_customer(self):
        """ORD-24, PLT-05: staff read the page; signing is refused, by whatever door."""
        sheet = self.sent_sheet(self.dated())
        token = sheet._portal_ensure_token()
        for role in ("customer_service", "salesperson"):
            self.authenticate(f"case_{role}", f"case_{role}")
            text = self.get(sheet, access_token=token).text
            self.assertIn("Brochure", text)
            self.assertNotIn("portal.signature_form", text)
            for key in (token, ""):
                answer = self.sign_there(sheet, token=key)
                self.assertIn("Only the customer", answer["error"])
        self.assertEqual(sheet.state, "sent")
        self.assertFalse(sheet._return_evidence())
        self.authenticate(None, None)
        self.assertTrue(self.sign_there(sheet)["force_refresh"])

    def test_a_wrong_link_shows_nothing(self):
        """A wrong or missing token leads to the portal's door."""
        sheet = self.sent_sheet(self.dated())
        for query in ({"access_token": "guess"}, {}):
            answer = self.get(sheet, **query)
            self.assertEqual(answer.status_code, 303)
            self.assertTrue(answer.headers["Location"].endswith("/my"))
        self.assertIn("not valid", self.sign_there(sheet, token="guess")["error"])
        self.assertIn("not valid", self.sign_there(sheet, token="")["error"])
        self.assertEqual(sheet.state, "sent")

    def test_not_before_it_is_sent(self):
        """A sheet that is still checked inside is not there for the customer."""
        sheet = self.checked_sheet(self.dated())
        token = sheet._portal_ensure_token()
        self.assertEqual(self.get(sheet, access_token=token).status_code, 303)
        self.assertIn("not valid", self.sign_there(sheet)["error"])

    def test_an_old_link_says_superseded(self):
        """ORD-23: readable, no signing; the new one linked only for who may read it."""
        order = self.dated()
        login = self.env["res.users"].create(
            {
                "name": "Lin",
                "login": "case_portal",
                "password": "case_portal",
                "partner_id": order.partner_id.id,
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )
        self.assertTrue(login)
        first = self.sent_sheet(order)
        token = first._portal_ensure_token()
        order.packing = "On pallets"
        self.assertIn("being revised", self.get(first, access_token=token).text)
        second = self.sent_sheet(order)
        text = self.get(first, access_token=token).text
        self.assertIn("superseded by version 2", text)
        self.assertIn("Brochure", text)
        self.assertNotIn("portal.signature_form", text)
        self.assertNotIn(second.access_url, text)
        self.assertIn("superseded", self.sign_there(first)["error"])
        self.authenticate("case_portal", "case_portal")
        self.assertIn(second.access_url, self.get(first).text)
        listed = self.url_open("/my/sheets").text
        self.assertIn(second.name, listed)

    def test_another_customer_sees_nothing(self):
        """ROL-06: somebody else's log-in opens no sheet, and reads none over RPC."""
        sheet = self.sent_sheet(self.dated())
        other = self.env["res.users"].create(
            {
                "name": "Other",
                "login": "case_other",
                "password": "case_other",
                "partner_id": self.customers["c"].id,
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )
        self.authenticate("case_other", "case_other")
        self.assertEqual(self.get(sheet).status_code, 303)
        self.assertNotIn(sheet.name, self.url_open("/my/sheets").text)
        self.assertFalse(self.env["order.sheet"].with_user(other).search([]))

    def test_what_a_customer_reads_over_rpc(self):
        """ROL-05: one's own sheet, but nothing of who does what inside."""
        sheet = self.sent_sheet(self.dated())
        lin = self.env["res.users"].create(
            {
                "name": "Lin",
                "login": "case_portal",
                "partner_id": sheet.partner_id.id,
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )
        own = sheet.with_user(lin)
        self.assertEqual(own.name, sheet.name)
        for inside in ("prepared_by_id", "next_step", "check_line_ids", "outdated"):
            with self.assertRaises(AccessError):
                own.read([inside])
        with self.assertRaises(AccessError):
            own.write({"access_token": "mine"})

    def test_the_page_of_the_order_leads_to_the_sheet(self):
        """ORD-27: no “Accept & Sign” of Odoo for orders held to the rules."""
        order = self.dated(require_signature=True)
        sheet = self.sent_sheet(order)
        text = self.url_open(order.get_portal_url()).text
        self.assertIn(sheet.access_url, text)
        self.assertNotIn('modalaccept" href', text)
        answer = self.make_jsonrpc_request(
            f"/my/orders/{order.id}/accept?access_token={order.access_token}",
            {"name": "Ms Lin", "signature": DRAWN},
        )
        self.assertIn("error", answer)
        self.assertFalse(order.signature)

    def test_attacks_over_json_rpc(self):
        """ROL-03: state, forged records, copies and keys in the context, over RPC."""
        sheet = self.sent_sheet(self.dated())
        self.authenticate("case_customer_service", "case_customer_service")
        context = {"sheet_key": True, "allowed_company_ids": self.company.ids}
        attacks = [
            ("write", [[sheet.id], {"state": "accepted"}]),
            ("write", [[sheet.id], {"returned_at": "2030-01-01 00:00:00"}]),
            ("web_save", [[sheet.id], {"state": "accepted"}, {"state": {}}]),
            ("create", [[{"name": "X", "order_id": sheet.order_id.id}]]),
            ("copy", [[sheet.id]]),
            ("unlink", [[sheet.id]]),
            ("load", [["id", "state"], [[str(sheet.id), "accepted"]]]),
            ("_move", [[sheet.id], "accepted"]),
            ("_take_return", [[sheet.id], "Ms Lin", DRAWN, "portal", "x"]),
        ]
        for method, args in attacks:
            call = {
                "model": "order.sheet",
                "method": method,
                "args": args,
                "kwargs": {"context": context},
            }
            with contextlib.suppress(JsonRpcException):
                self.make_jsonrpc_request(
                    f"/web/dataset/call_kw/order.sheet/{method}", call
                )
            sheet.invalidate_recordset()
            self.assertEqual((sheet.state, sheet.returned_at), ("sent", False), method)
        self.assertEqual(self.env["order.sheet"].search_count([]), 1)
