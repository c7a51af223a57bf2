"""Customer information memoranda: from the telephone to the order (ORD-02)."""

import base64

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, HttpCase, new_test_user, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .intake_case import IntakeCase


@tagged("post_install", "-at_install")
class TestIntakeMemorandum(IntakeCase):
    """ORD-02: one contact, noted once, becomes an order without typing again."""

    def _make(self, memorandum):
        action = memorandum.action_make_order()
        self.assertEqual(action["res_model"], "sale.order")
        return self.env["sale.order"].browse(action["res_id"])

    def test_numbers_follow_each_other(self):
        first, second = self.memorandum(), self.memorandum()
        self.assertRegex(first.name, r"^MEM/\d{4}/\d{5}$")
        self.assertEqual(int(second.name[-5:]), int(first.name[-5:]) + 1)

    def test_caller_cannot_choose_the_number(self):
        self.assertNotEqual(self.memorandum(name="MEM/1/1").name, "MEM/1/1")

    def test_one_click_carries_everything_to_the_order(self):
        memorandum = self.memorandum(channel="visit")
        order = self._make(memorandum)
        self.assertEqual(memorandum.state, "ordered")
        self.assertEqual(memorandum.order_id, order)
        self.assertEqual(order.state, "draft")
        self.assertEqual(order.channel, "visit")
        self.assertEqual(order.partner_id, self.customers["b"])
        self.assertEqual(order.origin, memorandum.name)
        self.assertEqual(str(order.wanted_date), "2030-01-31")
        self.assertEqual(order.special_requirements, "Deliver to the back door.")
        self.assertRecordValues(
            order.order_line,
            [
                {
                    "product_id": self.brochure.id,
                    "product_uom_qty": 500,
                    "specification": "A4, 8 pages",
                    "price_unit": 2.0,
                }
            ],
        )

    def test_items_keep_their_own_dates_and_words(self):
        memorandum = self.memorandum(
            wanted_date=False,
            line_ids=[
                Command.create(
                    {
                        "product_id": self.brochure.id,
                        "name": "the thin one",
                        "wanted_date": day,
                    }
                )
                for day in ("2030-02-10", "2030-01-20")
            ],
        )
        order = self._make(memorandum)
        self.assertEqual(str(order.wanted_date), "2030-01-20")
        late, early = order.order_line
        self.assertEqual(early.specification, "the thin one")
        self.assertIn("the thin one\nWanted on", late.specification)
        self.assertIn("2030", late.specification)

    def test_salesperson_of_the_customer_gets_the_order(self):
        self.customers["b"].user_id = self.seller
        memorandum = self.memorandum()
        self.assertEqual(memorandum.user_id, self.seller)
        self.assertEqual(self._make(memorandum).user_id, self.seller)

    def test_attachments_go_along(self):
        memorandum = self.memorandum()
        for name in ("drawing.txt", "note.txt"):
            self.env["ir.attachment"].create(
                {
                    "name": name,
                    "datas": base64.b64encode(name.encode()),
                    "res_model": "order.memorandum",
                    "res_id": memorandum.id,
                }
            )
        order = self._make(memorandum)
        files = self.env["ir.attachment"].search(
            [("res_model", "=", "sale.order"), ("res_id", "=", order.id)]
        )
        self.assertEqual(set(files.mapped("name")), {"drawing.txt", "note.txt"})
        # Production has no part in memoranda, but in the drawing.
        planner = self.people["planner"]
        self.assertEqual(files.with_user(planner)[0].raw, files[0].raw)

    def test_file_uploaded_before_saving_is_for_everybody_who_may_read(self):
        loose = (
            self.env["ir.attachment"]
            .with_user(self.service)
            .create({"name": "fax.txt", "raw": b"500", "res_model": "order.memorandum"})
        )
        memorandum = self.memorandum(attachment_ids=[Command.set(loose.ids)])
        self.assertEqual(loose.res_id, memorandum.id)
        other = self.people["merchandiser"]
        self.assertEqual(memorandum.with_user(other).attachment_ids.raw, b"500")

    def test_several_belong_to_one_order_and_both_sides_show_it(self):
        order = self._make(self.memorandum())
        second = self.memorandum(order_id=order.id, partner_id=False)
        self.assertEqual(second.state, "ordered")
        self.assertEqual(second.partner_id, order.partner_id)
        seen = order.with_user(self.service)
        self.assertEqual(seen.memorandum_count, 2)
        action = seen.action_view_memoranda()
        shown = self.env["order.memorandum"].search(action["domain"])
        self.assertEqual(shown, seen.memorandum_ids)
        self.assertEqual(second.action_view_order()["res_id"], order.id)
        self.assertIn(second.name, order.message_ids[0].body)

    def test_items_of_a_second_call_are_added_once(self):
        order = self._make(self.memorandum())
        second = self.memorandum(order_id=order.id)
        self.assertTrue(second.items_to_add)
        second.action_add_items()
        self.assertEqual(len(order.order_line), 2)
        self.assertFalse(second.items_to_add)
        second.action_add_items()
        self.assertEqual(len(order.order_line), 2)

    def test_words_become_a_product_without_typing_again(self):
        memorandum = self.memorandum(
            line_ids=[
                Command.create(
                    {
                        "name": "Folder with two flaps",
                        "quantity": 300,
                        "specification": "like the sample",
                    }
                )
            ]
        )
        order = self._make(memorandum)
        self.assertEqual(order.order_line.display_type, "line_note")
        self.assertIn("Folder with two flaps: 300", order.order_line.name)
        missing = order._intake_missing()[order.id]
        self.assertTrue(
            any("Folder" in text and memorandum.name in text for text in missing)
        )
        memorandum.line_ids.product_id = self.brochure
        self.assertRecordValues(
            order.order_line,
            [
                {
                    "product_id": self.brochure.id,
                    "product_uom_qty": 300,
                    "specification": "Folder with two flaps\nlike the sample",
                    "display_type": False,
                }
            ],
        )
        self.assertFalse(
            any("Folder" in text for text in order._intake_missing()[order.id])
        )

    def test_order_made_twice_is_refused(self):
        memorandum = self.memorandum()
        order = self._make(memorandum)
        with self.assertRaisesRegex(UserError, f"belongs to order {order.name}"):
            memorandum.action_make_order()

    def test_deleted_order_gives_its_memoranda_back(self):
        memorandum = self.memorandum()
        self._make(memorandum).sudo().unlink()
        self.assertEqual(memorandum.state, "new")

    def test_without_customer_the_caller_is_offered(self):
        memorandum = self.memorandum(partner_id=False, caller_company="Sunrise Tea")
        action = memorandum.action_make_order()
        self.assertEqual(action["target"], "new")
        self.assertFalse(memorandum.order_id)
        memorandum.action_make_customer()
        customer = memorandum.order_id.partner_id
        self.assertEqual(customer.name, "Sunrise Tea")
        self.assertTrue(customer.is_company)
        self.assertEqual(customer.phone, "06 123 4567")
        self.assertEqual(customer.child_ids.name, "Ms Lin")
        # They keep its address; its tier is not theirs.
        customer.with_user(self.service).street = "4 Inkwell Lane"
        with self.assertRaises(AccessError):
            customer.with_user(self.service).customer_tier_id = self.env.ref(
                "customer_tiering.tier_a"
            )

    def test_caller_without_company_is_a_person(self):
        memorandum = self.memorandum(partner_id=False)
        memorandum.action_make_customer()
        self.assertFalse(memorandum.partner_id.is_company)
        self.assertEqual(memorandum.partner_id.name, "Ms Lin")

    def test_caller_known_already_is_not_made_again(self):
        memorandum = self.memorandum(partner_id=False, caller_company="customer b")
        with self.assertRaisesRegex(UserError, "“Customer B” already"):
            memorandum.action_make_customer()
        self.assertFalse(memorandum.order_id)

    def test_nobody_cannot_become_a_customer(self):
        memorandum = self.memorandum(partner_id=False, caller_name=" - ")
        with self.assertRaisesRegex(UserError, "give the caller's name"):
            memorandum.action_make_customer()

    def test_requirement_must_be_written(self):
        for nothing in (False, "", "  \n", " -- "):
            with self.assertRaisesRegex(ValidationError, "Write down"):
                self.memorandum(requirement=nothing)

    def test_quantity_cannot_be_negative(self):
        item = {"product_id": self.brochure.id, "quantity": -1}
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.memorandum(line_ids=[Command.create(item)])

    def test_item_needs_product_or_words(self):
        with self.assertRaisesRegex(ValidationError, "a product, or words"):
            self.memorandum(line_ids=[Command.create({"name": " ", "quantity": 1})])

    def test_closing_needs_a_reason_and_can_be_undone(self):
        memorandum = self.memorandum()
        self.assertEqual(memorandum.action_close()["target"], "new")
        with self.assertRaisesRegex(ValidationError, "Say in words"):
            memorandum.close_reason = " ."
        memorandum.close_reason = "Only asked for the opening hours"
        self.assertEqual(memorandum.state, "closed")
        with self.assertRaisesRegex(UserError, "reopen it"):
            memorandum.action_make_order()
        memorandum.action_reopen()
        self._make(memorandum)

    def test_phrases_of_the_company_are_the_prompt(self):
        """ORD-02: a good default, the company's own words, each in its language."""
        memorandum = self.memorandum()
        self.assertIn("Morning Colour Works", memorandum.answering_phrases)
        self.company.answering_phrases = "Morning! What shall we print?"
        self.assertEqual(memorandum.answering_phrases, "Morning! What shall we print?")

    def test_form_leads_from_call_to_order(self):
        with Form(self.env["order.memorandum"].with_user(self.service)) as form:
            form.partner_id = self.customers["b"]
            form.requirement = "100 brochures"
            with form.line_ids.new() as line:
                line.product_id = self.brochure
                line.quantity = 100
        order = self._make(form.record)
        self.assertEqual(order.order_line.product_uom_qty, 100)


@tagged("post_install", "-at_install")
class TestIntakeMemorandumRpc(IntakeCase, HttpCase):
    """ORD-02 through the web client's own requests, with nobody's rights but one's."""

    def test_caller_becomes_customer_and_order(self):
        memorandum = self.memorandum(partner_id=False, caller_company="Sunrise Tea")
        self.authenticate("case_customer_service", "case_customer_service")
        action = self.make_jsonrpc_request(
            "/web/dataset/call_button/order.memorandum/action_make_customer",
            {
                "model": "order.memorandum",
                "method": "action_make_customer",
                "args": [memorandum.ids],
                "kwargs": {},
            },
        )
        order = self.env["sale.order"].browse(action["res_id"])
        self.assertEqual(order.partner_id.name, "Sunrise Tea")
        self.assertEqual(order.partner_id.child_ids.name, "Ms Lin")


@tagged("post_install", "-at_install")
class TestIntakeMemorandumAccess(IntakeCase):
    """ORD-02, ROL-02, ROL-06: each role its own work, and no more."""

    def test_roles_that_take_calls_write_and_make_orders(self):
        for role in ("customer_service", "merchandiser", "supervisor", "salesperson"):
            with self.subTest(role):
                user = self.people[role]
                memorandum = self.memorandum(user)
                memorandum.requirement = "1,000 after all"
                memorandum.action_make_order()
                self.assertTrue(memorandum.order_id)
                self.assertTrue(memorandum.order_id.with_user(user).has_access("write"))

    def test_sales_director_reads(self):
        memorandum = self.memorandum().with_user(self.people["sales_director"])
        self.assertTrue(memorandum.requirement)
        with self.assertRaises(AccessError):
            memorandum.requirement = "less"
        with self.assertRaises(AccessError):
            self.memorandum(self.people["sales_director"])

    def test_other_departments_see_none(self):
        memorandum = self.memorandum()
        for role in ("technical", "production_head", "finance", "shipping", "quality"):
            with self.subTest(role), self.assertRaises(AccessError):
                memorandum.with_user(self.people[role]).read(["requirement"])

    def test_departments_without_memoranda_still_read_the_order(self):
        order = self.order()
        fields = list(order.with_user(self.people["technical"]).fields_get())
        self.assertNotIn("memorandum_count", fields)
        self.assertIn("intake_checklist", fields)

    def test_salesperson_sees_own_customers_calls_only(self):
        own = self.memorandum(user_id=self.seller.id)
        other = self.memorandum(user_id=self.colleague.id)
        nobody = self.memorandum(user_id=False)
        seen = self.env["order.memorandum"].with_user(self.seller).search([])
        self.assertIn(own, seen)
        self.assertNotIn(other, seen)
        self.assertNotIn(nobody, seen)
        with self.assertRaises(AccessError):
            other.with_user(self.seller).read(["requirement"])
        with self.assertRaises(AccessError):
            other.line_ids.with_user(self.seller).read(["specification"])

    def test_salesperson_reads_what_led_to_own_order(self):
        memorandum = self.memorandum(user_id=self.colleague.id)
        memorandum.sudo().order_id = self.order()
        self.assertTrue(memorandum.with_user(self.seller).requirement)

    def test_nobody_deletes_a_memorandum(self):
        memorandum = self.memorandum()
        for role in ("customer_service", "supervisor", "sales_director", "salesperson"):
            with self.subTest(role), self.assertRaises(AccessError):
                memorandum.with_user(self.people[role]).unlink()

    def test_memorandum_cannot_be_hung_on_an_order_of_others(self):
        order = self.order(user_id=self.colleague.id)
        with self.assertRaises(AccessError):
            self.memorandum(self.seller, order_id=order.id)

    def test_companies_do_not_see_each_other(self):
        memorandum = self.memorandum()
        rival, person = self.other_company()
        theirs = (
            self.env["order.memorandum"]
            .with_user(person)
            .with_context(allowed_company_ids=rival.ids)
        )
        self.assertFalse(theirs.search([]))
        with self.assertRaises(AccessError):
            memorandum.with_env(theirs.env).read(["requirement"])
        with self.assertRaises(UserError):
            theirs.create(
                {
                    "requirement": "ours",
                    "company_id": rival.id,
                    "order_id": self.order().id,
                }
            )

    def test_order_of_another_company_is_refused_even_to_who_sees_both(self):
        rival, _person = self.other_company()
        both = new_test_user(
            self.env,
            "case_both",
            "customer_tiering.role_supervisor",
            company_id=self.company.id,
            company_ids=[Command.set((rival | self.company).ids)],
        )
        with self.assertRaises(UserError):
            self.memorandum(
                both, company_id=rival.id, partner_id=False, order_id=self.order().id
            )
