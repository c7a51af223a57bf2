"""The days that were agreed in writing, on Odoo's own documents (ORD-14, ORD-64)."""

from datetime import UTC, datetime, time

from odoo import models

from . import sale_order  # noqa: F401 - its dates are followed here

DATES = {"ship_date", "production_start_date", "production_completion_date"}


class ResCompany(models.Model):
    _inherit = "res.company"

    def _noon(self, day):
        """Return noon of a day where the company is, in naive UTC.

        A day is agreed and no hour; at noon it is the same day for most readers.
        """
        noon = self._clock_timezone().localize(datetime.combine(day, time(12)))
        return noon.astimezone(UTC).replace(tzinfo=None)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def write(self, vals):
        """Move what is open of the order to the days that are agreed now."""
        result = super().write(vals)
        if vals.keys() & DATES:
            released = self.filtered(lambda order: order.state == "sale")
            released._release_held_to_rules().sudo()._follow_dates()
        return result

    def _follow_dates(self):
        """Put the agreed days on open deliveries and on making that has not begun.

        Work that the planner has put on machines stays where it is.
        """
        productions = self.env["mrp.production"].search(
            [
                ("sale_line_id", "in", self.order_line.ids),
                ("state", "in", ("draft", "confirmed")),
                ("is_planned", "=", False),
            ]
        )
        for production in productions:
            if days := production.sale_line_id._days_of_making(production.product_id):
                production.write(days)
        for order in self.filtered("ship_date"):
            order.order_line._open_deliveries()._leave_on(order.ship_date)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _prepare_procurement_values(self):
        """Ask for the goods for the day on which they are to leave."""
        values = super()._prepare_procurement_values()
        order = self.order_id
        if order.ship_date and order._release_held_to_rules():
            noon = order.company_id._noon(order.ship_date)
            values.update(date_planned=noon, date_deadline=noon)
        return values

    def _days_of_making(self, product):
        """Return the values of a manufacturing order, as production signed its days.

        :param product: what is made; parts of it have days of their own
        """
        order = self.order_id
        days = {}
        if product == self.product_id and order._release_held_to_rules():
            noon = order.company_id._noon
            if order.production_start_date:
                days["date_start"] = noon(order.production_start_date)
            if order.production_completion_date:
                days["date_deadline"] = noon(order.production_completion_date)
        return days

    def _open_deliveries(self):
        """Return the moves that are still to bring these lines to the customer."""
        return self.move_ids.filtered(
            lambda move: (
                move.state not in ("done", "cancel")
                and move.location_dest_id.usage == "customer"
            )
        )


class StockMove(models.Model):
    _inherit = "stock.move"

    def _leave_on(self, day):
        """Schedule these for a day; their deadline follows it."""
        for company, moves in self.grouped("company_id").items():
            noon = company._noon(day)
            moves.write({"date": noon, "date_deadline": noon})


class StockRule(models.Model):
    _inherit = "stock.rule"

    def _prepare_mo_vals(
        self,
        product_id,
        product_qty,
        product_uom,
        location_dest_id,
        name,
        origin,
        company_id,
        values,
        bom,
    ):
        """Make the goods of an order on the days that production has signed."""
        result = super()._prepare_mo_vals(
            product_id, product_qty, product_uom, location_dest_id, name, origin,
            company_id, values, bom,
        )  # fmt: skip
        if line := result.get("sale_line_id"):
            lines = self.env["sale.order.line"].sudo()
            result.update(lines.browse(line)._days_of_making(product_id))
        return result
