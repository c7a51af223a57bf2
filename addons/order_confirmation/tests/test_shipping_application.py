"""Delivery applications: verified item by item, signed, void by change (ORD-52)."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .shipping_case import ShippingCase


@tagged("post_install", "-at_install")
class TestApplication(ShippingCase):
    """ORD-52: address, recipient, contact, telephone and goods, one by one."""

    def test_copies_the_order_and_asks_for_each_item(self):
        """ORD-52: what the order says is copied, each item is to be verified."""
        order = self.released(100, 20)
        application = self.draft(order)
        self.assertRegex(application.name, r"^DA/\d{4}/\d{5}$")
        self.assertIn("1 Harbour Road", application.address)
        self.assertEqual(application.recipient, "Goods inward")
        self.assertEqual(application.contact, "Ms Lin")
        self.assertEqual(application.phone, "06 123 4567")
        self.assertEqual(application.line_ids.mapped("quantity"), [100, 20])
        self.assertEqual(
            application.check_ids.mapped("item"),
            ["Address", "Recipient", "Contact", "Telephone", "Goods", "Goods"],
        )
        self.assertEqual(application.state, "draft")
        self.assertIn("6 of 6", application.next_step)

    def test_the_agreed_day_is_proposed(self):
        """ORD-52: the goods are to leave on the ship date, if that is still to come."""
        today = self.company._business_date(fields.Datetime.now())
        for days, proposed in ((-1, False), (3, today + timedelta(days=3))):
            with self.subTest(days):
                order = self.released()
                order.ship_date = today + timedelta(days=days)
                self.assertEqual(self.draft(order).wanted_on, proposed)

    def test_every_digit_is_signed(self):
        """ORD-51: a million labels and one more are two quantities, in full."""
        application = self.draft(self.released(1_234_567))
        self.assertIn("1234567 Units", application.line_ids._as_text())
        terms = application._signoff_terms("delivery_application")
        application.line_ids.quantity = 1_234_566
        self.assertNotEqual(terms, application._signoff_terms("delivery_application"))

    def test_a_tick_says_who_and_when(self):
        """ORD-52: every item keeps who verified it and when."""
        application = self.draft(self.released())
        check = application.check_ids[0]
        check.verified = True
        self.assertEqual(check.verified_by_id, self.service)
        self.assertTrue(check.verified_at)
        check.verified = False
        self.assertFalse(check.verified_by_id)
        self.assertFalse(check.verified_at)

    def test_not_signed_before_all_is_verified(self):
        """ORD-52: one open item is enough to refuse, and it is named."""
        application = self.draft(self.released())
        self.tick(application)
        application.check_ids.filtered(lambda row: row.key == "phone").verified = False
        with self.assertRaisesRegex(UserError, "Still to be verified.*Telephone"):
            self.sign(application, "delivery_application", "customer_service")
        self.assertFalse(application.signature_ids)

    def test_empty_item_cannot_be_verified(self):
        """ORD-52: what the order does not say cannot be ticked."""
        self.customers["b"].phone = False
        application = self.draft(self.released(delivery_phone=False))
        with self.assertRaisesRegex(UserError, "says nothing for: Telephone"):
            self.tick(application)

    def test_who_asks_does_not_clear(self):
        """ROL-03: the signer of an application does not clear the order."""
        self.people["both"] = self.person_of_both_roles()
        order = self.released()
        application = self.draft(order)
        self.tick(application)
        self.sign(application, "delivery_application", "both")
        with self.assertRaisesRegex(AccessError, "does not grant"):
            order.with_user(self.people["both"]).action_finance_clearance()
        with self.assertRaisesRegex(AccessError, "does not grant"):
            self.sign(order, "finance_clearance", "both")
        self.sign(order, "finance_clearance", "finance")

    def test_who_clears_does_not_ask(self):
        """ROL-03: the reverse is barred as well, on this order and on no other."""
        self.people["both"] = self.person_of_both_roles()
        order, other = self.released(), self.released()
        self.sign(order, "finance_clearance", "both")
        application = self.draft(order)
        self.tick(application)
        with self.assertRaisesRegex(AccessError, "does not grant"):
            self.sign(application, "delivery_application", "both")
        self.sign(application, "delivery_application", "customer_service")
        application = self.draft(other)
        self.tick(application)
        self.sign(application, "delivery_application", "both")

    def person_of_both_roles(self):
        """Return who is customer service and finance at once."""
        person = self._person("customer_service", login="case_both")
        person.password = "case_both"
        person.group_ids |= self.env.ref("customer_tiering.role_finance")
        return person

    def test_signed(self):
        """ORD-52: all verified and signed, the goods may leave."""
        application = self.applied(self.released())
        self.assertEqual(application.state, "signed")
        self.assertEqual(application.signed_by_id, self.service)
        self.assertIn("may leave", application.next_step)
        with self.assertRaisesRegex(UserError, "signed already"):
            application.action_sign()

    def test_blank_statement(self):
        """PLT-05: a statement of blanks is refused, nothing is signed."""
        application = self.draft(self.released())
        self.tick(application)
        with self.assertRaisesRegex(UserError, "needs a statement"):
            self.sign(application, "delivery_application", "customer_service", " – ")
        self.assertEqual(application.state, "draft")

    def test_other_roles_do_not_sign(self):
        """ROL-03: neither shipping nor salesperson nor finance signs it, nor ticks."""
        application = self.draft(self.released())
        self.tick(application)
        for role in ("shipping", "salesperson", "finance", "production_head"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.sign(application, "delivery_application", role)
            with self.subTest(role), self.assertRaises(AccessError):
                application.check_ids.with_user(self.people[role]).write(
                    {"verified": False}
                )
        self.assertEqual(application.state, "draft")

    def test_not_before_release(self):
        """ORD-52: an order that is not released ships nothing."""
        with self.assertRaisesRegex(UserError, "not released"):
            self.draft(self.order())

    def test_nothing_left_to_apply_for(self):
        """ORD-52: everything is applied for, a second application has no goods."""
        order = self.released()
        self.applied(order)
        with self.assertRaisesRegex(UserError, "applied for already"):
            self.draft(order)

    def test_button_opens_the_draft_there_is(self):
        """One press too many makes no second application."""
        order = self.released()
        self.assertEqual(self.draft(order), self.draft(order))

    def test_button_is_there_while_there_is_something_to_apply_for(self):
        """ORD-52: nothing before release; nothing more once all is applied for."""
        order = self.released(100, 50)
        waiting = self.order()
        partly = self.released(100)
        self.applied(partly, 40)
        orders = (order | waiting | partly).with_user(self.service)
        shown = dict(zip(orders, orders.mapped("may_apply_for_delivery"), strict=True))
        self.assertEqual([*shown.values()], [True, False, True])
        self.assertTrue(self.picking(order).may_apply_for_delivery)
        draft = self.draft(order)
        self.assertTrue(order.may_apply_for_delivery, "to be gone on with")
        self.tick(draft)
        self.sign(draft, "delivery_application", "customer_service")
        self.assertFalse(order.may_apply_for_delivery)
        self.env.invalidate_all()
        self.assertFalse(self.picking(order).may_apply_for_delivery)

    def test_button_of_many_orders_costs_the_same(self):
        """ORD-52: whether there is something to apply for, in constant queries."""
        ids = [self.released().id for _number in range(5)]

        def queries(number):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            orders = self.env["sale.order"].browse(ids[:number])
            self.assertEqual(orders.mapped("may_apply_for_delivery"), [True] * number)
            return self.env.cr.sql_log_count - before

        queries(5)
        self.assertEqual(queries(5), queries(1))

    def test_no_goods(self):
        """ORD-52: an application that lost its goods cannot be signed."""
        application = self.draft(self.released())
        application.line_ids.unlink()
        self.tick(application)
        with self.assertRaisesRegex(UserError, "no goods"):
            self.sign(application, "delivery_application", "customer_service")

    def test_goods_of_another_order(self):
        """An application takes no line of another order."""
        application = self.draft(self.released())
        other = self.released().order_line
        with self.assertRaisesRegex(UserError, "only"):
            application.line_ids.create(
                {"application_id": application.id, "sale_line_id": other.id,
                 "quantity": 1}
            )  # fmt: skip

    def test_more_than_nothing(self):
        """A quantity of nothing is refused."""
        application = self.draft(self.released())
        with self.assertRaisesRegex(Exception, "more than nothing|quantity_positive"):
            application.line_ids.quantity = 0
            self.env.flush_all()

    def test_more_than_is_left(self):
        """ORD-52: ordered with its tolerance, less what has left and is applied for."""
        order = self.released(100, 20)
        order.order_line[0].tolerance_percent = 5
        application = self.draft(order, 10000)
        self.tick(application)
        with self.assertRaisesRegex(UserError, r"at most: .*Poster 105 Units$"):
            self.sign(application, "delivery_application", "customer_service")
        application.line_ids[0].quantity = 105
        self.tick(application)
        self.sign(application, "delivery_application", "customer_service")
        # Another one for what is applied for already.
        with self.assertRaisesRegex(UserError, "at most"):
            again = self.env["delivery.application"].with_user(self.service)
            again = again.create(
                {
                    "order_id": order.id,
                    "line_ids": [
                        (0, 0, {"sale_line_id": order.order_line[0].id, "quantity": 1})
                    ],
                }
            )
            self.tick(again)
            self.sign(again, "delivery_application", "customer_service")

    def test_more_than_the_transfer(self):
        """ORD-52: without an order, no more than the transfer asks for."""
        picking = self.loose_picking(5)
        action = picking.with_user(self.service).action_apply_for_delivery()
        application = self.env["delivery.application"].with_user(self.service)
        application = application.browse(action["res_id"])
        application.line_ids.quantity = 6
        self.tick(application)
        with self.assertRaisesRegex(UserError, "at most: .*Poster 5 Units"):
            self.sign(application, "delivery_application", "customer_service")

    def test_deleted_only_before_it_was_signed(self):
        """PLT-05: a draft may go, what was signed stays."""
        self.draft(self.released()).unlink()
        application = self.applied(self.released())
        with self.assertRaisesRegex(UserError, "stays as evidence"):
            application.unlink()


@tagged("post_install", "-at_install")
class TestApplicationVoid(ShippingCase):
    """ORD-15, ORD-52: change what was verified, and the application is void."""

    def assertVoid(self, order, application):
        self.assertEqual(application.state, "void")
        self.assertFalse(self.fact(order).met)
        self.assertEqual(
            application.activity_ids.user_id, self.service, "nobody is asked to verify"
        )

    def test_changes_of_the_order(self):
        """ORD-15: recipient, contact, telephone, address, quantity: each voids it."""
        elsewhere = self.customers["b"].copy({"name": "Branch", "street": "2 Hill"})
        for field, value in (
            ("recipient_name", "Gate 2"),
            ("delivery_contact", "Mr Wu"),
            ("delivery_phone", "06 000 0000"),
            ("partner_shipping_id", elsewhere.id),
        ):
            with self.subTest(field):
                order = self.released()
                application = self.applied(order)
                self.assertTrue(self.fact(order).met)
                order[field] = value
                self.assertVoid(order, application)

    def test_quantity_of_the_order(self):
        """ORD-15: another quantity ordered voids it, and the reason says so."""
        order = self.released()
        application = self.applied(order)
        order.order_line.product_uom_qty = 80
        self.assertVoid(order, application)
        closing = application.sudo().signature_ids.closing_ids
        self.assertIn("100 → 80", closing.statement)

    def test_the_partners_own_address(self):
        """ORD-15: the address changed on the customer's own record counts too."""
        order = self.released()
        application = self.applied(order)
        self.customers["b"].street = "9 Other Road"
        self.assertVoid(order, application)

    def test_lines_of_the_application(self):
        """ORD-15: another quantity applied for voids it."""
        order = self.released()
        application = self.applied(order)
        application.line_ids.quantity = 90
        self.assertVoid(order, application)

    def test_what_is_not_covered_voids_nothing(self):
        """ORD-15: packing and a note for the clerk are none of its terms."""
        order = self.released()
        application = self.applied(order)
        order.packing = "On pallets"
        application.note = "Ring twice"
        self.assertEqual(application.state, "signed")
        self.assertTrue(self.fact(order).met)

    def test_verified_again(self):
        """ORD-52: only what changed is open again; signed anew, it holds again."""
        order = self.released()
        application = self.applied(order)
        order.delivery_phone = "06 000 0000"
        self.assertTrue(application.outdated)
        with self.assertRaisesRegex(UserError, "Take Over Again"):
            self.sign(application, "delivery_application", "customer_service")
        application.action_take_over()
        self.assertEqual(application.phone, "06 000 0000")
        opened = application.check_ids.filtered(lambda row: not row.verified)
        self.assertEqual(opened.mapped("key"), ["phone"])
        self.tick(application)
        self.sign(application, "delivery_application", "customer_service")
        self.assertEqual(application.state, "signed")
        self.assertTrue(self.fact(order).met)

    def test_taking_over_does_not_keep_a_signature(self):
        """ORD-52: what was changed by SQL is seen by the gate, whatever is stored."""
        order = self.released()
        application = self.applied(order)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET delivery_phone = '1' WHERE id = %s", [order.id]
        )
        self.env.invalidate_all()
        self.assertEqual(application.state, "signed")
        fact = self.fact(order)
        self.assertFalse(fact.met)
        self.assertIn("no longer says", fact.detail)

    def test_withdrawn(self):
        """ROL-03: withdrawn by who signed, nothing leaves."""
        order = self.released()
        application = self.applied(order)
        signature = application.sudo().signature_ids
        application._signoff_withdraw(signature, "The customer telephoned")
        self.assertVoid(order, application)

    def test_another_language_voids_nothing(self):
        """A reader's language does not decide whether a signature holds."""
        self.env["res.lang"]._activate_lang("zh_TW")
        order = self.released()
        self.applied(order)
        self.poster.with_context(lang="zh_TW").name = "海報"
        self.assertTrue(self.fact(order.with_context(lang="zh_TW")).met)
