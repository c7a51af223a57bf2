from collections import defaultdict
from datetime import timedelta
from typing import Any, NamedTuple

from odoo import fields, models
from odoo.exceptions import UserError

from ..explosion import cover, cycle
from .sale_order_statements import _outcome

COMING = ("waiting", "confirmed", "assigned", "partially_available")


class Explosion(NamedTuple):
    """An order taken apart.

    :param dict parts: ``{product: quantity}`` of what is not made, in its own unit
    :param dict made: ``{product: (bill of materials, quantity)}``, all levels
    :param dict edges: ``{product made: set of what goes straight into it}``
    :param unmade: what was ordered and has no bill of materials
    """

    parts: dict[Any, float]
    made: dict[Any, tuple[Any, float]]
    edges: dict[Any, set]
    unmade: set


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _raw_material_reserve(self):
        """Work out what raw material the order needs and what there is (ORD-10).

        Bills of materials are exploded down to parts that are not made, through kits
        and sub-assemblies; by-products are not counted against a need. Quantities are
        in the part's own unit. What other orders need and have not reserved yet is
        taken off first. The number of queries depends on the depth alone.

        :return: list of rows: product, unit, needed, on_hand, reserved, claimed (by
            other orders), incoming, incoming_date (when enough has come), short,
            earliest (dates, or None where nobody knows), remark
        :raises UserError: a bill of materials contains itself
        """
        self.ensure_one()
        found = self._goods()._exploded()
        parts = self.env["product.product"].sudo().union(*found.parts)
        parts = parts.with_company(self.company_id).with_context(
            warehouse_id=self.warehouse_id.id
        )
        arrivals = parts._incoming_supply(self.company_id)
        claims = self._reserve_claims(parts)
        today = self.company_id._business_date(fields.Datetime.now())
        return [
            part._reserve_row(
                found.parts[part],
                claims.get(part.id, 0.0),
                arrivals.get(part.id, []),
                today,
                unmade=part in found.unmade,
            )
            for part in parts
        ]

    def _reserve_claims(self, parts):
        """Return ``{product id: quantity}`` that other open orders need of these parts.

        Released ones ask through their open moves, as far as nothing is reserved for
        them. Those before their release count from their technical statement on, the
        earlier first: it told them that the material is there.
        """
        claims = defaultdict(float)
        for move in (
            self.env["stock.move"]
            .sudo()
            .search_fetch(
                self._reserve_claims_domain(parts),
                ["product_id", "product_qty", "quantity", "product_uom"],
            )
        ):
            reserved = move.product_uom._compute_quantity(
                move.quantity, move.product_id.uom_id, round=False
            )
            claims[move.product_id.id] += max(move.product_qty - reserved, 0.0)
        others = self._reserve_earlier()._goods()
        for part, quantity in others._exploded(strict=False).parts.items():
            claims[part.id] += quantity
        return claims

    def _reserve_claims_domain(self, parts):
        own = self.env["mrp.production"].sudo().search(
            [("sale_line_id", "in", self.order_line.ids)]
        )  # fmt: skip
        return [
            ("product_id", "in", parts.ids),
            ("company_id", "=", self.company_id.id),
            ("state", "in", COMING),
            ("location_id.usage", "=", "internal"),
            ("location_dest_id.usage", "not in", ("internal", "transit")),
            ("sale_line_id", "not in", self.order_line.ids),
            ("raw_material_production_id", "not in", own.ids),
        ]

    def _reserve_earlier(self):
        """Return the orders before their release whose technical statement is older.

        What cannot be made needs no material.
        """
        domain = [
            ("res_model", "=", "sale.order"),
            ("purpose_code", "=", "technical"),
            ("state", "=", "valid"),
            ("company_id", "=", self.company_id.id),
        ]
        rows = self.env["signoff.signature"].sudo().search_fetch(
            domain, ["res_id"], order="id"
        )  # fmt: skip
        own = rows.filtered(lambda row: row.res_id == self.id)
        older = rows.filtered(lambda row: not own or row.id < own[-1].id)
        orders = self.sudo().search(
            [
                ("id", "in", older.mapped("res_id")),
                ("id", "!=", self.id),
                ("state", "in", ("draft", "sent")),
            ]
        )
        # Only of these is read what the statement says: it contains a whole table.
        said = rows.browse(older.filtered(lambda row: row.res_id in orders._ids).ids)
        feasible = said.filtered(lambda row: _outcome(row) != "not_feasible")
        return orders.browse(set(feasible.mapped("res_id")))


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _exploded(self, strict=True):
        """Take these lines apart, level by level, a few queries each (ORD-10).

        :param bool strict: refuse a bill of materials that contains itself; otherwise
            what is in the cycle is left out
        :return: an :class:`Explosion`
        :raises UserError: naming the products of the cycle
        """
        found = Explosion(defaultdict(float), {}, {}, set())
        known, depth = {}, 0
        level = defaultdict(float)
        for line in self.sudo():
            chosen = line.product_no_variant_attribute_value_ids
            level[line.product_id, chosen] += line.product_uom_id._compute_quantity(
                line.product_uom_qty, line.product_id.uom_id, round=False
            )
        found.unmade.update(product for product, _chosen in level)
        while level:
            self._know_boms({product for product, _chosen in level}, known)
            depth += 1
            if depth > len(known):
                # Deeper than there are products: somewhere it goes round.
                self._check_no_cycle(found.edges, strict)
                break
            level = self._explode_level(level, known, found)
        found.unmade.difference_update(found.made)
        for part, quantity in found.parts.items():
            found.parts[part] = part.uom_id.round(quantity, rounding_method="UP")
        return found

    def _know_boms(self, products, known):
        """Look up the bills of materials of those products that are new."""
        new = self.env["product.product"].sudo().union(*(products - known.keys()))
        boms = self.env["mrp.bom"].sudo()
        company = self.company_id[:1].id
        found = boms._bom_find(new, company_id=company) if new else {}
        for product in new:
            known[product] = found[product] if product in found else boms

    def _check_no_cycle(self, edges, strict):
        inside = cycle(edges)
        if inside and strict:
            names = [product.display_name for product in [*inside, inside[0]]]
            raise UserError(
                self.env._(
                    "A bill of materials contains itself: %s. Engineering has to "
                    "correct it.",
                    " → ".join(names),
                )
            )

    def _explode_level(self, level, known, found):
        below = defaultdict(float)
        for (product, chosen), quantity in level.items():
            bom = known[product]
            if not bom:
                found.parts[product] += quantity
                continue
            _bom, before = found.made.get(product, (bom, 0.0))
            found.made[product] = (bom, before + quantity)
            below_it = found.edges.setdefault(product, set())
            batches = product.uom_id._compute_quantity(
                quantity, bom.product_uom_id, round=False
            ) / (bom.product_qty or 1)
            for row in bom.bom_line_ids:
                if row._skip_bom_line(product, chosen):
                    continue
                below_it.add(row.product_id)
                below[row.product_id, chosen] += row.product_uom_id._compute_quantity(
                    row.product_qty * batches, row.product_id.uom_id, round=False
                )
        return below


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _incoming_supply(self, company):
        """Return ``{product id: [(date, quantity)]}`` of what is on its way in.

        Dates are those of the company's time zone.
        """
        moves = self.env["stock.move"].sudo().search_fetch(
            [
                ("product_id", "in", self.ids),
                ("company_id", "=", company.id),
                ("state", "in", COMING),
                ("location_id.usage", "in", ("supplier", "production")),
                ("location_dest_id.usage", "=", "internal"),
            ],
            ["product_id", "product_qty", "date"],
            order="date, id",
        )  # fmt: skip
        supply = defaultdict(list)
        for move in moves:
            day = company._business_date(move.date)
            supply[move.product_id.id].append((day, move.product_qty))
        return supply

    def _reserve_row(self, needed, claimed, arrivals, today, unmade=False):
        self.ensure_one()
        free = max(self.free_qty, 0.0)
        found = cover(needed, free, claimed, arrivals)
        last = max((day for day, _quantity in arrivals), default=None)
        earliest, remark = self._reserve_earliest(found, today)
        return {
            "product": self.with_context(lang=None).display_name,
            "unit": self.uom_id.name,
            "needed": needed,
            "on_hand": self.qty_available,
            "reserved": self.qty_available - self.free_qty,
            "claimed": claimed,
            "incoming": sum(quantity for _day, quantity in arrivals),
            "incoming_date": found.enough or last,
            "short": self.uom_id.round(found.short),
            "earliest": earliest,
            "remark": "unmade" if unmade else remark,
        }

    def _reserve_earliest(self, found, today):
        """Return when all of it is there, and what is to be said about that."""
        if found.enough:
            return max(found.enough, today), ""
        if not self.uom_id.compare(found.short, 0) > 0:
            return today, ""
        vendor = self.seller_ids[:1]
        days = max(vendor.delay or 0, self.sale_delay or 0)
        if not days:
            return None, "unknown"
        return today + timedelta(days=int(days)), ""
