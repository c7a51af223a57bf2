from odoo import models


class StockLocation(models.Model):
    _inherit = "stock.location"

    def _before_stock(self):
        """Return the locations where goods stand that are made and not yet in stock.

        That is Post-Production in three-step manufacturing (ORD-43). In one and two
        steps there is none: what is made goes straight into stock.
        """

        def inside(place):
            store = place.warehouse_id.sam_loc_id
            return bool(store) and (place.parent_path or "").startswith(
                store.parent_path
            )

        return self.sudo().filtered(inside)

    def _takes_stock(self):
        """Return the locations in which goods are stock, or have left the house."""
        used = ("internal", "transit", "customer", "supplier")
        places = self.sudo().filtered(lambda place: place.usage in used)
        return places - places._before_stock()

    def _gives_made(self):
        """Return the locations that goods leave when they are put in stock."""
        production = self.sudo().filtered(lambda place: place.usage == "production")
        return production | (self - production)._before_stock()
