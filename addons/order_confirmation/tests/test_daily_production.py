"""The daily production report: drawn from MRP, printed, sent once."""

from datetime import date, datetime, timedelta

from freezegun import freeze_time
from odoo import fields
from odoo.addons.written_signoff.keeping import keyed
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger
from psycopg2 import IntegrityError

from .production_case import ProductionCase

# Wednesday; 8:00 in Taipei.
MORNING = datetime(2030, 1, 9, 0, 0)
DAY = date(2030, 1, 9)
EVENING = datetime(2030, 1, 9, 9, 30)
TITLES = {
    "en_US": "Daily Production Report",
    "zh_TW": "生產日報表",
    "zh_CN": "生产日报表",
}


class DailyCase(ProductionCase):
    def setUp(self):
        super().setUp()
        self.order_ = self.released()
        self.production = self.made(self.order_)
        self.first, self.second = self.production.workorder_ids
        self.plan_on(self.first, MORNING, 2)
        self.plan_on(self.second, MORNING + timedelta(days=1), 3)

    def plan_on(self, work, start, hours):
        """Plan an operation, without Odoo's own ideas of how long it takes."""
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                "UPDATE mrp_workorder SET date_start = %s, date_finished = %s,"
                " duration_expected = %s WHERE id = %s RETURNING id",
                start, start + timedelta(hours=hours), hours * 60, work.id,
            )
        )  # fmt: skip
        self.env.invalidate_all()

    def rows(self, day=DAY, work=None):
        found = self.env["daily.production"].search(
            [("day", "=", day), ("production_id", "=", self.production.id)]
        )
        return found.filtered(lambda row: row.workorder_id == work) if work else found

    def book(self, work, start, minutes):
        loss = self.env.ref("mrp.block_reason7")
        return self.env["mrp.workcenter.productivity"].create(
            {
                "workorder_id": work.id,
                "workcenter_id": work.workcenter_id.id,
                "company_id": self.company.id,
                "loss_id": loss.id,
                "date_start": start,
                "date_end": start + timedelta(minutes=minutes),
            }
        )


@tagged("post_install", "-at_install")
class TestDailyRows(DailyCase):
    def test_per_order_and_work_centre(self):
        """ORD-42: planned, done, scrapped, hours, remaining, by work centre."""
        [row] = self.rows()
        self.assertEqual((row.workcenter_id, row.order_id), (self.press, self.order_))
        self.assertEqual((row.planned_qty, row.done_qty), (1000, 0))
        self.assertEqual(row.remaining_qty, 1000)
        self.assertEqual((row.hours_planned, row.hours_real), (2, 0))
        self.book(self.first, MORNING + timedelta(hours=1), 90)
        with freeze_time(MORNING + timedelta(hours=3)):
            self.first.qty_produced = 400
        self.env.flush_all()
        self.env.invalidate_all()
        [row] = self.rows()
        self.assertEqual((row.hours_real, row.done_qty), (1.5, 400))
        self.assertEqual(row.remaining_qty, 600)
        [later] = self.rows(DAY + timedelta(days=1))
        self.assertEqual(later.workcenter_id, self.binding)

    def booked(self, work, moment, quantity):
        with freeze_time(moment):
            work.qty_produced = quantity
        self.env.flush_all()
        self.env.invalidate_all()

    def test_each_day_counts_its_own(self):
        """ORD-42: 400 on Wednesday, 600 more on Thursday; no piece on both papers."""
        self.booked(self.first, MORNING + timedelta(hours=3), 400)
        self.booked(self.first, MORNING + timedelta(days=1, hours=3), 1000)
        thursday = DAY + timedelta(days=1)
        for day, made, left in ((DAY, 400, 600), (thursday, 600, 0)):
            row = self.rows(day, self.first)
            self.assertEqual((row.done_qty, row.remaining_qty), (made, left))
            issued = self.env["daily.production"]._of_day(self.company, day)
            issued = issued.filtered(lambda row: row.workorder_id == self.first)
            self.assertEqual(issued.mapped("done_qty"), [made])
        self.booked(self.first, MORNING + timedelta(days=1, hours=5), 990)
        self.assertEqual(self.rows(thursday, self.first).done_qty, 590)
        notes = self.env["production.booking"].search(
            [("workorder_id", "=", self.first.id)]
        )
        self.assertEqual(notes.mapped("quantity"), [-10, 600, 400])
        with self.assertRaises(AccessError):
            notes.sudo().write({"quantity": 1})
        with self.assertRaises(AccessError):
            notes.sudo().unlink()

    def test_what_was_booked_before_it_was_noted(self):
        """ORD-42: of what is older than the notes the report tells what it told."""
        self.book(self.first, MORNING + timedelta(hours=1), 90)
        self.env.flush_all()
        self.cr.execute(
            "UPDATE mrp_workorder SET qty_produced = 300 WHERE id = %s",
            [self.first.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self.rows(work=self.first).done_qty, 300)

    def test_what_failed_is_rejected(self):
        """ORD-42: rejected is what was scrapped, and what quality sends back."""
        inspection = self.env["final.inspection"].create(
            {
                **self.production._inspection_values(),
                "production_id": self.production.id,
                "quantity": 200,
                "attendee_id": self.service.id,
            }
        )
        inspection.action_all_passed()
        point = inspection.point_ids.filtered(lambda row: row.kind == "appearance")
        point.write({"outcome": "failed", "finding": "Folded"})
        inspection.passed_quantity = 188
        with freeze_time(MORNING + timedelta(hours=2)):
            self.sign(inspection, "final_inspection", "quality")
        self.env.flush_all()
        self.env.invalidate_all()
        rows = self.rows()
        self.assertEqual(sum(rows.mapped("scrapped_qty")), 12)
        self.assertEqual(rows.filtered("scrapped_qty").workorder_id, self.second)

    def test_days_of_the_company(self):
        """ORD-42: half past eleven at night in Taipei is still that day."""
        self.book(self.first, datetime(2030, 1, 9, 15, 30), 30)
        self.book(self.first, datetime(2030, 1, 9, 16, 30), 60)
        self.env.flush_all()
        self.assertEqual(self.rows(work=self.first).hours_real, 0.5)
        night = self.rows(DAY + timedelta(days=1), self.first)
        self.assertEqual((night.hours_real, night.hours_planned), (1, 0))

    def test_scrap_and_exceptions(self):
        """ORD-42: what was scrapped at an operation, and what is open."""
        scrap = self.env["stock.scrap"].create(
            {
                "product_id": self.brochure.id,
                "scrap_qty": 2,
                "product_uom_id": self.env.ref("uom.product_uom_dozen").id,
                "production_id": self.production.id,
                "workorder_id": self.first.id,
                "company_id": self.company.id,
            }
        )
        scrap.write({"state": "done", "date_done": MORNING})
        with freeze_time(MORNING):
            self.report(self.production)
        self.env.flush_all()
        row = self.rows(work=self.first)
        self.assertEqual((row.scrapped_qty, row.exceptions), (24, 1))

    def test_without_operations(self):
        """ORD-42: a manufacturing order without operations stands there itself."""
        plain = self.env["mrp.production"].create(
            {
                "product_id": self.brochure.id,
                "product_qty": 50,
                "bom_id": False,
                "company_id": self.company.id,
                "sale_line_id": self.order_.order_line[:1].id,
            }
        )
        plain.action_confirm()
        plain.with_context(force_date=True).date_start = MORNING
        self.env.flush_all()
        plain.with_context(force_date=True).date_finished = MORNING + timedelta(days=1)
        self.production = plain
        self.env.flush_all()
        [row] = self.rows()
        self.assertFalse(row.workcenter_id)
        self.assertEqual((row.planned_qty, row.order_id), (50, self.order_))
        self.assertEqual(len(self.rows(DAY + timedelta(days=1))), 1)

    def test_who_reads(self):
        """ORD-42: salespeople their own orders, other companies nothing."""
        rows = self.env["daily.production"]
        for role in ("production_head", "customer_service", "planner", "salesperson"):
            found = rows.with_user(self.people[role]).search([("day", "=", DAY)])
            self.assertTrue(found, role)
        stranger = self._person("salesperson", login="case_stranger")
        self.assertFalse(rows.with_user(stranger).search([("day", "=", DAY)]))
        with self.assertRaises(AccessError):
            rows.with_user(self.people["finance"]).search([]).mapped("planned_qty")

    def many(self, number):
        """Copy the manufacturing order and its operations so many times."""
        for table, key in (("mrp_production", None), ("mrp_workorder", "production")):
            names = [
                name
                for [name] in self.env.execute_query(
                    SQL(
                        "SELECT column_name FROM information_schema.columns"
                        " WHERE table_name = %s AND column_name != 'id'",
                        table,
                    )
                )
            ]
            columns = SQL(", ").join(map(SQL.identifier, names))
            if key is None:
                picked = [
                    SQL("old.name || %s || n", f"/{number}/")
                    if name == "name"
                    else SQL.identifier("old", name)
                    for name in names
                ]
                new = [
                    row
                    for [row] in self.env.execute_query(
                        SQL(
                            "INSERT INTO mrp_production (%s) SELECT %s FROM"
                            " mrp_production old, generate_series(1, %s) n"
                            " WHERE old.id = %s RETURNING id",
                            columns, SQL(", ").join(picked), number, self.production.id,
                        )
                    )
                ]  # fmt: skip
            else:
                picked = [
                    SQL("made.id")
                    if name == "production_id"
                    else SQL.identifier("old", name)
                    for name in names
                ]
                self.env.execute_query(
                    SQL(
                        "INSERT INTO mrp_workorder (%s) SELECT %s FROM mrp_workorder"
                        " old, unnest(%s) made(id) WHERE old.production_id = %s"
                        " RETURNING id",
                        columns, SQL(", ").join(picked), new, self.production.id,
                    )
                )  # fmt: skip
        self.env.invalidate_all()

    def test_500_orders_in_constant_queries(self):
        """ORD-42: a day of 500 manufacturing orders costs what one of 50 does."""
        counts = []
        page = self.env["daily.production.print"].create(
            {"company_id": self.company.id, "day": DAY}
        )
        report = self.env["ir.actions.report"]
        report._render_qweb_html("order_confirmation.report_daily_production", page.ids)
        for more, total in ((49, 50), (450, 500)):
            self.many(more)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            html, _kind = report._render_qweb_html(
                "order_confirmation.report_daily_production", page.ids
            )
            counts.append(self.cr.sql_log_count - before)
            self.assertEqual(html.decode().count(self.order_.name), total)
        self.assertEqual(counts[0], counts[1])


@tagged("post_install", "-at_install")
class TestDailyPaper(DailyCase):
    def test_in_three_languages(self):
        """ORD-42, PLT-06: the day on paper, in each language."""
        for lang in ("zh_TW", "zh_CN"):
            self.env["res.lang"]._activate_lang(lang)
        head = self.people["production_head"]
        wizard = self.env["daily.production.print"].with_user(head)
        page = wizard.create({"company_id": self.company.id, "day": DAY})
        for lang, title in TITLES.items():
            html, _kind = (
                self.env["ir.actions.report"]
                .with_user(head)
                .with_context(lang=lang)
                ._render_qweb_html(
                    "order_confirmation.report_daily_production", page.ids
                )
            )
            text = html.decode()
            self.assertIn(title, text)
            self.assertIn(self.production.name, text)
            self.assertIn("Press", text)

    def test_on_demand(self):
        """ORD-42: any day that has come, of one's own company."""
        head = self.people["production_head"]
        wizard = self.env["daily.production.print"].with_user(head)
        with freeze_time(MORNING):
            action = wizard.create({}).action_print()
            self.assertEqual(action["type"], "ir.actions.report")
            self.assertTrue(action["close_on_report_download"])
            with self.assertRaisesRegex(UserError, "has not come"):
                wizard.create({"day": "2030-01-10"}).action_print()
            other = self.env["res.company"].create({"name": "Evening Colour Works"})
            with self.assertRaises(AccessError):
                wizard.sudo().create({"company_id": other.id}).with_user(
                    head
                ).action_print()


@tagged("post_install", "-at_install")
class TestDailyIssue(DailyCase):
    def setUp(self):
        super().setUp()
        self.issues = self.env["daily.production.issue"]

    def owed(self, moment):
        return self.issues._owed_days(self.company, moment)

    def test_sent_once_each_working_day(self):
        """ORD-42: in the evening, once, to those who read it, in their language."""
        self.env["res.lang"]._activate_lang("zh_TW")
        head = self.people["production_head"]
        head.lang = "zh_TW"
        self.assertEqual(self.owed(MORNING), [])
        self.assertEqual(self.owed(EVENING), [DAY])
        with freeze_time(EVENING):
            issue = self.issues._issue(self.company, DAY)
            self.assertFalse(self.issues._issue(self.company, DAY))
        self.assertEqual(self.owed(EVENING), [])
        readers = head | self.service | self.supervisor | self.people["planner"]
        self.assertEqual(issue.user_ids, readers)
        self.assertEqual(len(issue.attachment_ids), 2)
        message = issue.message_ids.filtered(
            lambda row: head.partner_id in row.notified_partner_ids
        )
        self.assertIn(TITLES["zh_TW"], message.attachment_ids.raw.decode())
        other = issue.message_ids.filtered(
            lambda row: self.service.partner_id in row.notified_partner_ids
        )
        self.assertIn(TITLES["en_US"], other.attachment_ids.raw.decode())

    def test_a_missed_day_is_made_up_for(self):
        """ORD-42: after days of silence each working day is sent, once."""
        self.issues._issue(self.company, DAY)
        # From Wednesday evening to Monday evening: Thursday, Friday, Monday.
        monday = EVENING + timedelta(days=5)
        days = [date(2030, 1, 10), date(2030, 1, 11), date(2030, 1, 14)]
        self.assertEqual(self.owed(monday), days)
        for day in days:
            self.issues._issue(self.company, day)
        self.assertEqual(self.owed(monday), [])

    def test_the_database_refuses_a_second(self):
        """ORD-42: two jobs at once cannot both send."""
        issue = self.issues._issue(self.company, DAY)
        copy = keyed(issue)
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            copy.create({"company_id": self.company.id, "day": DAY})

    def test_nobody_writes_it(self):
        """ORD-42: neither readers nor the superuser."""
        issue = self.issues._issue(self.company, DAY)
        with self.assertRaises(AccessError):
            issue.sudo().write({"sent_at": fields.Datetime.now()})
        with self.assertRaises(AccessError):
            issue.sudo().unlink()
        with self.assertRaises(AccessError):
            self.issues.sudo().create({"company_id": self.company.id, "day": DAY})
        found = self.issues.with_user(self.people["production_head"]).search([])
        self.assertEqual(found, issue)
