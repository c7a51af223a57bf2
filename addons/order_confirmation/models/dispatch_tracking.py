from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import holds_key, keyed
from odoo.exceptions import AccessError, UserError

from ..opening import form_of

TODO = "mail.mail_activity_data_todo"
PLANNED = {"due_on", "note", "result", "notice_id"}


class DispatchTracking(models.Model):
    """A day on which customer service asks where the goods are (ORD-62).

    The day of the expected arrival, and what else the clerk enters. It falls due as a
    to-do, and is done with what was heard.
    """

    _name = "dispatch.tracking"
    _description = "Tracking of a Transport"
    _order = "due_on, id"
    _rec_name = "due_on"

    notice_id = fields.Many2one(
        "dispatch.notice", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="notice_id.company_id", store=True)
    kind = fields.Selection(
        [("arrival", "Expected arrival"), ("way", "On the way")],
        default="way",
        readonly=True,
        required=True,
    )
    due_on = fields.Date("Track On", required=True)
    note = fields.Char("What to Ask")
    result = fields.Char("What Was Heard")
    done_at = fields.Datetime("Tracked", readonly=True)
    done_by_id = fields.Many2one("res.users", readonly=True)
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, ondelete="set null", groups="base.group_user"
    )
    late = fields.Boolean(compute="_compute_late")

    @api.depends("due_on", "done_at")
    def _compute_late(self):
        for row in self:
            today = fields.Date.context_today(row)
            row.late = bool(row.due_on and not row.done_at and row.due_on < today)

    @api.model_create_multi
    def create(self, vals_list):
        """Let customer service and the shipping clerk plan another day.

        :raises AccessError: more than the day and what to ask
        :raises UserError: the goods have arrived
        """
        if not holds_key(self):
            for vals in vals_list:
                self._check_planned(vals)
        rows = super().create(vals_list)
        if not holds_key(self):
            rows._check_open()
        rows.filtered(lambda row: row.notice_id.state != "draft")._plan()
        return rows

    def write(self, vals):
        """Let a day be moved as long as it was not tracked."""
        if not holds_key(self):
            self._check_planned(vals)
            self._check_open()
            if "notice_id" in vals:
                raise AccessError(self._refused())
        result = super().write(vals)
        if "due_on" in vals:
            for row in self.sudo().filtered("activity_id"):
                row.activity_id.date_deadline = row.due_on
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_untracked(self):
        """Keep what was tracked, and the day of the expected arrival."""
        if holds_key(self):
            return
        self._check_open()
        if any(row.kind == "arrival" for row in self):
            raise UserError(
                self.env._("The day of the expected arrival is always tracked.")
            )

    def unlink(self):
        """Take the to-dos of these days away, too."""
        activities = self.sudo().activity_id
        result = super().unlink()
        activities.unlink()
        return result

    def _refused(self):
        return self.env._(
            "On a tracking day only the day, what to ask and what was heard are "
            "written."
        )

    def _check_planned(self, vals):
        if vals.keys() - PLANNED:
            raise AccessError(self._refused())

    def _check_open(self):
        if any(row.done_at or row.notice_id.state == "arrived" for row in self):
            raise UserError(self.env._("This was tracked already, and stays."))

    def _plan(self):
        """Give customer service the to-do that falls due on the day."""
        for row in self.sudo().filtered(
            lambda row: not row.done_at and not row.activity_id
        ):
            notice = row.notice_id
            person = notice._service_user()
            if not person:
                continue
            words = notice.with_context(lang=person.lang)
            activity = notice.activity_schedule(
                TODO,
                user_id=person.id,
                date_deadline=row.due_on,
                summary=words.env._("Ask where the goods are: have they arrived?")
                if row.kind == "arrival"
                else words.env._("Ask where the goods are"),
                note=row.note,
            )
            keyed(row).write({"activity_id": activity.id})

    def action_open_notice(self):
        """Open the notice whose goods are under way, from a row that has no form."""
        self.ensure_one()
        return form_of(self.notice_id)

    def action_done(self):
        """Note what was heard on this day.

        Until the arrival is signed for, it is asked again on the next working day.

        :raises UserError: nothing is entered, or noted already
        """
        self.ensure_one()
        self.check_access("write")
        self._check_open()
        if not any(map(str.isalnum, self.result or "")):
            raise UserError(self.env._("Please enter what was heard."))
        self._close(self.result)
        self.notice_id._ask_again()
        return True

    def _close(self, result):
        """End the tracking of these days; their to-dos go."""
        for row in self.filtered(lambda row: not row.done_at):
            activity = row.sudo().activity_id
            keyed(row).write(
                {
                    "result": row.result or result,
                    "done_at": fields.Datetime.now(),
                    "done_by_id": self.env.uid,
                }
            )
            activity.unlink()
