"""The packing plan of a transfer, and its check before it leaves (ORD-56)."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import CheckViolation, UniqueViolation

from .shipping_case import ShippingCase


class PackingCase(ShippingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.carton = cls.env["stock.package.type"].create(
            {"name": "Carton 40", "base_weight": 0.5}
        )
        cls.poster.weight = 0.2
        cls.standard = cls.env["packing.standard"].create(
            {
                "product_tmpl_id": cls.poster.product_tmpl_id.id,
                "per_inner": 5,
                "per_carton": 30,
                "per_pallet": 2,
                "carton_type_id": cls.carton.id,
                "labels": "Item number",
                "marks": "THIS SIDE UP",
            }
        )

    def ready(self, *quantities):
        """Return the reserved delivery of an order that is applied for."""
        order = self.released(*quantities)
        self.applied(order)
        picking = self.picking(order)
        picking.action_assign()
        return picking

    def planned(self, picking):
        """Return the plan that the warehouse makes of a transfer."""
        action = picking.with_user(self.people["warehouse"]).action_packing_plan()
        plan = self.env["packing.plan"].browse(action["res_id"])
        return plan.with_user(self.people["warehouse"])

    def checked(self, picking):
        """Return a plan that warehouse packed and shipping checked."""
        plan = self.planned(picking)
        plan.action_packed()
        self.sign(plan, "packing_check", "shipping")
        return plan


@tagged("post_install", "-at_install")
class TestPackingPlan(PackingCase):
    def test_computed(self):
        """ORD-56: cartons, the last carton, inner packs, pallets and weights."""
        plan = self.planned(self.ready())
        line = plan.line_ids
        self.assertEqual(
            (line.full_cartons, line.rest, line.cartons, line.inners, line.pallets),
            (3, 10, 4, 20, 2),
        )
        self.assertEqual((plan.cartons, plan.pallets), (4, 2))
        self.assertAlmostEqual(plan.net_weight, 20)
        self.assertAlmostEqual(plan.gross_weight, 22)
        self.assertEqual((line.labels, line.marks), ("Item number", "THIS SIDE UP"))

    def test_signed_in_the_reader_s_language(self):
        """ORD-56: the dialog names the goods as the one who checks does."""
        self.env["res.lang"]._activate_lang("zh_TW")
        self.poster.with_context(lang="zh_TW").name = "海報"
        plan = self.planned(self.ready())
        [path] = plan._signoff_terms("packing_check")[plan.id]["lines"].items()
        path, text = ("lines", path[0]), path[1]
        self.assertIn("Poster", plan._signoff_words(path, text))
        chinese = plan.with_context(lang="zh_TW")
        self.assertIn("海報", chinese._signoff_words(path, text))
        # What was signed otherwise stays as it was signed.
        self.assertEqual(chinese._signoff_words(path, "Otherwise"), "Otherwise")

    def test_packed_as(self):
        """ORD-56: what goes into full cartons and into the last one, in one look."""
        plan = self.planned(self.ready())
        line = plan.line_ids
        full = f"{line.full_cartons} × {line.per_carton:.0f}"
        rest = f" + {line.rest:.0f}" if line.rest else ""
        self.assertEqual(line.packed_as, full + rest)

    def test_the_customer_s_own_comes_first(self):
        """ORD-56: per customer and product, else that of the product."""
        own = self.standard.copy(
            {"partner_id": self.customers["b"].id, "per_carton": 50}
        )
        self.assertEqual(self.planned(self.ready()).cartons, 2)
        own.active = False
        self.assertEqual(self.planned(self.ready()).cartons, 4)

    def test_checked_before_it_leaves(self):
        """ORD-56: no plan, not packed, not checked: refused each time, in words."""
        picking = self.ready()
        with self.assertRaisesRegex(UserError, "no packing plan yet"):
            self.ship(picking)
        plan = self.planned(picking)
        with self.assertRaisesRegex(UserError, "not packed yet"):
            self.ship(picking)
        plan.action_packed()
        with self.assertRaisesRegex(UserError, "not checked yet"):
            self.ship(picking)
        self.sign(plan, "packing_check", "shipping")
        self.assertEqual(plan.state, "checked")
        self.ship(picking)
        self.assertEqual(picking.state, "done")

    def test_not_by_who_packed(self):
        """ORD-56, ROL-03: who packed does not check; nor does who is neither."""
        plan = self.planned(self.ready())
        with self.assertRaisesRegex(UserError, "not packed yet"):
            self.sign(plan, "packing_check", "shipping")
        plan.with_user(self.clerk).action_packed()
        for role, can in (
            ("shipping", False),
            ("warehouse", True),
            ("customer_service", False),
        ):
            self.assertEqual(plan.with_user(self.people[role]).can_check, can, role)
        with self.assertRaisesRegex(AccessError, "somebody else checks"):
            self.sign(plan, "packing_check", "shipping")
        with self.assertRaises(AccessError):
            self.sign(plan, "packing_check", "customer_service")
        self.sign(plan, "packing_check", "warehouse")
        self.assertEqual(plan.checked_by_id, self.people["warehouse"])
        with self.assertRaises(AccessError):
            self.planned(self.ready()).with_user(self.service).action_packed()

    def test_other_quantity_after_the_check(self):
        """ORD-56: what leaves is what was packed and checked, else it is done again."""
        picking = self.ready()
        plan = self.checked(picking)
        with self.assertRaisesRegex(UserError, "other quantities.*90 / 100"):
            self.ship(picking, 90)
        picking.move_ids.quantity = 90
        self.assertTrue(plan.outdated)
        plan.action_compute()
        self.assertEqual(plan.state, "draft")
        self.assertEqual(plan.line_ids.quantity, 90)
        self.assertFalse(plan._signoff_valid(["packing_check"]))
        plan.action_packed()
        self.sign(plan, "packing_check", "shipping")
        self.ship(picking, 90)
        self.assertEqual(picking.state, "done")

    def test_what_follows_has_a_plan_of_its_own(self):
        """ORD-56: the backorder is packed and checked for itself."""
        picking = self.ready()
        picking.move_ids.quantity = 60
        self.checked(picking)
        self.ship(picking, 60)
        rest = self.picking(picking.sale_id)
        with self.assertRaisesRegex(UserError, "no packing plan yet"):
            self.ship(rest)

    def test_added_after_the_check(self):
        """ORD-56: goods with a standard that were added are not on the plan."""
        picking = self.ready(100, 20)
        self.checked(picking)
        self.standard.copy({"product_tmpl_id": self.banner.product_tmpl_id.id})
        with self.assertRaisesRegex(UserError, "Banner 20 / 0"):
            self.ship(picking)

    def test_without_a_standard(self):
        """ORD-56: goods that have none are named, and need no plan."""
        order = self.released(100, 20)
        self.applied(order)
        plan = self.planned(self.picking(order))
        self.assertEqual(plan.without, "[BAN-1] Banner")
        self.standard.active = False
        picking = self.ready()
        with self.assertRaisesRegex(UserError, "No packing standard is on file"):
            self.planned(picking)
        self.ship(picking)
        self.assertEqual(picking.state, "done")

    def test_waits_for_the_check(self):
        """ROL-01: packed goods wait for shipping, not for who packed them."""
        plan = self.planned(self.ready())
        plan.with_user(self.people["warehouse"]).action_packed()
        self.env.flush_all()
        waiting = self.env["order.waiting"].with_user(self.clerk)
        row = waiting.search([("res_model", "=", "packing.plan")])
        self.assertEqual((row.res_id, row.name), (plan.id, "Packed, to be checked"))

    def test_straight_from_the_supplier(self):
        """ORD-56: what a supplier sends was never packed by us, and leaves."""
        picking = self.ready()
        suppliers = self.env.ref("stock.stock_location_suppliers")
        picking.do_unreserve()
        picking.location_id = suppliers
        picking.move_ids.location_id = suppliers
        self.ship(picking, 100)
        self.assertEqual(picking.state, "done")

    def test_shown_where_goods_go_to_a_customer(self):
        """ORD-56, ORD-52: by where it leads, not by the kind of the transfer."""
        self.warehouse.delivery_steps = "pick_ship"
        order = self.released()
        pick = self.picking(order)
        self.assertFalse(pick.leads_to_customer)
        self.assertFalse(pick.may_apply_for_delivery)
        loose = self.loose_picking()
        loose.picking_type_id = self.warehouse.int_type_id
        loose.location_dest_id = self.env.ref("stock.stock_location_customers")
        loose.move_ids.location_dest_id = loose.location_dest_id
        self.assertNotEqual(loose.picking_type_code, "outgoing")
        self.assertTrue(loose.leads_to_customer)
        self.assertTrue(loose.may_apply_for_delivery)

    def test_kept_by_customer_service(self):
        """ORD-56: who packs and ships takes no check away; changes leave a trace."""
        for role in ("shipping", "warehouse"):
            standard = self.standard.with_user(self.people[role])
            self.assertTrue(standard.has_access("read"))
            for change in (
                lambda row=standard: row.write({"active": False}),
                lambda row=standard: row.action_archive(),
                lambda row=standard: row.write({"per_carton": 40}),
                lambda row=standard: row.unlink(),
                lambda row=standard: row.copy(),
            ):
                with self.subTest(role), self.assertRaises(AccessError):
                    change()
        with self.assertRaisesRegex(UserError, "archived, not deleted"):
            self.standard.unlink()
        standard = self.standard.with_user(self.service)
        with self.assertRaises(AccessError):
            standard.unlink()
        # The ground of these tests keeps no tracks, for speed.
        standard = standard.with_context(tracking_disable=False)
        self.env.flush_all()
        standard.action_archive()
        self.env.flush_all()
        self.cr.flush()
        traces = self.standard.message_ids.sudo().tracking_value_ids
        self.assertIn("active", traces.field_id.mapped("name"))

    def test_queries_do_not_grow(self):
        """ORD-56: the list of plans costs the same for twelve as for three."""
        plans = self.env["packing.plan"]
        for _number in range(12):
            plans |= self.planned(self.ready(10))

        def queries(few):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            few.with_user(self.clerk).mapped("next_step")
            return self.cr.sql_log_count - before

        queries(plans)
        self.assertEqual(queries(plans[:3]), queries(plans))

    def test_bad_standards(self):
        """ORD-56: nothing below zero, no empty carton, one standard for each."""
        for values in (
            {"per_carton": 0}, {"per_carton": -1}, {"per_inner": 31},
            {"per_pallet": -1}, {"unit_weight": -1},
        ):  # fmt: skip
            with self.subTest(values), mute_logger("odoo.sql_db"):
                with self.assertRaises(CheckViolation), self.env.cr.savepoint():
                    self.standard.write(values)
                    self.env.flush_all()
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            self.standard.copy()
            self.env.flush_all()

    def test_attacks(self):
        """TIER-06: plans and lines are computed; nobody writes, makes or removes."""
        plan = self.planned(self.ready())
        forged = {"kept_key": "packing.plan"}
        for record in (plan, plan.sudo(), plan.sudo().with_context(**forged)):
            for values in (
                {"state": "checked"}, {"packed_by_id": self.service.id},
                {"line_ids": [(5,)]},
            ):  # fmt: skip
                with self.subTest(values), self.assertRaises(AccessError):
                    record.write(values)
            with self.assertRaises(AccessError):
                record.unlink()
            with self.assertRaises(AccessError):
                record.line_ids.write({"quantity": 1})
            with self.assertRaises(AccessError):
                record.line_ids.unlink()
            with self.assertRaises(AccessError):
                record.copy()
        action = self.env["ir.actions.server"].create(
            {
                "name": "Check",
                "model_id": self.env["ir.model"]._get_id("packing.plan"),
                "state": "code",
                "code": "record.sudo().write({'state': 'checked'})",
            }
        )
        with self.assertRaises(AccessError):
            action.with_context(active_model="packing.plan", active_id=plan.id).run()

    def test_checked_by_sql_is_not_checked(self):
        """TIER-06: the stored state alone lets nothing leave; the signature counts."""
        picking = self.ready()
        plan = self.planned(picking)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE packing_plan SET state = 'checked' WHERE id = %s", [plan.id]
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "not checked yet"):
            self.ship(picking)

    def test_two_companies(self):
        """ROL-06: the other company reads neither plan nor its standards."""
        rival = self.env["res.company"].create({"name": "Evening Colour Works"})
        stranger = self._person(
            "shipping", login="case_stranger", company_id=rival.id,
            company_ids=[(6, 0, rival.ids)],
        )  # fmt: skip
        plan = self.planned(self.ready())
        self.standard.company_id = self.company
        for record in (plan, plan.line_ids, self.standard):
            mine = record.with_user(stranger).with_context(
                allowed_company_ids=rival.ids
            )
            self.assertFalse(mine.has_access("read"))
