"""What goes into stock: each way of manufacturing, parts, backorders, lots."""

from odoo import Command
from odoo.tests import tagged

from .inspection_case import InspectionCase


@tagged("post_install", "-at_install")
class TestInspectionStock(InspectionCase):
    def test_one_and_two_steps(self):
        """ORD-43, ORD-44: the production itself waits for quality."""
        for steps in ("mrp_one_step", "pbm"):
            with self.subTest(steps=steps):
                before = self.in_stock()
                production = self.made(100, steps=steps)
                with self.refused("final inspection signed by quality"):
                    self.finish(production)
                self.inspect(production, 100)
                self.finish(production)
                self.assertEqual(self.in_stock(), before + 100)
                [text] = self.told(self.order_of(production))
                self.assertIn("In stock: 100", text)
                self.assertIn(production.name, text)

    def test_three_steps(self):
        """ORD-43, ORD-44: made and closed without; into stock only with quality."""
        production = self.made(100, steps="pbm_sam")
        order = self.order_of(production)
        self.finish(production)
        self.assertEqual(self.in_stock(), 0)
        self.assertFalse(self.told(order))
        with self.refused("final inspection signed by quality"):
            self.store(production)
        self.inspect(production, 60)
        with self.refused("100 Units would go into stock.*passed 60"):
            self.store(production)
        self.store(production, 60)
        self.assertEqual(self.in_stock(), 60)
        with self.refused("100 Units would go into stock.*passed 60"):
            self.store(production)
        self.inspect(production, 40)
        self.store(production)
        self.assertEqual(self.in_stock(), 100)
        self.assertEqual(len(self.told(order)), 2)

    def test_three_steps_by_other_roads(self):
        """ORD-43: a hand-made transfer, straight to the customer, and back again."""
        production = self.made(100, steps="pbm_sam")
        self.finish(production)
        place = self.warehouse.sam_loc_id
        for target in (
            self.warehouse.lot_stock_id, self.env.ref("stock.stock_location_customers"),
        ):  # fmt: skip
            move = self.env["stock.move"].create(
                {
                    "product_id": self.brochure.id,
                    "product_uom_qty": 5,
                    "location_id": place.id,
                    "location_dest_id": target.id,
                    "company_id": self.company.id,
                }
            )
            move._action_confirm()
            move.quantity = 5
            move.picked = True
            with self.refused("names none"):
                move._action_done()
        self.inspect(production, 100)
        picking = self.store(production)
        wizard = self.env["stock.return.picking"].with_context(
            active_id=picking.id, active_ids=picking.ids, active_model="stock.picking"
        )
        wizard = wizard.create({})
        wizard.product_return_moves.quantity = 10
        back = self.env["stock.picking"].browse(
            wizard.action_create_returns()["res_id"]
        )
        back.move_ids.quantity = 10
        back.move_ids.picked = True
        back.button_validate()
        self.assertEqual(back.state, "done")
        self.assertEqual(self.in_stock(), 90)

    def test_parts_and_backorders(self):
        """ORD-43: the rest is inspected with the backorder, and nothing twice."""
        production = self.made(100, producing=60)
        self.inspect(production, 60)
        backorder = self.finish(production)
        self.assertEqual(self.in_stock(), 60)
        backorder.qty_producing = 40
        backorder._set_qty_producing()
        backorder.move_raw_ids.picked = True
        with self.refused("40 Units would go into stock.*passed 0"):
            self.finish(backorder)
        self.inspect(backorder, 40)
        self.finish(backorder)
        self.assertEqual(self.in_stock(), 100)
        self.assertEqual(len(self.told(self.order_of(production))), 2)

    def test_what_was_inspected_at_once_serves_the_backorder(self):
        """ORD-43: all inspected, booked in two goes; a third finds nothing left."""
        production = self.made(100)
        self.inspect(production, 100)
        production.qty_producing = 60
        production._set_qty_producing()
        backorder = self.finish(production)
        backorder.qty_producing = 41
        backorder._set_qty_producing()
        backorder.move_raw_ids.picked = True
        with self.refused("41 Units would go into stock.*passed 40"):
            self.finish(backorder)
        backorder.qty_producing = 40
        backorder._set_qty_producing()
        self.finish(backorder)
        self.assertEqual(self.in_stock(), 100)

    def test_the_backorder_does_not_take_what_the_first_still_needs(self):
        """ORD-43: what was passed of the first is not the second's while it runs."""
        production = self.released(100)
        first, second = production._split_productions({production: [50, 50]})
        self.inspect(first, 50)
        second.qty_producing = 50
        second._set_qty_producing()
        second.move_raw_ids.picked = True
        with self.refused("passed 0"):
            self.finish(second)

    def test_serial_numbers(self):
        """ORD-43: a piece that failed stays out while its sisters go in."""
        production = self.made(3, tracking="serial")
        good, bad = production.lot_producing_ids[:2], production.lot_producing_ids[2]
        with self.refused("final inspection"):
            self.finish(production)
        inspection = self.failed(production, 2)
        self.assertEqual(inspection.lot_ids.lot_id, production.lot_producing_ids)
        self.assertEqual((inspection.quantity, inspection.passed_quantity), (3, 2))
        with self.refused(f"Lot {bad.name}"):
            self.finish(production)
        production.lot_producing_ids = good
        production.qty_producing = 2
        production._set_qty_producing()
        self.finish(production)
        [text] = self.told(self.order_of(production))
        for lot in good:
            self.assertIn(lot.name, text)
        self.assertNotIn(bad.name, text)

    def test_serials_in_three_steps(self):
        """ORD-43: all made; the failed one may not leave Post-Production."""
        production = self.made(3, tracking="serial", steps="pbm_sam")
        self.finish(production)
        bad = production.lot_producing_ids[2]
        self.failed(production, 2)
        with self.refused(f"Lot {bad.name}"):
            self.store(production)
        moves = production.move_finished_ids.move_dest_ids
        moves.move_line_ids.filtered(lambda line: line.lot_id == bad).unlink()
        moves.picked = True
        moves.picking_id.with_context(skip_backorder=True).button_validate()
        self.assertEqual(moves.filtered(lambda m: m.state == "done").quantity, 2)

    def test_lots_by_quantity(self):
        """ORD-43: of a lot as much as passed; the lot must be named, and made here."""
        production = self.made(100, tracking="lot")
        inspection = self.begun(production)
        self.assertEqual(inspection.lot_ids.lot_id, production.lot_producing_ids)
        inspection.action_all_passed()
        inspection.lot_ids.lot_id = self.lots(1)
        with self.refused("not made under"):
            self.sign(inspection, "final_inspection", "quality")
        inspection.lot_ids.unlink()
        with self.refused("Name the lots"):
            self.sign(inspection, "final_inspection", "quality")
        self.failed(production, 0, quantity=10)
        self.passes(self.begun(production, 90))
        with self.refused("100 Units would go into stock.*passed 90"):
            self.finish(production)
        production.qty_producing = 90
        production._set_qty_producing()
        self.finish(production)
        self.assertEqual(self.in_stock(), 90)

    def test_a_count_is_no_way_into_stock(self):
        """ORD-43: a lot made here is not counted into stock; what was lost may be."""
        production = self.made(3, tracking="serial")
        bad = production.lot_producing_ids[2]
        self.failed(production, 2)
        quants = self.env["stock.quant"].with_context(inventory_mode=True)
        place = self.warehouse.lot_stock_id

        def count(lot, quantity):
            quant = quants.search(
                [("lot_id", "=", lot.id), ("location_id", "=", place.id)]
            ) or quants.create(
                {
                    "product_id": self.brochure.id,
                    "location_id": place.id,
                    "lot_id": lot.id,
                    "inventory_quantity": quantity,
                }
            )
            quant.inventory_quantity = quantity
            quant.action_apply_inventory()

        with self.refused("not by a count"):
            count(bad, 1)
        good = production.lot_producing_ids[0]
        production.lot_producing_ids -= bad
        production.qty_producing = 2
        production._set_qty_producing()
        self.finish(production)
        count(good, 0)
        count(good, 1)
        count(self.lots(1), 1)
        self.assertEqual(self.in_stock(), 3)

    def count(self, quantity, user=None):
        """Count the brochure without lots, as the warehouse does."""
        quants = self.env["stock.quant"].with_user(user or self.people["warehouse"])
        quants = quants.with_context(inventory_mode=True)
        values = {
            "product_id": self.brochure.id,
            "location_id": self.warehouse.lot_stock_id.id,
            "inventory_quantity": quantity,
        }
        quants.create(values).action_apply_inventory()

    def test_a_count_without_lots(self):
        """ORD-43: while it is made, no more is found than counts lost meanwhile."""
        self.people["warehouse"] = self._person("warehouse")
        self.count(20)
        production = self.released(100)
        # Nothing is made yet: what lies there is older.
        self.count(25)
        self.env.flush_all()
        self.cr.execute(
            "UPDATE stock_move_line SET date = date - interval '1 day'"
            " WHERE product_id = %s",
            [self.brochure.id],
        )
        self.env.invalidate_all()
        production.qty_producing = 100
        production._set_qty_producing()
        production.move_raw_ids.picked = True
        self.env.flush_all()
        self.count(22)
        self.count(25)
        with self.refused("5 Units more of .* being made"):
            self.count(30)
        move = self.env["stock.move"].create(
            {
                "product_id": self.brochure.id,
                "product_uom_qty": 100,
                "location_id": self.brochure.property_stock_inventory.id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "company_id": self.company.id,
            }
        )
        move._action_confirm()
        move.write({"quantity": 100, "picked": True})
        with self.refused("never been stock"):
            move._action_done()
        move._action_cancel()
        quant = self.env["stock.quant"].with_user(self.people["warehouse"])
        quant = quant.search(
            [
                ("product_id", "=", self.brochure.id),
                ("location_id", "=", self.warehouse.lot_stock_id.id),
            ]
        )
        with self.refused("with a stock move"):
            quant.quantity = 125
        # What quality has looked at is counted.
        found = self.env["final.inspection"].create(
            {
                "product_id": self.brochure.id,
                "quantity": 5,
                "passed_quantity": 5,
                "attendee_id": self.people["customer_service"].id,
                "company_id": self.company.id,
            }
        )
        found.action_all_passed()
        self.sign(found, "final_inspection", "quality")
        self.count(30)
        self.inspect(production, 100)
        self.finish(production)
        self.assertEqual(self.in_stock(), 130)
        self.count(140)
        self.assertEqual(self.in_stock(), 140)

    def test_a_count_while_it_lies_in_post_production(self):
        """ORD-43: made and not passed, it is not counted into stock instead."""
        self.people["warehouse"] = self._person("warehouse")
        production = self.made(100, steps="pbm_sam")
        self.finish(production)
        with self.refused(f"being made .*{production.name}"):
            self.count(100)
        self.inspect(production, 100)
        self.store(production)
        self.count(105)
        self.assertEqual(self.in_stock(), 105)

    def moved(self, source, target, quantity, lot=None):
        """Move the brochure by hand, without a count."""
        move = self.env["stock.move"].create(
            {
                "product_id": self.brochure.id,
                "product_uom_qty": quantity,
                "location_id": source.id,
                "location_dest_id": target.id,
                "company_id": self.company.id,
            }
        )
        move._action_confirm()
        if lot:
            move.move_line_ids = [
                Command.clear(),
                Command.create(
                    {
                        "product_id": self.brochure.id,
                        "lot_id": lot.id,
                        "quantity": quantity,
                        "location_id": source.id,
                        "location_dest_id": target.id,
                        "company_id": self.company.id,
                    }
                ),
            ]
        else:
            move.quantity = quantity
        move.picked = True
        move._action_done()
        return move

    def test_nothing_that_failed_comes_back_out_of_scrap(self):
        """ORD-43: a scrapped piece that failed is no stock; what was stock, may be."""
        production = self.made(3, tracking="serial")
        good, bad = production.lot_producing_ids[0], production.lot_producing_ids[2]
        inspection = self.failed(production, 2)
        scrap = self.decide(inspection, "scrap", 1, bad).scrap_id
        production.lot_producing_ids -= bad
        production.qty_producing = 2
        production._set_qty_producing()
        self.finish(production, backorder=False)
        stock, place = self.warehouse.lot_stock_id, scrap.scrap_location_id
        customers = self.env.ref("stock.stock_location_customers")
        for target in (stock, customers):
            with self.refused("not by a count|cannot pass|Nothing leaves"):
                self.moved(place, target, 1, bad)
        self.moved(stock, place, 1, good)
        self.moved(place, stock, 1, good)
        self.assertEqual(self.in_stock(), 2)
        with self.refused("not by a count"):
            self.moved(place, stock, 1, good)

    def test_scrap_without_lots(self):
        """ORD-43: only as much comes back as was stock when it was scrapped."""
        production = self.made(100)
        inspection = self.failed(production, 95)
        scrap = self.decide(inspection, "scrap", 5).scrap_id
        production.qty_producing = 95
        production._set_qty_producing()
        self.finish(production, backorder=False)
        stock, place = self.warehouse.lot_stock_id, scrap.scrap_location_id
        with self.refused("5 Units of .* have never been stock"):
            self.moved(place, stock, 5)
        self.moved(stock, place, 2)
        with self.refused("1 Units of .* have never been stock"):
            self.moved(place, stock, 3)
        self.moved(place, stock, 2)
        self.assertEqual(self.in_stock(), 95)

    def test_a_piece_that_failed_does_not_leave(self):
        """ORD-43: the gate looks at the very pieces, however they came into stock."""
        production = self.made(3, tracking="serial")
        good, bad = production.lot_producing_ids[0], production.lot_producing_ids[2]
        self.failed(production, 2)
        production.lot_producing_ids -= bad
        production.qty_producing = 2
        production._set_qty_producing()
        self.finish(production, backorder=False)
        stock = self.warehouse.lot_stock_id
        self.env["stock.quant"]._update_available_quantity(
            self.brochure, stock, 1, lot_id=bad
        )
        order = self.order_of(production)
        self.sign(order, "finance_clearance", "finance")
        self.apply(order)
        picking = order.picking_ids
        picking.do_unreserve()
        move = picking.move_ids

        def take(*lots):
            move.move_line_ids.unlink()
            move.move_line_ids = [
                Command.create(
                    {
                        "product_id": self.brochure.id,
                        "picking_id": picking.id,
                        "lot_id": lot.id,
                        "quantity": 1,
                        "location_id": stock.id,
                        "location_dest_id": move.location_dest_id.id,
                    }
                )
                for lot in lots
            ]
            move.picked = True
            picking.with_context(skip_backorder=True).button_validate()

        with self.refused(f"not passed: .*{bad.name}"):
            take(good, bad)
        take(good)
        self.assertEqual(picking.state, "done")

    def test_by_products(self):
        """ORD-43: what falls off and is sold is inspected for itself."""
        offcut, waste = self.env["product.product"].create(
            [
                {"name": "Offcut cards", "is_storable": True, "sale_ok": True},
                {"name": "Waste paper", "is_storable": True, "sale_ok": False},
            ]
        )
        self.bom.byproduct_ids = [
            Command.create({"product_id": product.id, "product_qty": 1})
            for product in (offcut, waste)
        ]
        production = self.made(100)
        beside = production.move_byproduct_ids
        self.assertEqual(beside.product_id, offcut | waste)
        beside.quantity = 10
        beside.picked = True
        self.inspect(production, 100)
        with self.refused("10 Units of the by-product Offcut cards.*passed 0"):
            self.finish(production)
        inspection = self.begun(
            production, 10, product_id=offcut.id, order_line_id=False
        )
        self.assertEqual(inspection.point_ids[0].kind, "quantity")
        self.passes(inspection)
        # What passed of one is not counted for the other.
        passed = inspection._passed("production_id", production.ids)
        self.assertEqual(passed[production.id], 100)
        self.finish(production)
        self.assertEqual(beside.mapped("state"), ["done", "done"])

    def test_counting_costs_the_same_for_many(self):
        """ORD-43: a count of 24 products costs what one of 3 costs, but for writing."""
        products = self.env["product.product"].create(
            [{"name": f"Card {number}", "is_storable": True} for number in range(24)]
        )
        productions = self.env["mrp.production"]
        for product in products:
            productions |= self.brochure_like(product)
        counts = []
        for some in (products[:3], products):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            making = self.env["mrp.production"].sudo()._unseen_of(some)
            making._counts_since()
            making._found_and_passed()
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    def brochure_like(self, product):
        """Return a production of a product, begun."""
        production = self.env["mrp.production"].create(
            {
                "product_id": product.id,
                "product_qty": 10,
                "company_id": self.company.id,
            }
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mrp_production SET state = 'progress' WHERE id = %s",
            [production.id],
        )
        production.invalidate_recordset()
        return production

    def test_from_production_only_through_its_order(self):
        """ORD-43: no loose move out of production; dismantling is none."""
        product = self.brochure
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": 5,
                "location_id": product.with_company(
                    self.company
                ).property_stock_production.id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "company_id": self.company.id,
            }
        )
        move._action_confirm()
        move.quantity = 5
        move.picked = True
        with self.refused("names none"):
            move._action_done()
        production = self.made(100)
        self.inspect(production, 100)
        move.write(
            {
                "move_orig_ids": [Command.set(production.move_finished_ids.ids)],
                "production_group_id": production.production_group_id.id,
            }
        )
        with self.refused("names none"):
            move._action_done()
        self.finish(production)
        unbuild = self.env["mrp.unbuild"].create(
            {"mo_id": production.id, "product_qty": 10}
        )
        unbuild.action_unbuild()
        self.assertEqual(self.in_stock(), 90)

    def test_more_added_to_what_is_done(self):
        """ORD-43: a done production is not enlarged past what was passed."""
        production = self.made(100)
        self.inspect(production, 100)
        self.finish(production)
        with self.refused("101 Units would go into stock"):
            production.move_finished_ids.quantity = 101

    def test_parts_that_nobody_orders_tell_nobody(self):
        """ORD-44: what is not sold on an order is no message."""
        book = self.env["product.product"].create(
            {
                "name": "Book in a case",
                "default_code": "BIC",
                "is_storable": True,
                "list_price": 9,
                "route_ids": [Command.set(self.brochure.route_ids.ids)],
            }
        )
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": book.product_tmpl_id.id,
                "company_id": self.company.id,
                "bom_line_ids": [
                    Command.create({"product_id": self.brochure.id, "product_qty": 1})
                ],
            }
        )
        order = self.order("a", quantity=10)
        order.order_line.write({"product_id": book.id, "price_unit": 9})
        self.sign_all(order, sheet=False)
        order.action_confirm()
        productions = (
            order.mrp_production_ids | order.mrp_production_ids._get_children()
        )
        for product, count in ((self.brochure, 0), (book, 1)):
            production = productions.filtered(
                lambda row, product=product: row.product_id == product
            )
            production.qty_producing = 10
            production._set_qty_producing()
            production.move_raw_ids.picked = True
            with self.refused("final inspection"):
                self.finish(production)
            self.inspect(production, 10)
            self.finish(production)
            self.assertEqual(len(self.told(order)), count)

    def test_told_in_the_reader_s_language(self):
        """ORD-44: the salesperson reads it in their own language."""
        self.env["res.lang"]._activate_lang("zh_TW")
        self.people["salesperson"].lang = "zh_TW"
        production = self.made(100)
        self.inspect(production, 100)
        self.finish(production)
        order = self.order_of(production)
        self.assertTrue(
            order.message_ids.filtered(lambda row: "入庫" in (row.body or ""))
        )

    def switch(self, control):
        """Turn release control on or off, past its signature."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_company SET release_control = %s WHERE id = %s",
            [control, self.company.id],
        )
        self.env.invalidate_all()

    def test_eighty_cost_the_queries_of_eight(self):
        """ORD-43, ORD-44: the gate, and whom to tell, in constant queries."""
        productions = self.env["mrp.production"]
        self.switch(False)
        for _number in range(80):
            order = self.order("a", quantity=5)
            order.action_confirm()
            production = order.mrp_production_ids
            production.qty_producing = 5
            production._set_qty_producing()
            production.move_raw_ids.picked = True
            productions |= production
        for production in productions:
            self.finish(production)
        self.switch(True)
        moves = productions.move_finished_ids
        inspections = self.env["final.inspection"].create(
            [
                {
                    "production_id": production.id,
                    "product_id": production.product_id.id,
                    "quantity": 5,
                    "passed_quantity": 5,
                    "company_id": self.company.id,
                }
                for production in productions
            ]
        )
        inspections.point_ids.outcome = "passed"
        self.env.flush_all()
        gate, telling = [], []
        for ids in (moves.ids[:8], moves.ids):
            some = moves.browse(ids)
            self.env.invalidate_all()
            pending = dict.fromkeys(some.production_id.ids, 0.0)
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            units = some.production_id._stocking_units()
            self.env["final.inspection"]._passed("production_id", list(pending))
            gate.append(self.env.cr.sql_log_count - before)
            self.assertEqual(sum(unit.batch.stocked for unit in units), 5 * len(some))
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(len(some._stocked_for_orders()), len(some))
            telling.append(self.env.cr.sql_log_count - before)
        self.assertEqual(gate[0], gate[1], gate)
        self.assertEqual(telling[0], telling[1], telling)
