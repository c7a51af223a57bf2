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


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _quantity_from_stock(self, productions, inspections):
        """Return how much of this line comes from stock, in the product's unit.

        What is reserved or has left, without what was made for it and what was
        inspected without being made.

        :param productions: the manufacturing orders for this line
        :param inspections: the signed final inspections of this line
        """
        self.ensure_one()
        unit = self.product_id.uom_id
        moves = self.move_ids.filtered(
            lambda move: (
                move.state not in ("draft", "cancel")
                and move.location_dest_id.usage == "customer"
                and move.product_id == self.product_id
            )
        )
        taken = sum(
            move.product_uom._compute_quantity(move.quantity, unit) for move in moves
        )
        made = sum(productions._finished_quantities().values())
        loose = inspections.filtered(lambda row: not row.production_id)
        return max(taken - made - sum(loose.mapped("quantity")), 0.0)
