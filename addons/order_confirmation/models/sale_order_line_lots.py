from collections import defaultdict

from odoo import models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _lots_not_passed(self):
        """Return ``{order id: [lots]}`` that leave now and quality has not passed.

        Of lots and serial numbers that were made here (ORD-43); what came back from
        the customer may leave again. Constant queries.
        """
        lines = self._release_leaving().move_line_ids.filtered(
            lambda line: line.lot_id and (line.picked or line.state == "done")
        )
        lines = lines._of_goods_we_sell()
        made = lines.lot_id._made_here()
        if not made:
            return {}
        passed = self.env["final.inspection"]._passed_by_lot(made)
        left = lines._left_by_lot(made)
        for lot_id, quantity in lines._now_by_lot().items():
            left[lot_id] += quantity
        failing = made.filtered(
            lambda lot: lot.product_id.uom_id.compare(passed[lot.id], left[lot.id]) < 0
        )
        found = defaultdict(list)
        for lot in failing:
            moves = lines.filtered(lambda line, lot=lot: line.lot_id == lot).move_id
            for order in moves._release_orders():
                found[order.id].append(f"{lot.product_id.display_name} {lot.name}")
        return found


class StockLot(models.Model):
    _inherit = "stock.lot"

    def _made_here(self):
        """Return those of these lots that were made here and are inspected (ORD-43).

        Also what was taken out of its manufacturing order because it failed.
        """
        if not self:
            return self
        productions = self.env["mrp.production"].sudo()
        productions = productions.search([("lot_producing_ids", "in", self.ids)])
        rows = self.env["final.inspection.lot"].sudo()
        rows = rows.search(
            [("lot_id", "in", self.ids), ("inspection_id.production_id", "!=", False)]
        )
        inspected = rows.filtered(
            lambda row: row.inspection_id.production_id._needing_inspection()
        )
        made = productions._needing_inspection().lot_producing_ids | inspected.lot_id
        return self & made


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _left_by_lot(self, lots):
        """Return ``{lot id: quantity}`` with customers, less what came back."""
        lines = self.sudo().search(
            [
                ("lot_id", "in", lots.ids),
                ("state", "=", "done"),
                "|",
                ("location_id.usage", "=", "customer"),
                ("location_dest_id.usage", "=", "customer"),
            ]
        )
        quantities = defaultdict(float)
        for line in lines:
            out = line.location_dest_id.usage == "customer"
            back = line.location_id.usage == "customer"
            quantities[line.lot_id.id] += line.quantity_product_uom * (out - back)
        return quantities
