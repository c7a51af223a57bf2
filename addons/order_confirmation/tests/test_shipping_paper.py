"""The papers of shipping in three languages (ORD-52, ORD-55, ORD-56, PLT-04)."""

from odoo.tests import tagged

from .test_packing import PackingCase

LANGUAGES = {
    "en_US": ("Delivery Application", "Finished-Goods Issue List", "Loading Notice",
              "Packing Plan"),
    "zh_TW": ("商品銷售發貨(申請)通知單", "成品出庫表", "裝車通知單", "包裝方案"),
    "zh_CN": ("商品销售发货(申请)通知单", "成品出库表", "装车通知单", "包装方案"),
}  # fmt: skip


@tagged("post_install", "-at_install")
class TestShippingPapers(PackingCase):
    def html(self, report, record, lang):
        for user in self.people.values():
            user.lang = lang
        reports = self.env["ir.actions.report"].with_user(self.clerk)
        reports = reports.with_context(lang=lang)
        name = f"order_confirmation.{report}"
        return reports._render_qweb_html(name, record.ids)[0].decode()

    def test_three_languages(self):
        """PLT-04: titles and content of all four, read by the shipping clerk."""
        for lang in ("zh_TW", "zh_CN"):
            self.env["res.lang"]._activate_lang(lang)
        self.poster.shipping_instructions = "Keep dry"
        picking = self.ready()
        picking.write(
            {
                "transport": "pickup",
                "pickup_company": "Blue Lorry",
                "plate": "KX-5501",
                "driver": "Mr Hong",
            }
        )
        picking.with_user(self.clerk).action_loading_notice()
        plan = self.checked(picking)
        application = picking.delivery_application_ids
        for lang, titles in LANGUAGES.items():
            with self.subTest(lang):
                application_paper, issue, loading, packing = (
                    self.html(report, record, lang)
                    for report, record in (
                        ("paper_delivery_application", application),
                        ("paper_issue_list", picking),
                        ("paper_loading_notice", picking),
                        ("paper_packing_plan", plan),
                    )
                )
                for title, paper in zip(
                    titles, (application_paper, issue, loading, packing), strict=True
                ):
                    self.assertIn(title, paper)
                for text in ("KX-5501", "Blue Lorry", "Poster"):
                    self.assertIn(text, issue)
                    self.assertIn(text, loading)
                self.assertIn("Keep dry", issue)
                self.assertIn(picking.loading_notice, loading)
                self.assertIn("THIS SIDE UP", packing)

    def test_real_pdf(self):
        """ORD-55, ORD-56: each becomes a real PDF."""
        picking = self.ready()
        plan = self.checked(picking)
        reports = self.env["ir.actions.report"].with_context(
            force_report_rendering=True
        )
        for report, record in (
            ("report_issue_list", picking),
            ("report_loading_notice", picking),
            ("report_packing_plan", plan),
        ):
            with self.subTest(report):
                content, kind = reports._render_qweb_pdf(
                    f"order_confirmation.{report}", record.ids
                )
                self.assertEqual(kind, "pdf")
                self.assertTrue(content.startswith(b"%PDF"))
