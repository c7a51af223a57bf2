"""What the shipping clerk must mind, read back item by item (ORD-54)."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .shipping_case import ShippingCase


@tagged("post_install", "-at_install")
class TestBriefing(ShippingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers["b"].shipping_instructions = "Gate closes at 16:00\n\nRing first"
        cls.poster.shipping_instructions = "Keep dry"

    def ready(self, *quantities):
        """Return the delivery of an order that may leave but for its briefing."""
        order = self.released(*quantities)
        application = self.applied(order)
        application.note = "Two boxes go to the stage door"
        return self.picking(order)

    def items(self, picking):
        """Return what the clerk has to read back, as the clerk."""
        action = picking.with_user(self.clerk).action_briefing()
        items = self.env[action["res_model"]].with_user(self.clerk)
        return items.search(action["domain"])

    def read_all(self, picking):
        for item in self.items(picking):
            item.action_read()

    def test_listed_from_three_places(self):
        """ORD-54: application, customer and product, one item for each line."""
        items = self.items(self.ready())
        self.assertEqual(
            items.mapped(lambda row: (row.source, row.text)),
            [
                ("application", "Two boxes go to the stage door"),
                ("customer", "Gate closes at 16:00"),
                ("customer", "Ring first"),
                ("product", "Keep dry"),
            ],
        )

    def test_the_order_s_own_words(self):
        """ORD-54: packing, labelling and special requirements of the order itself."""
        order = self.released(
            packing="In crates",
            labelling="Blue label\nOn the short side",
            special_requirements="Not beside the paint",
        )
        self.applied(order)
        items = self.items(self.picking(order))
        self.assertEqual(
            items.filtered(lambda row: row.source_name == order.name).mapped(
                lambda row: (row.source, row.text)
            ),
            [
                ("packing", "In crates"),
                ("labelling", "Blue label"),
                ("labelling", "On the short side"),
                ("special_requirements", "Not beside the paint"),
            ],
        )
        with self.assertRaisesRegex(UserError, "Not beside the paint"):
            self.ship(self.picking(order))

    def test_refused_with_what_is_open(self):
        """ORD-54: not validated until all is read; the refusal names what is open."""
        picking = self.ready()
        with self.assertRaisesRegex(UserError, "Gate closes at 16:00"):
            self.ship(picking)
        items = self.items(picking)
        for item in items[:-1]:
            item.action_read()
        with self.assertRaisesRegex(UserError, "Keep dry") as refusal:
            self.ship(picking)
        self.assertNotIn("Ring first", str(refusal.exception))
        self.assertEqual(picking.briefing_open, 1)
        items[-1].action_read()
        self.ship(picking)
        self.assertEqual(picking.state, "done")
        self.assertEqual(items.read_by_id, self.clerk)
        self.assertTrue(all(items.mapped("read_at")))

    def test_one_after_the_other(self):
        """ORD-54: several at once are not read, and reading again changes nothing."""
        items = self.items(self.ready())
        with self.assertRaisesRegex(UserError, "one thing after the other"):
            items.action_read()
        items[0].action_read()
        when = items[0].read_at
        items[0].action_read()
        self.assertEqual(items[0].read_at, when)

    def test_changed_afterwards_asks_again(self):
        """ORD-54: another wording, or one thing more, is read back again."""
        picking = self.ready()
        self.read_all(picking)
        self.assertFalse(picking.briefing_open)
        self.customers["b"].shipping_instructions = "Gate closes at 15:00\nRing first"
        with self.assertRaisesRegex(UserError, "Gate closes at 15:00") as refusal:
            self.ship(picking)
        self.assertNotIn("Ring first", str(refusal.exception))
        open_ = self.items(picking).filtered(lambda row: not row.done)
        self.assertEqual(open_.text, "Gate closes at 15:00")
        open_.action_read()
        picking.delivery_application_ids.note += "\nTake the ramp"
        with self.assertRaisesRegex(UserError, "Take the ramp"):
            self.ship(picking)
        self.read_all(picking)
        self.ship(picking)
        self.assertEqual(picking.state, "done")

    def test_each_transfer_for_itself(self):
        """ORD-54: what follows later is read again; it is another lorry."""
        picking = self.ready()
        self.read_all(picking)
        self.ship(picking, 40)
        rest = self.picking(picking.sale_id)
        with self.assertRaisesRegex(UserError, "Keep dry"):
            self.ship(rest)

    def test_by_the_shipping_clerk(self):
        """ORD-54: nobody else reads it back."""
        item = self.items(self.ready())[0]
        for role in ("warehouse", "customer_service", "supervisor", "salesperson"):
            with self.subTest(role), self.assertRaises(AccessError):
                item.with_user(self.people[role]).action_read()
        self.assertFalse(item.done)

    def test_attacks(self):
        """TIER-06: ticks are not written, made, imported or taken away."""
        items = self.items(self.ready())
        forged = {"kept_key": "shipping.briefing"}
        for record in (items, items.sudo(), items.sudo().with_context(**forged)):
            with self.assertRaises(AccessError):
                record.write({"done": True})
            with self.assertRaises(AccessError):
                record.unlink()
            with self.assertRaises(AccessError):
                record.create(
                    {
                        "picking_id": items.picking_id.id,
                        "source": "product",
                        "text": "x",
                        "done": True,
                    }
                )
        with self.assertRaises(AccessError):
            items.picking_id.sudo().write(
                {"briefing_ids": [(1, item.id, {"done": True}) for item in items]}
            )
        action = self.env["ir.actions.server"].create(
            {
                "name": "Read all",
                "model_id": self.env["ir.model"]._get_id("shipping.briefing"),
                "state": "code",
                "code": "records.sudo().write({'done': True})",
            }
        )
        with self.assertRaises(AccessError):
            action.with_context(
                active_model="shipping.briefing", active_ids=items.ids
            ).run()
        self.assertFalse(any(items.mapped("done")))

    def test_every_way_of_validating(self):
        """TIER-06: the moves alone, or written done, are held to it as well."""
        picking = self.ready()
        picking.action_assign()
        picking.move_ids.picked = True
        with self.assertRaisesRegex(UserError, "Keep dry"):
            picking.move_ids._action_done()
        with self.assertRaisesRegex(UserError, "Keep dry"), self.env.cr.savepoint():
            picking.move_ids.write({"state": "done"})
        move = picking.move_ids.copy({"picking_id": False, "product_uom_qty": 1})
        move._action_confirm(merge=False)
        move.write({"picking_id": False, "quantity": 1, "picked": True})
        self.assertFalse(move.picking_id)
        with self.assertRaisesRegex(UserError, "Keep dry"):
            move._action_done()

    def test_inside_the_house_nobody_asks(self):
        """ORD-54: what is only picked or packed has no briefing."""
        self.warehouse.delivery_steps = "pick_ship"
        order = self.released()
        self.applied(order)
        first = self.picking(order)[:1]
        self.assertEqual(first.picking_type_id, self.warehouse.pick_type_id)
        self.assertFalse(first.briefing_count)
        self.ship(first)
        self.assertEqual(first.state, "done")

    def test_reader_s_language(self):
        """ORD-54: what one clerk read in English is read for the Chinese one, too."""
        self.env["res.lang"]._activate_lang("zh_TW")
        self.poster.with_context(lang="zh_TW").name = "海報"
        picking = self.ready()
        product = self.items(picking)[-1]
        self.assertIn("Poster", product.shown_name)
        self.assertIn("海報", product.with_context(lang="zh_TW").shown_name)
        self.read_all(picking.with_context(lang="zh_TW"))
        self.ship(picking.with_context(lang="en_US"))
        self.assertEqual(picking.state, "done")

    def test_queries_do_not_grow(self):
        """ORD-54: as many queries for twelve transfers as for three."""
        pickings = self.env["stock.picking"]
        for number in range(12):
            picking = self.ready()
            picking.partner_id = self.customers["b"].copy({"name": f"Shop {number}"})
            pickings |= picking

        def queries(few):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertTrue(all(few.mapped("briefing_open")))
            return self.env.cr.sql_log_count - before

        queries(pickings)
        few = queries(pickings[:3])
        self.assertEqual(few, queries(pickings))
        self.assertLessEqual(few, 30)
