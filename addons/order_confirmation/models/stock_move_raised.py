"""What has left is corrected down, not up: more leaves by a new transfer (TIER-06)."""

from odoo import api, models
from odoo.addons.written_signoff.wording import numeral
from odoo.exceptions import UserError

CARRIED = {
    "quantity", "product_uom_id", "move_id", "location_id", "location_dest_id",
}  # fmt: skip


class StockMoveLine(models.Model):
    """A done delivery is not made to have carried more than it did.

    Packing, transport, slip and notice were asked for what left with it.
    """

    _inherit = "stock.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        """Let no line be added to a delivery that has left."""
        ids = {vals["move_id"] for vals in vals_list if vals.get("move_id")}
        moves = self.env["stock.move"].browse(ids)
        before = moves._carried()
        lines = super().create(vals_list)
        moves._check_carried(before)
        return lines

    def write(self, vals):
        """Let no line of a delivery that has left be raised."""
        if not vals.keys() & CARRIED:
            return super().write(vals)
        moves = self.move_id | self.move_id.browse(vals.get("move_id") or ())
        before = moves._carried()
        result = super().write(vals)
        moves._check_carried(before)
        return result


class StockMove(models.Model):
    _inherit = "stock.move"

    @api.model_create_multi
    def create(self, vals_list):
        """Let no move be added to a delivery that has left."""
        ids = {vals["picking_id"] for vals in vals_list if vals.get("picking_id")}
        gone = self.env["stock.picking"].sudo().browse(ids)
        gone = gone.filtered(lambda picking: picking.state == "done")
        moves = super().create(vals_list)
        if gone:
            moves.filtered(lambda move: move.picking_id in gone)._check_carried({})
        return moves

    def _carried(self):
        """Return ``{move id: quantity}`` that done deliveries brought to customers.

        Those that are held to the rules, in the unit of the product.
        """
        done = self.sudo().filtered(lambda move: move.state == "done")
        return {
            move.id: sum(
                line.quantity_product_uom
                for line in move.move_line_ids
                if line.location_dest_id.usage == "customer" != line.location_id.usage
            )
            for move in done._release_leaving()
            if not (orders := move._release_orders()) or orders._release_held_to_rules()
        }

    def _check_carried(self, before):
        """Raise when a delivery that has left carries more than before.

        :param dict before: as :meth:`_carried` returned it
        :raises UserError: naming transfer and product
        """
        for move_id, quantity in self._carried().items():
            move = self.browse(move_id)
            known = before.get(move_id, 0.0)
            if move.product_id.uom_id.compare(quantity, known) > 0:
                raise UserError(
                    self.env._(
                        "%(transfer)s has left with %(quantity)s %(unit)s of "
                        "%(product)s: that can be corrected down, not up. What leaves "
                        "besides is a transfer of its own.",
                        transfer=move.picking_id.name or move.reference or "",
                        quantity=numeral(known),
                        unit=move.product_id.uom_id.name,
                        product=move.product_id.display_name,
                    )
                )
