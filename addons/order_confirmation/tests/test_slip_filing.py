"""Slips handed over for filing each month; what is missing shows (ORD-61)."""

from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_delivery_slip import SlipCase

OCTOBER = date(2031, 10, 1)


class FilingCase(SlipCase):
    def month(self, count, day="2031-10-14 03:00:00"):
        """Return slips of one day."""
        with freeze_time(day):
            return self.slips(count)

    def filing(self, now="2031-11-01 02:00:00"):
        """Return the filing of last month, made by the job of that night."""
        with freeze_time(now):
            self.env["delivery.slip.filing"]._cron_make()
        return self.env["delivery.slip.filing"].search(
            [("company_id", "=", self.company.id)], order="month desc", limit=1
        )

    def mark(self, filing, *names, signed=True):
        """Tick the slips of these numbers as here."""
        lines = filing.line_ids.filtered(lambda line: line.name in names)
        lines.with_user(self.clerk).write({"here": True, "signed_back": signed})

    def hand_over(self, filing):
        self.sign(filing, "slip_hand_over", "shipping")

    def file(self, filing, role="finance"):
        self.hand_over(filing)
        self.sign(filing, "slip_receive", role)


@tagged("post_install", "-at_install")
class TestFiling(FilingCase):
    """ORD-61: each month, once, signed by two people."""

    def test_lists_the_month(self):
        """ORD-61: every slip of the month, nothing of another; once per month."""
        slips = self.month(2)
        self.month(1, "2031-11-01 03:00:00")
        filing = self.filing("2031-11-02 02:00:00")
        self.assertEqual(filing.month, OCTOBER)
        self.assertEqual(filing.line_ids.slip_id, slips)
        self.assertEqual(filing.name, "SF/2031/10")
        self.assertEqual(self.filing("2031-11-03 02:00:00"), filing)
        with freeze_time("2031-11-03 02:00:00"):
            with self.assertRaisesRegex(UserError, "listed already"):
                filing._make(self.company, OCTOBER)
            # As the button above the list calls it: with no record.
            filings = filing.with_user(self.clerk).browse()
            action = call_kw(filings, "action_make_last_month", [[]], {})
            self.assertEqual(action["res_id"], filing.id)
            with self.assertRaisesRegex(UserError, "not over"):
                filing._make(self.company, date(2031, 11, 1))

    def test_one_company_does_not_stop_the_others(self):
        """ORD-61: trouble with one is logged, the others have their filing."""
        self.month(1)
        broken = self.env["res.company"].create(
            {"name": "A Broken One", "release_control": True}
        )
        filings = type(self.env["delivery.slip.filing"])
        last_month = filings._last_month

        def trouble(self, company):
            if company == broken:
                raise ValueError("No time zone")
            return last_month(self, company)

        # The broken one comes first.
        everyone = type(broken).search

        def search(self, *args, **kwargs):
            return everyone(self, *args, **kwargs).sorted("id", reverse=True)

        with (
            patch.object(
                type(self.env["delivery.slip.filing"]), "_last_month", trouble
            ),
            patch.object(type(broken), "search", search),
            mute_logger("odoo.addons.order_confirmation.models.delivery_slip_filing"),
        ):
            self.assertEqual(self.filing().month, OCTOBER)

    def test_missing_numbers_show(self):
        """ORD-61: a number without a slip is listed, at the year's end, too."""
        self.month(1)
        for _row in range(2):
            self.company._next_slip_number(OCTOBER)
        self.month(1)
        filing = self.filing()
        self.assertEqual(
            filing.line_ids.mapped("name"), [f"SL/2031/0000{n}" for n in range(1, 5)]
        )
        gaps = filing.line_ids.filtered(lambda line: line.status == "no_slip")
        self.assertEqual(gaps.mapped("name"), ["SL/2031/00002", "SL/2031/00003"])
        self.month(1, "2031-12-30 03:00:00")
        self.company._next_slip_number(date(2031, 12, 31))
        december = self.filing("2032-01-01 02:00:00")
        self.assertEqual(december.line_ids.mapped("status"), ["missing", "no_slip"])

    def test_gaps_of_a_month_without_slips_come_next(self):
        """ORD-61: a number lost before the next slip is listed with that slip."""
        self.month(1, "2031-09-14 03:00:00")
        self.filing("2031-10-01 02:00:00")
        self.company._next_slip_number(date(2031, 9, 20))
        self.month(1)
        filing = self.filing()
        self.assertEqual(filing.line_ids.mapped("status"), ["no_slip", "missing"])

    def test_void_slips_are_listed(self):
        """ORD-61: a void slip keeps its number in the list, with its reason."""
        slips = self.month(2)
        slips[0].with_user(self.clerk)._void("Torn")
        filing = self.filing()
        void = filing.line_ids.filtered(lambda line: line.slip_id == slips[0])
        self.assertEqual((void.status, void.void_reason), ("void", "Torn"))
        self.assertEqual(filing.missing_count, 1)

    def test_handed_over_and_filed(self):
        """ORD-61: the clerk hands over, finance receives; both names are kept."""
        slips = self.month(2)
        filing = self.filing()
        filing.with_user(self.clerk).action_tick_all()
        self.assertEqual(filing.unsigned_count, 2)
        self.mark(filing, *slips.mapped("name"))
        self.assertEqual((filing.here_count, filing.missing_count), (2, 0))
        with self.assertRaisesRegex(UserError, "not handed over"):
            self.sign(filing, "slip_receive", "finance")
        self.file(filing)
        self.assertEqual(filing.state, "filed")
        self.assertEqual(filing.handed_by_id, self.clerk)
        self.assertEqual(filing.received_by_id, self.people["finance"])
        self.assertEqual(slips.filing_id, filing)
        self.assertEqual(set(slips.mapped("state")), {"returned"})

    def test_merchandiser_receives_as_well(self):
        """ORD-61: finance or merchandiser; nobody else, and not who handed over."""
        self.month(1)
        filing = self.filing()
        for role in ("finance", "merchandiser", "supervisor"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.sign(filing, "slip_hand_over", role)
        self.hand_over(filing)
        for role in ("shipping", "supervisor"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.sign(filing, "slip_receive", role)
        self.sign(filing, "slip_receive", "merchandiser")
        self.assertEqual(filing.state, "filed")

    def test_missing_until_found(self):
        """ORD-61: what is missing is listed again the next month, until it is found."""
        slips = self.month(3)
        first, second, third = slips.mapped("name")
        october = self.filing()
        self.mark(october, first)
        self.mark(october, second, signed=False)
        self.file(october)
        november = self.filing("2031-12-01 02:00:00")
        self.assertEqual(november.line_ids.mapped("name"), [second, third])
        self.assertEqual(november.line_ids.mapped("status"), ["unsigned", "missing"])
        self.assertEqual(november.line_ids[1].since, OCTOBER)
        self.mark(november, second)
        self.file(november)
        december = self.filing("2032-01-01 02:00:00")
        self.assertEqual(december.line_ids.mapped("name"), [third])
        self.assertEqual(december.line_ids.since, OCTOBER)
        self.mark(december, third)
        self.file(december)
        self.assertEqual(slips[2].filing_id, december)
        with freeze_time("2032-02-01 02:00:00"):
            self.env["delivery.slip.filing"]._cron_make()
        self.assertEqual(self.env["delivery.slip.filing"].search_count(
            [("company_id", "=", self.company.id)]), 3)  # fmt: skip

    def test_sent_back(self):
        """ORD-61: what does not agree goes back, and the signature ends."""
        slips = self.month(1)
        filing = self.filing()
        self.mark(filing, slips.name)
        self.hand_over(filing)
        finance = filing.with_user(self.people["finance"])
        with self.assertRaisesRegex(UserError, "in words"):
            finance._send_back("…")
        finance._send_back("It is not on the pile")
        self.assertEqual(filing.state, "draft")
        self.assertFalse(filing.sudo()._signoff_valid(["slip_hand_over"]))
        filing.line_ids.with_user(self.clerk).here = False
        self.file(filing)
        self.assertFalse(slips.filing_id)

    def test_what_was_handed_over_stays(self):
        """ORD-61: after the signature nothing is ticked, and no slip of it voided."""
        slips = self.month(1)
        filing = self.filing()
        self.hand_over(filing)
        with self.assertRaisesRegex(UserError, "handed over already"):
            filing.line_ids.with_user(self.clerk).here = True
        with self.assertRaisesRegex(UserError, "handed over for filing"):
            slips.with_user(self.clerk)._void("Late idea")

    def test_attacks(self):
        """ORD-61: nobody writes states or numbers, or ticks for the clerk."""
        self.month(1)
        filing = self.filing()
        for values in (
            {"state": "filed"}, {"month": "2031-01-01"}, {"line_ids": [(5, 0, 0)]},
            {"line_ids": [(0, 0, {"name": "x"})]},
        ):  # fmt: skip
            for user in (self.clerk, self.env.user):
                with self.subTest(values), self.assertRaises(AccessError):
                    filing.with_user(user).sudo().write(values)
        line = filing.line_ids
        for values in ({"name": "SL/1"}, {"void": True}, {"filing_id": False}):
            with self.subTest(values), self.assertRaises(AccessError):
                line.with_user(self.clerk).write(values)
        for role in ("finance", "merchandiser", "salesperson"):
            with self.subTest(role), self.assertRaises(AccessError):
                line.with_user(self.people[role]).write({"here": True})
        with self.assertRaises(AccessError):
            line.sudo().unlink()

    def test_refresh(self):
        """ORD-61: listed anew, a slip voided or back since shows; ticks stay."""
        slips = self.month(2)
        filing = self.filing()
        self.mark(filing, slips[0].name, signed=False)
        slips[0].with_user(self.clerk).action_returned()
        slips[1].with_user(self.clerk)._void("Torn")
        filing.with_user(self.clerk).action_refresh()
        self.assertEqual(filing.line_ids.mapped("status"), ["complete", "void"])

    def test_waits_for_clerk_then_finance(self):
        """ROL-01: to hand over for the clerk; then to file for finance."""
        self.month(1)
        filing = self.filing()

        def seen(role):
            self.env.flush_all()
            self.env.invalidate_all()
            rows = self.env["order.waiting"].with_user(self.people[role])
            rows = rows.search([("kind", "=", "filing")])
            rows = rows.filtered(lambda row: row.res_id == filing.id)
            return rows.next_step or ""

        self.assertIn("hand them over", seen("shipping"))
        self.assertFalse(seen("finance"))
        self.hand_over(filing)
        self.assertFalse(seen("shipping"))
        self.assertIn("file it", seen("finance"))

    def test_paper_in_three_languages(self):
        """ORD-61, PLT-04: the list with its missing numbers and both signatures."""
        slips = self.month(2)
        filing = self.filing()
        self.mark(filing, slips[0].name)
        self.file(filing)
        render = self.env["ir.actions.report"]._render_qweb_html
        for lang, word in (
            ("en_US", "Missing"), ("zh_TW", "缺"), ("zh_CN", "缺")
        ):  # fmt: skip
            self.env["res.lang"]._activate_lang(lang)
            report = self.env["ir.actions.report"].with_context(lang=lang)
            page = report._render_qweb_html(
                "order_confirmation.report_slip_filing", filing.ids
            )[0].decode()
            self.assertIn(word, page, lang)
            self.assertIn(slips[1].name, page)
            self.assertIn(self.people["finance"].name, page)
        self.assertTrue(render)

    def test_queries_do_not_grow(self):
        """ORD-61: 80 slips are listed with as many queries as 8, a write each aside."""
        slip = self.month(1)
        self.assertTrue(slip)
        filings = self.env["delivery.slip.filing"].sudo()
        counts = []
        for count in (8, 80):
            self._many(slip, count)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            rows = filings._rows(self.company, OCTOBER)
            counts.append(self.cr.sql_log_count - before)
            self.assertGreaterEqual(len(rows), count)
        self.assertEqual(counts[0], counts[1])

    def _many(self, slip, count):
        """Put copies of a slip straight into the table, each with a number."""
        columns = [
            name
            for name, field in slip._fields.items()
            if field.store and field.column_type and name not in ("id",)
        ]
        listed = ", ".join(columns)
        taken = slip.search_count([("company_id", "=", self.company.id)])
        for number in range(taken + 1, taken + count + 1):
            values = ", ".join(
                {"number": str(number), "name": f"'SL/2031/{number:05d}'",
                 "state": "'void'"}.get(name, name)
                for name in columns
            )  # fmt: skip
            self.cr.execute(  # pylint: disable=sql-injection
                f"INSERT INTO delivery_slip ({listed}) SELECT {values}"
                f" FROM delivery_slip WHERE id = {slip.id}"
            )
