"""The sheet on paper, in the customer's language (ORD-20, ORD-22, ORD-27)."""

import shutil
import subprocess
import unicodedata
from base64 import b64decode

from odoo.addons.written_signoff.digest import sha256
from odoo.tests import HttpCase, tagged

from ..models.order_sheet_sending import REPORT
from .order_case import DRAWN
from .test_sheet import SheetCase

NAMES = {"en_US": "Brochure", "zh_TW": "產品型錄", "zh_CN": "产品目录"}
DATES = {"en_US": "01/22/2030", "zh_TW": "2030/01/22", "zh_CN": "2030/01/22"}
FONTS = {"en_US": "Lato", "zh_TW": "NotoSansCJKtc", "zh_CN": "NotoSansCJKsc"}


@tagged("post_install", "-at_install")
class TestSheetPaper(SheetCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for lang, name in NAMES.items():
            cls.env["res.lang"]._activate_lang(lang)
            cls.brochure.with_context(lang=lang).name = name

    def dated_in(self, lang):
        customer = self.customers["b"].copy({"lang": lang, "name": "Harbour"})
        return self.dated(
            partner_id=customer.id, packing="On pallets", labelling="Blue"
        )

    def run_tool(self, tool, data):
        """Ask one of poppler's tools about a PDF."""
        self.assertTrue(shutil.which(tool), "poppler-utils is needed")
        asked = subprocess.run([tool, "-", *(["-"] if tool == "pdftotext" else [])],
                               input=data, capture_output=True, check=True)  # fmt: skip
        # PDF knows glyphs, not letters: 目 comes back as its look-alike radical.
        return unicodedata.normalize("NFKC", asked.stdout.decode())

    def pdf(self, sheet):
        report = self.env["ir.actions.report"].sudo()
        report = report.with_context(force_report_rendering=True, lang=sheet.lang)
        # Without its style sheets the paper comes out in whatever font there is.
        with self.allow_pdf_render():
            data, kind = report._render_qweb_pdf(REPORT, sheet.ids)
        self.assertEqual(kind, "pdf")
        return data

    def test_a_real_pdf_in_three_languages(self):
        """The goods, dates and terms are there, with number and page on each page."""
        for lang, name in NAMES.items():
            with self.subTest(lang):
                sheet = self.checked_sheet(self.dated_in(lang))
                self.assertEqual(sheet.lang, lang)
                data = self.pdf(sheet)
                printed = self.run_tool("pdftotext", data)
                text = " ".join(printed.split())
                for words in (
                    name, "BRO-1", "A4, 8 pages", DATES[lang], sheet.name, "On pallets",
                    "Blue", "Ms Lin", "06 123 4567", "Goods inward",
                ):  # fmt: skip
                    self.assertIn(words, text)
                pages = printed.count("\f")
                self.assertGreaterEqual(text.count(sheet.name), pages)
                self.assertIn(f"{pages} / {pages}", text)
                self.assertIn(FONTS[lang], self.run_tool("pdffonts", data))

    def test_what_left_is_frozen(self):
        """ORD-20: the bytes that were sent stay, whatever is renamed later."""
        sheet = self.checked_sheet(self.dated_in("zh_TW"))
        sheet.with_context(force_report_rendering=True).with_user(
            self.service
        ).action_hand_over_link()
        data = b64decode(sheet.with_context(bin_size=False).pdf)
        self.assertEqual(sheet.pdf_digest, sha256(data))
        self.company.partner_id.street = "Another street"
        self.assertEqual(self.pdf(sheet), data)

    def test_rendered_from_what_was_frozen(self):
        """ORD-20: a product renamed does not change a sheet on the way."""
        sheet = self.checked_sheet(self.dated_in("en_US"))
        self.brochure.name = "Catalogue"
        self.brochure.default_code = "CAT"
        text = self.html(sheet)
        self.assertIn("Brochure", text)
        self.assertNotIn("Catalogue", text)

    def html(self, sheet):
        report = self.env["ir.actions.report"].sudo()
        return report._render_qweb_html(REPORT, sheet.ids)[0].decode()

    def test_signed_only_where_this_version_was(self):
        """ORD-27: a signature stands on the version that was signed, and no other."""
        order = self.dated_in("en_US")
        first = self.sent_sheet(order)
        self.assertIn("Signature and stamp", self.html(first))
        self.assertNotIn("Order confirmed by the customer", self.html(first))
        first._take_return("Ms Lin of Harbour", DRAWN, "portal", "drawn.png")
        self.assertIn("Order confirmed by the customer", self.html(first))
        self.assertIn("Ms Lin of Harbour", self.html(first))
        order.packing = "Loose"
        self.assertNotIn("Ms Lin of Harbour", self.html(first))
        second = self.make(order)
        self.assertNotIn("Ms Lin of Harbour", self.html(second))
        self.assertIn("Superseded by a later version", self.html(first))

    def test_own_clauses_of_the_company(self):
        """ORD-20: a company's own clauses, in the customer's language."""
        self.company.sheet_clauses = "<p>Our own clauses</p>"
        self.company.update_field_translations(
            "sheet_clauses", {"zh_TW": {"Our own clauses": "本公司條款"}}
        )
        chinese, english = self.dated_in("zh_TW"), self.dated_in("en_US")
        self.assertIn("本公司條款", self.html(self.make(chinese)))
        self.assertIn("Our own clauses", self.html(self.make(english)))
        self.company.sheet_clauses = False

    def test_no_contact_of_departments(self):
        """ROL-05: nobody's telephone or address but the company's own."""
        sheet = self.checked_sheet(self.dated_in("en_US"))
        text = self.html(sheet)
        for person in self.people.values():
            self.assertNotIn(person.email, text)
