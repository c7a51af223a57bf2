from odoo import fields, models
from odoo.addons.written_signoff.models.recorded_rules import changes_in_words


class ProductInstructions(models.TransientModel):
    """What the shipping clerk must mind of a product, by engineering (ORD-54).

    Engineering may not write a product, whose prices and routes are others': this one
    text it may.
    """

    _name = "product.instructions"
    _description = "Shipping Instructions of a Product"

    product_tmpl_id = fields.Many2one(
        "product.template", "Product", required=True, readonly=True
    )
    shipping_instructions = fields.Text()

    def action_save(self):
        """Put the text on the product, and note in its chatter what it was.

        :raises AccessError: the person is not of engineering, or does not see the
            product
        """
        self.ensure_one()
        self.env.user._require_role("engineering")
        product = self.product_tmpl_id
        product.check_access("read")
        product = product.sudo()
        old, new = product.shipping_instructions, self.shipping_instructions
        if (old or "") != (new or ""):
            product.shipping_instructions = new
            label = product._fields["shipping_instructions"]._description_string(
                self.env
            )
            product.message_post(body=changes_in_words([(label, old, new)]))
        return {"type": "ir.actions.act_window_close"}


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def action_shipping_instructions(self):
        """Open the dialog in which engineering changes what has to be minded."""
        self.ensure_one()
        self.env.user._require_role("engineering")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Shipping Instructions of %s", self.display_name),
            "res_model": "product.instructions",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_product_tmpl_id": self.id,
                "default_shipping_instructions": self.shipping_instructions,
            },
        }
