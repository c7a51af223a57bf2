"""What is signed, in the words of who signs: no code, no number of a record."""

import re

from odoo.addons.written_signoff.digest import plain
from odoo.tests import tagged

from .inspection_case import InspectionCase
from .shipping_case import ShippingCase

CHINESE = re.compile("[\u4e00-\u9fff]")


def leaves(terms, path=()):
    """Yield ``(path, value)`` of every group and term."""
    for key, value in terms.items():
        yield (*path, key), value
        if isinstance(value, dict):
            yield from leaves(value, (*path, key))


class Words:
    def assertInWords(self, document, code):
        """Every label of what this signature covers is translated; return the texts."""
        reader = document.with_context(lang="zh_CN")
        purpose = self.env["signoff.purpose"]._get(code)
        texts = []
        for path, value in leaves(plain(document._signoff_own_terms(purpose))):
            label = reader._signoff_label(path)
            # A row is called by its product or its point, which is data.
            if len(path) % 2:
                self.assertRegex(label.rpartition("，")[2], CHINESE, path)
            self.assertNotIn("_", label)
            if not isinstance(value, dict):
                texts.append(f"{label} {reader._signoff_words(path, value)}")
        return "\n".join(texts)


@tagged("post_install", "-at_install")
class TestInspectionWords(Words, InspectionCase):
    def test_inspection(self):
        """ORD-43: who signs reads the item, the outcome and the finding, not codes."""
        inspection = self.failed(self.made(100), 90, 100)
        texts = self.assertInWords(inspection, "final_inspection")
        self.assertIn(inspection.order_line_id.display_name, texts)
        self.assertIn("不合格", texts)
        self.assertNotIn("sha256", texts)
        self.assertNotIn("failed", texts)


@tagged("post_install", "-at_install")
class TestShippingWords(Words, ShippingCase):
    def test_order(self):
        """ORD-14, ORD-15: statements, instruction, clearance, sheet."""
        order = self.released(100)
        order.production_completion_date = "2026-12-01"
        for code in ("technical", "production", "instruction_service"):
            texts = self.assertInWords(order, code)
        self.assertIn("2026/12/01", texts)
        self.assertInWords(order, "finance_clearance")

    def test_documents(self):
        """ORD-52, ORD-62: application and arrival receipt."""
        application = self.draft(self.released(100), 60)
        self.assertInWords(application, "delivery_application")
        self.assertInWords(self.notice(), "arrival_receipt")

    def test_a_removed_line_is_said_to_be(self):
        """ORD-15: the reason of a voided signature names even what is gone."""
        order = self.released(100)
        line = order.order_line
        path = ("lines", str(line.id), "quantity")
        self.assertEqual(
            order._signoff_label(path), f"{line.product_id.display_name}, Quantity"
        )
        gone = ("lines", "999999999", "quantity")
        self.assertEqual(order._signoff_label(gone), "removed line, Quantity")
