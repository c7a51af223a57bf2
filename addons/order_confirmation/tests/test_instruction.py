"""The production instruction: accepted clause by clause, with a copy to technical."""

from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .order_case import CLAUSES, OrderCase

CODE = "instruction_production"


@tagged("post_install", "-at_install")
class TestInstruction(OrderCase):
    def instructed(self, **values):
        """Return an order whose instruction waits for the head of production."""
        order = self.order(**values)
        self.sign(order, "technical", "technical")
        self.sign(order, "production", "production")
        self.sign(order, "instruction_service", "customer_service")
        return order

    def test_offered_once_it_can_be_accepted(self):
        """ORD-32: production accepts what customer service has signed, not before."""
        order = self.order()
        self.sign(order, "technical", "technical")
        self.sign(order, "production", "production")
        self.assertFalse(order.has_service_instruction)
        self.sign(order, "instruction_service", "customer_service")
        self.assertTrue(order.has_service_instruction)
        self.assertFalse(order.has_instruction)
        self.sign(order, CODE, "production_head")
        self.assertTrue(order.has_instruction)
        order.special_requirements = "Otherwise than signed."
        self.assertFalse(order.has_service_instruction)

    def test_every_clause_is_ticked(self):
        """ORD-32: what is not ticked is named, and nothing is signed."""
        for clause, words in zip(
            CLAUSES,
            ("Quantity", "Dates", "Tolerance", "Packing", "Special rules"),
            strict=True,
        ):
            order = self.instructed()
            refused = self.assertRaisesRegex(UserError, f"Not yet ticked: {words}")
            with refused, self.env.cr.savepoint():
                self.sign(order, CODE, "production_head", **{clause: False})
            self.env.invalidate_all()
            self.assertFalse(order._signoff_latest([CODE]))
        row = self.sign(order, CODE, "production_head")
        self.assertEqual(row._content()["declared"]["accepted"], list(CLAUSES))
        self.assertIn("Packing and labelling", row.content_html)

    def test_no_other_dialog_signs_it(self):
        """ORD-32: the plain dialog knows no clauses, and signs nothing."""
        order = self.instructed().with_user(self.people["production_head"])
        action = order._signoff_dialog(CODE)
        self.assertEqual(action["res_model"], "order.instruction.accept")
        plain = self.env["signoff.sign"].with_user(self.people["production_head"])
        plain = plain.with_context(**action["context"]).create({"statement": "Yes."})
        with self.assertRaisesRegex(UserError, "clause by clause"):
            plain.with_context(password="case_production_head").action_sign()

    def test_what_the_clauses_say(self):
        """ORD-32: quantity, dates, tolerance, packing, special rules."""
        order = self.instructed(packing="In boxes of 50", special_requirements="Matt.")
        order.order_line.tolerance_percent = 3
        self.sign(order, "technical", "technical")
        self.sign(order, "production", "production")
        self.sign(order, "instruction_service", "customer_service")
        head = order.with_user(self.people["production_head"])
        action = head._signoff_dialog(CODE)
        dialogs = self.env[action["res_model"]].with_user(head.env.user)
        form = Form(dialogs.with_context(**action["context"]))
        self.assertIn("1000", form.quantity_says)
        self.assertIn("3 %", form.tolerance_says)
        self.assertEqual(form.packing_says, "In boxes of 50")
        self.assertEqual(form.special_rules_says, "Matt.")
        self.assertFalse(form.quantity)

    def test_its_date_is_production_s(self):
        """ORD-32, ORD-22: a later promise moves nothing in production."""
        order = self.instructed()
        made = order.production_completion_date
        self.sign(
            order,
            "promise_relaxed",
            "salesperson",
            new_date=order.promised_completion_date + timedelta(days=10),
        )
        self.assertTrue(order._signoff_valid(["instruction_service"]))
        row = self.sign(order, CODE, "production_head")
        terms = row._content()["terms"]
        self.assertEqual(terms["production_completion_date"], made.isoformat())
        self.assertNotIn("promised_completion_date", terms)
        order.production_completion_date = made + timedelta(days=1)
        self.assertFalse(order._signoff_valid([CODE]))

    def test_technical_receives_a_copy(self):
        """ORD-32: in the chatter, to who signed the technical statement."""
        order = self.instructed(packing="In boxes of 50")
        technical = self.people["technical"].partner_id
        before = order.message_ids
        self.sign(order, CODE, "production_head")
        copies = (order.message_ids - before).filtered(
            lambda message: "your copy" in (message.subject or "")
        )
        self.assertEqual(copies.notified_partner_ids, technical)
        self.assertIn("In boxes of 50", copies.body)

    def test_check_lines_speak_the_reader_s_language(self):
        """ORD-20: who ticks reads each clause in their own language."""
        self.env["res.lang"]._activate_lang("zh_TW")
        self.brochure.with_context(lang="zh_TW").name = "型錄"
        order = self.instructed(packing="In boxes of 50")
        service = self.people["customer_service"]
        action = order.with_user(service).action_make_sheet()
        sheet = self.env["order.sheet"].browse(action["res_id"])
        lines = sheet.check_line_ids
        english = lines.mapped("name")
        self.assertIn("Packing", english)
        packing = lines.filtered(lambda line: line.key == "packing")
        self.assertEqual(packing.value, "In boxes of 50")
        date = lines.filtered(lambda line: line.key == "promised_completion_date")
        chinese = date.with_context(lang="zh_TW")
        self.assertNotEqual(chinese.value, date.value)
