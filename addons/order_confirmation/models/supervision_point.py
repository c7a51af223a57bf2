import logging

from odoo import api, fields, models
from odoo.addons.service_clock.clock import NoWorkingTime
from odoo.addons.service_clock.models.res_company import as_duration, aware, naive
from odoo.addons.written_signoff.keeping import DISCUSSION, keyed
from odoo.exceptions import AccessError, UserError

from ..opening import dialog, form_of
from .supervision_template import DUE_ON, KINDS, TAKEN

_logger = logging.getLogger(__name__)

BATCH = 200
CLOCK = "supervision"
TODO = "mail.mail_activity_data_todo"
STATES = [
    ("planned", "To come"),
    ("due", "Due now"),
    ("late", "Late"),
    ("answered", "Answered"),
    ("cancelled", "Cancelled"),
]
OPEN = ("planned", "due", "late")
OUTCOMES = [("fine", "As it should be"), ("deviates", "Not as it should be")]


class SupervisionPoint(models.Model):
    """Something the merchandiser looks at while an order is made (ORD-40).

    Points come from the template of the product's category, fall due by themselves,
    move with production, and are answered once: by whom and when, the server keeps.
    """

    _name = "supervision.point"
    _description = "Supervision Point"
    _inherit = [
        "kept.record", "mail.thread", "mail.activity.mixin", "service.clock.mixin",
    ]  # fmt: skip
    _order = "due_at, id"
    _mail_post_access = "read"
    _kept_open = frozenset({*DISCUSSION, "clock_ids"})

    name = fields.Char("Supervision Point", required=True, readonly=True)
    line_id = fields.Many2one(
        "supervision.template.line", readonly=True, index=True, ondelete="set null"
    )
    kind = fields.Selection(KINDS, required=True, readonly=True, index=True)
    instructions = fields.Text(readonly=True)
    production_id = fields.Many2one(
        "mrp.production", "Manufacturing Order", required=True, readonly=True,
        index=True, ondelete="cascade",
    )  # fmt: skip
    product_id = fields.Many2one(related="production_id.product_id", store=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True, index=True)
    partner_id = fields.Many2one(
        related="order_id.partner_id", store=True, string="Customer"
    )
    seller_id = fields.Many2one(
        related="order_id.user_id", store=True, index=True, string="Salesperson"
    )
    user_id = fields.Many2one(
        "res.users", "Merchandiser", readonly=True, index=True, tracking=True
    )
    due_on = fields.Selection(DUE_ON, "Falls Due", required=True, readonly=True)
    hours = fields.Float("Hours After Start", readonly=True)
    part = fields.Float("Part of Planned Time", readonly=True)
    workcenter_id = fields.Many2one("mrp.workcenter", "Work Centre", readonly=True)
    due_at = fields.Datetime("Due On", readonly=True, index=True, tracking=True)
    state = fields.Selection(
        STATES, required=True, readonly=True, default="planned", index=True,
        tracking=True,
    )  # fmt: skip
    number_required = fields.Boolean(readonly=True)
    picture_required = fields.Boolean(readonly=True)
    outcome = fields.Selection(OUTCOMES, readonly=True)
    finding = fields.Text(readonly=True)
    number = fields.Float("Reading", readonly=True, digits="Product Unit")
    has_number = fields.Boolean(readonly=True)
    uom_id = fields.Many2one("uom.uom", "Unit", readonly=True)
    picture = fields.Image(max_width=1600, max_height=1600, readonly=True)
    answered_by_id = fields.Many2one("res.users", readonly=True)
    answered_for_id = fields.Many2one("res.users", readonly=True)
    answered_at = fields.Datetime("Answered", readonly=True)
    can_answer = fields.Boolean(compute="_compute_can_answer")

    _once = models.UniqueIndex(
        "(production_id, line_id) WHERE line_id IS NOT NULL",
        "Each point of the template is looked at once in a manufacturing order.",
    )

    @api.depends("name", "production_id.name")
    def _compute_display_name(self):
        for point in self:
            point.display_name = f"{point.sudo().production_id.name}: {point.name}"

    @api.depends_context("uid")
    @api.depends("state", "user_id")
    def _compute_can_answer(self):
        acting = self._acting_for(self.env.user)
        for point in self:
            point.can_answer = point.state in OPEN and point.id in acting

    # -- guard ---------------------------------------------------------------------

    def _kept_refusal(self):
        """Say what may be done with a point."""
        return self.env._(
            "Supervision points follow from template and production, and are answered "
            "with “Answer”: nobody writes, copies or deletes them directly."
        )

    # -- making --------------------------------------------------------------------

    @api.model
    def _make(self, productions):
        """Give productions for an order the points of their category's template.

        Those that have points already keep them. A constant number of queries.
        """
        if not self.env["supervision.template"].sudo().search_count([], limit=1):
            return self.browse()
        made = self.sudo().search([("production_id", "in", productions.ids)])
        fresh = (productions - made.production_id).sudo()
        templates = self.env["supervision.template"]._for(fresh)
        used = [row for row in templates.values() if row.line_ids]
        if not used:
            return self.browse()
        hands = self._fewest_open(fresh.company_id)
        rows = []
        for production in fresh:
            order = production._release_orders().sorted("id")[:1]
            template = templates[production]
            if not order or not template.line_ids:
                continue
            person = template.user_id or self._next_hand(hands, production.company_id)
            lang = person.lang or self.env.lang
            for line in template.line_ids.with_context(lang=lang):
                place = line.workcenter_id
                if line.due_on == "operation" and not production.workorder_ids.filtered(
                    lambda work, place=place: work.workcenter_id == place
                ):
                    continue
                rows.append(
                    {
                        **{name: line[name] for name in TAKEN},
                        "uom_id": line.uom_id.id,
                        "workcenter_id": place.id,
                        "line_id": line.id,
                        "production_id": production.id,
                        "order_id": order.id,
                        "company_id": production.company_id.id,
                        "user_id": person.id,
                    }
                )
        points = keyed(self).with_context(mail_create_nolog=True).create(rows)
        points._reschedule()
        return points

    @api.model
    def _fewest_open(self, companies):
        """Return ``{company: [[open points, merchandiser], …]}``."""
        role = "customer_tiering.role_merchandiser"
        people = {company: company._people_in(role) for company in companies}
        groups = self.sudo()._read_group(
            [("state", "in", OPEN)], ["company_id", "user_id"], ["__count"]
        )
        counts = {(company, user): count for company, user, count in groups}
        return {
            company: [[counts.get((company, user), 0), user] for user in users]
            for company, users in people.items()
        }

    def _next_hand(self, hands, company):
        """Return the merchandiser with the fewest points, who gets these too."""
        if not hands.get(company):
            return self.env["res.users"]
        hand = min(hands[company], key=lambda row: (row[0], row[1].id))
        hand[0] += 1
        return hand[1]

    # -- when ----------------------------------------------------------------------

    def _due_moments(self):
        """Return ``{point: naive UTC or False}``: when each is due as planned now."""
        timelines, moments = {}, {}
        for point in self.sudo():
            production = point.production_id
            start, end = production.date_start, production.date_finished
            if point.due_on == "operation":
                ends = point._operations().mapped("date_finished")
                moments[point] = max(filter(None, ends), default=False)
            elif not start:
                moments[point] = False
            elif point.due_on == "part":
                span = (end or start) - start
                moments[point] = (start + span * point.part).replace(microsecond=0)
            else:
                company = point.company_id
                if company not in timelines:
                    timelines[company] = self._timeline(company)
                moments[point] = self._after(timelines[company], start, point.hours)
        return moments

    def _operations(self):
        return self.production_id.workorder_ids.filtered(
            lambda work: (
                work.workcenter_id == self.workcenter_id and work.state != "cancel"
            )
        )

    def _timeline(self, company):
        try:
            return company._working_time()
        except UserError:
            return None

    def _after(self, timeline, start, hours):
        """Return when so many working hours after the start are over.

        A company without working hours must not keep production from starting: there
        every hour counts.
        """
        duration = as_duration(hours)
        try:
            return naive(timeline.add(aware(start), duration))
        except (AttributeError, NoWorkingTime):
            return (start + duration).replace(microsecond=0)

    def _reschedule(self):
        """Let open points fall due as production is planned now.

        What was due already and is not any more is taken back: to-do and clock too.
        """
        points = self.filtered(lambda point: point.state in OPEN)
        now = fields.Datetime.now()
        early = self.browse()
        for point, moment in points._due_moments().items():
            if point.due_at == moment:
                continue
            called = point.state != "planned"
            keyed(point).write({"due_at": moment})
            if called and (not moment or moment > now):
                early |= point
        if early:
            keyed(early).write({"state": "planned"})
            early._clock_cancel(CLOCK, self.env._("Production has moved."))
            early._todos().unlink()

    def _todos(self):
        return self.sudo().activity_ids.filtered("automated")

    # -- falling due ---------------------------------------------------------------

    @api.model
    def _cron_fall_due(self):
        """Let points fall due: a to-do, and a clock; twice changes nothing (ORD-40)."""
        domain = [("state", "=", "planned"), ("due_at", "<=", fields.Datetime.now())]
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=self.search_count(domain))
        last = 0
        while batch := self.search(
            [*domain, ("id", ">", last)], order="id", limit=BATCH
        ):
            last = batch[-1].id
            for company, points in batch.grouped("company_id").items():
                points._attempt_fall_due(company)
            if not cron._commit_progress(len(batch)):
                break

    def _attempt_fall_due(self, company):
        """Let these fall due; one company's trouble does not stop the others."""
        try:
            with self.env.cr.savepoint():
                self._fall_due()
        except UserError:
            _logger.exception("Supervision points of %s cannot fall due", company.name)

    def _fall_due(self):
        """Call the merchandiser for these points."""
        points = self.filtered(lambda point: point.state == "planned")
        keyed(points).write({"state": "due"})
        for user, mine in points.grouped("user_id").items():
            for moment, rows in mine.grouped("due_at").items():
                rows._clock_start(CLOCK, at=moment, user=user or None)
        model_id = self.env["ir.model"]._get_id(self._name)
        todo = self.env.ref(TODO)
        self.env["mail.activity"].sudo().with_context(
            mail_activity_quick_update=True
        ).create(
            [
                {
                    "res_model_id": model_id,
                    "res_id": point.id,
                    "activity_type_id": todo.id,
                    "automated": True,
                    "user_id": point.user_id.id,
                    "date_deadline": point.company_id._business_date(point.due_at),
                    "summary": point.display_name,
                    "note": point.instructions,
                }
                for point in points
                if point.user_id
            ]
        )

    def _clock_late_todo(self, clock):
        """What fell due and is late waits once: the to-do is the same (ORD-40)."""
        return self._todos().filtered(lambda todo: todo.user_id == clock.user_id)

    def _production_done(self):
        """Let fall due what was to be looked at by now; the rest cannot be any more.

        The job that calls for points runs every few minutes, and closing production
        finishes its last operations at the same moment: what was due must not get lost
        in between (ORD-40).
        """
        now = fields.Datetime.now()
        open_ = self.filtered(lambda point: point.state == "planned")
        due = open_.filtered(lambda point: point._came(now))
        for point in due.filtered(lambda row: not row.due_at or row.due_at > now):
            keyed(point).write({"due_at": now})
        due._fall_due()
        keyed(open_ - due).write({"state": "cancelled"})

    def _came(self, now):
        """Return whether the moment of this point has come, by clock or by work."""
        self.ensure_one()
        if self.due_at and self.due_at <= now:
            return True
        works = self._operations() if self.due_on == "operation" else ()
        return bool(works) and all(work.state == "done" for work in works)

    def _clock_became_late(self, clock):
        """Show the point as late, and tell the supervisor."""
        late = self.filtered(lambda point: point.state == "due")
        keyed(late).write({"state": "late"})
        for point in late:
            people = point.company_id._people_in("customer_tiering.role_supervisor")
            for lang, group in people.grouped("lang").items():
                point.sudo().message_post(
                    body=point.with_context(lang=lang).env._(
                        "Nobody has answered “%s” in time.", point.name
                    ),
                    partner_ids=group.partner_id.ids,
                    message_type="notification",
                    subtype_xmlid="mail.mt_note",
                )

    # -- answering -----------------------------------------------------------------

    def _acting_for(self, user):
        """Return ``{point id: for whom}`` of those that this person may answer.

        Merchandisers and the supervisor answer in their own name, and who holds a
        delegation of the point's merchandiser in that one's.
        """
        own = user.all_group_ids & (
            self.env.ref("customer_tiering.role_merchandiser")
            | self.env.ref("customer_tiering.role_supervisor")
        )
        if own:
            return dict.fromkeys(self.ids, self.env["res.users"])
        given = self.env["signoff.delegation"].sudo()._in_force(
            [("receiver_id", "=", user.id), ("giver_id", "in", self.user_id.ids)]
        )  # fmt: skip
        return {
            point.id: row.giver_id
            for point in self
            for row in given
            if row.giver_id == point.user_id
            and row.company_id == point.company_id
            and (not row.res_model or row._covers(point.sudo().order_id))
        }

    def action_answer(self):
        """Open the dialog in which the point is answered."""
        self.ensure_one()
        self._check_may_answer()
        return dialog("supervision.answer", self.name, point_id=self.id)

    def _check_may_answer(self):
        """Raise unless this person may answer, and there is something to answer.

        :return: for whom, often an empty user
        """
        self.ensure_one()
        self.check_access("read")
        acting = self._acting_for(self.env.user)
        if self.id not in acting or self.env.user._is_superuser():
            raise AccessError(
                self.env._(
                    "Supervision points are answered by the merchandiser, whoever acts "
                    "for them, or the supervisor."
                )
            )
        if self.state not in OPEN:
            states = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(point)s is “%(state)s”: nothing is left to answer.",
                    point=self.display_name,
                    state=states[self.state],
                )
            )
        return acting[self.id]

    def _answer(self, outcome, finding, number=None, picture=False, uom=None):
        """Keep the answer of the present person; once (ORD-40).

        :param number: float, or None where none was taken
        :param picture: base64
        :param uom: unit of the number
        :raises AccessError: not the merchandiser, nor who acts for them
        :raises UserError: answered already, or something is missing
        """
        self.lock_for_update()
        self.invalidate_recordset(["state"])
        principal = self._check_may_answer()
        finding = (finding or "").strip()
        if outcome not in dict(OUTCOMES):
            raise UserError(self.env._("Say whether it is as it should be."))
        if not any(map(str.isalnum, finding)):
            raise UserError(self.env._("Write what you found."))
        if self.number_required and number is None:
            raise UserError(self.env._("“%s” asks for a number.", self.name))
        if number is not None and number < 0:
            raise UserError(self.env._("The number cannot be negative."))
        if self.picture_required and not picture:
            raise UserError(self.env._("“%s” asks for a picture.", self.name))
        keyed(self).write(
            {
                "state": "answered",
                "outcome": outcome,
                "finding": finding,
                "number": number or 0.0,
                "has_number": number is not None,
                "uom_id": (uom or self.uom_id).id,
                "picture": picture,
                "answered_by_id": self.env.uid,
                "answered_for_id": principal.id,
                "answered_at": fields.Datetime.now(),
            }
        )
        self._clock_meet(CLOCK)
        self._todos().unlink()
        if outcome == "deviates":
            self._tell_production()

    def _tell_production(self):
        """Tell the head of production and the planner what is not as it should be."""
        roles = ("role_production_head", "role_planner")
        people = self.company_id._people_in(
            *(f"customer_tiering.{role}" for role in roles)
        )
        for lang, group in people.grouped("lang").items():
            self.sudo().message_post(
                body=self.with_context(lang=lang).env._(
                    "“%(point)s” is not as it should be: %(finding)s",
                    point=self.name,
                    finding=self.finding,
                ),
                partner_ids=group.partner_id.ids,
                message_type="notification",
                subtype_xmlid="mail.mt_note",
            )

    def action_take_over(self):
        """Make the present merchandiser the one who answers these.

        :raises AccessError: not a merchandiser, nor the supervisor
        """
        groups = self.env.user.all_group_ids
        merchandiser = self.env.ref("customer_tiering.role_merchandiser")
        if merchandiser not in groups:
            raise AccessError(self.env._("Only a merchandiser takes points over."))
        self.check_access("read")
        open_ = self.filtered(lambda point: point.state in OPEN)
        keyed(open_).write({"user_id": self.env.uid})
        open_._todos().write({"user_id": self.env.uid})
        open_._clock_hand_over(CLOCK, self.env.user)

    def action_open_production(self):
        """Open the manufacturing order."""
        self.ensure_one()
        return form_of(self.production_id)
