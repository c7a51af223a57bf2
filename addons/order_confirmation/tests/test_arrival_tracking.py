"""Goods under way: tracked on their days, problems logged, late ones seen (ORD-62)."""

from datetime import date, timedelta

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .shipping_case import ShippingCase, drawn_signature

NOW = "2031-03-03 02:00:00"  # a Monday
ARRIVAL = date(2031, 3, 12)


class TrackingCase(ShippingCase):
    def setUp(self):
        super().setUp()
        frozen = freeze_time(NOW)
        frozen.start()
        self.addCleanup(frozen.stop)

    def under_way(self, **values):
        return self.sent(**{"expected_arrival": ARRIVAL, **values})

    def arrive(self, notice):
        public = self.env.ref("base.public_user")
        notice.with_user(public).sudo()._sign_arrival(
            "Ms Lin", drawn_signature(), method="portal"
        )

    def problem(self, notice, **values):
        """Log a problem through its dialog, as the shipping clerk."""
        action = notice.with_user(self.clerk).action_report_problem()
        wizard = self.env[action["res_model"]].with_user(self.clerk)
        wizard = wizard.with_context(**action["context"]).create(
            {"kind": "delay", "description": "Stuck at the ferry", **values}
        )
        wizard.action_report()
        return notice.problem_ids[:1]


@tagged("post_install", "-at_install")
class TestTracking(TrackingCase):
    """ORD-62: at the times that the notice names, customer service asks."""

    def test_planned_when_sent(self):
        """ORD-62: the expected arrival; on a long way the working day before, too."""
        notice = self.under_way()
        rows = notice.tracking_ids.sorted("due_on")
        self.assertEqual(rows.mapped("due_on"), [ARRIVAL - timedelta(1), ARRIVAL])
        self.assertEqual(rows.mapped("kind"), ["way", "arrival"])
        self.assertEqual(set(rows.activity_id.mapped("user_id")), {self.service})
        self.assertEqual(rows[1].activity_id.date_deadline, ARRIVAL)

    def test_short_way_and_pickup(self):
        """ORD-62: a day on the way, or goods that are fetched: the arrival only."""
        for values in (
            {"expected_arrival": "2031-03-04"},
            {"transport": "pickup", "plate": "TN-1"},
        ):
            with self.subTest(values):
                notice = self.under_way(**values)
                self.assertEqual(notice.tracking_ids.mapped("kind"), ["arrival"])

    def test_the_clerk_adds_days(self):
        """ORD-62: another day, before or after sending, becomes a to-do."""
        notice = self.notice().with_user(self.clerk)
        with Form(notice) as form:
            form.carrier = "Blue Lorry"
            form.expected_arrival = ARRIVAL
            with form.tracking_ids.new() as row:
                row.due_on = date(2031, 3, 6)
                row.note = "Has the ferry left?"
        self.assertFalse(notice.tracking_ids.sudo().activity_id)
        notice.action_send()
        self.assertEqual(len(notice.tracking_ids.sudo().activity_id), 3)
        with Form(notice) as form, form.tracking_ids.new() as row:
            row.due_on = date(2031, 3, 7)
        self.assertEqual(len(notice.tracking_ids.sudo().activity_id), 4)

    def test_done_with_what_was_heard(self):
        """ORD-62: noted once, in words; the to-do goes."""
        notice = self.under_way()
        row = notice.tracking_ids[0].with_user(self.service)
        with self.assertRaisesRegex(UserError, "what was heard"):
            row.action_done()
        row.result = "On the ferry, in time"
        row.action_done()
        self.assertFalse(row.sudo().activity_id)
        self.assertEqual(row.done_by_id, self.service)
        for change in (row.action_done, lambda: row.write({"result": "x"}), row.unlink):
            with self.assertRaisesRegex(UserError, "tracked already"):
                change()

    def test_not_there_yet(self):
        """ORD-62: asked again on the next working day, until it has arrived."""
        notice = self.under_way()
        with freeze_time("2031-03-14 02:00:00"):  # a Friday
            for row in notice.tracking_ids.with_user(self.service):
                row.result = "Not there yet"
                row.action_done()
            further = notice.tracking_ids.filtered(lambda row: not row.done_at)
            self.assertEqual(further.due_on, date(2031, 3, 17))
            self.assertEqual(further.activity_id.user_id, self.service)
        with freeze_time("2031-03-17 02:00:00"):
            further = further.with_user(self.service)
            further.result = "At the customs"
            further.action_done()
            self.arrive(notice)
        self.assertFalse(notice.activity_ids)
        self.assertTrue(all(notice.tracking_ids.mapped("done_at")))
        self.assertEqual(len(notice.tracking_ids), 4)

    def test_arrival_ends_it(self):
        """ORD-62: signed for, nothing is tracked any more."""
        notice = self.under_way()
        self.arrive(notice)
        self.assertFalse(notice.activity_ids)
        self.assertTrue(all(notice.tracking_ids.mapped("done_at")))
        with self.assertRaisesRegex(UserError, "tracked already"):
            self.env["dispatch.tracking"].with_user(self.clerk).create(
                {"notice_id": notice.id, "due_on": "2031-03-20"}
            )

    def test_attacks(self):
        """ORD-62: states and to-dos are not written; readers add nothing."""
        notice = self.under_way()
        row = notice.tracking_ids[0]
        for values in ({"done_at": NOW}, {"kind": "way"}, {"activity_id": False},
                       {"notice_id": self.under_way().id}):  # fmt: skip
            with self.subTest(values), self.assertRaises(AccessError):
                row.with_user(self.clerk).write(values)
        arrival = notice.tracking_ids.filtered(lambda row: row.kind == "arrival")
        with self.assertRaisesRegex(UserError, "always tracked"):
            arrival.with_user(self.clerk).unlink()
        for role in ("warehouse", "finance", "salesperson"):
            with self.subTest(role), self.assertRaises(AccessError):
                row.with_user(self.people[role]).write({"note": "x"})

    def test_late_arrivals(self):
        """ORD-62: late ones are a list; days late are counted until the arrival."""
        notice = self.under_way()
        action = self.env.ref("order_confirmation.dispatch_notice_action_late")
        domain = [
            ("state", "in", ("sent", "received")), ("expected_arrival", "<", "today")
        ]  # fmt: skip
        self.assertIn("'today'", action.domain)
        with freeze_time("2031-03-15 02:00:00"):
            notice.invalidate_recordset()
            self.assertIn(notice, notice.search(domain))
            self.assertEqual(notice.days_late, 3)
            self.arrive(notice)
            self.assertNotIn(notice, notice.search(domain))
        with freeze_time("2031-04-15 02:00:00"):
            notice.invalidate_recordset()
            self.assertEqual(notice.days_late, 3)

    def test_queries_do_not_grow(self):
        """ORD-62: a list of 80 notices reads what is late with as many queries as 8."""
        notice = self.under_way()
        counts = []
        self._read_list(notice)
        for count in (8, 80):
            for _number in range(count - len(notice)):
                notice |= self._copied(notice[0])
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._read_list(notice)
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    def _read_list(self, notices):
        for name in ("days_late", "next_step", "problem_count", "link_until"):
            notices.mapped(name)

    def _copied(self, notice):
        """Put a copy of a notice into its table, with a transfer of its own."""
        columns = [
            name
            for name, field in notice._fields.items()
            if field.store and field.column_type and name != "id"
        ]
        picking = self.loose_picking()
        values = ", ".join(
            str(picking.id) if name == "picking_id" else name for name in columns
        )
        self.env.flush_all()
        self.cr.execute(  # pylint: disable=sql-injection
            f"INSERT INTO dispatch_notice ({', '.join(columns)}) SELECT {values}"
            f" FROM dispatch_notice WHERE id = {notice.id} RETURNING id"
        )
        return notice.browse(self.cr.fetchone()[0])


@tagged("post_install", "-at_install")
class TestReturned(TrackingCase):
    """ORD-62: goods that come back before or after they have arrived."""

    def test_customer_service_settles_what_follows(self):
        """ORD-62: told on the notice, asked of customer service in its language."""
        notice = self.under_way()
        self.env["res.lang"]._activate_lang("zh_TW")
        self.service.lang = "zh_TW"
        before = notice.sudo().activity_ids
        wizard = self.env["stock.return.picking"].create(
            {"picking_id": notice.picking_id.id}
        )
        wizard.product_return_moves.quantity = 40
        action = wizard.action_create_returns()
        back = self.env["stock.picking"].browse(action["res_id"])
        back.move_ids.write({"quantity": 40, "picked": True})
        back.button_validate()
        self.assertEqual(back.state, "done")
        todo = notice.sudo().activity_ids - before
        self.assertEqual(todo.user_id, self.service)
        self.assertEqual(
            todo.summary,
            self.env(context={"lang": "zh_TW"})._(
                "Goods came back: settle with the customer what follows"
            ),
        )
        self.assertIn("Poster 40", notice.sudo().message_ids[:1].body)


@tagged("post_install", "-at_install")
class TestProblem(TrackingCase):
    """ORD-62: what goes wrong on the way is logged, and told."""

    def test_logged(self):
        """ORD-62: what, the new day, who logged; the salesperson knows at once."""
        notice = self.under_way()
        problem = self.problem(notice, expected_arrival="2031-03-14")
        self.assertEqual(problem.reported_by_id, self.clerk)
        self.assertEqual(problem.expected_before, ARRIVAL)
        self.assertEqual(notice.expected_arrival, date(2031, 3, 14))
        message = notice.message_ids.filtered(lambda row: "ferry" in row.body)
        self.assertIn(self.seller.partner_id, message.notified_partner_ids)
        open_rows = notice.tracking_ids.filtered(lambda row: not row.done_at)
        arrival = open_rows.filtered(lambda row: row.kind == "arrival")
        self.assertEqual(arrival.due_on, date(2031, 3, 14))
        # Rows without a form of their own lead to the notice.
        for row in (problem, arrival):
            action = row.action_open_notice()
            self.assertEqual(action["res_model"], "dispatch.notice")
            self.assertEqual(action["res_id"], notice.id)

    def test_who_told_the_customer(self):
        """ORD-62: until the customer is told, customer service has a to-do."""
        notice = self.under_way()
        problem = self.problem(notice)
        self.assertIn(
            "Tell the customer", " ".join(notice.activity_ids.mapped("summary"))
        )
        service = problem.with_user(self.service)
        with self.assertRaisesRegex(UserError, "was told, and how"):
            service.action_told()
        service.write({"told_whom": "Ms Lin", "told_how": "phone"})
        service.action_told()
        self.assertEqual(problem.told_by_id, self.service)
        with self.assertRaisesRegex(UserError, "told already"):
            service.action_told()
        with self.assertRaises(AccessError):
            service.write({"told_whom": "Nobody"})

    def test_told_when_logged(self):
        """ORD-62: told on the telephone already, nothing is left to do."""
        notice = self.under_way()
        before = len(notice.activity_ids)
        problem = self.problem(notice, told_whom="Ms Lin", told_how="phone")
        self.assertEqual(problem.told_by_id, self.clerk)
        self.assertEqual(len(notice.activity_ids), before)

    def test_bad_input(self):
        """ORD-62: nothing said, a day in the past, half told, not under way."""
        notice = self.under_way()
        for values, words in (
            ({"description": " … "}, "what happened"),
            ({"expected_arrival": "2031-03-01"}, "not in the past"),
            ({"told_whom": "Ms Lin"}, "was told, and how"),
            ({"told_how": "fax"}, "was told, and how"),
        ):
            with self.subTest(values):
                with self.assertRaisesRegex(UserError, words), self.env.cr.savepoint():
                    self.problem(notice, **values)
        self.assertFalse(notice.problem_ids)
        self.arrive(notice)
        with self.assertRaisesRegex(UserError, "not under way"):
            self.problem(notice)

    def test_nobody_writes_it(self):
        """ORD-62: logged once, it stays as it was logged."""
        problem = self.problem(self.under_way())
        for user in (self.clerk, self.env.user):
            with self.assertRaises(AccessError):
                problem.with_user(user).sudo().write({"kind": "other"})
        with self.assertRaises(AccessError):
            problem.sudo().unlink()
        for role in ("salesperson", "warehouse", "finance"):
            with self.subTest(role), self.assertRaises(AccessError):
                problem.notice_id.with_user(self.people[role])._report_problem(
                    "delay", "I say so"
                )
