from odoo import api, fields, models
from odoo.exceptions import UserError


class FinanceClearance(models.TransientModel):
    """Contract, produced, invoiced, received and balance on one screen (ORD-50)."""

    _name = "order.finance.clearance"
    _inherit = "signoff.sign"
    _description = "Finance Clearance"

    currency_id = fields.Many2one("res.currency", compute="_compute_figures")
    payment_terms = fields.Char(compute="_compute_figures")
    amount_total = fields.Monetary("Order", compute="_compute_figures")
    amount_invoiced = fields.Monetary("Invoiced", compute="_compute_figures")
    amount_received = fields.Monetary("Received", compute="_compute_figures")
    balance = fields.Monetary(compute="_compute_figures")
    line_ids = fields.One2many("order.finance.clearance.line", "clearance_id")

    @api.model
    def default_get(self, fields):
        """Propose to clear what is ordered and not yet shipped."""
        values = super().default_get(fields)
        if values.get("res_id"):
            order = self.env["sale.order"].browse(values["res_id"])
            order.check_access("read")
            values["line_ids"] = [
                (0, 0, {"order_line_id": line.id, "quantity": line.product_uom_qty})
                for line in order._goods()
            ]
        return values

    @api.depends("res_id")
    def _compute_figures(self):
        for dialog in self:
            order = dialog._document().sudo()
            money = order._release_money()[order.id]
            dialog.currency_id = order.currency_id
            dialog.payment_terms = order.payment_term_id.name
            dialog.amount_total = order.amount_total
            dialog.amount_invoiced = sum(
                order.invoice_ids.filtered(lambda move: move.state == "posted").mapped(
                    "amount_total_in_currency_signed"
                )
            )
            dialog.amount_received = money.received
            dialog.balance = money.balance_due

    def _declared(self):
        """Say how much money was there, and how much may leave."""
        order = self._document().sudo()
        return {
            **super()._declared(),
            "received": order._release_money()[order.id].received,
            "quantities": {
                str(line.order_line_id.id): line.quantity for line in self.line_ids
            },
        }

    def _before_signing(self, document):
        """Refuse a clearance of nothing, or of lines of another order."""
        result = super()._before_signing(document)
        if self.line_ids.order_line_id.order_id != document:
            raise UserError(self.env._("Clear lines of this order, and at least one."))
        if any(line.quantity <= 0 for line in self.line_ids):
            raise UserError(self.env._("A quantity to clear must be above zero."))
        return result


class FinanceClearanceLine(models.TransientModel):
    _name = "order.finance.clearance.line"
    _description = "Quantity Cleared to Ship"

    clearance_id = fields.Many2one(
        "order.finance.clearance", required=True, ondelete="cascade"
    )
    order_line_id = fields.Many2one("sale.order.line", required=True, readonly=True)
    ordered = fields.Float(related="order_line_id.product_uom_qty")
    delivered = fields.Float(related="order_line_id.qty_delivered")
    invoiced = fields.Float(related="order_line_id.qty_invoiced")
    quantity = fields.Float("Cleared to Ship", required=True)
