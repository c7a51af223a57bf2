from collections import defaultdict

from odoo import fields, models
from odoo.exceptions import UserError

MAX_LEVELS = 20
COMING = ("waiting", "confirmed", "assigned", "partially_available")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _raw_material_reserve(self):
        """Work out what raw material the order needs and what there is (ORD-10).

        Bills of materials are exploded down to parts that are not made. Quantities
        are in the part's own unit.

        :return: list of rows: product, unit, needed, on_hand, reserved, incoming,
            incoming_date, short, earliest (dates as ISO text)
        :raises UserError: a bill of materials contains itself
        """
        self.ensure_one()
        needs = self._goods()._exploded_parts()
        parts = self.env["product.product"].sudo().browse(needs)
        parts = parts.with_company(self.company_id).with_context(
            warehouse_id=self.warehouse_id.id
        )
        incoming = parts._incoming_supply(self.company_id)
        today = self.company_id._business_date(fields.Datetime.now())
        return [
            part._reserve_row(
                needs[part.id], *incoming.get(part.id, (0.0, None)), today
            )
            for part in parts
        ]


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _exploded_parts(self):
        """Return ``{part id: quantity}``, level by level, a few queries each."""
        level, parts = defaultdict(float), defaultdict(float)
        for line in self:
            level[line.product_id] += line.product_uom_id._compute_quantity(
                line.product_uom_qty, line.product_id.uom_id
            )
        for _depth in range(MAX_LEVELS):
            if not level:
                return dict(parts)
            level = self._explode_level(level, parts)
        raise UserError(
            self.env._(
                "The bill of materials of %s contains itself; engineering has to "
                "correct it.",
                ", ".join(product.display_name for product in level),
            )
        )

    def _explode_level(self, level, parts):
        products = self.env["product.product"].union(*level)
        boms = (
            self.env["mrp.bom"]
            .sudo()
            ._bom_find(products, company_id=self.company_id[:1].id)
        )
        below = defaultdict(float)
        for product, quantity in level.items():
            bom = boms[product]
            if not bom:
                parts[product.id] += quantity
                continue
            batches = product.uom_id._compute_quantity(
                quantity, bom.product_uom_id, round=False
            ) / (bom.product_qty or 1)
            for row in bom.bom_line_ids.filtered(
                lambda row, product=product: not row._skip_bom_line(product)
            ):
                below[row.product_id] += row.product_uom_id._compute_quantity(
                    row.product_qty * batches, row.product_id.uom_id, round=False
                )
        return below


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _incoming_supply(self, company):
        """Return ``{product id: (quantity, first date)}`` of what is on its way in."""
        groups = (
            self.env["stock.move"]
            .sudo()
            ._read_group(
                [
                    ("product_id", "in", self.ids),
                    ("company_id", "=", company.id),
                    ("state", "in", COMING),
                    ("location_id.usage", "in", ("supplier", "production")),
                    ("location_dest_id.usage", "=", "internal"),
                ],
                ["product_id"],
                ["product_qty:sum", "date:min"],
            )
        )
        return {product.id: (qty, first) for product, qty, first in groups}

    def _reserve_row(self, needed, incoming, incoming_date, today):
        self.ensure_one()
        free = max(self.free_qty, 0.0)
        short = max(needed - free - incoming, 0.0)
        return {
            "product": self.with_context(lang=None).display_name,
            "unit": self.uom_id.name,
            "needed": needed,
            "on_hand": self.qty_available,
            "reserved": self.qty_available - self.free_qty,
            "incoming": incoming,
            "incoming_date": incoming_date and incoming_date.date() or None,
            "short": short,
            "earliest": self._earliest(needed - free, short, incoming_date, today),
        }

    def _earliest(self, wanting, short, incoming_date, today):
        if wanting <= 0:
            return today
        if not short:
            return max(incoming_date.date(), today)
        delay = max(self.seller_ids[:1].delay or 0, self.sale_delay or 0)
        return fields.Date.add(today, days=int(delay))
