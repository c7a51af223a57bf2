"""Supervision points: from the template, by themselves, answered once."""

from datetime import datetime, timedelta

from freezegun import freeze_time
from odoo import Command, fields
from odoo.addons.written_signoff.keeping import keyed
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .order_case import DRAWN
from .production_case import ProductionCase

# Monday, 8:00 in Taipei.
MONDAY = datetime(2030, 1, 7, 0, 0)


class SupervisionCase(ProductionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env["supervision.template"].create(
            {
                "name": "Printed goods",
                "categ_id": cls.category.id,
                "line_ids": [
                    Command.create(row)
                    for row in (
                        {"name": "First sheet", "kind": "quality", "hours": 2,
                         "picture_required": True},
                        {"name": "Half way", "kind": "quantity", "due_on": "part",
                         "part": 0.5, "number_required": True},
                        {"name": "Off the press", "kind": "progress",
                         "due_on": "operation", "workcenter_id": cls.press.id},
                    )
                ],
            }
        )  # fmt: skip

    def setUp(self):
        super().setUp()
        self.order_ = self.released()

    def planned(self, start=MONDAY, days=2):
        """Return a production that is planned from a Monday on."""
        production = self.made(self.order_)
        production.with_context(force_date=True).write(
            {"date_start": start, "date_finished": start + timedelta(days=days)}
        )
        return production

    def point(self, production, name):
        return production.supervision_ids.filtered(lambda row: row.name == name)

    def test_everybody_inside_can_open_it(self):
        """ORD-40: finance, too, who reads no manufacturing orders."""
        point = self.point(self.planned(), "Half way")
        for role in ("finance", "technical", "shipping"):
            self.env.invalidate_all()
            mine = point.with_user(self.people[role])
            self.assertIn("Half way", mine.display_name, role)

    def answer(self, point, role="merchandiser", **values):
        """Answer through the dialog."""
        action = point.with_user(self.people[role]).action_answer()
        dialog = (
            self.env[action["res_model"]]
            .with_user(self.people[role])
            .with_context(**action["context"])
            .create({"finding": "Colour as the proof.", **values})
        )
        dialog.action_answer()


@tagged("post_install", "-at_install")
class TestSupervisionPoints(SupervisionCase):
    def test_come_from_the_template(self):
        """ORD-40: confirming production for an order lays the points out, once."""
        production = self.made(self.order_, confirm=False)
        self.assertFalse(production.supervision_ids)
        production.action_confirm()
        points = production.supervision_ids
        self.assertEqual(
            set(points.mapped("name")), {"First sheet", "Half way", "Off the press"}
        )
        self.assertEqual(points.user_id, self.merchandiser)
        self.assertEqual(points.order_id, self.order_)
        production._supervision_make()
        production.write({"state": "progress"})
        self.assertEqual(production.supervision_ids, points)
        self.assertEqual(self.order_.supervision_count, len(points) + 3)

    def test_of_the_release_itself(self):
        """ORD-40: what a release launches has its points, without a click."""
        launched = self.order_.mrp_production_ids
        self.assertTrue(launched)
        self.assertEqual(len(launched.supervision_ids), 3)

    def test_nearest_category_and_own_company(self):
        """ORD-40: the nearest category decides, the company's before the general."""
        below = self.env["product.category"].create(
            {"name": "Below", "parent_id": self.category.id}
        )
        self.brochure.categ_id = below
        production = self.made(self.order_)
        self.assertEqual(len(production.supervision_ids), 3)
        own = self.template.copy(
            {
                "company_id": self.company.id,
                "line_ids": [Command.create({"name": "Only this", "hours": 1})],
            }
        )
        production = self.made(self.order_)
        self.assertEqual(production.supervision_ids.mapped("name"), ["Only this"])
        own.active = False
        self.assertEqual(len(self.made(self.order_).supervision_ids), 3)

    def test_none_without_control(self):
        """ORD-40: production that the rules do not hold gets no points."""
        self.env["supervision.point"]._make(self.env["mrp.production"])
        other = self.env["mrp.production"].create(
            {"product_id": self.paper.id, "product_qty": 1,
             "company_id": self.company.id}
        )  # fmt: skip
        other.action_confirm()
        self.assertFalse(other.supervision_ids)

    def test_when(self):
        """ORD-40: hours after the start, part of the time, end of an operation."""
        production = self.planned()
        work = production.workorder_ids[0]
        work.write({"date_start": MONDAY, "date_finished": MONDAY + timedelta(hours=5)})
        due = {row.name: row.due_at for row in production.supervision_ids}
        self.assertEqual(due["First sheet"], MONDAY + timedelta(hours=2))
        middle = (
            production.date_start
            + (production.date_finished - production.date_start) / 2
        )
        self.assertEqual(due["Half way"], middle.replace(microsecond=0))
        self.assertEqual(due["Off the press"], work.date_finished)

    def test_moves_with_production(self):
        """ORD-40: when production moves, points do; what was due is taken back."""
        production = self.planned()
        point = self.point(production, "First sheet")
        with freeze_time(MONDAY + timedelta(hours=3)):
            point._fall_due()
            self.assertEqual(point.state, "due")
            self.assertTrue(point.activity_ids)
            production.with_context(force_date=True).write(
                {
                    "date_start": MONDAY + timedelta(days=1),
                    "date_finished": MONDAY + timedelta(days=3),
                }
            )
        self.assertEqual(point.due_at, MONDAY + timedelta(days=1, hours=2))
        self.assertEqual(point.state, "planned")
        self.assertFalse(point.activity_ids)
        self.assertEqual(point.clock_ids.state, "cancelled")

    def test_fall_due_and_late_by_themselves(self):
        """ORD-40: due: a to-do and a clock; late: shown, and the supervisor is told."""
        production = self.planned()
        point = self.point(production, "First sheet")
        with freeze_time(MONDAY + timedelta(hours=3)):
            for _twice in range(2):
                self.env["supervision.point"].search(
                    [("due_at", "<=", fields.Datetime.now())]
                )._attempt_fall_due(self.company)
            todo = point.activity_ids
            self.assertEqual((point.state, todo.user_id), ("due", self.merchandiser))
            self.assertEqual(len(todo), 1)
            waiting = self.env["order.waiting"].with_user(self.merchandiser)
            self.assertIn(
                (point._name, point.id),
                {(row.res_model, row.res_id) for row in waiting.search([])},
            )
        with freeze_time(MONDAY + timedelta(days=1)):
            point.clock_ids._mark_late()
        self.assertEqual(point.state, "late")
        told = point.message_ids.notified_partner_ids
        self.assertIn(self.supervisor.partner_id, told)
        self.assertEqual(point.activity_ids, todo)

    def test_cancelled_with_production(self):
        """ORD-40: nobody looks at what is not made."""
        production = self.planned()
        production.action_cancel()
        self.assertEqual(set(production.supervision_ids.mapped("state")), {"cancelled"})

    def test_done_before_it_fell_due(self):
        """ORD-40: what cannot be looked at any more is not asked for."""
        production = self.planned()
        first = self.point(production, "First sheet")
        first._fall_due()
        production.write({"state": "done"})
        self.assertEqual(first.state, "due")
        self.assertEqual(
            set((production.supervision_ids - first).mapped("state")), {"cancelled"}
        )

    def test_nothing_that_was_due_is_lost_when_it_is_done(self):
        """ORD-40: due by then, or its operation done: it falls due; the rest ends."""
        production = self.planned(days=5)
        first = self.point(production, "First sheet")
        press = self.point(production, "Off the press")
        half = self.point(production, "Half way")
        with freeze_time(MONDAY + timedelta(hours=3)):
            works = production.workorder_ids.filtered(
                lambda work: work.workcenter_id == self.press
            )
            self.env.flush_all()
            self.cr.execute(
                "UPDATE mrp_workorder SET state = 'done' WHERE id IN %s",
                [tuple(works.ids)],
            )
            self.env.invalidate_all()
            keyed(half).write({"due_at": MONDAY + timedelta(days=2)})
            keyed(press).write({"due_at": False})
            self.assertEqual(set((first | press | half).mapped("state")), {"planned"})
            production.write({"state": "done"})
        self.assertEqual((first.state, press.state), ("due", "due"))
        self.assertEqual(half.state, "cancelled")
        self.assertLessEqual(press.due_at, MONDAY + timedelta(hours=3))
        for point in first | press:
            self.assertEqual(point.activity_ids.user_id, self.merchandiser)

    def test_without_working_hours(self):
        """ORD-40: production starts all the same; every hour counts then."""
        self.company.resource_calendar_id.attendance_ids.unlink()
        production = self.made(self.order_)
        self.assertTrue(self.point(production, "First sheet").due_at)

    def test_template_refuses_nonsense(self):
        """ORD-40: times that cannot be are named."""
        line = self.template.line_ids[0]
        for values in (
            {"hours": -1},
            {"due_on": "part", "part": 1.2},
            {"due_on": "operation"},
        ):
            with self.assertRaisesRegex(ValidationError, "First sheet"):
                line.write(values)

    def test_constant_queries(self):
        """ORD-40: points for 80 manufacturing orders cost what those for 8 do."""
        counts = []
        for size in (8, 80):
            productions = self.env["mrp.production"].create(
                [
                    {
                        "product_id": self.brochure.id,
                        "product_qty": 5,
                        "company_id": self.company.id,
                        "sale_line_id": self.order_.order_line[:1].id,
                        "bom_id": False,
                    }
                    for _each in range(size)
                ]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            templates = self.env["supervision.template"]._for(productions)
            self.env["supervision.point"]._fewest_open(productions.company_id)
            counts.append(self.cr.sql_log_count - before)
            self.assertEqual(set(templates.values()), {self.template.sudo()})
        self.assertEqual(counts[0], counts[1])


@tagged("post_install", "-at_install")
class TestSupervisionAnswer(SupervisionCase):
    def setUp(self):
        super().setUp()
        self.production = self.planned()
        self.first = self.point(self.production, "First sheet")
        self.half = self.point(self.production, "Half way")

    def test_finding_number_picture(self):
        """ORD-40: who answered and when is kept by the server, once."""
        with freeze_time(MONDAY + timedelta(days=1)):
            self.half._fall_due()
            self.answer(self.half, number="1,250.5")
        row = self.half
        self.assertEqual((row.state, row.number), ("answered", 1250.5))
        self.assertEqual(row.answered_by_id, self.merchandiser)
        self.assertEqual(row.answered_at, MONDAY + timedelta(days=1))
        self.assertFalse(row.activity_ids)
        self.assertEqual(row.clock_ids.state, "met")
        self.answer(self.first, picture=DRAWN)
        self.assertTrue(self.first.picture)
        with self.assertRaisesRegex(UserError, "nothing is left"):
            self.answer(self.first, picture=DRAWN)

    def test_what_is_asked_for_is_given(self):
        """ORD-40: no picture, no number, a number that is none, no words."""
        with self.assertRaisesRegex(UserError, "asks for a picture"):
            self.answer(self.first)
        with self.assertRaisesRegex(UserError, "asks for a number"):
            self.answer(self.half)
        with self.assertRaisesRegex(UserError, "cannot be negative"):
            self.answer(self.half, number="-3")
        for text in ("nan", "1e9", "twelve", "٣"):
            with self.assertRaisesRegex(UserError, "not a number"):
                self.answer(self.half, number=text)
        with self.assertRaisesRegex(UserError, "what you found"):
            self.answer(self.half, number="1", finding=" - ")
        self.assertEqual(self.half.state, "planned")

    def test_zero_is_a_number(self):
        """ORD-40: nothing made yet is an answer."""
        self.answer(self.half, number="0")
        self.assertTrue(self.half.has_number)

    def test_a_deviation_is_told(self):
        """ORD-40: what is not as it should be reaches production and the planner."""
        self.answer(self.half, number="3", outcome="deviates", finding="Too few")
        told = self.half.message_ids.notified_partner_ids
        self.assertIn(self.people["production_head"].partner_id, told)
        self.assertIn(self.people["planner"].partner_id, told)

    def test_only_the_merchandiser(self):
        """ORD-40: the supervisor too; nobody else, and nobody writes."""
        for role in ("production", "customer_service", "salesperson", "quality"):
            with self.assertRaises(AccessError):
                self.answer(self.half, role, number="1")
        with self.assertRaises(AccessError):
            self.half.sudo()._answer("fine", "As the system", 1.0)
        for values in ({"state": "answered"}, {"finding": "x"}, {"due_at": MONDAY}):
            for role in ("merchandiser", "supervisor"):
                with self.assertRaises(AccessError):
                    self.half.with_user(self.people[role]).write(values)
            with self.assertRaises(AccessError):
                self.half.sudo().write(values)
        with self.assertRaises(AccessError):
            self.half.sudo().unlink()
        with self.assertRaises(AccessError):
            self.half.sudo().copy()
        self.answer(self.half, "supervisor", number="1")
        self.assertEqual(self.half.answered_by_id, self.supervisor)

    def test_taken_over(self):
        """ORD-40: another merchandiser takes a point over, to-do and all."""
        other = self._person("merchandiser", login="case_other_merchandiser")
        self.half._fall_due()
        self.half.with_user(other).action_take_over()
        self.assertEqual(self.half.user_id, other)
        self.assertEqual(self.half.activity_ids.user_id, other)
        self.half.clock_ids._mark_late()
        self.assertEqual(self.half.activity_ids.user_id, other)
        self.assertEqual(len(self.half.activity_ids), 1)
        with self.assertRaises(AccessError):
            self.half.with_user(self.service).action_take_over()


@tagged("post_install", "-at_install")
class TestSupervisionRpc(SupervisionCase, HttpCase):
    def test_over_rpc(self):
        """ORD-40: a forged context opens nothing."""
        point = self.planned().supervision_ids[0]
        self.authenticate("case_merchandiser", "case_merchandiser")
        for method, args in (
            ("write", [[point.id], {"state": "answered"}]),
            ("unlink", [[point.id]]),
            ("create", [{"name": "x", "production_id": point.production_id.id}]),
            ("_answer", [[point.id], "fine", "x"]),
        ):
            with self.assertRaises(JsonRpcException), mute_logger("odoo.http"):
                self.make_jsonrpc_request(
                    "/web/dataset/call_kw",
                    {
                        "model": "supervision.point",
                        "method": method,
                        "args": args,
                        "kwargs": {"context": {"kept_key": True}},
                    },
                )
        self.assertEqual(point.state, "planned")
