from odoo import api, fields, models
from odoo.exceptions import UserError

from . import dispatch_sending  # noqa: F401 - it comes before what extends it

TODO = "mail.mail_activity_data_todo"


class DispatchNotice(models.Model):
    """When the customer is told: at once, of a pick-up the next working day (ORD-60).

    The notice of a pick-up goes with the delivery slip.
    """

    _inherit = "dispatch.notice"

    send_by = fields.Date(
        compute="_compute_send_by", store=True,
        help="On the day it left; picked up goods: on the next working day.",
    )  # fmt: skip
    slip_id = fields.Many2one(
        "delivery.slip", "Delivery Slip", compute="_compute_slip_id", compute_sudo=True
    )

    @api.depends("transport", "shipped_at", "company_id")
    def _compute_send_by(self):
        for notice in self:
            company = notice.company_id.sudo()
            day = notice.shipped_at and company._business_date(notice.shipped_at)
            if day and notice._is_pickup():
                day = company._add_days(day, 1)
            notice.send_by = day

    @api.depends("picking_id.delivery_slip_ids.state")
    def _compute_slip_id(self):
        for notice in self:
            slips = notice.picking_id.delivery_slip_ids
            notice.slip_id = slips.filtered(lambda slip: slip.state != "void")[:1]

    def _is_pickup(self):
        return self.transport == "pickup"

    def _enclosed_words(self):
        """Return what stands on the slip that goes with the notice."""
        words = self.with_context(lang=self.partner_id.lang or self.env.lang)
        return words.env._("Enclosed with %s", self.name)

    def write(self, vals):
        """Move the to-do with the day on which the notice is due."""
        result = super().write(vals)
        if "transport" in vals:
            for notice in self.sudo().filtered(lambda row: row.state == "draft"):
                notice.activity_reschedule([TODO], date_deadline=notice.send_by)
        return result

    def _check_sendable(self):
        """Ask for the slip that goes with the notice of a pick-up."""
        result = super()._check_sendable()
        if self._is_pickup() and not self.slip_id:
            raise UserError(
                self.env._(
                    "The notice of a pick-up goes with its delivery slip, and %s has "
                    "no valid one: issue it anew first.",
                    self.picking_id.name,
                )
            )
        return result
