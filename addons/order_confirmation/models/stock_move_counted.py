"""Counts of goods that are being made: no way into stock past quality (ORD-43)."""

from collections import defaultdict

from odoo import models
from odoo.addons.written_signoff.wording import joined, numeral
from odoo.exceptions import UserError

BEGUN = ("progress", "to_close")


class StockMove(models.Model):
    _inherit = "stock.move"

    def _check_put_in_stock(self):
        """Hold, besides what comes out of production, what is counted into stock."""
        lines = self._lines_taking_effect()._of_goods_we_sell()
        if back := lines._out_of_scrap():
            back._check_out_of_scrap()
        counted = lines._counted_in()
        if counted:
            counted._check_counted_in()
        return super()._check_put_in_stock()


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _counted_in(self):
        """Return the lines by which goods without lots come into stock from nowhere.

        By a count, or by a move that says the same.
        """
        found = self._from_nowhere()
        return found - found._from_scrap()

    def _out_of_scrap(self):
        """Return the lines by which scrapped goods without lots come into stock."""
        return self._from_nowhere()._from_scrap()

    def _from_nowhere(self):
        found = self.filtered(
            lambda line: (
                line.product_id.tracking == "none"
                and line.location_id.usage == "inventory"
            )
        )
        places = found.location_dest_id._takes_stock()
        return found.filtered(lambda line: line.location_dest_id in places)

    def _check_counted_in(self):
        """Raise when more is counted of what is being made than was lost meanwhile.

        Goods without lots cannot be told apart: while some are made and not passed,
        only as many may be found as counts took off in that time, and as quality has
        inspected without a manufacturing order. Constant queries.

        :raises UserError: naming product and manufacturing order
        """
        making = self.env["mrp.production"].sudo()._unseen_of(self.product_id)
        if not making:
            return
        found = making._counts_since()
        for line in self.filtered(lambda line: line.state != "done"):
            found[line.company_id, line.product_id] += line.quantity_product_uom
        seen = making._found_and_passed()
        for (company, product), productions in making.grouped(
            lambda production: (production.company_id, production.product_id)
        ).items():
            more = found[company, product] - seen[product]
            if product in self.product_id and product.uom_id.compare(more, 0.0) > 0:
                raise UserError(
                    self.env._(
                        "%(quantity)s %(unit)s more of %(product)s would be counted "
                        "into stock while it is being made (%(productions)s). What is "
                        "made here comes into stock through its manufacturing order; "
                        "what was found is inspected by quality first, under Final "
                        "Inspections.",
                        quantity=numeral(more),
                        unit=product.uom_id.name,
                        product=product.display_name,
                        productions=joined(self.env, productions.mapped("name")),
                    )
                )

    def _from_scrap(self):
        """Return the lines that are no count: what comes back was scrapped once."""
        return self.filtered(lambda line: not line.is_inventory)

    def _check_out_of_scrap(self):
        """Raise when more comes out of scrap than was stock when it was scrapped.

        Goods that quality has passed may have been scrapped by mistake, and come back;
        what failed and was scrapped has never been stock. Constant queries.

        :raises UserError: naming product and place
        """
        made = self.env["mrp.production"].sudo()._read_group(
            [
                ("product_id", "in", self.product_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("state", "!=", "cancel"),
            ],
            ["company_id", "product_id"],
        )  # fmt: skip
        made = set(made)
        back = self.filtered(lambda line: (line.company_id, line.product_id) in made)
        if not back:
            return
        more = back._net_out_of_scrap()
        for line in back.filtered(lambda line: line.state != "done"):
            more[line.company_id, line.product_id] += line.quantity_product_uom
        seen = back.product_id._found_and_passed()
        for line in back:
            product = line.product_id
            beyond = more[line.company_id, product] - seen[product]
            if product.uom_id.compare(beyond, 0.0) > 0:
                raise UserError(
                    self.env._(
                        "%(quantity)s %(unit)s of %(product)s in %(place)s have never "
                        "been stock, and quality has not passed them. Quality inspects "
                        "them first, under Final Inspections.",
                        quantity=numeral(beyond),
                        unit=product.uom_id.name,
                        product=product.display_name,
                        place=line.location_id.display_name,
                    )
                )

    def _net_out_of_scrap(self):
        """Return ``{(company, product): quantity}`` back, less what was stock before.

        Counts are not looked at: they have a rule of their own.
        """
        return self._net_from_nowhere(
            [
                ("product_id", "in", self.product_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("is_inventory", "=", False),
            ],
            lambda line: (line.company_id, line.product_id),
        )


class MrpProduction(models.Model):
    _inherit = "mrp.production"

    def _unseen_of(self, products):
        """Return the productions of these products with goods not yet inspected.

        Those begun and not closed, and those whose goods stand in Post-Production.
        """
        begun = self.search(
            [("product_id", "in", products.ids), ("state", "in", BEGUN)]
        )
        stores = (
            self.env["stock.warehouse"].sudo().search([("sam_loc_id", "!=", False)])
        ).sam_loc_id
        waiting = self.env["stock.move"].search(
            [
                ("product_id", "in", products.ids),
                ("location_id", "child_of", stores.ids),
                ("state", "not in", ("draft", "done", "cancel")),
            ]
        )
        made = waiting.production_group_id.production_ids.filtered(
            lambda production: (
                production.state == "done" and production.product_id in products
            )
        )
        return (begun | made)._needing_inspection()

    def _counts_since(self):
        """Return ``{(company, product): quantity}`` counted in since these began.

        Less what counts took off; never what was scrapped.
        """
        lines = self.env["stock.move.line"].search(
            [
                ("product_id", "in", self.product_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("state", "=", "done"),
                ("date", ">=", min(self.mapped("create_date"))),
                "|",
                ("location_id.usage", "=", "inventory"),
                "&",
                ("location_dest_id.usage", "=", "inventory"),
                ("is_inventory", "=", True),
            ]
        )
        gains = lines._counted_in()
        found = defaultdict(float)
        for line in lines:
            gain = line in gains
            loss = line.location_id.usage == "internal"
            found[line.company_id, line.product_id] += line.quantity_product_uom * (
                gain - loss
            )
        return found

    def _found_and_passed(self):
        """Return ``{product: quantity}`` passed without a production since these."""
        return self.product_id._found_and_passed(min(self.mapped("create_date")))


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _found_and_passed(self, since=None):
        """Return ``{product: quantity}`` that quality passed without a production.

        :param datetime since: count only inspections begun from then on (naive UTC)
        """
        domain = [("product_id", "in", self.ids), ("production_id", "=", False)]
        if since:
            domain.append(("create_date", ">=", since))
        passed = defaultdict(float)
        inspections = self.env["final.inspection"]
        for inspection, _lot, quantity, _signed_at in inspections._passed_rows(domain):
            passed[inspection.product_id] += quantity
        return passed
