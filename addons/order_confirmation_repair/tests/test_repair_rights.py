"""Transfers open for everybody who may read them, with Odoo's Repair installed."""

from lxml import etree
from odoo import Command
from odoo.addons.order_confirmation.tests.shipping_case import ShippingCase
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged


@tagged("post_install", "-at_install")
class TestRepairRights(ShippingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.roles = cls.env["ir.model.data"].search(
            [
                ("module", "=", "customer_tiering"),
                ("model", "=", "res.groups"),
                ("name", "=like", "role_%"),
            ]
        )

    def readers(self):
        """Return, by role, somebody with nothing but that role who reads transfers."""
        for row in self.roles:
            user = self.env["res.users"].create(
                {
                    "name": row.name,
                    "login": f"repair_{row.name}",
                    "company_id": self.company.id,
                    "company_ids": [Command.set(self.company.ids)],
                    "group_ids": [Command.set([row.res_id])],
                }
            )
            if self.env["stock.picking"].with_user(user).has_access("read"):
                yield row.name, user

    def test_who_reads_transfers_opens_them(self):
        """ROL-02, ORD-53: with or without rights in the warehouse, the form opens."""
        order = self.released()
        picking = self.picking(order)
        opened = []
        for role, user in self.readers():
            order.user_id = user
            with self.subTest(role):
                Form(picking.with_user(user))
                opened.append(role)
        self.assertLessEqual(
            {"role_supervisor", "role_salesperson", "role_warehouse"}, set(opened)
        )

    def test_repairs_stay_with_the_warehouse(self):
        """ROL-02: who has no rights in the warehouse reads no repairs by it."""
        picking = self.picking(self.released())
        self.env["repair.order"].create(
            {
                "product_id": self.poster.id,
                "picking_id": picking.id,
                "company_id": self.company.id,
                "picking_type_id": self.warehouse.repair_type_id.id,
            }
        )
        supervisor = self.people["supervisor"]
        with self.assertRaises(AccessError):
            picking.with_user(supervisor).read(["repair_ids"])
        for user, seen in ((supervisor, False), (self.people["warehouse"], True)):
            view = self.env["stock.picking"].with_user(user).get_view(view_type="form")
            buttons = etree.fromstring(view["arch"]).xpath(
                "//button[@name='action_view_repairs']"
            )
            self.assertEqual(bool(buttons), seen)
        self.assertEqual(picking.with_user(self.people["warehouse"]).nbr_repairs, 1)
