from typing import Any, NamedTuple

from odoo import models
from odoo.addons.customer_tiering.matrix import Fact
from odoo.addons.written_signoff.wording import joined

from .sale_order_statements import _outcome

SIGNED = {
    "technical_statement": ("technical",),
    "production_statement": ("technical", "production"),
    "production_instruction": ("instruction_service", "instruction_production"),
    "formula_confirmation": ("technical",),
    "finance_clearance": ("finance_clearance",),
}
# Read of documents of their own, for many orders at once.
READ = {
    "intake_complete": "_intake_facts",
    "returned_sheet": "_sheet_facts",
    "special_review": "_special_facts",
    "within_limit": "_limit_facts",
    "contract_terms": "_contract_facts",
    "order_discrepancy": "_discrepancy_facts",
}


class Known(NamedTuple):
    """What was read once for all orders: signatures, money, what leaves now."""

    signed: dict[tuple[int, str], Any]
    money: dict[int, Any]
    shipping: dict[int, float] | None


class ReleaseRequirement(models.Model):
    _inherit = "release.requirement"

    def _facts(self, orders, shipping=None):
        """Add what the order's own papers say."""
        facts = super()._facts(orders, shipping)
        codes = set(self._codes())
        asked = codes & SIGNED.keys()
        if asked:
            purposes = {purpose for code in asked for purpose in SIGNED[code]}
            money = orders._release_money() if "finance_clearance" in asked else {}
            known = Known(orders._signoff_valid(purposes), money, shipping)
            if "formula_confirmation" in asked:
                asked.remove("formula_confirmation")
                facts["formula_confirmation"] = orders._formula_facts(known.signed)
            for code in asked:
                facts[code] = {
                    order.id: getattr(order, f"_fact_{code}")(known) for order in orders
                }
        for code in codes & READ.keys():
            facts[code] = getattr(orders, READ[code])()
        if "delivery_application" in codes:
            facts["delivery_application"] = orders._application_facts(shipping)
        if "final_inspection" in codes:
            facts["final_inspection"] = orders._inspection_facts(shipping)
        return facts


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _fact_technical_statement(self, known):
        row = known.signed.get((self.id, "technical"))
        outcome = _outcome(row)
        detail = self.env._("not feasible") if outcome == "not_feasible" else ""
        met = bool(row) and outcome != "not_feasible"
        return Fact(met, row.signed_at if row else self.create_date, detail)

    def _fact_production_statement(self, known):
        row = known.signed.get((self.id, "production"))
        technical = known.signed.get((self.id, "technical"))
        if row and not technical:
            detail = self.env._("the technical statement under it no longer holds")
            return Fact(False, row.signed_at, detail)
        since = row or technical
        return Fact(bool(row), since.signed_at if since else self.create_date)

    def _fact_production_instruction(self, known):
        service = known.signed.get((self.id, "instruction_service"))
        production = known.signed.get((self.id, "instruction_production"))
        detail = ""
        if not service:
            detail = self.env._("customer service has not signed")
        elif not production:
            detail = self.env._("production has not signed")
        since = production or service
        met = bool(service and production)
        return Fact(met, since.signed_at if since else self.create_date, detail)

    def _fact_finance_clearance(self, known):
        row = known.signed.get((self.id, "finance_clearance"))
        if not row:
            return Fact(False, self.create_date)
        declared = row._content()["declared"]
        received = known.money[self.id].received
        cleared = float(declared.get("received", 0))
        if self.currency_id.compare_amounts(received, cleared) < 0:
            detail = self.env._("a payment was taken back after the clearance")
            return Fact(False, row.signed_at, detail)
        short = self._not_covered(
            {int(key): float(qty) for key, qty in declared["quantities"].items()},
            known.shipping,
        )
        detail = self.env._("cleared for less: %s", short) if short else ""
        return Fact(not short, row.signed_at, detail)

    def _inspection_facts(self, shipping=None):
        """Return ``{order id: Fact}``: quality passed what leaves (ORD-43)."""
        lines = self._goods()
        failing = lines._lots_not_passed() if shipping else {}
        found = self.env["final.inspection"]._passed_since("order_line_id", lines.ids)
        passed = {
            line.id: line.product_id.uom_id._compute_quantity(
                found[line.id][0], line.product_uom_id
            )
            for line in lines
        }
        facts = {}
        for order in self:
            short = order._not_covered(passed, shipping) or joined(
                self.env, failing.get(order.id, ())
            )
            detail = self.env._("not passed: %s", short) if short else ""
            signed = [found[line.id][1] for line in order._goods()]
            since = (
                order.create_date if short else max(filter(None, signed), default=None)
            )
            facts[order.id] = Fact(not short, since or order.create_date, detail)
        return facts

    def _not_covered(self, covered, shipping):
        """Name the goods for which less is covered than leaves, or nothing.

        :param dict covered: ``{sale order line id: quantity}``, in the line's unit
        :param dict shipping: what leaves now; None asks for all that was ordered, less
            the tolerance
        """
        short = []
        left = self._goods()._left_before(shipping)
        for line in self._goods():
            if shipping is None:
                wanted = line.product_uom_qty * (1 - line.tolerance_percent / 100)
            elif line.id in shipping or line.qty_delivered:
                wanted = left[line.id] + shipping.get(line.id, 0.0)
            else:
                continue
            if line.product_uom_id.compare(covered.get(line.id, 0.0), wanted) < 0:
                short.append(line.product_id.display_name)
        return joined(self.env, short)
