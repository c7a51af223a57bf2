from datetime import timedelta

from markupsafe import Markup
from odoo import api, fields, models
from odoo.addons.written_signoff.wording import joined
from odoo.tools import format_datetime

READERS = ("customer_tiering.role_sales_director", "customer_tiering.role_finance")
WEEK = timedelta(days=7)


class ResCompany(models.Model):
    _inherit = "res.company"

    exceptions_reported_at = fields.Datetime(
        readonly=True, copy=False, help="When the weekly report of exceptions was sent."
    )


class ReleaseException(models.Model):
    """The weekly report of authorised exceptions (TIER-07)."""

    _inherit = "release.exception"

    @api.model
    def _cron_report(self):
        """Tell sales director and finance which exceptions are in force or were used.

        What is reported is what was in force or used since the last report. Run twice
        in a day, it tells nothing twice; not run for a week, nothing is lost.
        """
        now = fields.Datetime.now()
        for company in self.env["res.company"].sudo().search(
            [("release_control", "=", True)]
        ):  # fmt: skip
            last = company.exceptions_reported_at or now - WEEK
            if now - last < timedelta(days=1):
                continue
            rows = self._since(company, last)
            company.exceptions_reported_at = now
            if rows:
                rows._report(company)

    @api.model
    def _since(self, company, moment):
        """Return the exceptions of a company in force or used since the moment."""
        return self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("granted_at", "!=", False),
                "|",
                ("used_at", ">=", moment),
                "&",
                ("expires_at", ">=", moment),
                "|",
                ("ended_at", "=", False),
                ("ended_at", ">=", moment),
            ],
            order="expires_at, id",
        )

    def _report(self, company):
        people = company._people_in(*READERS)
        for lang, readers in people.grouped("lang").items():
            own = self.with_context(lang=lang, tz=company._clock_timezone().zone)
            self.env["mail.thread"].sudo().message_notify(
                subject=own.env._("Exceptions in force or used: %s", len(own)),
                body=own._report_body(),
                partner_ids=readers.partner_id.ids,
            )

    def _report_body(self):
        heads = [
            self.env._("Order"),
            self.env._("Customer"),
            self.env._("Gate"),
            self.env._("Without"),
            self.env._("Reason"),
            self.env._("Granted by"),
            self.env._("Until"),
            self.env._("First used"),
            self.env._("State"),
        ]
        rows = Markup().join(
            Markup("<tr>%s</tr>")
            % Markup().join(
                Markup("<td>%s</td>") % text for text in row._report_cells()
            )
            for row in self
        )
        head = Markup().join(Markup("<th>%s</th>") % text for text in heads)
        return Markup("<table class='table table-sm'><tr>%s</tr>%s</table>") % (
            head,
            rows,
        )

    def _report_cells(self):
        states = dict(self._fields["state"]._description_selection(self.env))
        return [
            Markup("<a href='/odoo/release.exception/%s'>%s</a>")
            % (self.id, self.order_id.name),
            self.partner_id.display_name,
            self.gate_id.name,
            joined(self.env, self.requirement_ids.mapped("name")),
            self.reason,
            self.granted_by_id.name,
            format_datetime(self.env, self.expires_at, dt_format="short"),
            self.used_at
            and format_datetime(self.env, self.used_at, dt_format="short")
            or "–",
            states[self.state],
        ]
