from odoo import api, models
from odoo.addons.written_signoff.wording import joined
from odoo.exceptions import AccessError

PRICE_LIST = {"property_product_pricelist", "specific_property_product_pricelist"}
KEEPERS = ("customer_tiering.role_supervisor", "customer_tiering.role_sales_director")


class ResPartner(models.Model):
    """Prices are compared with the customer's own list: not everybody gives one.

    Those who keep addresses and contacts may write a customer; by which prices it buys
    is decided by who settles a doubt about a price (ORD-07).
    """

    _inherit = "res.partner"

    @api.model_create_multi
    def create(self, vals_list):
        """Let a new customer begin with the price list of everybody."""
        partners = super().create(vals_list)
        for partner, vals in zip(partners, vals_list, strict=True):
            own = partner.specific_property_product_pricelist
            if own and vals.keys() & PRICE_LIST and not partner._inherits_list(own.id):
                self._check_may_price()
        return partners

    def write(self, vals):
        """Refuse another price list from who may not give one."""
        for name in vals.keys() & PRICE_LIST:
            for partner in self:
                given = vals[name] or False
                if given != partner[name].id and not partner._inherits_list(given):
                    self._check_may_price()
        return super().write(vals)

    def _inherits_list(self, given):
        """Return whether this is what the company behind a contact has anyway."""
        behind = self.commercial_partner_id
        return behind != self and given == behind.specific_property_product_pricelist.id

    def _check_may_price(self):
        """Raise unless this person gives customers their prices.

        :raises AccessError: only the supervisor and the sales director do
        """
        if self.env.su or not self.env.registry.ready:
            return
        if not self.env.company.release_control:
            return
        roles = self.env["res.groups"].sudo()
        for name in KEEPERS:
            roles |= self.env.ref(name).sudo()
        if not roles & self.env.user.all_group_ids:
            raise AccessError(
                self.env._(
                    "The price list of a customer is given by: %s.",
                    joined(self.env, roles.mapped("name")),
                )
            )
