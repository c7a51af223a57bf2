"""Dispatch notices: made at once, checked, sent, received clearly (ORD-60)."""

from datetime import date

from freezegun import freeze_time
from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from ..models.dispatch_notice import keyed
from .shipping_case import ShippingCase


@tagged("post_install", "-at_install")
class TestNoticeMade(ShippingCase):
    """ORD-60: at once, by itself, once."""

    def test_made_when_goods_have_left(self):
        """ORD-60: it says what left, for which order, when, and asks to be sent."""
        order = self.released(100, 20)
        self.applied(order)
        picking = self.ship(self.picking(order))
        notice = order.dispatch_notice_ids
        self.assertEqual(len(notice), 1)
        self.assertRegex(notice.name, r"^DN/\d{4}/\d{5}$")
        self.assertEqual(notice.picking_id.id, picking.id)
        self.assertEqual(notice.partner_id, order.partner_id)
        self.assertEqual(notice.line_ids.mapped("quantity"), [100, 20])
        self.assertEqual(notice.shipped_at, picking.date_done)
        self.assertIn("1 Harbour Road", notice.address)
        self.assertEqual(notice.state, "draft")
        self.assertEqual(notice.activity_ids.user_id, self.service)
        self.assertFalse(notice.differences)

    def test_the_clerk_who_shipped_sends_it(self):
        """ORD-60: shipped by the shipping clerk, it is the clerk's to send."""
        order = self.released()
        self.applied(order)
        self.ship(self.picking(order), user=self.clerk)
        self.assertEqual(order.dispatch_notice_ids.activity_ids.user_id, self.clerk)

    def test_once(self):
        """ORD-60: made twice it is one notice; the database agrees."""
        order = self.released()
        self.applied(order)
        picking = self.ship(self.picking(order)).with_env(self.env)
        notice = order.dispatch_notice_ids
        self.assertFalse(picking._make_dispatch_notices())
        picking._action_done()
        self.assertEqual(picking.dispatch_notice_ids, notice)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            keyed(notice).copy({"picking_id": picking.id})
            self.env.flush_all()

    def test_each_part_has_its_own(self):
        """ORD-60: two shipments, two notices; the first says what follows."""
        order = self.released()
        self.applied(order)
        self.ship(self.picking(order), 30)
        first = order.dispatch_notice_ids
        self.assertEqual(
            first.differences,
            "[POS-1] Poster: 70 Units of 100 Units still to follow",
        )
        self.ship(self.picking(order))
        self.assertEqual(len(order.dispatch_notice_ids), 2)
        self.assertEqual(
            sorted(order.dispatch_notice_ids.line_ids.mapped("quantity")), [30, 70]
        )

    def test_not_for_what_comes_in(self):
        """Receipts and transfers inside the house make none."""
        before = self.env["dispatch.notice"].search_count([])
        suppliers = self.env.ref("stock.stock_location_suppliers")
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": suppliers.id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "move_ids": [
                    (0, 0, {
                        "product_id": self.poster.id,
                        "product_uom_qty": 3,
                        "location_id": suppliers.id,
                        "location_dest_id": self.warehouse.lot_stock_id.id,
                    })
                ],
            }
        )  # fmt: skip
        picking.action_confirm()
        self.ship(picking, user=self.env.user)
        self.assertEqual(picking.state, "done")
        self.assertEqual(self.env["dispatch.notice"].search_count([]), before)

    def test_lots(self):
        """ORD-60: lots that left are named."""
        self.poster.tracking = "lot"
        lot = self.env["stock.lot"].create(
            {
                "name": "L-77",
                "product_id": self.poster.id,
                "company_id": self.company.id,
            }
        )
        self.env["stock.quant"]._update_available_quantity(
            self.poster, self.warehouse.lot_stock_id, 100, lot_id=lot
        )
        order = self.released(10)
        self.applied(order)
        picking = self.picking(order)
        picking.action_assign()
        picking.move_ids.move_line_ids.lot_id = lot
        self.ship(picking)
        self.assertEqual(order.dispatch_notice_ids.line_ids.lots, "L-77")


@tagged("post_install", "-at_install")
class TestNoticeSent(ShippingCase):
    """ORD-60: checked, sent with a link, confirmed."""

    def mail_of(self, notice):
        """Return what was sent to the customer about a notice."""
        return self.env["mail.mail"].search(
            [
                ("model", "=", "dispatch.notice"),
                ("res_id", "=", notice.id),
                ("recipient_ids", "in", notice.sudo().partner_id.ids),
            ]
        )

    def test_not_before_it_says_all(self):
        """ORD-60: how it travels and when it arrives are asked for by name."""
        notice = self.notice().with_user(self.clerk)
        notice.write({"carrier": False, "plate": False, "driver": False})
        with self.assertRaisesRegex(UserError, "Expected Arrival, carrier"):
            notice.action_send()
        self.assertEqual(notice.state, "draft")

    def test_differences_are_seen_first(self):
        """ORD-60: what is not as ordered is shown, and ticked, before sending."""
        order = self.released()
        self.applied(order)
        self.ship(self.picking(order), 30)
        notice = order.dispatch_notice_ids.with_user(self.clerk)
        notice.write({"plate": "TN-1", "expected_arrival": "2030-02-01"})
        with self.assertRaisesRegex(UserError, "(?s)not what.*70 Units") as no:
            notice.action_send()
        self.assertIn("still to follow", str(no.exception))
        notice.differences_seen = True
        notice.action_send()
        self.assertEqual(notice.state, "sent")

    def test_sent_in_the_customers_language(self):
        """ORD-60, PLT-04: one mail, in the customer's language, with the link."""
        self.env["res.lang"]._activate_lang("zh_TW")
        template = self.env.ref("order_confirmation.mail_template_dispatch_notice")
        template.with_context(lang="zh_TW").subject = "貨物已發出 {{ object.name }}"
        self.customers["b"].lang = "zh_TW"
        notice = self.sent()
        mail = self.mail_of(notice)
        self.assertEqual(len(mail), 1)
        self.assertIn("貨物已發出", mail.subject)
        self.assertIn(f"/my/dispatch/{notice.id}?access_token=", mail.body_html)
        self.assertEqual(len(mail.attachment_ids), 1)
        self.assertEqual(notice.state, "sent")
        self.assertEqual(notice.sent_by_id, self.clerk)
        asked = notice.tracking_ids.sudo().activity_id
        asked |= notice.sudo().receipt_activity_id
        self.assertEqual(notice.activity_ids, asked)

    def test_no_department_on_it(self):
        """ROL-05: no telephone or address of a department for the customer."""
        for person in self.people.values():
            person.partner_id.phone = "06 111 2222"
        notice = self.sent()
        mail = self.mail_of(notice)
        render = self.env["ir.actions.report"]._render_qweb_html
        pages = [mail.body_html] + [
            render(report, notice.ids)[0].decode()
            for report in (
                "order_confirmation.report_dispatch_notice",
                "order_confirmation.report_arrival_receipt",
            )
        ]
        for page in pages:
            self.assertIn("Poster", page)
            self.assertNotIn("06 111 2222", page)
            for role, person in self.people.items():
                self.assertNotIn(person.email, page, role)

    def test_sent_once(self):
        """ORD-60: a second press is refused."""
        notice = self.sent()
        with self.assertRaisesRegex(UserError, "sent already"):
            notice.action_send()

    def test_customer_without_mail(self):
        """ORD-60: without an address it is printed, and that is said."""
        self.customers["b"].email = False
        notice = self.notice().with_user(self.clerk)
        notice.write({"carrier": "Blue Lorry", "expected_arrival": "2030-02-01"})
        with self.assertRaisesRegex(UserError, "no e-mail address"):
            notice.action_send()
        action = notice.action_sent_on_paper()
        self.assertIn("paper_dispatch_notice", action["report_name"])
        self.assertEqual((notice.state, notice.sent_how), ("sent", "paper"))

    def test_what_is_no_mail_address(self):
        """ORD-60: what is entered is no address: nothing passes for sent."""
        self.customers["b"].email = "ask Ms Lin"
        notice = self.notice().with_user(self.clerk)
        notice.write({"carrier": "Blue Lorry", "expected_arrival": "2030-02-01"})
        with self.assertRaisesRegex(UserError, "“ask Ms Lin” is no e-mail address of"):
            notice.action_send()
        self.assertEqual((notice.state, notice.carrier), ("draft", "Blue Lorry"))
        self.assertFalse(self.mail_of(notice))

    def test_a_dash_says_not_how_it_travels(self):
        """ORD-60: a dash for the carrier is no way of travelling."""
        notice = self.notice().with_user(self.clerk)
        notice.write({"carrier": "-", "plate": " ", "expected_arrival": "2030-02-01"})
        with self.assertRaisesRegex(UserError, "how it travels"):
            notice.action_send()

    def test_received_clearly(self):
        """ORD-60: a to-do until who confirmed, how and when is recorded."""
        notice = self.sent().with_user(self.service)
        asked = notice.activity_ids.filtered(lambda row: "clearly" in row.summary)
        self.assertEqual(asked.user_id, self.service)
        with self.assertRaisesRegex(UserError, "who at the customer's"):
            notice.action_received()
        notice.write({"received_by": "-5", "received_how": "phone"})
        with self.assertRaisesRegex(UserError, "who at the customer's"):
            notice.action_received()
        with Form(notice) as form:
            form.received_by = "Ms Lin"
            form.received_how = "phone"
        notice.action_received()
        self.assertFalse(asked.exists())
        self.assertTrue(notice.activity_ids, "the arrival is still asked for")
        self.assertEqual(notice.state, "received")
        self.assertTrue(notice.received_at)
        self.assertEqual(notice.received_noted_by_id, self.service)
        with self.assertRaisesRegex(UserError, "not waiting"):
            notice.action_received()

    def test_stays_as_it_was_sent(self):
        """ORD-60: what the customer was told cannot be changed afterwards."""
        notice = self.sent()
        for values in ({"carrier": "Other"}, {"expected_arrival": "2031-01-01"}):
            with self.subTest(values), self.assertRaises(AccessError):
                notice.write(values)
        with self.assertRaisesRegex(UserError, "stay"):
            notice.sudo().unlink()

    def test_readers_do_not_send(self):
        """ROL-02: who only reads sends nothing."""
        notice = self.notice()
        for role in ("warehouse", "finance", "salesperson", "planner"):
            person = self.people[role]
            with self.subTest(role):
                self.assertTrue(notice.with_user(person).has_access("read"))
                with self.assertRaises(AccessError):
                    notice.with_user(person).action_send()


@tagged("post_install", "-at_install")
class TestAgainstTheSheet(ShippingCase):
    """ORD-60: what left is compared with the sheet that the customer signed."""

    def signed(self, quantity=100):
        """Return a released order whose sheet the customer signed."""
        order = self.order(
            "b",
            order_line=[
                Command.create(
                    {
                        "product_id": self.poster.id,
                        "product_uom_qty": quantity,
                        "specification": "A2, matt",
                    }
                )
            ],
        )
        self.sign_all(order)
        order.action_confirm()
        self.assertTrue(order.release_controlled)
        return order

    def left(self, order, *quantities):
        self.applied(order)
        self.ship(self.picking(order), *quantities)
        return order.dispatch_notice_ids[:1]

    def test_as_signed(self):
        """ORD-60: what the sheet says has left: no difference; its number stands."""
        order = self.signed()
        notice = self.left(order)
        self.assertFalse(notice.differences)
        self.assertEqual(notice.sheet_number, order.current_sheet_id.name)

    def test_short_of_the_sheet(self):
        """ORD-60: what is missing is counted from the sheet."""
        notice = self.left(self.signed(), 30)
        self.assertIn("70 Units of 100 Units still to follow", notice.differences)

    def test_the_order_says_something_else_behind_the_sheet(self):
        """ORD-60: the order changed by SQL, it is still the sheet that counts."""
        order = self.signed()
        notice = self.left(order)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order_line SET product_uom_qty = 60 WHERE order_id = %s",
            [order.id],
        )
        self.env.invalidate_all()
        self.assertFalse(notice.differences)

    def test_to_another_address(self):
        """ORD-60: goods that went elsewhere than the sheet says are a difference."""
        order = self.signed()
        self.applied(order)
        picking = self.ship(self.picking(order))
        self.env.flush_all()
        elsewhere = self.env["res.partner"].create({"name": "Hill", "street": "9 Hill"})
        self.env.cr.execute(
            "UPDATE dispatch_notice SET address = '9 Hill' WHERE picking_id = %s",
            [picking.id],
        )
        self.env.cr.execute(
            "UPDATE stock_picking SET partner_id = %s WHERE id = %s",
            [elsewhere.id, picking.id],
        )
        self.env.invalidate_all()
        notice = order.dispatch_notice_ids.with_user(self.clerk)
        self.assertIn("another address", notice.differences)
        self.assertIn("1 Harbour Road", notice.differences)
        notice.write({"plate": "TN-1", "expected_arrival": "2030-02-01"})
        with self.assertRaisesRegex(UserError, "another address"):
            notice.action_send()


@tagged("post_install", "-at_install")
class TestPickup(ShippingCase):
    """ORD-60: goods that are fetched: told the next working day, with the slip."""

    def fetched(self, now="2031-03-07 02:00:00"):
        with freeze_time(now):
            notice = self.notice().with_user(self.clerk)
            notice.write(
                {"transport": "pickup", "plate": "TN-1",
                 "expected_arrival": "2031-03-07"}
            )  # fmt: skip
        return notice

    def test_due_the_next_working_day(self):
        """ORD-60: a delivery is told on its day; a pick-up of a Friday on Monday."""
        with freeze_time("2031-03-07 02:00:00"):
            delivered = self.notice()
        self.assertEqual(delivered.send_by, date(2031, 3, 7))
        self.assertEqual(delivered.activity_ids.date_deadline, date(2031, 3, 7))
        fetched = self.fetched()
        self.assertEqual(fetched.send_by, date(2031, 3, 10))
        self.assertEqual(fetched.sudo().activity_ids.date_deadline, date(2031, 3, 10))
        fetched.transport = "delivery"
        self.assertEqual(fetched.sudo().activity_ids.date_deadline, date(2031, 3, 7))

    def test_with_the_slip(self):
        """ORD-60: the notice of a pick-up has the slip as its last page."""
        notice = self.fetched()
        render = self.env["ir.actions.report"]._render_qweb_html
        report = "order_confirmation.report_dispatch_notice"
        page = render(report, notice.ids)[0].decode()
        self.assertIn(f"Enclosed with {notice.name}", page)
        self.assertIn("Delivery Slip", page)
        notice.transport = "delivery"
        page = render(report, notice.ids)[0].decode()
        self.assertNotIn("Enclosed", page)

    def test_not_without_a_slip(self):
        """ORD-60: the slip void and none anew, the notice waits for it."""
        notice = self.fetched()
        notice.slip_id.with_user(self.clerk)._void("Torn")
        with self.assertRaisesRegex(UserError, "issue it anew"):
            notice.action_send()
        self.assertEqual(notice.state, "draft")
        void = notice.picking_id.delivery_slip_ids.with_user(self.clerk)
        void.action_issue_anew()
        notice.invalidate_recordset()
        notice.action_send()
        self.assertEqual(notice.state, "sent")


@tagged("post_install", "-at_install")
class TestNoticePapers(ShippingCase):
    def test_three_languages(self):
        """ORD-60, ORD-63, PLT-04: notice and receipt in the customer's language."""
        render = self.env["ir.actions.report"]._render_qweb_html
        for lang, notice_title, receipt_title in (
            ("en_US", "Dispatch Notice", "Arrival Receipt"),
            ("zh_TW", "發貨告知書", "到貨回單"),
            ("zh_CN", "发货告知书", "到货回单"),
        ):
            self.env["res.lang"]._activate_lang(lang)
            self.customers["b"].lang = lang
            notice = self.notice()
            for report, title in (
                ("report_dispatch_notice", notice_title),
                ("report_arrival_receipt", receipt_title),
            ):
                page = render(f"order_confirmation.{report}", notice.ids)[0].decode()
                self.assertIn(title, page, lang)
                self.assertIn(notice.slip_id.name, page)
