"""The promise ledger, and what a late sheet costs (ORD-17, ORD-22, ORD-26)."""

from datetime import date, datetime, timedelta

from freezegun import freeze_time as freeze
from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import InsufficientPrivilege

from .order_case import DRAWN, OrderCase

MODELS = "odoo.addons.order_confirmation.models"


class PromiseCase(OrderCase):
    """Mondays to Fridays in Taipei; 4 March 2030 is a Monday."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.resource_calendar_id = cls.env["resource.calendar"].create(
            {"name": "Office", "tz": "Asia/Taipei", "company_id": cls.company.id}
        )
        cls.service = cls.people["customer_service"]
        cls.seller = cls.people["salesperson"]

    def at(self, day, hour=2):
        """Return a moment in March 2030; 2 o'clock UTC is 10 in Taipei."""
        return freeze(datetime(2030, 3, day, hour))

    def dated(self, tier="b", **values):
        """Return an order that is promised for the 29th, a Friday."""
        return self.stated(
            self.order(
                tier,
                **{
                    "production_completion_date": "2030-03-29",
                    "promised_completion_date": "2030-03-29",
                    "ship_date": "2030-04-10",
                    **values,
                },
            )
        )

    def promise(self, order):
        """Return the promised date of now, read anew."""
        self.env.flush_all()
        self.env.invalidate_all()
        return str(order.promised_completion_date)

    def last(self, order):
        """Return the latest entry of an order's ledger."""
        return order.promise_ids.sorted("id")[-1:]

    def settle(self):
        """Run the daily job."""
        with self.enter_registry_test_mode():
            self.env.ref("order_confirmation.ir_cron_settle_promises").with_user(
                self.env.ref("base.user_root")
            ).method_direct_trigger()
        self.env.invalidate_all()

    def slips(self, order):
        """Return the days in the ledger on which the sheet was late."""
        rows = order.promise_ids.filtered(lambda row: row.cause == "sheet_late")
        return [row.day.day for row in rows.sorted("id")]


@tagged("post_install", "-at_install")
class TestPromise(PromiseCase):
    def test_production_gives_the_first_promise(self):
        """ORD-17, ORD-14: the production statement opens the ledger."""
        order = self.order()
        self.sign(order, "technical", "technical")
        self.sign(order, "production", "production")
        entry = order.promise_ids
        self.assertEqual((entry.cause, entry.side, entry.working_days),
                         ("first", "us", 0))  # fmt: skip
        self.assertEqual(entry.date_after, order.production_completion_date)
        self.assertEqual(entry.author_id, self.people["production"])
        self.assertEqual(order.promised_completion_date, entry.date_after)

    def test_production_moves_it_with_a_cause_and_never_back(self):
        """ORD-17, ORD-22: later only with a cause; an earlier end changes nothing."""
        order = self.dated()
        self.sign(order, "technical", "technical")
        dates = {"start_date": "2030-03-20", "completion_date": "2030-04-02"}
        with self.assertRaisesRegex(UserError, "say why the promise moves"):
            self.sign(order, "production", "production", **dates)
        self.sign(order, "production", "production", promise_cause="material", **dates)
        entry = self.last(order)
        self.assertEqual((entry.cause, entry.side, entry.working_days),
                         ("material", "us", 2))  # fmt: skip
        self.assertEqual(str(order.promised_completion_date), "2030-04-02")
        dates["completion_date"] = "2030-03-25"
        self.sign(order, "production", "production", **dates)
        self.assertEqual(str(order.promised_completion_date), "2030-04-02")
        self.assertEqual(len(order.promise_ids), 2)

    def test_the_promise_is_never_overwritten(self):
        """ORD-17: by form, import or RPC; nor what lists keep of it."""
        order = self.dated()
        seller = order.with_user(self.service)
        with self.assertRaisesRegex(UserError, "never overwritten"):
            seller.write({"promised_completion_date": "2030-05-01"})
        for name in ("promise_settled_date", "promise_given_date"):
            with self.assertRaises(AccessError):
                seller.write({name: "2030-05-01"})
        born = self.order(promise_settled_date="2030-05-01")
        self.assertFalse(born.promised_completion_date)

    def test_nobody_writes_the_ledger(self):
        """ORD-17: append-only for everybody, and in the database itself."""
        order = self.dated()
        entry = order.promise_ids
        values = {
            "order_id": order.id, "company_id": self.company.id, "cause": "wish",
            "side": "us", "day": "2030-03-01", "date_after": "2030-03-01",
            "decided_at": "2030-03-01 00:00:00",
        }  # fmt: skip
        admin = self.env.ref("base.user_admin")
        for user in (self.seller, self.service, admin, self.env.ref("base.user_root")):
            mine = entry.with_user(user).with_context(promise_key=True)
            with self.assertRaises(AccessError):
                mine.create(values)
            with self.assertRaises(AccessError):
                mine.write({"date_after": "2030-03-01"})
            with self.assertRaises(AccessError):
                mine.unlink()
        self.env.flush_all()
        for query in (
            "UPDATE order_promise SET date_after = '2030-03-01' WHERE id = %s",
            "DELETE FROM order_promise WHERE id = %s",
        ):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(InsufficientPrivilege),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(query, [entry.id])

    def test_relaxed_with_signature_cause_and_side(self):
        """ORD-22, ORD-17: who, why, whose, and how many working days."""
        order = self.dated()
        with self.at(5):
            row = self.sign(
                order, "promise_relaxed", "salesperson", "Deposit comes on Monday",
                new_date="2030-04-12", cause="deposit_late",
            )  # fmt: skip
        entry = self.last(order)
        self.assertEqual((entry.cause, entry.side), ("deposit_late", "customer"))
        self.assertEqual((entry.working_days, entry.signature_id), (10, row))
        self.assertEqual(entry.reason, "Deposit comes on Monday")
        self.assertEqual(entry.author_id, self.seller)
        self.assertEqual(str(entry.date_before), "2030-03-29")
        self.assertEqual(str(order.promised_completion_date), "2030-04-12")
        self.assertEqual(str(order.ship_date), "2030-04-12")
        self.assertEqual((order.promise_delay_customer, order.promise_delay_us),
                         (10, 0))  # fmt: skip

    def test_never_earlier_than_production(self):
        """ORD-22: a wish may bring it forward, to production's date and no further."""
        order = self.dated(promised_completion_date="2030-04-08")
        with self.assertRaisesRegex(ValidationError, "production finishes it on"):
            self.sign(
                order, "promise_relaxed", "salesperson", "Fair opens early",
                new_date="2030-03-28", cause="wish",
            )  # fmt: skip
        self.sign(
            order, "promise_relaxed", "salesperson", "Fair opens early",
            new_date="2030-03-29", cause="wish",
        )  # fmt: skip
        self.assertEqual(self.last(order).working_days, -6)
        with self.assertRaisesRegex(ValidationError, "production finishes it on"):
            order.production_completion_date = "2030-04-20"

    def test_a_copy_promises_nothing(self):
        """ORD-17: a promise is given anew."""
        copied = self.dated().copy()
        self.assertFalse(copied.promised_completion_date)
        self.assertFalse(copied.promise_ids)

    def test_one_sees_the_ledger_of_one_s_orders(self):
        """ROL-01: another salesperson's, another company's ledger is not shown."""
        order = self.dated()
        rival = self._person("salesperson", login="case_rival")
        entries = self.env["order.promise"]
        domain = [("order_id", "=", order.id)]
        self.assertFalse(entries.with_user(rival).search(domain))
        self.assertTrue(entries.with_user(self.seller).search(domain))
        self.assertTrue(entries.with_user(self.people["technical"]).search(domain))

    def test_promised_dates_are_searched_as_they_are_now(self):
        """ORD-26: lists find an order by the date of today, slips included."""
        with self.at(4):
            order, other = self.dated(), self.dated()
            self.sent_sheet(order)
        with self.at(6):
            self.env.invalidate_all()
            both = self.env["sale.order"].browse((order | other).ids)
            within = [("id", "in", both.ids)]
            find = both.search
            day = "promised_completion_date"
            self.assertEqual(find([*within, (day, "=", "2030-04-02")]), order)
            self.assertEqual(find([*within, (day, "=", "2030-03-29")]), other)
            self.assertEqual(find([*within, (day, "<", "2030-04-01")]), other)
            self.assertEqual(find([*within, (day, "!=", False)]), both)
            cards = self.env["order.board"].search([*within, (day, ">", "2030-04-01")])
            self.assertEqual(cards.order_id, order)
            self.assertEqual(str(cards.promised_completion_date), "2030-04-02")


@tagged("post_install", "-at_install")
class TestSlips(PromiseCase):
    def test_one_working_day_for_each_until_it_is_back(self):
        """ORD-26: over a weekend; read at once, in the ledger after the job."""
        with self.at(5):
            order = self.dated()
            sheet = self.sent_sheet(order)
        with self.at(5, 15):
            self.assertEqual(self.promise(order), "2030-03-29")
        with self.at(6):
            self.assertEqual(self.promise(order), "2030-04-01")
        with self.at(10):
            self.assertEqual(self.promise(order), "2030-04-03")
        with self.at(11):
            self.assertEqual(self.promise(order), "2030-04-04")
            self.assertFalse(self.slips(order))
            sheet._take_return("Ms Lin", DRAWN, "portal", "drawn.png")
            self.assertFalse(sheet._outdated())
            self.settle()
        with self.at(20):
            self.settle()
            self.assertEqual(self.slips(order), [6, 7, 8, 11])
            self.assertEqual(self.promise(order), "2030-04-04")
            self.assertEqual(order.promise_delay_customer, 4)
            self.assertFalse(sheet.slips_pending)
            self.verify(sheet)
            self.assertEqual(sheet.state, "accepted")
            self.assertTrue(order._sheet_facts()[order.id].met)

    def test_back_on_the_same_day_costs_nothing(self):
        """ORD-26: 23:59 in Taipei is the same day, a minute later is not."""
        for hour, minute, expected in ((15, 59, "2030-03-29"), (16, 0, "2030-04-01")):
            with self.at(5):
                order = self.dated()
                sheet = self.sent_sheet(order)
            with freeze(datetime(2030, 3, 5, hour, minute)):
                sheet._take_return("Ms Lin", DRAWN, "portal", "drawn.png")
            with self.at(12):
                self.assertEqual(self.promise(order), expected)

    def test_the_job_may_run_twice_or_not_for_ten_days(self):
        """ORD-26: the same ledger, whenever it was written."""
        with self.at(5):
            daily, late = self.dated(), self.dated()
            self.sent_sheet(daily)
        for day in (6, 7, 7, 8, 9, 10, 11, 12, 13, 14, 15):
            with self.at(day):
                self.settle()
        with self.at(5):
            self.sent_sheet(late)
        with self.at(15):
            self.assertEqual(self.promise(daily), self.promise(late))
            self.settle()
            self.settle()
            self.assertEqual(self.slips(daily), self.slips(late))
            self.assertEqual(self.slips(late), [6, 7, 8, 11, 12, 13, 14, 15])
            after = daily.promise_ids.sorted("id").mapped("date_after")
            self.assertEqual(after, late.promise_ids.sorted("id").mapped("date_after"))
            self.assertEqual(after[-1], late.promised_completion_date)

    def test_a_holiday_is_no_day(self):
        """ORD-26: neither lost nor promised."""
        self.env["resource.calendar.leaves"].create(
            [
                {
                    "name": "Holiday",
                    "calendar_id": self.company.resource_calendar_id.id,
                    "company_id": self.company.id,
                    "date_from": day - timedelta(hours=8),
                    "date_to": day + timedelta(hours=15, minutes=59),
                }
                for day in (datetime(2030, 3, 6), datetime(2030, 4, 1))
            ]
        )
        with self.at(5):
            order = self.dated()
            self.sent_sheet(order)
        with self.at(7):
            self.assertEqual(self.promise(order), "2030-04-02")
            self.settle()
            self.assertEqual(self.slips(order), [7])

    def test_sent_twice(self):
        """ORD-26: the clock runs from the first sending of the version."""
        with self.at(5):
            order = self.dated()
            sheet = self.sent_sheet(order)
        with self.at(7):
            sheet.with_user(self.service).action_hand_over_link()
            self.assertEqual(self.promise(order), "2030-04-02")

    def test_a_new_version(self):
        """ORD-26, ORD-23: earned slips stay and are printed; a new clock starts."""
        with self.at(4):
            order = self.dated()
            first = self.sent_sheet(order)
        with self.at(6):
            order.packing = "In boxes"
            self.assertTrue(first in first._outdated())
        with self.at(8):
            # Nobody can return what is out of date: these days are ours.
            self.assertEqual(self.promise(order), "2030-04-02")
            second = self.sent_sheet(order)
            self.assertEqual(second.version, 2)
            self.assertEqual(str(second.promised_completion_date), "2030-04-02")
        with self.at(11):
            self.assertEqual(self.promise(order), "2030-04-03")
            self.assertFalse(second._outdated())
        with self.at(12):
            self.settle()
            self.assertEqual(self.slips(order), [5, 6, 11, 12])
            self.assertEqual(self.last(order).sheet_id, second)
            self.assertFalse(second._outdated())

    def test_a_rejected_return(self):
        """ORD-25, ORD-26: while we look at it no day is lost; then a clock anew."""
        with self.at(5):
            order = self.dated()
            sheet = self.sent_sheet(order)
            sheet._take_return("Ms Lin", DRAWN, "portal", "drawn.png")
        with self.at(8):
            self.assertEqual(self.promise(order), "2030-03-29")
            sheet.with_user(self.service)._reject("The stamp is missing")
            self.assertEqual(self.promise(order), "2030-03-29")
        with self.at(12):
            self.assertEqual(self.promise(order), "2030-04-02")
            sheet._take_return("Ms Lin", DRAWN, "portal", "drawn.png")
        with self.at(20):
            self.settle()
            self.assertEqual(self.slips(order), [11, 12])

    def test_released_under_a_deferral_does_not_slip(self):
        """ORD-26, ORD-31: tier A, sheet owed."""
        with self.at(5):
            order = self.dated("a")
            self.sign_all(order, sheet=False)
            self.sent_sheet(order)
            order.with_user(self.service).action_confirm()
            self.assertEqual(order.state, "sale")
        with self.at(20):
            self.assertEqual(self.promise(order), "2030-03-29")
            self.settle()
            self.assertFalse(self.slips(order))

    def test_relaxed_while_the_sheet_is_late(self):
        """ORD-17, ORD-26: the new date contains the slips so far."""
        with self.at(4):
            order = self.dated()
            sheet = self.sent_sheet(order)
        with self.at(6):
            self.sign(
                order, "promise_relaxed", "salesperson", "Paper is late",
                new_date="2030-04-08", cause="material",
            )  # fmt: skip
            self.assertEqual(self.slips(order), [5, 6])
            self.assertEqual(self.last(order).working_days, 4)
            self.assertTrue(sheet in sheet._outdated())
        with self.at(12):
            self.assertEqual(self.promise(order), "2030-04-08")
            self.assertEqual((order.promise_delay_customer, order.promise_delay_us),
                             (2, 4))  # fmt: skip

    def test_cancelled_with_its_order(self):
        """ORD-26: nobody waits for the sheet of a cancelled order."""
        with self.at(5):
            order = self.dated()
            self.sent_sheet(order)
        with self.at(6):
            order._action_cancel()
        with self.at(20):
            self.assertEqual(self.promise(order), "2030-04-01")

    def test_a_calendar_without_hours(self):
        """ORD-26: one clear sentence where somebody acts; reading still works."""
        with self.at(5):
            order = self.dated()
            self.sent_sheet(order)
            self.company.resource_calendar_id.attendance_ids.unlink()
        with self.at(8):
            self.assertEqual(self.promise(order), "2030-03-29")
            with self.assertRaisesRegex(UserError, "has no working hours"):
                self.sign(
                    order, "promise_relaxed", "salesperson", "Paper is late",
                    new_date="2030-04-08",
                )  # fmt: skip
            with self.assertLogs(f"{MODELS}.sale_order_promise", "WARNING") as log:
                self.settle()
            self.assertIn("has no working hours", log.output[0])
            self.assertFalse(self.slips(order))

    def many(self, number):
        """Return orders whose sheets were sent on the 5th, made without ceremony."""
        orders = self.env["sale.order"]
        with self.at(5):
            template = self.dated()
            sheet = self.sent_sheet(template)
            orders = self.env["sale.order"].create(
                [
                    {
                        "partner_id": self.customers["b"].id,
                        "promised_completion_date": "2030-03-29",
                        "order_line": [
                            Command.create({"product_id": self.brochure.id})
                        ],
                    }
                    for _number in range(number)
                ]
            )
            self.env.flush_all()
            self.env.cr.execute(
                """
                INSERT INTO order_sheet (name, order_id, version, state, company_id,
                       partner_id, currency_id, lang, content, digest, prepared_by_id,
                       promised_completion_date, sent_at, waits, slips_pending)
                SELECT 'S' || so.id, so.id, 1, 'sent', so.company_id, so.partner_id,
                       so.currency_id, s.lang, s.content, s.digest, s.prepared_by_id,
                       s.promised_completion_date, s.sent_at, s.waits, TRUE
                  FROM sale_order so CROSS JOIN order_sheet s
                 WHERE so.id = ANY(%s) AND s.id = %s
                """,
                [orders.ids, sheet.id],
            )
            self.env.invalidate_all()
        return orders

    def test_many_sheets_cost_the_queries_of_few(self):
        """ORD-26: reading and settling, 8 orders and 120."""
        few, many = self.many(8), self.many(120)
        read, settled = [], []
        with self.at(6):
            (few[:1] | many[:1]).mapped("promised_completion_date")
            for orders in (few, many):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                dates = set(orders.mapped("promised_completion_date"))
                read.append(self.env.cr.sql_log_count - before)
                self.assertEqual(dates, {date(2030, 4, 1)})
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                orders._promise_settle()
                self.env.flush_all()
                settled.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len(many.promise_ids), 120 * 2)
        # Odoo gives PostgreSQL 100 rows at a time, new or changed.
        self.assertEqual(read[0], read[1])
        self.assertLessEqual(settled[1] - settled[0], 6, settled)
