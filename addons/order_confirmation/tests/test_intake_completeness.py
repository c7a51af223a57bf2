"""Completeness: what is missing is listed, and asked for in time (ORD-03)."""

from datetime import datetime

from freezegun import freeze_time
from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .intake_case import IntakeCase

TODO = "order_confirmation.activity_ask_customer"


@tagged("post_install", "-at_install")
class TestIntakeCompleteness(IntakeCase):
    """ORD-03: the list is made from the sheet's own fields, by rules that are data."""

    def _missing(self, order):
        return order._intake_missing()[order.id]

    def _rule(self, item, mandatory=True, **values):
        return self.env["order.completeness.rule"].create(
            {"item": item, "mandatory": mandatory, **values}
        )

    def test_complete_order_misses_nothing(self):
        order = self.order()
        self.assertEqual(self._missing(order), [])
        self.assertTrue(order.intake_complete)
        self.assertFalse(order.intake_checklist)

    def test_everything_missing_is_listed_with_the_line_it_is_missing_of(self):
        plain = self.env["product.product"].create({"name": "Leaflet"})
        order = self.bare_order()
        self.customers["b"].street = " "
        order.order_line = [
            Command.create(
                {"product_id": plain.id, "price_unit": 0, "product_uom_qty": 0}
            )
        ]
        self.assertEqual(
            self._missing(order),
            [
                "Channel: how the order came in",
                "Leaflet: Product code, Specification, Quantity, Unit price",
                "Payment method",
                "Wanted date",
                "Delivery address (street)",
                "Recipient",
                "Contact",
                "Contact's telephone",
            ],
        )

    def test_each_item_alone(self):
        """No item hides another, and none is missed."""
        line_items = {
            "specification": "[BRO-1] Brochure: Specification",
            "price_unit": "[BRO-1] Brochure: Unit price",
            "product_uom_qty": "[BRO-1] Brochure: Quantity",
        }
        for name, text in line_items.items():
            with self.subTest(name):
                order = self.order()
                order.order_line[name] = 0 if name != "specification" else " \n"
                self.assertEqual(self._missing(order), [text])
        items = {
            "payment_term_id": "Payment method",
            "wanted_date": "Wanted date",
            "recipient_name": "Recipient",
            "delivery_contact": "Contact",
            "delivery_phone": "Contact's telephone",
        }
        for name, text in items.items():
            with self.subTest(name):
                order = self.order()
                order[name] = False
                self.assertEqual(self._missing(order), [text])

    def test_optional_items_become_mandatory_by_data(self):
        order = self.order()
        for item in ("tolerance", "packing", "labelling", "special_requirements"):
            self._rule(item, company_id=self.company.id)
        self.assertEqual(
            self._missing(order),
            [
                "[BRO-1] Brochure: Tolerance",
                "Packing",
                "Labelling",
                "Special requirements",
            ],
        )
        order.order_line.tolerance_percent = 2
        order.write({"packing": "x", "labelling": "x", "special_requirements": "x"})
        self.assertEqual(self._missing(order), [])

    def test_rule_of_a_category_holds_below_it_and_nowhere_else(self):
        above = self.env["product.category"].create({"name": "Print"})
        below = above.create({"name": "Folded", "parent_id": above.id})
        self._rule("packing", categ_id=above.id)
        self._rule("tolerance", categ_id=above.id)
        order = self.order()
        self.assertEqual(self._missing(order), [])
        self.brochure.categ_id = below
        self.assertEqual(
            self._missing(order), ["[BRO-1] Brochure: Tolerance", "Packing"]
        )
        self._rule("packing", mandatory=False, categ_id=below.id)
        self.assertEqual(self._missing(order), ["[BRO-1] Brochure: Tolerance"])

    def test_rule_of_another_company_does_not_count(self):
        """ROL-06: what the rival asks for is not asked for here."""
        rival, person = self.other_company()
        self._rule("packing", company_id=rival.id)
        order = self.order()
        self.assertEqual(self._missing(order), [])
        own = self._rule("packing", company_id=self.company.id)
        theirs = self.env["order.completeness.rule"].with_user(person)
        theirs = theirs.with_context(allowed_company_ids=rival.ids)
        self.assertNotIn(own, theirs.search([]))
        with self.assertRaises(AccessError):
            order.with_env(theirs.env).action_ask_customer()

    def test_order_without_goods_is_incomplete(self):
        order = self.order(order_line=[])
        self.assertEqual(
            self._missing(order), ["Products: the order has no line of goods"]
        )

    def test_without_release_control_odoo_stays_bare(self):
        bare = self.env["res.company"].create({"name": "Bare Works"})
        order = self.env["sale.order"].create(
            {"partner_id": self.customers["b"].id, "company_id": bare.id}
        )
        self.assertEqual(self._missing(order), [])
        self.assertTrue(order.intake_complete)
        with self.assertRaisesRegex(UserError, "nothing to ask"):
            order.action_ask_customer()

    def test_checklist_follows_the_form_as_it_is_typed(self):
        order = self.order(recipient_name=False)
        with Form(order.with_user(self.service)) as form:
            self.assertIn("Recipient", form.intake_checklist)
            form.recipient_name = "Goods inward"
            self.assertFalse(form.intake_checklist)

    def test_list_finds_incomplete_orders(self):
        whole, gap = self.order(), self.order(recipient_name=False)
        orders = self.env["sale.order"].with_user(self.service)
        ours = [("id", "in", (whole | gap).ids)]
        self.assertEqual(orders.search([("intake_complete", "=", False), *ours]), gap)
        self.assertEqual(orders.search([("intake_complete", "=", True), *ours]), whole)

    def test_rules_are_the_supervisors(self):
        """ROL-02: everybody reads what is mandatory, the supervisor decides it."""
        rule = self.env.ref("order_confirmation.completeness_packing")
        rule.with_user(self.people["supervisor"]).mandatory = True
        for role in ("customer_service", "salesperson", "technical"):
            user = self.people[role]
            self.assertTrue(rule.with_user(user).mandatory)
            with self.subTest(role), self.assertRaises(AccessError):
                rule.with_user(user).mandatory = False

    def test_queries_do_not_grow_with_the_orders(self):
        few = self.env["sale.order"].browse([self._busy().id for _n in range(8)])
        many = few | self.env["sale.order"].browse(
            [self._busy().id for _n in range(72)]
        )
        counts = []
        for orders in (few, few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            missing = orders.with_user(self.service)._intake_missing()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len(missing), len(orders))
            self.assertTrue(all(missing.values()))
        self.assertEqual(counts[1], counts[2])

    def _busy(self):
        plain = self.env["product.product"].create({"name": "Leaflet"})
        partner = self.env["res.partner"].create({"name": "Somebody"})
        return self.order(
            partner_id=partner.id,
            channel="salesperson_word",
            order_line=[
                Command.create({"product_id": plain.id}),
                Command.create({"product_id": self.brochure.id}),
            ],
        )


@tagged("post_install", "-at_install")
class TestIntakeAsk(IntakeCase):
    """ORD-03: the salesperson has four working hours to ask the customer."""

    def _ask(self, order, at=None):
        with freeze_time(at or self.monday):
            order.with_user(self.service).action_ask_customer()

    def _todo(self, order):
        return order.sudo().activity_search([TODO])

    def _clock(self, order):
        return order.sudo()._clock_open("ask_customer").get(order.id)

    def test_salesperson_gets_a_todo_due_in_four_working_hours(self):
        order = self.order(recipient_name=False)
        # Monday 15:00: two hours today, two on Tuesday morning.
        self._ask(order, datetime(2026, 3, 2, 15))
        self.assertEqual(self._clock(order).deadline_at, datetime(2026, 3, 3, 10))
        todo = self._todo(order)
        self.assertEqual(todo.user_id, self.seller)
        self.assertEqual(str(todo.date_deadline), "2026-03-03")
        self.assertIn("Recipient", todo.note)
        self.assertIn("Customer B", todo.note)
        self.assertIn(self.seller.name, order.intake_asked)

    def test_lunch_and_night_do_not_count(self):
        order = self.order(recipient_name=False)
        self._ask(order, datetime(2026, 3, 6, 16))
        self.assertEqual(self._clock(order).deadline_at, datetime(2026, 3, 9, 11))

    def test_asked_twice_is_one_todo_with_the_first_deadline(self):
        order = self.order(recipient_name=False)
        self._ask(order)
        first = self._clock(order).deadline_at
        order.packing = "in boxes"
        order.wanted_date = False
        self._ask(order, datetime(2026, 3, 2, 14))
        todo = self._todo(order)
        self.assertEqual(len(todo), 1)
        self.assertIn("Wanted date", todo.note)
        self.assertEqual(self._clock(order).deadline_at, first)
        self.assertEqual(
            self.env["service.clock"].search_count(
                [("res_model", "=", "sale.order"), ("res_id", "=", order.id)]
            ),
            1,
        )

    def test_complete_again_closes_todo_and_meets_clock(self):
        order = self.order(recipient_name=False, delivery_contact=False)
        self._ask(order)
        clock = self._clock(order)
        with freeze_time("2026-03-02 10:00"):
            order.with_user(self.seller).recipient_name = "Goods inward"
            self.assertEqual(clock.state, "running")
            self.assertTrue(self._todo(order))
            order.with_user(self.seller).delivery_contact = "Ms Lin"
        self.assertEqual((clock.state, clock.outcome), ("met", "in_time"))
        self.assertFalse(self._todo(order))
        self.assertFalse(order.intake_asked)

    def test_answer_on_a_line_counts(self):
        order = self.order()
        order.order_line.specification = False
        self._ask(order)
        order.order_line.with_user(self.seller).specification = "A5"
        self.assertFalse(self._clock(order))
        self.assertFalse(self._todo(order))

    def test_answer_outside_the_order_counts(self):
        """Street, product code and written order are answers too."""
        self.brochure.default_code = False
        self.customers["b"].street = False
        order = self.order(channel="salesperson_word")
        self._ask(order)
        clock = self._clock(order)
        self.brochure.product_tmpl_id.default_code = "BRO-2"
        self.customers["b"].street = "2 Harbour Road"
        self.assertEqual(clock.state, "running")
        order.with_user(self.service).written_order_ids = [
            Command.create({"name": "order.txt", "raw": b"as agreed"})
        ]
        self.assertEqual(clock.state, "met")
        self.assertFalse(self._todo(order))

    def test_late_answer_is_met_late(self):
        order = self.order(recipient_name=False)
        self._ask(order)
        clock = self._clock(order)
        with freeze_time("2026-03-03 10:00"):
            order.with_user(self.seller).recipient_name = "Goods inward"
        self.assertEqual((clock.state, clock.outcome), ("met", "late"))

    def test_late_is_no_second_todo(self):
        """ORD-03: who asks the customer has one to-do, also when it is late."""
        order = self.order(recipient_name=False)
        self._ask(order)
        with freeze_time("2026-03-03 10:00"):
            self._clock(order).sudo()._mark_late()
        self.assertEqual(self._clock(order).state, "late")
        self.assertEqual(order.sudo().activity_ids, self._todo(order))

    def test_team_leader_asks_where_there_is_no_salesperson(self):
        leader = self.people["sales_director"]
        team = self.env["crm.team"].create(
            {"name": "Export", "user_id": leader.id, "company_id": self.company.id}
        )
        order = self.order(recipient_name=False, user_id=False, team_id=team.id)
        self._ask(order)
        self.assertEqual(self._todo(order).user_id, leader)

    def test_who_clicked_asks_where_nobody_else_can(self):
        self.seller.active = False
        order = self.order(recipient_name=False, team_id=False)
        self._ask(order)
        self.assertEqual(self._todo(order).user_id, self.service)
        self.assertEqual(self._clock(order).user_id, self.service)

    def test_nothing_missing_is_nothing_to_ask(self):
        with self.assertRaisesRegex(UserError, "nothing to ask"):
            self._ask(self.order())

    def test_cancelled_order_waits_for_nobody(self):
        order = self.order(recipient_name=False)
        self._ask(order)
        clock = self._clock(order)
        order._action_cancel()
        self.assertEqual(clock.state, "cancelled")
        self.assertFalse(self._todo(order))
        with self.assertRaisesRegex(UserError, "nothing to ask"):
            self._ask(order)

    def test_readers_are_not_offered_to_ask(self):
        """ORD-03, ORD-05: the form shows the buttons to those who may press them."""
        buttons = {
            role: {
                name
                for name in ("action_ask_customer", "action_tell_estimate")
                if name
                in self.env["sale.order"]
                .with_user(self.people[role])
                .get_view(view_type="form")["arch"]
            }
            for role in ("customer_service", "sales_director", "planner", "finance")
        }
        both = {"action_ask_customer", "action_tell_estimate"}
        self.assertEqual(buttons["customer_service"], both)
        self.assertEqual(buttons["sales_director"], {"action_ask_customer"})
        self.assertFalse(buttons["planner"] | buttons["finance"])

    def test_readers_cannot_ask(self):
        """ROL-02: who may not change the order does not give its salesperson work."""
        order = self.order(recipient_name=False)
        for user in (self.people["technical"], self.people["finance"], self.colleague):
            with self.subTest(user.name), self.assertRaises(AccessError):
                order.with_user(user).action_ask_customer()
        self.assertFalse(self._todo(order))
