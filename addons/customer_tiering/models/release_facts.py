from odoo import models

from ..matrix import Fact


class ReleaseRequirement(models.Model):
    _inherit = "release.requirement"

    def _facts(self, orders, shipping=None):
        """Add what accounting knows: deposit and balance (TIER-04)."""
        facts = super()._facts(orders, shipping)
        if {"deposit_arrived", "balance_arrived"} & set(self.mapped("code")):
            money = orders._release_money()
            facts["deposit_arrived"] = {
                order.id: self._deposit_fact(order, money[order.id])
                for order in orders
            }
            facts["balance_arrived"] = {
                order.id: self._balance_fact(order, money[order.id])
                for order in orders
            }
        return facts

    def _deposit_fact(self, order, money):
        currency = order.currency_id
        met = currency.compare_amounts(money.received, money.deposit_due) >= 0
        return Fact(
            met=met,
            since=money.since if met else order.date_order,
            detail=self.env._(
                "%(received)s of %(due)s received",
                received=currency.format(money.received),
                due=currency.format(money.deposit_due),
            ),
            who=order.user_id.name or "",
            applies=not currency.is_zero(money.deposit_due),
        )

    def _balance_fact(self, order, money):
        currency = order.currency_id
        met = currency.is_zero(money.balance_due)
        return Fact(
            met=met,
            since=money.since if met else order.date_order,
            detail=self.env._("%s still to come", currency.format(money.balance_due))
            if not met
            else "",
            who=order.user_id.name or "",
        )
