"""Every order names its channel; by word stays flagged until written (ORD-01)."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .intake_case import IntakeCase

BY_WORD = "salesperson_word"


@tagged("post_install", "-at_install")
class TestIntakeChannel(IntakeCase):
    def _attach(self, order, user=None):
        order.with_user(user or self.service).written_order_ids = [
            Command.create({"name": "order.pdf", "raw": b"%PDF-1.4 order"})
        ]

    def test_order_without_channel_is_incomplete(self):
        order = self.order(channel=False)
        self.assertIn("Channel", order._intake_missing()[order.id][0])
        order.channel = "fax"
        self.assertEqual(order._intake_missing()[order.id], [])

    def test_channel_is_required_on_the_form(self):
        order = self.order(channel=False)
        with (
            self.assertRaisesRegex(AssertionError, "channel"),
            Form(order.with_user(self.service)) as form,
        ):
            form.client_order_ref = "PO 7"

    def test_channel_is_not_required_without_release_control(self):
        order = self.order(channel=False)
        counter = self.env.ref("customer_tiering.kind_counter_sale")
        order.with_user(self.people["supervisor"]).order_kind_id = counter
        with Form(order.with_user(self.service)) as form:
            form.client_order_ref = "PO 7"
        self.assertEqual(order._intake_missing(), {order.id: []})

    def test_by_word_is_flagged_until_written(self):
        order = self.order(channel=BY_WORD)
        self.assertTrue(order.by_word)
        self.assertIn("Written order", order._intake_missing()[order.id][0])
        self._attach(order)
        self.assertFalse(order.by_word)
        self.assertEqual(order._intake_missing()[order.id], [])

    def test_flag_comes_back_with_the_attachment_gone(self):
        order = self.order(channel=BY_WORD)
        self._attach(order)
        order.written_order_ids.unlink()
        self.assertTrue(order.by_word)

    def test_copy_of_an_order_by_word_is_by_word_again(self):
        order = self.order(channel=BY_WORD)
        self._attach(order)
        self.assertTrue(order.copy().by_word)

    def test_written_order_is_read_by_every_reader_of_the_order(self):
        loose = (
            self.env["ir.attachment"]
            .with_user(self.seller)
            .create({"name": "o.txt", "raw": b"order", "res_model": "sale.order"})
        )
        order = self.order(channel=BY_WORD)
        order.with_user(self.seller).written_order_ids = [Command.link(loose.id)]
        planner = self.people["planner"]
        self.assertEqual(order.with_user(planner).written_order_ids.raw, b"order")

    def test_relabelling_is_refused_but_to_the_supervisor(self):
        order = self.order(channel=BY_WORD)
        for role in ("salesperson", "customer_service", "sales_director"):
            with self.subTest(role), self.assertRaisesRegex(UserError, "by word"):
                order.with_user(self.people[role]).channel = "phone"
        with self.assertRaisesRegex(UserError, "by word"):
            order.with_user(self.seller).write({"channel": False})
        order.with_user(self.people["supervisor"]).channel = "phone"
        self.assertFalse(order.by_word)

    def test_list_finds_orders_by_word(self):
        word, written, phone = (
            self.order(channel=channel) for channel in (BY_WORD, BY_WORD, "phone")
        )
        self._attach(written)
        orders = self.env["sale.order"].with_user(self.service)
        ours = [("id", "in", (word | written | phone).ids)]
        self.assertEqual(orders.search([("by_word", "=", True), *ours]), word)
        self.assertEqual(
            orders.search([("by_word", "=", False), *ours]), written | phone
        )


@tagged("post_install", "-at_install")
class TestIntakeChannelRpc(IntakeCase, HttpCase):
    """ORD-01 attacked over JSON-RPC, as the salesperson who travels."""

    def _call(self, method, *args):
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/sale.order/{method}",
            {"model": "sale.order", "method": method, "args": args, "kwargs": {}},
        )

    def test_flag_is_not_written_away(self):
        order = self.order(channel=BY_WORD)
        self.authenticate("case_salesperson", "case_salesperson")
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            self._call("write", order.ids, {"channel": "phone"})
        self._call("write", order.ids, {"by_word": False, "intake_complete": True})
        order.invalidate_recordset()
        self.assertTrue(order.by_word)
        self.assertFalse(order.intake_complete)

    def test_private_methods_stay_private(self):
        order = self.order(channel=BY_WORD)
        self.authenticate("case_salesperson", "case_salesperson")
        for method in ("_intake_missing", "_intake_answered", "_clock_meet"):
            with (
                self.subTest(method),
                mute_logger("odoo.http"),
                self.assertRaises(JsonRpcException),
            ):
                self._call(method, order.ids)
