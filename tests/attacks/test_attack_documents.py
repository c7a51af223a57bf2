"""ORD-20, ORD-43, ORD-52, ORD-60: papers say what happened, whoever writes to them."""

from attack_case import FORGED, AttackCase
from odoo.tests import new_test_user, tagged

ORDER = "sale.order"


@tagged("post_install", "-at_install")
class TestAttackPapers(AttackCase):
    """ORD-20, ORD-43, ORD-52, ORD-60: state and content follow what happened."""

    def test_the_sheet(self):
        """ORD-20 to ORD-25: nobody writes its state, content, version or return."""
        order = self.order("b")
        self.sign(order, "technical", "technical")
        self.sign(order, "production", "production")
        sheet = self.sent_sheet(order)
        before = (sheet.state, sheet.content, sheet.digest, sheet.version)
        self.env.flush_all()
        for role in ("salesperson", "customer_service", "root"):
            self.log_in(role)
            for context in self.contexts():
                with self.undone(role=role, forged=bool(context)):
                    kw = {"context": context}
                    for vals in (
                        {"state": "accepted"}, {"content": "{}"}, {"digest": "0"},
                        {"version": 9}, {"order_id": order.copy().id},
                        {"amount_total": 1}, {"returned_at": "2030-01-01 00:00:00"},
                    ):  # fmt: skip
                        self.refused("order.sheet", "write", sheet.ids, vals, **kw)
                        self.refused(
                            ORDER, "write", order.ids,
                            {"sheet_ids": [[1, sheet.id, vals]]}, **kw,
                        )  # fmt: skip
                    self.refused("order.sheet", "unlink", sheet.ids, **kw)
                    self.refused("order.sheet", "copy", sheet.ids, **kw)
                    self.refused(
                        "order.sheet", "create",
                        [{"name": "X", "order_id": order.id, "version": 7}], **kw,
                    )  # fmt: skip
                    for method in ("_take_return", "_move", "_make"):
                        self.refused("order.sheet", method, sheet.ids, "accepted", **kw)
                    now = (sheet.state, sheet.content, sheet.digest, sheet.version)
                    self.assertEqual(now, before)
                    self.assertFalse(order._sheet_facts()[order.id].met)

    def test_inspection(self):
        """ORD-43, ROL-06: a signed inspection says what was found, or is void."""
        order = self.shippable()
        other = self.order("a")
        inspection = self.env["final.inspection"].search(
            [("order_line_id", "=", order.order_line.id)]
        )
        passed = inspection._passed
        line = order.order_line.id
        self.assertEqual(passed("order_line_id", [line])[line], 100)
        points = inspection.point_ids
        self.log_in("quality")
        for vals in (
            {"passed_quantity": 99}, {"quantity": 101},
            {"order_line_id": other.order_line.id},
            {"point_ids": [[1, points[1].id, {"outcome": "failed"}]]},
            {"point_ids": [[0, 0, {"name": "More", "outcome": "passed"}]]},
        ):  # fmt: skip
            with self.undone(vals=vals):
                self.allowed("final.inspection", "write", inspection.ids, vals)
                self.assertFalse(self.latest(inspection, "final_inspection"))
                self.assertFalse(passed("order_line_id", [line])[line])
        with self.undone(way="without a point of the standard"):
            self.refused("final.inspection.point", "unlink", points[:1].ids)
            self.refused("final.inspection", "write", inspection.ids,
                         {"point_ids": [[2, points[0].id, 0]]})  # fmt: skip
        with self.undone(way="failed, and the result written"):
            self.allowed(
                "final.inspection.point", "write", points[1:2].ids,
                {"outcome": "failed", "finding": "Torn"},
            )  # fmt: skip
            self.allowed(
                "final.inspection", "write", inspection.ids, {"passed_quantity": 0}
            )
            self.sign(inspection, "final_inspection", "quality")
            self.log_in("quality")
            for vals in ({"result": "passed"},
                         {"result": "passed", "remark": "x"}):  # fmt: skip
                self.attack("final.inspection", "write", inspection.ids, vals)
            self.assertFalse(passed("order_line_id", [line])[line])
        with self.undone(way="removed"):
            self.refused("final.inspection", "unlink", inspection.ids)
            self.assertTrue(inspection.exists())
        stranger = self.env["res.company"].create({"name": "Next Door"})
        self.people["quality"].company_ids |= stranger
        with self.undone(way="another company"):
            self.log_in("quality")
            self.refused(
                "final.inspection", "write", inspection.ids,
                {"company_id": stranger.id},
                context={"allowed_company_ids": [self.company.id, stranger.id]},
            )  # fmt: skip
        for role in ("salesperson", "root"):
            self.log_in(role)
            with self.undone(role=role):
                self.refused("final.inspection", "write", inspection.ids,
                             {"passed_quantity": 100}, context=FORGED)  # fmt: skip
                self.refused("final.inspection.point", "write", points.ids,
                             {"outcome": "passed"}, context=FORGED)  # fmt: skip

    def test_application_and_notice(self):
        """ORD-52, ORD-60: what is applied for is verified by who verified it."""
        order = self.shippable()
        service = self.people["customer_service"]
        action = order.with_user(service).action_apply_for_delivery()
        application = self.env["delivery.application"].browse(action["res_id"])
        model, ids = application._name, application.ids
        check = "delivery.application.check"
        for role in ("salesperson", "shipping", "customer_service", "root"):
            self.log_in(role)
            for context in self.contexts():
                with self.undone(role=role, forged=bool(context)):
                    kw = {"context": context}
                    for vals in ({"state": "signed"}, {"signed_by_id": service.id},
                                 {"phone": "1"}, {"company_id": 1}):  # fmt: skip
                        self.refused(model, "write", ids, vals, **kw)
                    self.refused(check, "write", application.check_ids.ids,
                                 {"verified_by_id": service.id}, **kw)  # fmt: skip
                    self.refused(check, "create", [{"key": "x"}], **kw)
                    self.refused(check, "unlink", application.check_ids.ids, **kw)
                    self.refused("dispatch.notice", "create",
                                 [{"order_id": order.id}], **kw)  # fmt: skip
                    self.assertEqual(application.state, "draft")
                    self.assertFalse(order._application_facts()[order.id].met)
        with self.undone(way="more after signing"):
            application.with_user(service).check_ids.write({"verified": True})
            self.sign(application, "delivery_application", "customer_service")
            self.log_in("customer_service")
            self.attack("delivery.application.line", "write",
                        application.line_ids.ids, {"quantity": 9999})  # fmt: skip
            self.assertFalse(self.latest(application, "delivery_application"))
            self.assertFalse(order._application_facts()[order.id].met)

    def test_what_the_portal_reads(self):
        """ROL-05, PLT-05: a customer reads nothing of what goes on inside."""
        order = self.released("a")
        portal = new_test_user(
            self.env, "case_portal", "base.group_portal", password="case_portal",
            company_id=self.company.id, company_ids=[(6, 0, self.company.ids)],
        )  # fmt: skip
        director = self.people["sales_director"]
        portal.partner_id.with_user(director).sudo().parent_id = order.partner_id
        self.people["portal"] = portal
        self.log_in("portal")
        self.assertTrue(self.allowed(ORDER, "read", order.ids, ["name"]))
        for name in (
            "release_blocked_by", "production_gate", "production_gate_lines",
            "shipping_gate_lines", "customer_tier_id", "release_decision_ids",
            "release_owed_ids", "technical_outcome", "has_clearance",
            "delivery_application_ids", "dispatch_notice_ids",
            "production_start_date", "production_completion_date",
            "release_blocked_at",
        ):  # fmt: skip
            with self.undone(field=name):
                self.refused(ORDER, "read", order.ids, [name])
                self.refused(ORDER, "search_read", [[name, "!=", False]], ["name"])
                self.refused(ORDER, "read", order.ids, [name], door="jsonrpc")
        lines = order.order_line.ids
        self.assertTrue(self.allowed("sale.order.line", "read", lines, ["name"]))
        for door in ("web", "jsonrpc"):
            self.refused("sale.order.line", "read", lines, ["formula"], door=door)
        answer, _refusal = self.attack(ORDER, "read", order.ids, ["signature_ids"])
        self.assertFalse(answer and answer[0]["signature_ids"])
        for model in (
            "signoff.signature", "signoff.chain", "signoff.verification",
            "release.decision", "release.owed", "release.rule", "release.requirement",
            "customer.tier", "delivery.application", "final.inspection",
            "order.memorandum", "order.sheet.check",
        ):  # fmt: skip
            with self.undone(model=model):
                self.refused(model, "search_read", [], ["id"])
        self.refused("res.partner", "read", order.partner_id.ids, ["customer_tier_id"])
        self.refused(ORDER, "release_status", order.ids, "production")
        self.refused(ORDER, "action_confirm", order.ids)
        self.refused(ORDER, "write", order.ids, {"state": "sale"})
        self.refused(ORDER, "action_signoff", order.ids,
                     context={"signoff_purpose": "technical"})  # fmt: skip
