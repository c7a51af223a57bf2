from odoo import models

from ..matrix import Fact


class ReleaseRequirement(models.Model):
    _inherit = "release.requirement"

    def _facts(self, orders, shipping=None):
        """Add what accounting knows: deposit and balance (TIER-04)."""
        facts = super()._facts(orders, shipping)
        asked = {"deposit_arrived", "balance_arrived"} & set(self._codes())
        if asked:
            money = orders._release_money()
            if "deposit_arrived" in asked:
                facts["deposit_arrived"] = {
                    order.id: order._fact_deposit_arrived(money[order.id])
                    for order in orders
                }
            if "balance_arrived" in asked:
                due = orders._balance_asked(shipping)
                facts["balance_arrived"] = {
                    order.id: order._fact_balance_arrived(money[order.id], due)
                    for order in orders
                }
        return facts


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _fact_deposit_arrived(self, money):
        currency = self.currency_id
        met = currency.compare_amounts(money.received, money.deposit_due) >= 0
        return Fact(
            met=met,
            since=money.since if met else self.create_date,
            detail=lambda: self.env._(
                "%(received)s of %(due)s received",
                received=currency.format(money.received),
                due=currency.format(money.deposit_due),
            ),
            who=self._release_salesperson,
            applies=not currency.is_zero(money.deposit_due),
        )

    def _fact_balance_arrived(self, money, due):
        currency = self.currency_id
        missing = max(0.0, currency.round(due[self.id] - money.received))
        met = currency.is_zero(missing)
        return Fact(
            met=met,
            since=money.since if met else self.create_date,
            detail=lambda: (
                "" if met else self.env._("%s still to come", currency.format(missing))
            ),
            who=self._release_salesperson,
            applies=not self.sudo().payment_term_id.cash_on_delivery,
        )

    def _release_salesperson(self):
        return self.user_id.sudo().name or ""
