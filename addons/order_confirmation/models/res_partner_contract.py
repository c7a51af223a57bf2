from odoo import fields, models


class ResPartner(models.Model):
    """The contracts of a customer, from its form (ORD-06)."""

    _inherit = "res.partner"

    contract_count = fields.Integer(
        compute="_compute_contract_count",
        groups="sales_team.group_sale_salesman,customer_tiering.role_finance",
    )

    def _compute_contract_count(self):
        commercial = self.commercial_partner_id
        counts = dict(
            self.env["sales.contract"]._read_group(
                [("partner_id", "in", commercial.ids)], ["partner_id"], ["__count"]
            )
        )
        for partner in self:
            partner.contract_count = counts.get(partner.commercial_partner_id, 0)

    def action_view_contracts(self):
        """Show the contracts of the customer; a new one is theirs."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "order_confirmation.sales_contract_action"
        )
        customer = self.commercial_partner_id
        action["domain"] = [("partner_id", "=", customer.id)]
        action["context"] = {"default_partner_id": customer.id}
        return action
