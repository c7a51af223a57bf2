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
        self.assertFalse(order._signoff_valid(["technical"]))
        self.assertEqual(self.states(order)["technical"], "void")
        void = order.signature_ids.closing_ids
        self.assertIn("Brochure, Formula", void.statement)

    def test_a_change_of_a_part_s_formula_voids(self):
        """ORD-15: what a part is made of belongs to the formula."""
        parts = self.env["mrp.bom"].create(
            {
                "product_tmpl_id": self.ink.product_tmpl_id.id,
                "company_id": self.company.id,
                "bom_line_ids": [
                    Command.create({"product_id": self.paper.id, "product_qty": 1})
                ],
            }
        )
        order, other = self.order(), self.order()
        other.order_line.product_id = self.env["product.product"].create(
            {"name": "Poster"}
        )
        for one in (order, other):
            self.sign(one, "technical", "technical")
        parts.bom_line_ids.product_qty = 2
        self.assertEqual(self.states(order)["technical"], "void")
        self.assertEqual(self.states(other)["technical"], "valid")

    def test_another_formula_voids(self):
        """ORD-15: one that comes first, or goes, is another formula."""
        order = self.order()
        for change in (
            lambda: self.bom.copy({"sequence": -1, "product_qty": 50}),
            lambda: self.bom.search([("sequence", "=", -1)]).unlink(),
        ):
            self.sign(order, "technical", "technical")
            change()
            self.assertFalse(order._signoff_valid(["technical"]))
            rows = order.signature_ids.filtered(lambda row: row.kind == "signature")
            self.assertEqual(set(rows.mapped("state")), {"void"})

    def test_what_the_order_names_voids_when_it_changes(self):
        """ORD-15: goods, customer, address and payment terms, wherever they change."""
        for change in (
            lambda: self.brochure.write({"name": "Leaflet"}),
            lambda: self.brochure.write({"default_code": "LEAF-2"}),
            lambda: self.customers["b"].write({"street": "9 Quay Lane"}),
            lambda: self.customers["b"].write({"name": "Customer B and Sons"}),
            lambda: self.terms.write({"name": "On delivery"}),
        ):
            order = self.order()
            self.sign_all(order, sheet=False)
            sheet = self.sent_sheet(order)
            self.assertFalse(sheet._outdated())
            signature = sheet._signoff_latest(["sheet_check"])[sheet.id, "sheet_check"]
            change()
            self.assertEqual(signature.state, "void")

    def test_the_nightly_look_finds_the_rest(self):
        """ORD-15: a unit renamed voids at night what it was signed with."""
        order, done = self.order(), self.order()
        for one in (order, done):
            self.sign(one, "technical", "technical")
        done.action_cancel()
        self.brochure.uom_id.name = "Sheet"
        self.assertEqual(self.states(order)["technical"], "valid")
        with self.enter_registry_test_mode():
            self.env.ref("order_confirmation.ir_cron_terms_follow").with_user(
                self.env.ref("base.user_root")
            ).method_direct_trigger()
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
