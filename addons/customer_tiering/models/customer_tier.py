from odoo import api, fields, models, tools


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
