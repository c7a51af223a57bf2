from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation

from ..models.release_gate import lawful
from ..models.res_partner import tier_keyed
from .tier_case import TierCase


class GateCase(TierCase):
    """Gates with the two requirements that accounting answers: deposit and balance.

    Requirements of other add-ons that may be installed are taken out of the way.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        others = cls.env["release.requirement"].search(
            [("code", "not in", ("deposit_arrived", "balance_arrived"))]
        )
        lawful(others).active = False
        cls.terms.deposit_percent = 30

    def release(self, order):
        self.pay(order, order.amount_total)
        order.action_confirm()
        return order


@tagged("post_install", "-at_install")
class TestProductionGate(GateCase):
    """TIER-05, TIER-06: nothing goes to production but through its gate."""

    def test_refusal_names_what_is_missing(self):
        """TIER-05: what, from whom, since when."""
        order = self.order("b")
        with self.assertRaises(UserError) as refused:
            order.action_confirm()
        text = str(refused.exception)
        self.assertIn("Deposit arrived", text)
        self.assertIn("Salesperson", text)
        self.assertIn("waiting since", text)
        self.assertEqual(order.state, "draft")

    def test_deposit_opens_and_closes(self):
        """TIER-04: a payment taken back closes the gate again."""
        order = self.order("b")
        payment = self.pay(order, order.amount_total * 0.3)
        self.assertTrue(order._release_answers("production")[order.id].open)
        payment.action_draft()
        payment.action_cancel()
        self.assertFalse(order._release_answers("production")[order.id].open)

    def test_tier_a_needs_no_deposit(self):
        """TIER-03: as delivered, A is released on its name."""
        order = self.order("a")
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.release_decision_ids.tier_id.code, "A")

    def test_every_way_into_sale(self):
        """TIER-06: write, create, list action, import, forged context, sudo."""
        order = self.order("b")
        forged = {
            "release_passed": True, "release_moves": True, "force": True,
            "skip_procurement": True, "install_mode": True, "import_file": True,
        }  # fmt: skip
        ways = [
            lambda: order.write({"state": "sale"}),
            lambda: order.sudo().write({"state": "sale"}),
            lambda: order.with_context(**forged).write({"state": "sale"}),
            lambda: order.with_context(**forged).action_confirm(),
            lambda: self.order("b", state="sale"),
            lambda: (order | self.order("c")).action_confirm(),
            lambda: order.copy({"state": "sale"}),
        ]
        for way in ways:
            with self.assertRaises(UserError), self.env.cr.savepoint():
                way()
            order.invalidate_recordset()
            self.assertEqual(order.state, "draft")
        result = self.env["sale.order"].load(
            ["partner_id/.id", "payment_term_id/.id", "state",
             "order_line/product_id/.id", "order_line/product_uom_qty"],
            [[self.customers["b"].id, self.terms.id, "sale", self.brochure.id, 10]],
        )  # fmt: skip
        self.assertFalse(result["ids"])
        self.assertIn("Deposit arrived", result["messages"][0]["message"])

    def test_cancel_and_confirm_again(self):
        """TIER-06, TIER-08: an earlier release is no ticket for a later one."""
        order = self.order("b")
        payment = self.pay(order, order.amount_total)
        order.action_confirm()
        order._action_cancel()
        order.action_draft()
        payment.action_draft()
        with self.assertRaisesRegex(UserError, "Deposit arrived"):
            order.action_confirm()

    def test_a_portal_signature_or_payment_waits(self):
        """TIER-06, ORD-27: the customer is thanked, the order waits."""
        order = self.order("b", require_payment=False)
        order._validate_order()
        self.assertEqual(order.state, "draft")
        self.assertTrue(order.activity_ids)

    def test_changing_rules_leaves_what_is_released(self):
        """TIER-08: rules then, facts now."""
        order = self.order("a")
        order.action_confirm()
        rule = self.env.ref("customer_tiering.rule_a_production_deposit_arrived")
        rule.treatment = "required"
        self.assertTrue(order._release_answers("production")[order.id].open)
        other = self.order("a")
        self.assertFalse(other._release_answers("production")[other.id].open)

    def test_an_amended_line_is_held_not_refused(self):
        """TIER-06: more than was released waits until it is released again."""
        self.terms.deposit_percent = 100
        order = self.release(self.order("b", quantity=100))
        self.assertEqual(self.launched(order), 100)
        order.order_line.product_uom_qty = 150
        self.assertEqual(self.launched(order), 100)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            order.action_release_changes()
        self.pay(order, order.amount_total)
        order.action_release_changes()
        self.assertEqual(self.launched(order), 150)

    def launched(self, order):
        moves = order.picking_ids.move_ids.filtered(lambda m: m.state != "cancel")
        return sum(moves.mapped("product_uom_qty"))

    def test_no_rule_blocks(self):
        """TIER-05: what nobody thought of stays shut."""
        self.env["release.rule"].search([]).unlink()
        order = self.order("a")
        refused = self.assertRaisesRegex(UserError, "Deposit arrived")
        with refused, self.env.cr.savepoint():
            order.action_confirm()
        order.invalidate_recordset()
        self.env["release.requirement"].search([]).active = False
        with self.assertRaisesRegex(UserError, "no requirement is set up"):
            order.action_confirm()

    def test_decisions_cannot_be_written(self):
        """TIER-08: who released what by which rules is nobody's to change."""
        order = self.order("a")
        order.action_confirm()
        decision = order.release_decision_ids.sudo()
        for way in (
            lambda: decision.write({"rules": {}}),
            lambda: decision.unlink(),
            lambda: decision.copy(),
            lambda: decision.with_context(release_gate_key=True).write({"rules": {}}),
        ):
            with self.assertRaises(AccessError):
                way()

    def test_same_answer_over_rpc(self):
        """TIER-05: what the form shows, a program is told."""
        order = self.order("b")
        [status] = order.with_user(self.people["technical"]).release_status(
            "production"
        )
        self.assertFalse(status["open"])
        self.assertEqual(status["requirements"], order.production_gate_lines)

    def test_found_by_tier(self):
        """TIER-02: a search for a tier finds what the form shows, of contacts too."""
        contact = self.env["res.partner"].create(
            {"name": "Mr Wu", "parent_id": self.customers["a"].id}
        )
        orders = {code: self.order(code) for code in "abc"}
        orders["a"] |= self.order("a", partner_id=contact.id)
        everything = self.env["sale.order"].union(*orders.values())
        sales = self.env["sale.order"].with_user(self.people["sales_director"])
        tiers = {code: self.env.ref(f"customer_tiering.tier_{code}") for code in "abc"}
        # Given by hand, and over: it counts no more, whether or not the job has run.
        tier_keyed(self.customers["b"]).customer_tier_until = "2020-01-01"
        for code, tier in tiers.items():
            shown = everything.filtered(lambda row, t=tier: row.customer_tier_id == t)
            for domain in (
                [("customer_tier_id", "=", tier.id)],
                [("customer_tier_id.code", "=", code.upper())],
            ):
                found = sales.search([("id", "in", everything.ids), *domain])
                self.assertEqual(set(found.ids), set(shown.ids), domain)
        some = sales.search(
            [("id", "in", everything.ids), ("customer_tier_id", "!=", tiers["a"].id)]
        )
        self.assertEqual(set(some.ids), set((everything - orders["a"]).ids))

    def test_found_where_it_is_blocked(self):
        """TIER-05: lists filter by the closed gate; delivered is not blocked."""
        waiting, ready, exempt = self.order("b"), self.order("a"), self.order("b")
        cancelled = self.order("b")
        cancelled._action_cancel()
        exempt.with_user(self.people["supervisor"]).order_kind_id = self.env.ref(
            "customer_tiering.kind_spare_parts"
        )
        made = self.order("b", quantity=100)
        self.pay(made, made.amount_total * 0.3)
        made.action_confirm()
        ours = waiting | ready | exempt | cancelled | made
        sales = self.env["sale.order"].with_user(self.people["customer_service"])

        def found(*domain):
            self.env.flush_all()
            return set(sales.search([("id", "in", ours.ids), *domain]).ids)

        at = "release_blocked_at"
        self.assertEqual(found((at, "=", "production")), set(waiting.ids))
        self.assertEqual(found((at, "=", "shipping")), set(made.ids))
        self.assertEqual(found((at, "!=", False)), set((waiting | made).ids))
        self.assertEqual(found((at, "=", False)), set((ours - waiting - made).ids))
        self.assertEqual(waiting.release_blocked_at, "production")
        self.assertEqual(made.release_blocked_at, "shipping")
        self.assertFalse((ready | exempt | cancelled).filtered(at))
        self.pay(made, made.amount_total)
        self.env.invalidate_all()
        self.assertFalse(found((at, "=", "shipping")))

    def test_queries_do_not_grow(self):
        """TIER-05: the gates of 80 orders cost what those of 8 cost."""
        orders = self.env["sale.order"].union(*(self.order("b") for _n in range(80)))
        self.env.flush_all()
        orders[:8].mapped("production_gate")
        counts = []
        for some in (orders[:8], orders):
            self.env.invalidate_all()
            some.mapped("name")
            before = self.env.cr.sql_log_count
            some.mapped("production_gate")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    def test_confirming_costs_at_most_twelve_queries_more(self):
        """PLT-07: a gate is cheap enough to stand everywhere."""
        self.brochure.type = "service"
        orders = [self.order("a") for _n in range(4)]
        costs = []
        for control in (True, False):
            self.env["res.company"].flush_model()
            self.env.cr.execute(
                "UPDATE res_company SET release_control = %s WHERE id = %s",
                [control, self.company.id],
            )
            self.env.invalidate_all()
            orders.pop().action_confirm()
            self.env.flush_all()
            self.env.invalidate_all()
            order = orders.pop()
            before = self.env.cr.sql_log_count
            order.action_confirm()
            self.env.flush_all()
            costs.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(costs[0] - costs[1], 12)


@tagged("post_install", "-at_install")
class TestManufacturingGate(GateCase):
    """TIER-06: production by any way but the release."""

    def manufacture(self, **values):
        return self.env["mrp.production"].create(
            {
                "product_id": self.brochure.id,
                "product_qty": 100,
                "bom_id": self.bom.id,
                "company_id": self.company.id,
                **values,
            }
        )

    def test_by_hand_for_an_unreleased_order(self):
        order = self.order("b")
        production = self.manufacture(sale_line_id=order.order_line.id)
        with self.assertRaisesRegex(UserError, "not released"):
            production.action_confirm()
        for values in (
            {"state": "progress"},
            {"state": "done"},
            {"qty_producing": 100},
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                production.write(values)

    def test_by_hand_without_an_order(self):
        production = self.manufacture()
        with self.assertRaisesRegex(UserError, "names no customer order"):
            production.action_confirm()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            production.button_mark_done()
        self.sign(production, "stock_production", "planner", "Stock for the fair")
        production.action_confirm()
        self.assertEqual(production.state, "confirmed")
        production.write({"state": "draft"})
        production.product_qty = 900
        with self.assertRaisesRegex(UserError, "names no customer order"):
            production.action_confirm()

    def test_parts_need_no_order(self):
        self.brochure.sale_ok = False
        production = self.manufacture()
        production.action_confirm()
        self.assertEqual(production.state, "confirmed")

    def test_released_order_is_produced(self):
        order = self.release(self.order("b", quantity=100))
        production = order.mrp_production_ids
        self.assertEqual(production.state, "confirmed")
        # What is not sold is not inspected, where inspections are installed.
        self.brochure.sale_ok = False
        production.qty_producing = 100
        production._set_qty_producing()
        production.move_raw_ids.picked = True
        production.button_mark_done()
        self.assertEqual(production.state, "done")

    def test_payment_taken_back_stops_production(self):
        """TIER-04: facts are those of now, also after the release."""
        order = self.order("b", quantity=100)
        payment = self.pay(order, order.amount_total)
        order.action_confirm()
        payment.action_draft()
        with self.assertRaisesRegex(UserError, "Deposit arrived"):
            order.mrp_production_ids.qty_producing = 100


@tagged("post_install", "-at_install")
class TestShippingGate(GateCase):
    """TIER-06: goods leave for a customer only through the gate."""

    def setUp(self):
        super().setUp()
        self.env["stock.quant"]._update_available_quantity(
            self.brochure, self.warehouse.lot_stock_id, 1000
        )
        self.brochure.route_ids = False

    def released(self, quantity=100):
        order = self.order("b", quantity=quantity)
        self.pay(order, order.amount_total * 0.3)
        order.action_confirm()
        order.picking_ids.action_assign()
        order.picking_ids.move_ids.picked = True
        return order

    def test_balance_holds_the_goods(self):
        order = self.released()
        with self.assertRaisesRegex(UserError, "Balance arrived"):
            order.picking_ids.button_validate()
        self.pay(order, order.amount_total * 0.7)
        order.picking_ids.button_validate()
        self.assertEqual(order.picking_ids.state, "done")

    def test_in_part(self):
        order = self.released()
        order.picking_ids.move_ids.quantity = 10
        with self.assertRaisesRegex(UserError, "Balance arrived"):
            order.picking_ids.with_context(
                skip_backorder=True, skip_sanity_check=True
            ).button_validate()

    def test_pick_and_pack_pass_and_ship_is_held(self):
        """TIER-06: the final destination counts, not the step."""
        self.warehouse.delivery_steps = "pick_pack_ship"
        order = self.order("b", quantity=100)
        self.pay(order, order.amount_total * 0.3)
        order.action_confirm()
        for _step in range(2):
            inside = order.picking_ids.filtered(lambda p: p.state == "assigned")
            inside.move_ids.picked = True
            inside.button_validate()
            self.assertEqual(inside.state, "done")
        ship = order.picking_ids.filtered(lambda p: p.state == "assigned")
        self.assertEqual(ship.location_dest_id.usage, "customer")
        ship.move_ids.picked = True
        with self.assertRaisesRegex(UserError, "Balance arrived"):
            ship.button_validate()

    def test_moves_without_a_picking(self):
        values = {
            "product_id": self.brochure.id,
            "product_uom_qty": 5,
            "quantity": 5,
            "picked": True,
            "company_id": self.company.id,
            "location_id": self.warehouse.lot_stock_id.id,
            "location_dest_id": self.env.ref("stock.stock_location_customers").id,
        }
        move = self.env["stock.move"].create(values)
        with self.assertRaisesRegex(UserError, "Brochure"):
            move._action_done()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            move.write({"state": "done"})
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.env["stock.move"].create({**values, "state": "done"})

    def test_a_line_smuggled_onto_a_done_move(self):
        """TIER-06: lines that are added to a done move are held as well."""
        order = self.released()
        self.pay(order, order.amount_total)
        order.picking_ids.button_validate()
        self.env["account.payment"].search(
            [("sale_order_id", "=", order.id)]
        ).action_draft()
        move = order.picking_ids.move_ids
        for way in (
            lambda: move.move_line_ids[:1].write({"quantity": 500}),
            lambda: move.write({"quantity": 500}),
            lambda: self.env["stock.move.line"].create(
                {
                    "move_id": move.id,
                    "product_id": self.brochure.id,
                    "quantity": 50,
                    "location_id": move.location_id.id,
                    "location_dest_id": move.location_dest_id.id,
                }
            ),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                way()

    def test_a_line_that_leads_elsewhere(self):
        """TIER-06: an internal transfer whose line ends at the customer's."""
        inside = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.int_type_id.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.brochure.id,
                            "product_uom_qty": 5,
                            "location_id": self.warehouse.lot_stock_id.id,
                            "location_dest_id": self.warehouse.lot_stock_id.id,
                        }
                    )
                ],
            }
        )
        inside.action_confirm()
        inside.move_ids.quantity = 5
        inside.move_ids.picked = True
        inside.move_ids.move_line_ids.location_dest_id = self.env.ref(
            "stock.stock_location_customers"
        )
        with self.assertRaises(UserError):
            inside.button_validate()

    def test_a_return_comes_in_unhindered(self):
        order = self.released()
        self.pay(order, order.amount_total)
        order.picking_ids.button_validate()
        wizard = self.env["stock.return.picking"].with_context(
            active_id=order.picking_ids.id, active_model="stock.picking"
        ).create({})  # fmt: skip
        wizard.product_return_moves.quantity = 10
        action = wizard.action_create_returns()
        back = self.env["stock.picking"].browse(action["res_id"])
        back.move_ids.picked = True
        back.button_validate()
        self.assertEqual(back.state, "done")


@tagged("post_install", "-at_install")
class TestTiersAndRules(GateCase):
    """TIER-01, TIER-03, TIER-10: tiers, the matrix, the switch, kinds of order."""

    def test_new_customers_start_lowest_and_contacts_inherit(self):
        """TIER-01"""
        new = self.env["res.partner"].create({"name": "New", "is_company": True})
        self.assertEqual(new.customer_tier_id.code, "C")
        contact = self.env["res.partner"].create(
            {"name": "Contact", "parent_id": self.customers["a"].id}
        )
        self.assertEqual(contact.customer_tier_id.code, "A")
        order = self.order("a", partner_id=contact.id)
        self.assertEqual(order.customer_tier_id.code, "A")

    def test_tiers_are_per_company(self):
        """TIER-01"""
        other = self.env["res.company"].create({"name": "Evening Lamps"})
        partner = self.customers["a"].with_company(other)
        self.assertEqual(partner._tier(other)[partner.id].code, "C")

    def test_only_the_director_gives_a_tier(self):
        """TIER-06: a salesperson, an administrator, sudo: no."""
        customer = self.customers["c"]
        tier = self.env.ref("customer_tiering.tier_a")
        admin = self.env.ref("base.user_admin")
        for user in (self.people["salesperson"], self.people["supervisor"], admin):
            for way in (
                lambda u: customer.with_user(u).write({"customer_tier_id": tier.id}),
                lambda u: customer.with_user(u).sudo().write(
                    {"customer_tier_id": tier.id}
                ),
                lambda u: self.env["res.partner"].with_user(u).sudo().create(
                    {"name": "X", "customer_tier_id": tier.id}
                ),
            ):  # fmt: skip
                with self.assertRaises(AccessError):
                    way(user)
        self.assertEqual(customer.customer_tier_id.code, "C")

    def test_what_cannot_be_waived(self):
        """TIER-03: what is illegal to waive is refused in the matrix."""
        requirement = self.env["release.requirement"].create(
            {
                "name": "Statement",
                "code": "statement_test",
                "never_waived": True,
                "gate_ids": [Command.set(self.env.ref(
                    "customer_tiering.gate_production").ids)],
            }
        )  # fmt: skip
        values = (
            self.env.ref("customer_tiering.tier_a").id,
            self.env.ref("customer_tiering.gate_production").id,
            requirement.id,
        )
        rules = self.env["release.rule"].with_user(self.people["sales_director"])
        for treatment in ("waived", "owed"):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                rules.set_cell(*values, treatment, 5)
        rules.set_cell(*values, "required")
        with self.assertRaises(AccessError):
            self.env["release.rule"].with_user(self.people["salesperson"]).set_cell(
                *values, "required"
            )

    @mute_logger("odoo.sql_db")
    def test_owed_needs_days(self):
        """TIER-03"""
        rule = self.env.ref("customer_tiering.rule_a_production_deposit_arrived")
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            rule.write({"treatment": "owed", "owed_days": 0})
            self.env.flush_all()

    def test_owed_is_listed_told_and_closed(self):
        """TIER-03, ORD-31: released, owed by a date, a to-do, closed by itself."""
        rule = self.env.ref("customer_tiering.rule_a_production_deposit_arrived")
        rule.write({"treatment": "owed", "owed_days": 3})
        order = self.order("a")
        order.action_confirm()
        owed = order.release_owed_ids
        self.assertEqual(owed.state, "owed")
        self.assertEqual(owed.activity_ids.user_id, order.user_id)
        today = self.company._business_date(self.env.cr.now())
        self.assertEqual(owed.due_date, self.company._add_working_days(today, 3))
        self.env["release.owed"]._cron_settle()
        self.assertEqual(owed.state, "owed")
        self.pay(order, order.amount_total)
        self.env["release.owed"]._cron_settle()
        self.env["release.owed"]._cron_settle()
        self.assertEqual(owed.state, "met")
        self.assertFalse(owed.activity_ids)

    def test_off_is_bare_odoo(self):
        """TIER-10: a company that has not turned it on is not held."""
        company = self.env["res.company"].create({"name": "Bare"})
        self.env.user.company_ids |= company
        order = self.env["sale.order"].with_company(company).create(
            {"partner_id": self.customers["c"].id, "company_id": company.id}
        )  # fmt: skip
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertFalse(order.release_decision_ids)

    def test_turning_off_is_signed(self):
        """TIER-10: not by writing, not by an administrator, only signed."""
        admin = self.env.ref("base.user_admin")
        admin.company_ids |= self.company
        for company in (self.company.with_user(admin), self.company.sudo()):
            with self.assertRaisesRegex(UserError, "only by a signature"):
                company.write({"release_control": False})
            with self.assertRaisesRegex(UserError, "only by a signature"):
                company.with_context(release_switch=True).write(
                    {"release_control": False}
                )
        with self.assertRaises(UserError):
            self.company.with_user(admin).action_release_control_off()
        self.sign(self.company, "release_control_off", "sales_director", "End of trial")
        self.assertFalse(self.company.release_control)
        order = self.order("c")
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_kinds_that_need_no_sheet(self):
        """TIER-10: data, with who may use them; nobody else gets out that way."""
        kind = self.env.ref("customer_tiering.kind_counter_sale")
        order = self.order("c")
        for user in (self.people["salesperson"], self.env.ref("base.user_admin")):
            with self.assertRaises(AccessError):
                order.with_user(user).sudo().write({"order_kind_id": kind.id})
        order.with_user(self.people["supervisor"]).order_kind_id = kind
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_two_companies(self):
        """ROL-06: rules, decisions and what is owed stay with their company."""
        order = self.order("a")
        order.action_confirm()
        other = self.env["res.company"].create({"name": "Evening Lamps"})
        stranger = self._person(
            "supervisor", login="stranger", company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )  # fmt: skip
        seen = self.env["release.decision"].with_user(stranger)
        seen = seen.with_context(allowed_company_ids=other.ids)
        self.assertFalse(seen.search([("order_id", "=", order.id)]))
