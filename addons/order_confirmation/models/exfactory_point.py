from odoo import fields, models


class ExfactoryPoint(models.Model):
    """A point at which the final inspection of a product looks besides the four."""

    _name = "exfactory.point"
    _description = "Point of an Ex-factory Standard"
    _order = "sequence, id"

    product_tmpl_id = fields.Many2one(
        "product.template", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, translate=True)


class ProductTemplate(models.Model):
    _inherit = "product.template"

    exfactory_point_ids = fields.One2many(
        "exfactory.point", "product_tmpl_id", string="Ex-factory Standard",
        help="What the final inspection looks at besides quantity, appearance, packing "
        "and label.",
    )  # fmt: skip
