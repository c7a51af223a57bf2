from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.order_promise import CAUSES, SIDE_OF, SIDES

# What somebody decides; the other causes follow from what happens.
DECIDED = [row for row in CAUSES if row[0] not in ("first", "sheet_late")]


class OrderPromiseRelax(models.TransientModel):
    """Another promised date, with the salesperson's signature and reason (ORD-22)."""

    _name = "order.promise.relax"
    _inherit = "signoff.sign"
    _description = "Relax the Promised Completion Date"

    new_date = fields.Date("New Promised Completion Date", required=True)
    cause = fields.Selection(DECIDED, required=True, default="relaxed")
    side = fields.Selection(
        SIDES,
        "Caused By",
        required=True,
        compute="_compute_side",
        store=True,
        precompute=True,
        readonly=False,
        help="Delays are counted apart by whose they are.",
    )
    production_date = fields.Date("Production Finishes", compute="_compute_dates")
    present_date = fields.Date("Promised So Far", compute="_compute_dates")
    ship_date = fields.Date("Planned Ship Date", compute="_compute_dates")
    ship_moves = fields.Boolean(compute="_compute_ship_moves")

    @api.depends("res_model", "res_id")
    def _compute_dates(self):
        for dialog in self:
            order = dialog._document()
            dialog.production_date = order.production_completion_date
            dialog.present_date = order.promised_completion_date
            dialog.ship_date = order.ship_date

    @api.depends("cause")
    def _compute_side(self):
        for dialog in self:
            dialog.side = SIDE_OF.get(dialog.cause, "us")

    @api.depends("new_date", "ship_date")
    def _compute_ship_moves(self):
        for dialog in self:
            dialog.ship_moves = (
                dialog.ship_date
                and dialog.new_date
                and dialog.ship_date < dialog.new_date
            )

    def _before_signing(self, document):
        """Refuse early what the ledger would refuse: the signature is not wasted."""
        result = super()._before_signing(document)
        present = document.promised_completion_date
        if self.cause != "wish" and present and self.new_date <= present:
            raise UserError(
                self.env._("Relaxing means a later date than the one promised so far.")
            )
        document._promise_check_production(self.new_date)
        return result

    def _declared(self):
        """State the new date; the ledger takes it from the signature."""
        return {
            **super()._declared(),
            "promised_completion_date": self.new_date,
            "promised_before": self._document().promised_completion_date or None,
            "cause": self.cause,
            "side": self.side,
        }
