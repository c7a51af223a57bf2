from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

# Whoever holds this object may write a customer's tier: the signed proposal. It is
# compared by identity: a context that comes over RPC can hold no object of ours.
_TIER_KEY = object()
GUARDED = {"customer_tier_id", "customer_tier_until"}


def tier_keyed(partners):
    """Return the partners with the right to write their tier."""
    return partners.with_context(customer_tier_key=_TIER_KEY)


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
        "or the balance is there. Changed by a signature of the sales director.",
    )
    customer_tier_until = fields.Date(
        "Tier Until",
        company_dependent=True,
        copy=False,
        groups="base.group_user",
        help="The last day of a tier that was given by hand.",
    )
    tier_proposal_count = fields.Integer(
        compute="_compute_tier_proposal_count", groups="base.group_user"
    )

    @api.model
    def _commercial_fields(self):
        """The tier is that of the company behind a contact (TIER-01)."""
        return [*super()._commercial_fields(), "customer_tier_id"]

    @api.model_create_multi
    def create(self, vals_list):
        """Start new customers at the lowest tier; only a signature gives another."""
        lowest = self.env["customer.tier"]._lowest(self.env.company)
        for vals in vals_list:
            self._check_company_behind(vals)
            if vals.get("customer_tier_id", lowest.id) not in (lowest.id, False):
                self._check_may_set_tier()
            if vals.get("customer_tier_until"):
                self._check_may_set_tier()
            vals.setdefault("customer_tier_id", lowest.id)
        return super().create(vals_list)

    def write(self, vals):
        """Refuse a tier from anybody but a signed proposal (TIER-02, TIER-06)."""
        if vals.keys() & GUARDED and not self._only_inherits_tier(vals):
            self._check_may_set_tier()
        self._check_company_behind(vals)
        if not vals.keys() & {"parent_id", "is_company"}:
            return super().write(vals)
        before = self._standing()
        result = super().write(vals)
        self._settle_standing(before)
        return result

    def _check_company_behind(self, vals):
        """Refuse another company behind a contact than the one that its parent gives.

        Odoo's accounting writes it once more when a customer with entries is moved.
        """
        if "commercial_partner_id" not in vals:
            return
        given = vals["commercial_partner_id"]
        moving = not self or vals.keys() & {"parent_id", "is_company"}
        if moving or any(row._company_behind().id != given for row in self.sudo()):
            raise AccessError(
                self.env._("The company behind a contact follows from its parent.")
            )

    def _company_behind(self):
        if self.is_company or not self.parent_id:
            return self
        return self.parent_id.commercial_partner_id

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
            super(ResPartner, partners).write(  # pylint: disable=super-method-mismatch
                {"customer_tier_id": lowest.id, "customer_tier_until": False}
            )
        for partner in moved - left:
            old, new = before[partner.id][1], after[partner.id][1]
            if any(new[company]._rank() < old[company]._rank() for company in new):
                self._check_may_regroup()

    def _only_inherits_tier(self, vals):
        if "customer_tier_id" not in vals or "customer_tier_until" in vals:
            return False
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
        if self.env.context.get("customer_tier_key") is _TIER_KEY:
            return
        if not self._is_loading_data():
            raise AccessError(
                self.env._(
                    "A customer's tier changes by a signature of the sales director "
                    "and by nothing else: choose “Change Tier” on the customer."
                )
            )

    def _check_may_regroup(self):
        """Joining a better family raises a customer: the director answers for it."""
        director = self.env.ref("customer_tiering.role_sales_director")
        if director not in self.env.user.all_group_ids and not self._is_loading_data():
            raise AccessError(
                self.env._(
                    "This would give a customer a better tier. It is done by: %s.",
                    director.sudo().name,
                )
            )

    def _is_loading_data(self):
        # While the registry loads (installation, demo data) nobody is logged in.
        return not self.env.registry.ready

    def _tier(self, company):
        """Return ``{partner id: tier}`` as seen by the company; none is the lowest.

        A tier given by hand counts until the end of its last day, whether or not the
        job that ends it has run.
        """
        lowest = self.env["customer.tier"]._lowest(company)
        partners = self.sudo().with_company(company)
        tiers = {
            partner.id: partner.commercial_partner_id.customer_tier_id or lowest
            for partner in partners
        }
        dated = partners.commercial_partner_id.filtered("customer_tier_until")
        if dated:
            tiers.update(partners._tier_after_end(company, dated))
        return tiers

    @api.model
    def _search_of_tier(self, company, tier_ids):
        """Return a query of the customers that the company sees at one of these tiers.

        The reverse of :meth:`_tier`, for searches.
        """
        partners = self.sudo().with_company(company).with_context(active_test=False)
        wanted = [("customer_tier_id", "in", list(tier_ids))]
        if self.env["customer.tier"]._lowest(company).id in tier_ids:
            wanted = ["|", ("customer_tier_id", "=", False), *wanted]
        today = company._business_date(fields.Datetime.now())
        over = partners.search([("customer_tier_until", "<", today)])
        tiers = over._tier(company) if over else {}
        now = [partner.id for partner in over if tiers[partner.id].id in tier_ids]
        return partners._search(
            Domain("id", "in", now)
            | (Domain(wanted) & Domain("id", "not in", over.ids))
        )

    def _tier_after_end(self, company, dated):
        """Return ``{partner id: tier}`` where a tier given by hand is over."""
        today = company._business_date(fields.Datetime.now())
        over = dated.filtered(lambda row: row.customer_tier_until < today)
        if not over:
            return {}
        after = self.env["customer.tier.proposal"]._after_end(over, company)
        return {
            partner.id: after[partner.commercial_partner_id.id]
            for partner in self
            if partner.commercial_partner_id in over
        }

    # -- the customer's history ------------------------------------------------------

    def _compute_tier_proposal_count(self):
        proposals = self.env["customer.tier.proposal"]
        counts = {}
        if proposals.has_access("read"):
            groups = proposals._read_group(
                [
                    ("partner_id", "in", self.commercial_partner_id.ids),
                    ("company_id", "=", self.env.company.id),
                ],
                ["partner_id"],
                ["__count"],
            )
            counts = {partner.id: count for partner, count in groups}
        for partner in self:
            partner.tier_proposal_count = counts.get(
                partner.commercial_partner_id.id, 0
            )

    def action_tier_history(self):
        """Show how this customer came to its tier, and what is proposed (TIER-02)."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_tiering.customer_tier_proposal_action"
        )
        return {
            **action,
            "domain": [("partner_id", "=", self.commercial_partner_id.id)],
            "context": {"create": False},
        }

    def action_change_tier(self):
        """Open the dialog in which another tier is asked for by hand (TIER-02)."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change Tier"),
            "res_model": "customer.tier.ask",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_partner_id": self.commercial_partner_id.id},
        }
