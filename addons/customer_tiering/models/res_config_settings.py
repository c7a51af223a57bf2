from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    release_control = fields.Boolean(related="company_id.release_control")
    owed_escalation_days = fields.Integer(
        related="company_id.owed_escalation_days", readonly=False
    )

    def action_release_setup(self):
        """Open the guided set-up that ends with release control on."""
        return self.env["ir.actions.act_window"]._for_xml_id(
            "customer_tiering.release_setup_action"
        )

    def action_release_control_off(self):
        """Open the dialog in which turning release control off is signed."""
        return self.company_id.action_release_control_off()
