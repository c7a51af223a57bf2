"""Goods leave for the address that was verified, and for no other (ORD-52)."""

from odoo import models
from odoo.exceptions import UserError


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _goes_to(self, order):
        """Return the partner to whom this transfer brings goods of an order.

        Who is on the transfer; on what a supplier sends to the customer that is the
        supplier, and its moves say for whom.

        :param order: sale.order, may be empty
        """
        self.ensure_one()
        moves = self.move_ids
        if "purchase_line_id" in moves._fields:
            sender = moves.purchase_line_id.order_id.partner_id
            if self.partner_id and self.partner_id in sender:
                return moves.partner_id[:1] or order.partner_shipping_id
        return self.partner_id or order.partner_shipping_id


class StockMove(models.Model):
    _inherit = "stock.move"

    def _check_addresses(self):
        """Raise unless these moves go where their applications say (ORD-52).

        An application covers the address of its order; one of a transfer without an
        order becomes void by itself when the transfer goes to somebody else. A move
        counts for an order whether it names the line or the order's reference only.

        :raises UserError: the transfer names another address
        """
        ordered = self - self._without_order_line()
        moves = ordered.filtered(lambda move: move.picking_id.state != "done")
        held = moves._release_orders()._release_held_to_rules()
        for picking, own in moves.grouped("picking_id").items():
            for order in picking and own._release_orders() & held:
                place, verified = picking._goes_to(order), order.partner_shipping_id
                if place == verified:
                    continue
                raise UserError(
                    self.env._(
                        "%(transfer)s goes to %(place)s, but the delivery address of "
                        "%(order)s is %(verified)s: correct the transfer, or change "
                        "the order and apply anew.",
                        transfer=picking.name,
                        place=place.display_name,
                        verified=verified.display_name,
                        order=order.name,
                    )
                )
