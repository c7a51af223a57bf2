"""Exceptions in production: told, agreed, answered, closed; and what they hold."""

from contextlib import contextmanager
from datetime import date, timedelta

from freezegun import freeze_time
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from .. import emergency
from .production_case import PLAN, ProductionCase

# Drawing the first example takes its time on a busy machine.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@patient
@given(st.booleans(), st.lists(st.booleans()), st.lists(st.booleans()), st.booleans())
def test_stage_never_skips(noted, consents, answers, closed):
    """ORD-41: a stage is reached only with everything that comes before it."""
    stage = emergency.stage(noted, consents, answers, closed)
    assert stage in emergency.STAGES
    if stage in ("agreed", "answered"):
        assert noted and consents and all(consents)
    if stage == "answered":
        assert all(answers)
    assert (stage == "closed") == closed


@patient
@given(
    st.lists(st.integers(0, 9), unique=True),
    st.integers(0, 9),
    st.sets(st.integers(0, 9)),
)
def test_what_comes_after_is_held(operations, place, begun):
    """ORD-41: what comes after the place is held, everything where there is none."""
    held = emergency.held(operations, place, begun)
    if place not in operations:
        assert held == operations
        return
    assert place not in held
    before = operations[: operations.index(place)]
    assert held == [
        operation
        for operation in operations
        if operation != place and not (operation in before and operation in begun)
    ]


@tagged("post_install", "-at_install")
class TestExceptionTold(ProductionCase):
    def setUp(self):
        super().setUp()
        self.order_ = self.released()
        self.production = self.made(self.order_)

    def todos(self, exception, role):
        return exception.sudo().activity_ids.filtered(
            lambda todo: todo.user_id == self.people[role]
        )

    def told(self, exception, role):
        return (
            self.people[role].partner_id in exception.message_ids.notified_partner_ids
        )

    def test_customer_service_then_the_salesperson(self):
        """ORD-41: production records it; customer service is told, then the seller."""
        exception = self.report(self.production)
        self.assertTrue(exception.name.startswith("PEX/"))
        self.assertEqual(exception.reported_by_id, self.people["production"])
        self.assertEqual(exception.order_id, self.order_)
        self.assertEqual(exception.state, "reported")
        self.assertTrue(self.told(exception, "customer_service"))
        self.assertTrue(self.todos(exception, "customer_service"))
        self.assertTrue(self.todos(exception, "production_head"))
        self.assertFalse(self.told(exception, "salesperson"))
        exception.with_user(self.service).action_note()
        self.assertEqual(exception.state, "noted")
        self.assertEqual(exception.noted_by_id, self.service)
        self.assertTrue(self.told(exception, "salesperson"))
        self.assertTrue(exception.seller_told_at)
        self.assertFalse(self.todos(exception, "customer_service"))

    def test_the_clock_escalates(self):
        """ORD-41: not noted, the salesperson and supervisor are told; then higher."""
        with freeze_time("2030-01-07 02:00:00"):
            exception = self.report(self.production)
        clocks = exception.clock_ids
        self.assertEqual(
            set(clocks.mapped("kind_code")),
            {"exception_note", "exception_plan", "exception_settled"},
        )
        with freeze_time("2030-01-07 04:30:00"):
            due = clocks.filtered(
                lambda clock: clock.deadline_at <= fields.Datetime.now()
            )
            self.assertEqual(due.kind_id.mapped("code"), ["exception_note"])
            due._mark_late()
        self.assertEqual(exception.escalation, "supervisor")
        self.assertTrue(self.told(exception, "salesperson"))
        self.assertTrue(self.todos(exception, "supervisor"))
        self.assertFalse(self.told(exception, "sales_director"))
        with freeze_time("2030-01-11 02:00:00"):
            for clock in clocks.filtered(lambda clock: clock.state == "running"):
                clock._mark_late()
        self.assertEqual(exception.escalation, "director")
        self.assertTrue(self.told(exception, "sales_director"))

    def test_only_production_or_quality_records(self):
        """ORD-41: others record nothing, and nobody writes where it stands."""
        for role in ("customer_service", "salesperson", "planner", "finance"):
            with self.assertRaises(AccessError):
                self.report(self.production, role=role)
        with self.assertRaises(AccessError):
            self.env["production.exception"].create(
                {"production_id": self.production.id, "kind": "other",
                 "description": "As superuser"}
            )  # fmt: skip
        exception = self.report(self.production)
        with self.assertRaises(AccessError):
            self.report(self.production, state="closed")
        for values in (
            {"state": "closed"},
            {"kind": "machine"},
            {"closed_at": fields.Datetime.now()},
            {"noted_at": fields.Datetime.now()},
        ):
            for role in ("production", "production_head", "quality"):
                with self.assertRaises(AccessError):
                    exception.with_user(self.people[role]).write(values)
            with self.assertRaises(AccessError):
                exception.sudo().write(values)
        with self.assertRaises(UserError):
            exception.sudo().unlink()
        with self.assertRaises(AccessError):
            exception.with_user(self.people["production"]).action_note()

    def test_bad_input(self):
        """ORD-41: impossible quantities, and orders not under way, are refused."""
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            self.report(self.production, quantity=-1)
        with self.assertRaisesRegex(ValidationError, "makes 1000 Units"):
            self.report(self.production, quantity=1001)
        draft = self.made(self.order_, confirm=False)
        with self.assertRaisesRegex(UserError, "while production is under way"):
            self.report(draft)
        draft.action_cancel()
        with self.assertRaisesRegex(UserError, "Cancelled"):
            self.report(draft)
        work = self.production.workorder_ids[0]
        with self.assertRaisesRegex(ValidationError, "has not begun"):
            self.report(self.production, work=work)
        self.company.resource_calendar_id.attendance_ids.unlink()
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "no working hours"):
            self.report(self.production)

    def test_delay_in_working_time(self):
        """ORD-41: the expected end is the planned one and the working time after it."""
        self.production.date_finished = "2030-01-11 07:00:00"  # Friday, 15:00 in Taipei
        exception = self.report(self.production, delay=4)
        # Two hours are left of Friday (to 17:00), two follow on Monday (from 8:00).
        self.assertEqual(str(exception.expected_finish), "2030-01-14 02:00:00")
        # Who signs reads the unit as the form names it.
        terms = exception._plan_terms()[exception.id]
        self.assertEqual(
            exception._signoff_words(("delay",), terms["delay"]), "4 Working hours"
        )


@tagged("post_install", "-at_install")
class TestExceptionPlan(ProductionCase):
    def setUp(self):
        super().setUp()
        self.order_ = self.released()
        self.production = self.made(self.order_)
        self.exception = self.report(self.production)

    def test_signed_by_those_who_agree(self):
        """ORD-41: the plan counts when all named have signed; a change voids it."""
        exception = self.exception
        exception.with_user(self.service).action_note()
        with self.assertRaisesRegex(UserError, "no emergency plan"):
            self.agrees(exception, "quality")
        self.plan(exception, ("production_head", "quality"))
        self.assertEqual(exception.state, "noted")
        self.assertIn("Customer service", exception.waits_for)
        exception.with_user(self.people["planner"]).plan = PLAN + " And again."
        self.assertEqual(exception.consent_ids.mapped("agreed"), [False] * 3)
        for role in ("production_head", "quality", "customer_service"):
            self.agrees(exception, role)
        self.assertEqual(exception.state, "agreed")

    def test_who_agrees_is_data(self):
        """ORD-41: by kind of exception; a company may name its own."""
        parties = self.env["production.exception.party"]
        names = self.report(self.production, kind="material").consent_ids.party_id
        self.assertIn("Technical, on material", names.mapped("name"))
        self.assertNotIn("Quality department", names.mapped("name"))
        own = parties.create(
            {
                "name": "The planner",
                "company_id": self.company.id,
                "group_id": self.env.ref("customer_tiering.role_planner").id,
            }
        )
        self.assertEqual(self.report(self.production).consent_ids.party_id, own)
        with self.assertRaises(ValidationError):
            own.group_id = self.env.ref("customer_tiering.role_finance")

    def test_nobody_signs_for_two(self):
        """ORD-41, ROL-03: not for another department, and not twice."""
        self.plan(self.exception, ())
        row = self.exception.consent_ids[0]
        with self.assertRaises(AccessError):
            self.sign(row, "emergency_plan", "quality")
        with self.assertRaises(AccessError):
            self.sign(row, "emergency_plan", "finance")
        with self.assertRaises(AccessError):
            row.with_user(self.people["production_head"]).write({"agreed": True})

    def test_answer_and_new_date(self):
        """ORD-41, ORD-17: the answer is kept; the date goes through the ledger."""
        exception = self.exception
        exception.with_user(self.service).action_note()
        with self.assertRaisesRegex(UserError, "plan that is agreed"):
            self.answers(exception)
        self.plan(exception)
        before = self.order_.promised_completion_date
        with self.assertRaisesRegex(UserError, "in the past"):
            self.answers(exception, new_date="2020-01-01")
        with self.assertRaisesRegex(UserError, "only when the customer accepts"):
            self.answers(exception, answer="refuses", new_date="2030-01-28")
        with self.assertRaisesRegex(UserError, "what the customer said"):
            self.answers(exception, said=" . ")
        made = self.order_.production_completion_date
        # Whatever the hour of the day, the day before is still to come.
        with freeze_time(made - timedelta(days=2)), self.assertRaises(ValidationError):
            self.answers(exception, new_date=made - timedelta(days=1))
        answer = self.answers(exception, new_date="2030-01-25")
        self.assertEqual(exception.state, "answered")
        self.assertEqual(self.order_.promised_completion_date, date(2030, 1, 25))
        entry = answer.promise_id
        self.assertEqual((entry.cause, entry.date_before), ("exception", before))
        self.assertIn("Four days later", entry.reason)
        self.assertEqual(entry.signature_id.purpose_code, "emergency_plan")
        self.assertEqual(answer.asked_by_id, self.service)
        with self.assertRaises(AccessError):
            answer.sudo().write({"said": "Something else"})
        with self.assertRaises(AccessError):
            answer.sudo().unlink()

    def test_a_new_date_asks_for_a_new_sheet(self):
        """ORD-41, ORD-15, ORD-23: production waits until the customer returns it."""
        self.exception.with_user(self.service).action_note()
        self.plan(self.exception)
        self.answers(self.exception, new_date="2030-01-25")
        self.sign(self.exception, "exception_released", "quality")

        def missing():
            answer = self.order_._release_answers("production")[self.order_.id]
            return [line.code for line in answer.missing]

        self.assertEqual(missing(), ["returned_sheet"])
        work = self.production.workorder_ids[0].with_user(self.people["production"])
        with self.assertRaisesRegex(UserError, "Returned sheet"), self.cr.savepoint():
            work.button_start()
        self.env.invalidate_all()
        self.return_sheet(self.order_)
        self.assertFalse(missing())
        work.button_start()
        self.assertEqual(work.state, "progress")

    def test_a_refusal_goes_to_the_director(self):
        """ORD-41: no date; the director hears of it at once."""
        self.exception.with_user(self.service).action_note()
        self.plan(self.exception)
        self.answers(
            self.exception, answer="refuses", said="Not acceptable.", new_date=False
        )
        self.assertEqual(self.exception.escalation, "director")

    def test_only_who_speaks_with_customers(self):
        """ORD-41: production does not record the customer's answer."""
        self.exception.with_user(self.service).action_note()
        self.plan(self.exception)
        for role in ("production", "quality"):
            with self.assertRaises(AccessError):
                self.answers(self.exception, role=role)


class BegunCase(ProductionCase):
    """A production of two operations, the first of them begun."""

    def setUp(self):
        super().setUp()
        self.production = self.made()
        self.first, self.second = self.production.workorder_ids
        self.maker = self.people["production"]
        self.first.with_user(self.maker).button_start()


@tagged("post_install", "-at_install")
class TestExceptionHolds(BegunCase):
    @contextmanager
    def refused(self):
        """Expect a refusal that names the exception, and take back what led there."""
        with self.assertRaisesRegex(UserError, "PEX/"), self.cr.savepoint():
            yield
            self.env.flush_all()
        self.env.invalidate_all()

    def test_the_next_operation_waits(self):
        """ORD-41: by button, by write and by time; the operation itself goes on."""
        exception = self.report(self.production, work=self.first)
        self.assertTrue(exception.holds)
        second = self.second.with_user(self.maker)
        with self.refused():
            second.button_start()
        with self.refused():
            second.write({"state": "progress"})
        with self.refused():
            second.sudo().write({"state": "done"})
        with self.refused():
            second.write({"qty_produced": 10})
        with self.refused():
            second.duration = 5
        with self.refused():
            self.env["mrp.workcenter.productivity"].create(
                second._prepare_timeline_vals(0, fields.Datetime.now())
            )
        self.env.invalidate_all()
        self.first.with_user(self.maker).button_finish()
        self.assertEqual(self.first.state, "done")
        self.settled(exception)
        with self.refused():
            second.button_start()
        self.sign(exception, "exception_released", "quality")
        self.assertEqual(exception.state, "closed")
        second.button_start()
        self.assertEqual(second.state, "progress")

    def test_without_an_operation_everything_waits(self):
        """ORD-41: a pause is not a way round it."""
        self.report(self.production)
        self.first.with_user(self.maker).button_pending()
        with self.refused():
            self.first.with_user(self.maker).button_start()

    def test_nothing_is_finished(self):
        """ORD-41: not with the button, not by writing, not by splitting it off."""
        self.report(self.production, work=self.first)
        self.first.button_finish()
        with self.refused():
            self.production.write({"state": "done"})
        production = self.production.with_user(self.maker)
        production.qty_producing = 1000
        with self.refused():
            production.button_mark_done()
        with self.refused():
            self.production._post_inventory()
        self.inspect(self.production, 1000)
        moves = self.production.move_finished_ids
        moves.quantity, moves.picked = 1000, True
        with self.refused():
            moves._action_done()

    def test_another_order_of_work_is_no_way_out(self):
        """ORD-41: what has not begun waits wherever it is moved."""
        self.report(self.production, work=self.first)
        self.second.sequence = self.first.sequence - 1
        with self.refused():
            self.second.with_user(self.maker).button_start()

    def test_merging_is_no_way_out(self):
        """ORD-41: a held production is not merged into one that is not."""
        others = [self.made() for _each in range(2)]
        self.report(others[0])
        with self.refused():
            (others[0] | others[1]).action_merge()

    def test_splitting_is_no_way_out(self):
        """ORD-41: what is split off a held production is held too."""
        self.report(self.production, work=self.first)
        parts = self.production._split_productions({self.production: [600, 400]})
        self.assertEqual(len(parts), 2)
        for other in parts - self.production:
            with self.refused():
                other.workorder_ids[:1].button_start()

    def test_another_kind_holds_nothing(self):
        """ORD-41: only quality holds."""
        self.report(self.production, kind="machine", work=self.first)
        self.second.with_user(self.maker).button_start()
        self.assertEqual(self.second.state, "progress")

    def test_only_quality_closes_it(self):
        """ORD-41: in writing, once the customer has answered; not the head."""
        exception = self.report(self.production, work=self.first)
        with self.assertRaisesRegex(UserError, "cannot be closed yet"):
            self.sign(exception, "exception_released", "quality")
        self.settled(exception)
        with self.assertRaises(AccessError):
            self.sign(exception, "exception_released", "production_head")
        with self.assertRaises(UserError):
            self.sign(exception, "exception_closed", "production_head")
        self.sign(exception, "exception_released", "quality")
        self.assertFalse(exception.clock_ids.filtered(lambda c: c.state == "running"))
        with self.assertRaises(UserError):
            exception.with_user(self.maker).write({"quantity": 1})

    def test_a_withdrawn_signature_holds_again(self):
        """ORD-41, PLT-05: what counts is that the signature holds now."""
        exception = self.settled(self.report(self.production, work=self.first))
        row = self.sign(exception, "exception_released", "quality")
        exception.sudo()._signoff_voided(row)
        self.assertEqual(exception.state, "answered")

    def test_constant_queries(self):
        """ORD-41: asking for 80 operations costs what asking for 8 does."""
        for number in range(3):
            self.report(self.production, work=self.first, quantity=number)
        counts = []
        for size in (8, 80):
            rows = self.production.copy_data()[0]
            works = self.env["mrp.production"].create(
                [{**rows, "name": f"Q-{size}-{n}"} for n in range(size)]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            works.mapped("production_group_id")
            before = self.cr.sql_log_count
            self.env["production.exception"]._holding(works)
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])


@tagged("post_install", "-at_install")
class TestExceptionWithdrawn(BegunCase):
    def setUp(self):
        super().setUp()
        self.exception = self.report(self.production, work=self.first)

    def withdraws(self, role="quality", reason="The wrong manufacturing order."):
        exception = self.exception.with_user(self.people[role])
        return self.sign(exception, "exception_withdrawn", role, reason)

    def test_withdrawn_by_who_recorded_it(self):
        """ORD-41: what is not about quality, by who recorded it and no other."""
        self.exception = self.report(self.production, kind="machine", work=self.first)
        other = self._person("production", login="case_other")
        with self.assertRaisesRegex(UserError, "who recorded it"):
            self.exception.with_user(other).action_withdraw()
        self.assertFalse(self.exception.with_user(other).can_withdraw)
        self.assertTrue(self.exception.with_user(self.maker).can_withdraw)
        self.withdraws("production")
        self.assertEqual(self.exception.closed_by_id, self.maker)

    def test_of_quality_by_quality(self):
        """ORD-41: with a reason; what it held goes on, and whoever was told is told."""
        exception = self.exception
        exception.with_user(self.service).action_note()
        second = self.second.with_user(self.maker)
        with self.assertRaisesRegex(UserError, exception.name), self.cr.savepoint():
            second.button_start()
        # Who recorded it would end the hold without quality.
        self.assertFalse(exception.with_user(self.maker).can_withdraw)
        with self.assertRaisesRegex(UserError, "quality or the supervisor"):
            self.withdraws("production")
        self.withdraws()
        self.assertEqual((exception.state, exception.withdrawn), ("closed", True))
        self.assertEqual(exception.withdrawal, "The wrong manufacturing order.")
        self.assertEqual(exception.closed_by_id, self.people["quality"])
        self.assertFalse(exception.holds)
        self.assertFalse(exception.sudo().activity_ids.filtered("automated"))
        self.assertEqual(set(exception.clock_ids.mapped("state")), {"met", "cancelled"})
        text = exception.message_ids[:1]
        self.assertIn("The wrong manufacturing order.", text.body)
        for role in ("customer_service", "salesperson"):
            self.assertIn(self.people[role].partner_id, text.notified_partner_ids)
        second.button_start()
        self.assertEqual(second.state, "progress")
        with self.assertRaises(UserError):
            exception.sudo().unlink()

    def test_the_supervisor_withdraws_too(self):
        """ORD-41: nobody else does, whoever recorded it."""
        for role in ("production_head", "customer_service", "planner"):
            refusal = UserError if role == "production_head" else AccessError
            with self.subTest(role), self.assertRaises(refusal):
                self.withdraws(role)
        with self.assertRaises(AccessError):
            self.exception.with_user(self.maker).write({"withdrawn": True})
        with self.assertRaises(AccessError):
            self.exception.sudo().write({"withdrawn": True})
        self.assertFalse(self.exception.withdrawn)
        self.withdraws("supervisor", "Nobody found anything.")
        self.assertTrue(self.exception.withdrawn)

    def test_not_once_the_plan_is_signed(self):
        """ORD-41: a plan that somebody signed is carried to its end."""
        self.plan(self.exception, ("quality",))
        self.assertFalse(self.exception.with_user(self.people["quality"]).can_withdraw)
        with self.assertRaisesRegex(UserError, "cannot be withdrawn any more"):
            self.withdraws()
        # Who changes the plan asks for the signature again, and it may be withdrawn.
        self.exception.with_user(self.people["planner"]).plan = PLAN + " Tonight."
        self.withdraws()
        with self.assertRaises(UserError):
            self.agrees(self.exception, "quality")
        with self.assertRaisesRegex(UserError, "is closed"):
            self.withdraws()

    def test_holds_again_when_the_withdrawal_is_void(self):
        """ORD-41, PLT-05: what counts is that the signature holds now."""
        row = self.withdraws()
        self.exception.sudo()._signoff_voided(row)
        self.assertEqual(
            (self.exception.state, self.exception.withdrawn), ("reported", False)
        )
        running = self.exception.clock_ids.filtered(lambda row: row.state == "running")
        self.assertEqual(len(running), 3)


@tagged("post_install", "-at_install")
class TestExceptionRpc(ProductionCase, HttpCase):
    def test_over_rpc(self):
        """ORD-41: a forged context opens nothing, a held operation does not start."""
        production = self.made()
        first, second = production.workorder_ids
        first.button_start()
        exception = self.report(production, work=first)
        self.authenticate("case_production", "case_production")
        key = {"kept_key": True, "allowed_company_ids": [self.company.id]}

        def call(model, method, *args):
            return self.make_jsonrpc_request(
                "/web/dataset/call_kw",
                {"model": model, "method": method, "args": args,
                 "kwargs": {"context": key}},
            )  # fmt: skip

        with self.assertRaises(JsonRpcException), mute_logger("odoo.http"):
            call("production.exception", "write", [exception.id], {"state": "closed"})
        with self.assertRaises(JsonRpcException), mute_logger("odoo.http"):
            call("mrp.workorder", "button_start", [second.id])
        with self.assertRaises(JsonRpcException), mute_logger("odoo.http"):
            call("mrp.workorder", "write", [second.id], {"state": "progress"})
        with self.assertRaises(JsonRpcException), mute_logger("odoo.http"):
            call("production.exception", "unlink", [exception.id])
        self.assertNotEqual(exception.state, "closed")
        self.assertIn(second.state, ("ready", "blocked", "pending", "waiting"))
