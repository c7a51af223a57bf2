from odoo import models
from odoo.addons.written_signoff.keeping import DISCUSSION


class DeliveryPaper(models.AbstractModel):
    """A paper of the way from our door to the customer: written by its own steps."""

    _name = "delivery.paper"
    _description = "Paper of a Delivery"
    _inherit = ["kept.record", "mail.thread", "mail.activity.mixin"]
    _mail_post_access = "read"
    _kept_open = frozenset(DISCUSSION)

    def _language_of(self, partner):
        """Return the language of a customer if it is installed, else the company's."""
        installed = dict(self.env["res.lang"].get_installed())
        company = self.company_id or self.env.company
        asked = (partner.lang, company.partner_id.lang, self.env.lang)
        return next((code for code in asked if code in installed), "en_US")
