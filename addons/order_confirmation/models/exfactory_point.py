from odoo import fields, models


class ExfactoryPoint(models.Model):
    """A point at which the final inspection of a product looks besides the four.

    What was added or taken out, and by whom, stands in the product's chatter.
    """

    _name = "exfactory.point"
    _inherit = ["recorded.part"]
    _description = "Point of an Ex-factory Standard"
    _order = "sequence, id"

    product_tmpl_id = fields.Many2one(
        "product.template", "Product", required=True, index=True, ondelete="cascade",
        domain=[("type", "=", "consu")],
    )  # fmt: skip
    company_id = fields.Many2one(related="product_tmpl_id.company_id")
    sequence = fields.Integer(default=10)
    name = fields.Char("Point", required=True, translate=True)

    def _part_of(self):
        return self.product_tmpl_id

    def _part_words(self):
        return self.product_tmpl_id._fields["exfactory_point_ids"]._description_string(
            self.env
        ), self.name or ""


class ProductTemplate(models.Model):
    _inherit = "product.template"

    exfactory_point_ids = fields.One2many(
        "exfactory.point", "product_tmpl_id", string="Ex-factory Standard",
        help="What the final inspection looks at besides quantity, appearance, packing "
        "and label.",
    )  # fmt: skip

    def action_exfactory_points(self):
        """Show the ex-factory standard of the product, to be kept there (ORD-43)."""
        self.ensure_one()
        return self._own_rows("order_confirmation.exfactory_point_action")

    def action_dimensions(self):
        """Show the standard dimensions of the product, to be kept there (ORD-16)."""
        self.ensure_one()
        return self._own_rows("order_confirmation.product_dimension_action")

    def _own_rows(self, action):
        action = self.env["ir.actions.act_window"]._for_xml_id(action)
        return {
            **action,
            "domain": [("product_tmpl_id", "=", self.id)],
            "context": {"default_product_tmpl_id": self.id, "active_test": False},
        }
