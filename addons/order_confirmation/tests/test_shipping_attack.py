"""Attacks on applications and notices, two companies, many orders (ORD-52, TIER-06)."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .shipping_case import ShippingCase


@tagged("post_install", "-at_install")
class TestAttack(ShippingCase, HttpCase):
    """TIER-06, ROL-03: over real JSON-RPC, what may not be written is not."""

    def call(self, role, model, method, *args, **kwargs):
        login = role if role == "admin" else f"case_{role}"
        self.authenticate(login, login)
        with mute_logger("odoo.http"):
            return self.make_jsonrpc_request(
                "/web/dataset/call_kw",
                {"model": model, "method": method, "args": args, "kwargs": kwargs},
            )

    def refused(self, *args, **kwargs):
        with self.assertRaises(JsonRpcException):
            self.call(*args, **kwargs)
        self.env.invalidate_all()

    def test_state_and_copies(self):
        """TIER-06: state and copies are not written, whatever the context says."""
        order = self.released()
        application = self.draft(order)
        forged = {"delivery_application_key": True, "signoff_chain": "x", "force": 1}
        for values in (
            {"state": "signed"},
            {"address": "2 My Road"},
            {"phone": "1"},
            {"signed_by_id": self.service.id},
            {"company_id": 1},
            {"order_id": self.released().id},
        ):
            for role in ("customer_service", "salesperson", "shipping"):
                self.refused(
                    role, "delivery.application", "write", application.ids, values,
                    context=forged,
                )  # fmt: skip
        self.assertEqual(application.state, "draft")
        self.assertFalse(self.fact(order).met)

    def test_born_signed(self):
        """TIER-06: an application cannot be born signed, nor imported so."""
        order = self.released()
        self.refused(
            "customer_service", "delivery.application", "create",
            [{"order_id": order.id, "state": "signed"}],
        )  # fmt: skip
        self.call(
            "customer_service", "delivery.application", "load",
            ["order_id/.id", "state"], [[str(order.id), "Signed"]],
        )  # fmt: skip
        self.env.invalidate_all()
        self.assertNotIn("signed", order.delivery_application_ids.mapped("state"))

    def test_ticks_in_another_name(self):
        """ORD-52: who verified is who was logged in."""
        check = self.draft(self.released()).check_ids[0]
        self.refused(
            "customer_service", "delivery.application.check", "write", check.ids,
            {"verified": True, "verified_by_id": self.seller.id},
        )  # fmt: skip
        self.refused(
            "customer_service", "delivery.application.check", "write", check.ids,
            {"value": "2 My Road"},
        )  # fmt: skip
        self.refused(
            "customer_service", "delivery.application.check", "unlink", check.ids
        )
        self.refused("shipping", "delivery.application.check", "write", check.ids,
                     {"verified": True})  # fmt: skip
        self.assertFalse(check.verified)

    def test_what_had_left_is_counted(self):
        """ORD-52: the reach of an application is not for writing."""
        line = self.draft(self.released()).line_ids
        for values in ({"left_before": 500}, {"ordered": 5}, {"sale_line_id": False}):
            self.refused(
                "customer_service", "delivery.application.line", "write", line.ids,
                values, context={"delivery_application_key": True},
            )  # fmt: skip

    def test_private_methods(self):
        """TIER-06: what has an underscore is not called from outside."""
        application = self.draft(self.released())
        for method in ("_refresh_state", "_signoff_sign", "_take_over"):
            self.refused(
                "customer_service", "delivery.application", method, application.ids
            )

    def test_signed_after_the_item_was_changed(self):
        """ORD-52: tick, then change the order, then sign: refused."""
        order = self.released()
        application = self.draft(order)
        self.tick(application)
        order.delivery_phone = "06 000"
        with self.assertRaisesRegex(UserError, "Take Over Again"):
            self.sign(application, "delivery_application", "customer_service")

    def test_notice(self):
        """ORD-60: a notice is neither made, changed nor deleted by people."""
        notice = self.sent()
        for role in ("customer_service", "shipping"):
            for values in (
                {"state": "arrived"},
                {"arrived_by": "Me"},
                {"claim_until": "2099-01-01"},
                {"claims": False},
                {"carrier": "Other"},
                {"line_ids": [[5]]},
            ):
                self.refused(
                    role, "dispatch.notice", "write", notice.ids, values,
                    context={"dispatch_notice_key": 1},
                )  # fmt: skip
            self.refused(role, "dispatch.notice", "unlink", notice.ids)
            self.refused(role, "dispatch.notice", "copy", notice.ids)
            self.refused(
                role, "dispatch.notice.line", "write", notice.line_ids.ids,
                {"quantity": 1},
            )  # fmt: skip
        self.assertEqual(notice.state, "sent")
        self.assertEqual(notice.line_ids.quantity, 100)

    def test_portal_user_has_nothing(self):
        """ROL-02: a customer logged in reads none of it over RPC."""
        self.env["res.users"].create(
            {
                "name": "Ms Lin",
                "login": "case_portal",
                "password": "case_portal",
                "partner_id": self.customers["b"].id,
                "group_ids": [(6, 0, self.env.ref("base.group_portal").ids)],
            }
        )
        order = self.released()
        self.draft(order)
        for model in (
            "delivery.application", "delivery.application.line",
            "delivery.application.check", "dispatch.notice", "dispatch.notice.line",
        ):  # fmt: skip
            self.refused("portal", model, "search_read", [], ["id"])
        self.refused(
            "portal", "sale.order", "read", order.ids, ["delivery_application_count"]
        )


@tagged("post_install", "-at_install")
class TestWhoSees(ShippingCase):
    """ROL-02, ROL-06: each role its part, each company its own."""

    def test_salesperson_sees_own(self):
        """ROL-02: a salesperson reads those of one's own customers only."""
        other = self._person("salesperson", login="case_other")
        order = self.released()
        application = self.applied(order)
        self.ship(self.picking(order))
        for record in (
            application, application.line_ids, application.check_ids,
            order.dispatch_notice_ids, order.dispatch_notice_ids.line_ids,
        ):  # fmt: skip
            with self.subTest(record._name):
                self.assertTrue(record.with_user(self.seller).has_access("read"))
                self.assertFalse(record.with_user(other).has_access("read"))
                self.assertFalse(record.with_user(self.seller).has_access("write"))

    def test_roles(self):
        """ROL-02: customer service makes; shipping, finance, planner read."""
        application = self.draft(self.released())
        self.assertTrue(application.has_access("write"))
        for role in (
            "shipping", "warehouse", "finance", "planner", "merchandiser",
            "technical", "quality",
        ):  # fmt: skip
            mine = application.with_user(self.people[role])
            with self.subTest(role):
                self.assertTrue(mine.has_access("read"))
                self.assertTrue(mine.next_step)
                for operation in ("write", "create", "unlink"):
                    self.assertFalse(mine.has_access(operation), operation)
                with self.assertRaises(AccessError):
                    order = self.released().with_user(self.people[role])
                    order.action_apply_for_delivery()

    def test_two_companies(self):
        """ROL-06: customer service of one company sees nothing of the other."""
        order = self.released()
        application = self.applied(order)
        self.ship(self.picking(order))
        rival = self.env["res.company"].create({"name": "Evening Colour Works"})
        stranger = self._person(
            "customer_service", login="case_stranger", company_id=rival.id,
            company_ids=[(6, 0, rival.ids)],
        )  # fmt: skip
        for record in (
            application, application.line_ids, application.check_ids,
            order.dispatch_notice_ids, order.dispatch_notice_ids.line_ids,
            application.sudo().signature_ids,
        ):  # fmt: skip
            with self.subTest(record._name):
                mine = record.with_user(stranger).with_context(allowed_company_ids=[])
                self.assertFalse(mine.has_access("read"))
        with self.assertRaises(AccessError):
            order.with_user(stranger).with_context(
                allowed_company_ids=rival.ids
            ).action_apply_for_delivery()


@tagged("post_install", "-at_install")
class TestMany(ShippingCase):
    """TIER-05: the gate asks about many orders as cheaply as about few."""

    def queries(self, orders, shipping=None):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        orders._application_facts(shipping)
        return self.env.cr.sql_log_count - before

    def test_eight_and_eighty(self):
        """TIER-05: as many queries for 80 orders as for 8, leaving or only asked."""
        customers = self.customers["b"]
        for number in range(9):
            customers |= customers[0].copy({"name": f"Customer {number}"})
        orders = self.env["sale.order"]
        for number in range(80):
            order = self.released(10, 5)
            order.write({"partner_shipping_id": customers[number % 10].id})
            orders |= order
            application = self.draft(order)
            if number % 4:
                self.tick(application)
                self.sign(application, "delivery_application", "customer_service")
        shipping = {line.id: 1 for line in orders.order_line}
        self.queries(orders)
        few, many = self.queries(orders[:8]), self.queries(orders)
        self.assertEqual(few, many)
        self.assertEqual(
            self.queries(orders[:8], shipping), self.queries(orders, shipping)
        )
        self.assertLessEqual(many, 30)
        met = [fact.met for fact in orders._application_facts(shipping).values()]
        self.assertEqual(sum(met), 60)
