from odoo import api, fields, models

from ..opening import form_of, listed


class SaleOrder(models.Model):
    _inherit = "sale.order"

    inspection_ids = fields.One2many(
        "final.inspection", "order_id", groups="base.group_user"
    )
    inspection_count = fields.Integer(
        compute="_compute_inspection_count", groups="base.group_user"
    )

    @api.depends("inspection_ids")
    def _compute_inspection_count(self):
        for order in self:
            order.inspection_count = len(order.inspection_ids)

    def _inspection_attendee(self):
        """Return who of customer service attends: who signed the instruction, or any.

        :return: a user, or none where the company has no customer service
        """
        self.ensure_one()
        signed = self.sudo()._signoff_latest(["instruction_service"])
        signer = next((row.signer_id for row in signed.values()), None)
        if signer and signer.active:
            return signer.sudo(False)
        users = self.env["res.users"]
        return users._someone_of("customer_service", self.company_id).sudo(False)

    def action_open_inspections(self):
        """Open the final inspections of this order."""
        self.ensure_one()
        action = listed(
            "final.inspection",
            [("order_id", "=", self.id)],
            self.env._("Final Inspections"),
            kinds=("list", "kanban", "form"),
            create=False,
        )
        if len(self.inspection_ids) == 1:
            action.update(form_of(self.inspection_ids))
        return action
