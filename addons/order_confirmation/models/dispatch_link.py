from datetime import timedelta
from uuid import uuid4

from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import keyed

from . import dispatch_notice  # noqa: F401 - it comes before what extends it


class DispatchNotice(models.Model):
    """The link to a notice: it opens this notice and no other, and it ends (ORD-60)."""

    _inherit = "dispatch.notice"

    link_given_at = fields.Datetime("Link Given", readonly=True, copy=False)
    link_until = fields.Datetime("Link Valid Until", compute="_compute_link_until")

    @api.depends("link_given_at", "sent_at", "arrived_at")
    def _compute_link_until(self):
        for notice in self:
            moments = (
                notice.link_given_at, notice.sent_at, notice.arrived_at,
                notice.create_date,
            )  # fmt: skip
            since = max(filter(None, moments), default=False)
            days = notice.company_id.sudo().dispatch_link_days
            notice.link_until = since and since + timedelta(days=days)

    def _link_over(self):
        """Tell whether the link opens nothing any more."""
        self.ensure_one()
        until = self.sudo().link_until
        return bool(until) and until < fields.Datetime.now()

    def _portal_ensure_token(self):
        """Give the notice its token; nobody writes one of their own."""
        if not self.access_token:
            keyed(self).write({"access_token": str(uuid4())})
        return self.access_token

    def action_new_link(self):
        """Give the customer a new link; the old one opens nothing any more."""
        self.ensure_one()
        self.check_access("write")
        keyed(self).write(
            {"access_token": str(uuid4()), "link_given_at": fields.Datetime.now()}
        )
        if self.sudo().partner_id._has_email() and self.state != "draft":
            self._send_link()
            return True
        return self.action_preview()

    @api.model
    def _get_thread_with_access(self, thread_id, *, token=None, **kwargs):
        """Let an expired link read and write no message either."""
        notice = self.browse(thread_id).sudo().exists()
        if token and notice and notice._link_over():
            token = None
        return super()._get_thread_with_access(thread_id, token=token, **kwargs)


class ResCompany(models.Model):
    _inherit = "res.company"

    dispatch_link_days = fields.Integer(
        "Links of Dispatch Notices (Days)",
        default=90,
        help="So long after sending, or after the arrival, the link opens its notice.",
    )

    _dispatch_link_days_positive = models.Constraint(
        "CHECK (dispatch_link_days BETWEEN 1 AND 3650)",
        "Links of dispatch notices hold for 1 to 3,650 days.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    dispatch_link_days = fields.Integer(
        related="company_id.dispatch_link_days", readonly=False
    )
