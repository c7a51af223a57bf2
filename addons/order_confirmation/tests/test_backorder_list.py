"""What could not ship: listed, dated by the planner, told, tracked (ORD-64)."""

from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .shipping_case import ShippingCase

REPORT = "order_confirmation.report_backorder_list"
NOW = "2031-03-03 02:00:00"  # a Monday
DAY = date(2031, 3, 7)


class BackorderCase(ShippingCase):
    def setUp(self):
        super().setUp()
        self.planner = self.people["planner"]
        frozen = freeze_time(NOW)
        frozen.start()
        self.addCleanup(frozen.stop)

    def short(self, ordered=(100,), shipped=(30,), order=None):
        """Return the list of an order of which only a part has left."""
        order = order or self.released(*ordered)
        self.applied(order)
        self.ship(self.picking(order), *shipped)
        return order.backorder_list_ids

    def dated(self, **values):
        """Return a list with the planner's date."""
        row = self.short(**values)
        row.with_user(self.planner)._give_date(DAY)
        return row

    def mails(self, row):
        return self.env["mail.mail"].search(
            [("model", "=", "backorder.list"), ("res_id", "=", row.id)]
        )


@tagged("post_install", "-at_install")
class TestBackorderList(BackorderCase):
    """ORD-64: to customer and planner, when a delivery is short."""

    def test_made_when_short(self):
        """ORD-64: what stays behind, for whom; the planner's clock runs."""
        row = self.short((100, 20), (30, 20))
        self.assertEqual(len(row), 1)
        self.assertRegex(row.name, r"^BL/\d{4}/\d{4}$")
        self.assertEqual(row.line_ids.product_id, self.poster)
        self.assertEqual(row.line_ids.quantity, 70)
        self.assertEqual(row.state, "open")
        clock = row._clock_open("backorder_date")[row.id]
        self.assertEqual(clock.group_id, self.env.ref("customer_tiering.role_planner"))

    def test_not_when_all_left(self):
        """ORD-64: a whole delivery has none; nor one that is short in its tolerance."""
        order = self.released()
        self.applied(order)
        self.ship(self.picking(order))
        self.assertFalse(order.backorder_list_ids)
        order = self.released()
        order.order_line.tolerance_percent = 5
        self.assertFalse(self.without_backorder(order, 96).backorder_list_ids)

    def without_backorder(self, order, quantity):
        """Ship so many, and answer “No Backorder”."""
        self.applied(order)
        picking = self.picking(order).with_user(self.people["warehouse"])
        picking.move_ids.write({"quantity": quantity, "picked": True})
        picking.with_context(
            skip_backorder=True, picking_ids_not_to_backorder=picking.ids
        ).button_validate()
        self.assertEqual(picking.state, "done")
        return order

    def test_no_backorder(self):
        """ORD-64: the rest is given up: said in writing, and the customer is told."""
        row = self.without_backorder(self.released(), 30).backorder_list_ids
        self.assertTrue(row.given_up)
        self.assertEqual((row.state, row.line_ids.quantity), ("open", 70))
        self.assertEqual(row.line_ids.rest, 70)
        self.assertEqual(row.activity_ids.user_id, self.service)
        self.assertTrue(row._clock_open("backorder_date"))
        row._cron_follow()
        self.assertEqual(row.state, "open", "it does not end by itself")
        for role in ("warehouse", "shipping", "salesperson"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.sign(row, "nothing_follows", role)
        with self.assertRaises(UserError):
            self.sign(row, "nothing_follows", "customer_service", " … ")
        told = self.mails(row)
        self.sign(row, "nothing_follows", "customer_service", "Ms Lin agreed.")
        self.assertEqual(row.state, "cancelled")
        self.assertFalse(row.activity_ids)
        self.assertFalse(row._clock_open("backorder_date"))
        mail = self.mails(row) - told
        self.assertEqual(mail.recipient_ids, row.partner_id)
        self.assertEqual(len(mail), 1)
        self.assertIn("does not follow", mail.body_html)
        self.assertEqual(len(mail.attachment_ids), 1)
        with self.assertRaisesRegex(UserError, "is over"):
            self.sign(row, "nothing_follows", "planner")

    def test_a_date_after_all(self):
        """ORD-64: what was given up follows after all, on the planner's date."""
        row = self.without_backorder(self.released(), 30).backorder_list_ids
        order = row.order_id
        row.with_user(self.planner)._give_date(DAY)
        self.assertEqual((row.state, row.given_up), ("dated", True))
        further = order.picking_ids.copy({"origin": order.name})
        further.move_ids.write({"product_uom_qty": 70})
        further.action_confirm()
        row._cron_follow()
        self.assertEqual((row.state, row.given_up), ("dated", False))
        with self.assertRaisesRegex(UserError, "on its way"):
            self.sign(row, "nothing_follows", "planner")

    def test_two_steps(self):
        """ORD-64: short at the picking shows when the part has left the house."""
        self.warehouse.delivery_steps = "pick_ship"
        order = self.released()
        self.applied(order)
        self.ship(self.picking(order)[0], 30)
        self.assertFalse(order.backorder_list_ids)
        ready = self.picking(order).filtered(
            lambda row: (
                row.location_dest_id.usage == "customer"
                or row.picking_type_code == "outgoing"
            )
        )
        self.ship(ready[:1])
        self.assertEqual(order.backorder_list_ids.line_ids.quantity, 70)

    def test_the_planner_s_date_goes_to_the_customer(self):
        """ORD-64, PLT-04: one mail in the customer's language with the PDF."""
        self.env["res.lang"]._activate_lang("zh_TW")
        self.customers["b"].lang = "zh_TW"
        row = self.short()
        action = row.with_user(self.planner).action_give_date()
        wizard = Form(
            self.env[action["res_model"]]
            .with_user(self.planner)
            .with_context(**action["context"])
        )
        wizard.day = DAY
        wizard.save().action_give()
        self.assertEqual((row.state, row.promised_on), ("dated", DAY))
        self.assertEqual(row.planner_id, self.planner)
        self.assertFalse(row._clock_open("backorder_date"))
        mail = self.mails(row)
        self.assertEqual(len(mail), 1)
        self.assertEqual(len(mail.attachment_ids), 1)
        self.assertIn("訂單", mail.subject)
        self.assertFalse(row.to_tell)

    def test_customer_without_mail(self):
        """ORD-64: the date is kept, and customer service prints the list."""
        self.customers["b"].email = False
        row = self.dated()
        self.assertEqual(row.state, "dated")
        self.assertTrue(row.to_tell)
        self.assertEqual(row.activity_ids.user_id, self.service)
        service = row.with_user(self.service)
        with self.assertRaisesRegex(UserError, "no e-mail address"):
            service.action_send()
        action = service.action_told_on_paper()
        self.assertIn("paper_backorder_list", action["report_name"])
        self.assertFalse(row.to_tell)
        self.assertFalse(row.activity_ids)

    def test_bad_dates(self):
        """ORD-64: none, in the past, the same again, moved without a reason."""
        row = self.dated().with_user(self.planner)
        for day, reason, words in (
            (False, "Late", "from today on"),
            (date(2031, 3, 2), "Late", "from today on"),
            (DAY, "Late", "given already"),
            (DAY + timedelta(1), "", "why the date moves"),
            (DAY + timedelta(1), " … ", "why the date moves"),
        ):
            with self.subTest(day=day, reason=reason):
                with self.assertRaisesRegex(UserError, words):
                    row._give_date(day, reason)
        self.assertEqual(len(row.date_ids), 1)

    def test_the_mail_leaves_at_once(self):
        """ORD-64: what says that the customer was told does not wait for the hour."""
        row = self.short()
        queue = self.env.ref("mail.ir_cron_mail_scheduler_action")
        triggers = self.env["ir.cron.trigger"].sudo()
        triggers.search([("cron_id", "=", queue.id)]).unlink()
        row.with_user(self.planner)._give_date(DAY)
        self.assertTrue(triggers.search([("cron_id", "=", queue.id)]))

    def test_the_transfer_is_scheduled_for_the_date(self):
        """ORD-64: the rest is planned for the day that the customer was told."""
        row = self.dated()
        rest = row.order_id.picking_ids.filtered(lambda p: p.state != "done")
        self.assertEqual(self.company._business_date(rest.scheduled_date), DAY)

    def test_a_date_that_slips_is_an_entry(self):
        """ORD-64: the dates stay, each with author and reason; the customer is told."""
        row = self.dated()
        row.with_user(self.planner)._give_date(DAY + timedelta(4), "Paper is late")
        row.invalidate_recordset()
        self.assertEqual(row.date_ids.mapped("date_after"), [DAY + timedelta(4), DAY])
        self.assertEqual(row.date_ids[0].date_before, DAY)
        self.assertEqual((row.moves, row.first_promised_on), (1, DAY))
        self.assertEqual(len(self.mails(row)), 2)
        for values in ({"date_after": DAY}, {"reason": ""}):
            with self.subTest(values), self.assertRaises(AccessError):
                row.date_ids.sudo().write(values)
        with self.assertRaises(AccessError):
            row.date_ids.sudo().unlink()

    def test_only_the_planner_dates(self):
        """ROL-02: the date is the planner's; nobody writes it past the dialog."""
        row = self.short()
        for role in ("customer_service", "shipping", "salesperson", "production"):
            with self.subTest(role), self.assertRaises(AccessError):
                row.with_user(self.people[role])._give_date(DAY)
        for user in (self.planner, self.env.user):
            with self.assertRaises(AccessError):
                row.with_user(user).sudo().write({"promised_on": DAY})
        with self.assertRaises(AccessError):
            row.sudo().unlink()

    def test_kept(self):
        """ORD-64: all has left on the day: the first date was kept."""
        row = self.dated()
        order = row.order_id
        self.assertEqual(row.line_ids.rest, 70)
        with freeze_time("2031-03-07 02:00:00"):
            self.ship(self.picking(order))
        self.assertEqual((row.state, row.kept, row.days_late), ("done", "kept", 0))
        self.assertEqual(row.done_on, DAY)
        self.assertEqual(len(order.backorder_list_ids), 1)
        with self.assertRaisesRegex(UserError, "is over"):
            row.with_user(self.planner)._give_date(DAY + timedelta(9), "Why not")

    def test_not_kept(self):
        """ORD-64: measured after the first date, in working days, moved or not."""
        row = self.dated()
        row.with_user(self.planner)._give_date(DAY + timedelta(4), "Paper is late")
        with freeze_time("2031-03-11 02:00:00"):
            self.ship(self.picking(row.order_id))
        self.assertEqual((row.kept, row.days_late), ("late", 2))

    def test_part_after_part(self):
        """ORD-64: another part leaves: the list goes on with what is left of it."""
        row = self.dated()
        order = row.order_id
        self.ship(self.picking(order), 50)
        self.assertEqual(order.backorder_list_ids, row)
        self.assertEqual((row.state, row.line_ids.rest), ("dated", 20))
        self.ship(self.picking(order))
        self.assertEqual(row.state, "done")

    def test_given_up(self):
        """ORD-64: the rest is cancelled: said in writing; the order: nothing waits."""
        row = self.dated()
        self.picking(row.order_id).action_cancel()
        self.assertEqual((row.state, row.given_up), ("open", True))
        self.sign(row, "nothing_follows", "planner")
        self.assertEqual(row.state, "cancelled")
        row = self.dated()
        row.order_id.action_cancel()
        self.assertEqual(row.state, "cancelled")

    def test_many_orders_cancelled_at_once(self):
        """ORD-64: cancelled in the list of orders, its list ends on the spot, too."""
        row = self.dated()
        self.env["sale.mass.cancel.orders"].create(
            {"sale_order_ids": row.order_id.ids}
        ).action_mass_cancel()
        self.assertEqual(row.order_id.state, "cancel")
        self.assertEqual(row.state, "cancelled")
        self.assertFalse(row.activity_ids)

    def test_one_company_does_not_stop_the_others(self):
        """ORD-64: trouble with one is logged, the others are followed."""
        row = self.dated()
        rival = self.env["res.company"].create({"name": "A Broken One"})
        broken = self.dated()
        self.env.cr.execute(
            "UPDATE backorder_list SET company_id = %s WHERE id = %s",
            (rival.id, broken.id),
        )
        self.env.invalidate_all()
        follow = type(row)._follow

        def trouble(self, orders):
            if broken.order_id in orders:
                raise ValueError("No working hours")
            return follow(self, orders)

        with (
            freeze_time("2031-03-10 02:00:00"),
            patch.object(type(row), "_follow", trouble),
            mute_logger("odoo.addons.order_confirmation.models.backorder_list"),
        ):
            self.env["backorder.list"]._cron_follow()
        self.assertEqual(row.activity_ids.user_id, self.planner)
        self.assertFalse(broken.activity_ids)

    def test_date_is_over(self):
        """ORD-64: the planner gets a to-do, once, and the list shows it in red."""
        row = self.dated()
        with freeze_time("2031-03-10 02:00:00"):
            row.invalidate_recordset()
            self.assertTrue(row.overdue)
            self.assertIn(row, row.search([("overdue", "=", True)]))
            for _night in range(2):
                self.env["backorder.list"]._cron_follow()
            self.assertEqual(row.activity_ids.user_id, self.planner)
            row.with_user(self.planner)._give_date(date(2031, 3, 12), "Machine down")
            self.assertFalse(row.activity_ids)

    def test_waits_for_the_planner(self):
        """ROL-01: a list without a date is on the planner's first page."""
        row = self.short()
        self.env.flush_all()
        waiting = self.env["order.waiting"].with_user(self.planner)
        found = waiting.search(
            [("res_model", "=", "backorder.list"), ("res_id", "=", row.id)]
        )
        self.assertEqual(len(found), 1)
        row.with_user(self.planner)._give_date(DAY)
        self.env.flush_all()
        self.assertFalse(waiting.search([("id", "in", found.ids)]))

    def test_without_working_hours_goods_leave_all_the_same(self):
        """ORD-64: a company without a calendar has a list without a clock."""
        order = self.released()
        self.applied(order)
        self.company.resource_calendar_id.attendance_ids.unlink()
        self.ship(self.picking(order), 30)
        self.assertEqual(order.backorder_list_ids.state, "open")

    def test_paper_in_three_languages(self):
        """ORD-64, PLT-04, ROL-05: goods and date; no department's address."""
        render = self.env["ir.actions.report"]._render_qweb_html
        for lang, title in (
            ("en_US", "Backorder List"), ("zh_TW", "欠貨清單"), ("zh_CN", "欠货清单")
        ):  # fmt: skip
            self.env["res.lang"]._activate_lang(lang)
            self.customers["b"].lang = lang
            row = self.dated()
            page = render(REPORT, row.ids)[0].decode()
            self.assertIn(title, page)
            self.assertIn("Poster", page)
            for person in self.people.values():
                self.assertNotIn(person.email, page)

    def test_queries_do_not_grow(self):
        """ORD-64: 80 lists are followed with as many queries as 8."""
        counts = []
        row = self.dated()
        for count in (8, 80):
            orders = row.order_id
            extra = [row.order_id.copy().id for _n in range(count)]
            orders |= orders.browse(extra)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env["backorder.list"]._follow(orders)
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
        self.assertEqual(row.state, "dated")
        self.assertTrue(fields.Date.today())
