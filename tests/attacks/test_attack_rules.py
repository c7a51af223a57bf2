"""TIER-03, TIER-10, ROL-03: nobody changes the rules to get past them."""

from attack_case import AttackCase
from odoo.tests import tagged

ATTACKERS = ("salesperson", "root")
ORDER = "sale.order"


@tagged("post_install", "-at_install")
class TestAttackRules(AttackCase):
    def test_the_matrix(self):
        """TIER-03, TIER-06: rules and requirements are the director's alone."""
        self.terms.deposit_percent = 30
        order = self.order("b")
        self.sign_all(order)
        rules = self.env["release.rule"].search([])
        requirements = self.env["release.requirement"]._get("deposit_arrived")
        requirements = requirements.with_env(self.env)
        gates = self.env["release.gate"].search([])
        tiers = self.env["customer.tier"].search([])
        for role in ATTACKERS:
            self.log_in(role)
            for model, rows, vals in (
                ("release.rule", rules, {"treatment": "waived"}),
                ("release.requirement", requirements, {"active": False}),
                ("release.requirement", requirements, {"gate_ids": [[5, 0, 0]]}),
                ("release.requirement", requirements, {"code": "x"}),
                ("release.requirement", requirements[:1], {"never_waived": False}),
                ("release.gate", gates[:1], {"code": "other"}),
                ("customer.tier", tiers, {"sequence": 1}),
            ):
                for context in self.contexts():
                    with self.undone(role=role, model=model, vals=vals):
                        self.attack(model, "write", rows.ids, vals, context=context)
                        self.refused(model, "unlink", rows.ids, context=context)
                        self.refused(ORDER, "action_confirm", order.ids)
                        self.held(order)
            with self.undone(role=role, way="the matrix screen"):
                rule = rules.filtered(lambda row: row.tier_id.code == "B")[:1]
                self.refused(
                    "release.rule", "set_cell", rule.tier_id.id, rule.gate_id.id,
                    rule.requirement_id.id, "waived",
                )  # fmt: skip

    def test_purposes(self):
        """ROL-03: who may sign is not changed by who wants to."""
        purpose = self.env["signoff.purpose"]._get("technical")
        order = self.order("b")
        for role in ("salesperson", "customer_service"):
            self.log_in(role)
            group = self.people[role].group_ids[:1]
            with self.undone(role=role):
                vals = {"group_ids": [[4, group.id, 0]]}
                self.refused("signoff.purpose", "write", purpose.ids, vals)
                self.refused("signoff.purpose", "create", [{"name": "x", "code": "x"}])
                self.refused("signoff.purpose", "unlink", purpose.ids)
                self.refused(
                    "signoff.tolerance", "create",
                    [{"purpose_id": purpose.id, "term": "quantity", "less": 99}],
                )  # fmt: skip
                join = {"group_ids": [[4, purpose.group_ids[:1].id, 0]]}
                self.refused("res.users", "write", self.people[role].ids, join)
                self.refused("res.groups", "write", purpose.group_ids.ids,
                             {"user_ids": [[4, self.people[role].id, 0]]})  # fmt: skip
                self.refused(ORDER, "action_technical_statement", order.ids)

    def test_administrators_sign_nothing(self):
        """ROL-03: administrators get no free pass, not even with a forged dialog."""
        order = self.order("b")
        self.log_in("root")
        before = self.evidence()
        for code in ("technical", "production", "instruction_service",
                     "instruction_production", "finance_clearance"):  # fmt: skip
            with self.undone(code=code):
                purpose = self.env["signoff.purpose"]._get(code)
                self.refused(
                    ORDER, "action_signoff", order.ids,
                    context={"signoff_purpose": code},
                )  # fmt: skip
                for model in ("signoff.sign", "order.technical.statement"):
                    values = {
                        "res_model": ORDER, "res_id": order.id,
                        "purpose_id": purpose.id, "statement": "I may everything.",
                    }  # fmt: skip
                    ids, refusal = self.attack(model, "create", [values])
                    if not refusal:
                        self.refused(
                            model, "action_sign", ids,
                            context={"password": "case_root"},
                        )  # fmt: skip
                self.assertEqual(self.evidence(), before)

    def test_release_control_is_not_switched_off(self):
        """TIER-10: by no write, setting, copy or new company."""
        order = self.order("b")
        company = self.company
        for role in ATTACKERS:
            self.log_in(role)
            for context in self.contexts():
                with self.undone(role=role, forged=bool(context)):
                    kw = {"context": context}
                    off = {"release_control": False}
                    self.refused("res.company", "write", company.ids, off, **kw)
                    self.refused(
                        "res.company", "action_release_control_off", company.ids, **kw
                    )
                    ids, _refusal = self.attack(
                        "res.config.settings", "create", [off], **kw
                    )
                    if ids:
                        self.attack("res.config.settings", "execute", ids, **kw)
                    self.attack(
                        "res.company", "write", company.ids,
                        {"release_control_since": "2000-01-01 00:00:00"}, **kw,
                    )  # fmt: skip
                    self.env.invalidate_all()
                    self.assertTrue(company.release_control)
                    self.assertGreater(company.release_control_since.year, 2020)
                    self.refused(ORDER, "action_confirm", order.ids)
                    self.held(order)

    def test_what_ordinary_people_cannot_make(self):
        """TIER-06: no server action, automation or field of an ordinary role."""
        model = self.env["ir.model"]._get(ORDER)
        for role in ("salesperson", "customer_service"):
            self.log_in(role)
            for name, vals in (
                ("ir.actions.server", {"name": "x", "model_id": model.id,
                                       "state": "code", "code": "True"}),
                ("ir.cron", {"name": "x", "model_id": model.id, "code": "True"}),
                ("ir.model.fields", {"name": "x_a", "model_id": model.id}),
                ("ir.model.access", {"name": "x", "model_id": model.id}),
                ("ir.rule", {"name": "x", "model_id": model.id}),
                ("mail.template", {"name": "x", "model_id": model.id,
                                   "body_html": "<t t-out='object.unlink()'/>"}),
                ("ir.ui.view", {"name": "x", "model": ORDER, "arch": "<form/>"}),
            ):  # fmt: skip
                with self.undone(role=role, model=name):
                    self.refused(name, "create", [vals])
