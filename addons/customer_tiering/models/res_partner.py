from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain


class ResPartner(models.Model):
    _inherit = "res.partner"

    customer_tier_id = fields.Many2one(
        "customer.tier",
        company_dependent=True,
        tracking=True,
        copy=False,
        groups="base.group_user",
        domain="[('company_id', 'in', [False, current_company_id])]",
        help="Decides what may be produced and shipped before the sheet, the deposit "
        "or the balance is there. Given by the sales director.",
    )

    @api.model
    def _commercial_fields(self):
        """The tier is that of the company behind a contact (TIER-01)."""
        return [*super()._commercial_fields(), "customer_tier_id"]

    @api.model_create_multi
    def create(self, vals_list):
        """Start new customers at the lowest tier; only a director sets another."""
        lowest = self.env["customer.tier"]._lowest(self.env.company)
        for vals in vals_list:
            self._check_computed(vals)
            if vals.get("customer_tier_id", lowest.id) not in (lowest.id, False):
                self._check_may_set_tier()
            vals.setdefault("customer_tier_id", lowest.id)
        return super().create(vals_list)

    def write(self, vals):
        """Refuse a tier from anybody but the sales director (TIER-02, TIER-06)."""
        if "customer_tier_id" in vals and not self._only_inherits_tier(vals):
            self._check_may_set_tier()
        self._check_computed(vals)
        if not vals.keys() & {"parent_id", "is_company"}:
            return super().write(vals)
        before = self._standing()
        result = super().write(vals)
        self._settle_standing(before)
        return result

    def _check_computed(self, vals):
        if "commercial_partner_id" in vals:
            raise AccessError(
                self.env._("The company behind a contact follows from its parent.")
            )

    def _standing(self):
        """Return ``{partner id: (company behind it, {company id: tier})}``."""
        companies = self.env["res.company"].sudo().search(Domain.TRUE)
        tiers = {company.id: self._tier(company) for company in companies}
        return {
            partner.id: (
                partner.commercial_partner_id,
                {company: known[partner.id] for company, known in tiers.items()},
            )
            for partner in self.sudo()
        }

    def _settle_standing(self, before):  # pylint: disable=missing-return
        """Let nobody become better by joining a family, or keep its tier on leaving.

        :raises AccessError: joining would raise the tier, and only the director may
        """
        after = self._standing()
        moved = self.filtered(lambda row: before[row.id][0] != after[row.id][0])
        left = moved.filtered(lambda partner: partner == after[partner.id][0])
        for company_id in next(iter(after.values()), (None, {}))[1] if left else ():
            company = self.env["res.company"].browse(company_id)
            lowest = self.env["customer.tier"]._lowest(company)
            partners = left.sudo().with_company(company)
            super(ResPartner, partners).write({"customer_tier_id": lowest.id})  # pylint: disable=super-method-mismatch
        for partner in moved - left:
            old, new = before[partner.id][1], after[partner.id][1]
            if any(_rank(new[company]) < _rank(old[company]) for company in new):
                self._check_may_set_tier()

    def _only_inherits_tier(self, vals):
        # Odoo copies commercial fields down to contacts; that grants nothing new.
        return all(
            partner.commercial_partner_id != partner
            and partner.commercial_partner_id.customer_tier_id.id
            == vals["customer_tier_id"]
            for partner in self
        ) or all(
            partner.customer_tier_id.id == vals["customer_tier_id"] for partner in self
        )

    def _check_may_set_tier(self):
        director = self.env.ref("customer_tiering.role_sales_director")
        if director not in self.env.user.all_group_ids and not self._is_loading_data():
            raise AccessError(
                self.env._(
                    "A customer's tier is given by the %s only.", director.sudo().name
                )
            )

    def _is_loading_data(self):
        # While the registry loads (installation, demo data) nobody is logged in.
        return not self.env.registry.ready

    def _tier(self, company):
        """Return ``{partner id: tier}`` as seen by the company; none is the lowest."""
        lowest = self.env["customer.tier"]._lowest(company)
        return {
            partner.id: partner.commercial_partner_id.customer_tier_id or lowest
            for partner in self.sudo().with_company(company)
        }


def _rank(tier):
    return tier.sequence, tier.id
