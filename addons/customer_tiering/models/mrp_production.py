from odoo import api, fields, models
from odoo.addons.written_signoff.wording import joined
from odoo.exceptions import UserError

RUNNING = {"confirmed", "progress", "to_close", "done"}


class MrpProduction(models.Model):
    _name = "mrp.production"
    _inherit = ["mrp.production", "signoff.mixin"]
    _signoff_fields = {"quantity": "product_qty", "unit": "product_uom_id"}

    release_order_ids = fields.Many2many(
        "sale.order", compute="_compute_release_order_ids", string="Orders"
    )
    needs_stock_signature = fields.Boolean(compute="_compute_release_order_ids")

    @api.depends("sale_line_id", "reference_ids.sale_ids", "product_id")
    def _compute_release_order_ids(self):
        for production in self:
            production.release_order_ids = production.sudo()._release_orders()
            production.needs_stock_signature = bool(production._release_for_stock())

    def _release_orders(self):
        """Return the sale orders for which these are made, over all levels."""
        orders = self.sale_line_id.order_id | self.reference_ids.sale_ids
        parents = self.move_dest_ids.raw_material_production_id - self
        return orders | parents._release_orders() if parents else orders

    def _release_for_stock(self):
        """Return those that make a product we sell, and name no order.

        Under release control that is either production for stock, which a planner
        answers for in writing, or a way round the gate.
        """
        return self.filtered(
            lambda production: (
                production.company_id.sudo().release_control
                and production.product_id.sale_ok
                and not production.sudo()._release_is_ordered()
            )
        )

    def _release_is_ordered(self):
        """Return whether an order asks for this product, itself or as a part."""
        orders = self._release_orders()
        asked = orders.order_line.product_id | self.move_dest_ids.product_id
        return bool(orders) and self.product_id in asked

    def _signoff_terms(self, code):
        return {
            production.id: {
                "product": production.product_id.display_name,
                "quantity": production.product_qty,
                "unit": production.product_uom_id.name,
                "bom": production.bom_id.display_name or "",
            }
            for production in self
        }

    def action_sign_for_stock(self):
        """Open the dialog in which production without an order is answered for."""
        return self._signoff_dialog("stock_production")

    def _release_check_production(self):
        """Raise unless these may be produced now (ORD-30, TIER-06).

        :raises UserError: the gate of an order is closed, or nobody answers for
            production without one
        """
        controlled = self.filtered(lambda mo: mo.company_id.sudo().release_control)
        if not controlled:
            return
        orders = controlled.sudo()._release_orders()
        pending = orders._release_not_passed("production")
        unreleased = pending._release_held_to_rules().filtered(
            lambda order: order.state != "sale"
        )
        if unreleased:
            raise UserError(
                self.env._(
                    "%s is not released to production. Production starts when "
                    "customer service releases the order.",
                    joined(self.env, unreleased.mapped("name")),
                )
            )
        pending._release_check("production")
        controlled._release_check_for_stock()

    def _release_check_for_stock(self):
        loose = self._release_for_stock()
        signed = loose._signoff_valid(["stock_production"]) if loose else {}
        open_ = loose.filtered(lambda mo: (mo.id, "stock_production") not in signed)
        if open_:
            purpose = self.env["signoff.purpose"]._get("stock_production")
            raise UserError(
                self.env._(
                    "%(production)s names no customer order for what it makes. "
                    "Production for stock is answered for in writing by: %(roles)s.",
                    production=joined(self.env, open_.mapped("display_name")),
                    roles=purpose._signers(),
                )
            )

    def action_confirm(self):
        """Confirm only what may be produced."""
        self._release_check_production()
        return super().action_confirm()

    @api.model_create_multi
    def create(self, vals_list):
        """Hold production born confirmed to the gate."""
        productions = super().create(vals_list)
        productions.filtered(lambda mo: mo.state in RUNNING)._release_check_production()
        return productions

    def write(self, vals):
        """Hold every way of starting production to the gate (TIER-06)."""
        if vals.get("state") in RUNNING or vals.get("qty_producing"):
            self._release_check_production()
        result = super().write(vals)
        if vals.keys() & {"sale_line_id", "reference_ids", "product_id"}:
            started = self.filtered(lambda mo: mo.state in RUNNING)
            started._release_check_production()
        return result
