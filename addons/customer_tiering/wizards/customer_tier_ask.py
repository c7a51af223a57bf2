from odoo import api, fields, models


class CustomerTierAsk(models.TransientModel):
    """Asking for another tier by hand, with a reason and an end (TIER-02)."""

    _name = "customer.tier.ask"
    _description = "Change Tier by Hand"

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True
    )
    present_tier_id = fields.Many2one("customer.tier", compute="_compute_present")
    possible_ids = fields.Many2many("customer.tier", compute="_compute_present")
    tier_id = fields.Many2one(
        "customer.tier",
        "New Tier",
        required=True,
        domain="[('id', 'in', possible_ids)]",
    )
    reason = fields.Text(required=True)
    until = fields.Date("Until and Including", required=True)

    @api.depends("partner_id")
    @api.depends_context("company")
    def _compute_present(self):
        company = self.env.company
        tiers = self.env["customer.tier"]._of_company(company).with_env(self.env)
        for wizard in self:
            customer = wizard.partner_id
            present = customer._tier(company).get(customer.id)
            wizard.present_tier_id = present
            wizard.possible_ids = tiers - (present or tiers.browse())

    def action_ask(self):
        """Ask; the sales director signs on the page that opens."""
        self.ensure_one()
        row = self.env["customer.tier.proposal"]._ask(
            self.partner_id, self.tier_id, self.reason, self.until
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "customer.tier.proposal",
            "res_id": row.id,
            "views": [(False, "form")],
        }
