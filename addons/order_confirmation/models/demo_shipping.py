from datetime import timedelta

from odoo import Command, models


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

    def _then_failed(self, order):
        """Some of it failed, with a picture; it waits for quality's decision."""
        for production in order.mrp_production_ids:
            inspection = self._as(self.env["final.inspection"], "quality").create(
                {
                    **production._inspection_values(),
                    "production_id": production.id,
                    "attendee_id": self._person("service2").id,
                }
            )
            point = inspection.point_ids.filtered(
                lambda point: point.kind == "appearance"
            )
            point.write(
                {
                    "outcome": "failed",
                    "finding": "挂历封面折痕，十二本",
                    "picture": self._drawn("folded"),
                }
            )
            inspection.action_all_passed()
            inspection.passed_quantity = inspection.quantity - 12
            self._sign(
                inspection, "final_inspection", "quality",
                "Twelve calendars are creased at the cover.",
            )  # fmt: skip

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
        self._ship(pending)

    def _ship(self, pickings):
        self._enter_lorry(pickings)
        self._read_back(pickings)
        for picking in self._as(pickings, "shipping"):
            picking.action_assign()
            picking.move_ids.picked = True
            result = picking.with_context(skip_backorder=True).button_validate()
            if picking.state != "done":
                raise RuntimeError(f"{picking.name} is not done: {result}")

    def _read_back(self, pickings):
        """Read back, thing by thing, what there is to mind."""
        for picking in self._as(pickings, "shipping"):
            for thing in picking._briefing_settle():
                thing.action_read()

    def _enter_lorry(self, pickings):
        """Enter who drives the goods, and with what."""
        self._as(pickings, "shipping").write(
            {
                "haulier_id": self._carrier().id,
                "plate": "KX-5501",
                "driver": "洪阿福",
            }
        )

    def _carrier(self):
        """Return the carrier of the company, entered when it is first needed."""
        name = "Slow River Haulage 緩河貨運"
        partners = self.env["res.partner"]
        found = partners.search([("name", "=", name)], limit=1)
        return found or partners.create(
            {"name": name, "is_company": True, "phone": "06 555 0187"}
        )

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

    # -- what else there is at the gate ------------------------------------------

    def _make_shipping(self):
        """Let one delivery wait for its check, and one emergency owe its paper."""
        self._make_packing()
        self._make_emergency()

    def _make_packing(self):
        """Pack what is applied for: a second person has still to check it."""
        labels = self._get("product_LB-080")
        labels.weight = 0.0008
        labels.shipping_instructions = "Keep dry, 15–25 °C\nLay the cartons flat"
        customer = self._get("customer_yunmian")
        customer.shipping_instructions = "送貨前一小時電話通知\n卸貨口限高 3.2 公尺"
        carton, pallet = self.env["stock.package.type"].create(
            [
                {"name": "五層紙箱 40×30×30", "base_weight": 0.6},
                {"name": "棧板 120×100", "base_weight": 18},
            ]
        )
        self.env["packing.standard"].create(
            {
                "product_tmpl_id": labels.product_tmpl_id.id,
                "partner_id": customer.id,
                "per_inner": 1000,
                "per_carton": 6000,
                "per_pallet": 24,
                "carton_type_id": carton.id,
                "pallet_type_id": pallet.id,
                "labels": "品名、批號、數量",
                "marks": "雲眠 / 防潮",
            }
        )
        order = self._get("order_shipping")
        order.delivery_application_ids.note = "附上質檢報告一份"
        picking = self._as(order.picking_ids, "warehouse")
        picking.action_assign()
        action = picking.action_packing_plan()
        plan = self.env["packing.plan"].browse(action["res_id"])
        self._as(plan, "warehouse").action_packed()

    def _make_emergency(self):
        """Send calendars that a fair waits for; the application has still to come."""
        calendar = self._get("product_CA-W13")
        customer = self._get("customer_marrowby")
        company = self.env.ref("base.main_company")
        stores = self.env["stock.warehouse"].search(
            [("company_id", "=", company.id)], limit=1
        )
        self.env["stock.quant"]._update_available_quantity(
            calendar, stores.lot_stock_id, 12
        )
        places = {
            "location_id": stores.lot_stock_id.id,
            "location_dest_id": self.env.ref("stock.stock_location_customers").id,
        }
        goods = {"product_id": calendar.id, "product_uom_qty": 12, **places}
        picking = self.env["stock.picking"].create(
            {
                "partner_id": customer.id,
                "picking_type_id": stores.out_type_id.id,
                "origin": "Seed fair, sample calendars",
                "move_ids": [Command.create(goods)],
                **places,
            }
        )
        picking.action_confirm()
        action = self._as(picking, "supervisor").action_emergency_shipment()
        emergency = self.env["emergency.shipment"].browse(action["res_id"])
        self._as(emergency, "supervisor").write(
            {
                "reason": "展會明早八點開場，貨車現在就走。",
                "due_at": self._now() + timedelta(hours=6),
            }
        )
        self._sign(emergency, "emergency_shipment", "supervisor", "先發貨，後補單。")
        self._ship(picking)
