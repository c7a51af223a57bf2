from typing import NamedTuple

from odoo import fields, models

from ..balance import Part, asked
from .sale_order import GatePassed


class Made(NamedTuple):
    """How far one order line is, in its unit.

    :param float quantity: what is made; None where nothing of it is made to order
    :param bool going_on: more is being made
    """

    quantity: float | None
    going_on: bool


FROM_STOCK = Made(None, False)


class AccountPaymentTerm(models.Model):
    _inherit = "account.payment.term"

    cash_on_delivery = fields.Boolean(
        "Cash on Delivery",
        help="The driver brings the balance: goods leave before it has arrived. What "
        "is to be collected stands on the papers that go with them.",
    )


class SaleOrder(models.Model):
    """The balance on what was made, not on what was once ordered (ORD-50, ORD-51)."""

    _inherit = "sale.order"

    def _made(self):
        """Return ``{sale order line id: Made}`` of the goods of these orders.

        Read from manufacturing, in a constant number of queries.
        """
        lines = self.order_line.filtered(lambda line: line.product_id.type == "consu")
        productions = self.env["mrp.production"].sudo()
        productions = productions.search_fetch(
            [("sale_line_id", "in", lines.ids), ("state", "!=", "cancel")],
            ["sale_line_id", "product_id", "state"],
        )
        productions = productions.filtered(
            lambda production: (
                production.product_id == production.sale_line_id.product_id
            )
        )
        rows = productions.grouped("sale_line_id")
        finished = productions._finished_quantities()
        made = {}
        for line in lines:
            own = rows.get(line, productions.browse())
            quantity = line.product_id.uom_id._compute_quantity(
                sum(finished.get(production.id, 0.0) for production in own),
                line.product_uom_id,
            )
            going_on = any(production.state != "done" for production in own)
            made[line.id] = Made(quantity, going_on) if own else FROM_STOCK
        return made

    def _balance_asked(self, shipping=None):
        """Return ``{order id: amount}`` that must have come before goods leave.

        :param dict shipping: ``{sale order line id: quantity}`` about to leave; None
            asks for what has been made, and for the whole where nothing is made yet
        """
        made = self._made()
        deposits = self._deposits_asked(self)
        return {
            order.id: order.currency_id.round(
                asked(
                    order.amount_total,
                    order._balance_parts(made, shipping),
                    deposits[order.id],
                )
            )
            for order in self
        }

    def _balance_parts(self, made, shipping):
        lines = [
            line
            for line in self.order_line
            if line.id in made and line.product_uom_qty > 0
        ]
        begun = shipping is not None or any(
            made[line.id].quantity is None or made[line.id].quantity > 0
            for line in lines
        )
        left = self.order_line._left_before(shipping) if begun else {}
        return [
            line._balance_part(made[line.id], shipping, left[line.id])
            for line in lines
            if begun
        ]


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    def _finished_quantities(self):
        """Return ``{production id: quantity}`` made, in the unit of the product."""
        finished = {}
        rows = self.env["stock.move"]._read_group(
            [("production_id", "in", self.ids), ("state", "=", "done")],
            ["production_id", "product_id", "product_uom"],
            ["quantity:sum"],
        )
        for production, product, unit, quantity in rows:
            if product == production.product_id:
                own = unit._compute_quantity(quantity, product.uom_id)
                finished[production.id] = finished.get(production.id, 0.0) + own
        return finished


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _release_leaving(self):
        """Return the moves about which the gate is asked just now, as superuser."""
        known = self.env.context.get("release_leaving")
        ids = known.ids if isinstance(known, GatePassed) else ()
        return self.env["stock.move"].sudo().browse(sorted(ids))

    def _left_before(self, shipping=None):
        """Return ``{line id: quantity}`` delivered besides what leaves just now.

        A move that is corrected when it is done is delivered already; it must not be
        counted twice. Of kits, those of which any part has left count. In the unit of
        the line.

        :param dict shipping: ``{line id: quantity}`` about to leave: only of these are
            parts of kits looked at
        """
        leaving = self._release_leaving().filtered(
            lambda move: move.state == "done" and move.sale_line_id
        )
        again = leaving._release_quantities()
        begun = self._release_begun(shipping, leaving)
        return {
            line.id: max(
                line.qty_delivered - again.get(line.id, 0.0),
                begun.get(line.id, 0.0),
                0.0,
            )
            for line in self
        }

    def _balance_part(self, made, shipping, left):
        ordered = self.product_uom_qty
        ready = ordered if made.quantity is None else max(made.quantity, left)
        expected = max(ordered, ready) if made.going_on else ready
        gone = ready if shipping is None else left + shipping.get(self.id, 0.0)
        return Part(self.price_total, ordered, gone, max(expected - gone, 0.0))
