from datetime import timedelta

from odoo import Command, models

from . import demo_orders  # noqa: F401 - its _make_orders() is extended here


class OrderDemo(models.AbstractModel):
    """Contracts, a price in doubt, what was told and promised by word."""

    _inherit = "order.demo"

    def _make_orders(self):
        self._make_contracts()
        result = super()._make_orders()
        self._make_doubts()
        return result

    def _make_contracts(self):
        """Make the framework contracts of two customers of the first tier."""
        rows = (
            ("hengyao", 160, "每月 25 日對帳，次月 60 日內付清", {"CB-100": 14}),
            ("fjordlight", 90, "Statement on the 25th, settled within 60 days",
             {"LB-080": 1.2, "BR-A416": 38}),
        )  # fmt: skip
        for customer, days, settlement, prices in rows:
            contract = self._as(self.env["sales.contract"], "director").create(
                {
                    "partner_id": self._get(f"customer_{customer}").id,
                    "date_start": self._day(-days),
                    "date_end": self._day(365 - days),
                    "payment_term_id": self._get("terms_contract_60").id,
                    "settlement_terms": settlement,
                    "price_ids": [
                        Command.create(
                            {
                                "product_id": self._get(f"product_{code}").id,
                                "price": price,
                            }
                        )
                        for code, price in prices.items()
                    ],
                }
            )
            self._named(contract.with_env(self.env), f"contract_{customer}")

    def _make_doubts(self):
        """Let a price be off its contract, a time be told, and a word be given."""
        order = self._get("order_technical_en")
        self._as(order.order_line, "service").price_unit = 1.05
        self._as(self.env["oral.promise"], "sales").create(
            {
                "order_id": order.id,
                "name": "The first 10,000 labels two days earlier",
                "promised_at": self._now() - timedelta(hours=2),
            }
        )
        waiting = self._get("order_technical")
        estimates = self._as(self.env["order.estimate"], "service2")
        estimates.with_context(default_order_id=waiting.id).create(
            {
                "order_id": waiting.id,
                "promised_at": self._now() + timedelta(days=1),
                "told_to": "许一诺",
            }
        )
