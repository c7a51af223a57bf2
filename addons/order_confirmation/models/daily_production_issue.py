import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import DISCUSSION, keyed
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

_logger = logging.getLogger(__name__)

READERS = ("role_production_head", "role_customer_service", "role_planner")
# How far back days are made up for that a sleeping server has missed.
AT_MOST = 14
REPORT = "order_confirmation.report_daily_production"


class DailyProductionIssue(models.Model):
    """One evening's daily production report: once per day and company (ORD-42)."""

    _name = "daily.production.issue"
    _description = "Daily Production Report"
    _inherit = ["kept.record", "mail.thread"]
    _order = "day desc, id desc"
    _mail_post_access = "read"
    _kept_open = frozenset(DISCUSSION)

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    day = fields.Date(required=True, readonly=True, index=True)
    sent_at = fields.Datetime("Sent", readonly=True)
    user_ids = fields.Many2many("res.users", string="Sent To", readonly=True)
    attachment_ids = fields.Many2many("ir.attachment", string="Files", readonly=True)

    _once = models.Constraint(
        "unique(company_id, day)", "A day is reported once for each company."
    )

    @api.depends("day", "company_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for issue in self:
            issue.display_name = self.env._(
                "Daily production report, %s", format_date(self.env, issue.day)
            )

    def _kept_refusal(self):
        """Say who issues it, and what can be done instead."""
        return self.env._(
            "Daily reports are issued by the evening's job: nobody writes or deletes "
            "them. Any day can be printed with “Print a Day”."
        )

    # -- the evening ---------------------------------------------------------------

    @api.model
    def _cron_send(self):
        """Send the report of each working day that is over and not sent yet.

        What is owed follows from the calendar and from what was sent: run twice, it
        sends nothing twice; after days of silence it sends what was missed, once.
        """
        now = fields.Datetime.now()
        companies = self.env["res.company"].sudo().search(
            [("release_control", "=", True)]
        )  # fmt: skip
        owed = []
        for company in companies:
            try:
                owed += [(company, day) for day in self._owed_days(company, now)]
            except UserError:
                _logger.warning(
                    "%s has no working hours: no daily report", company.name
                )
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(owed))
        for company, day in owed:
            self._attempt_issue(company, day)
            if not cron._commit_progress(1):
                break

    def _owed_days(self, company, now):
        """Return the working days that are over and not reported, oldest first.

        A company begins with today: what was before it had the report is not owed.
        """
        today = company._business_date(now)
        last = self.sudo().search([("company_id", "=", company.id)], limit=1).day
        first = max(last + timedelta(days=1), today - timedelta(days=AT_MOST)) if (
            last
        ) else today  # fmt: skip
        days = (first + timedelta(days=n) for n in range((today - first).days + 1))
        ends = ((day, company._working_day_end(day)) for day in days)
        return [day for day, end in ends if end and end <= now]

    def _attempt_issue(self, company, day):
        """Issue one report; trouble with one does not stop the others."""
        try:
            with self.env.cr.savepoint():
                self._issue(company, day)
        except Exception:
            _logger.exception("No daily report of %s for %s", company.name, day)

    @api.model
    def _issue(self, company, day):
        """Make, file and send the report of a day; nothing where it was sent before.

        :return: the issue, or an empty one
        """
        # Who comes second waits here and then finds the first one's row.
        self.env.execute_query(
            SQL("SELECT id FROM res_company WHERE id = %s FOR NO KEY UPDATE",
                company.id)
        )  # fmt: skip
        own = [("company_id", "=", company.id), ("day", "=", day)]
        if self.sudo().search_count(own, limit=1):
            return self.browse()
        people = company._people_in(*(f"customer_tiering.{role}" for role in READERS))
        issue = keyed(self).with_context(lang=None).create(
            {
                "company_id": company.id,
                "day": day,
                "sent_at": fields.Datetime.now(),
                "user_ids": [fields.Command.set(people.ids)],
            }
        )  # fmt: skip
        for lang, readers in people.grouped("lang").items():
            issue._send(lang or "en_US", readers)
        return issue.with_env(self.env)

    def _send(self, lang, readers):
        """Send the report in one language to those who read it."""
        issue = self.with_context(lang=lang)
        name = f"{issue.display_name}.pdf"
        page = self.env["daily.production.print"].sudo().create(
            {"company_id": self.company_id.id, "day": self.day}
        )  # fmt: skip
        content, kind = (
            self.env["ir.actions.report"]
            .sudo()
            .with_context(lang=lang, allowed_company_ids=self.company_id.ids)
            ._render_qweb_pdf(REPORT, page.ids)
        )
        attachment = self.env["ir.attachment"].sudo().create(
            {
                "name": name if kind == "pdf" else f"{issue.display_name}.{kind}",
                "raw": content,
                "res_model": self._name,
                "res_id": self.id,
            }
        )  # fmt: skip
        self.attachment_ids += attachment
        issue.message_post(
            subject=issue.display_name,
            body=issue.env._("Here is what was planned and made today."),
            partner_ids=readers.partner_id.ids,
            attachment_ids=attachment.ids,
            message_type="notification",
            subtype_xmlid="mail.mt_note",
        )

    def action_open_day(self):
        """Show the day's rows, as they are now."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "order_confirmation.daily_production_action"
        )
        action["domain"] = [
            ("day", "=", self.day),
            ("company_id", "=", self.company_id.id),
        ]
        action["context"] = {}
        return action
