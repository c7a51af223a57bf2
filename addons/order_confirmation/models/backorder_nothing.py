from odoo import models
from odoo.addons.written_signoff.keeping import keyed
from odoo.exceptions import UserError

from .backorder_list import CLOCK, LIVE, TODO

PURPOSE = "nothing_follows"


class BackorderList(models.Model):
    """The rest was given up: said in writing, and the customer is told (ORD-64).

    A delivery without a backorder, or whose backorder was cancelled, would otherwise
    leave the customer waiting for goods that nobody is going to send.
    """

    _inherit = "backorder.list"
    _signoff_fields = {"customer": "partner_id"}

    def _ask_whether_nothing_follows(self):
        """Give customer service the to-do; the planner has the clock."""
        for row in self:
            if person := row._service_person():
                words = row.with_context(lang=person.lang)
                row.sudo().activity_schedule(
                    TODO,
                    user_id=person.id,
                    summary=words.env._(
                        "The rest was given up: say in writing that nothing follows"
                    ),
                )

    def action_nothing_follows(self):
        """Open the dialog in which planner or customer service says so, and why."""
        return self._signoff_dialog(PURPOSE)

    def _signoff_terms(self, code):
        """Cover what does not follow."""
        if code != PURPOSE:
            return super()._signoff_terms(code)
        return {
            row.id: {
                "order": row.order_id.name,
                "customer": row.partner_id.display_name or "",
                "lines": {
                    str(line.id): {
                        "product": line.product_id.display_name,
                        "quantity": line.quantity,
                        "unit": line.product_uom_id.name,
                    }
                    for line in row.line_ids
                },
            }
            for row in self
        }

    def _signoff_check(self, purpose, signer):
        """Say so only of what was given up, and once."""
        result = super()._signoff_check(purpose, signer)
        if purpose.code == PURPOSE:
            self._check_live()
            if not self.given_up:
                raise UserError(
                    self.env._(
                        "The rest of %s is on its way: cancel its transfer first.",
                        self.name,
                    )
                )
        return result

    def _signoff_signed(self, signature):
        """End the list, and tell the customer."""
        result = super()._signoff_signed(signature)
        if signature.purpose_code == PURPOSE:
            keyed(self).write({"state": "cancelled"})
            self.sudo()._clock_meet(CLOCK)
            self.sudo().activity_unlink([TODO])
            self._tell_or_ask()
        return result

    def _signoff_voided(self, signatures):
        """Ask again when the signature does not hold any more."""
        result = super()._signoff_voided(signatures)
        if PURPOSE in signatures.sudo().mapped("purpose_code"):
            over = self.filtered(lambda row: row.given_up and row.state not in LIVE)
            keyed(over).write({"state": "open"})
            over._ask_whether_nothing_follows()
        return result


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _given_up_lines(self):
        """Return the lines of which something stays behind and nothing brings it.

        Their transfer was cancelled, or done for less without a backorder. Less than
        the tolerance is no rest: the customer agreed to it.
        """
        released = self.filtered(lambda order: order.state == "sale")
        goods = released._goods().sudo()
        coming = goods._still_coming()
        return goods.filtered(
            lambda line: (
                line.id not in coming
                and any(move._gave_up() for move in line.move_ids)
                and line.product_uom_id.compare(
                    line.product_uom_qty * (1 - line.tolerance_percent / 100),
                    line.qty_delivered,
                )
                > 0
            )
        )


class StockMove(models.Model):
    _inherit = "stock.move"

    def _gave_up(self):
        """Tell whether a part of what was asked for was dropped with this move."""
        self.ensure_one()
        short = self.product_uom.compare(self.quantity, self.product_uom_qty) < 0
        return self.state == "cancel" or (self.state == "done" and short)
