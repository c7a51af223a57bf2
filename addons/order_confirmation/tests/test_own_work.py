"""ROL-02: each role saves what is its own to enter, and nothing besides."""

from base64 import b64encode

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import html2plaintext

from .order_case import OrderCase, picture

SALES = ("customer_service", "salesperson", "merchandiser", "supervisor")


@tagged("post_install", "-at_install")
class TestOwnWork(OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for role in ("merchandiser", "warehouse", "engineering", "quality_head"):
            cls.people[role] = cls._person(role)
        cls.template = cls.brochure.product_tmpl_id

    def as_(self, role, record):
        return record.with_user(self.people[role])

    # -- contacts ----------------------------------------------------------------

    def test_addresses_contacts_and_signatories(self):
        """ROL-02, ORD-03, ORD-25: sales enter them on the customer's form."""
        specimen = b64encode(picture())
        for role in SALES:
            with self.subTest(role):
                form = Form(self.as_(role, self.customers["b"]))
                form.street = f"2 {role} Road"
                form.phone = "06 765 4321"
                form.is_signatory = True
                form.signatory_specimen = specimen
                form.save()
                self.assertEqual(self.customers["b"].street, f"2 {role} Road")
                contact = self.as_(role, self.env["res.partner"]).create(
                    {
                        "name": f"Ms {role}",
                        "parent_id": self.customers["b"].id,
                        "is_signatory": True,
                        "signatory_specimen": specimen,
                    }
                )
                self.assertIn(contact, self.customers["b"]._signatories())

    def test_carriers_and_instructions(self):
        """ORD-54, ORD-55: the shipping clerk keeps carriers and what to mind."""
        for role in ("shipping", *SALES):
            carrier = self.env["res.partner"].create({"name": "Blue Lorry"})
            with self.subTest(role):
                self.as_(role, carrier).phone = "06 555 0199"
                form = Form(self.as_(role, self.customers["b"]))
                form.shipping_instructions = f"Ring {role}"
                form.save()
                self.assertEqual(
                    self.customers["b"].shipping_instructions, f"Ring {role}"
                )

    def test_others_write_no_contact(self):
        """ROL-02: who has nothing to enter there still cannot."""
        for role in ("warehouse", "production", "technical", "quality", "planner"):
            with self.subTest(role), self.assertRaises(AccessError):
                self.as_(role, self.customers["b"]).street = "Elsewhere"

    def test_no_tier_comes_with_it(self):
        """TIER-02, TIER-06: who may write a customer gives no tier and no family."""
        best = self.env.ref("customer_tiering.tier_a")
        customer, better = self.customers["c"], self.customers["a"]
        wizard = self.env["base.partner.merge.automatic.wizard"]
        for role in (*SALES, "shipping"):
            mine = self.as_(role, customer)
            for values in (
                {"customer_tier_id": best.id},
                {"customer_tier_until": "2030-01-01"},
                {"commercial_partner_id": better.id},
                {"is_company": False, "parent_id": better.id},
                {"child_ids": [Command.create({
                    "name": "A child", "is_company": True, "customer_tier_id": best.id,
                })]},
            ):  # fmt: skip
                with (
                    self.subTest(role=role, values=values),
                    self.assertRaises(AccessError),
                    self.env.cr.savepoint(),
                ):
                    mine.write(values)
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                mine.create({"name": "A friend", "customer_tier_id": best.id})
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                self.as_(role, wizard).sudo()._merge(
                    (customer | better).ids, better, False
                )
        self.env.invalidate_all()
        self.assertEqual(customer._tier(self.company)[customer.id].code, "C")

    # -- what belongs to a product -----------------------------------------------

    def test_exfactory_standard(self):
        """ORD-43: quality's head and engineering keep it, without the product."""
        for role in ("quality_head", "engineering"):
            points = self.as_(role, self.env["exfactory.point"])
            with self.subTest(role):
                action = self.as_(role, self.template).action_exfactory_points()
                form = Form(points.with_context(**action["context"]))
                form.name = f"Glued, says {role}"
                point = form.save()
                self.assertEqual(point.product_tmpl_id, self.template)
                self.assertIn(point, points.search(action["domain"]))
                words = html2plaintext(self.template.message_ids[0].body)
                self.assertIn(f"Ex-factory Standard: – → *Glued, says {role}*", words)
                point.name = "Glued"
                point.unlink()
                words = html2plaintext(self.template.message_ids[0].body)
                self.assertIn("Glued → *–*", words)
        for role in ("quality", "salesperson", "production", "shipping"):
            points = self.as_(role, self.env["exfactory.point"])
            with self.subTest(role), self.assertRaises(AccessError):
                points.create({"name": "x", "product_tmpl_id": self.template.id})

    def test_exfactory_standard_of_another_company(self):
        """ROL-06: the standard of another company's product is not one's own."""
        rival = self.env["res.company"].create({"name": "Evening Colour Works"})
        lamp = self.env["product.template"].create(
            {"name": "Lamp", "company_id": rival.id}
        )
        point = self.env["exfactory.point"].create(
            {"name": "Lights up", "product_tmpl_id": lamp.id}
        )
        with self.assertRaises(AccessError):
            self.as_("quality_head", point).name = "Dark"

    def test_dimensions(self):
        """ORD-16: technical and engineering keep the standard dimensions."""
        for role in ("technical", "engineering"):
            with self.subTest(role):
                action = self.as_(role, self.template).action_dimensions()
                rows = self.as_(role, self.env["product.dimension"])
                form = Form(rows.with_context(**action["context"]))
                form.name, form.value = f"Length {role}", 100
                self.assertEqual(form.save().product_tmpl_id, self.template)

    def test_shipping_instructions(self):
        """ORD-54: engineering says what to mind, and writes nothing else."""
        product = self.as_("engineering", self.template)
        action = product.action_shipping_instructions()
        dialog = self.as_("engineering", self.env[action["res_model"]])
        form = Form(dialog.with_context(**action["context"]))
        form.shipping_instructions = "Keep dry\nLay flat"
        form.save().action_save()
        self.assertEqual(self.template.shipping_instructions, "Keep dry\nLay flat")
        self.assertIn("Keep dry", html2plaintext(self.template.message_ids[0].body))
        for values in (
            {"list_price": 1}, {"standard_price": 1}, {"shipping_instructions": "x"},
            {"route_ids": [Command.clear()]}, {"name": "x"},
        ):  # fmt: skip
            for role in ("engineering", "quality_head", "technical"):
                with self.subTest(role), self.assertRaises(AccessError):
                    self.as_(role, self.template).write(values)
        with self.assertRaises(AccessError):
            self.as_("salesperson", self.template).action_shipping_instructions()

    def test_product_form_opens(self):
        """ROL-02: the product's form, with its buttons, opens for these roles."""
        for role in ("quality_head", "engineering", "technical", "shipping"):
            with self.subTest(role):
                product = self.as_(role, self.template)
                arch = product.get_view(view_type="form")["arch"]
                own = {"quality_head", "engineering"}
                self.assertEqual('name="action_exfactory_points"' in arch, role in own)
