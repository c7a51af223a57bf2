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

    def test_dashes_are_no_answer(self):
        """ORD-55: a dash for the plate, a blank telephone: missing all the same."""
        picking = self.pickup(plate="-", driver=" . ", pickup_company="?")
        with self.assertRaisesRegex(
            UserError, "enter first: Company That Loads, Number Plate, Driver"
        ):
            picking.action_loading_notice()
        self.assertFalse(picking.loading_notice)
        carrier = self.env["res.partner"].create({"name": "Slow River", "phone": "–"})
        picking = self.ready()
        picking.write({"haulier_id": carrier.id, "plate": "–", "driver": "–"})
        with self.assertRaisesRegex(
            UserError, "the telephone of Slow River, Number Plate, Driver$"
        ):
            self.ship(picking)
        self.assertNotEqual(picking.state, "done")

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
        with self.assertRaisesRegex(UserError, "the telephone of Slow River Haulage"):
            self.ship(picking)
        self.assertEqual(picking.plate, "KX-5501")
        self.assertNotEqual(picking.state, "done")
        carrier.phone = "06 222 3333"
        self.ship(picking)
        self.assertEqual(picking.state, "done")

    def test_missing_at_delivery(self):
        """ORD-55: carrier, plate and crew, all that is missing in one sentence."""
        picking = self.ready()
        picking.write(
            {"haulier_id": False, "plate": " ", "driver": False, "crew": False}
        )
        with self.assertRaisesRegex(
            UserError, f"{picking.name} is delivered.*: Carrier, Number Plate, Driver$"
        ):
            self.ship(picking)
        picking.write({"plate": "KX-5501", "crew": "Two loaders of ours"})
        for asks in (picking, picking.sudo()):
            with self.assertRaisesRegex(UserError, ": Carrier$"):
                asks.move_ids._action_done()
        self.assertNotEqual(picking.state, "done")
        picking.haulier_id = self.company.partner_id
        self.ship(picking)
        self.assertEqual(picking.state, "done")

    def test_several_at_once(self):
        """ORD-55: of several transfers on one lorry each says what it lacks."""
        pickings = self.ready() | self.ready() | self.ready()
        pickings[0].plate = False
        pickings[1].haulier_id = False
        pickings.action_assign()
        pickings.move_ids.picked = True
        with self.assertRaises(UserError) as refusal:
            pickings.button_validate()
        words = str(refusal.exception)
        self.assertRegex(words, f"{pickings[0].name} is delivered.*Number Plate")
        self.assertRegex(words, f"{pickings[1].name} is delivered.*Carrier")
        self.assertNotIn(pickings[2].name, words)
        # Entered once in the list for all of them.
        pickings.write({"haulier_id": self.company.partner_id.id, "plate": "KX-5501"})
        pickings.button_validate()
        self.assertEqual(set(pickings.mapped("state")), {"done"})

    def test_parcel_service(self):
        """ORD-55: of a parcel service neither plate nor driver is known."""
        parcels = self.env["res.partner"].create(
            {"name": "Swift Parcels", "phone": "06 777 8888", "parcel_service": True}
        )
        picking = self.ready()
        picking.write({"haulier_id": parcels.id, "plate": False, "driver": False})
        self.ship(picking)
        self.assertEqual(picking.state, "done")

    def test_the_house_itself_asks_for_no_lorry(self):
        """ORD-55: only the last transfer, out of the house, names who carries."""
        self.warehouse.delivery_steps = "pick_ship"
        order = self.released()
        self.applied(order)
        first = order.picking_ids.filtered(lambda row: row.state == "assigned")
        first.write({"haulier_id": False, "plate": False, "driver": False})
        self.ship(first)
        self.assertEqual(first.state, "done")
        last = self.picking(order)
        last.haulier_id = False
        with self.assertRaisesRegex(UserError, "is delivered.*Carrier"):
            self.ship(last)

    def test_queries_do_not_grow(self):
        """ORD-55: asking of 40 transfers costs what asking of 4 does."""
        picking = self.ready().sudo()
        counts = []
        for size in (4, 40):
            rows = picking.browse(
                [picking.copy({"plate": "KX-1"}).id for _number in range(size)]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            rows._transport_check()
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    def test_the_slip_names_the_lorry(self):
        """ORD-55, ORD-61: what carried the goods stands on slip and paper, for good."""
        picking = self.ready()
        picking.write({"plate": "KX-5501", "driver": "Mr Hong", "crew": "Mr Su"})
        self.ship(picking)
        slip = picking.sudo().delivery_slip_ids
        self.assertEqual(
            (slip.transport, slip.carrier, slip.plate, slip.driver, slip.crew),
            ("delivery", self.company.name, "KX-5501", "Mr Hong", "Mr Su"),
        )
        reports = self.env["ir.actions.report"]
        page = reports._render_qweb_html(
            "order_confirmation.report_delivery_slip", slip.ids
        )[0].decode()
        for words in (self.company.name, "KX-5501", "Mr Hong", "Mr Su"):
            self.assertIn(words, page)

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
