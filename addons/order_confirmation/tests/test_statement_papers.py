"""The two statements on paper, as they were signed (ORD-10, ORD-14)."""

import shutil
import subprocess

from odoo.tests import HttpCase, tagged

from .order_case import OrderCase

TECHNICAL = "order_confirmation.paper_technical_statement"
PRODUCTION = "order_confirmation.paper_production_statement"
TITLES = {
    "en_US": ("Technical Statement", "Production Statement"),
    "zh_TW": ("技術確認書面說明", "生產交期書面說明"),
    "zh_CN": ("技术确认书面说明", "生产交期书面说明"),
}


@tagged("post_install", "-at_install")
class TestStatementPapers(OrderCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for lang in TITLES:
            cls.env["res.lang"]._activate_lang(lang)

    def html(self, name, order, lang="en_US"):
        report = self.env["ir.actions.report"].sudo().with_context(lang=lang)
        return report._render_qweb_html(name, order.ids)[0].decode()

    def both(self):
        order = self.order(quantity=1000)
        self.sign(order, "technical", "technical", "As last year", changes="New glue")
        self.sign(order, "production", "production", "In the night shift")
        return order

    def test_in_three_languages(self):
        """ORD-10, ORD-14: outcome, reserve table, dates and signature."""
        order = self.both()
        for lang, (technical, production) in TITLES.items():
            with self.subTest(lang):
                text = self.html(TECHNICAL, order, lang)
                for words in (technical, "Coated paper", "500", "New glue",
                              "As last year"):  # fmt: skip
                    self.assertIn(words, text)
                text = self.html(PRODUCTION, order, lang)
                for words in (production, "In the night shift", "Coated paper"):
                    self.assertIn(words, text)

    def test_what_was_signed_is_printed(self):
        """ORD-10: stock that went since changes nothing; a void statement is none."""
        order = self.both()
        self.env["stock.quant"]._update_available_quantity(
            self.paper, self.warehouse.lot_stock_id, -9777
        )
        self.assertNotIn("Not signed", self.html(TECHNICAL, order))
        self.assertNotRegex(self.html(TECHNICAL, order), r"\b223\b")
        order.order_line.product_uom_qty = 900
        self.assertIn("Not signed", self.html(TECHNICAL, order))
        self.assertNotIn("As last year", self.html(PRODUCTION, order))

    def test_a_real_pdf(self):
        """ORD-10: Chinese in the glyphs of its own script."""
        order = self.both()
        report = self.env["ir.actions.report"].sudo()
        report = report.with_context(force_report_rendering=True, lang="zh_TW")
        with self.allow_pdf_render():
            data, kind = report._render_qweb_pdf(TECHNICAL, order.ids)
        self.assertEqual(kind, "pdf")
        self.assertTrue(shutil.which("pdffonts"), "poppler-utils is needed")
        fonts = subprocess.run(["pdffonts", "-"], input=data, capture_output=True,
                               check=True)  # fmt: skip
        self.assertIn("NotoSansCJKtc", fonts.stdout.decode())
