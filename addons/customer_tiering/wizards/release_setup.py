from odoo import api, fields, models
from odoo.addons.written_signoff.wording import joined
from odoo.exceptions import AccessError, UserError


class ReleaseSetup(models.TransientModel):
    """The short guided set-up that ends with release control on (TIER-10)."""

    _name = "release.setup"
    _description = "Turn Release Control On"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    tier_ids = fields.Many2many("customer.tier", compute="_compute_state")
    missing_roles = fields.Text(compute="_compute_state")
    open_orders = fields.Integer(compute="_compute_state")

    @api.depends("company_id")
    def _compute_state(self):
        for setup in self:
            company = setup.company_id
            setup.tier_ids = self.env["customer.tier"].search(
                [("company_id", "in", [False, company.id])]
            )
            setup.missing_roles = joined(self.env, setup._roles_without_people())
            setup.open_orders = self.env["sale.order"].search_count(
                [("company_id", "=", company.id), ("state", "in", ["draft", "sent"])]
            )

    def _roles_without_people(self):
        groups = self.env["release.requirement"].sudo().search([]).group_ids  # pylint: disable=no-search-all
        return [
            group.name
            for group in groups
            if self.company_id not in group.all_user_ids.company_ids
        ]

    def action_turn_on(self):
        """Turn release control on for the company.

        :raises UserError: there is no tier to go by
        """
        self.ensure_one()
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(self.env._("Only an administrator turns this on."))
        if not self.tier_ids:
            raise UserError(self.env._("Make at least one customer tier first."))
        self.company_id.release_control = True
        return {"type": "ir.actions.client", "tag": "reload"}
