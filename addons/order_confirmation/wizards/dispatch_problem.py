from odoo import fields, models

from ..models.dispatch_problem import KINDS, TOLD_HOW


class DispatchProblemReport(models.TransientModel):
    """Asks what went wrong on the way, and whether the customer knows."""

    _name = "dispatch.problem.report"
    _description = "Log a Transport Problem"

    notice_id = fields.Many2one("dispatch.notice", required=True, readonly=True)
    present = fields.Date("Expected So Far", related="notice_id.expected_arrival")
    kind = fields.Selection(KINDS, required=True, default="delay")
    description = fields.Text("What Happened", required=True)
    expected_arrival = fields.Date("Now Expected", help="Empty while nobody knows.")
    told_whom = fields.Char(help="Who at the customer's was told.")
    told_how = fields.Selection(TOLD_HOW, "Told By Way Of")

    def action_report(self):
        """Log the problem.

        :raises UserError: nothing said, an impossible day, told without whom or how
        """
        self.ensure_one()
        self.notice_id._report_problem(
            self.kind,
            self.description,
            self.expected_arrival,
            self.told_whom,
            self.told_how,
        )
        return {"type": "ir.actions.act_window_close"}
