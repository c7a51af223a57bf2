from odoo import models
from odoo.exceptions import UserError
from odoo.tools.mail import email_split


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

        :raises UserError: there is no e-mail address, or what is entered is none; it
            says what to do instead
        """
        if self._has_email():
            return
        partner = self.sudo()
        name = partner.display_name or self.env._("The customer")
        if (partner.email or "").strip():
            raise UserError(
                self.env._(
                    "“%(text)s” is no e-mail address of %(customer)s: correct it, or "
                    "print the paper and hand it over, or fax it.",
                    text=partner.email.strip(),
                    customer=name,
                )
            )
        raise UserError(
            self.env._(
                "%s has no e-mail address: print the paper and hand it over, or "
                "fax it.",
                name,
            )
        )

    def _has_email(self):
        """Tell whether something can be sent to this customer by e-mail."""
        return bool(email_split(self.sudo().email or ""))
