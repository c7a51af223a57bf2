from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .order_case import OrderCase


@tagged("post_install", "-at_install")
class TestStatements(OrderCase):
    """ORD-10, ORD-14, ORD-15, ORD-32: who says in writing what, and what voids it."""

    def states(self, order):
        order.env.flush_all()
        return {row.purpose_code: row.state for row in order.signature_ids.sorted("id")}

    def test_technical_statement_freezes_the_reserve(self):
        """ORD-10: the reserve table is computed from stock and frozen."""
        order = self.order(quantity=1000)
        signature = self.sign(order, "technical", "technical")
        rows = signature._content()["declared"]["reserve"]
        needed = {row["product"]: row["needed"] for row in rows}
        self.assertEqual(needed, {"Coated paper": "500", "Ink": "20"})
        self.assertTrue(all(row["short"] == "0" for row in rows))
        self.env["stock.quant"]._update_available_quantity(
            self.paper, self.warehouse.lot_stock_id, -9900
        )
        self.env.invalidate_all()
        self.assertEqual(order._raw_material_reserve()[0]["short"], 400)
        self.assertEqual(signature._content()["declared"]["reserve"], rows)

    def test_production_stands_on_technical(self):
        """ORD-14: no date without a valid technical statement."""
        order = self.order()
        with self.assertRaisesRegex(UserError, "technical statement .* comes first"):
            self.sign(order, "production", "production")
        self.sign(order, "technical", "technical", outcome="not_feasible")
        with self.assertRaisesRegex(UserError, "cannot be made"):
            self.sign(order, "production", "production")
        self.sign(order, "technical", "technical", outcome="feasible")
        self.sign(order, "production", "production")
        self.assertTrue(order.production_completion_date)
        self.assertEqual(
            order.promised_completion_date, order.production_completion_date
        )

    def test_suggested_date_is_not_before_the_last_part(self):
        """ORD-14: material that is short moves the suggestion."""
        order = self.order(quantity=1000)
        early, _end = order._suggested_dates()
        self.env["stock.quant"]._update_available_quantity(
            self.paper, self.warehouse.lot_stock_id, -10000
        )
        self.paper.seller_ids = [
            Command.create({"partner_id": self.customers["a"].id, "delay": 10})
        ]
        self.env.invalidate_all()
        late, end = order._suggested_dates()
        self.assertGreater(late, early)
        self.assertGreaterEqual(end, late)

    def test_a_change_voids_what_covers_it_and_no_more(self):
        """ORD-15: the price is no business of technical, the quantity is."""
        order = self.order()
        self.sign_all(order, sheet=False)
        order.order_line.price_unit = 3
        self.assertEqual(set(self.states(order).values()), {"valid"})
        order.packing = "In boxes of 50"
        states = self.states(order)
        self.assertEqual(states["technical"], "valid")
        self.assertEqual(states["production"], "valid")
        self.assertEqual(states["instruction_production"], "void")
        order.order_line.product_uom_qty = 1200
        states = self.states(order)
        self.assertEqual(states["technical"], "void")
        self.assertEqual(states["production"], "void")
        void = order.signature_ids.filtered(lambda row: row.purpose_code == "technical")
        self.assertIn("1000 → 1200", void.closing_ids.statement)

    def test_a_change_of_the_formula_voids(self):
        """ORD-15: the bill of materials is the formula."""
        order = self.order()
        self.sign(order, "technical", "technical")
        self.bom.bom_line_ids[0].product_qty = 60
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(order._signoff_valid(["technical"]))
        order._signoff_void_changed()
        self.assertEqual(self.states(order)["technical"], "void")

    def test_the_reader_s_language_changes_nothing(self):
        """ORD-15: a name in Chinese is no change of terms."""
        self.env["res.lang"]._activate_lang("zh_TW")
        self.brochure.with_context(lang="zh_TW").name = "型錄"
        order = self.order()
        self.sign(order, "technical", "technical")
        chinese = order.with_context(lang="zh_TW")
        self.assertTrue(chinese._signoff_valid(["technical"]))

    def test_goods_are_read_by_the_reader_s_name(self):
        """ORD-15: what is signed says the same to everybody, each in their language."""
        self.env["res.lang"]._activate_lang("zh_TW")
        self.brochure.with_context(lang="zh_TW").name = "型錄"
        self.brochure.uom_id.with_context(lang="zh_TW").name = "份"
        order = self.order()
        terms = order._signoff_present("technical")[order.id]["lines"]
        [(line, values)] = terms.items()
        chinese = order.with_context(lang="zh_TW")
        words = {
            key: chinese._signoff_words(("lines", line, key), values[key])
            for key in ("product", "unit", "specification")
        }
        self.assertIn("型錄", words["product"])
        self.assertEqual(words["unit"], "份")
        self.assertEqual(words["specification"], values["specification"])
        before = ("lines", line, "product")
        self.assertEqual(chinese._signoff_words(before, "Old name"), "Old name")

    def test_instruction_takes_two_people(self):
        """ORD-32, ROL-03: customer service signs, then the head of production."""
        order = self.order()
        self.sign(order, "technical", "technical")
        self.sign(order, "production", "production")
        with self.assertRaisesRegex(UserError, "Customer service signs"):
            self.sign(order, "instruction_production", "production_head")
        both = self.people["production_head"]
        both.group_ids |= self.env.ref("customer_tiering.role_customer_service")
        self.sign(order, "instruction_service", "production_head")
        with self.assertRaisesRegex(UserError, "two different people"):
            self.sign(order, "instruction_production", "production_head")
