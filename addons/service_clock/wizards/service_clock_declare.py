from odoo import api, fields, models
from odoo.exceptions import UserError


class ServiceClockDeclare(models.TransientModel):
    """Dialog: declare that a clock will be met later, with its cause (SAM-10)."""

    _name = "service.clock.declare"
    _description = "Declare a Delay"

    clock_id = fields.Many2one(
        "service.clock", required=True, readonly=True, ondelete="cascade"
    )
    deadline_at = fields.Datetime(related="clock_id.deadline_at")
    warn_hours = fields.Float(related="clock_id.warn_hours")
    due_at = fields.Datetime(string="New Time")
    cause = fields.Text()
    too_late = fields.Boolean(compute="_compute_too_late")
    record_anyway = fields.Boolean(
        string="Record it all the same",
        help="The delay is noted with its cause, but counts as undeclared.",
    )

    @api.depends("clock_id")
    def _compute_too_late(self):
        for wizard in self:
            clock = wizard.clock_id.sudo()
            wizard.too_late = bool(clock) and not clock._may_declare_in_time()

    def action_declare(self):
        """Declare the delay.

        :raise UserError: too late to count as declared in time, unless it is to be
            recorded all the same; what ``_declare_late`` refuses
        """
        self.ensure_one()
        self.clock_id._check_may_declare()
        if not self.record_anyway and not self.clock_id.sudo()._may_declare_in_time():
            raise UserError(
                self.env._(
                    "A delay of “%(clock)s” had to be declared at least %(hours)g hours"
                    " before it was due. It can still be recorded, but counts as"
                    " undeclared.",
                    clock=self.clock_id.display_name,
                    hours=self.warn_hours,
                )
            )
        self.clock_id._declare_late(self.due_at, self.cause)
        return {"type": "ir.actions.act_window_close"}
