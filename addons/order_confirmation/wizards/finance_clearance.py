from odoo import Command, api, fields, models
from odoo.addons.written_signoff.wording import numeral
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
    amount_made = fields.Monetary(
        "Due on What Was Made",
        compute="_compute_figures",
        help="The price of what was made, with taxes, and the deposit on what is still "
        "to be made.",
    )
    balance = fields.Monetary(compute="_compute_figures")
    balance_made = fields.Monetary(
        "Balance on What Was Made", compute="_compute_figures"
    )
    to_collect = fields.Monetary("Collected on Delivery", compute="_compute_figures")
    contract_id = fields.Many2one("sales.contract", compute="_compute_figures")
    line_ids = fields.One2many("order.finance.clearance.line", "clearance_id")

    @api.model
    def default_get(self, fields):
        """Propose to clear what has been made, all that was ordered where it is stock.

        As much as may have left in the end, with what has left already. What is not
        made at all stands there with 0, and is not cleared.
        """
        values = super().default_get(fields)
        if values.get("res_id"):
            order = self.env["sale.order"].browse(values["res_id"])
            order.check_access("read")
            made = order.sudo()._made()
            values["line_ids"] = [
                Command.create(
                    {
                        "order_line_id": line.id,
                        "quantity": line.product_uom_qty
                        if made[line.id].quantity is None
                        else made[line.id].quantity,
                    }
                )
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
            due = order._balance_asked()[order.id]
            dialog.amount_made = due
            dialog.balance_made = max(0.0, due - money.received)
            dialog.to_collect = order._collect_on_delivery()
            dialog.contract_id = order.contract_id

    def _declared(self):
        """Say how much money was there, and how much may leave."""
        order = self._document().sudo()
        return {
            **super()._declared(),
            "received": order._release_money()[order.id].received,
            "quantities": {
                str(line.order_line_id.id): line.quantity
                for line in self.line_ids
                if line.quantity
            },
        }

    def _before_signing(self, document):
        """Refuse a clearance of nothing, or of lines of another order."""
        result = super()._before_signing(document)
        if self.line_ids.order_line_id.order_id != document:
            raise UserError(self.env._("Clear lines of this order, and at least one."))
        quantities = self.line_ids.mapped("quantity")
        if min(quantities) < 0 or not any(quantities):
            raise UserError(self.env._("A quantity to clear must be above zero."))
        for line in self.line_ids:
            line._check_not_over()
        return result


class FinanceClearanceLine(models.TransientModel):
    _name = "order.finance.clearance.line"
    _description = "Quantity Cleared to Ship"

    clearance_id = fields.Many2one(
        "order.finance.clearance", required=True, ondelete="cascade"
    )
    order_line_id = fields.Many2one("sale.order.line", required=True, readonly=True)
    ordered = fields.Float(related="order_line_id.product_uom_qty")
    made = fields.Float(compute="_compute_made", digits="Product Unit")
    delivered = fields.Float(related="order_line_id.qty_delivered")
    invoiced = fields.Float(related="order_line_id.qty_invoiced")
    quantity = fields.Float("Cleared to Ship", required=True)

    @api.depends("order_line_id")
    def _compute_made(self):
        made = self.order_line_id.order_id.sudo()._made()
        for line in self:
            ordered = line.order_line_id
            quantity = made[ordered.id].quantity if ordered.id in made else 0.0
            line.made = ordered.product_uom_qty if quantity is None else quantity

    def _check_not_over(self):
        """Raise when more would leave than was ordered and made within tolerance."""
        line = self.order_line_id
        most = line.product_uom_qty * (1 + line.tolerance_percent / 100)
        if line.product_uom_id.compare(self.quantity, most) > 0:
            raise UserError(
                self.env._(
                    "%(product)s: %(quantity)s cannot be cleared, %(most)s at most: "
                    "what was ordered, with its tolerance.",
                    product=line.product_id.display_name,
                    quantity=numeral(self.quantity),
                    most=f"{numeral(most)} {line.product_uom_id.name}",
                )
            )
