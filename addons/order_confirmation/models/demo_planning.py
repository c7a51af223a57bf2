from odoo import models

# Cartons left over from an earlier run: enough for some of the orders, not for all.
SCARCE = ("CB-100", 5000)


class OrderDemo(models.AbstractModel):
    """What the planner and the salesperson decided on: promises, scarce stock."""

    _inherit = "order.demo"

    def _make_planning(self):
        """Relax a promise, and let the planner review two orders."""
        self._relax_promise()
        code, quantity = SCARCE
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.ref("base.main_company").id)], limit=1
        )
        self.env["stock.quant"]._update_available_quantity(
            self._get(f"product_{code}"), warehouse.lot_stock_id, quantity
        )
        self._as(self._get("order_old_formula"), "planner").action_review()
        order = self._as(self._get("order_release"), "planner")
        review = order.env["order.review"].browse(order.action_review()["res_id"])
        for line in review.line_ids.filtered("rest"):
            line.rest_date = order.promised_completion_date
        self._sign(review, "order_review", "planner", "")

    def _relax_promise(self):
        """Promise an order later, with cause and reason, and make its next sheet."""
        order = self._get("order_sheet_draft")
        company = order.company_id
        self._sign(
            order,
            "promise_relaxed",
            "sales2",
            "纸厂晚三天交货，已与客户说明。",
            new_date=company._add_working_days(order.promised_completion_date, 3),
            cause="material",
        )
        self._as(order, "service2").action_make_sheet()
