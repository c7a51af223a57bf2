from odoo import api, models
from odoo.exceptions import UserError


class StockQuant(models.Model):
    """Stock is somewhere because a move brought it there, and moves pass the gates."""

    _inherit = "stock.quant"

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse stock that is put at a customer's without a move (TIER-06)."""
        quants = super().create(vals_list)
        if not self.env.su:
            quants.filtered(
                lambda quant: quant.quantity and quant.location_id.usage == "customer"
            )._refuse_without_move()
        return quants

    def write(self, vals):
        """Refuse to write stock into another place, or more of it at a customer's."""
        if not self.env.su and vals.keys() & {"location_id", "quantity"}:
            self.filtered(
                lambda quant: (
                    "location_id" in vals or quant.location_id.usage == "customer"
                )
            )._refuse_without_move()
        return super().write(vals)

    def _refuse_without_move(self):
        companies = self.company_id or self.env.company
        if self and any(companies.sudo().mapped("release_control")):
            raise UserError(
                self.env._("Goods change their place with a stock move, not without.")
            )
