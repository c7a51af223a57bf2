"""The memorandum on paper, in the language of who prints it (ORD-02)."""

import shutil
import subprocess
import unicodedata

from odoo.tests import HttpCase, tagged

from .intake_case import IntakeCase

REPORT = "order_confirmation.report_order_memorandum"
TITLES = {
    "en_US": "Customer Information Memorandum",
    "zh_TW": "客戶資訊備忘錄",
    "zh_CN": "客户信息备忘录",
}


@tagged("post_install", "-at_install")
class TestMemorandumPaper(IntakeCase, HttpCase):
    def _text(self, memorandum, lang):
        report = self.env["ir.actions.report"].sudo()
        report = report.with_context(force_report_rendering=True, lang=lang)
        with self.allow_pdf_render():
            data, kind = report._render_qweb_pdf(REPORT, memorandum.ids)
        self.assertEqual(kind, "pdf")
        self.assertTrue(shutil.which("pdftotext"), "poppler-utils is needed")
        asked = subprocess.run(
            ["pdftotext", "-", "-"], input=data, capture_output=True, check=True
        )
        # PDF knows glyphs, not letters: 目 comes back as its look-alike radical.
        return self._plain(asked.stdout.decode())

    def _plain(self, text):
        """Return a text in which letters of the same glyph are the same."""
        return unicodedata.normalize("NFKC", text).replace("戶", "户")

    def test_a_real_pdf_in_three_languages(self):
        """ORD-02: everything that was noted is on the paper, under its own title."""
        memorandum = self.memorandum()
        self.env["oral.promise"].create(
            {"name": "A proof by tomorrow", "memorandum_id": memorandum.id}
        )
        for lang, title in TITLES.items():
            self.env["res.lang"]._activate_lang(lang)
            with self.subTest(lang):
                text = self._text(memorandum, lang)
                for words in (
                    title,
                    memorandum.name,
                    "Ms Lin",
                    "06 123 4567",
                    "before the fair",
                    "A4, 8 pages",
                    "500",
                    "Deliver to the back door.",
                    "A proof by tomorrow",
                ):
                    self.assertIn(self._plain(words), text)
