from odoo import api, fields, models, tools

from ..completeness import Rule

# The sheet's own fields. The line's items come first, as they do on the sheet.
LINE_ITEMS = [
    ("product_code", "Product code"),
    ("specification", "Specification"),
    ("quantity", "Quantity"),
    ("tolerance", "Tolerance"),
    ("unit_price", "Unit price"),
]
ORDER_ITEMS = [
    ("payment_method", "Payment method"),
    ("wanted_date", "Wanted date"),
    ("address", "Delivery address (street)"),
    ("recipient", "Recipient"),
    ("contact", "Contact"),
    ("phone", "Contact's telephone"),
    ("packing", "Packing"),
    ("labelling", "Labelling"),
    ("special_requirements", "Special requirements"),
]


class OrderCompletenessRule(models.Model):
    """Whether an item must be known before a sheet can be made (ORD-03)."""

    _name = "order.completeness.rule"
    _description = "Completeness Rule"
    _inherit = ["cached.rules"]
    _order = "sequence, id"
    _rec_name = "item"

    sequence = fields.Integer(default=50)
    item = fields.Selection(LINE_ITEMS + ORDER_ITEMS, required=True)
    mandatory = fields.Boolean(
        default=True, help="No sheet is made while it is missing."
    )
    company_id = fields.Many2one(
        "res.company",
        index=True,
        help="Empty: for every company without a rule of its own.",
    )
    categ_id = fields.Many2one(
        "product.category",
        string="Product Category",
        ondelete="cascade",
        help="With the categories below it; the nearest rule decides. "
        "Empty: for every product.",
    )

    _one_rule_per_case = models.UniqueIndex(
        "(item, COALESCE(company_id, 0), COALESCE(categ_id, 0))",
        "There is a rule for this item, company and product category already: "
        "change that one.",
    )

    @api.model
    @tools.ormcache()
    def _all_rules(self):
        """Return every rule of every company as a plain one; do not change them."""
        rows = self.sudo().search_fetch(
            [], ["item", "mandatory", "company_id", "categ_id"]
        )
        return [
            Rule(
                row.item,
                row.mandatory,
                row.company_id.id or None,
                row.categ_id.id or None,
            )
            for row in rows
        ]

    @api.model
    def _item_labels(self):
        """Return ``{item: its name}`` in the language of the user."""
        return dict(self._fields["item"]._description_selection(self.env))
