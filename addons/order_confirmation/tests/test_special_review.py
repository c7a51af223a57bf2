"""The special-product contract review, department by department (ORD-16)."""

import contextlib
import shutil
import subprocess
import unicodedata

from odoo import Command
from odoo.addons.written_signoff.identity import identified
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, JsonRpcException, tagged

from .special_case import SpecialCase

TITLES = {
    "en_US": "Special-Product Contract Review",
    "zh_TW": "特殊產品合同評審表",
    "zh_CN": "特殊产品合同评审表",
}


@tagged("post_install", "-at_install")
class TestSpecialReview(SpecialCase):
    def test_open_until_all_have_signed(self):
        """ORD-16: each department its own signature over the same terms."""
        order = self.special(length=330)
        fact = self.fact(order)
        self.assertEqual((fact.applies, fact.met), (True, False))
        self.assertIn("no review yet", fact.detail)
        review = self.review(order)
        self.assertTrue(review.name.startswith("SPR/"))
        self.assertEqual(
            review.opinion_ids.department_id.mapped("name"),
            ["Technical department", "Production department", "Quality department"],
        )
        rows = [self.says(review, "technical"), self.says(review, "quality")]
        self.assertEqual(review.state, "open")
        self.assertIn("Production", self.fact(order).detail)
        rows.append(self.says(review, "production"))
        self.assertEqual(review.state, "passed")
        self.assertTrue(self.fact(order).met)
        terms = {str(row._content()["terms"]) for row in rows}
        self.assertEqual(len(terms), 1)
        self.assertIn("330 mm", terms.pop())

    def test_the_release_waits_for_it(self):
        """ORD-16: the gate asks the review, and opens with the last signature."""
        order = self.special("a", length=330)
        review = self.review(order)
        for role in ("technical", "production"):
            self.says(review, role)
        self.sign_all(order, sheet=False)
        with self.assertRaisesRegex(UserError, "Special-product review.*Quality"):
            with self.cr.savepoint():
                order.action_confirm()
        order.invalidate_recordset()
        self.says(review, "quality")
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_one_objection_fails_it_and_the_customer_is_told_kindly(self):
        """ORD-16: the reason for the customer is told, the internal one never."""
        order = self.special(length=330)
        self.env["res.lang"]._activate_lang("zh_TW")
        review = self.review(order)
        self.says(review, "quality")
        before = self.env["mail.mail"].search([])
        self.says(
            review, "technical", "object", "The press is worn out.",
            customer_reason="At this length the fold would crack.",
        )  # fmt: skip
        self.assertEqual(review.state, "failed")
        mail = self.env["mail.mail"].search([]) - before
        mail = mail.filtered(lambda row: order.partner_id in row.recipient_ids)
        self.assertEqual(len(mail), 1)
        self.assertIn("the fold would crack", mail.body_html)
        self.assertNotIn("worn out", mail.body_html)
        self.assertTrue(review.customer_told_at)
        todo = review.activity_ids
        self.assertEqual(todo.user_id, self.seller)
        self.assertIn("failed", self.fact(order).detail)
        with self.assertRaisesRegex(UserError, "nothing is left to sign"):
            self.says(review, "production")
        with self.assertRaisesRegex(UserError, "did not fail"):
            self.make(order)

    def test_a_customer_without_address_is_told_by_the_salesperson(self):
        """ORD-16: no e-mail address, so the to-do says to tell them."""
        order = self.special(length=330)
        order.partner_id.email = False
        review = self.review(order)
        self.says(review, "technical", "object", customer_reason="It would crack.")
        self.assertFalse(review.customer_told_at)
        self.assertIn("tell them", review.activity_ids.summary)

    def test_the_letter_is_in_the_customer_s_language(self):
        """ORD-16: a letter to a customer in Tainan is in Traditional Chinese."""
        self.env["res.lang"]._activate_lang("zh_TW")
        order = self.special(length=330)
        order.partner_id.lang = "zh_TW"
        review = self.review(order)
        self.says(review, "technical", "object", customer_reason="摺線會裂開。")
        mail = self.env["mail.mail"].search(
            [("recipient_ids", "in", order.partner_id.ids)], order="id desc", limit=1
        )
        self.assertIn("摺線會裂開。", mail.body_html)
        self.assertNotIn("thank you for your order", mail.body_html)

    def test_an_objection_needs_the_customer_s_reason(self):
        """ORD-16: without it, or without an opinion, nothing is signed."""
        review = self.review(self.special(length=330))
        for reason in (False, " – "):
            with self.assertRaisesRegex(UserError, "reason for the customer"):
                with self.cr.savepoint():
                    self.says(review, "technical", "object", customer_reason=reason)
        row = self.opinion(review, "technical").with_user(self.people["technical"])
        with self.assertRaisesRegex(UserError, "agree or object"):
            with self.cr.savepoint():
                identified(row)._signoff_sign("special_review", "Yes")
        self.assertFalse(row.opinion)
        self.assertEqual(review.state, "open")

    def test_each_department_speaks_for_itself(self):
        """ROL-03: another role cannot, and nobody speaks for two departments."""
        review = self.review(self.special(length=330))
        with self.assertRaisesRegex(AccessError, "signed for by: Quality"):
            self.sign(
                self.opinion(review, "quality"), "special_review", "technical",
                opinion="agree",
            )  # fmt: skip
        with self.assertRaises(AccessError):
            self.sign(
                self.opinion(review, "quality"), "special_review", "salesperson",
                opinion="agree",
            )  # fmt: skip
        both = self.people["technical"]
        both.group_ids |= self.env.ref("customer_tiering.role_quality")
        self.says(review, "technical")
        with self.assertRaisesRegex(AccessError, "another department already"):
            self.sign(
                self.opinion(review, "quality"), "special_review", "technical",
                opinion="agree",
            )  # fmt: skip

    def test_a_change_asks_again(self):
        """ORD-15: what was agreed to is not what the order says now."""
        order = self.special(length=330)
        review = self.passed(order)
        self.assertTrue(self.fact(order).met)
        order.special_dimension_ids.value = 340
        self.assertFalse(self.fact(order).met)
        self.assertEqual(review.state, "open")
        self.assertFalse(any(review.opinion_ids.mapped("opinion")))
        self.assertEqual(review.line_ids.ordered, "340 mm")
        self.assertEqual(self.review(order), review)
        self.assertTrue(review.activity_ids)
        for role in ("technical", "production", "quality"):
            self.says(review, role)
        self.assertTrue(self.fact(order).met)

    def test_a_change_that_went_round_every_hook(self):
        """TIER-05: the gate reads the values again, whatever the state says."""
        order = self.special(length=330)
        review = self.passed(order)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order_line_dimension SET value = 340 WHERE id = %s",
            [order.special_dimension_ids.id],
        )
        self.env.invalidate_all()
        self.assertEqual(review.state, "passed")
        self.assertFalse(self.fact(order).met)

    def test_another_special_item_is_not_covered(self):
        """ORD-16: a review covers what stood on it, and a new one begins."""
        order = self.special(length=330)
        first = self.passed(order)
        order.order_line = [
            Command.create(
                {
                    "product_id": self.paper.id,
                    "product_uom_qty": 5,
                    "special_product": True,
                }
            )
        ]
        self.assertFalse(self.fact(order).met)
        second = self.review(order)
        self.assertNotEqual(first, second)
        self.assertEqual(first.state, "superseded")
        self.assertEqual(second.line_ids.order_line_id, order.order_line)

    def test_a_line_marked_special_by_hand(self):
        """ORD-16: special without a standard dimension needs the review, too."""
        order = self.dated()
        order.order_line[0].special_product = True
        self.assertTrue(self.fact(order).applies)
        self.passed(order)
        self.assertTrue(self.fact(order).met)

    def test_cancelled_with_its_order(self):
        """ORD-16: an order taken up again is reviewed again."""
        order = self.special(length=330)
        review = self.passed(order)
        order._action_cancel()
        self.assertEqual(review.state, "cancelled")
        order.action_draft()
        self.assertFalse(self.fact(order).met)

    def test_nothing_special_nothing_to_review(self):
        """ORD-16: a standard order gets no review, and who may ask is a role."""
        with self.assertRaisesRegex(UserError, "nothing to review"):
            self.review(self.dated())
        with self.assertRaises(AccessError):
            self.review(self.special(length=330), "finance")

    def test_departments_are_data(self):
        """ORD-16: a company's own take the place of the general ones."""
        role = self.env.ref("customer_tiering.role_engineering")
        departments = self.env["special.review.department"]
        departments.create(
            {
                "name": "Engineering",
                "company_id": self.company.id,
                "group_id": role.id,
                "user_id": self.people["engineering"].id,
            }
        )
        review = self.review(self.special(length=330))
        self.assertEqual(review.opinion_ids.department_id.group_id, role)
        self.assertEqual(review.activity_ids.user_id, self.people["engineering"])
        self.says(review, "engineering")
        self.assertEqual(review.state, "passed")
        with self.assertRaisesRegex(ValidationError, "does not sign"):
            departments.create(
                {
                    "name": "Shipping",
                    "group_id": self.env.ref("customer_tiering.role_shipping").id,
                }
            )
        departments.search([]).active = False
        with self.assertRaisesRegex(UserError, "No department"):
            self.review(self.special(length=330))

    def test_for_me_to_sign(self):
        """ORD-16: each department finds what waits for it."""
        review = self.review(self.special(length=330))
        reviews = self.env["special.review"]
        for role, found in (("technical", review), ("finance", reviews)):
            mine = reviews.with_user(self.people[role])
            self.assertEqual(mine.search([("for_me", "=", True)]), found)
        self.says(review, "technical")
        mine = reviews.with_user(self.people["technical"])
        self.assertFalse(mine.search([("for_me", "=", True)]))

    def test_another_company_sees_nothing(self):
        """ROL-06"""
        review = self.review(self.special(length=330))
        rival = self.rival()
        for model in (
            "special.review",
            "special.review.opinion",
            "special.review.line",
        ):
            self.assertFalse(rival[model].search([]))
        with self.assertRaises(AccessError):
            review.with_env(rival).read(["name"])

    def test_eighty_orders_cost_what_eight_cost(self):
        """TIER-05: constant queries, special products and reviews included."""
        orders = self.env["sale.order"]
        for number in range(24):
            order = self.special(length=310 + number)
            if number % 3:
                self.review(order)
            orders |= order
        self.passed(orders[1])
        requirement = self.env["release.requirement"].search(
            [("code", "in", ("special_review", "within_limit", "formula_confirmation"))]
        )
        requirement._facts(orders)
        counts = []
        for some in (orders[:6], orders):
            self.env.flush_all()
            self.env.invalidate_all()
            some.mapped("name")
            before = self.env.cr.sql_log_count
            requirement._facts(some)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[0], 40)


@tagged("post_install", "-at_install")
class TestSpecialReviewOutside(SpecialCase, HttpCase):
    def test_attacks_over_json_rpc(self):
        """ROL-03: nothing of a review is written, copied or deleted from outside."""
        review = self.review(self.special(length=330))
        row = self.opinion(review, "technical")
        self.authenticate("case_technical", "case_technical")
        context = {"special_review_key": True, "allowed_company_ids": self.company.ids}
        attacks = [
            ("special.review", "write", [[review.id], {"state": "passed"}]),
            ("special.review", "create", [[{"name": "X"}]]),
            ("special.review", "unlink", [[review.id]]),
            ("special.review", "copy", [[review.id]]),
            ("special.review", "_decide", [[review.id]]),
            ("special.review.opinion", "write", [[row.id], {"opinion": "agree"}]),
            ("special.review.opinion", "unlink", [review.opinion_ids.ids]),
            ("special.review.line", "unlink", [review.line_ids.ids]),
            ("special.review.opinion", "_signoff_sign", [[row.id], "special_review"]),
        ]
        for model, method, args in attacks:
            call = {
                "model": model,
                "method": method,
                "args": args,
                "kwargs": {"context": context},
            }
            with contextlib.suppress(JsonRpcException):
                path = f"/web/dataset/call_kw/{model}/{method}"
                self.make_jsonrpc_request(path, call)
            self.env.invalidate_all()
            self.assertEqual(review.state, "open", method)
            self.assertEqual(len(review.opinion_ids), 3)
            self.assertFalse(any(review.opinion_ids.mapped("opinion")))
        self.assertEqual(self.env["special.review"].search_count([]), 1)

    def test_a_real_pdf_in_three_languages(self):
        """ORD-16: the paper, with what was signed and nothing else."""
        for lang in TITLES:
            self.env["res.lang"]._activate_lang(lang)
        review = self.review(self.special(length=330))
        self.says(review, "technical", statement="Fold tested twice.")
        for lang, title in TITLES.items():
            report = self.env["ir.actions.report"].sudo()
            report = report.with_context(force_report_rendering=True, lang=lang)
            with self.allow_pdf_render():
                data, kind = report._render_qweb_pdf(
                    "order_confirmation.paper_special_review", review.ids
                )
            self.assertEqual(kind, "pdf")
            text = _text(data)
            for words in (title, review.name, "330 mm", "300 mm", "10.0 %",
                          "Fold tested twice."):  # fmt: skip
                self.assertIn(words, text)
        review.order_id.special_dimension_ids.value = 340
        html = report._render_qweb_html(
            "order_confirmation.paper_special_review", review.ids
        )[0].decode()
        self.assertNotIn("Fold tested twice.", html)


def _text(data):
    if not shutil.which("pdftotext"):
        raise AssertionError("poppler-utils is needed")
    asked = subprocess.run(
        ["pdftotext", "-", "-"], input=data, capture_output=True, check=True
    )
    return " ".join(unicodedata.normalize("NFKC", asked.stdout.decode()).split())
