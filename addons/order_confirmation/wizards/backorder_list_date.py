from odoo import fields, models


class BackorderListDate(models.TransientModel):
    """Asks the planner for the date on which the rest of a delivery leaves."""

    _name = "backorder.list.date"
    _description = "Date of the Rest"

    list_id = fields.Many2one("backorder.list", required=True, readonly=True)
    present = fields.Date("Given So Far", related="list_id.promised_on")
    day = fields.Date("Will Leave On", required=True)
    reason = fields.Text(
        help="Needed when the date moves; the customer does not read it."
    )

    def action_give(self):
        """Enter the date; the customer gets the list with it.

        :raises UserError: in the past, the same date, or moved without a reason
        """
        self.ensure_one()
        self.list_id._give_date(self.day, self.reason)
        return {"type": "ir.actions.act_window_close"}
