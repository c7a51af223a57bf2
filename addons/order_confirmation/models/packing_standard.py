from odoo import api, fields, models
from odoo.exceptions import UserError

from ..packing import Standard


class PackingStandard(models.Model):
    """How a product is packed, for one customer or for all (ORD-56).

    Standing data, of which the packing plan of a transfer is computed. The customer's
    own comes before that of the product. Kept by customer service; who packs and ships
    only reads it. It is archived, not deleted, and its changes stay.
    """

    _name = "packing.standard"
    _inherit = ["mail.thread"]
    _description = "Packing Standard"
    _order = "product_tmpl_id, partner_id"
    _rec_name = "product_tmpl_id"

    product_tmpl_id = fields.Many2one(
        "product.template",
        "Product",
        required=True,
        index=True,
        ondelete="cascade",
        tracking=True,
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", index="btree_not_null", ondelete="cascade",
        domain="[('parent_id', '=', False)]", tracking=True,
        help="Empty: for every customer who has none of their own.",
    )  # fmt: skip
    company_id = fields.Many2one("res.company", help="Empty: for all companies.")
    uom_id = fields.Many2one(related="product_tmpl_id.uom_id", string="Unit")
    per_inner = fields.Float(
        digits="Product Unit", help="How many in an inner pack; 0: no inner packs.",
        tracking=True,
    )  # fmt: skip
    per_carton = fields.Float(digits="Product Unit", required=True, tracking=True)
    per_pallet = fields.Integer(
        "Cartons per Pallet", help="0: no pallets.", tracking=True
    )
    carton_type_id = fields.Many2one(
        "stock.package.type", "Carton", help="Its own weight is added.", tracking=True
    )
    pallet_type_id = fields.Many2one(
        "stock.package.type", "Pallet", help="Its own weight is added.", tracking=True
    )
    unit_weight = fields.Float(
        "Weight of a Unit", digits="Stock Weight",
        help="0: the weight on the product.", tracking=True,
    )  # fmt: skip
    labels = fields.Text(help="What is stuck on each carton.", tracking=True)
    marks = fields.Text(
        "Shipping Marks", help="What is printed on each carton.", tracking=True
    )
    active = fields.Boolean(default=True, tracking=True)

    _one_each = models.UniqueIndex(
        "(product_tmpl_id, COALESCE(partner_id, 0), COALESCE(company_id, 0)) "
        "WHERE active",
        "This product has a packing standard for this customer already.",
    )
    _positive = models.Constraint(
        "CHECK (per_carton > 0 AND per_inner >= 0 AND per_pallet >= 0 "
        "AND unit_weight >= 0)",
        "A carton holds more than nothing, and nothing here is less than 0.",
    )
    _inner_fits = models.Constraint(
        "CHECK (per_inner <= per_carton)", "An inner pack fits into a carton."
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._(
                "A packing standard is archived, not deleted: goods were packed by it."
            )
        )

    @api.depends("product_tmpl_id.display_name", "partner_id.display_name")
    def _compute_display_name(self):
        for standard in self:
            parts = (standard.product_tmpl_id, standard.partner_id)
            standard.display_name = " · ".join(
                part.display_name for part in parts if part
            )

    @api.model
    def _find(self, company, pairs):
        """Return ``{(customer, product): standard}``; without one it is left out.

        In one query, however many there are.

        :param pairs: (res.partner, product.product)
        """
        pairs = set(pairs)
        templates = {product.product_tmpl_id.id for _partner, product in pairs}
        if not templates:
            return {}
        rows = self.sudo().search(
            [
                ("product_tmpl_id", "in", list(templates)),
                ("company_id", "in", [company.id, False]),
            ]
        )
        known = {}
        # The general ones first, so that those of the company take their place.
        for row in rows.sorted(lambda row: bool(row.company_id)):
            known[row.partner_id.id, row.product_tmpl_id.id] = row
        found = {}
        for partner, product in pairs:
            template = product.product_tmpl_id.id
            customer = partner.commercial_partner_id.id
            row = known.get((customer, template)) or known.get((False, template))
            if row:
                found[partner, product] = row
        return found

    def _as_standard(self, product):
        """Return this standard for one product, as :mod:`..packing` takes it."""
        self.ensure_one()
        return Standard(
            self.per_carton,
            self.per_inner,
            self.per_pallet,
            self.unit_weight or product.weight,
            self.carton_type_id.base_weight,
            self.pallet_type_id.base_weight,
        )
