from odoo import api, fields, models
from odoo.addons.written_signoff.digest import canonical, sha256


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"
    _signoff_fields = {
        "quantity": "product_uom_qty", "unit": "product_uom_id",
        "tolerance": "tolerance_percent", "price": "price_unit", "taxes": "tax_ids",
        "special": "special_product", "description": "name",
    }  # fmt: skip

    specification = fields.Text(help="What the customer asked for, in their words.")
    tolerance_percent = fields.Float(
        "Tolerance (± %)", help="Quantity that may be made more or less."
    )

    special_product = fields.Boolean(
        "Special", help="Made differently from the standard; needs a contract review."
    )
    formula = fields.Char(
        compute="_compute_formula", compute_sudo=True, groups="base.group_user"
    )

    def _technical_terms(self):
        self.ensure_one()
        return {
            "product": self.product_id.display_name,
            "specification": self.specification or self.name or "",
            "quantity": self.product_uom_qty,
            "unit": self.product_uom_id.name,
            "formula": self.formula or "",
            "special": self.special_product,
        }

    def _production_terms(self):
        self.ensure_one()
        return {
            "product": self.product_id.display_name,
            "quantity": self.product_uom_qty,
            "unit": self.product_uom_id.name,
            "tolerance": self.tolerance_percent,
        }

    def _commercial_terms(self):
        self.ensure_one()
        return {
            "code": self.product_id.default_code or "",
            "product": self.product_id.display_name,
            "description": self.name or "",
            "specification": self.specification or "",
            "quantity": self.product_uom_qty,
            "unit": self.product_uom_id.name,
            "tolerance": self.tolerance_percent,
            "price": self.price_unit,
            "discount": self.discount,
            "taxes": sorted(self.tax_ids.mapped("name")),
        }

    @api.depends(
        "product_id.bom_ids.product_qty",
        "product_id.bom_ids.active",
        "product_id.product_tmpl_id.bom_ids.bom_line_ids.product_id",
        "product_id.product_tmpl_id.bom_ids.bom_line_ids.product_qty",
    )
    def _compute_formula(self):
        """Name the bill of materials and mark what it says, so that a change shows.

        What the parts are made of belongs to it, level by level.
        """
        for company, lines in self.grouped("company_id").items():
            found = self._formulas(lines.product_id, company)
            for line in lines:
                bom = found.get(line.product_id)
                line.formula = _formula_name(bom, found) if bom else ""

    @api.model
    def _formulas(self, products, company):
        """Return ``{product: bill of materials}`` of these and of all their parts.

        A few queries for each level, whatever the number of products.
        """
        found, boms = {}, self.env["mrp.bom"]
        while products:
            made = boms._bom_find(products, company_id=company.id)
            found.update((product, made[product]) for product in products)
            below = boms.union(*made.values()).bom_line_ids.product_id
            products = below.filtered(lambda part: part not in found)
        return found

    # -- a change of terms, by whatever path -------------------------------------

    @api.model
    def _signed_fields(self):
        """Return the fields of a line that some signature covers."""
        return {
            "product_id", "product_uom_qty", "product_uom_id", "price_unit", "discount",
            "tax_ids", "name", "specification", "tolerance_percent", "order_id",
        }  # fmt: skip

    @api.model_create_multi
    def create(self, vals_list):
        """Void the signatures that a new line makes untrue (ORD-15)."""
        lines = super().create(vals_list)
        orders = lines.order_id._release_held_to_rules()
        orders._signoff_lock()
        orders._terms_changed()
        return lines

    def write(self, vals):
        """Void the signatures that cover what changes here (ORD-15)."""
        if not vals.keys() & self._signed_fields():
            return super().write(vals)
        orders = self.order_id._release_held_to_rules()
        orders._signoff_lock()
        result = super().write(vals)
        (orders | self.order_id._release_held_to_rules())._terms_changed()
        return result

    def unlink(self):
        """Void the signatures that covered a removed line (ORD-15)."""
        orders = self.order_id._release_held_to_rules()
        orders._signoff_lock()
        result = super().unlink()
        orders.exists()._terms_changed()
        return result


def _formula_name(bom, found):
    mark = sha256(canonical(_formula_content(bom, found)))[:8]
    return f"{bom.display_name} #{mark}"


def _formula_content(bom, found, above=()):
    """Return what a bill of materials says, with those of its parts within."""
    parts = []
    for row in bom.bom_line_ids:
        part = [row.product_id.id, row.product_qty, row.product_uom_id.id]
        below = found.get(row.product_id)
        # One that contains itself is refused elsewhere; here it ends.
        if below and below not in above:
            part.append(_formula_content(below, found, (*above, bom)))
        parts.append(part)
    return {"quantity": bom.product_qty, "parts": parts}
