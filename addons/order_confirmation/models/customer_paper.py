from odoo import api, fields, models


class CustomerPaper(models.AbstractModel):
    """A paper for the customer: written once, in one language, and kept."""

    _name = "customer.paper"
    _description = "Paper for a Customer"
    _inherit = "kept.record"

    lang = fields.Selection("_languages", "Language", required=True, readonly=True)

    @api.model
    def _languages(self):
        return self.env["res.lang"].get_installed()
