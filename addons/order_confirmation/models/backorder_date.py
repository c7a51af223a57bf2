from odoo import fields, models


class BackorderDate(models.Model):
    """One date that a planner gave for the rest of a delivery, for good (ORD-64)."""

    _name = "backorder.date"
    _inherit = "kept.record"
    _description = "Date of a Backorder List"
    _order = "id desc"
    _rec_name = "date_after"
    _kept_by = "backorder.list"
    _kept_for_good = True

    list_id = fields.Many2one(
        "backorder.list", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    date_before = fields.Date("From", readonly=True)
    date_after = fields.Date("To", required=True, readonly=True)
    reason = fields.Text(readonly=True)
    author_id = fields.Many2one("res.users", "By", readonly=True, ondelete="restrict")
    decided_at = fields.Datetime("Entered", required=True, readonly=True)

    def _kept_refusal(self):
        return self.env._(
            "Dates given for the rest of a delivery stay: a new date is one more entry."
        )
