from odoo import api, models
from odoo.exceptions import UserError

# Where goods are at a customer's, or stock.
HELD = ("customer", "internal", "transit")


class StockQuant(models.Model):
    """Stock is somewhere because a move brought it there, and moves pass the gates."""

    _inherit = "stock.quant"

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse stock that is put somewhere without a move (TIER-06)."""
        given = any(vals.get("quantity") for vals in vals_list)
        quants = super().create(vals_list)
        if not self.env.su:
            # A count gives back what lies there already, which is no new stock.
            held = HELD if given else ("customer",)
            quants.filtered(
                lambda quant: quant.quantity and quant.location_id.usage in held
            )._refuse_without_move()
        return quants

    def write(self, vals):
        """Refuse to write stock into another place, or more of it."""
        if not self.env.su and vals.keys() & {"location_id", "quantity"}:
            self.filtered(
                lambda quant: "location_id" in vals or quant.location_id.usage in HELD
            )._refuse_without_move()
        return super().write(vals)

    def _refuse_without_move(self):
        companies = self.company_id or self.env.company
        if self and any(companies.sudo().mapped("release_control")):
            raise UserError(
                self.env._("Goods change their place with a stock move, not without.")
            )
