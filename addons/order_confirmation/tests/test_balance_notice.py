"""The balance is asked for on what was made (ORD-50, ORD-51)."""

from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_release_flow import FlowCase


class BalanceCase(FlowCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.terms.deposit_percent = 30

    def released(self, tier="b", quantity=100, **values):
        order = self.order(tier, quantity=quantity, **values)
        self.sign_all(order)
        self.pay(order, order.amount_total * 0.3)
        order.action_confirm()
        return order

    def part_made(self, order, quantity):
        """Make a part, and leave the rest to a backorder."""
        production = order.mrp_production_ids.filtered(lambda mo: mo.state != "done")
        production.qty_producing = quantity
        production._set_qty_producing()
        production.move_raw_ids.picked = True
        self.inspect(production, quantity)
        production.with_context(skip_backorder=True).button_mark_done()
        return production

    def notice(self, order):
        self.env.invalidate_all()
        return order.balance_notice_ids.filtered(
            lambda notice: notice.state in ("draft", "sent")
        )


@tagged("post_install", "-at_install")
class TestBalanceNotice(BalanceCase):
    def test_made_by_itself_on_what_was_made(self):
        """ORD-51: 40 of 100 are made; the salesperson is told."""
        order = self.released()
        self.assertFalse(self.notice(order))
        production = order.mrp_production_ids
        production.product_qty = 100
        self.env["mrp.production"].browse(production.id)._split_productions(
            {production: [40, 60]}
        )
        first = order.mrp_production_ids.sorted("product_qty")[:1]
        first.qty_producing = 40
        first._set_qty_producing()
        first.move_raw_ids.picked = True
        self.inspect(first, 40)
        first.button_mark_done()
        notice = self.notice(order)
        total = order.amount_total
        self.assertAlmostEqual(notice.amount_asked, total * (0.4 + 0.3 * 0.6))
        self.assertAlmostEqual(notice.amount, total * (0.4 + 0.3 * 0.6 - 0.3))
        self.assertEqual(notice.line_ids.made, 40)
        self.assertEqual(notice.activity_ids.user_id, self.people["salesperson"])

    def test_renewed_when_more_is_made(self):
        """ORD-51: the later notice takes the place of the first."""
        order = self.released()
        production = order.mrp_production_ids
        production._split_productions({production: [40, 60]})
        for made in order.mrp_production_ids.sorted("product_qty"):
            made.qty_producing = made.product_qty
            made._set_qty_producing()
            made.move_raw_ids.picked = True
            self.inspect(made, made.product_qty)
            made.button_mark_done()
        first, last = order.balance_notice_ids.sorted("id")
        self.assertEqual((first.state, last.state), ("replaced", "draft"))
        self.assertAlmostEqual(last.amount_asked, order.amount_total)
        self.assertFalse(first.activity_ids)

    def test_closes_when_accounting_shows_the_money(self):
        """ORD-51, TIER-04: paid closes it; a payment taken back opens it again."""
        order = self.released()
        self.produce(order)
        notice = self.notice(order)
        half = self.pay(order, order.amount_total * 0.3)
        self.assertEqual(notice.state, "draft")
        self.assertAlmostEqual(notice.amount_open, order.amount_total * 0.4)
        rest = self.pay(order, order.amount_total * 0.4)
        self.assertEqual(notice.state, "paid")
        self.assertFalse(notice.activity_ids)
        rest.action_draft()
        self.assertEqual(notice.state, "sent")
        self.assertTrue(notice.activity_ids)
        rest.action_post()
        self.assertEqual(notice.state, "paid")
        self.assertTrue(half)

    def test_closes_by_an_invoice_that_is_paid(self):
        """ORD-51: reconciling an invoice with a bank transfer shows the money, too."""
        order = self.released()
        self.produce(order)
        notice = self.notice(order)
        invoice = order._create_invoices()
        invoice.action_post()
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard.create({"amount": order.amount_total})._create_payments()
        self.assertEqual(notice.state, "paid")

    def test_credited_after_it_has_left(self):
        """ORD-50, ORD-51: what was credited for damage is not asked for again."""
        order = self.released()
        self.produce(order)
        notice = self.notice(order)
        rest = self.pay(order, order.amount_total * 0.7)
        self.sign(order, "finance_clearance", "finance")
        self.apply(order)
        self.ship(order)
        invoice = order._create_invoices()
        invoice.action_post()
        paid = self.env["account.payment"].search([("sale_order_id", "=", order.id)])
        (invoice | paid.move_id).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        ).reconcile()
        self.assertEqual(notice.state, "paid")
        self.refund(invoice, 10)
        self.assertEqual(notice.state, "paid")
        self.assertFalse(notice.activity_ids)
        # Money that is taken back all the same is owed, and only that.
        rest.action_draft()
        self.assertEqual(notice.state, "sent")
        self.assertAlmostEqual(notice.amount_open, order.amount_total * 0.7)
        self.assertIn(
            notice.currency_id.format(notice.amount_open), notice.activity_ids.summary
        )

    def test_invoice_credited_and_written_anew(self):
        """ORD-51: a wrong invoice, credited and made anew, forgives nothing."""
        order = self.released()
        self.produce(order)
        notice = self.notice(order)
        rest = self.pay(order, order.amount_total * 0.7)
        self.sign(order, "finance_clearance", "finance")
        self.apply(order)
        self.ship(order)
        invoice = order._create_invoices()
        invoice.action_post()
        self.refund(invoice, 100, pay=False)
        order._create_invoices().action_post()
        rest.action_draft()
        self.assertEqual(notice.state, "sent")
        self.assertAlmostEqual(notice.amount_open, order.amount_total * 0.7)

    def refund(self, invoice, quantity, pay=True):
        """Credit a part of an invoice, and pay it out."""
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        action = wizard.create({"journal_id": invoice.journal_id.id}).refund_moves()
        note = self.env["account.move"].browse(action["res_id"])
        note.invoice_line_ids.quantity = quantity
        note.action_post()
        if pay:
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=note.ids
            ).create({})._create_payments()

    def test_tier_a_gets_none(self):
        """ORD-51: who ships on terms is not asked before."""
        order = self.order("a", quantity=100)
        self.sign_all(order)
        self.pay(order, order.amount_total * 0.3)
        order.action_confirm()
        self.produce(order)
        self.assertFalse(order.balance_notice_ids)
        with self.refused("nothing to collect"):
            order.with_user(self.people["salesperson"]).action_balance_notice()

    def test_the_gate_opens_for_what_is_paid(self):
        """ORD-50: 40 paid in full may leave while 60 stand with their deposit."""
        order = self.released()
        self.part_made(order, 100)
        total = order.amount_total
        line = order.order_line
        self.pay(order, total * 0.28)
        answer = order._release_answers("shipping", {line.id: 40})[order.id]
        self.assertNotIn("balance_arrived", [row.code for row in answer.missing])
        answer = order._release_answers("shipping", {line.id: 41})[order.id]
        self.assertIn("balance_arrived", [row.code for row in answer.missing])

    def test_less_made_than_ordered_is_less_to_pay(self):
        """ORD-51: 98 of 100 were made, and no more will be."""
        order = self.released()
        production = order.mrp_production_ids
        production.qty_producing = 98
        production._set_qty_producing()
        production.move_raw_ids.picked = True
        self.inspect(production, 98)
        production.with_context(skip_backorder=True).button_mark_done()
        self.assertAlmostEqual(
            self.notice(order).amount_asked, order.amount_total * 0.98
        )

    def test_sent_to_the_customer(self):
        """ORD-51: by mail with its paper; without an address on paper."""
        order = self.released()
        self.produce(order)
        notice = self.notice(order).with_user(self.people["salesperson"])
        notice.partner_id.sudo().email = False
        with self.refused("no e-mail address"):
            notice.action_send()
        self.assertEqual(notice.state, "draft")
        notice.action_sent_on_paper()
        self.assertEqual(notice.state, "sent")
        notice.partner_id.sudo().email = "b@example.com"
        notice.action_send()
        mail = self.env["mail.mail"].search(
            [
                ("model", "=", "balance.notice"),
                ("res_id", "=", notice.id),
                ("subject", "like", order.name),
            ]
        )
        self.assertEqual(mail.recipient_ids, order.partner_invoice_id)
        self.assertIn(notice.name.replace("/", "-"), mail.attachment_ids.name)
        with self.assertRaises(AccessError):
            notice.with_user(self.people["technical"]).action_send()

    def test_the_day_before(self):
        """ORD-51: who owes is told the working day before, once."""
        order = self.released(ship_date=fields.Date.to_date("2030-03-11"))
        self.produce(order)
        notice = self.notice(order)
        notices = self.env["balance.notice"]
        with freeze_time("2030-03-07 04:00:00"):
            notices._cron_collect()
        self.assertFalse(notice.reminded_on)
        with freeze_time("2030-03-08 04:00:00"):
            notices._cron_collect()
            notices._cron_collect()
        self.assertEqual(notice.reminded_on, fields.Date.to_date("2030-03-08"))
        self.assertEqual(notice.state, "sent")
        told = notice.message_ids.filtered(lambda row: "told to pay" in row.body)
        self.assertEqual(len(told), 1)

    def test_late_goods(self):
        """ORD-51: a planned day that is over reminds as well, once."""
        order = self.released(ship_date=fields.Date.to_date("2030-03-04"))
        self.produce(order)
        notice = self.notice(order)
        for day in ("2030-03-07", "2030-03-08"):
            with freeze_time(f"{day} 04:00:00"):
                self.env["balance.notice"]._cron_collect()
        self.assertEqual(notice.reminded_on, fields.Date.to_date("2030-03-07"))
        told = notice.message_ids.filtered(lambda row: "told to pay" in row.body)
        self.assertEqual(len(told), 1)

    def test_the_earliest_day_counts(self):
        """ORD-51: the application's day, the transfer's once it is applied for."""
        later = fields.Date.to_date("2030-04-30")
        notices = self.env["balance.notice"]
        for moved in ("application", "transfer"):
            order = self.released(ship_date=later)
            self.produce(order)
            notice = self.notice(order)
            with self.subTest(moved), freeze_time("2030-03-08 04:00:00"):
                notices._cron_collect()
                self.assertFalse(notice.reminded_on, "planned for April")
                self.apply(order)
                application = order.delivery_application_ids
                if moved == "application":
                    order.picking_ids.scheduled_date = "2030-04-30 08:00:00"
                    notices._cron_collect()
                    self.assertFalse(notice.reminded_on)
                    application.wanted_on = "2030-03-11"
                else:
                    order.picking_ids.scheduled_date = "2030-03-11 06:00:00"
                notices._cron_collect()
                self.assertTrue(notice.reminded_on)

    def test_without_working_hours(self):
        """ORD-51: goods are made, and asked to be paid, without a calendar, too."""
        order = self.released(ship_date=fields.Date.to_date("2030-03-11"))
        self.company.resource_calendar_id.attendance_ids.unlink()
        with freeze_time("2030-03-08 04:00:00"):
            self.produce(order)
            notice = self.notice(order)
            self.assertEqual(notice.pay_by, fields.Date.to_date("2030-03-10"))
        with freeze_time("2030-03-10 04:00:00"):
            self.env["balance.notice"]._cron_collect()
        self.assertTrue(notice.reminded_on)

    def test_one_company_does_not_stop_the_others(self):
        """ORD-51: trouble with one is logged, the others collect."""
        order = self.released(ship_date=fields.Date.to_date("2030-03-11"))
        self.produce(order)
        notice = self.notice(order)
        broken = self.env["res.company"].create(
            {"name": "A Broken One", "release_control": True}
        )
        leaving = type(notice)._leaving_by

        def trouble(self, company, day):
            if company == broken:
                raise ValueError("No working hours")
            return leaving(self, company, day)

        with (
            freeze_time("2030-03-08 04:00:00"),
            patch.object(type(notice), "_leaving_by", trouble),
            mute_logger("odoo.addons.order_confirmation.models.balance_notice_sending"),
        ):
            self.env["balance.notice"]._cron_collect()
        self.assertTrue(notice.reminded_on)

    def test_one_notice_does_not_stop_the_others(self):
        """ORD-51: one that cannot be sent is tried again; the others are told."""
        orders = [
            self.released(ship_date=fields.Date.to_date("2030-03-11"))
            for _number in range(2)
        ]
        for order in orders:
            self.produce(order)
        broken, notice = (self.notice(order) for order in orders)
        remind = type(notice)._remind

        def trouble(self, today):
            remind(self, today)
            if self == broken:
                raise ValueError("Template broken")

        with (
            freeze_time("2030-03-08 04:00:00"),
            patch.object(type(notice), "_remind", trouble),
            mute_logger("odoo.addons.order_confirmation.models.balance_notice_sending"),
        ):
            self.env["balance.notice"]._cron_collect()
        self.assertTrue(notice.reminded_on)
        self.assertFalse(broken.reminded_on)

    def test_cash_on_delivery(self):
        """ORD-50: goods leave before the balance; the driver brings it."""
        self.terms.cash_on_delivery = True
        order = self.released()
        self.produce(order)
        self.assertFalse(self.notice(order))
        self.assertNotIn("balance_arrived", self.missing(order, "shipping"))
        self.assertAlmostEqual(order._collect_on_delivery(), 0.0)
        self.sign(order, "finance_clearance", "finance")
        self.apply(order)
        self.ship(order)
        notice = self.notice(order)
        self.assertEqual((notice.state, notice.on_delivery), ("sent", True))
        self.assertAlmostEqual(notice.amount, order.amount_total * 0.7)
        self.assertAlmostEqual(order._collect_on_delivery(), order.amount_total * 0.7)
        self.pay(order, order.amount_total * 0.7)
        self.assertEqual(notice.state, "paid")

    def test_cancelled_with_its_order(self):
        """ORD-51: nothing is asked for on an order that is cancelled."""
        order = self.released()
        self.produce(order)
        notice = self.notice(order)
        order._action_cancel()
        self.assertEqual(notice.state, "cancelled")

    def test_nobody_writes_it(self):
        """ORD-51: what was asked for stays as it was sent."""
        order = self.released()
        self.produce(order)
        notice = self.notice(order)
        for person in ("finance", "salesperson"):
            mine = notice.with_user(self.people[person])
            for values in ({"amount": 0}, {"state": "paid"}, {"amount_asked": 1}):
                with self.assertRaises(AccessError), self.cr.savepoint():
                    mine.write(values)
        for values in ({"amount": 0}, {"state": "paid"}):
            with self.assertRaises(AccessError), self.cr.savepoint():
                notice.sudo().with_context(kept_key=True).write(values)
        with self.assertRaises(AccessError), self.cr.savepoint():
            notice.sudo().unlink()
        with self.assertRaises(AccessError), self.cr.savepoint():
            notice.line_ids.sudo().write({"made": 1})

    def test_in_three_languages(self):
        """ORD-51: the paper."""
        order = self.released()
        self.produce(order)
        titles = {
            "en_US": "Balance Collection Notice",
            "zh_TW": "餘款催收通知書",
            "zh_CN": "余款催收通知书",
        }
        report = self.env["ir.actions.report"].sudo()
        for lang, title in titles.items():
            self.env["res.lang"]._activate_lang(lang)
            order.partner_id.lang = lang
            with self.subTest(lang):
                notice = self.notice(order)
                notice._end("replaced")
                self.env["balance.notice"]._renew(order)
                notice = self.notice(order)
                self.assertEqual(notice.lang, lang)
                html = report._render_qweb_html(
                    "order_confirmation.paper_balance_notice", notice.ids
                )[0].decode()
                for words in (title, notice.name, order.name, "Brochure"):
                    self.assertIn(words, html)

    def test_many_orders_cost_what_few_cost(self):
        """ORD-51: what the day before asks does not grow with the orders."""
        day = fields.Date.today() + timedelta(days=1)
        orders = self.env["sale.order"]
        for _number in range(12):
            orders |= self.order("b", quantity=10, ship_date=day)
        self.env.flush_all()
        self.cr.execute(
            "UPDATE sale_order SET state = 'sale' WHERE id IN %s", [tuple(orders.ids)]
        )
        self.env.invalidate_all()
        notices = self.env["balance.notice"]
        self.assertEqual(len(notices._renew(orders)), 12)
        counts = []
        for some in (orders[:3], orders):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            notices._renew(some)
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(len(orders.balance_notice_ids), 12)
        self.assertEqual(counts[0], counts[1])


@tagged("post_install", "-at_install")
class TestClearanceScreen(BalanceCase):
    def dialog(self, order):
        user = self.people["finance"]
        action = order.with_user(user)._signoff_dialog("finance_clearance")
        dialog = self.env[action["res_model"]].with_user(user)
        return dialog.with_context(**action["context"]).create({"statement": "Fine."})

    def test_terms_made_invoiced_received_balance(self):
        """ORD-50: contract terms, produced, invoiced, received, balance: one screen."""
        order = self.released()
        self.part_made(order, 100)
        dialog = self.dialog(order)
        total = order.amount_total
        self.assertEqual(dialog.payment_terms, self.terms.name)
        self.assertAlmostEqual(dialog.amount_received, total * 0.3)
        self.assertAlmostEqual(dialog.balance_made, total * 0.7)
        self.assertEqual((dialog.line_ids.made, dialog.line_ids.quantity), (100, 100))

    def test_what_is_not_made_is_not_proposed(self):
        """ORD-50: nothing made, nothing proposed; a part made, that part."""
        order = self.released()
        dialog = self.dialog(order)
        self.assertEqual((dialog.line_ids.made, dialog.line_ids.quantity), (0, 0))
        with self.refused("above zero"):
            self.sign(order, "finance_clearance", "finance")
        self.part_made(order, 40)
        self.assertEqual(self.dialog(order).line_ids.quantity, 40)

    def test_no_more_than_was_ordered(self):
        """ORD-50: neither nothing, nor below it, nor more than the order."""
        order = self.released()
        self.produce(order)
        line = order.order_line
        refusals = (0, "above zero"), (-5, "above zero"), (101, "at most")
        for quantity, words in refusals:
            with self.refused(words):
                self.sign(
                    order, "finance_clearance", "finance",
                    line_ids=[(0, 0, {"order_line_id": line.id, "quantity": quantity})],
                )  # fmt: skip

    def test_who_asked_does_not_grant(self):
        """ROL-03, ORD-50: who signed the instruction for service cannot clear."""
        service = self.people["customer_service"]
        service.group_ids += self.env.ref("customer_tiering.role_finance")
        order = self.released()
        self.produce(order)
        with self.assertRaisesRegex(UserError, "two different people"):
            self.sign(order, "finance_clearance", "customer_service")

    def test_a_payment_reversed_between_clearance_and_shipment(self):
        """ORD-50, TIER-04: reversed in the books, the gate is shut."""
        order = self.released()
        self.produce(order)
        payment = self.pay(order, order.amount_total * 0.7)
        self.sign(order, "finance_clearance", "finance")
        self.apply(order)
        self.assertFalse(self.missing(order, "shipping"))
        payment.action_draft()
        with self.refused("taken back after the clearance"):
            self.ship(order)

    def test_a_line_raised_after_clearance(self):
        """ORD-50: a larger order voids the clearance."""
        order = self.released()
        self.produce(order)
        self.pay(order, order.amount_total)
        self.sign(order, "finance_clearance", "finance")
        order.order_line.product_uom_qty = 120
        self.assertIn("finance_clearance", self.missing(order, "shipping"))
        signature = order.signature_ids.filtered(
            lambda row: row.purpose_code == "finance_clearance"
        )
        self.assertEqual(signature.state, "void")
