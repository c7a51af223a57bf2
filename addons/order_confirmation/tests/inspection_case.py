"""Ground for inspections: goods just made, in each way of manufacturing."""

from base64 import b64encode

from .order_case import picture
from .test_release_flow import FlowCase

PICTURE = b64encode(picture()).decode()


class InspectionCase(FlowCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people["quality_head"] = cls._person("quality_head")

    # -- making ------------------------------------------------------------------

    def released(self, quantity=100, steps="mrp_one_step", tracking="none"):
        """Return the production of a released order, nothing made yet."""
        self.warehouse.manufacture_steps = steps
        self.brochure.tracking = tracking
        order = self.order("a", quantity=quantity)
        self.sign_all(order, sheet=False)
        order.action_confirm()
        return order.mrp_production_ids

    def made(self, quantity=100, producing=None, **options):
        """Return a production whose quantity is entered, and which is not done."""
        production = self.released(quantity, **options)
        tracking = production.product_id.tracking
        if tracking == "serial":
            production.lot_producing_ids = self.lots(producing or quantity)
        elif tracking == "lot":
            production.lot_producing_ids = self.lots(1)
        production.qty_producing = producing or quantity
        production._set_qty_producing()
        production.move_raw_ids.picked = True
        return production

    def lots(self, count):
        return self.env["stock.lot"].create(
            [
                {"product_id": self.brochure.id, "company_id": self.company.id}
                for _number in range(count)
            ]
        )

    def finish(self, production, backorder=True):
        """Mark a production done; return its backorder, or none."""
        known = production.production_group_id.production_ids
        context = {"skip_backorder": True}
        if backorder and production.qty_producing < production.product_qty:
            context["mo_ids_to_backorder"] = production.ids
        production.with_context(**context).button_mark_done()
        self.env.flush_all()
        self.assertEqual(production.state, "done")
        return production.production_group_id.production_ids - known

    def store(self, production, quantity=None):
        """Bring goods from Post-Production into stock."""
        picking = self.env["stock.picking"].search(
            [
                ("location_id", "=", self.warehouse.sam_loc_id.id),
                ("state", "not in", ("done", "cancel")),
                ("move_ids.product_id", "=", production.product_id.id),
            ]
        )
        if picking.state != "assigned":
            picking.action_assign()
        if quantity:
            picking.move_ids.quantity = quantity
        picking.move_ids.picked = True
        picking.with_context(skip_backorder=True).button_validate()
        self.assertEqual(picking.state, "done")
        return picking

    def in_stock(self):
        """Return how much of the brochure lies in the stock location."""
        product = self.brochure.with_context(location=self.warehouse.lot_stock_id.id)
        product.invalidate_recordset(["qty_available"])
        return product.qty_available

    # -- inspecting --------------------------------------------------------------

    def begun(self, production, quantity=None, **values):
        """Return an inspection with all points open, begun by quality."""
        values = {
            **production._inspection_values(),
            "production_id": production.id,
            "attendee_id": self.people["customer_service"].id,
            **values,
        }
        if quantity:
            values["quantity"] = quantity
        quality = self.people["quality"]
        inspections = self.env["final.inspection"].with_user(quality)
        return inspections.create(values)

    def failed(self, production, passed, quantity=None, point="appearance", **values):
        """Return a signed inspection of which only a part passed."""
        inspection = self.begun(production, quantity, **values)
        self.answer(inspection, passed, point)
        self.sign(inspection, "final_inspection", "quality")
        return inspection

    def answer(self, inspection, passed, point="appearance"):
        """Fail one point with a finding and a picture, pass the rest."""
        row = inspection.point_ids.filtered(lambda row: row.kind == point)
        row.write({"outcome": "failed", "finding": "Scratched", "picture": PICTURE})
        inspection.action_all_passed()
        if inspection.lot_ids:
            for number, lot in enumerate(inspection.lot_ids):
                lot.passed_quantity = lot.quantity if number < passed else 0
        else:
            inspection.passed_quantity = passed

    def passes(self, inspection):
        """Pass the whole of an inspection, and sign."""
        inspection.with_user(self.people["quality"]).action_all_passed()
        self.sign(inspection, "final_inspection", "quality")
        return inspection

    def decide(self, inspection, kind, quantity, lot=None, role="quality"):
        """Decide on what failed, through the dialog."""
        inspection = inspection.with_user(self.people[role])
        action = inspection.action_decide()
        dialog = self.env[action["res_model"]].with_user(self.people[role])
        dialog.with_context(**action["context"]).create(
            {
                "kind": kind,
                "quantity": quantity,
                "lot_id": lot and lot.id,
                "reason": "Scratched at the folder",
            }
        ).action_decide()
        return inspection.decision_ids[:1]

    def concede(self, decision):
        """Sign a concession as both."""
        self.sign(decision, "concession_quality", "quality_head")
        self.sign(decision, "concession_sales", "salesperson")

    def order_of(self, production):
        return production._orders_line().order_id

    def told(self, order):
        """Return what the salesperson was told of stock, oldest first."""
        seller = self.people["salesperson"].partner_id
        messages = order.message_ids.filtered(
            lambda row: "In stock" in (row.body or "") and seller in row.partner_ids
        )
        return [str(row.body) for row in messages.sorted("id")]
