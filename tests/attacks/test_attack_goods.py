"""TIER-06: goods reach a customer, and are made, only through the gates."""

from attack_case import FORGED, AttackCase
from odoo import Command
from odoo.tests import tagged

MOVE, LINE, PICKING = "stock.move", "stock.move.line", "stock.picking"
HANDS = ("shipping", "root")
STARTED = ("confirmed", "progress", "to_close", "done")


@tagged("post_install", "-at_install")
class TestAttackShipping(AttackCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gold = cls.env["product.product"].create(
            {"name": "Gold leaf", "is_storable": True, "list_price": 900}
        )
        cls.make_stock()
        cls.make_stock(cls.gold)
        cls.people["warehouse"] = cls._person("warehouse")

    def setUp(self):
        super().setUp()
        self.order_ = self.shippable()
        self.picking = self.order_.picking_ids
        self.picking.action_assign()
        self.move = self.picking.move_ids
        self.env.flush_all()

    def nothing_left(self):
        """Neither the goods of the order nor others are at the customer's."""
        for product in (self.brochure, self.gold):
            self.assertFalse(self.at_customers(product), product.name)
        self.assertFalse(self.env["dispatch.notice"].search([
            ("order_id", "=", self.order_.id)]))  # fmt: skip

    def values(self, **values):
        return {
            "product_id": self.brochure.id,
            "product_uom_qty": 5,
            "product_uom": self.brochure.uom_id.id,
            "quantity": 5,
            "picked": True,
            "company_id": self.company.id,
            "location_id": self.stock_place.id,
            "location_dest_id": self.customer_place.id,
            **values,
        }

    def test_the_delivery_itself(self):
        """TIER-06, ORD-52: validated, written or imported without its application."""
        picking, move = self.picking, self.move
        for role in HANDS:
            self.log_in(role)
            for context in self.contexts():
                with self.undone(role=role, forged=bool(context)):
                    kw = {"context": context}
                    self.attack(MOVE, "write", move.ids, {"picked": True}, **kw)
                    self.refused(PICKING, "button_validate", picking.ids, **kw)
                    self.refused(
                        PICKING, "button_validate", picking.ids, door="jsonrpc", **kw
                    )
                    self.refused(
                        PICKING, "button_validate", {"ids": picking.ids},
                        door="json2", **kw,
                    )  # fmt: skip
                    self.refused(MOVE, "write", move.ids, {"state": "done"}, **kw)
                    self.refused(MOVE, "_action_done", move.ids, **kw)
                    self.refused(PICKING, "_action_done", picking.ids, **kw)
                    self.attack(PICKING, "write", picking.ids, {"state": "done"}, **kw)
                    self.attack(
                        MOVE, "load", [".id", "state"], [[move.id, "done"]], **kw
                    )
                    self.nothing_left()

    def test_lines_written_done(self):
        """TIER-06: a line is done with its move, or not at all."""
        line = self.move.move_line_ids
        loose = {
            "product_id": self.gold.id,
            "product_uom_id": self.gold.uom_id.id,
            "company_id": self.company.id,
            "quantity": 7,
            "location_id": self.stock_place.id,
            "location_dest_id": self.customer_place.id,
        }
        for role in HANDS:
            self.log_in(role)
            for context in ({}, FORGED, {"default_state": "done"}):
                with self.undone(role=role, context=context):
                    kw = {"context": context}
                    self.attack(LINE, "write", line.ids, {"state": "done"}, **kw)
                    self.attack(LINE, "write", line.ids, {"quantity": 3}, **kw)
                    self.attack(LINE, "create", [{**loose, "state": "done"}], **kw)
                    self.attack(LINE, "create", [loose], **kw)
                    self.attack(
                        LINE, "create",
                        [{**loose, "state": "done", "move_id": self.move.id,
                          "product_id": self.brochure.id}], **kw,
                    )  # fmt: skip
                    self.nothing_left()

    def test_moves_without_a_picking(self):
        """TIER-06: born done, or done by hand."""
        for role in HANDS:
            self.log_in(role)
            for values, context in (
                ({"state": "done"}, {}),
                ({"state": "done"}, FORGED),
                ({}, {"default_state": "done"}),
                ({"state": "done", "sale_line_id": self.order_.order_line.id}, {}),
                ({"state": "done", "location_id": self.customer_place.id,
                  "move_line_ids": [[0, 0, {
                      "product_id": self.brochure.id, "quantity": 5,
                      "location_id": self.stock_place.id,
                      "location_dest_id": self.customer_place.id}]]}, {}),
            ):  # fmt: skip
                with self.undone(role=role, values=values, context=bool(context)):
                    vals = self.values(**values)
                    self.attack(MOVE, "create", [vals], context=context)
                    self.nothing_left()

    def transfer(self, kind, source, target, **values):
        picking = self.env[PICKING].create(
            {
                "picking_type_id": self.warehouse[f"{kind}_type_id"].id,
                "location_id": source.id,
                "location_dest_id": target.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.gold.id,
                            "product_uom_qty": 5,
                            "location_id": source.id,
                            "location_dest_id": target.id,
                            **values,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.action_assign()
        return picking

    def test_a_transfer_that_leads_elsewhere(self):
        """TIER-06: inside by its papers, its line ends at the customer's."""
        for role in HANDS:
            self.log_in(role)
            inside = self.transfer("int", self.stock_place, self.stock_place)
            back = self.transfer("int", self.customer_place, self.customer_place)
            out = {"location_dest_id": self.customer_place.id}
            for picking in (inside, back):
                with self.undone(role=role, source=picking.location_id.name):
                    ids = picking.move_ids.ids
                    self.attack(MOVE, "write", ids, {"quantity": 5, "picked": True})
                    way = {**out, "location_id": self.stock_place.id}
                    lines = picking.move_ids.move_line_ids
                    self.attack(LINE, "write", lines.ids, way)
                    self.attack(PICKING, "button_validate", picking.ids)
                    self.nothing_left()
            with self.undone(role=role, way="sent on once done"):
                ids = inside.move_ids.ids
                self.attack(MOVE, "write", ids, {"quantity": 5, "picked": True})
                self.attack(PICKING, "button_validate", inside.ids)
                self.attack(LINE, "write", inside.move_line_ids.ids, out)
                self.attack(MOVE, "write", ids, out)
                self.attack(PICKING, "write", inside.ids, out)
                self.nothing_left()

    def test_other_goods_on_the_order(self):
        """TIER-06, ORD-52: gold does not leave as brochures, nor beside them."""
        self.apply(self.order_)
        line = self.order_.order_line
        for role in HANDS:
            self.log_in(role)
            for link in (
                {"sale_line_id": line.id},
                {"reference_ids": [[6, 0, self.move.reference_ids.ids]]},
            ):
                with self.undone(role=role, link=list(link)):
                    vals = {**self.values(product_id=self.gold.id), **link}
                    for state in ({"state": "done"}, {}):
                        ids, _r = self.attack(MOVE, "create", [{**vals, **state}])
                        if ids:
                            self.attack(MOVE, "write", ids, {"state": "done"})
                        self.nothing_left()
                with self.undone(role=role, way="on the transfer", link=list(link)):
                    vals = self.values(product_id=self.gold.id, quantity=2, **link)
                    self.attack(
                        MOVE, "create", [{**vals, "picking_id": self.picking.id}]
                    )
                    self.attack(MOVE, "write", self.move.ids, {"picked": True})
                    self.attack(PICKING, "button_validate", self.picking.ids)
                    self.assertFalse(self.at_customers(self.gold))

    def test_more_than_applied_for(self):
        """ORD-50, ORD-52: more leaves neither at once nor afterwards."""
        self.apply(self.order_)
        line = self.move.move_line_ids
        for role in HANDS:
            self.log_in(role)
            with self.undone(role=role, way="at once"):
                self.attack(MOVE, "write", self.move.ids,
                            {"quantity": 150, "picked": True})  # fmt: skip
                self.attack(
                    PICKING, "button_validate", self.picking.ids, context=FORGED
                )
                self.nothing_left()
            with self.undone(role=role, way="afterwards"):
                self.attack(MOVE, "write", self.move.ids, {"picked": True})
                self.allowed(PICKING, "button_validate", self.picking.ids)
                self.assertEqual(self.at_customers(), 100)
                self.attack(LINE, "write", line.ids, {"quantity": 500})
                self.attack(MOVE, "write", self.move.ids, {"quantity": 500})
                self.attack(
                    LINE, "create",
                    [{"move_id": self.move.id, "picking_id": self.picking.id,
                      "product_id": self.brochure.id, "quantity": 50,
                      "location_id": self.stock_place.id,
                      "location_dest_id": self.customer_place.id}],
                )  # fmt: skip
                self.attack(
                    LINE, "create",
                    [{"picking_id": self.picking.id, "product_id": self.gold.id,
                      "quantity": 50, "location_id": self.stock_place.id,
                      "location_dest_id": self.customer_place.id}],
                )  # fmt: skip
                self.assertEqual(self.at_customers(), 100)
                self.assertFalse(self.at_customers(self.gold))

    def test_what_has_left_is_counted(self):
        """ORD-50: a delivered quantity written down does not make room for more."""
        self.apply(self.order_)
        line = self.order_.order_line
        for role in ("salesperson", "root"):
            self.log_in(role)
            with self.undone(role=role):
                for vals in ({"qty_delivered": -1000},
                             {"qty_delivered_method": "manual"},
                             {"qty_delivered": -1000}):  # fmt: skip
                    self.attack("sale.order.line", "write", line.ids, vals)
                self.assertEqual(line.qty_delivered, 0)
                fact = self.order_._inspection_facts({line.id: 150})
                self.assertFalse(fact[self.order_.id].met)

    def test_quants(self):
        """TIER-06: stock counted, written or moved to a customer's place."""
        quant = "stock.quant"
        here = self.env[quant].search(
            [
                ("product_id", "=", self.gold.id),
                ("location_id", "=", self.stock_place.id),
            ]
        )
        for role in ("warehouse", "root"):
            self.log_in(role)
            born = {"product_id": self.gold.id, "location_id": self.customer_place.id}
            for context in ({}, {"inventory_mode": True}, FORGED):
                with self.undone(role=role, context=context):
                    kw = {"context": context}
                    for counted in (
                        {"inventory_quantity": 9},
                        {"inventory_quantity_auto_apply": 9},
                        {"quantity": 9},
                    ):
                        ids, _r = self.attack(
                            quant, "create", [{**born, **counted}], **kw
                        )
                        if ids:
                            self.attack(quant, "action_apply_inventory", ids, **kw)
                            self.attack(quant, "write", ids, counted, **kw)
                    self.attack(
                        quant, "write", here.ids,
                        {"location_id": self.customer_place.id}, **kw,
                    )  # fmt: skip
                    ids, _r = self.attack(
                        "stock.quant.relocate", "create",
                        [{"quant_ids": [[6, 0, here.ids]],
                          "dest_location_id": self.customer_place.id}], **kw,
                    )  # fmt: skip
                    if ids:
                        self.attack(
                            "stock.quant.relocate", "action_relocate_quants", ids, **kw
                        )
                    self.nothing_left()

    def test_scrap(self):
        """TIER-06: scrapped to the customer is shipped to the customer."""
        for role in HANDS:
            self.log_in(role)
            with self.undone(role=role):
                ids, _r = self.attack(
                    "stock.scrap", "create",
                    [{"product_id": self.gold.id, "scrap_qty": 3,
                      "location_id": self.stock_place.id,
                      "scrap_location_id": self.customer_place.id}],
                )  # fmt: skip
                if ids:
                    self.attack("stock.scrap", "action_validate", ids)
                    self.attack("stock.scrap", "do_scrap", ids)
                self.nothing_left()

    def test_places(self):
        """TIER-06: a place does not become, or stop being, a customer's."""
        self.log_in("root")
        place, ids = "stock.location", self.customer_place.ids
        with self.undone(way="no longer a customer's"):
            self.attack(place, "write", ids, {"usage": "internal"})
            self.attack(place, "write", ids, {"usage": "transit"})
            self.attack(MOVE, "write", self.move.ids, {"picked": True})
            self.attack(PICKING, "button_validate", self.picking.ids)
            self.assertEqual(self.in_stock(), 2000)
            self.assertEqual(self.customer_place.usage, "customer")
        with self.undone(way="emptied into what becomes one"):
            [yard] = self.allowed(
                place, "create", [{"name": "Yard", "usage": "transit"}]
            )
            yard = self.env[place].browse(yard)
            yard.company_id = self.company
            gone = self.transfer("int", self.stock_place, yard)
            self.attack(MOVE, "write", gone.move_ids.ids,
                        {"quantity": 5, "picked": True})  # fmt: skip
            self.attack(PICKING, "button_validate", gone.ids)
            self.attack(place, "write", yard.ids, {"usage": "customer"})
            self.nothing_left()
