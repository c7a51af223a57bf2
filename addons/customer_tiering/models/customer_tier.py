from odoo import api, fields, models, tools
from odoo.exceptions import AccessError


class CustomerTier(models.Model):
    """A, B, C: how far a customer is trusted (TIER-01)."""

    _name = "customer.tier"
    _description = "Customer Tier"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(
        default=10, help="The best first. New customers start at the last one."
    )
    color = fields.Integer()
    description = fields.Text(translate=True)
    company_id = fields.Many2one(
        "res.company", help="Left empty, the tier serves every company."
    )
    active = fields.Boolean(default=True)
    rule_ids = fields.One2many("release.rule", "tier_id")

    _code_unique = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))", "A tier with this code exists already."
    )

    @api.model
    def _lowest(self, company):
        """Return the tier at which a new customer of the company starts."""
        return self.sudo().browse(self._lowest_id(company.id) or ())

    @api.model
    @tools.ormcache("company_id")
    def _lowest_id(self, company_id):
        tiers = self.sudo().search([("company_id", "in", [False, company_id])])
        return tiers[-1:].id

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()


class ResPartner(models.Model):
    _inherit = "res.partner"

    customer_tier_id = fields.Many2one(
        "customer.tier",
        company_dependent=True,
        tracking=True,
        copy=False,
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
            if vals.get("customer_tier_id", lowest.id) not in (lowest.id, False):
                self._check_may_set_tier()
            vals.setdefault("customer_tier_id", lowest.id)
        return super().create(vals_list)

    def write(self, vals):
        """Refuse a tier from anybody but the sales director (TIER-02, TIER-06)."""
        if "customer_tier_id" in vals and not self._only_inherits_tier(vals):
            self._check_may_set_tier()
        return super().write(vals)

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
