"""What is asked of every transfer to a customer, whatever way it is validated."""

from collections import defaultdict

from odoo import models
from odoo.addons.written_signoff.wording import joined, numeral
from odoo.exceptions import UserError


class StockMove(models.Model):
    _inherit = "stock.move"

    def _held_to_shipping_steps(self):
        """Return the moves of orders held to the rules, and those without an order."""
        # Of all moves at once: those of each would be read one after the other.
        held = self._release_orders()._release_held_to_rules()
        return self.filtered(
            lambda move: not (orders := move._release_orders()) or orders & held
        )

    def _check_shipping_steps(self):
        """Raise unless the briefing is read, the packing checked, the loading noted.

        Asked after the gate, of moves that are about to leave for a customer; in a
        number of queries that does not grow with the transfers (ORD-54 to ORD-56).

        :raises UserError: something is still to do, in one sentence that names it
        """
        moves = self._held_to_shipping_steps()
        if not moves:
            return
        moves._briefing_check()
        # What has left and is only corrected was packed and loaded when it left.
        moves = moves.filtered(lambda move: move.picking_id.state != "done")
        # What a supplier sends to the customer never was at our gate.
        ours = moves.filtered(lambda move: move.location_id.usage != "supplier")
        ours._packing_check()
        ours.picking_id._transport_check()

    def _packing_check(self):
        """Raise unless packing plans are checked, for what leaves (ORD-56)."""
        pickings = self.picking_id
        plans = self.env["packing.plan"].sudo().search(
            [("picking_id", "in", pickings.ids)]
        )  # fmt: skip
        valid = {key[0] for key in plans._signoff_valid(["packing_check"])}
        by_picking = {plan.picking_id: plan for plan in plans}
        missing = pickings.filtered(lambda picking: picking not in by_picking)
        missing._packing_required()
        leaving = self.grouped("picking_id")
        for picking, plan in by_picking.items():
            plan._check_leaving(leaving[picking]._packing_sums(), plan.id in valid)

    def _packing_sums(self):
        """Return ``{product: quantity}`` of these moves, in the product's unit."""
        sums = defaultdict(float)
        for move in self:
            sums[move.product_id] += move.product_uom._compute_quantity(
                move.quantity, move.product_id.uom_id
            )
        return dict(sums)


class PackingPlan(models.Model):
    _inherit = "packing.plan"

    def _check_leaving(self, leaving, signed):
        """Raise unless this plan is checked, for exactly what leaves.

        :param dict leaving: ``{product: quantity}`` in the product's unit
        :param signed: whether its check holds
        :raises UserError: not checked, or something else leaves
        """
        self.ensure_one()
        if self.state == "draft":
            raise UserError(
                self.env._(
                    "%(plan)s of %(transfer)s is not packed yet: who packs presses "
                    "“Packed”, then somebody else checks.",
                    plan=self.name,
                    transfer=self.picking_id.name,
                )
            )
        if self.state != "checked" or not signed:
            raise UserError(
                self.env._(
                    "%(plan)s of %(transfer)s is not checked yet: somebody else than "
                    "who packed checks and signs it.",
                    plan=self.name,
                    transfer=self.picking_id.name,
                )
            )
        planned = self._planned()
        changed = [
            product
            for product in planned.keys() | leaving.keys()
            if (product in planned or product in self._with_standard(leaving))
            and product.uom_id.compare(
                planned.get(product, 0.0), leaving.get(product, 0.0)
            )
        ]
        if changed:
            raise UserError(
                self.env._(
                    "%(transfer)s is packed and checked for other quantities: "
                    "%(goods)s. Compute %(plan)s again and have it checked.",
                    transfer=self.picking_id.name,
                    plan=self.name,
                    goods=joined(
                        self.env,
                        (
                            f"{product.display_name} "
                            f"{numeral(leaving.get(product, 0.0))} / "
                            f"{numeral(planned.get(product, 0.0))} "
                            f"{product.uom_id.name}"
                            for product in sorted(changed, key=lambda row: row.id)
                        ),
                    ),
                )
            )

    def _with_standard(self, products):
        pairs = [(self.partner_id, product) for product in products]
        found = self.env["packing.standard"]._find(self.company_id, pairs)
        return {product for _partner, product in found}


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _packing_required(self):
        """Raise where goods leave without a plan although they have a standard."""
        for company, pickings in self.grouped("company_id").items():
            pairs = {
                (picking._packing_partner(), product): picking
                for picking, quantities in pickings._packing_quantities().items()
                for product in quantities
            }
            found = self.env["packing.standard"]._find(company, pairs)
            if found:
                picking = next(pairs[pair] for pair in pairs if pair in found)
                raise UserError(
                    self.env._(
                        "%s has no packing plan yet: make it with “Packing Plan”, "
                        "pack, and have it checked.",
                        picking.name,
                    )
                )

    def _packing_partner(self):
        """Return for whom a transfer is packed."""
        self.ensure_one()
        return self.sale_id.partner_id or self.partner_id

    def _packing_quantities(self):
        """Return ``{transfer: {product: quantity}}`` that leaves with these transfers.

        What is reserved or entered; before anything is, what was asked for. In the unit
        of the product; in a number of queries that does not grow with the transfers.
        """
        moves = self.move_ids.filtered(lambda move: move.state != "cancel")
        leaving = moves._release_leaving()._held_to_shipping_steps()
        leaving = leaving.grouped("picking_id")
        return {
            picking: picking._packing_of(leaving.get(picking, moves.browse()))
            for picking in self
        }

    def _packing_of(self, leaving):
        entered = {
            product: quantity
            for product, quantity in leaving._packing_sums().items()
            if product.uom_id.compare(quantity, 0.0) > 0
        }
        if entered or self.state == "done":
            return entered
        asked = defaultdict(float)
        for move in leaving:
            asked[move.product_id] += move.product_uom._compute_quantity(
                move.product_uom_qty, move.product_id.uom_id
            )
        return dict(asked)
