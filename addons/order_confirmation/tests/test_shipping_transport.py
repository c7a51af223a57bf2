"""Pick-up or delivery, who loads and who drives (ORD-55)."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .shipping_case import ShippingCase

LORRY = {"pickup_company": "Blue Lorry", "plate": "KX-5501", "driver": "Mr Hong"}


@tagged("post_install", "-at_install")
class TestTransport(ShippingCase):
    def ready(self, **values):
        order = self.released(**values)
        self.applied(order)
        return self.picking(order).with_user(self.clerk)

    def pickup(self, **values):
        """Return a delivery that the customer fetches, with these entries."""
        picking = self.ready(incoterm=self.env.ref("account.incoterm_EXW").id)
        picking.write({**LORRY, **values})
        return picking

    def test_from_the_terms_of_the_order(self):
        """ORD-55: ex works is picked up, everything else delivered; may be changed."""
        self.assertEqual(self.pickup().transport, "pickup")
        self.assertEqual(self.ready().transport, "delivery")
        order = self.released(incoterm=self.env.ref("account.incoterm_DAP").id)
        picking = self.picking(order)
        self.assertEqual(picking.transport, "delivery")
        order.transport = "pickup"
        self.assertEqual(picking.transport, "pickup")

    def test_missing_at_pick_up(self):
        """ORD-55: without company, plate or driver it is not loaded; clear sentence."""
        for field, label in (
            ("pickup_company", "Company That Loads"),
            ("plate", "Number Plate"),
            ("driver", "Driver"),
        ):
            picking = self.pickup(**{field: " "})
            with self.subTest(field):
                with self.assertRaisesRegex(UserError, f"is picked up.*{label}"):
                    self.ship(picking)
                with self.assertRaisesRegex(UserError, f"enter first: {label}"):
                    picking.action_loading_notice()

    def test_loading_notice(self):
        """ORD-55: numbered, by whom and when; without one nothing is loaded."""
        picking = self.pickup()
        with self.assertRaisesRegex(UserError, "loading notice first"):
            self.ship(picking)
        picking.action_loading_notice()
        number = picking.loading_notice
        self.assertTrue(number.startswith("LN/"))
        self.assertEqual(picking.loading_noted_by_id, self.clerk)
        picking.action_loading_notice()
        self.assertEqual(picking.loading_notice, number)
        self.ship(picking)
        self.assertEqual(picking.state, "done")
        with self.assertRaisesRegex(UserError, "its loading notice stays"):
            picking.plate = "ZZ-1"

    def test_another_lorry(self):
        """ORD-55: another plate takes the notice back; it is made anew."""
        picking = self.pickup()
        picking.action_loading_notice()
        number = picking.loading_notice
        picking.plate = "AB-1234"
        self.assertFalse(picking.loading_notice)
        picking.action_loading_notice()
        self.assertNotEqual(picking.loading_notice, number)

    def test_delivery_has_no_loading_notice(self):
        """ORD-55: a clear sentence where it makes no sense."""
        with self.assertRaisesRegex(UserError, "has no loading notice"):
            self.ready().action_loading_notice()

    def test_carrier_without_telephone(self):
        """ORD-55: a lorry that nobody can reach does not leave; nothing is lost."""
        carrier = self.env["res.partner"].create({"name": "Slow River Haulage"})
        picking = self.ready()
        picking.write({"haulier_id": carrier.id, "plate": "KX-5501"})
        with self.assertRaisesRegex(UserError, "Slow River Haulage.*no telephone"):
            self.ship(picking)
        self.assertEqual(picking.plate, "KX-5501")
        self.assertNotEqual(picking.state, "done")
        carrier.phone = "06 222 3333"
        self.ship(picking)
        self.assertEqual(picking.state, "done")

    def test_warned_while_it_is_entered(self):
        """ORD-55: the form says so at once, and takes the carrier all the same."""
        carrier = self.env["res.partner"].create({"name": "Slow River Haulage"})
        picking = self.ready()
        with self.assertLogs("odoo.tests.form.onchange", "WARNING") as logs:
            with Form(picking) as form:
                form.haulier_id = carrier
        self.assertIn("has no telephone", logs.output[0])
        self.assertEqual(picking.haulier_id, carrier)

    def test_the_dispatch_notice_takes_it_over(self):
        """ORD-55, ORD-60: what was entered for the lorry is not typed again."""
        carrier = self.env["res.partner"].create(
            {"name": "Slow River Haulage", "phone": "06 222 3333"}
        )
        picking = self.ready()
        picking.write({"haulier_id": carrier.id, "plate": "KX-5501", "driver": "Hong"})
        self.ship(picking)
        notice = picking.sudo().dispatch_notice_ids
        self.assertEqual(
            (notice.transport, notice.carrier, notice.plate, notice.driver),
            ("delivery", "Slow River Haulage 06 222 3333", "KX-5501", "Hong"),
        )
        picking = self.pickup()
        picking.action_loading_notice()
        self.ship(picking)
        notice = picking.sudo().dispatch_notice_ids
        self.assertEqual((notice.transport, notice.carrier), ("pickup", "Blue Lorry"))

    def test_attacks(self):
        """TIER-06: a loading notice is not written, imported or copied."""
        picking = self.pickup()
        forged = {"kept_key": "stock.picking"}
        for record in (picking, picking.sudo(), picking.sudo().with_context(**forged)):
            with self.assertRaises(AccessError):
                record.write({"loading_notice": "LN/1"})
            with self.assertRaises(AccessError):
                record.write({"loading_noted_by_id": self.service.id})
            with self.assertRaises(AccessError):
                record.create(
                    {
                        "picking_type_id": picking.picking_type_id.id,
                        "loading_notice": "LN/1",
                    }
                )
        picking.action_loading_notice()
        self.assertFalse(picking.sudo().copy().loading_notice)
