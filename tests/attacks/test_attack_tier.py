"""TIER-01: how far a customer is trusted is said by the director alone."""

from attack_case import FORGED, AttackCase
from odoo.tests import tagged

ATTACKERS = ("salesperson", "root")
ORDER = "sale.order"


@tagged("post_install", "-at_install")
class TestAttackTier(AttackCase):
    """TIER-01, TIER-06: nobody but the director makes a customer better."""

    def tier(self, partner):
        self.env.invalidate_all()
        return partner._tier(self.company)[partner.id].code

    def test_written(self):
        a = self.env.ref("customer_tiering.tier_a").id
        customer = self.customers["c"]
        # The director signs a tier, and writes none.
        for role in (*ATTACKERS, "sales_director"):
            self.log_in(role)
            for context in ({}, FORGED, {"default_customer_tier_id": a}):
                with self.undone(role=role, context=context):
                    kw = {"context": context}
                    vals = {"customer_tier_id": a}
                    self.refused("res.partner", "write", customer.ids, vals, **kw)
                    self.refused("res.partner", "create", [{"name": "X", **vals}], **kw)
                    ids, _r = self.attack(
                        "res.partner", "create", [{"name": "X"}], **kw
                    )
                    for partner in self.env["res.partner"].browse(ids or []):
                        self.assertEqual(self.tier(partner), "C")
                    commercial = {"commercial_partner_id": self.customers["a"].id}
                    self.attack("res.partner", "write", customer.ids, commercial, **kw)
                    self.assertEqual(self.tier(customer), "C")

    def test_default_of_the_field(self):
        """TIER-01: no default makes the next customers better."""
        a = self.env.ref("customer_tiering.tier_a").id
        for role in ("salesperson", "root"):
            self.log_in(role)
            with self.undone(role=role):
                for scope in ((True,), (False,), (False, True)):
                    self.attack(
                        "ir.default",
                        "set",
                        "res.partner",
                        "customer_tier_id",
                        a,
                        *scope,
                    )
                [new] = self.allowed("res.partner", "create", [{"name": "New"}])
                self.assertEqual(self.tier(self.env["res.partner"].browse(new)), "C")

    def test_by_way_of_a_better_family(self):
        """TIER-01, TIER-06: under another's roof and out again, still the same."""
        customer, better = self.customers["c"], self.customers["a"]
        for role in ATTACKERS:
            self.log_in(role)
            write = ("res.partner", "write", customer.ids)
            with self.undone(role=role, way="in"):
                self.attack(*write, {"parent_id": better.id, "is_company": False})
                self.assertEqual(self.tier(customer), "C")
            with self.undone(role=role, way="in and out"):
                self.attack(*write, {"is_company": False})
                self.attack(*write, {"parent_id": better.id})
                self.attack(*write, {"is_company": True})
                self.attack(*write, {"parent_id": False})
                self.assertEqual(self.tier(customer), "C")
            with self.undone(role=role, way="born inside"):
                vals = {"name": "Twin", "parent_id": better.id}
                [born] = self.allowed("res.partner", "create", [vals])
                self.assertEqual(self.tier(self.env["res.partner"].browse(born)), "A")
                self.attack("res.partner", "write", [born],
                            {"parent_id": False, "is_company": True})  # fmt: skip
                self.assertEqual(self.tier(self.env["res.partner"].browse(born)), "C")
            with self.undone(role=role, way="made a company inside"):
                vals = {"name": "Twin", "parent_id": better.id}
                [born] = self.allowed("res.partner", "create", [vals])
                self.attack("res.partner", "write", [born], {"is_company": True})
                self.assertEqual(self.tier(self.env["res.partner"].browse(born)), "C")
            with self.undone(role=role, way="from above"):
                self.attack(*write, {"is_company": False})
                self.attack("res.partner", "write", better.ids,
                            {"child_ids": [[4, customer.id, 0]]})  # fmt: skip
                self.assertEqual(self.tier(customer), "C")

    def test_another_customer_after_the_release(self):
        """TIER-06, ORD-30: what was released for A is not released for C."""
        order = self.released("a")
        for role in ATTACKERS:
            self.log_in(role)
            with self.undone(role=role):
                vals = {"partner_id": self.customers["c"].id}
                self.attack(ORDER, "write", order.ids, vals)
                self.env.invalidate_all()
                released = order.state == "sale"
                held = order._release_answers("production")[order.id]
                self.assertFalse(
                    released and order.partner_id == self.customers["c"] and held.open
                )
