"""The days that were agreed in writing stand on Odoo's own documents."""

from datetime import date

from freezegun import freeze_time
from odoo.tests import tagged

from .test_release_flow import FlowCase

START, COMPLETION, SHIP = date(2031, 3, 10), date(2031, 3, 20), date(2031, 3, 21)


@tagged("post_install", "-at_install")
class TestSchedule(FlowCase):
    def setUp(self):
        super().setUp()
        frozen = freeze_time("2031-03-03 02:00:00")
        frozen.start()
        self.addCleanup(frozen.stop)

    def agreed(self, **values):
        """Return an order that is released, and its manufacturing order."""
        order = self.order("a", 100, wanted_date=COMPLETION, ship_date=SHIP, **values)
        self.sign(order, "technical", "technical")
        dates = {"start_date": START, "completion_date": COMPLETION}
        self.sign(order, "production", "production", **dates)
        self.sign(order, "instruction_service", "customer_service")
        self.sign(order, "instruction_production", "production_head")
        order.ship_date = SHIP
        order.action_confirm()
        return order, order.mrp_production_ids

    def days(self, record, *names):
        return [self.company._business_date(record[name]) for name in names]

    def test_made_and_shipped_on_the_agreed_days(self):
        """ORD-14, ORD-26: production's days and the ship date, not today's."""
        order, production = self.agreed()
        self.assertEqual(
            self.days(production, "date_start", "date_deadline"), [START, COMPLETION]
        )
        picking = order.picking_ids
        self.assertEqual(
            self.days(picking, "scheduled_date", "date_deadline"), [SHIP, SHIP]
        )

    def test_days_that_move(self):
        """ORD-14: a new ship date moves what has not left, a new start the making."""
        order, production = self.agreed()
        later = date(2031, 3, 28)
        order.ship_date = later
        self.assertEqual(self.days(order.picking_ids, "scheduled_date"), [later])
        order.sudo().production_start_date = date(2031, 3, 12)
        self.assertEqual(self.days(production, "date_start"), [date(2031, 3, 12)])

    def test_what_has_begun_stays(self):
        """ORD-14: making that has begun keeps its day."""
        order, production = self.agreed()
        production.qty_producing = 10
        self.assertEqual(production.state, "progress")
        began = production.date_start
        order.sudo().production_start_date = date(2031, 3, 13)
        self.assertEqual(production.date_start, began)

    def test_not_without_release_control(self):
        """TIER-10: where no order is held to the rules, Odoo's own days stand."""
        order = self.order("a", 100, ship_date=SHIP)
        self.env.flush_all()
        self.cr.execute(
            "UPDATE res_company SET release_control = false WHERE id = %s",
            [self.company.id],
        )
        self.env.invalidate_all()
        order.action_confirm()
        self.assertNotEqual(self.days(order.picking_ids, "scheduled_date"), [SHIP])
