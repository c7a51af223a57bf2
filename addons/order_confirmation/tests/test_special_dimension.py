"""Dimensions with units: within the limit, or refused with the reason (ORD-16)."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .special_case import SpecialCase


@tagged("post_install", "-at_install")
class TestSpecialDimension(SpecialCase):
    def verdicts(self, order):
        return order.special_dimension_ids.mapped("verdict")

    def test_up_to_one_third_is_reviewed_and_more_is_refused(self):
        """ORD-16: 400 mm for 300 is a third; 133.34 for 100 is more."""
        order = self.special(length=400, width=133.33)
        self.assertEqual(self.verdicts(order), ["review", "review"])
        self.assertEqual(order.order_line[0].special_state, "review")
        order = self.special(length=300, width=133.34)
        self.assertEqual(self.verdicts(order), ["standard", "refused"])
        self.assertEqual(order.order_line[0].special_state, "refused")

    def test_any_unit_of_the_same_kind(self):
        """ORD-16: centimetres and inches are converted, kilograms are refused."""
        self.assertEqual(
            self.verdicts(self.special(length=40, unit=self.cm)), ["review"]
        )
        order = self.special(length=15.75, unit=self.inch)
        self.assertEqual(self.verdicts(order), ["refused"])
        row = order.special_dimension_ids
        by_odoo = self.inch._compute_quantity(15.75, self.mm, round=False)
        self.assertAlmostEqual(row.deviation, by_odoo / 300 - 1)
        with self.assertRaisesRegex(ValidationError, "do not measure the same"):
            self.special(length=1, unit=self.kg)

    def test_the_refusal_is_one_clear_sentence(self):
        """ORD-16: it names dimension, standard, what was ordered and the limit."""
        order = self.special(length=140, unit=self.cm)
        [sentence] = order._special_refusals()
        for words in ("Brochure", "Length", "140 cm", "300 mm", "1/3", "20 to 40 cm"):
            self.assertIn(words, sentence)
        self.assertEqual(order.special_refusal, sentence)

    def test_refused_means_no_sheet_no_review_and_no_release(self):
        """ORD-16: it stays in a draft, and every way on names the reason."""
        order = self.special("a", width=150)
        with self.assertRaisesRegex(UserError, "Width"):
            self.make(order)
        with self.assertRaisesRegex(UserError, "Width"):
            self.review(order)
        self.sign_all(order, sheet=False)
        with self.assertRaisesRegex(UserError, "limit.*Width"), self.cr.savepoint():
            order.action_confirm()
        order.invalidate_recordset()
        self.assertEqual(order.state, "draft")

    def test_no_tier_can_waive_the_limit(self):
        """ORD-16, TIER-03: the review may be waived in the matrix, the limit not."""
        rules = self.env["release.rule"].search(
            [("requirement_id.code", "=", "special_review")]
        )
        rules.treatment = "waived"
        order = self.special("a", width=150)
        missing = [
            row["code"] for row in order.production_gate_lines
            if row["state"] == "missing"
        ]  # fmt: skip
        self.assertIn("within_limit", missing)
        self.assertNotIn("special_review", missing)

    def test_the_limit_is_data_of_the_company(self):
        """ORD-16: a fraction, a number or per cent; anything else is refused."""
        order = self.special(width=120)
        self.company.special_limit = "10 %"
        self.env.invalidate_all()
        self.assertEqual(self.verdicts(order), ["refused"])
        self.assertIn("90 to 110 mm", order._special_refusals()[0])
        with self.assertRaisesRegex(ValidationError, "is no limit"):
            self.company.special_limit = "a third"

    def test_the_customer_can_be_told(self):
        """ORD-16: a letter in the customer's language, with the sentence."""
        order = self.special(width=150)
        action = order.with_user(self.service).action_tell_special_refusal()
        composer = self.env["mail.compose.message"].with_user(self.service)
        composer = composer.with_context(**action["context"]).create({})
        self.assertIn("66.67 to 133.33 mm", composer.body)
        composer._action_send_mail()
        letter = order.message_ids.filtered(lambda m: m.message_type == "comment")
        self.assertEqual(letter.partner_ids, order.partner_id)
        with self.assertRaisesRegex(UserError, "within the limit"):
            self.dated().action_tell_special_refusal()

    def test_standard_dimensions_in_one_click(self):
        """ORD-16: filled in for the items that have none; twice adds nothing."""
        order = self.dated()
        order.with_user(self.seller).action_fill_dimensions()
        order.with_user(self.seller).action_fill_dimensions()
        rows = order.special_dimension_ids
        self.assertEqual(rows.mapped("standard"), ["300 mm", "100 mm"])
        self.assertEqual(set(self.verdicts(order)), {"standard"})
        self.assertFalse(self.fact(order).applies)

    def test_a_change_voids_what_covers_it(self):
        """ORD-15: technical and the sheet cover the dimensions, finance does not."""
        order = self.special(length=330)
        sheet = self.sent_sheet(order)
        self.assertIn("Length 330 mm", sheet._printed()["lines"][0]["specification"])
        self.assertIn("Length 330 mm", sheet.check_line_ids[0].value)
        order.special_dimension_ids.value = 340
        rows = order.signature_ids.filtered(lambda r: r.purpose_code == "technical")
        # The first was for the order without dimensions.
        row = rows.sorted("id")[-1]
        self.assertEqual(row.state, "void")
        self.assertIn("Length: 330 mm → 340 mm", row.closing_ids.statement)
        sheet.invalidate_recordset()
        self.assertTrue(sheet.outdated)

    def test_a_standard_in_use_stays(self):
        """ORD-16: a new standard stands beside the old one, so that nothing moves."""
        self.special(length=330)
        self.length.name = "Outer length"
        with self.assertRaisesRegex(UserError, "Archive it"):
            self.length.value = 330
        with self.assertRaisesRegex(UserError, "size stays"):
            self.mm.relative_factor = 2
        with self.assertRaises(ValidationError), mute_logger("odoo.sql_db"):
            self.length.uom_id._check_dimension(self.kg)
        self.length.active = False
        self.width.value = 110

    def test_another_product_takes_its_dimensions_away(self):
        """ORD-16: dimensions belong to the product that is ordered."""
        order = self.special(length=330)
        line = order.order_line[0]
        with self.assertRaisesRegex(ValidationError, "no dimension of"):
            self.env["sale.order.line.dimension"].create(
                {
                    "line_id": self.order().order_line[0].id,
                    "dimension_id": self.env["product.dimension"]
                    .create(
                        {
                            "product_tmpl_id": self.paper.product_tmpl_id.id,
                            "name": "Length",
                            "value": 1,
                        }
                    )
                    .id,
                    "value": 1,
                }
            )
        line.product_id = self.paper
        self.assertFalse(line.dimension_ids)

    def test_who_writes_what(self):
        """ROL-02: sales and customer service order, technical sets the standard."""
        order = self.special(length=330)
        row = order.special_dimension_ids
        for role in ("customer_service", "merchandiser", "salesperson"):
            row.with_user(self.people[role]).value += 1
        for role in ("technical", "production", "finance"):
            with self.assertRaises(AccessError):
                row.with_user(self.people[role]).value = 1
            with self.assertRaises(AccessError):
                row.with_user(self.people[role]).unlink()
        for role in ("technical", "engineering"):
            self.width.with_user(self.people[role]).value += 1
        for role in ("customer_service", "salesperson"):
            with self.assertRaises(AccessError):
                self.width.with_user(self.people[role]).value = 1
        self.assertFalse(self.rival()["sale.order.line.dimension"].search([]))

    def test_a_forged_order_is_not_believed(self):
        """ROL-03: whose order a dimension is on follows from its line."""
        order, other = self.special(length=330), self.dated()
        row = order.special_dimension_ids
        row.with_user(self.service).write({"order_id": other.id, "value": 331})
        self.assertEqual(row.order_id, order)
        made = row.create(
            {
                "line_id": order.order_line[0].id,
                "dimension_id": self.width.id,
                "value": 101,
                "order_id": other.id,
            }
        )
        self.env.invalidate_all()
        self.assertEqual(made.order_id, order)
