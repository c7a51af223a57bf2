from collections import defaultdict

from odoo import fields, models


class StockMove(models.Model):
    _inherit = "stock.move"

    # What was made is followed by it, on the board and at the gate of quality.
    production_group_id = fields.Many2one(index="btree_not_null")

    # -- what a move does ------------------------------------------------------------

    def _out_of_dismantling(self):
        """Return whether goods come out of an unbuild or a repair: they are not new."""
        self.ensure_one()
        if self.unbuild_id or self.consume_unbuild_id:
            return True
        return "repair_id" in self._fields and bool(self.repair_id)

    def _lines_taking_effect(self):
        """Return the lines that move goods now, or have just done so."""
        return self.move_line_ids.filtered(
            lambda line: line.picked or line.state == "done"
        )

    def _finished_origins(self):
        """Return ``{move id: productions}`` in which the goods of each were made.

        Followed back over transfers and returns. Constant queries.
        """
        found = {}
        steps = {move.id: move for move in self.browse(self.ids)}
        seen = defaultdict(set)
        productions = self.env["mrp.production"]
        while steps:
            further = {}
            for key, moves in steps.items():
                found.setdefault(key, productions)
                found[key] |= moves.production_id
                seen[key].update(moves.ids)
                loose = moves.filtered(lambda move: not move.production_id)
                back = loose.move_orig_ids | loose.origin_returned_move_id
                back = back.filtered(lambda move, key=key: move.id not in seen[key])
                if back:
                    further[key] = back
            # One read for all: what is followed next belongs together.
            together = self.browse().union(*further.values())
            steps = {
                key: moves.with_prefetch(together.ids) for key, moves in further.items()
            }
        # Odoo cuts a transfer off from where its goods came when somebody else takes a
        # part of them; what it is made under still stands on it.
        before = self.location_id._before_stock()
        for move in self.browse(self.ids):
            if not found[move.id] and move.location_id in before:
                found[move.id] = move.production_group_id.production_ids
        return found

    # -- the gate --------------------------------------------------------------------

    def _release_check_moves(self):
        """Let finished goods into stock only when quality has passed them (ORD-43)."""
        self.sudo()._release_pending()._check_put_in_stock()
        return super()._release_check_moves()

    def _check_put_in_stock(self):
        """Raise unless quality passed what would become stock.

        Tracked goods are counted by lot, others by manufacturing order.

        :raises UserError: naming what is missing
        """
        lines = self._lines_taking_effect()._of_goods_we_sell()
        if not lines:
            return
        taking = lines.location_dest_id._takes_stock()
        # By a count, or out of scrap: the same for who takes it from the shelf.
        found = lines.filtered(
            lambda line: (
                line.lot_id
                and line.location_id.usage == "inventory"
                and (
                    line.location_dest_id in taking
                    or line.location_dest_id.usage == "internal"
                )
            )
        )
        if found:
            found._check_counted()
        lines = lines._put_in_stock()
        by_lot = lines.filtered(
            lambda line: line.lot_id and line.product_id.tracking != "none"
        )
        if by_lot:
            by_lot._check_lots_passed()
        others = lines - by_lot
        if others:
            others._check_made_passed()
