"""Attacks over real JSON-RPC: clocks and events cannot be written."""

from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from ..recording import KEY
from .clock_case import ClockCase, taipei


@tagged("post_install", "-at_install")
class TestRpc(ClockCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.clock = self.order._clock_start("answer", taipei(2, 15), self.planner)
        self.before = self._state()

    def _state(self):
        self.env.invalidate_all()
        self.env.flush_all()
        self.cr.execute(
            "SELECT c.state, c.due_at, c.deadline_at, c.outcome, count(e), max(e.time)"
            " FROM service_clock c JOIN service_clock_event e ON e.clock_id = c.id"
            " WHERE c.id = %s GROUP BY c.id",
            [self.clock.id],
        )
        return self.cr.fetchall()

    def _call(self, model, method, *args, **kwargs):
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": args, "kwargs": kwargs},
        )

    def _attacks(self):
        event = self.clock.event_ids
        row = {
            "clock_id": self.clock.id,
            "event": "meet",
            "time": "2026-03-02 08:00:00",
            "user_id": self.planner.id,
            "company_id": self.company.id,
            "kind_id": self.kind.id,
        }
        clock = {
            "res_model": "res.partner",
            "res_id": self.order.id,
            "kind_id": self.kind.id,
            "kind_code": "forged",
            "company_id": self.company.id,
            "state": "met",
            "started_at": "2026-03-02 08:00:00",
            "due_at": "2026-03-02 08:00:00",
            "deadline_at": "2026-03-02 08:00:00",
            "counted_from": "2026-03-02 08:00:00",
        }
        met = {"state": "met", "outcome": "in_time"}
        yield "service.clock.event", "create", ([row],)
        yield "service.clock.event", "write", (event.ids, {"event": "meet"})
        yield "service.clock.event", "unlink", (event.ids,)
        yield "service.clock.event", "copy", (event.ids,)
        yield "service.clock.event", "web_save", ([], row, {})
        yield "service.clock.event", "_record", ([],)
        yield "service.clock", "create", ([clock],)
        yield "service.clock", "write", (self.clock.ids, met)
        yield "service.clock", "web_save", (self.clock.ids, met, {})
        yield "service.clock", "unlink", (self.clock.ids,)
        yield "service.clock", "copy", (self.clock.ids,)
        yield "service.clock", "_meet", (self.clock.ids,)
        yield "service.clock", "_set", (self.clock.ids, met)
        yield (
            "service.clock",
            "write",
            (self.clock.ids, {"event_ids": [[2, event.id], [0, 0, row]]}),
        )
        yield (
            "res.partner",
            "write",
            (self.order.ids, {"clock_ids": [[1, self.clock.id, met]]}),
        )
        yield (
            "res.partner",
            "write",
            (self.order.ids, {"clock_ids": [[5]]}),
        )
        yield "res.partner", "_clock_meet", (self.order.ids, "answer")

    @mute_logger("odoo.http")
    def test_no_role_passes(self):
        admin = self.env.ref("base.user_admin")
        admin.write(
            {
                "company_ids": [(4, self.company.id)],
                "company_id": self.company.id,
                "password": "clock_admin_password",
            }
        )
        self.planner.group_ids |= self.env.ref("base.group_partner_manager")
        contexts = [{}] + [{KEY: forged} for forged in (True, 1, "RECORDING", {})]
        for login, password in (
            ("clock_planner", "clock_planner"),
            ("clock_boss", "clock_boss"),
            (admin.login, "clock_admin_password"),
        ):
            self.authenticate(login, password)
            for model, method, args in self._attacks():
                for context in contexts:
                    context = {
                        **context,
                        "allowed_company_ids": self.company.ids,
                    }
                    with (
                        self.subTest(login=login, method=f"{model}.{method}"),
                        self.assertRaises(JsonRpcException),
                    ):
                        self._call(model, method, *args, context=context)
            self.assertEqual(self._state(), self.before)
            # Import reports errors instead of raising them.
            result = self._call(
                "service.clock.event",
                "load",
                ["clock_id/.id", "event", "time"],
                [[str(self.clock.id), "meet", "2026-03-02 08:00:00"]],
                context={KEY: True},
            )
            self.assertFalse(result["ids"])
            self.assertEqual(self._state(), self.before)

    def test_reading_is_allowed(self):
        self.authenticate("clock_outsider", "clock_outsider")
        rows = self._call(
            "service.clock",
            "search_read",
            [["id", "=", self.clock.id]],
            ["document_name", "remaining_hours"],
        )
        self.assertEqual(rows[0]["document_name"], "Order 1")
