from collections import defaultdict

from odoo import models
from odoo.fields import Domain


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _of_goods_we_sell(self):
        """Return the lines under release control, of what we sell."""
        return self.filtered(
            lambda line: line.product_id.sale_ok and line.quantity_product_uom
        ).filtered(lambda line: line.company_id.sudo().release_control)

    def _put_in_stock(self):
        """Return the lines by which what was made becomes stock, or leaves the house.

        From production, or from where goods stand before they are stock. What is
        scrapped, and what comes out of dismantling, does not (ORD-43).
        """
        giving = self.location_id._gives_made()
        if not giving:
            return self.browse()
        taking = self.location_dest_id._takes_stock()
        return self.filtered(
            lambda line: (
                line.location_id in giving
                and line.location_dest_id in taking
                and not line.move_id._out_of_dismantling()
            )
        )

    def _taken_back(self):
        """Return the lines by which stock went back to before it was stock."""
        places = self.location_dest_id._before_stock()
        taking = self.location_id._takes_stock()
        return self.filtered(
            lambda line: line.location_dest_id in places and line.location_id in taking
        )

    def _stocked_by_lot(self, lots):
        """Return ``{lot id: quantity}`` put in stock until now. Constant queries."""
        warehouses = self.env["stock.warehouse"].sudo()
        stores = warehouses.search([("sam_loc_id", "!=", False)]).sam_loc_id
        lines = (
            self.sudo()
            .with_context(active_test=False)
            .search(
                [
                    ("lot_id", "in", lots.ids),
                    ("state", "=", "done"),
                    "|",
                    ("location_id.usage", "=", "production"),
                    "|",
                    ("location_id", "child_of", stores.ids),
                    ("location_dest_id", "child_of", stores.ids),
                ]
            )
        )
        quantities = dict.fromkeys(lots.ids, 0.0)
        for line in lines._put_in_stock():
            quantities[line.lot_id.id] += line.quantity_product_uom
        for line in lines._taken_back():
            quantities[line.lot_id.id] -= line.quantity_product_uom
        return quantities

    def _found_by_lot(self, lots):
        """Return ``{lot id: quantity}`` found or out of scrap, less what stock lost.

        What was scrapped before it was stock was none of its loss.
        """
        return self._net_from_nowhere(
            [("lot_id", "in", lots.ids)], lambda line: line.lot_id.id
        )

    def _net_from_nowhere(self, domain, key):
        """Return what stock gained from, less what it lost to, counts and scrap.

        :param domain: of the stock move lines to look at
        :param key: function of a line, by whose values the quantities are summed
        :return: ``{key: quantity}`` in the unit of the product
        """
        elsewhere = Domain("location_id.usage", "=", "inventory")
        elsewhere |= Domain("location_dest_id.usage", "=", "inventory")
        done = Domain("state", "=", "done")
        lines = self.sudo().search(Domain(domain) & done & elsewhere)
        places = (lines.location_id | lines.location_dest_id)._takes_stock()
        quantities = defaultdict(float)
        for line in lines:
            gain = line.location_dest_id in places
            loss = line.location_id in places
            quantities[key(line)] += line.quantity_product_uom * (gain - loss)
        return quantities
