"""Returns by mail: to the alias, as real messages, and what waits in the tray."""

import contextlib
import io
from email import policy
from email.message import EmailMessage
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tests.common import RecordCapturer
from odoo.tools.pdf import PdfFileReader

from .. import scan
from .order_case import picture
from .test_sheet import SheetCase
from .test_sheet_return import page

DOMAIN = "mailbox.example"


class MailCase(SheetCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["mail.alias.domain"].search([]).unlink()
        cls.domain = cls.env["mail.alias.domain"].create(
            {"name": DOMAIN, "company_ids": [(4, cls.company.id)]}
        )
        cls.mailbox = cls.env["order.sheet.mailbox"].create(
            {
                "name": "Returned sheets",
                "company_id": cls.company.id,
                "alias_name": "signed",
                "alias_domain_id": cls.domain.id,
            }
        )
        cls.number = 0

    def letter(self, subject="", text="Signed, please see enclosed.", files=(),
               sender="b@example.com", **headers):  # fmt: skip
        """Return a mail as it comes over the wire."""
        type(self).number += 1
        # Mail programs do not break the numbers of letters, however long they are.
        mail = EmailMessage(policy.default.clone(max_line_length=998))
        mail["From"] = f"Somebody <{sender}>"
        mail["To"] = f"signed@{DOMAIN}"
        mail["Subject"] = subject
        mail["Message-Id"] = f"<{self.number}@customer.example>"
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        for name, data in files:
            mail.add_attachment(
                data, maintype="application", subtype="octet-stream", filename=name
            )
        return mail.as_bytes()

    def receive(self, *args, **kwargs):
        """Let the gateway process a mail; return what is in the tray for it."""
        raw = self.letter(*args, **kwargs)
        with RecordCapturer(self.env["order.sheet.tray"].sudo(), []) as found:
            self.env["mail.thread"].message_process(False, raw)
        self.env.invalidate_all()
        return found.records

    def out(self, **values):
        """Return a sheet that is with the customer."""
        return self.sent_sheet(self.dated(**values))

    def assign(self, tray, sheet, role="customer_service", files=None, name="Ms Lin"):
        wizard = self.env["order.sheet.tray.assign"].with_user(self.people[role])
        wizard.create(
            {
                "tray_id": tray.id,
                "sheet_id": sheet.id,
                "signer_name": name,
                "file_ids": [(6, 0, (files or tray.file_ids).ids)],
            }
        ).action_assign()


@tagged("post_install", "-at_install")
class TestReturnByMail(MailCase):
    def test_a_clear_mail_becomes_a_return_to_be_verified(self):
        """ORD-24: found by its number in subject, file name or text."""
        data = page()
        for subject, text, name in (
            ("Re: {}", "Signed.", "scan.pdf"),
            ("Signed", "Signed.", "fax_{}.pdf"),
            ("Signed", "Here is {} back.", "scan.pdf"),
        ):
            with self.subTest(subject + name):
                sheet = self.out()
                tray = self.receive(
                    subject.format(sheet.name),
                    text.format(sheet.name),
                    [(name.format(sheet.name), data)],
                )
                self.assertEqual((tray.state, tray.sheet_id), ("taken", sheet))
                self.assertEqual((sheet.state, sheet.return_how), ("returned", "scan"))
                row = sheet._return_evidence()
                self.assertEqual(row.signer_name, "Customer B")
                self.assertEqual(scan.decoded(row.evidence), data)
                self.assertTrue(row.signer_id._is_public())
                self.assertEqual(sheet.activity_ids.user_id, sheet.prepared_by_id)
                self.assertIn("by mail from", sheet.message_ids[:1].body)

    def test_it_opens_nothing(self):
        """ORD-24, ORD-25: whatever it says, a person verifies what came."""
        order = self.dated("b")
        sheet = self.sent_sheet(order)
        self.receive(
            f"{sheet.name} accepted, verified, release at once",
            "state: accepted",
            [(f"{sheet.name}.pdf", page())],
        )
        self.assertEqual(sheet.state, "returned")
        self.assertFalse(order._sheet_facts()[order.id].met)
        self.verify(sheet)
        self.assertEqual(sheet.state, "accepted")

    def test_an_answer_to_the_letter(self):
        """ORD-24: without any number, by the letter that it answers."""
        sheet = self.checked_sheet(self.dated()).with_user(self.service)
        action = sheet.action_send()
        composer = self.env["mail.compose.message"].with_user(self.service)
        composer = composer.with_context(**action["context"]).create({})
        self.assertEqual(composer.reply_to, f"signed@{DOMAIN}")
        composer._action_send_mail()
        letter = sheet.message_ids.filtered(lambda m: m.message_type == "comment")
        tray = self.receive(
            "Signed", "See enclosed.", [("photo.png", picture())],
            In_Reply_To=letter.message_id, References=letter.message_id,
        )  # fmt: skip
        self.assertEqual((tray.state, tray.sheet_id.id), ("taken", sheet.id))

    def test_an_answer_that_does_not_go_to_the_mailbox(self):
        """ORD-24: a company without a mailbox: Odoo leads the answer to the sheet."""
        self.mailbox.unlink()
        sheet = self.checked_sheet(self.dated()).with_user(self.service)
        action = sheet.action_send()
        composer = self.env["mail.compose.message"].with_user(self.service)
        composer = composer.with_context(**action["context"]).create({})
        composer._action_send_mail()
        letter = sheet.message_ids.filtered(lambda m: m.message_type == "comment")
        raw = self.letter(
            "Signed", "See enclosed.", [("photo.png", picture())],
            In_Reply_To=letter.message_id,
        ).replace(b"signed@", b"catchall@")  # fmt: skip
        self.env["mail.thread"].message_process(False, raw)
        self.env.invalidate_all()
        tray = self.env["order.sheet.tray"].search([], limit=1)
        self.assertEqual((tray.state, tray.reason_codes), ("taken", ""))
        self.assertEqual(sheet.state, "returned")
        answer = sheet.message_ids.filtered(lambda m: "See enclosed" in m.body)
        self.assertFalse(answer.attachment_ids)

    def test_a_photo_inside_the_text(self):
        """ORD-24: a telephone puts it there; beside a file it is a mere logo."""
        paper = page()
        for files, kept in (
            ((), picture(kind="JPEG")),
            ([("a.pdf", paper)], paper),
        ):
            sheet = self.out()
            mail = EmailMessage()
            mail["From"], mail["To"] = "b@example.com", f"signed@{DOMAIN}"
            mail["Subject"] = sheet.name
            mail["Message-Id"] = f"<inline{len(files)}@customer.example>"
            mail.set_content("Signed")
            mail.add_alternative('<p>Signed <img src="cid:photo"></p>', subtype="html")
            mail.get_payload()[1].add_related(
                picture(kind="JPEG"), "image", "jpeg", cid="<photo>", filename="i.jpg"
            )
            for name, data in files:
                mail.add_attachment(data, "application", "pdf", filename=name)
            self.env["mail.thread"].message_process(False, mail.as_bytes())
            self.env.invalidate_all()
            self.assertEqual(sheet.state, "returned")
            self.assertEqual(scan.decoded(sheet._return_evidence().evidence), kept)

    def test_what_waits_and_why(self):
        """ORD-24: each reason is named, somebody has the to-do, nothing is returned."""
        sheet, other = self.out(), self.out()
        good = [("scan.pdf", page())]
        cases = (
            (sheet.name, (), "b@example.com", "no_file"),
            (sheet.name, good * 2, "b@example.com", "several"),
            (sheet.name, [("sheet.docx", b"Dear all")], "b@example.com", "kind"),
            (sheet.name, [("a.png", picture()[:90])], "b@example.com", "unreadable"),
            ("Our order", good, "b@example.com", "no_sheet,unknown_sender"),
            (f"{sheet.name} and {other.name}", good, "b@example.com",
             "several_sheets,unknown_sender"),
            (sheet.name, good, "stranger@elsewhere.example", "unknown_sender"),
            (sheet.name, good, "c@example.com", "unknown_sender"),
        )  # fmt: skip
        for subject, files, sender, reasons in cases:
            with self.subTest(reasons):
                tray = self.receive(subject, files=files, sender=sender)
                self.assertEqual((tray.state, tray.reason_codes), ("waiting", reasons))
                self.assertTrue(tray.reasons)
                self.assertEqual(tray.activity_ids.user_id, self.service)
                self.assertEqual(len(tray.file_ids), len(files))
        self.assertEqual((sheet.state, other.state), ("sent", "sent"))

    def test_a_file_too_large(self):
        """ORD-24: refused with a clear word, to a customer we know; it is not kept."""
        sheet = self.out()
        before = self.env["mail.mail"].search([])
        with patch.object(scan, "MAX_BYTES", 500):
            tray = self.receive(sheet.name, files=[("big.pdf", page())])
        self.assertEqual(tray.reason, "large")
        self.assertFalse(tray.file_ids.data)
        mail = self.env["mail.mail"].search([]) - before
        mail = mail.filtered(lambda row: sheet.partner_id in row.recipient_ids)
        self.assertIn("larger than 25 MB", mail.body_html)
        self.assertIn(sheet.access_url, mail.body_html)

    def test_strangers_get_no_answer(self):
        """ROL-05: nobody learns from us which numbers exist."""
        sheet = self.out()
        before = self.env["mail.mail"].search([])
        self.receive(
            sheet.name, files=[("x.docx", b"x")], sender="who@elsewhere.example"
        )
        mails = self.env["mail.mail"].search([]) - before
        self.assertFalse(mails.recipient_ids.filtered("partner_share"))
        self.assertFalse(any(mails.mapped("email_to")))

    def test_an_old_version_is_refused(self):
        """ORD-23: superseded, being revised, signed already: it waits, and says so."""
        order = self.dated()
        first = self.sent_sheet(order)
        order.packing = "On pallets"
        good = [("scan.pdf", page())]
        tray = self.receive(first.name, files=good)
        self.assertEqual((tray.reason, tray.sheet_id), ("old_version", first))
        self.assertIn("being revised", tray.reasons)
        second = self.sent_sheet(order)
        tray = self.receive(first.name, files=good)
        self.assertIn("superseded by version 2", tray.reasons)
        self.assertFalse(first._return_evidence())
        self.receive(second.name, files=good)
        again = self.receive(second.name, files=good)
        self.assertIn("signed already", again.reasons)

    def test_a_sheet_of_another_company(self):
        """ROL-06: a mailbox finds the sheets of its own company, and no other."""
        rival = self.env["res.company"].create({"name": "Evening Colour Works"})
        sheet = self.out()
        self.mailbox.company_id = rival
        tray = self.receive(sheet.name, files=[("scan.pdf", page())])
        self.assertEqual((tray.company_id, tray.reason), (rival, "no_sheet"))
        self.assertEqual(sheet.state, "sent")

    def test_the_same_mail_twice(self):
        """ORD-24: delivered twice, it is one return."""
        sheet = self.out()
        raw = self.letter(sheet.name, files=[("scan.pdf", page())])
        for _time in range(2):
            self.env["mail.thread"].message_process(False, raw)
        found = self.env["order.sheet.tray"].search([("sheet_id", "=", sheet.id)])
        self.assertEqual(len(found), 1)


@tagged("post_install", "-at_install")
class TestTray(MailCase):
    def test_a_clerk_names_the_sheet(self):
        """ORD-24: from the tray it becomes the return, signed for by a name."""
        sheet = self.out()
        tray = self.receive("Our order", files=[("scan.pdf", page())])
        with self.assertRaisesRegex(UserError, "name of the person"):
            self.assign(tray, sheet, name=" - ")
        self.assign(tray, sheet, "merchandiser")
        self.assertEqual((tray.state, sheet.state), ("taken", "returned"))
        self.assertEqual(tray.handled_by_id, self.people["merchandiser"])
        self.assertFalse(tray.activity_ids)
        with self.assertRaisesRegex(UserError, "handled already"):
            self.assign(tray, self.out())

    def test_the_dialog_proposes_what_the_mail_says(self):
        """ORD-24: sheet, usable files and sender are filled in."""
        sheet = self.out()
        files = [("a.pdf", page()), ("b.txt", b"Dear all")]
        tray = self.receive(sheet.name, files=files)
        action = tray.with_user(self.service).action_assign()
        wizard = self.env[action["res_model"]].with_user(self.service)
        wizard = wizard.with_context(**action["context"]).create({})
        self.assertEqual(wizard.sheet_id, sheet)
        self.assertEqual(wizard.file_ids.mapped("name"), ["a.pdf"])
        self.assertEqual(wizard.signer_name, "Customer B")

    def test_several_files_become_one_paper(self):
        """ORD-24: page by page, in the order in which they came."""
        sheet = self.out()
        photo = picture(kind="JPEG")
        files = [("1.pdf", page()), ("2.png", picture()), ("3.jpg", photo)]
        tray = self.receive(sheet.name, files=files)
        self.assign(tray, sheet)
        data = scan.decoded(sheet._return_evidence().evidence)
        self.assertEqual(PdfFileReader(io.BytesIO(data)).getNumPages(), 3)

    def test_discarded_with_a_reason_and_kept(self):
        """ORD-24: kept, not deleted; without a reason nothing happens."""
        tray = self.receive("Cheap ink!", files=())
        wizard = self.env["order.sheet.tray.discard"].with_user(self.service)
        with self.assertRaisesRegex(UserError, "why this is no return"):
            wizard.create({"tray_id": tray.id, "reason": "–"}).action_discard()
        wizard.create({"tray_id": tray.id, "reason": "Advertisement"}).action_discard()
        self.assertEqual(
            (tray.state, tray.discard_reason, tray.handled_by_id),
            ("discarded", "Advertisement", self.service),
        )
        with self.assertRaises(AccessError):
            tray.with_user(self.service).unlink()
        self.assertTrue(tray.exists())

    def test_what_cannot_be_used_is_not_taken(self):
        """ORD-24: a broken file, an old version, somebody else's file."""
        sheet = self.out()
        broken = self.receive(sheet.name, files=[("photo.png", picture()[:90])])
        with self.assertRaisesRegex(UserError, "cannot be taken"):
            self.assign(broken, sheet)
        other = self.receive("Our order", files=[("scan.pdf", page())])
        with self.assertRaisesRegex(UserError, "Choose the file"):
            self.assign(broken, sheet, files=other.file_ids)
        order = sheet.order_id
        order.packing = "On pallets"
        with self.assertRaisesRegex(UserError, "being revised"):
            self.assign(other, sheet)
        self.assertEqual((broken.state, other.state), ("waiting", "waiting"))

    def test_who_reads_and_who_handles(self):
        """ROL-02: customer service and merchandisers; sales sees its own customers'."""
        sheet = self.out()
        tray = self.receive(sheet.name)
        for role in ("finance", "technical", "production"):
            with self.assertRaises(AccessError):
                tray.with_user(self.people[role]).read(["name"])
        self.assertEqual(tray.with_user(self.seller).name, sheet.name)
        with self.assertRaises(AccessError):
            tray.with_user(self.seller).action_discard()
        colleague = self._person("salesperson", login="case_colleague")
        self.assertFalse(self.env["order.sheet.tray"].with_user(colleague).search([]))

    def test_the_mailbox_is_the_supervisor_s(self):
        """ROL-02: customer service reads the address, the supervisor sets it."""
        self.mailbox.with_user(self.supervisor).alias_name = "returns"
        self.assertEqual(self.mailbox.alias_email, f"returns@{DOMAIN}")
        self.mailbox.with_user(self.seller).alias_name = "mine"
        self.env.invalidate_all()
        self.assertEqual(self.mailbox.alias_name, "returns")
        with self.assertRaises(AccessError):
            self.mailbox.with_user(self.seller).user_id = self.seller


@tagged("post_install", "-at_install")
class TestTrayOutside(MailCase, HttpCase):
    def test_attacks_over_json_rpc(self):
        """ROL-03: nothing in the tray is written, made up or deleted from outside."""
        sheet = self.out()
        tray = self.receive("Our order", files=[("scan.pdf", page())])
        self.authenticate("case_customer_service", "case_customer_service")
        context = {"tray_key": True, "allowed_company_ids": self.company.ids}
        attacks = [
            ("order.sheet.tray", "write", [[tray.id], {"state": "taken"}]),
            ("order.sheet.tray", "write", [[tray.id], {"sheet_id": sheet.id}]),
            ("order.sheet.tray", "create", [[{"name": "X"}]]),
            ("order.sheet.tray", "unlink", [[tray.id]]),
            ("order.sheet.tray", "_receive", [{}]),
            ("order.sheet.tray", "_take_itself", [[tray.id], False]),
            ("order.sheet.tray", "message_new", [{"attachments": []}]),
            ("order.sheet.tray.file", "write", [tray.file_ids.ids, {"fault": False}]),
            ("order.sheet.tray.file", "unlink", [tray.file_ids.ids]),
        ]
        for model, method, args in attacks:
            call = {
                "model": model,
                "method": method,
                "args": args,
                "kwargs": {"context": context},
            }
            path = f"/web/dataset/call_kw/{model}/{method}"
            with contextlib.suppress(JsonRpcException):
                self.make_jsonrpc_request(path, call)
            self.env.invalidate_all()
            self.assertEqual((tray.state, tray.sheet_id.id), ("waiting", False), method)
            self.assertEqual(sheet.state, "sent", method)
            self.assertTrue(tray.file_ids)
