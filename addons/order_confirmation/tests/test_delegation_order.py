from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .intake_case import IntakeCase

TODO = "mail.mail_activity_data_todo"


class DelegationOrderCase(IntakeCase):
    def delegate(self, order=None, giver=None, receiver=None, **values):
        """Let a salesperson authorise customer service, by the form, and sign."""
        giver = giver or self.seller
        delegations = self.env["signoff.delegation"].with_user(giver)
        if order:
            action = order.with_user(giver).action_delegate()
            delegations = delegations.with_context(**action["context"])
        form = Form(delegations)
        form.receiver_id = receiver or self.service
        form.reason = "Travelling to the fair."
        if not order:
            form.date_to = fields.Datetime.now() + timedelta(days=7)
        for name, value in values.items():
            setattr(form, name, value)
        form.purpose_ids.add(self.env.ref("order_confirmation.purpose_promise_relaxed"))
        row = form.save()
        dialog = row._signoff_dialog("delegation")
        signing = self.env["signoff.sign"].with_user(giver)
        signing = signing.with_context(**dialog["context"]).create({})
        signing.with_context(password="case_salesperson").action_sign()
        return row

    def relax(self, order, role="customer_service", days=7):
        return self.sign(
            order,
            "promise_relaxed",
            role,
            "The customer agreed on the telephone.",
            new_date=order.promised_completion_date + timedelta(days=days),
        )

    def dated_order(self):
        order = self.order()
        self.sign(order, "technical", "technical")
        self.sign(order, "production", "production")
        return order


@tagged("post_install", "-at_install")
class TestDelegationOrder(DelegationOrderCase):
    """ORD-04, ROL-04: customer service acts for a salesperson."""

    def test_one_order(self):
        """ORD-04: what was given for one order is no use on the next."""
        order, other = self.dated_order(), self.dated_order()
        with self.assertRaises(AccessError):
            self.relax(order)
        row = self.delegate(order)
        self.assertEqual(row.order_id, order)
        signature = self.relax(order)
        self.assertEqual(signature.signed_by, "Customer Service for Salesperson")
        self.assertEqual(signature.signer_role, "Salesperson")
        with self.assertRaises(AccessError):
            self.relax(other)

    def test_a_period_covers_one_s_own_orders(self):
        """ORD-04: all of the giver's orders, and none of a colleague's."""
        order, theirs = self.dated_order(), self.dated_order()
        theirs.user_id = self.colleague
        self.delegate()
        self.assertEqual(self.relax(order).principal_id, self.seller)
        with self.assertRaises(AccessError):
            self.relax(theirs)

    def test_of_two_givers_the_order_s_own(self):
        """ORD-04: it is signed for the salesperson whose order it is."""
        order, theirs = self.dated_order(), self.dated_order()
        theirs.user_id = self.colleague
        self.delegate(giver=self.colleague)
        self.delegate()
        self.assertEqual(self.relax(order).principal_id, self.seller)
        self.assertEqual(self.relax(theirs).principal_id, self.colleague)

    def test_the_order_says_so(self):
        """ROL-04: the salesperson's forms show who acts, and until when."""
        order, other = self.order(), self.order()
        self.delegate(order)
        shown = order.with_user(self.seller)
        self.assertEqual(shown.delegated_to_id, self.service)
        self.assertIn("Customer Service acts for Salesperson", shown.delegated_words)
        self.assertTrue(order.with_user(self.service).delegated_to_me)
        self.assertFalse(other.delegated_to_id)
        orders = self.env["sale.order"].with_user(self.service)
        found = orders.search([("delegated_to_id", "=", self.service.id)])
        self.assertEqual(found, order)

    def test_only_one_s_own_order(self):
        """ORD-04: nobody delegates the order of another."""
        order = self.order()
        for user in (self.service, self.colleague):
            with self.assertRaises(UserError):
                order.with_user(user).action_delegate()
        with self.assertRaises(UserError):
            self.env["signoff.delegation"].with_user(self.colleague).create(
                {
                    "receiver_id": self.service.id,
                    "order_id": order.id,
                    "reason": "Not mine.",
                    "purpose_ids": [Command.clear()],
                }
            )

    def test_to_customer_service_only(self):
        """ORD-04: to whom the salesperson's purposes go is data."""
        with self.assertRaisesRegex(UserError, "delegated to: Customer service"):
            self.delegate(receiver=self.colleague)

    def test_the_question_goes_to_who_acts(self):
        """ORD-03, ORD-04: the delegated person asks the customer, and has the clock."""
        order = self.bare_order()
        row = self.delegate(order)
        order.with_user(self.people["supervisor"]).action_ask_customer()
        todo = order.activity_search(["order_confirmation.activity_ask_customer"])
        self.assertEqual((todo.user_id, todo.delegation_id), (self.service, row))
        clock = order.sudo()._clock_open("ask_customer")[order.id]
        self.assertEqual(clock.user_id, self.service)

    def test_to_dos_go_over_and_come_back(self):
        """ORD-04: open ones at the start, new ones meanwhile, the rest at the end."""
        order, other = self.order(), self.order()
        before = order.activity_schedule(TODO, user_id=self.seller.id)
        elsewhere = other.activity_schedule(TODO, user_id=self.seller.id)
        by_hand = order.activity_schedule(TODO, user_id=self.seller.id, automated=False)
        row = self.delegate(order)
        self.assertEqual(before.user_id, self.service)
        self.assertEqual(elsewhere.user_id, self.seller)
        self.assertEqual(by_hand.user_id, self.seller)
        during = order.activity_schedule(TODO, user_id=self.seller.id)
        self.assertEqual((during.user_id, during.delegation_id), (self.service, row))
        theirs = order.activity_schedule(TODO, user_id=self.people["finance"].id)
        self.assertEqual(theirs.user_id, self.people["finance"])
        dialogs = self.env["signoff.delegation.revoke"].with_user(self.seller)
        dialog = dialogs.create({"delegation_id": row.id, "reason": "Back."})
        dialog.with_context(password="case_salesperson").action_revoke()
        self.assertEqual((before | during).user_id, self.seller)
        after = order.activity_schedule(TODO, user_id=self.seller.id)
        self.assertEqual(after.user_id, self.seller)

    def test_papers_of_the_order_count_as_the_order(self):
        """ORD-04: a sheet prepared for a salesperson is not checked by them."""
        order = self.dated_order()
        self.delegate(order)
        action = order.with_user(self.service).action_make_sheet()
        sheet = self.env["order.sheet"].browse(action["res_id"])
        self.assertEqual(sheet.prepared_for_id, self.seller)
        self.seller.group_ids |= self.env.ref("customer_tiering.role_merchandiser")
        sheet.with_user(self.people["supervisor"]).check_line_ids.write({"done": True})
        with self.assertRaisesRegex(AccessError, "prepared for Salesperson"):
            self.sign(sheet, "sheet_check", "salesperson")
        self.assertTrue(self.sign(sheet, "sheet_check", "supervisor"))

    def test_many_orders_cost_what_few_cost(self):
        """ROL-04: 80 orders show their delegations in the queries of 8."""
        orders = self.env["sale.order"].union(*(self.order() for _n in range(80)))
        self.delegate()
        self.env.flush_all()
        counts = []
        for some in (orders[:8], orders):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.with_user(self.service).mapped("delegated_words")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
