from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import DISCUSSION, keyed
from odoo.addons.written_signoff.wording import joined, numeral
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from .. import emergency
from ..opening import dialog, form_of, shown
from .production_exception_party import KINDS

STATES = [
    ("reported", "Just reported"),
    ("noted", "Noted"),
    ("agreed", "Plan agreed"),
    ("answered", "Customer has answered"),
    ("closed", "Closed"),
]
QUALITY_CLOSES, HEAD_CLOSES = "exception_released", "exception_closed"
CLOSING = (QUALITY_CLOSES, HEAD_CLOSES)
TODO = "mail.mail_activity_data_todo"
# What may be given when it is recorded, and corrected until the plan is agreed.
PLACE = {"production_id", "workorder_id", "kind"}
FACTS = {"quantity", "delay", "delay_unit", "description", "picture"}
PLAN = {"plan", "plan_date"}
REPORTERS = ("production", "quality")
PLANNERS = ("production", "planner", "quality", "technical")
CLOCKS = ("exception_note", "exception_plan", "exception_settled")


class ProductionExceptionGuard(models.AbstractModel):
    """Rows of an exception: written by its own methods, and by nothing else."""

    _name = "production.exception.guard"
    _description = "Kept by a Production Exception"
    _inherit = "kept.record"
    _kept_by = "production.exception"
    _kept_open = frozenset({*DISCUSSION, "signature_ids"})

    def _kept_refusal(self):
        """Say that it follows from what people do."""
        return self.env._(
            "Where a production exception stands follows from what is noted, signed "
            "and answered: nobody writes, copies or deletes it directly."
        )


class ProductionException(models.Model):
    """Something in production did not go as planned (ORD-41).

    Production records it; customer service notes it, then the salesperson is told. The
    emergency plan is signed by those who agree to it, the customer's answer and a new
    date follow. One about quality holds the next operation until quality closes it.
    """

    _name = "production.exception"
    _description = "Production Exception"
    _inherit = [
        "production.exception.guard", "mail.thread", "mail.activity.mixin",
        "signoff.mixin", "service.clock.mixin",
    ]  # fmt: skip
    _order = "id desc"
    _mail_post_access = "read"
    _kept_open = frozenset({*DISCUSSION, "signature_ids", "clock_ids"})

    name = fields.Char("Number", readonly=True, index="trigram", copy=False)
    kind = fields.Selection(KINDS, required=True, index=True)
    production_id = fields.Many2one(
        "mrp.production",
        "Manufacturing Order",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('state', 'not in', ('draft', 'done', 'cancel'))]",
        check_company=True,
    )
    production_name = fields.Char("Manufacturing Order Number", readonly=True)
    workorder_id = fields.Many2one(
        "mrp.workorder",
        "Operation",
        index="btree_not_null",
        ondelete="set null",
        domain="[('production_id', '=', production_id), "
        "('state', 'in', ('progress', 'done'))]",
        help="Where it happened. What comes after it waits while a quality exception "
        "is open; left empty, every operation does.",
    )
    product_id = fields.Many2one(related="production_id.product_id", store=True)
    product_uom_id = fields.Many2one(related="production_id.product_uom_id")
    production_qty = fields.Float(related="production_id.product_qty")
    company_id = fields.Many2one(
        "res.company", related="production_id.company_id", store=True, index=True
    )
    order_ids = fields.Many2many(
        "sale.order", string="Orders Hit", readonly=True, copy=False
    )
    order_id = fields.Many2one(
        "sale.order", readonly=True, index="btree_not_null", copy=False
    )
    partner_id = fields.Many2one(
        related="order_id.partner_id", store=True, string="Customer"
    )
    user_id = fields.Many2one(
        related="order_id.user_id", store=True, index=True, string="Salesperson"
    )
    reported_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    reported_at = fields.Datetime("Reported", readonly=True, copy=False, index=True)
    description = fields.Text("What Happened", required=True, tracking=True)
    picture = fields.Image(max_width=1600, max_height=1600)
    quantity = fields.Float("Quantity Hit", digits="Product Unit", tracking=True)
    delay = fields.Float(
        "Expected Delay", tracking=True, help="Working hours, or working days."
    )
    delay_unit = fields.Selection(
        [("hours", "Working hours"), ("days", "Working days")],
        required=True,
        default="hours",
    )
    expected_finish = fields.Datetime(
        "Expected to Be Finished",
        compute="_compute_expected_finish",
        store=True,
        help="The planned end of the manufacturing order, and the delay after it.",
    )
    state = fields.Selection(
        STATES,
        required=True,
        readonly=True,
        default="reported",
        index=True,
        tracking=True,
        copy=False,
    )
    noted_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    noted_at = fields.Datetime("Noted", readonly=True, copy=False)
    seller_told_at = fields.Datetime("Salesperson Told", readonly=True, copy=False)
    plan = fields.Text("Emergency Plan", tracking=True, copy=False)
    plan_date = fields.Date(
        "New Completion Date", tracking=True, copy=False, help="By production."
    )
    consent_ids = fields.One2many(
        "production.exception.consent", "exception_id", "Who Agrees"
    )
    answer_ids = fields.One2many(
        "production.exception.answer", "exception_id", "Customer's Answers"
    )
    escalation = fields.Selection(
        [("supervisor", "Supervisor"), ("director", "Sales director")],
        "Escalated To",
        readonly=True,
        tracking=True,
        copy=False,
    )
    escalated_at = fields.Datetime(readonly=True, copy=False)
    closed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    closed_at = fields.Datetime("Closed On", readonly=True, copy=False)
    holds = fields.Boolean(
        compute="_compute_holds",
        search="_search_holds",
        help="The next operation of the manufacturing order waits for quality.",
    )
    waits_for = fields.Char(compute="_compute_waits_for")
    for_me = fields.Boolean(
        "For Me to Sign", compute="_compute_for_me", search="_search_for_me"
    )

    _quantity_sign = models.Constraint(
        "CHECK(quantity >= 0)", "The quantity hit cannot be negative."
    )
    _delay_sign = models.Constraint(
        "CHECK(delay >= 0)", "The expected delay cannot be negative."
    )

    # -- reading -------------------------------------------------------------------

    @api.depends("delay", "delay_unit", "production_id.date_finished")
    def _compute_expected_finish(self):
        for row in self:
            end = row.production_id.date_finished
            if not end or not row.delay or row.delay < 0:
                row.expected_finish = end
                continue
            company = row.company_id.sudo()
            day = company.resource_calendar_id.hours_per_day or 8.0
            hours = row.delay * (day if row.delay_unit == "days" else 1.0)
            row.expected_finish = company._add_working_hours(end, hours)

    @api.depends("kind", "state")
    def _compute_holds(self):
        for row in self:
            row.holds = row.kind == "quality" and row.state != "closed"

    def _search_holds(self, operator, value):
        if operator != "in":
            return NotImplemented
        holding = Domain("kind", "=", "quality") & Domain("state", "!=", "closed")
        return Domain.OR(holding if wanted else ~holding for wanted in value)

    @api.depends_context("lang")
    @api.depends("state", "plan", "consent_ids.agreed", "answer_ids", "kind")
    def _compute_waits_for(self):
        service = self.env._("customer service takes note")
        plan = self.env._("the emergency plan")
        semicolon = "；" if (self.env.lang or "").startswith("zh") else "; "
        close = {
            True: self.env._("quality closes it"),
            False: self.env._("production closes it"),
        }
        for row in self:
            left = row.consent_ids.filtered(lambda consent: not consent.agreed)
            words = []
            if row.state == "reported":
                words.append(service)
            if row.state in ("reported", "noted"):
                parties = joined(self.env, left.sudo().party_id.mapped("name"))
                words.append(
                    self.env._("the plan is signed by: %s", parties)
                    if row.plan
                    else plan
                )
            if row.state == "agreed":
                orders = row.sudo()._unanswered()
                names = joined(self.env, orders.partner_id.mapped("display_name"))
                words.append(self.env._("the answer of: %s", names))
            if row.state == "answered":
                words.append(close[row.kind == "quality"])
            row.waits_for = semicolon.join(words)

    @api.depends_context("uid")
    @api.depends("state", "plan", "consent_ids.agreed")
    def _compute_for_me(self):
        for row in self:
            row.for_me = any(row.consent_ids.mapped("can_sign"))

    def _search_for_me(self, operator, value):
        if operator != "in":
            return NotImplemented
        groups = self.env.user.all_group_ids
        waiting = self.env["production.exception.consent"]._search(
            [("agreed", "=", False), ("party_id.group_id", "in", groups.ids)]
        )
        mine = Domain("state", "!=", "closed") & Domain("plan", "not in", (False, ""))
        mine &= Domain("consent_ids", "in", waiting)
        return Domain.OR(mine if wanted else ~mine for wanted in value)

    def _unanswered(self):
        """Return the orders whose customer has not answered yet."""
        return self.order_ids - self.answer_ids.order_id

    def _require_role(self, *roles):
        """Raise unless the person has one of these roles; being administrator is none.

        :raises AccessError: naming who may
        """
        groups = [self.env.ref(f"customer_tiering.role_{role}") for role in roles]
        if not any(group in self.env.user.all_group_ids for group in groups):
            raise AccessError(
                self.env._(
                    "This is done by: %s.",
                    joined(self.env, (group.name for group in groups)),
                )
            )

    # -- recording -----------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Record exceptions, as production or quality; everybody concerned is told.

        :raises UserError: the manufacturing order is not under way, or nobody is named
            who agrees to emergency plans
        """
        self.check_access("create")
        self._require_role(*REPORTERS)
        given = PLACE | FACTS | PLAN
        if set().union(*vals_list) - given - {"message_follower_ids"}:
            raise AccessError(self._kept_refusal())
        rows = keyed(self)
        number = self.env["ir.sequence"].sudo().next_by_code
        prepared = []
        for vals in vals_list:
            production = self.env["mrp.production"].browse(vals.get("production_id"))
            production.check_access("read")
            production = production.sudo()
            production._check_may_have_exception()
            orders = production._release_orders().sorted("id")
            prepared.append(
                {
                    **vals,
                    "name": number(self._name),
                    "production_name": production.name,
                    "order_ids": [fields.Command.set(orders.ids)],
                    "order_id": orders[:1].id,
                    "reported_by_id": self.env.uid,
                    "reported_at": fields.Datetime.now(),
                    "consent_ids": self._consents(production, vals.get("kind")),
                }
            )
        exceptions = super(ProductionException, rows).create(prepared)
        exceptions._tell_reported()
        return exceptions.with_env(self.env)

    def _consents(self, production, kind):
        parties = self.env["production.exception.party"]._concerned(
            production.company_id, kind
        )
        if not parties:
            raise UserError(
                self.env._(
                    "Nobody is named who agrees to emergency plans for %s: see "
                    "Configuration → Emergency Plans.",
                    production.company_id.name,
                )
            )
        return [fields.Command.create({"party_id": party.id}) for party in parties]

    @api.constrains("quantity", "production_id")
    def _check_quantity(self):
        for row in self:
            unit = row.product_uom_id
            if unit and unit.compare(row.quantity, row.production_qty) > 0:
                raise ValidationError(
                    self.env._(
                        "%(production)s makes %(made)s %(unit)s: not more than that "
                        "can be hit.",
                        production=row.production_id.name,
                        made=numeral(row.production_qty),
                        unit=unit.name,
                    )
                )

    @api.constrains("workorder_id", "production_id")
    def _check_workorder(self):
        for row in self:
            work = row.workorder_id
            if work and work.production_id != row.production_id:
                raise ValidationError(
                    self.env._(
                        "%(operation)s is no operation of %(production)s.",
                        operation=work.name,
                        production=row.production_id.name,
                    )
                )
            if work and work.state not in ("progress", "done"):
                raise ValidationError(
                    self.env._(
                        "%s has not begun: name the operation at which it happened, or "
                        "leave it empty.",
                        work.name,
                    )
                )

    def write(self, vals):
        """Let facts and plan be corrected while it is open; the rest follows."""
        planned = self.filtered("plan") if "plan" in vals else self.browse()
        result = super().write(vals)
        if vals.keys() & (FACTS | PLAN):
            self.consent_ids._signoff_void_changed()
        if "plan" in vals:
            (self - planned).filtered("plan")._ask()
        return result

    def _kept_admit(self, vals):
        """Let production correct facts, and who plans the plan, while it is open."""
        names = self._kept_closed(vals)
        if names - FACTS - PLAN:
            raise AccessError(self._kept_refusal())
        if names & FACTS:
            self._require_role(*REPORTERS)
        if names & PLAN:
            self._require_role(*PLANNERS)
        for row in self:
            if row.state == "closed":
                raise UserError(self.env._("%s is closed.", row.name))
            if row.state == "answered":
                raise UserError(
                    self.env._(
                        "%s: the customer has answered to this plan. What is new is "
                        "another exception.",
                        row.name,
                    )
                )
        return vals

    # -- telling -------------------------------------------------------------------

    def _tell(self, people, words):
        """Tell people in the chatter, each in their language.

        :param words: function of an environment in that language
        """
        self.ensure_one()
        for lang, group in people.sudo().grouped("lang").items():
            self.sudo().message_post(
                body=words(self.with_context(lang=lang).env),
                partner_ids=group.partner_id.ids,
                message_type="notification",
                subtype_xmlid="mail.mt_note",
            )

    def _todo(self, person, words):
        """Give somebody a to-do for today, in their language."""
        self.ensure_one()
        if person:
            self.sudo().with_context(mail_activity_quick_update=True).activity_schedule(
                TODO,
                date_deadline=self.company_id._business_date(fields.Datetime.now()),
                user_id=person.id,
                summary=words(self.with_context(lang=person.lang).env),
            )

    def _done(self, person):
        """Take the to-dos of this person off."""
        self.sudo().activity_ids.filtered(
            lambda todo: todo.user_id == person and todo.automated
        ).unlink()

    def _people(self, role):
        return self.company_id._people_in(f"customer_tiering.role_{role}")

    def _clerk(self):
        """Return who of customer service follows it: who made the sheet, or anybody."""
        clerks = self._people("customer_service")
        maker = self.order_id.sudo().current_sheet_id.prepared_by_id
        role = self.env.ref("customer_tiering.role_customer_service")
        return maker & clerks or self.company_id._nearest_of(role)[:1]

    def _headline(self, env):
        """Return what is to be known of it in one line, in the reader's language."""
        kinds = dict(self._fields["kind"]._description_selection(env))
        return env._(
            "%(kind)s: %(production)s, %(quantity)s %(unit)s hit, %(delay)s expected. "
            "%(description)s",
            kind=kinds[self.kind],
            production=self.production_name,
            quantity=numeral(self.quantity),
            unit=self.product_uom_id.with_env(env).sudo().name,
            delay=self._delay_words(env),
            description=self.description,
        )

    def _delay_words(self, env):
        if self.delay_unit == "days":
            return env._("%s working days of delay", numeral(self.delay))
        return env._("%s working hours of delay", numeral(self.delay))

    def _tell_reported(self):
        """Start the clocks and tell customer service, and the head of production."""
        for kind in CLOCKS:
            self._clock_start(kind)
        for row in self:
            clerk = row._clerk()
            row._tell(row._people("customer_service"), row._headline)
            row._todo(clerk, lambda env: env._("Take note of the exception"))
            head = row._people("production_head").sorted("id")[:1]
            if row.plan:
                row._ask()
            else:
                row._todo(head, lambda env: env._("Write the emergency plan"))

    def action_note(self):
        """Take note, as customer service; the salesperson is told (ORD-41).

        :raises AccessError: not customer service
        """
        self._require_role("customer_service")
        self.check_access("read")
        fresh = self.filtered(lambda row: not row.noted_at)
        keyed(fresh).write(
            {"noted_by_id": self.env.uid, "noted_at": fields.Datetime.now()}
        )
        fresh._clock_meet("exception_note")
        for row in fresh:
            row._done(row._clerk())
            row._done(self.env.user)
            row._tell_seller()
        fresh._settle()

    def _tell_seller(self):
        """Tell the salesperson of each order, once."""
        for row in keyed(self).filtered(lambda row: not row.seller_told_at):
            row.write({"seller_told_at": fields.Datetime.now()})
            row._tell(row.order_ids.user_id, row._headline)

    def _clock_became_late(self, clock):
        """Go up the ladder: supervisor first, then the director (ORD-41)."""
        for row in self.filtered(lambda row: row.state != "closed"):
            if clock.kind_code == "exception_note":
                row._tell_seller()
            director = clock.kind_code == "exception_settled"
            row._escalate("director" if director else "supervisor")

    def _escalate(self, step):
        """Tell supervisor or director, once each; never back down."""
        self.ensure_one()
        if self.escalation in (step, "director"):
            return
        keyed(self).write({"escalation": step, "escalated_at": fields.Datetime.now()})
        role = {"supervisor": "supervisor", "director": "sales_director"}[step]
        people = self._people(role)
        self._tell(people, self._headline)
        for person in people:
            self._todo(
                person, lambda env: env._("Production exception not settled in time")
            )

    # -- the plan ------------------------------------------------------------------

    def _ask(self):
        """Give everybody who must agree to the plan the to-do."""
        for row in self:
            row._done(row._people("production_head").sorted("id")[:1])
            for consent in row.consent_ids.filtered(lambda consent: not consent.agreed):
                consent._ask()

    def _plan_terms(self):
        """Return what those who agree to the plan sign."""
        return {
            row.id: {
                "exception": row.name,
                "production": row.production_name,
                "kind": row.kind,
                "quantity": row.quantity,
                "delay": f"{numeral(row.delay)} {row.delay_unit}",
                "description": row.description or "",
                "plan": row.plan or "",
                "plan_date": row.plan_date or None,
            }
            for row in self
        }

    def _settle(self):
        """Let the stage follow the facts, and hand over to who comes next."""
        agreed = self.consent_ids._agreed()
        for row in keyed(self):
            consents = [consent.id in agreed for consent in row.consent_ids]
            done = bool(row.closed_at)
            answered = [order in row.answer_ids.order_id for order in row.order_ids]
            stage = emergency.stage(bool(row.noted_at), consents, answered, done)
            if stage != row.state:
                row.state = stage
                row._hand_over(stage)

    def _hand_over(self, stage):
        if stage in ("agreed", "answered"):
            self._clock_meet("exception_plan")
        if stage == "agreed":
            people = self._people("customer_service") | self.order_ids.user_id
            self._tell(people, lambda env: env._("The emergency plan is agreed."))
            for order in self._unanswered():
                self._todo(
                    order.user_id or self._clerk(),
                    lambda env: env._("Ask the customer and record the answer"),
                )
        if stage == "answered":
            role = "quality" if self.kind == "quality" else "production_head"
            self._todo(
                self._people(role).sorted("id")[:1],
                lambda env: env._("Close the production exception"),
            )

    # -- the end -------------------------------------------------------------------

    def _closing_purpose(self):
        return QUALITY_CLOSES if self.kind == "quality" else HEAD_CLOSES

    def action_close(self):
        """Open the dialog in which quality, or production's head, closes it."""
        self.ensure_one()
        return self._signoff_dialog(self._closing_purpose())

    def _signoff_terms(self, code):
        if code not in CLOSING:
            return super()._signoff_terms(code)
        return {
            row_id: terms
            for row_id, terms in self._plan_terms().items()
            if self.browse(row_id)._closing_purpose() == code
        }

    def _signoff_label(self, path):
        """Call the document by what it is."""
        if path == ("exception",):
            return self.env._("Exception")
        return super()._signoff_label(path)

    def _signoff_words(self, path, value):
        """Say the delay with its unit."""
        if path == ("delay",) and value:
            delay, unit = value.split(" ")
            units = dict(self._fields["delay_unit"]._description_selection(self.env))
            return f"{delay} {units[unit]}"
        return super()._signoff_words(path, value)

    def _signoff_check(self, purpose, signer):
        """Close only what is noted, agreed and answered."""
        result = super()._signoff_check(purpose, signer)
        if self.state == "closed":
            raise UserError(self.env._("%s is closed.", self.name))
        if self.state != "answered":
            raise UserError(
                self.env._(
                    "%(exception)s cannot be closed yet; it waits until: %(what)s.",
                    exception=self.name,
                    what=self.waits_for,
                )
            )
        return result

    def _end(self, signature, **values):
        """Note who ended it and when, and take back what was still to do."""
        keyed(self).write(
            {
                "closed_by_id": signature.signer_id.id,
                "closed_at": signature.signed_at,
                **values,
            }
        )
        self.sudo().activity_ids.filtered("automated").unlink()
        self._settle()

    def _signoff_signed(self, signature):
        """Close it; what it held goes on."""
        result = super()._signoff_signed(signature)
        if signature.purpose_code in CLOSING:
            for kind in CLOCKS:
                self._clock_meet(kind)
            self._end(signature)
            self._tell(
                self._people("production") | self._people("customer_service"),
                lambda env: env._("Closed: production goes on."),
            )
        return result

    def _signoff_voided(self, signatures):
        """Open it again when the signature that closed it does not hold any more."""
        result = super()._signoff_voided(signatures)
        codes = set(signatures.sudo().mapped("purpose_code"))
        reopened = self.filtered("closed_at") if codes & set(CLOSING) else self.browse()
        if reopened:
            keyed(reopened).write({"closed_by_id": False, "closed_at": False})
            reopened._clock_start("exception_settled")
            reopened._settle()
        return result

    @api.model
    def _holding(self, productions):
        """Return the open quality exceptions of these productions, as superuser.

        Those of a production hold what was split off it too. Signatures are read again:
        what counts is not the state, but that quality's signature holds now.
        """
        if not productions:
            return self.sudo().browse()
        rows = self.sudo().search(
            [
                ("kind", "=", "quality"),
                "|",
                ("production_id", "in", productions.ids),
                (
                    "production_id.production_group_id",
                    "in",
                    productions.sudo().production_group_id.ids,
                ),
            ]
        )
        if not rows:
            return rows
        valid = rows._signoff_valid([QUALITY_CLOSES])
        return rows.filtered(lambda row: (row.id, QUALITY_CLOSES) not in valid)

    # -- the way there -------------------------------------------------------------

    def action_answer(self):
        """Open the dialog in which the customer's answer is recorded."""
        self.ensure_one()
        orders = self._unanswered() or self.order_ids
        return dialog(
            "production.exception.reply",
            self.env._("Customer's Answer"),
            exception_id=self.id,
            order_id=orders[:1].id,
            new_date=self.plan_date,
        )

    def action_open_production(self):
        """Open the manufacturing order."""
        self.ensure_one()
        return form_of(self.production_id)

    def action_open_orders(self):
        """Open the order, or the list of those that are hit."""
        self.ensure_one()
        return shown(self.order_ids, self.env._("Orders Hit"))
