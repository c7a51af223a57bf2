from collections import defaultdict
from types import SimpleNamespace

from odoo import models
from odoo.addons.written_signoff.wording import joined, numeral
from odoo.exceptions import UserError

from .. import passing


class StockMoveLine(models.Model):
    """What quality has to have passed before goods become stock (ORD-43)."""

    _inherit = "stock.move.line"

    # -- tracked goods ---------------------------------------------------------------

    def _check_lots_passed(self):
        """Raise unless quality passed these lots, to this quantity."""
        lots = self.lot_id
        inspections = self.env["final.inspection"].sudo()
        inspections.search([("lot_ids.lot_id", "in", lots.ids)])._signoff_lock()
        passed = inspections._passed_by_lot(lots)
        stocked = self._stocked_by_lot(lots)
        now = self._now_by_lot()
        for lot in lots:
            wanted = stocked[lot.id] + now[lot.id]
            if lot.product_id.uom_id.compare(passed[lot.id], wanted) < 0:
                raise UserError(
                    self.env._(
                        "Lot %(lot)s of %(product)s: %(wanted)s %(unit)s would go into "
                        "stock, and quality has passed %(passed)s. Missing: a final "
                        "inspection signed by quality.",
                        lot=lot.name,
                        product=lot.product_id.display_name,
                        wanted=numeral(wanted),
                        unit=lot.product_id.uom_id.name,
                        passed=numeral(passed[lot.id]),
                    )
                )

    def _now_by_lot(self):
        now = defaultdict(float)
        for line in self.filtered(lambda line: line.state != "done"):
            now[line.lot_id.id] += line.quantity_product_uom
        return now

    def _check_counted(self):
        """Raise when a count would put a lot into stock that quality has not passed.

        A lot that was here and is found again passes; so does one that was never made
        here.
        """
        made = self.lot_id._made_here()
        if not made:
            return
        passed = self.env["final.inspection"]._passed_by_lot(made)
        stocked = self._stocked_by_lot(made)
        found = self._found_by_lot(made)
        now = self._now_by_lot()
        for lot in made:
            left = max(0.0, passed[lot.id] - stocked[lot.id])
            if lot.product_id.uom_id.compare(found[lot.id] + now[lot.id], left) > 0:
                raise UserError(
                    self.env._(
                        "%(lot)s of %(product)s is made here: it comes into stock "
                        "through its manufacturing order, when quality has passed it, "
                        "and not by a count.",
                        lot=lot.name,
                        product=lot.product_id.display_name,
                    )
                )

    # -- goods that are not tracked --------------------------------------------------

    def _check_made_passed(self):
        """Raise unless quality passed what these manufacturing orders put in stock."""
        origins = self.move_id._finished_origins()
        pending = defaultdict(float)
        beside = defaultdict(self.browse)
        making_beside = defaultdict(self.env["mrp.production"].browse)
        for line in self:
            productions = origins[line.move_id.id]
            if line.location_id.usage == "production":
                # Straight out of production: only as what it finishes.
                productions = line.move_id.production_id
            if not productions:
                line._refuse_without_production()
            making = productions.filtered(
                lambda production, line=line: production.product_id == line.product_id
            )
            if making:
                done = line.state == "done"
                pending[making[:1].id] += 0.0 if done else line.quantity_product_uom
            elif line.product_id in productions.move_byproduct_ids.product_id:
                beside[line.product_id] |= line
                making_beside[line.product_id] |= productions
        for product, lines in beside.items():
            making_beside[product].sudo()._check_beside_inspected(product, lines)
        productions = self.env["mrp.production"].sudo().browse(pending)
        productions = productions._needing_inspection()
        if productions:
            productions._check_inspected(pending)

    def _refuse_without_production(self):
        raise UserError(
            self.env._(
                "%(product)s is made here: it comes into stock through its "
                "manufacturing order, and %(move)s names none.",
                product=self.product_id.display_name,
                move=self.move_id.reference or self.move_id.display_name,
            )
        )


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    def _check_inspected(self, pending):
        """Raise unless quality passed what goes into stock now (ORD-43).

        What was inspected under one manufacturing order serves its backorders only as
        far as it is closed and left some. Constant queries.

        :param dict pending: ``{production id: quantity}`` in the product's unit
        """
        units = self._stocking_units()
        everybody = self.union(*(unit.productions for unit in units))
        inspections = self.env["final.inspection"].sudo()
        everybody.inspection_ids.sudo()._signoff_lock()
        passed = inspections._passed("production_id", everybody.ids)
        for unit in units:
            unit.batch = unit.batch._replace(
                passed=sum(passed[production.id] for production in unit.productions)
            )
        for unit in units:
            now = sum(pending.get(key, 0.0) for key in unit.productions.ids)
            asked = unit.productions & self
            if not asked:
                continue
            others = [
                other.batch
                for other in units
                if other is not unit and other.groups & unit.groups
            ]
            free = passing.free(unit.batch, others)
            uom = unit.productions[:1].product_id.uom_id
            if uom.compare(free, now) < 0:
                wanted = unit.batch.stocked + now
                raise UserError(
                    self.env._(
                        "%(production)s: %(wanted)s %(unit)s would go into stock, and "
                        "quality has passed %(passed)s. Missing: a final inspection "
                        "signed by quality.",
                        production=joined(self.env, asked.mapped("name")),
                        wanted=numeral(wanted),
                        unit=uom.name,
                        passed=numeral(max(0.0, free + unit.batch.stocked)),
                    )
                )
            # What goes now is taken from what siblings in the same go may use.
            batch = unit.batch
            unit.batch = batch._replace(stocked=batch.stocked + now)

    def _check_beside_inspected(self, product, lines):
        """Raise unless quality passed a by-product that goes into stock now (ORD-43).

        It is inspected for itself, on the manufacturing order that it falls off from.

        :param lines: the stock move lines by which it becomes stock
        """
        moves = self.move_finished_ids.filtered(lambda move: move.product_id == product)
        ways = self.env["stock.move"].browse(
            move.id for move in moves._way_into_stock()
        )
        known = ways.move_line_ids.filtered(lambda line: line.state == "done")
        wanted = (
            sum((known._put_in_stock() | lines).mapped("quantity_product_uom"))
            - sum(known._taken_back().mapped("quantity_product_uom"))
        )  # fmt: skip
        inspections = self.env["final.inspection"].sudo()
        mine = [("production_id", "in", self.ids), ("product_id", "=", product.id)]
        inspections.search(mine)._signoff_lock()
        passed = sum(row[2] for row in inspections._passed_rows(mine))
        if product.uom_id.compare(passed, wanted) < 0:
            raise UserError(
                self.env._(
                    "%(production)s: %(wanted)s %(unit)s of the by-product %(product)s "
                    "would go into stock, and quality has passed %(passed)s. Missing: "
                    "a final inspection of it on this manufacturing order.",
                    production=joined(self.env, self.mapped("name")),
                    wanted=numeral(wanted),
                    unit=product.uom_id.name,
                    product=product.display_name,
                    passed=numeral(passed),
                )
            )

    def _stocking_units(self):
        """Return what is counted together, with what is in stock of it already.

        A unit is a manufacturing order; several, where their goods lie in the same
        transfer from Post-Production to stock. Backorders are units of their own.
        """
        batch = self.sudo()._same_batch()
        finished = batch._finished_moves()
        ways = finished._way_into_stock()
        strangers = self.browse().union(*ways.values()) - batch
        while strangers:
            batch |= strangers._same_batch()
            ways = batch._finished_moves()._way_into_stock()
            strangers = self.browse().union(*ways.values()) - batch
        ways.update(batch._ways_cut_off())
        unit_of = {production: SimpleNamespace(productions=production)
                   for production in batch}  # fmt: skip
        for productions in ways.values():
            first, *others = {id(unit_of[p]): unit_of[p] for p in productions}.values()
            for other in others:
                first.productions |= other.productions
                for production in other.productions:
                    unit_of[production] = first
        units = list({id(unit): unit for unit in unit_of.values()}.values())
        moves = self.env["stock.move"].browse(move.id for move in ways)
        lines = moves.move_line_ids.filtered(lambda line: line.state == "done")
        entered, back = lines._put_in_stock(), lines._taken_back()
        for unit in units:
            own = moves.filtered(lambda move, unit=unit: ways[move] <= unit.productions)
            unit.groups = set(unit.productions.production_group_id.ids)
            unit.batch = passing.Batch(
                stocked=sum(
                    (entered & own.move_line_ids).mapped("quantity_product_uom")
                )
                - sum((back & own.move_line_ids).mapped("quantity_product_uom")),
                made=sum(
                    line.quantity_product_uom
                    for line in (lines & own.move_line_ids)
                    if line.move_id.production_id
                    and line.location_dest_id.usage != "inventory"
                ),
                closed=unit.productions._all_closed(),
            )
        return units

    def _ways_cut_off(self):
        """Return ``{move: productions}`` of transfers that lost their link to making.

        Odoo cuts it when a part of what they wait for is scrapped or taken elsewhere;
        they still name the group of manufacturing orders, and count for all of it.
        """
        moves = self.env["stock.move"].search(
            [
                ("production_group_id", "in", self.production_group_id.ids),
                ("production_id", "=", False),
                ("raw_material_production_id", "=", False),
                ("move_orig_ids", "=", False),
                ("origin_returned_move_id", "=", False),
                ("state", "!=", "cancel"),
            ]
        )
        before = moves.location_id._before_stock()
        return {
            move: self.filtered(
                lambda production, move=move: (
                    production.production_group_id == move.production_group_id
                )
            )
            for move in moves
            if move.location_id in before
        }

    def _finished_moves(self):
        return self.move_finished_ids.filtered(
            lambda move: move.product_id == move.production_id.product_id
        )

    def _same_batch(self):
        """Return these with their backorders and split parts, of the same product."""
        found = self | self.production_group_id.production_ids
        products = self.product_id
        return found.filtered(lambda production: production.product_id in products)

    def _all_closed(self):
        """Return whether nothing more will be made under these and their backorders."""
        return all(production.state in ("done", "cancel") for production in self)


class StockMove(models.Model):
    _inherit = "stock.move"

    def _way_into_stock(self):
        """Return ``{move: productions}``: finished moves, and what follows into stock.

        Transfers from Post-Production, their backorders and returns; not what happens
        with goods that are stock already.
        """
        ways = {move: move.production_id for move in self}
        steps = self
        while steps:
            following = (steps.move_dest_ids | steps.returned_move_ids).filtered(
                lambda move: move.state != "cancel"
            )
            ends = following.location_id | following.location_dest_id
            before = ends._before_stock()
            following = following.filtered(
                lambda move, before=before: (
                    (move.location_id | move.location_dest_id) & before
                )
            )
            changed = self.browse()
            for move in following:
                known = ways.get(move, self.env["mrp.production"])
                origins = move.move_orig_ids | move.origin_returned_move_id
                wider = known.union(*(ways[m] for m in origins if m in ways))
                # What came from elsewhere into the same transfer counts, too.
                wider |= origins.production_id.filtered(
                    lambda production, move=move: (
                        production.product_id == move.product_id
                    )
                )
                if wider != known:
                    ways[move] = wider
                    changed |= move
            steps = changed
        return ways
