from odoo import models
from odoo.fields import Domain


class BasePartnerMerge(models.TransientModel):
    """Merging contacts hands the orders of one over to another (TIER-06)."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Let only the sales director merge customers of different tiers.

        :raises AccessError: the tiers differ in some company
        """
        partners = self.env["res.partner"].browse(partner_ids).exists()
        if len(partners) > 1:
            for company in self.env["res.company"].sudo().search(Domain.TRUE):
                if len(set(partners._tier(company).values())) > 1:
                    partners._check_may_regroup()
        return super()._merge(partner_ids, dst_partner, extra_checks)
