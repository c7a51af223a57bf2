"""The first page of every role: what waits, oldest first, with its deadline."""

from datetime import timedelta

from freezegun import freeze_time
from odoo import fields
from odoo.tests import tagged

from .order_case import DRAWN
from .test_delegation_order import DelegationOrderCase
from .test_release_flow import FlowCase

TODO = "mail.mail_activity_data_todo"
ROLES = (
    "customer_service", "merchandiser", "supervisor", "salesperson", "sales_director",
    "quotation", "technical", "engineering", "planner", "production",
    "production_head", "quality", "quality_head", "finance", "shipping", "warehouse",
    "aftersales", "aftersales_head", "store_development",
)  # fmt: skip


class WaitingCase(DelegationOrderCase, FlowCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for role in ROLES:
            if role not in cls.people:
                cls.people[role] = cls._person(role)

    def waiting(self, user, domain=()):
        """Return what waits for this person or for the person in this role."""
        user = self.people[user] if isinstance(user, str) else user
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.env["order.waiting"].with_user(user)
        rows = rows.with_context(allowed_company_ids=user.company_ids.ids)
        return rows.search(list(domain))

    def steps_of(self, role, order):
        return self.waiting(role, [("kind", "=", "step"), ("order_id", "=", order.id)])

    def steps(self, role, order):
        return self.steps_of(role, order).mapped("code")

    def todos(self, role):
        return self.waiting(role, [("kind", "=", "todo")])


@tagged("post_install", "-at_install")
class TestWaiting(WaitingCase):
    """ROL-01: what waits for me."""

    def test_every_role_sees_the_step_that_is_its_turn(self):
        """ROL-01: along the way of an order, each role in its turn and no other."""
        order = self.order("b", quantity=100)

        def signs(code, role):
            return lambda: self.sign(order, code, role)

        def sheet():
            return order.current_sheet_id

        def returned():
            sheet()._take_return("Ms Lin", DRAWN, "portal", "drawn.png")

        def started():
            order.mrp_production_ids.qty_producing = 100

        def applied():
            self.pay(order, order.amount_total)
            self.apply(order)

        turns = (
            ("technical", "technical", signs("technical", "technical")),
            ("production_date", "production", signs("production", "production")),
            ("sheet", "customer_service", lambda: self.sent_sheet(order)),
            ("return", "salesperson", returned),
            ("verify", "customer_service", lambda: self.verify(sheet())),
            (
                "instruction",
                "customer_service",
                signs("instruction_service", "customer_service"),
            ),
            (
                "instruction",
                "production_head",
                signs("instruction_production", "production_head"),
            ),
            ("release", "customer_service", order.action_confirm),
            ("production", "production", started),
            ("inspection", "quality", lambda: self.produce(order)),
            ("clearance", "finance", signs("finance_clearance", "finance")),
            ("application", "customer_service", applied),
            ("shipping", "shipping", lambda: self.ship(order)),
            ("under_way", "customer_service", lambda: None),
        )
        theirs = {
            "customer_service": {"customer_service", "supervisor"},
            "verify": {"supervisor"},
            "production_date": {"planner", "production", "production_head"},
            "production": {"production", "production_head"},
            "quality": {"quality", "quality_head"},
        }
        for stage, role, take in turns:
            with self.subTest(stage=stage, role=role):
                seen = {one for one in ROLES if stage in self.steps(one, order)}
                self.assertEqual(seen, theirs.get(stage, theirs.get(role, {role})))
                # Whoever prepared the sheet has a to-do instead of the step.
                role = "supervisor" if stage == "verify" else role
                [row] = self.waiting(
                    role, [("order_id", "=", order.id), ("kind", "=", "step")]
                )
                self.assertTrue(row.name and row.next_step and row.since)
                self.assertEqual(row.document, order.name)
                if stage in ("technical", "return", "instruction", "clearance"):
                    self.assertIn("res_model", row.action_go())
                self.assertEqual(row.action_open()["res_id"], order.id)
                take()

    def test_every_role_has_its_lines(self):
        """ROL-01: a to-do of each role, on its page and on nobody else's."""
        order = self.order()
        for role in ROLES:
            with self.subTest(role=role):
                todo = order.activity_schedule(
                    TODO,
                    user_id=self.people[role].id,
                    summary=f"For {role}",
                    date_deadline=fields.Date.today() - timedelta(days=1),
                )
                [row] = self.todos(role)
                self.assertEqual((row.name, row.urgency), (f"For {role}", "1"))
                self.assertEqual(row.document, order.name)
                self.assertEqual(row.action_go()["res_id"], order.id)
                words = f"For {role}"
                others = [
                    other
                    for other in ROLES
                    if other != role and words in self.todos(other).mapped("name")
                ]
                self.assertFalse(others)
                todo.unlink()
                self.assertFalse(self.todos(role))

    def test_clocks_of_one_s_department(self):
        """ROL-01, ORD-14: two hours for who may answer, and the button to do so."""
        order = self.order()
        self.sign(order, "technical", "technical")
        clock = order.sudo()._clock_open("production_answer")[order.id]
        self.people["both"] = self._person("planner", login="case_both")
        self.people["both"].group_ids |= self.env.ref(
            "customer_tiering.role_production"
        )
        for role in ("planner", "production", "both"):
            [row] = self.waiting(role, [("order_id", "=", order.id)])
            self.assertEqual((row.kind, row.code), ("step", "production_date"))
            self.assertEqual(row.due, clock.deadline_at)
            self.assertEqual(row.action_go()["res_model"], "order.production.statement")
            with self.cr.savepoint() as savepoint:
                if role != "both":
                    self.sign(order, "production", role)
                    self.assertEqual(clock.state, "met")
                    self.assertFalse(self.waiting(role, [("id", "=", row.id)]))
                savepoint.rollback()
            self.env.invalidate_all()
        with freeze_time(clock.deadline_at + timedelta(minutes=1)):
            self.assertEqual(self.waiting("planner").urgency, "1")
        # The question to the customer is a to-do already.
        bare = self.bare_order()
        bare.with_user(self.service).action_ask_customer()
        rows = self.waiting("salesperson", [("order_id", "=", bare.id)])
        self.assertEqual(rows.mapped("kind"), ["todo"])

    def test_the_deadline_of_a_step_is_its_clock_s(self):
        """ROL-01: the clock of the same role is not a second line."""
        order = self.order()
        self.sign(order, "technical", "technical")
        self.sign(order, "production", "production")
        rows = self.waiting("customer_service", [("order_id", "=", order.id)])
        self.assertEqual(rows.mapped("kind"), ["step"])
        clock = order.sudo()._clock_open("date_to_customer")[order.id]
        self.assertEqual(rows.due, clock.deadline_at)

    def test_overdue_first_then_the_oldest(self):
        """ROL-01: what is late stands on top, then what waits longest."""
        today = fields.Date.today()
        orders = [self.order() for _n in range(3)]
        deadlines = (today + timedelta(days=9), today - timedelta(days=2), None)
        for order, day in zip(orders, deadlines, strict=True):
            if day:
                order.activity_schedule(
                    TODO, user_id=self.people["technical"].id, date_deadline=day
                )
        rows = self.waiting("technical")
        self.assertEqual(rows[0].order_id, orders[1])
        self.assertEqual(rows.mapped("urgency"), sorted(rows.mapped("urgency")))

    def test_owed_papers(self):
        """ROL-01, ORD-31: what is owed stays, also when its to-do was ticked off."""
        order = self.order("a")
        self.sign_all(order, sheet=False)
        order.with_user(self.service).action_confirm()
        [row] = self.waiting(
            "salesperson",
            [("order_id", "=", order.id), ("res_model", "=", "release.owed")],
        )
        self.assertEqual(row.kind, "todo")
        owed = self.env["release.owed"].search([("order_id", "=", order.id)])
        owed.activity_ids.action_done()
        [row] = self.waiting(
            "salesperson", [("order_id", "=", order.id), ("kind", "=", "owed")]
        )
        self.assertTrue(row.due and row.next_step)
        self.assertEqual(row.action_go()["res_model"], "release.owed")

    def test_a_note_is_read_without_marks(self):
        """ROL-01: emphasis in a note of a to-do does not show as asterisks."""
        director = self.people["sales_director"]
        order = self.order()
        note = "<p>Price: <b>1.05</b> and <em>not</em> 1.20</p>"
        order.activity_schedule(TODO, user_id=director.id, note=note)
        [row] = self.waiting("sales_director", [("kind", "=", "todo")])
        self.assertEqual(row.next_step, "Price: 1.05 and not 1.20")

    def test_calls_and_transfers(self):
        """ROL-01: a call of which nothing came; goods that wait in the stores."""
        note = self.memorandum()
        [row] = self.waiting("customer_service", [("kind", "=", "call")])
        self.assertEqual(row.res_id, note.id)
        suppliers = self.env.ref("stock.stock_location_suppliers")
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "move_ids": [
                    fields.Command.create(
                        {"product_id": self.paper.id, "product_uom_qty": 5,
                         "location_id": suppliers.id,
                         "location_dest_id": self.warehouse.lot_stock_id.id}
                    )
                ],
            }
        )  # fmt: skip
        receipt.action_confirm()
        [row] = self.waiting("warehouse", [("kind", "=", "transfer")])
        self.assertEqual(row.res_id, receipt.id)
        self.assertFalse(self.waiting("shipping", [("kind", "=", "transfer")]))

    def test_a_salesperson_sees_only_their_own(self):
        """ROL-01: and whoever acts for them sees it too, with both names."""
        order = self.order()
        self.sign_all(order, sheet=False)
        self.sent_sheet(order)
        self.assertEqual(self.steps("salesperson", order), ["return"])
        self.assertFalse(self.waiting(self.colleague))
        self.assertFalse(self.steps("customer_service", order))
        self.delegate(order)
        row = self.waiting("customer_service", [("order_id", "=", order.id)])
        row = row.filtered(lambda w: w.kind == "step")
        self.assertEqual((row.code, row.acting_for), ("return", "Salesperson"))

    def test_another_company_sees_nothing(self):
        """ROL-06: what waits here is nobody's there."""
        self.order()
        _rival, person = self.other_company()
        self.assertFalse(self.waiting(person))

    def test_nobody_writes_it(self):
        """ROL-01: a page, not a record."""
        self.order()
        row = self.waiting("technical")[:1]
        model = self.env["order.waiting"].with_user(self.people["technical"])
        for operation in ("create", "write", "unlink"):
            self.assertFalse(model.has_access(operation))
        self.assertTrue(row)

    def test_80_orders_cost_what_8_cost(self):
        """ROL-01: the page opens in the same queries, however much waits."""
        orders = self.env["sale.order"].union(*(self.order("b") for _n in range(80)))
        for order in orders:
            order.activity_schedule(TODO, user_id=self.service.id)
            order._clock_start("production_answer")
            order._clock_start("date_to_customer")
        self.env.flush_all()
        names = ["name", "document", "next_step", "acting_for", "since", "due"]
        for role in ("customer_service", "technical", "planner"):
            rows = self.env["order.waiting"].with_user(self.people[role])
            rows.search([("order_id", "in", orders[:8].ids)]).read(names)
            counts = []
            for some in (orders[:8], orders[:8], orders):
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                found = rows.search([("order_id", "in", some.ids)])
                found.read(names)
                counts.append(self.env.cr.sql_log_count - before)
                self.assertGreaterEqual(len(found), len(some))
            with self.subTest(role=role, counts=counts):
                self.assertEqual(counts[1], counts[2])
                self.assertLessEqual(counts[2], 20)

    def test_the_first_page_after_log_in(self):
        """ROL-01: the first menu of the first app, unless one chose another."""
        for role in ROLES:
            menus = (
                self.env["ir.ui.menu"]
                .with_user(self.people[role])
                .load_web_menus(False)
            )
            root = menus["root"]["children"][0]
            self.assertEqual(menus[root]["xmlid"], "order_confirmation.menu_root")
            first = menus[menus[root]["children"][0]]
            self.assertEqual(first["xmlid"], "order_confirmation.menu_mine")
            action = self.env.ref("order_confirmation.order_waiting_action")
            self.assertEqual(first["actionID"], action.id)
            self.assertFalse(self.people[role].action_id)
