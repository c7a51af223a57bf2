from collections import defaultdict

from odoo import api, models
from odoo.addons.written_signoff.wording import joined
from odoo.exceptions import UserError

from .sale_order import GatePassed


class StockMove(models.Model):
    _inherit = "stock.move"

    # -- what a move is for ------------------------------------------------------

    def _release_leaving(self):
        """Return the moves that bring goods to a customer, by the final destination.

        Picking and packing inside the house pass; so do returns from a customer.
        """
        return self.filtered(
            lambda move: (
                move.company_id.sudo().release_control and move._release_leads_out()
            )
        )

    def _release_leads_out(self):
        # Lines may start and end elsewhere than their move says.
        ways = [self, *self.move_line_ids]
        return any(
            way.location_dest_id.usage == "customer" != way.location_id.usage
            for way in ways
        )

    def _release_orders(self):
        """Return the sale orders for which these moves are made."""
        return self.sale_line_id.order_id | self.reference_ids.sale_ids

    def _release_quantities(self):
        """Return ``{sale order line id: quantity}`` leaving with these moves.

        In the unit of the line; parts of kits are counted as kits.
        """
        quantities = defaultdict(float)
        parts = self._release_parts()
        for move in self - parts:
            if line := move.sale_line_id:
                quantities[line.id] += move.product_uom._compute_quantity(
                    move.quantity, line.product_uom_id, rounding_method="HALF-UP"
                )
        for line, moves in parts.grouped("sale_line_id").items():
            quantities[line.id] += moves._release_kits()
        return dict(quantities)

    # -- the gates ---------------------------------------------------------------

    def _release_check_moves(self):
        """Raise unless these moves may take effect (TIER-06).

        :raises UserError: goods would leave, or be used or made, against a gate
        """
        pending = self._release_pending()
        making = pending.raw_material_production_id | pending.production_id
        making._release_check_production()
        leaving = pending._release_leaving().sudo()
        if not leaving:
            return
        loose = leaving.filtered(lambda move: not move._release_orders())
        loose._release_check_loose()
        leaving._release_check_product()
        orders = (leaving - loose)._release_orders()
        # What is corrected on a done move stands in the delivered quantity already.
        orders = orders.with_context(release_leaving=GatePassed("leaving", leaving.ids))
        orders._release_check("shipping", leaving._release_quantities())

    def _release_pending(self):
        passed = self.env.context.get("release_moves")
        if isinstance(passed, GatePassed):
            return self.filtered(lambda move: move.id not in passed.ids)
        return self

    def _release_check_loose(self):
        """Refuse goods that leave without an order. Add-ons may know better."""
        if self:
            raise UserError(
                self.env._(
                    "Nothing leaves the house without an order: %s names none.",
                    joined(
                        self.env,
                        (
                            move.picking_id.name or move.product_id.display_name
                            for move in self
                        ),
                    ),
                )
            )

    def _release_check_product(self):
        """Refuse goods that leave under the name of others: the gate counts lines.

        Parts leave for a kit that was ordered, and for no other line.
        """
        for move in self:
            ordered = move.sale_line_id.product_id
            if not ordered or move.product_id == ordered:
                continue
            if not move._release_kit_part():
                raise UserError(
                    self.env._(
                        "%(product)s cannot leave for the order line of %(ordered)s.",
                        product=move.product_id.display_name,
                        ordered=ordered.display_name,
                    )
                )

    # -- the effect --------------------------------------------------------------

    def _action_done(self, cancel_backorder=False):
        """Hold every way of doing a move to its gate: all roads lead here."""
        doing = self.filtered(lambda move: move.quantity and move.picked)
        doing._release_check_moves()
        known = GatePassed("moves", self.ids)
        moves = self.with_context(release_moves=known)
        done = super(StockMove, moves)._action_done(cancel_backorder=cancel_backorder)
        return done.with_env(self.env)

    @api.model_create_multi
    def create(self, vals_list):
        """Hold moves that are born done to their gate."""
        moves = super().create(vals_list)
        moves._release_check_done()
        return moves

    def write(self, vals):
        """Hold moves that are written done, or sent elsewhere once done."""
        if vals.get("picked") or vals.get("state") == "done":
            self._release_check_picked()
        result = super().write(vals)
        if vals.keys() & {"state", "location_dest_id", "quantity", "sale_line_id"}:
            self._release_check_done()
        return result

    def _release_check_picked(self):
        """Let nobody take parts for what may not be made: it would be in progress."""
        productions = self._release_pending().raw_material_production_id
        productions._release_check_production()

    def _release_check_done(self):
        done = self.filtered(lambda move: move.state == "done" and move.quantity)
        if done:
            done._release_check_moves()
