"""One lorry for a batch of transfers, entered once."""

from odoo import Command
from odoo.addons.order_confirmation.tests.shipping_case import ShippingCase
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged


@tagged("post_install", "-at_install")
class TestBatchTransport(ShippingCase):
    def batch(self, *pickings):
        """Return a batch of these deliveries, made by shipping."""
        pickings = self.env["stock.picking"].union(*pickings)
        batch = (
            self.env["stock.picking.batch"]
            .with_user(self.clerk)
            .create(
                {
                    "company_id": self.company.id,
                    "picking_type_id": self.warehouse.out_type_id.id,
                    "picking_ids": [Command.set(pickings.ids)],
                }
            )
        )
        batch.action_confirm()
        return batch

    def bare(self, **values):
        """Return a delivery that is applied for, of which no lorry is known."""
        order = self.released(**values)
        self.applied(order)
        picking = self.picking(order)
        picking.write(
            {"haulier_id": False, "plate": False, "driver": False, "crew": False}
        )
        return picking

    def entered(self, batch, **values):
        """Enter a lorry through the dialog."""
        action = batch.action_transport()
        dialog = (
            self.env[action["res_model"]]
            .with_user(batch.env.user)
            .with_context(**action["context"])
        )
        with Form(dialog) as form:
            for name, value in values.items():
                form[name] = value
        form.record.action_enter()

    def test_entered_once_for_all(self):
        """ORD-55: the batch says what is missing; entered once, it leaves."""
        batch = self.batch(self.bare(), self.bare(), self.bare())
        pickings = batch.picking_ids
        for picking in pickings:
            self.assertRegex(
                batch.transport_missing, f"{picking.name}: Carrier, Number Plate"
            )
        self.entered(
            batch, haulier_id=self.company.partner_id, plate="KX-5501", driver="Mr Hong"
        )
        self.assertFalse(batch.transport_missing)
        self.assertEqual((batch.plates, batch.drivers), ("KX-5501", "Mr Hong"))
        self.assertEqual(pickings.haulier_id, self.company.partner_id)
        pickings.action_assign()
        pickings.move_ids.picked = True
        batch.action_done()
        self.assertEqual(set(pickings.mapped("state")), {"done"})
        slips = pickings.sudo().delivery_slip_ids
        self.assertEqual(slips.mapped("plate"), ["KX-5501"] * 3)

    def test_blank_stays(self):
        """ORD-55: what is left blank stays; where transfers differ, all is shown."""
        first, second = self.bare(), self.bare()
        first.write({"driver": "Mr Hong", "crew": "Mr Su"})
        second.write({"driver": "Ms Ko", "crew": "Mr Su"})
        batch = self.batch(first, second)
        defaults = batch.action_transport()["context"]
        self.assertNotIn("default_driver", defaults)
        self.assertEqual(defaults["default_crew"], "Mr Su")
        self.entered(batch, plate=" KX-5501 ")
        self.assertEqual((first.plate, first.driver), ("KX-5501", "Mr Hong"))
        self.assertEqual(second.driver, "Ms Ko")
        self.assertEqual(set(batch.drivers.split(", ")), {"Mr Hong", "Ms Ko"})
        third = self.batch(self.bare())
        with self.assertRaisesRegex(UserError, "Please enter the carrier"):
            self.entered(third, plate=" ")

    def test_delivered_and_fetched(self):
        """ORD-55: who carries is for deliveries, who loads for pick-ups."""
        delivered = self.bare()
        fetched = self.bare(incoterm=self.env.ref("account.incoterm_EXW").id)
        batch = self.batch(delivered, fetched)
        self.assertEqual(batch.pickup_count, 1)
        self.entered(
            batch,
            haulier_id=self.company.partner_id,
            pickup_company="Blue Lorry",
            plate="KX-5501",
            driver="Mr Hong",
        )
        self.assertFalse(delivered.pickup_company)
        self.assertFalse(fetched.haulier_id)
        self.assertEqual(fetched.pickup_company, "Blue Lorry")
        batch.action_loading_notices()
        self.assertTrue(fetched.loading_notice.startswith("LN/"))
        self.assertFalse(delivered.loading_notice)
        with self.assertRaisesRegex(UserError, "fetches nothing"):
            self.batch(self.bare()).action_loading_notices()

    def test_what_has_left_stays(self):
        """ORD-55, ORD-61: transfers that have left keep the lorry they left with."""
        gone = self.bare()
        batch = self.batch(gone)
        self.entered(batch, haulier_id=self.company.partner_id, plate="KX-5501")
        gone.driver = "Mr Hong"
        self.ship(gone)
        self.assertEqual(batch.state, "done")
        with self.assertRaisesRegex(UserError, "nothing is left to load"):
            batch._enter_lorry({"plate": "AB-1234"})
        self.assertEqual((gone.plate, batch.plates), ("KX-5501", "KX-5501"))

    def test_only_who_moves_goods(self):
        """ROL-02: nobody enters a lorry who may not change the transfers."""
        batch = self.batch(self.bare())
        for role in ("customer_service", "salesperson", "finance"):
            theirs = batch.with_user(self.people[role])
            with self.assertRaises(AccessError):
                theirs.action_transport()
            with self.assertRaises(AccessError):
                theirs._enter_lorry({"plate": "ZZ-1"})
            with self.assertRaises(AccessError):
                self.env["stock.picking.batch.transport"].with_user(
                    self.people[role]
                ).create({"batch_id": batch.id, "plate": "ZZ-1"}).action_enter()
        self.assertFalse(batch.picking_ids.plate)

    def test_who_reads_transfers_opens_them(self):
        """ROL-02: a transfer in a batch opens without rights in the warehouse."""
        picking = self.bare()
        self.batch(picking)
        for role in ("supervisor", "customer_service", "finance", "planner"):
            with self.subTest(role):
                Form(picking.with_user(self.people[role]))

    def test_queries_do_not_grow(self):
        """ORD-55: a batch of 40 costs what a batch of 4 does."""
        picking = self.bare().sudo()
        counts = []
        for size in (4, 40):
            rows = picking.browse([picking.copy().id for _number in range(size)])
            batch = self.env["stock.picking.batch"].create(
                {
                    "company_id": self.company.id,
                    "picking_type_id": self.warehouse.out_type_id.id,
                    "picking_ids": [Command.set(rows.ids)],
                }
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            batch._enter_lorry({"plate": "KX-5501", "driver": "Mr Hong"})
            self.assertEqual(batch.plates, "KX-5501")
            self.assertFalse(batch.transport_missing)
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
