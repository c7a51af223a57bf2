"""Who loosened a rule, and when; and that one company does not do it for another."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import html2plaintext

from .tier_case import TierCase

SILENCE = {"tracking_disable": True, "mail_notrack": True, "mail_create_nolog": True}


@tagged("post_install", "-at_install")
class TestRulesOnRecord(TierCase):
    def quiet(self, record, role="sales_director"):
        """Return the record as somebody who asks that nothing be noted."""
        self.env.flush_all()
        self.cr.precommit.run()
        return record.with_user(self.people[role]).with_context(**SILENCE)

    def noted(self, record):
        """Return the fields that were followed, and the newest words."""
        self.env.flush_all()
        self.cr.precommit.run()
        self.env.invalidate_all()
        message = record.sudo().message_ids[0]
        self.assertEqual(message.author_id, self.people["sales_director"].partner_id)
        names = message.tracking_value_ids.field_id.mapped("name")
        return set(names), html2plaintext(message.body)

    def test_tier_requirement_and_kind(self):
        """PLT-05, TIER-03, TIER-10: each field that loosens a rule is followed."""
        tier = self.env.ref("customer_tiering.tier_b")
        self.quiet(tier).write({"min_score": 1, "sequence": 1})
        self.assertEqual(self.noted(tier)[0], {"min_score", "sequence"})
        requirement = self.env.ref("customer_tiering.requirement_deposit_arrived")
        supervisor = self.env.ref("customer_tiering.role_supervisor")
        self.quiet(requirement).exception_group_ids = [Command.link(supervisor.id)]
        self.assertEqual(self.noted(requirement)[0], {"exception_group_ids"})
        kind = self.env["order.kind"].create({"name": "Samples"})
        self.quiet(kind).write(
            {"exempt": True, "group_ids": [Command.link(supervisor.id)]}
        )
        self.assertEqual(self.noted(kind)[0], {"exempt", "group_ids"})

    def test_cells_of_the_matrix(self):
        """PLT-05, TIER-03: what a cell was, and is, stands in the tier's chatter."""
        rule = self.env.ref("customer_tiering.rule_c_production_deposit_arrived")
        tier = rule.tier_id
        self.quiet(rule).treatment = "waived"
        _names, words = self.noted(tier)
        self.assertIn("Deposit arrived: Required → *Waived*", words)
        self.quiet(rule).set_cell(
            tier.id, rule.gate_id.id, rule.requirement_id.id, "owed", 3
        )
        self.assertIn("Waived → *Owed later, working days: 3*", self.noted(tier)[1])
        self.quiet(rule).unlink()
        self.assertIn("Owed later, working days: 3 → *–*", self.noted(tier)[1])

    def test_a_cell_that_moves(self):
        """PLT-05: a rule given to another tier is on record at both."""
        rule = self.env.ref("customer_tiering.rule_a_shipping_balance_arrived")
        old, new = rule.tier_id, self.env.ref("customer_tiering.tier_c")
        self.env.ref("customer_tiering.rule_c_shipping_balance_arrived").unlink()
        self.quiet(rule).tier_id = new
        self.assertIn("Waived → *–*", self.noted(old)[1])
        self.assertIn("– → *Waived*", self.noted(new)[1])

    def test_settings_of_the_company(self):
        """PLT-05: what is set for a company is on record at its own contact."""
        self.company.with_context(**SILENCE).write({"owed_escalation_days": 9})
        message = self.company.partner_id.message_ids[0]
        self.assertIn("2 → *9*", html2plaintext(message.body))
        self.assertEqual(message.author_id, self.env.user.partner_id)
        count = len(self.company.partner_id.message_ids)
        self.company.write({"owed_escalation_days": 9})
        self.assertEqual(len(self.company.partner_id.message_ids), count)

    def test_exempt_afterwards(self):
        """TIER-10: a kind that orders are of does not become one without a sheet."""
        kind = self.env["order.kind"].create({"name": "Samples"})
        order = self.order(order_kind_id=kind.id)
        mine = kind.with_user(self.people["sales_director"])
        with self.assertRaisesRegex(UserError, order.name):
            mine.write({"exempt": True})
        with self.assertRaisesRegex(UserError, order.name):
            kind.sudo().write({"exempt": True})
        self.assertTrue(order.release_controlled)
        order._action_cancel()
        mine.write({"exempt": True})
        self.assertTrue(kind.exempt)


@tagged("post_install", "-at_install")
class TestRulesOfCompanies(TierCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rival = cls.env["res.company"].create({"name": "Evening Colour Works"})
        cls.director = cls.people["sales_director"]
        cls.shared = [
            cls.env.ref(f"customer_tiering.{name}")
            for name in (
                "tier_c", "rule_c_production_deposit_arrived",
                "requirement_deposit_arrived", "kind_counter_sale",
            )
        ]  # fmt: skip

    def test_no_director_changes_another_company_s_gates(self):
        """TIER-01: what serves every company is for who works in every company."""
        rule = self.shared[1].with_user(self.director)
        rule.treatment = "waived"
        self.rival.release_control = True
        for record in self.shared:
            mine = record.with_user(self.director)
            with self.subTest(record._name):
                with self.assertRaisesRegex(AccessError, "every company"):
                    mine.write(
                        {"sequence": 1}
                        if "sequence" in record
                        else {"treatment": "required"}
                    )
                if mine.has_access("unlink"):
                    with self.assertRaisesRegex(AccessError, "every company"):
                        mine.unlink()
        with self.assertRaisesRegex(AccessError, "every company"):
            rule.set_cell(
                rule.tier_id.id, rule.gate_id.id, rule.requirement_id.id, "owed", 5
            )
        for model, values in (
            ("customer.tier", {"name": "Z", "code": "Z", "sequence": 1}),
            ("order.kind", {"name": "Z", "exempt": True}),
        ):
            with self.assertRaisesRegex(AccessError, "every company"):
                self.env[model].with_user(self.director).create(values)
        self.director.company_ids |= self.rival
        rule.treatment = "required"

    def test_each_makes_rules_of_its_own(self):
        """TIER-01: a tier of one's own company, and its cells, stay one's own."""
        self.rival.release_control = True
        tiers = self.env["customer.tier"].with_user(self.director)
        own = tiers.create(
            {"name": "Own", "code": "O", "sequence": 99, "company_id": self.company.id}
        )
        gate = self.env.ref("customer_tiering.gate_production")
        deposit = self.env.ref("customer_tiering.requirement_deposit_arrived")
        rules = self.env["release.rule"].with_user(self.director)
        rules.set_cell(own.id, gate.id, deposit.id, "waived")
        self.assertEqual(own.rule_ids.treatment, "waived")
        shown = {row["name"]: row["editable"] for row in rules.get_matrix()["tiers"]}
        self.assertEqual((shown["Own"], shown["A"]), (True, False))
        with self.assertRaisesRegex(AccessError, "every company"):
            own.company_id = False
        with self.assertRaisesRegex(AccessError, "every company"):
            own.rule_ids.tier_id = self.env.ref("customer_tiering.tier_a")

    def test_a_role_is_called_by_its_name(self):
        """ROL-01: where roles are listed, each is called by its name, once."""
        role = self.env.ref("customer_tiering.role_customer_service")
        self.assertEqual(role.display_name, "Customer service")
        self.assertIn(" / ", self.env.ref("stock.group_stock_user").display_name)
