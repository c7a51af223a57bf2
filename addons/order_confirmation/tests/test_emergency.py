"""Goods that leave before their paper, by the supervisor's order (ORD-53)."""

from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation

from .shipping_case import ShippingCase


class EmergencyCase(ShippingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supervisor = cls.people["supervisor"]

    def drafted(self, source, quantity=None, hours=4, **values):
        """Return what the supervisor is to sign, on an order or a transfer."""
        action = source.with_user(self.supervisor).action_emergency_shipment()
        emergency = self.env["emergency.shipment"].browse(action["res_id"])
        emergency = emergency.with_user(self.supervisor)
        emergency.write(
            {
                "reason": "Their line stands still without it.",
                "due_at": fields.Datetime.now() + timedelta(hours=hours),
                **values,
            }
        )
        if quantity:
            emergency.line_ids.quantity = quantity
        return emergency

    def ordered(self, source, quantity=None, hours=4):
        emergency = self.drafted(source, quantity, hours)
        self.sign(emergency, "emergency_shipment", "supervisor")
        return emergency


@tagged("post_install", "-at_install")
class TestEmergency(EmergencyCase):
    """ORD-53: ordered, used once, owed, settled."""

    def test_goods_leave_and_owe_their_paper(self):
        """ORD-53: it stands for the application, says so, and is listed as owing."""
        order = self.released()
        emergency = self.ordered(order)
        self.assertEqual(emergency.state, "in_force")
        row = order.with_user(self.supervisor).release_status("shipping")[0]
        line = next(
            line
            for line in row["requirements"]
            if line["code"] == "delivery_application"
        )
        self.assertEqual((line["state"], line["by"]), ("excepted", "Supervisor"))
        self.ship(self.picking(order))
        self.assertEqual(order.order_line.qty_delivered, 100)
        self.assertEqual(emergency.state, "owing")
        self.assertEqual(emergency.owed_text, "[POS-1] Poster 100 Units")
        clock = emergency.sudo()._clock_open("emergency_paper")[emergency.id]
        self.assertLess(
            abs(clock.deadline_at - emergency.due_at), timedelta(seconds=61)
        )

    def test_application_afterwards_settles_it(self):
        """ORD-53: the paper comes, the clock is met, and nothing more may leave."""
        order = self.released()
        emergency = self.ordered(order, 60)
        self.ship(self.picking(order), 60)
        application = self.draft(order)
        self.assertEqual(application.line_ids.quantity, 100, "60 owed, 40 to come")
        application.line_ids.quantity = 60
        self.tick(application)
        self.sign(application, "delivery_application", "customer_service")
        self.assertEqual(emergency.state, "settled")
        self.assertTrue(emergency.settled_at)
        self.assertFalse(emergency.sudo()._clock_open("emergency_paper"))
        self.assertEqual(application.state, "done")
        with self.assertRaisesRegex(UserError, "Poster 40"):
            self.ship(self.picking(order))

    def test_one_application_for_owed_and_rest(self):
        """ORD-53: what is owed is covered first, and the rest may leave."""
        order = self.released()
        emergency = self.ordered(order, 60)
        self.ship(self.picking(order), 60)
        self.applied(order)
        self.assertEqual(emergency.state, "settled")
        self.ship(self.picking(order))
        self.assertEqual(order.order_line.qty_delivered, 100)

    def test_paper_for_a_part(self):
        """ORD-53: half of the paper leaves the other half owed, and lends nothing."""
        order = self.released()
        emergency = self.ordered(order, 60)
        self.ship(self.picking(order), 60)
        self.applied(order, 25)
        self.assertEqual(emergency.state, "owing")
        self.assertEqual(emergency.owed_text, "[POS-1] Poster 35 Units")
        with self.assertRaisesRegex(UserError, "Delivery application"):
            self.ship(self.picking(order), 1)
        self.applied(order, 35)
        self.assertEqual(emergency.state, "settled")

    def test_applications_are_used_first(self):
        """ORD-53: what an application covers owes no paper."""
        order = self.released()
        self.applied(order, 70)
        emergency = self.ordered(order)
        self.assertEqual(emergency.line_ids.quantity, 30)
        self.ship(self.picking(order))
        self.assertEqual(emergency.line_ids.used, 30)
        self.assertEqual(order.order_line.qty_delivered, 100)

    def test_not_for_more(self):
        """ORD-53: sixty ordered, sixty-one do not leave."""
        order = self.released()
        emergency = self.ordered(order, 60)
        with self.assertRaisesRegex(UserError, "Delivery application"):
            self.ship(self.picking(order), 61)
        self.assertFalse(emergency.line_ids.used)

    def test_not_twice(self):
        """ORD-53: what left on it has left; it does not begin anew."""
        order = self.released()
        self.ordered(order, 60)
        self.ship(self.picking(order), 40)
        with self.assertRaisesRegex(UserError, "Delivery application"):
            self.ship(self.picking(order), 40)
        picking = self.picking(order)
        picking.move_ids.quantity = 20
        self.ship(picking, 20)
        with self.assertRaisesRegex(UserError, "Delivery application"):
            self.ship(self.picking(order), 1)

    def test_not_after_its_hour(self):
        """ORD-53: the hour counts, whatever the stored state says."""
        order = self.released()
        emergency = self.ordered(order, hours=2)
        with freeze_time(emergency.due_at):
            self.assertEqual(emergency.state, "in_force")
            with self.assertRaisesRegex(UserError, "Delivery application"):
                self.ship(self.picking(order))

    def test_others_say_stays_theirs(self):
        """ORD-53: it stands for the paper alone, not for finance or quality."""
        order = self.released()
        self.env["release.rule"].search(
            [
                ("gate_id.code", "=", "shipping"),
                ("requirement_id.code", "=", "finance_clearance"),
            ]
        ).treatment = "required"
        self.ordered(order)
        with self.assertRaisesRegex(UserError, "Finance clearance") as refusal:
            self.ship(self.picking(order))
        self.assertNotIn("Delivery application", str(refusal.exception))

    def test_correction_of_what_left(self):
        """ORD-53: a quantity corrected afterwards is not counted twice."""
        order = self.released()
        emergency = self.ordered(order)
        picking = self.ship(self.picking(order))
        picking.move_ids.quantity = 90
        self.assertEqual(emergency.line_ids.used, 100)
        with self.assertRaisesRegex(UserError, "Delivery application"):
            picking.move_ids.quantity = 101

    def test_transfer_without_order(self):
        """ORD-53: a transfer that has no order is ordered, owes and settles alike."""
        picking = self.loose_picking()
        emergency = self.ordered(picking)
        self.assertEqual(emergency.picking_id, picking)
        with self.assertRaisesRegex(UserError, "Poster 3"):
            self.ship(picking, 8)
        self.ship(picking, 5)
        self.assertEqual(picking.state, "done")
        self.assertEqual(emergency.state, "owing")
        action = picking.with_user(self.service).action_apply_for_delivery()
        application = self.env["delivery.application"].browse(action["res_id"])
        self.tick(application)
        self.sign(application, "delivery_application", "customer_service")
        self.assertEqual(emergency.state, "settled")
        self.assertEqual(application.state, "done")

    def test_taken_back(self):
        """ORD-53: withdrawn, nothing more leaves; what has left still owes paper."""
        order = self.released()
        emergency = self.ordered(order, 60)
        self.ship(self.picking(order), 40)
        emergency._signoff_withdraw(emergency.sudo().signature_ids, "Not needed")
        self.assertEqual(emergency.state, "owing")
        picking = self.picking(order)
        with self.assertRaisesRegex(UserError, "Delivery application"):
            self.ship(picking, 10)


@tagged("post_install", "-at_install")
class TestEmergencyOrdered(EmergencyCase):
    """ORD-53: by whom, with what; ROL-03, TIER-06."""

    def test_reason_and_hour(self):
        """ORD-53: no reason, no hour, one that is past, too much: refused in words."""
        order = self.released()
        past = fields.Datetime.now() - timedelta(minutes=1)
        for values, words in (
            ({"reason": " … "}, "why it cannot wait"),
            ({"due_at": False}, "by which hour"),
            ({"due_at": past}, "lies ahead"),
        ):
            emergency = self.drafted(order, **values)
            with self.subTest(values), self.assertRaisesRegex(UserError, words):
                self.sign(emergency, "emergency_shipment", "supervisor")
        far = fields.Datetime.now() + timedelta(days=12)
        emergency = self.drafted(order, due_at=far)
        with self.assertRaisesRegex(UserError, "at the latest"):
            self.sign(emergency, "emergency_shipment", "supervisor")
        emergency = self.drafted(order, 101)
        with self.assertRaisesRegex(UserError, "More than is left to ship: .*Poster"):
            self.sign(emergency, "emergency_shipment", "supervisor")
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
            emergency.line_ids.quantity = -5
            self.env.flush_all()

    def test_the_company_says_how_far_the_hour_may_be(self):
        """ORD-53: one working day unless the company says otherwise."""
        with freeze_time("2031-03-07 02:00:00"):  # a Friday
            latest = self.company._latest_emergency_hour()
            self.assertEqual(str(latest.date()), "2031-03-10")
            order = self.released()
            far = latest + timedelta(days=1)
            emergency = self.drafted(order, due_at=far)
            with self.assertRaisesRegex(UserError, "at the latest"):
                self.sign(emergency, "emergency_shipment", "supervisor")
            self.company.emergency_days = 2
            self.sign(emergency, "emergency_shipment", "supervisor")
            self.assertEqual(emergency.state, "in_force")
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
            self.company.emergency_days = 0
            self.env.flush_all()

    def test_only_the_supervisor(self):
        """ORD-53: nobody else makes, changes or signs one."""
        order = self.released()
        emergency = self.drafted(order)
        for role in ("customer_service", "sales_director", "shipping", "salesperson"):
            user = self.people[role]
            with self.subTest(role):
                with self.assertRaises(AccessError):
                    order.with_user(user).action_emergency_shipment()
                    self.env["emergency.shipment"].with_user(user).create(
                        {"order_id": order.id}
                    )
                with self.assertRaises(AccessError):
                    self.sign(emergency, "emergency_shipment", role)
                with self.assertRaises(AccessError):
                    emergency.with_user(user).write({"reason": "Because"})

    def test_nobody_writes_what_happened(self):
        """TIER-06: state, use and paper are counted; what is signed stays."""
        emergency = self.ordered(self.released())
        forged = {"kept_key": "emergency.shipment"}
        mine = emergency.with_context(**forged)
        for values in (
            {"state": "settled"}, {"signed_by_id": self.env.uid}, {"name": "X"},
            {"due_at": "2099-01-01"}, {"reason": "Another"},
        ):  # fmt: skip
            for record in (mine, mine.sudo()):
                with self.subTest(values), self.assertRaises(AccessError):
                    record.write(values)
        for values in ({"used": 0}, {"papered": 100}, {"quantity": 1000}):
            with self.subTest(values), self.assertRaises(AccessError):
                mine.line_ids.sudo().write(values)
        with self.assertRaises(AccessError):
            mine.line_ids.unlink()
        with self.assertRaises(UserError):
            emergency.unlink()

    def test_server_action(self):
        """TIER-06: a server action as superuser opens nothing either."""
        emergency = self.drafted(self.released())
        action = self.env["ir.actions.server"].create(
            {
                "name": "Open sesame",
                "model_id": self.env["ir.model"]._get_id("emergency.shipment"),
                "state": "code",
                "code": "record.sudo().write({'state': 'in_force'})",
            }
        )
        with self.assertRaises(AccessError):
            action.with_context(
                active_model="emergency.shipment", active_id=emergency.id
            ).run()

    def test_born_in_force(self):
        """TIER-06: none is made or imported in force."""
        order = self.released()
        emergencies = self.env["emergency.shipment"].with_user(self.supervisor)
        with self.assertRaises(AccessError):
            emergencies.create({"order_id": order.id, "state": "in_force"})
        emergencies.load(["order_id/.id", "state"], [[str(order.id), "In force"]])
        found = emergencies.search([("order_id", "=", order.id)])
        self.assertNotIn("in_force", found.mapped("state"))
        with self.assertRaisesRegex(UserError, "Delivery application"):
            self.ship(self.picking(order))


@tagged("post_install", "-at_install")
class TestEmergencyHour(EmergencyCase):
    """ORD-53: escalated until the paper has come."""

    def test_unused_ends(self):
        """ORD-53: what nothing left on ends at its hour and owes nothing."""
        emergency = self.ordered(self.released())
        with freeze_time(emergency.due_at + timedelta(minutes=1)):
            self.env["emergency.shipment"]._cron_hour()
            self.assertEqual(emergency.state, "lapsed")
            self.assertFalse(emergency.activity_ids)

    def test_escalated_step_by_step(self):
        """ORD-53: at the hour the supervisor, later the director; once each."""
        order = self.released()
        emergency = self.ordered(order)
        self.ship(self.picking(order))
        emergencies = self.env["emergency.shipment"]
        emergencies._cron_hour()
        self.assertFalse(emergency.escalation)
        with freeze_time(emergency.due_at + timedelta(minutes=1)):
            for _twice in range(2):
                emergencies._cron_hour()
            emergency.invalidate_recordset()
            self.assertTrue(emergency.overdue)
            self.assertIn(emergency, emergencies.search([("overdue", "=", True)]))
            self.assertEqual(emergency.escalation, "supervisor")
            self.assertEqual(emergency.sudo().activity_ids.user_id, self.supervisor)
            self.assertEqual(len(emergency.sudo().activity_ids), 1)
        with freeze_time(emergency.due_at + timedelta(days=4)):
            emergencies._cron_hour()
            self.assertEqual(emergency.escalation, "director")
            self.assertIn(
                self.people["sales_director"], emergency.sudo().activity_ids.user_id
            )
            self.applied(order)
            self.assertEqual(emergency.state, "settled")
            self.assertFalse(emergency.sudo().activity_ids)

    def test_one_company_does_not_stop_the_others(self):
        """ORD-53: trouble with one is logged, the others are escalated."""
        emergency, broken = (self.left_unpapered() for _number in range(2))
        rival = self.env["res.company"].create({"name": "A Broken One"})
        self.env.cr.execute(
            "UPDATE emergency_shipment SET company_id = %s WHERE id = %s",
            (rival.id, broken.id),
        )
        self.env.invalidate_all()
        settle = type(emergency)._settle

        def trouble(self):
            if broken in self:
                raise ValueError("No working hours")
            return settle(self)

        with (
            freeze_time(emergency.due_at + timedelta(minutes=1)),
            patch.object(type(emergency), "_settle", trouble),
            mute_logger("odoo.addons.order_confirmation.models.emergency_shipment"),
        ):
            emergency._cron_hour()
        self.assertEqual(emergency.escalation, "supervisor")
        self.assertFalse(broken.escalation)

    def left_unpapered(self):
        """Return an emergency under which goods have left."""
        order = self.released()
        emergency = self.ordered(order)
        self.ship(self.picking(order))
        return emergency

    def test_without_working_hours(self):
        """ORD-53: a company without a calendar is escalated by calendar days."""
        order = self.released()
        emergency = self.ordered(order)
        self.ship(self.picking(order))
        self.company.resource_calendar_id.attendance_ids.unlink()
        with freeze_time(emergency.due_at + timedelta(days=4)):
            self.env["emergency.shipment"]._cron_hour()
        self.assertEqual(emergency.escalation, "director")

    def test_queries_do_not_grow(self):
        """ORD-53, TIER-05: as many queries for twelve orders as for three."""
        orders = self.env["sale.order"]
        for _number in range(12):
            order = self.released()
            self.ordered(order)
            orders |= order

        def queries(few):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            few._release_answers("shipping")
            return self.env.cr.sql_log_count - before

        queries(orders)
        self.assertEqual(queries(orders[:3]), queries(orders))
        answers = orders._release_answers("shipping")
        self.assertTrue(all(answer.open for answer in answers.values()))
