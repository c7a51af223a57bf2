from odoo import models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _check_amount_and_confirm_order(self):
        """Let an online payment release only orders whose gate is open (TIER-06)."""
        quotations = self.sale_order_ids.filtered(
            lambda order: (
                order.state in ("draft", "sent")
                and order._is_confirmation_amount_reached()
            )
        )
        waiting = quotations._release_waiting()
        ready = self.filtered(lambda tx: not tx.sale_order_ids & waiting)
        return super(PaymentTransaction, ready)._check_amount_and_confirm_order()
