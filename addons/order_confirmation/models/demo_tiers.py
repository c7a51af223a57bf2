from odoo import models

TIER_WORDS = "They have paid in advance for a year, and will order each month."
EXCEPTION_WORDS = "The deposit left their bank today; the paper is reserved today."


class OrderDemo(models.AbstractModel):
    """Tiers that are to be decided, and an exception that is asked for."""

    _inherit = "order.demo"

    def _make_tiers(self):
        """Measure the customers; ask for a tier by hand, and for an exception."""
        company = self.env.ref("base.main_company")
        self.env.flush_all()
        self.env["customer.tier.review"].with_company(company)._measure(company)
        proposals = self._as(self.env["customer.tier.proposal"], "sales")
        proposals._ask(
            self._get("customer_marrowby"),
            self.env.ref("customer_tiering.tier_b"),
            TIER_WORDS,
            self._day(60),
        )
        orders = self.env["sale.order"].search(
            [("company_id", "=", company.id), ("state", "in", ("draft", "sent"))]
        )
        waiting = orders.filtered(
            lambda row: row.release_blocked_by == "Deposit arrived"
        )
        order = waiting[:1]
        if order:
            gate = order._exception_gate()
            self._as(self.env["release.exception"], "sales")._ask(
                self._as(order, "sales"),
                gate,
                order._exception_possible(gate),
                EXCEPTION_WORDS,
                order._exception_end(5),
            )
