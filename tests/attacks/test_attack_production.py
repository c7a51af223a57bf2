"""TIER-06, ORD-43: goods are made, and go into stock, only through the gates."""

from attack_case import AttackCase
from odoo import Command
from odoo.tests import tagged

MOVE, LINE = "stock.move", "stock.move.line"
STARTED = ("confirmed", "progress", "to_close", "done")


@tagged("post_install", "-at_install")
class TestAttackProduction(AttackCase):
    """TIER-06, ORD-30, ORD-43: nothing is made for an order that is not released."""

    def setUp(self):
        super().setUp()
        self.waiting = self.order("b")
        self.env.flush_all()

    def used(self):
        """Return how much paper was taken from stock."""
        return 10000 - self.in_stock(self.paper)

    def untouched(self, *productions):
        for production in self.env["mrp.production"].browse(productions).exists():
            self.assertNotIn(production.state, STARTED[1:])
            self.assertFalse(production.qty_produced)
        self.assertFalse(self.used())
        self.assertFalse(self.in_stock())

    def by_hand(self, **values):
        vals = {
            "product_id": self.brochure.id,
            "product_qty": 100,
            "bom_id": self.bom.id,
            "company_id": self.company.id,
            **values,
        }
        return self.allowed("mrp.production", "create", [vals])[0]

    def links(self):
        """Return ways in which a production may name an order, or none."""
        line = self.waiting.order_line
        reference = self.env["stock.reference"].create(
            {"name": self.waiting.name, "sale_ids": [Command.set(self.waiting.ids)]}
        )
        return {
            "line": {"sale_line_id": line.id},
            "reference": {"reference_ids": [[6, 0, reference.ids]]},
            "origin": {"origin": self.waiting.name},
            "none": {},
        }

    def start(self, number, **kw):
        """Try everything that starts or ends a production."""
        production = "mrp.production"
        moves = self.env[production].browse(number).move_raw_ids.ids
        self.attack(production, "action_confirm", [number], **kw)
        for values in (
            {"state": "confirmed"}, {"state": "progress"}, {"state": "done"},
            {"qty_producing": 100},
        ):  # fmt: skip
            self.attack(production, "write", [number], values, **kw)
        self.attack(MOVE, "write", moves, {"quantity": 50, "picked": True}, **kw)
        self.attack(MOVE, "write", moves, {"state": "done"}, **kw)
        for method in ("action_start", "button_plan", "set_qty_producing",
                       "pre_button_mark_done", "button_mark_done"):  # fmt: skip
            self.attack(production, method, [number], **kw)

    def test_by_hand(self):
        """TIER-06: whatever it names, it does not start."""
        for role in ("planner", "root"):
            self.log_in(role)
            for link, values in self.links().items():
                for context in self.contexts():
                    with self.undone(role=role, link=link, forged=bool(context)):
                        number = self.by_hand(**values)
                        self.start(number, context=context)
                        self.untouched(number)
                    with self.undone(role=role, link=link, way="born"):
                        for state in STARTED:
                            vals = {"product_id": self.brochure.id, "state": state,
                                    "bom_id": self.bom.id, "product_qty": 10,
                                    **values}  # fmt: skip
                            ids, _r = self.attack(
                                "mrp.production", "create", [vals], context=context
                            )
                            self.untouched(*(ids or []))

    def signed(self):
        production = self.env["mrp.production"].create(
            {
                "product_id": self.brochure.id,
                "product_qty": 100,
                "bom_id": self.bom.id,
                "company_id": self.company.id,
            }
        )
        self.sign(production, "stock_production", "planner", "For the fair.")
        return production

    def test_changed_after_it_was_signed(self):
        """TIER-06, ORD-15: another product or quantity, or an order, and it holds."""
        poster = self.env["product.product"].create({"name": "Poster"})
        for role in ("root",):
            self.log_in(role)
            for values in (
                {"product_qty": 9000},
                {"product_id": poster.id},
                {"sale_line_id": self.waiting.order_line.id},
                {"bom_id": False},
            ):
                with self.undone(role=role, values=values):
                    production = self.signed()
                    self.attack("mrp.production", "write", production.ids, values)
                    self.start(production.id)
                    self.assertNotIn(
                        "stock_production",
                        self.latest(production, "stock_production")
                        - self.orders_of(production),
                    )
                    self.untouched(production.id)

    def orders_of(self, production):
        """A production that names an order asks the order, not its own signature."""
        return {"stock_production"} if production.sale_line_id else set()

    def test_started_and_then_pointed_elsewhere(self):
        """TIER-06: what runs for stock does not become that of a held order."""
        for role in ("root",):
            self.log_in(role)
            with self.undone(role=role):
                production = self.signed()
                production.action_confirm()
                line = self.waiting.order_line
                self.attack("mrp.production", "write", production.ids,
                            {"sale_line_id": line.id})  # fmt: skip
                self.attack("mrp.production", "write", production.ids,
                            {"product_qty": 9000})  # fmt: skip
                ids, _r = self.attack(
                    "change.production.qty", "create",
                    [{"mo_id": production.id, "product_qty": 9000}],
                )  # fmt: skip
                if ids:
                    self.attack("change.production.qty", "change_prod_qty", ids)
                self.start(production.id)
                if production.sale_line_id or production.product_qty != 100:
                    self.untouched(production.id)

    def test_on_the_back_of_a_released_order(self):
        """TIER-06: a released order carries neither other goods nor other orders."""
        released = self.released("a")
        running = released.mrp_production_ids
        gold = self.env["product.product"].create(
            {"name": "Gold leaf", "is_storable": True}
        )
        held = self.signed_for_merge()
        for role in ("planner", "root"):
            self.log_in(role)
            with self.undone(role=role, way="other goods"):
                number = self.by_hand(
                    product_id=gold.id, bom_id=False,
                    sale_line_id=released.order_line.id,
                )  # fmt: skip
                self.start(number)
                self.untouched(number)
            with self.undone(role=role, way="other goods afterwards"):
                self.attack("mrp.production", "write", running.ids,
                            {"product_id": gold.id})  # fmt: skip
                self.start(running.id)
                self.assertFalse(self.in_stock(gold))
            with self.undone(role=role, way="merged"):
                self.attack("mrp.production", "action_merge", (running | held).ids)
                new = self.env["mrp.production"].search(
                    [("company_id", "=", self.company.id), ("state", "!=", "cancel")]
                )
                for number in (new - running).ids:
                    self.start(number)
                self.assertFalse(self.used())
            with self.undone(role=role, way="split"):
                self.attack("mrp.production", "action_split", held.ids)
                ids, _r = self.attack(
                    "mrp.production.split", "create",
                    [{"production_id": held.id, "num_splits": 2}],
                )  # fmt: skip
                if ids:
                    self.attack("mrp.production.split", "action_split", ids)
                for number in self.env["mrp.production"].search(
                    [("sale_line_id", "=", self.waiting.order_line.id)]
                ).ids:  # fmt: skip
                    self.start(number)
                self.assertFalse(self.used())

    def signed_for_merge(self):
        return self.env["mrp.production"].create(
            {
                "product_id": self.brochure.id,
                "product_qty": 500,
                "bom_id": self.bom.id,
                "company_id": self.company.id,
                "sale_line_id": self.waiting.order_line.id,
            }
        )

    def test_work(self):
        """TIER-06: work orders start with their production, and no other way."""
        center = self.env["mrp.workcenter"].create(
            {"name": "Press", "company_id": self.company.id}
        )
        self.bom.operation_ids = [
            Command.create({"name": "Print", "workcenter_id": center.id})
        ]
        production = self.signed_for_merge()
        work = production.workorder_ids
        self.assertTrue(work)
        for role in ("planner", "root"):
            self.log_in(role)
            for context in self.contexts():
                with self.undone(role=role, forged=bool(context)):
                    kw = {"context": context}
                    for method in ("button_start", "button_finish", "button_done"):
                        self.attack("mrp.workorder", method, work.ids, **kw)
                    for state in ("progress", "done"):
                        self.attack("mrp.workorder", "write", work.ids,
                                    {"state": state}, **kw)  # fmt: skip
                    self.attack(
                        "mrp.workorder", "create",
                        [{"name": "More", "production_id": production.id,
                          "workcenter_id": center.id, "state": "progress"}], **kw,
                    )  # fmt: skip
                    self.untouched(production.id)
                    self.assertNotIn(work.state, ("progress", "done"))

    def test_taken_apart(self):
        """TIER-06, ORD-43: what was never made is not taken apart into stock."""
        running = self.released("a").mrp_production_ids
        for role in ("planner", "root"):
            self.log_in(role)
            with self.undone(role=role):
                vals = {"product_id": self.brochure.id, "bom_id": self.bom.id,
                        "mo_id": running.id, "product_qty": 100}  # fmt: skip
                ids, _r = self.attack("mrp.unbuild", "create", [vals])
                if ids:
                    self.attack("mrp.unbuild", "action_validate", ids)
                    self.attack("mrp.unbuild", "action_unbuild", ids)
                self.assertFalse(self.used())
                self.assertLessEqual(self.in_stock(), 0)

    def test_replenishing(self):
        """TIER-06: asked for by hand, a product is made only when that is signed."""
        for role in ("planner", "root"):
            self.log_in(role)
            with self.undone(role=role):
                ids, _r = self.attack(
                    "product.replenish", "create",
                    [{"product_id": self.brochure.id, "quantity": 77,
                      "product_uom_id": self.brochure.uom_id.id,
                      "product_tmpl_id": self.brochure.product_tmpl_id.id,
                      "warehouse_id": self.warehouse.id,
                      "route_id": self.brochure.route_ids[:1].id}],
                )  # fmt: skip
                if ids:
                    self.attack("product.replenish", "launch_replenishment", ids)
                made = self.env["mrp.production"].search([("product_qty", "=", 77)])
                self.assertFalse(made.filtered(lambda row: row.state in STARTED))

    def test_quality_is_asked(self):
        """ORD-43: finished goods go into stock neither by move nor by line."""
        production = self.released("a").mrp_production_ids
        finished = production.move_finished_ids
        for role in ("planner", "root"):
            self.log_in(role)
            for context in self.contexts():
                with self.undone(role=role, forged=bool(context)):
                    kw = {"context": context}
                    self.attack("mrp.production", "write", production.ids,
                                {"qty_producing": 100}, **kw)  # fmt: skip
                    self.attack("mrp.production", "button_mark_done",
                                production.ids, **kw)  # fmt: skip
                    self.attack(MOVE, "write", finished.ids,
                                {"quantity": 100, "picked": True}, **kw)  # fmt: skip
                    self.attack(MOVE, "write", finished.ids, {"state": "done"}, **kw)
                    self.attack(
                        LINE, "create",
                        [{"product_id": self.brochure.id, "quantity": 100,
                          "state": "done", "company_id": self.company.id,
                          "location_id": finished.location_id.id,
                          "location_dest_id": self.stock_place.id}], **kw,
                    )  # fmt: skip
                    self.assertFalse(self.in_stock())
