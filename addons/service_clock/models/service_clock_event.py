from odoo import api, fields, models

from ..recording import check_recording, recording


class ServiceClockEvent(models.Model):
    """One thing that happened to a clock; rows are only ever added.

    The hours of a row are those since the row before it, so that waiting time by
    department, kind and month is a sum over rows (MGT-08).
    """

    _name = "service.clock.event"
    _description = "Clock Event"
    _order = "time desc, id desc"
    _rec_name = "event"

    clock_id = fields.Many2one(
        "service.clock", required=True, index=True, ondelete="restrict"
    )
    event = fields.Selection(
        [
            ("start", "Started"),
            ("pause", "Paused"),
            ("resume", "Resumed"),
            ("restart", "Restarted"),
            ("recalculate", "Calendar Changed"),
            ("declare_late", "Delay Declared"),
            ("late", "Overdue"),
            ("meet", "Met"),
            ("cancel", "Cancelled"),
        ],
        required=True,
    )
    time = fields.Datetime(
        required=True, index=True, help="When it happened, not when it was noted."
    )
    user_id = fields.Many2one("res.users", string="By", required=True)
    note = fields.Text()
    due_at = fields.Datetime(string="Due Afterwards")
    worked_hours = fields.Float(
        string="Waited (Hours)",
        help="Hours the clock ran since the event before this one.",
    )
    paused_hours = fields.Float(
        string="Paused (Hours)",
        help="Hours the clock stood still since the event before this one.",
    )
    # As they were at the time: a kind may change hands later.
    company_id = fields.Many2one("res.company", required=True, index=True)
    kind_id = fields.Many2one("service.clock.kind", required=True, index=True)
    group_id = fields.Many2one("res.groups", string="Department")
    responsible_id = fields.Many2one("res.users")
    document_name = fields.Char(related="clock_id.document_name")

    @api.model_create_multi
    def create(self, vals_list):
        check_recording(self)
        return super().create(vals_list)

    def write(self, vals):
        check_recording(self)
        return super().write(vals)

    def unlink(self):
        check_recording(self)
        return super().unlink()

    @api.model
    def _record(self, rows):
        """Add one row per (clock, values), the facts of the clock filled in."""
        recording(self).create(
            [
                {
                    "clock_id": clock.id,
                    "user_id": self.env.uid,
                    "due_at": clock.deadline_at,
                    "company_id": clock.company_id.id,
                    "kind_id": clock.kind_id.id,
                    "group_id": clock.group_id.id,
                    "responsible_id": clock.user_id.id,
                    **values,
                }
                for clock, values in rows
            ]
        )
