from odoo import models


class OrderDemo(models.AbstractModel):
    """The steps from the press to the customer's door."""

    _inherit = "order.demo"

    # -- production --------------------------------------------------------------

    def _step_start(self, order, row):
        """Print the sheets of which the goods are made."""
        for sheets in order.mrp_production_ids._get_children():
            self._run(sheets)
            self._finish(sheets)

    def _step_make(self, order, row):
        for production in order.mrp_production_ids:
            self._run(production)

    def _run(self, production):
        """Reserve the material and enter what was made."""
        production = self._as(production, "production")
        production.action_assign()
        production.qty_producing = production.product_qty
        production._set_qty_producing()
        production.move_raw_ids.picked = True

    def _finish(self, production):
        result = self._as(production, "production").button_mark_done()
        if production.state != "done":
            raise RuntimeError(f"{production.name} is not done: {result}")

    def _step_inspect(self, order, row):
        """Inspect as quality, customer service attending."""
        for production in order.mrp_production_ids:
            inspection = self._as(self.env["final.inspection"], "quality").create(
                {
                    "production_id": production.id,
                    "product_id": production.product_id.id,
                    "order_line_id": production._orders_line().id,
                    "quantity": production.qty_producing,
                    "attendee_id": self._person(row["service"]).id,
                }
            )
            inspection.action_all_passed()
            self._sign(inspection, "final_inspection", "quality")

    def _step_stock(self, order, row):
        for production in order.mrp_production_ids:
            self._finish(production)

    # -- leaving -----------------------------------------------------------------

    def _step_clear(self, order, row):
        self._sign(order, "finance_clearance", "finance")

    def _step_apply(self, order, row):
        """Apply for the delivery, verified with the customer item by item."""
        action = self._as(order, row["service"]).action_apply_for_delivery()
        application = self.env["delivery.application"].browse(action["res_id"])
        self._as(application.check_ids, row["service"]).write(
            {"verified": True, "note": row["contact"]}
        )
        self._sign(application, "delivery_application", row["service"])

    def _step_ship(self, order, row):
        pending = order.picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )
        for picking in self._as(pending, "shipping"):
            picking.action_assign()
            picking.move_ids.picked = True
            result = picking.with_context(skip_backorder=True).button_validate()
            if picking.state != "done":
                raise RuntimeError(f"{picking.name} is not done: {result}")

    def _step_notice(self, order, row):
        """Tell the customer what left and when it arrives, on paper."""
        notice = self._as(order.dispatch_notice_ids, "shipping")
        notice.write(
            {
                "transport": "delivery",
                "carrier": "Slow River Haulage 緩河貨運",
                "plate": "KX-5501",
                "driver": "洪阿福",
                "expected_arrival": self._day(2),
            }
        )
        notice.action_sent_on_paper()

    def _step_arrive(self, order, row):
        """Let the customer confirm the notice, and sign at the door."""
        notice = order.dispatch_notice_ids
        heard = self._as(notice, row["service"])
        heard.write({"received_by": row["contact"], "received_how": "phone"})
        heard.action_received()
        signatory = self._get(f"signatory_{row['customer']}")
        self._as_visitor(notice)._sign_arrival(
            signatory.name, self._drawn(signatory.name), method="portal"
        )
        self._invoice(order)

    def _invoice(self, order):
        invoice = self._as(order, "finance")._create_invoices()
        invoice.action_post()
