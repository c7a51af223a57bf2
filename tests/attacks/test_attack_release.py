"""TIER-06: nobody gets an order released past its gate, whatever call is made."""

from attack_case import FORGED, AttackCase
from odoo.tests import tagged

ATTACKERS = ("salesperson", "root")
EVERYBODY = ("salesperson", "customer_service", "root")
ORDER = "sale.order"


@tagged("post_install", "-at_install")
class TestAttackRelease(AttackCase):
    def test_state_by_every_door(self):
        """TIER-06, ORD-30: write, confirm and their kin, over all three doors."""
        order = self.order("b")
        ids = order.ids
        for role in EVERYBODY:
            self.log_in(role)
            for door in ("web", "jsonrpc"):
                for context in self.contexts():
                    with self.undone(role=role, door=door, forged=bool(context)):
                        kw = {"door": door, "context": context}
                        self.refused(ORDER, "write", ids, {"state": "sale"}, **kw)
                        self.refused(ORDER, "action_confirm", ids, **kw)
                        self.refused(
                            ORDER, "web_save", ids, {"state": "sale"},
                            specification={}, **kw,
                        )  # fmt: skip
                        self.refused(ORDER, "copy", ids, {"state": "sale"}, **kw)
                        self.attack(ORDER, "action_release_changes", ids, **kw)
                        self.held(order)
            for context in self.contexts():
                with self.undone(role=role, door="json2", forged=bool(context)):
                    kw = {"door": "json2", "context": context}
                    vals = {"ids": ids, "vals": {"state": "sale"}}
                    self.refused(ORDER, "write", vals, **kw)
                    self.refused(ORDER, "action_confirm", {"ids": ids}, **kw)
                    self.held(order)

    def test_private_methods(self):
        """TIER-06: what begins with an underscore is not called from outside."""
        order = self.order("b")
        for role in ATTACKERS:
            self.log_in(role)
            for method in ("_action_confirm", "_release_pass", "_validate_order",
                           "_signoff_append", "_with_release_passed"):  # fmt: skip
                with self.undone(role=role, method=method):
                    self.refused(ORDER, method, order.ids)
                    self.refused(ORDER, method, order.ids, door="jsonrpc")
                    self.refused(ORDER, method, {"ids": order.ids}, door="json2")
                    self.held(order)

    def born(self, **values):
        return {
            "partner_id": self.customers["b"].id,
            "payment_term_id": self.terms.id,
            "order_line": [
                [0, 0, {"product_id": self.brochure.id, "product_uom_qty": 10}]
            ],
            **values,
        }

    def test_born_released(self):
        """TIER-06: create, import and defaults with a later state."""
        before = self.env[ORDER].search([]).ids
        for role in ATTACKERS:
            self.log_in(role)
            tries = (
                ({"state": "sale"}, {}),
                ({"state": "sale", "locked": True}, FORGED),
                ({}, {"default_state": "sale"}),
                ({}, {**FORGED, "default_state": "sale"}),
            )
            for values, context in tries:
                with self.undone(role=role, values=values, context=bool(context)):
                    vals = self.born(**values)
                    self.refused(ORDER, "create", [vals], context=context)
                    self.refused(
                        ORDER, "create", {"vals_list": [vals]}, door="json2",
                        context=context,
                    )  # fmt: skip
                    later = self.env[ORDER].search([("id", "not in", before)])
                    self.assertFalse(later)

    def test_import(self):
        """TIER-06: `load`, with and without the marks of Odoo's own import."""
        order = self.order("b")
        self.env["ir.model.data"].create(
            {"module": "__import__", "name": "victim", "model": ORDER,
             "res_id": order.id}
        )  # fmt: skip
        new = ["partner_id/.id", "state", "order_line/product_id/.id",
               "order_line/product_uom_qty"]  # fmt: skip
        tries = (
            (["id", "state"], ["__import__.victim", "sale"]),
            ([".id", "state"], [str(order.id), "Sales Order"]),
            (new, [str(self.customers["b"].id), "sale", str(self.brochure.id), "5"]),
        )
        before = self.env[ORDER].search([])
        for role in ATTACKERS:
            self.log_in(role)
            for names, row in tries:
                for context in self.contexts():
                    with self.undone(role=role, names=names, forged=bool(context)):
                        answer, refusal = self.attack(
                            ORDER, "load", names, [row], context=context
                        )
                        self.assertTrue(refusal or not answer["ids"], answer)
                        self.held(order)
                        self.assertEqual(self.env[ORDER].search([]), before)

    def test_cancel_and_confirm_again(self):
        """TIER-06, ORD-15: a release is no ticket once the facts have gone."""
        order = self.released("a")
        for role in ATTACKERS:
            self.log_in(role)
            with self.undone(role=role):
                self.allowed(ORDER, "action_cancel", order.ids)
                self.allowed(ORDER, "action_draft", order.ids)
                line = {"product_uom_qty": 900}
                self.allowed("sale.order.line", "write", order.order_line.ids, line)
                decisions = len(order.release_decision_ids)
                for context in self.contexts():
                    self.refused(ORDER, "action_confirm", order.ids, context=context)
                    self.refused(
                        ORDER, "write", order.ids, {"state": "sale"}, context=context
                    )
                self.assertEqual(order.state, "draft")
                self.assertEqual(len(order.release_decision_ids), decisions)
                self.assertFalse(self.launched(order))

    def test_state_of_the_line(self):
        """TIER-06: a line made to look released procures nothing."""
        for role in ATTACKERS:
            self.log_in(role)
            order = self.order("b")
            line = order.order_line
            with self.undone(role=role):
                self.attack("sale.order.line", "write", line.ids, {"state": "sale"})
                for context in self.contexts():
                    self.attack(
                        "sale.order.line", "write", line.ids,
                        {"product_uom_qty": 2000 + len(context)}, context=context,
                    )  # fmt: skip
                    self.attack(
                        "sale.order.line", "create",
                        [{"order_id": order.id, "product_id": self.brochure.id,
                          "state": "sale"}], context=context,
                    )  # fmt: skip
                self.held(order)

    def test_kinds_that_need_no_sheet(self):
        """TIER-10: a kind is taken by who may, not by default, copy or import."""
        kind = self.env.ref("customer_tiering.kind_counter_sale")
        order = self.order("b")
        for role in ("salesperson", "root"):
            self.log_in(role)
            with self.undone(role=role, way="written"):
                vals = {"order_kind_id": kind.id}
                self.refused(ORDER, "write", order.ids, vals)
                self.refused(ORDER, "create", [self.born(**vals)])
                self.refused("order.kind", "write", kind.ids, {"exempt": False})
                normal = {"name": "Mine", "exempt": True}
                self.refused("order.kind", "create", [normal])
                self.held(order)
            with self.undone(role=role, way="default in the context"):
                answer, _refusal = self.attack(
                    ORDER, "create", [self.born()],
                    context={"default_order_kind_id": kind.id},
                )  # fmt: skip
                self.not_free(answer)
            with self.undone(role=role, way="personal default"):
                self.attack("ir.default", "set", ORDER, "order_kind_id", kind.id, True)
                answer, _refusal = self.attack(ORDER, "create", [self.born()])
                self.not_free(answer)

    def not_free(self, ids):
        for order in self.env[ORDER].browse(ids or []):
            self.assertTrue(order.release_controlled)
            self.refused(ORDER, "action_confirm", order.ids)
            self.held(order)

    def test_counted_amounts(self):
        """TIER-04, TIER-06: what is counted is not written: no deposit vanishes."""
        self.terms.deposit_percent = 30
        order = self.order("b")
        self.sign_all(order)
        self.assertEqual(self.missing(order), ["deposit_arrived"])
        for role in ATTACKERS:
            self.log_in(role)
            for model, ids, vals in (
                (ORDER, order.ids, {"amount_total": 0}),
                (ORDER, order.ids, {"amount_total": 0, "amount_untaxed": 0}),
                ("sale.order.line", order.order_line.ids, {"price_total": 0}),
                ("sale.order.line", order.order_line.ids, {"price_subtotal": 0}),
                (ORDER, order.ids, {"payment_term_id": False}),
                (ORDER, order.ids, {"currency_rate": 0.00001}),
            ):
                with self.undone(role=role, vals=vals):
                    self.attack(model, "write", ids, vals)
                    self.refused(ORDER, "action_confirm", order.ids)
                    self.held(order)

    def missing(self, order, gate="production"):
        return [line.code for line in order._release_answers(gate)[order.id].missing]

    def test_deposit_of_the_terms(self):
        """TIER-04: the terms' deposit is what the customer signed."""
        self.terms.deposit_percent = 30
        order = self.order("b")
        self.sign_all(order)
        self.log_in("root")
        term = "account.payment.term"
        with self.undone():
            self.attack(term, "write", self.terms.ids, {"deposit_percent": 0})
            self.refused(ORDER, "action_confirm", order.ids)
            self.held(order)
        self.log_in("salesperson")
        self.refused(term, "write", self.terms.ids, {"deposit_percent": 0})

    def test_by_way_of_a_company_that_is_not_held(self):
        """TIER-06, TIER-10: released elsewhere and brought back, it is not released."""
        other = self.env["res.company"].create({"name": "Bare Works"})
        root = self.people["root"]
        root.company_ids |= other
        both = [self.company.id, other.id]
        order = self.order("b", order_line=[])
        self.log_in("root")
        context = {"allowed_company_ids": [other.id, self.company.id]}
        self.attack(
            ORDER, "write", order.ids,
            {"company_id": other.id, "warehouse_id": False}, context=context,
        )  # fmt: skip
        self.attack(ORDER, "action_confirm", order.ids, context=context)
        self.attack(
            ORDER, "write", order.ids, {"company_id": self.company.id},
            context={"allowed_company_ids": both},
        )  # fmt: skip
        self.env.invalidate_all()
        self.assertFalse(order.company_id == self.company and order.state == "sale")

    def test_decisions_and_debts(self):
        """TIER-08, ORD-31: nobody writes that an order passed, or owes nothing."""
        order = self.released("a")
        decision, owed = order.release_decision_ids, order.release_owed_ids
        self.assertTrue(decision and owed)
        owing = {
            "order_id": order.id,
            "company_id": self.company.id,
            "gate_id": decision.gate_id.id,
            "decided_at": "2030-01-01 00:00:00",
        }
        for role in ATTACKERS:
            self.log_in(role)
            for context in self.contexts():
                with self.undone(role=role, forged=bool(context)):
                    kw = {"context": context}
                    for rows, vals in (
                        (decision, {"rules": {}}),
                        (owed, {"state": "met", "met_at": "2030-01-01 00:00:00"}),
                    ):
                        self.refused(rows._name, "write", rows.ids, vals, **kw)
                        self.refused(rows._name, "unlink", rows.ids, **kw)
                        self.refused(rows._name, "copy", rows.ids, **kw)
                        self.refused(rows._name, "create", [dict(owing)], **kw)
                    for command in (
                        {"release_owed_ids": [[1, owed.id, {"state": "met"}]]},
                        {"release_owed_ids": [[2, owed.id, 0]]},
                        {"release_owed_ids": [[5, 0, 0]]},
                        {"release_decision_ids": [[1, decision.id, {"rules": {}}]]},
                        {"release_decision_ids": [[5, 0, 0]]},
                    ):
                        self.refused(ORDER, "write", order.ids, command, **kw)
                    self.assertEqual(owed.state, "owed")
                    self.assertTrue(decision.rules)
