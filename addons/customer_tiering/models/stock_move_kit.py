"""Kits: their parts leave, and are counted as kits of the order line (TIER-06)."""

from collections import defaultdict

from odoo import models


def kits_of(boms, product):
    """Return those of these kits that are this product, whatever its variant."""
    return boms.filtered(
        lambda bom: (
            bom.type == "phantom"
            and (
                bom.product_id == product
                if bom.product_id
                else bom.product_tmpl_id == product.product_tmpl_id
            )
        )
    )


def inside(boms, product):
    """Tell whether one of these is the kit of a product, or of a kit that is in it.

    One query for each storey of kits within kits.
    """
    boms = seen = boms.filtered(lambda bom: bom.type == "phantom")
    every = boms.env["mrp.bom.line"].with_context(active_test=False)
    while boms:
        if kits_of(boms, product):
            return True
        around = every.search(
            [
                ("bom_id.type", "=", "phantom"),
                ("product_id.product_tmpl_id", "in", boms.product_tmpl_id.ids),
            ]
        )
        boms = around.filtered(
            lambda part, boms=boms: kits_of(boms, part.product_id)
        ).bom_id
        boms, seen = boms - seen, seen | boms
    return False


class StockMove(models.Model):
    _inherit = "stock.move"

    def _release_parts(self):
        """Return the moves that bring another product than their order line names."""
        return self.filtered(
            lambda move: (
                move.bom_line_id
                and move.sale_line_id
                and move.product_id != move.sale_line_id.product_id
            )
        )

    def _release_kit_part(self):
        """Tell whether this move brings a part of the kit on its order line."""
        self.ensure_one()
        part = self.bom_line_id
        return (
            bool(part)
            and part.product_id == self.product_id
            and inside(part.bom_id, self.sale_line_id.product_id)
        )

    def _release_parts_sums(self):
        """Return ``{part of a kit: quantity}``, in the unit of the part's product."""
        sums = defaultdict(float)
        for move in self:
            sums[move.bom_line_id] += move.product_uom._compute_quantity(
                move.quantity, move.product_id.uom_id
            )
        return sums

    def _release_done_before(self):
        """Return the parts of the same order lines, not these, that have left."""
        return (
            (self.sale_line_id.move_ids - self)
            ._release_parts()
            .filtered(
                lambda move: (
                    move.state == "done"
                    and move.location_dest_id.usage == "customer"
                    and move.location_id.usage != "customer"
                )
            )
        )

    def _release_kits(self):
        """Return how many kits of one order line leave with these moves, its parts.

        A kit counts as soon as its first part leaves, and once: the other parts of it
        follow without being counted again.
        """
        before = self._release_done_before()
        line = self.sale_line_id
        begun = line._release_kits((before | self)._release_parts_sums())
        return begun - line._release_kits(before._release_parts_sums())


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _release_needs(self):
        """Return ``{part: quantity}`` that one of the ordered kits takes.

        In the unit of the part's product; empty for what is no kit.
        """
        self.ensure_one()
        boms = kits_of(self.move_ids.bom_line_id.bom_id, self.product_id)
        if not boms:
            boms = self.env["mrp.bom"]._bom_find(
                self.product_id, company_id=self.company_id.id, bom_type="phantom"
            )[self.product_id]
        whole, needs = boms[:1], defaultdict(float)
        if not whole:
            return needs
        # Of the whole line, as Odoo does: parts are rounded to whole units.
        ordered = abs(self.product_uom_qty) or 1.0
        times = self.product_uom_id._compute_quantity(
            ordered, whole.product_uom_id, round=False
        )
        _boms, parts = whole.explode(self.product_id, times / whole.product_qty)
        for part, taken in parts:
            if part.product_id.type != "service":
                needs[part] += part.product_uom_id._compute_quantity(
                    taken["qty"] / ordered, part.product_id.uom_id, round=False
                )
        return needs

    def _release_kits(self, parts, whole=False):
        """Return for how many of the ordered kits these parts are.

        :param dict parts: ``{part: quantity}``, in the unit of the part's product
        :param bool whole: count kits of which every part is there; else those of which
            any is
        :return: the number in the unit of this line
        """
        if not parts:
            return 0.0
        needs = self._release_needs()
        if whole and needs:
            return min(
                parts.get(part, 0.0) / need for part, need in needs.items() if need
            )
        return max(
            quantity / (needs.get(part) or part.product_qty or 1.0)
            for part, quantity in parts.items()
        )

    def _release_begun(self, shipping, leaving):
        """Return ``{line id: number}`` of kits of which a part is at the customer's.

        :param dict shipping: ``{line id: quantity}`` about to leave; of these only
        :param leaving: moves that are not counted: they leave just now
        """
        begun = {}
        for line in self.filtered(lambda line: line.id in (shipping or {})):
            parts = line.move_ids._release_parts() - leaving
            net = defaultdict(float)
            for move in parts.filtered(lambda move: move.state == "done"):
                sign = (move.location_dest_id.usage == "customer") - (
                    move.location_id.usage == "customer"
                )
                for part, quantity in move._release_parts_sums().items():
                    net[part] += sign * quantity
            if net:
                begun[line.id] = line._release_kits(net)
        return begun
