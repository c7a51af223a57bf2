from odoo import api, fields, models

from ..contract import Agreed, agreed_price


class SalesContractPrice(models.Model):
    """A price agreed in a contract for one product, from a quantity on (ORD-06)."""

    _name = "sales.contract.price"
    _description = "Agreed Price"
    _order = "contract_id, product_id, min_quantity, id"
    _rec_name = "product_id"
    _check_company_auto = True

    contract_id = fields.Many2one(
        "sales.contract", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="contract_id.company_id")
    product_id = fields.Many2one(
        "product.product",
        required=True,
        index=True,
        check_company=True,
        domain="[('sale_ok', '=', True)]",
        ondelete="restrict",
    )
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    min_quantity = fields.Float("From Quantity", digits="Product Unit")
    price = fields.Float(
        required=True, digits="Product Price", help="Per unit of the product, net."
    )
    currency_id = fields.Many2one(related="contract_id.currency_id")

    _one_per_quantity = models.Constraint(
        "unique(contract_id, product_id, min_quantity)",
        "The contract has a price for this product and quantity already.",
    )
    _not_negative = models.Constraint(
        "CHECK (price >= 0 AND min_quantity >= 0)",
        "Price and quantity cannot be negative.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Keep the prices under which an order was released (TIER-08)."""
        prices = super().create(vals_list)
        prices._check_not_sold()
        prices._follow_orders()
        return prices

    def write(self, vals):
        """Keep them here, too; what was another product's becomes none of those."""
        self._check_not_sold()
        contracts = self.contract_id.browse(vals.get("contract_id") or ())
        products = self.product_id.browse(vals.get("product_id") or ())
        if contracts or products:
            (contracts or self.contract_id)._check_not_released_on(
                products or self.product_id
            )
        contracts |= self.contract_id
        result = super().write(vals)
        contracts._follow_orders()
        return result

    def unlink(self):
        contracts = self.contract_id
        self._check_not_sold()
        result = super().unlink()
        contracts._follow_orders()
        return result

    def _check_not_sold(self):
        """Refuse to touch a price that a released order stands on.

        :raises UserError: naming contract, order and product
        """
        for contract, prices in self.grouped("contract_id").items():
            contract._check_not_released_on(prices.product_id)

    def _follow_orders(self):
        self.contract_id._follow_orders()


class SalesContract(models.Model):
    _inherit = "sales.contract"

    def _agreed_price(self, line):
        """Return the net price agreed for an order line, or None.

        In the currency and the unit of the line, at the rate of the order's day.
        """
        self.ensure_one()
        product, unit = line.product_id, line.product_uom_id
        rows = self.price_ids.filtered(lambda row: row.product_id == product)
        if not rows or not unit:
            return None
        quantity = unit._compute_quantity(
            line.product_uom_qty, product.uom_id, round=False, raise_if_failure=False
        )
        price = agreed_price(
            (Agreed(row.min_quantity, row.price) for row in rows), quantity
        )
        if price is None:
            return None
        price = product.uom_id._compute_price(price, unit)
        return self.currency_id._convert(
            price,
            line.currency_id or self.currency_id,
            self.company_id,
            line.order_id._contract_days()[0],
            round=False,
        )
