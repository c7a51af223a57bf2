from odoo import fields, models
from odoo.exceptions import UserError


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    inspection_ids = fields.One2many("final.inspection", "production_id")
    inspection_count = fields.Integer(compute="_compute_inspection_count")
    needs_inspection = fields.Boolean(compute="_compute_inspection_count")

    def _compute_inspection_count(self):
        for production in self:
            production.inspection_count = len(production.inspection_ids)
            production.needs_inspection = bool(production._needing_inspection())

    def _needing_inspection(self):
        """Return those whose goods are inspected: what we sell (ORD-43)."""
        return self.filtered(
            lambda production: (
                production.company_id.sudo().release_control
                and production.product_id.sale_ok
            )
        )

    def _check_inspected(self, quantities):
        """Raise unless quality passed what goes into stock now (ORD-43).

        :param dict quantities: ``{production: quantity}`` in the product's unit
        """
        needing = self._needing_inspection()
        if not needing:
            return
        passed = self.env["final.inspection"]._passed("production_id", needing.ids)
        for production in needing:
            wanted = quantities[production] + production._stocked_quantity()
            if production.product_id.uom_id.compare(passed[production.id], wanted) < 0:
                raise UserError(
                    self.env._(
                        "%(production)s: %(wanted)s %(unit)s would go into stock, and "
                        "quality has passed %(passed)s. Missing: a final inspection "
                        "signed by quality.",
                        production=production.name,
                        wanted=f"{wanted:g}",
                        unit=production.product_id.uom_id.name,
                        passed=f"{passed[production.id]:g}",
                    )
                )

    def _stocked_quantity(self):
        done = self.move_finished_ids.filtered(
            lambda move: move.state == "done" and move.product_id == self.product_id
        )
        return sum(
            move.product_uom._compute_quantity(move.quantity, move.product_id.uom_id)
            for move in done
        )

    def action_inspect(self):
        """Open the final inspection of this production, or begin one."""
        self.ensure_one()
        line = self.sale_line_id or self._orders_line()
        quantity = self.product_uom_id._compute_quantity(
            self.qty_producing or self.product_qty, self.product_id.uom_id
        )
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Final Inspection"),
            "res_model": "final.inspection",
            "view_mode": "form",
            "context": {
                "default_production_id": self.id,
                "default_product_id": self.product_id.id,
                "default_order_line_id": line.id,
                "default_quantity": quantity,
                "default_company_id": self.company_id.id,
            },
        }
        if self.inspection_ids:
            action.update(
                view_mode="list,form", domain=[("production_id", "=", self.id)]
            )
        return action

    def _orders_line(self):
        lines = self.sudo()._release_orders().order_line
        return lines.filtered(lambda line: line.product_id == self.product_id)[:1]
