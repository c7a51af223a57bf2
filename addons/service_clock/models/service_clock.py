from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..recording import check_recording
from .res_company import as_hours, aware

OPEN_STATES = ("running", "paused", "late")


class ServiceClock(models.Model):
    """One promise of time on one document, from its start until it is met.

    ``due_at`` is the promise itself; ``deadline_at`` is the moment after which the
    clock is late: the same, or the new time of a delay declared in time.
    """

    _name = "service.clock"
    _description = "Clock"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "deadline_at, id"
    _mail_post_access = "read"

    res_model = fields.Char(string="Document Model", required=True)
    res_id = fields.Many2oneReference(
        string="Document ID", model_field="res_model", required=True, index=True
    )
    document_name = fields.Char(
        string="Document", help="Name of the document when the clock started."
    )
    company_id = fields.Many2one("res.company", required=True, index=True)
    kind_id = fields.Many2one(
        "service.clock.kind", required=True, index=True, ondelete="restrict"
    )
    # The rule as it was at the start.
    kind_code = fields.Char(required=True)
    group_id = fields.Many2one("res.groups", string="Department", index=True)
    allowed_hours = fields.Float(string="Time Allowed (Hours)")
    warn_hours = fields.Float(string="Notice of Delay (Hours)")
    calendar_hours = fields.Boolean(string="Every Hour Counts")

    user_id = fields.Many2one("res.users", string="Responsible", index=True)
    state = fields.Selection(
        [
            ("running", "Running"),
            ("paused", "Paused"),
            ("late", "Overdue"),
            ("met", "Met"),
            ("cancelled", "Cancelled"),
        ],
        string="Status",
        required=True,
        index=True,
    )
    outcome = fields.Selection(
        [
            ("in_time", "In Time"),
            ("declared", "Late as Declared"),
            ("late", "Late"),
        ],
        help="Late as declared: after the time promised, but within the new time of a"
        " delay that was declared in time.",
    )
    started_at = fields.Datetime(string="Started", required=True)
    due_at = fields.Datetime(string="Promised For", required=True)
    deadline_at = fields.Datetime(string="Due", required=True, index=True)
    met_at = fields.Datetime(string="Met")
    paused_at = fields.Datetime(string="Paused Since")
    late_at = fields.Datetime(string="Overdue Since")
    counted_from = fields.Datetime(
        required=True, help="Start, or last resumption: the hours left count from it."
    )
    counted_hours = fields.Float(help="Hours that were left at that moment.")
    waited_hours = fields.Float(
        string="Waited (Hours)", help="Hours the clock ran, up to its last event."
    )
    declared_late_at = fields.Datetime(string="Delay Declared On")
    declared_due_at = fields.Datetime(string="New Time Declared")
    declared_cause = fields.Text(string="Cause of Delay")
    declared_in_time = fields.Boolean()
    late_activity_id = fields.Many2one("mail.activity", ondelete="set null")
    event_ids = fields.One2many("service.clock.event", "clock_id", string="Events")

    elapsed_hours = fields.Float(
        string="Elapsed (Hours)", compute="_compute_progress", help="Up to now."
    )
    remaining_hours = fields.Float(
        string="Time Left (Hours)",
        compute="_compute_progress",
        help="Until the clock is due; negative once it is overdue.",
    )
    in_my_department = fields.Boolean(
        compute="_compute_in_my_department", search="_search_in_my_department"
    )

    _one_open_per_kind = models.UniqueIndex(
        "(res_model, res_id, kind_code) WHERE state IN ('running', 'paused', 'late')",
        "A clock of this kind is running on the document already.",
    )
    _document_index = models.Index("(res_model, res_id)")

    @api.depends("kind_id.name", "document_name")
    def _compute_display_name(self):
        for clock in self:
            clock.display_name = self.env._(
                "%(kind)s: %(document)s",
                kind=clock.kind_id.name,
                document=clock.document_name or "",
            )

    @api.depends(
        "state", "counted_from", "counted_hours", "deadline_at", "waited_hours"
    )
    def _compute_progress(self):
        now = fields.Datetime.now()
        ticking = self.filtered(lambda clock: clock.state in ("running", "late"))
        timelines = ticking._timelines(now, strict=False)
        for clock in self:
            elapsed, left = clock.waited_hours, 0.0
            timeline = timelines.get((clock.company_id, clock.calendar_hours))
            if clock.state == "paused":
                left = clock.counted_hours
            elif clock in ticking and timeline:
                since, due = aware(clock.counted_from), aware(clock.deadline_at)
                present = max(since, aware(now))
                elapsed += as_hours(timeline.between(since, present))
                left = as_hours(timeline.between(present, due))
                left -= as_hours(timeline.between(due, present))
            clock.elapsed_hours = elapsed
            clock.remaining_hours = left

    @api.depends_context("uid")
    @api.depends("group_id")
    def _compute_in_my_department(self):
        groups = self.env.user.all_group_ids
        for clock in self:
            clock.in_my_department = clock.group_id in groups

    def _search_in_my_department(self, operator, value):
        if operator != "in":
            return NotImplemented
        mine = Domain("group_id", "in", self.env.user.all_group_ids.ids)
        return Domain.OR(mine if wanted else ~mine for wanted in value)

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

    def _timelines(self, until, strict=True):
        """Return {(company, calendar_hours): timeline} for the clocks.

        Each knows the calendar from the earliest of its clocks on, so that the
        number of queries does not depend on how many clocks there are.

        :param until: naive UTC, as far as it shall know at least
        :param strict: False leaves out companies without a calendar instead of
            raising a UserError
        """
        timelines = {}
        key = lambda clock: (clock.company_id, clock.calendar_hours)  # noqa: E731
        for (company, all_hours), clocks in self.grouped(key).items():
            try:
                timeline = company._working_time(all_hours)
            except UserError:
                if strict:
                    raise
                continue
            moments = [until, *clocks.mapped("counted_from")]
            moments += clocks.mapped("deadline_at")
            timeline.know(aware(min(moments)), aware(max(moments)))
            timelines[company, all_hours] = timeline
        return timelines

    def _document(self):
        """Return the document as superuser; None if it does not exist any more."""
        self.ensure_one()
        if self.res_model not in self.env:
            return None
        return self.env[self.res_model].sudo().browse(self.res_id).exists() or None

    def action_open_document(self):
        """Return the action that shows the document, with the user's own rights."""
        self.ensure_one()
        if self._document() is None:
            raise UserError(self.env._("The document does not exist any more."))
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    def action_declare_late(self):
        """Return the dialog in which a delay is declared."""
        self.ensure_one()
        self._check_may_declare()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Declare a Delay"),
            "res_model": "service.clock.declare",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_clock_id": self.id},
        }

    def _check_may_declare(self):
        """Refuse whoever is neither responsible nor of the department.

        Without either it is for those who may change the document.

        :raise AccessError: the user may not declare this clock late
        """
        self.ensure_one()
        self.check_access("read")
        clock, user = self.sudo(), self.env.user
        if user.has_group("service_clock.group_manager") or clock.user_id == user:
            return
        if clock.group_id in user.all_group_ids:
            return
        if not clock.user_id and not clock.group_id and clock._document() is not None:
            self.env[clock.res_model].browse(clock.res_id).check_access("write")
            return
        raise AccessError(
            self.env._(
                "Only the person or the department that must act can declare a delay"
                " of “%(clock)s”: %(who)s.",
                clock=clock.display_name,
                who=clock.user_id.name or clock.group_id.display_name or "",
            )
        )
