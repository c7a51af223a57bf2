from odoo import models
from odoo.exceptions import UserError


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        """An address may be the answer that an order waits for (ORD-03)."""
        result = super().write(vals)
        if "street" in vals:
            waiting = self.env["sale.order"]._intake_asked_orders()
            waiting.filtered(
                lambda order: order.partner_shipping_id in self
            )._intake_answered()
        return result

    def _require_email(self):
        """Raise unless a paper can be sent to this customer.

        :raises UserError: there is no e-mail address; it says what to do instead
        """
        if not self.sudo().email:
            raise UserError(
                self.env._(
                    "%s has no e-mail address: print the paper and hand it over, or "
                    "fax it.",
                    self.sudo().display_name or self.env._("The customer"),
                )
            )
