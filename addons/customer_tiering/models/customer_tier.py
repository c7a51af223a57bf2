from odoo import api, fields, models, tools

from . import shared_rules  # noqa: F401 - it comes before what inherits it


class CustomerTier(models.Model):
    """A, B, C: how far a customer is trusted (TIER-01)."""

    _name = "customer.tier"
    _description = "Customer Tier"
    _inherit = ["cached.rules", "shared.rules", "recorded.rules"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True, tracking=True)
    code = fields.Char(required=True, tracking=True)
    sequence = fields.Integer(
        default=10,
        tracking=True,
        help="The best first. New customers start at the last one.",
    )
    color = fields.Integer()
    description = fields.Text(translate=True)
    min_score = fields.Float(
        "From Score",
        digits=(5, 1),
        tracking=True,
        help="A customer whose measured score, 0 to 100, reaches this is proposed for "
        "this tier. The last tier takes the rest.",
    )
    company_id = fields.Many2one(
        "res.company",
        tracking=True,
        help="Left empty, the tier serves every company.",
    )
    active = fields.Boolean(default=True, tracking=True)
    rule_ids = fields.One2many("release.rule", "tier_id")

    _code_unique = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))", "A tier with this code exists already."
    )
    _min_score = models.Constraint(
        "CHECK(min_score >= 0 AND min_score <= 100)", "A score lies between 0 and 100."
    )

    @api.model
    def _of_company(self, company):
        """Return the tiers of a company, the best first."""
        return self.sudo().search([("company_id", "in", [False, company.id])])

    @api.model
    def _lowest(self, company):
        """Return the tier at which a new customer of the company starts."""
        return self.sudo().browse(self._lowest_id(company.id) or ())

    @api.model
    @tools.ormcache("company_id")
    def _lowest_id(self, company_id):
        tiers = self.sudo().search([("company_id", "in", [False, company_id])])
        return tiers[-1:].id

    def _rank(self):
        """Return what sorts tiers, the best first."""
        self.ensure_one()
        tier = self.sudo()
        return tier.sequence, tier.id
