from odoo import api, fields, models

SUPERVISOR, DIRECTOR = "supervisor", "director"
ROLES = {SUPERVISOR: "role_supervisor", DIRECTOR: "role_sales_director"}


class ReleaseOwed(models.Model):
    """What is owed and overdue is told further up (ORD-31)."""

    _inherit = "release.owed"

    escalation = fields.Selection(
        [(SUPERVISOR, "Supervisor"), (DIRECTOR, "Sales director")],
        "Escalated To",
        readonly=True,
        tracking=True,
    )
    escalated_at = fields.Datetime(readonly=True)
    days_overdue = fields.Integer(
        compute="_compute_days_overdue", help="Calendar days after the due date."
    )

    @api.depends("due_date", "state")
    def _compute_days_overdue(self):
        now = fields.Datetime.now()
        today = {c: c._business_date(now) for c in self.company_id.sudo()}
        for owed in self:
            late = owed.due_date and today[owed.company_id] - owed.due_date
            is_owed = owed.state == "owed"
            owed.days_overdue = max(late.days, 0) if late and is_owed else 0

    @api.model
    def _escalate(self):
        """Tell the supervisor what is overdue, and after more days the director.

        Which step something is at follows from its due date and the calendar alone, so
        that running it twice, or not for a week, makes no difference. The number of
        queries does not grow with what is overdue.
        """
        now = fields.Datetime.now()
        overdue = self.sudo().search(
            [
                ("state", "=", "owed"),
                # No time zone is a day further on; the exact day is asked below.
                ("due_date", "<=", fields.Date.today()),
            ]
        )
        for company, rows in overdue.grouped("company_id").items():
            today = company._business_date(now)
            late = rows.filtered(lambda owed, day=today: owed.due_date < day)
            if not late:
                continue
            limit = company._add_working_days(today, -company.owed_escalation_days)
            further = late.filtered(
                lambda owed, day=limit: (
                    owed.due_date <= day and owed.escalation != DIRECTOR
                )
            )
            first = late.filtered(lambda owed: not owed.escalation) - further
            first._escalate_to(company, SUPERVISOR)
            further._escalate_to(company, DIRECTOR)

    def _escalate_to(self, company, step):
        if not self:
            return
        people = company._people_in(f"customer_tiering.{ROLES[step]}")
        self.write({"escalation": step, "escalated_at": fields.Datetime.now()})
        # Read at once: whoever extends to-dos asks each for its order's salesperson.
        self.mapped("order_id.user_id")
        todo = self.env.ref("mail.mail_activity_data_todo")
        model_id = self.env["ir.model"]._get_id(self._name)
        # Nobody gets a mail for each: they stand together in the list and among the
        # to-dos, and the number of queries stays the same.
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
            [
                {
                    "res_model_id": model_id,
                    "res_id": owed.id,
                    "activity_type_id": todo.id,
                    "automated": True,
                    "user_id": person.id,
                    "date_deadline": company._business_date(fields.Datetime.now()),
                    "summary": owed.with_context(lang=person.lang)._escalation_words(),
                }
                for person in people
                for owed in self
            ]
        )

    def _escalation_words(self):
        return self.env._("Overdue: %s", self.requirement_id.name)
