from ast import literal_eval

from odoo import fields, models


class OrderSheetMailbox(models.Model):
    """The address to which customers mail signed sheets, one per company (ORD-24)."""

    _name = "order.sheet.mailbox"
    _description = "Mailbox for Returned Sheets"
    _inherit = ["mail.alias.mixin"]
    _order = "company_id"

    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    user_id = fields.Many2one(
        "res.users",
        "To-Do For",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Gets the to-do when something waits in the tray; left empty, who "
        "prepared the sheet does, else somebody in customer service.",
    )

    _company_unique = models.Constraint(
        "unique(company_id)", "A company has one mailbox for returned sheets."
    )

    def _alias_get_creation_values(self):
        """Lead what is mailed here into the tray."""
        values = super()._alias_get_creation_values()
        values["alias_model_id"] = self.env["ir.model"]._get_id("order.sheet.tray")
        if self.id:
            defaults = literal_eval(self.alias_defaults or "{}")
            values["alias_defaults"] = {**defaults, "mailbox_id": self.id}
        return values


class OrderSheet(models.Model):
    """Answers to a sheet that come by mail (ORD-24)."""

    _inherit = "order.sheet"

    def _return_address(self):
        """Return where the customer's answer is to go, empty where there is none."""
        self.ensure_one()
        box = self.env["order.sheet.mailbox"].sudo()
        box = box.search([("company_id", "=", self.sudo().company_id.id)], limit=1)
        return box.alias_email or ""

    def message_update(self, msg_dict, update_vals=None):
        """Take files of an answer as a return to be looked at, not as attachments."""
        if msg_dict.get("attachments"):
            self.env["order.sheet.tray"]._receive(msg_dict, sheet=self)
            msg_dict["attachments"] = []
        return super().message_update(msg_dict, update_vals)
