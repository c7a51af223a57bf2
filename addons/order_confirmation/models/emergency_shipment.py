import logging

from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import holds_key, keyed, labels
from odoo.addons.written_signoff.wording import joined, numeral
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_datetime

from ..opening import shown
from . import shipping_document  # noqa: F401 - it comes before what inherits it

_logger = logging.getLogger(__name__)

PURPOSE = "emergency_shipment"
CLOCK = "emergency_paper"

# What only the emergency itself writes.
GUARDED = {
    "name", "state", "company_id", "partner_id", "salesperson_id", "signed_at",
    "signed_by_id", "settled_at", "escalation", "escalated_at",
}  # fmt: skip
# What the supervisor writes, until it is signed.
TERMS = {"reason", "due_at", "line_ids"}

STATES = [
    ("draft", "To sign"),
    ("in_force", "In force"),
    ("owing", "Paper owed"),
    ("settled", "Paper has come"),
    ("lapsed", "Ended unused"),
]
ENDED = ("settled", "lapsed")


class EmergencyShipment(models.Model):
    """Goods leave before their delivery application: ordered, limited, owed (ORD-53).

    Only the supervisor orders it, in writing, with a reason and the hour by which the
    paper follows. Until that hour it stands at the shipping gate for the delivery
    application, for these goods in this quantity, once. Quality, money and the sheet
    are others' say: for those there are the exceptions of TIER-07.
    """

    _name = "emergency.shipment"
    _description = "Emergency Shipment"
    _inherit = ["shipping.document", "service.clock.mixin"]
    _signoff_fields = {"customer": "partner_id"}

    state = fields.Selection(
        STATES, default="draft", readonly=True, copy=False, index=True, tracking=True,
        help="Follows the signature, what has left and the paper; nobody sets it.",
    )  # fmt: skip
    reason = fields.Text(help="Why it cannot wait for the delivery application.")
    due_at = fields.Datetime(
        "Paper Follows By", copy=False, tracking=True,
        help="The signed delivery application is there by this hour. After it, nothing "
        "more leaves on this emergency.",
    )  # fmt: skip
    line_ids = fields.One2many("emergency.shipment.line", "emergency_id")
    signed_at = fields.Datetime("Ordered At", readonly=True, copy=False)
    signed_by_id = fields.Many2one("res.users", "Ordered By", readonly=True, copy=False)
    settled_at = fields.Datetime("Paper Came", readonly=True, copy=False)
    escalation = fields.Selection(
        [("supervisor", "Supervisor"), ("director", "Sales director")],
        "Escalated To", readonly=True, copy=False, tracking=True,
    )  # fmt: skip
    escalated_at = fields.Datetime(readonly=True, copy=False)
    overdue = fields.Boolean(compute="_compute_overdue", search="_search_overdue")
    owed_text = fields.Char("Left Without Paper", compute="_compute_owed_text")
    next_step = fields.Char(compute="_compute_next_step")

    _order_or_picking = models.Constraint(
        "CHECK ((order_id IS NULL) != (picking_id IS NULL))",
        "An emergency shipment is for an order, or for a transfer that has none.",
    )

    # -- making ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Take the goods that no delivery application lets leave.

        :raises UserError: neither order nor transfer, or nothing is left to ship
        :raises AccessError: a guarded field is given
        """
        if not holds_key(self):
            for vals in vals_list:
                self._refuse(GUARDED & vals.keys())
        emergencies = super().create(
            [self._prepare_values(dict(vals)) for vals in vals_list]
        )
        for emergency in emergencies.filtered(lambda row: not row.line_ids):
            emergency._take_goods()
        return emergencies

    def _refuse(self, names):
        if names:
            raise AccessError(
                self.env._(
                    "An emergency shipment stays as it was ordered, and follows what "
                    "leaves and what paper comes; nobody writes: %s",
                    labels(self, names),
                )
            )

    def _source_refusal(self):
        return self.env._(
            "An emergency shipment is ordered on an order or a transfer, with "
            "“Emergency Shipment”."
        )

    def write(self, vals):
        """Refuse what follows from facts, and every change of what was signed."""
        if not holds_key(self):
            self._refuse(GUARDED & vals.keys())
            if vals.keys() & {"order_id", "picking_id"}:
                raise UserError(
                    self.env._(
                        "An emergency shipment stays with its order or transfer."
                    )
                )
            if set(self.mapped("state")) - {"draft"}:
                self._refuse(TERMS & vals.keys())
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_unsigned(self):
        for emergency in self:
            if emergency.state != "draft" or emergency.sudo().signature_ids:
                raise UserError(
                    self.env._("%s was signed, and stays as evidence.", emergency.name)
                )

    # -- signing -----------------------------------------------------------------

    def _signoff_terms(self, code):
        """Cover goods, quantities, reason and hour."""
        if code != PURPOSE:
            return super()._signoff_terms(code)
        return {
            row.id: {
                "order": row.order_id.name or row.picking_id.name or "",
                "customer": row.partner_id.display_name or "",
                "reason": row.reason or "",
                "due_at": row.due_at,
                "lines": {str(line.id): line._as_text() for line in row.line_ids},
            }
            for row in self
        }

    def _signoff_label(self, path):
        """Goods say themselves what they are; there may be no order."""
        if path == ("order",):
            return self.env._("Order or transfer")
        return (
            self.env._("Goods") if path[0] == "lines" else super()._signoff_label(path)
        )

    def _signoff_check(self, purpose, signer):
        """Refuse an order without reason, with an hour that is past, or decided."""
        result = super()._signoff_check(purpose, signer)
        if purpose.code == PURPOSE and (reason := self.sudo()._sign_refusal()):
            raise UserError(reason)
        return result

    def _sign_refusal(self):
        """Return why this cannot be ordered now, or nothing."""
        self.ensure_one()
        if self.state != "draft":
            return self.env._(
                "%s was ordered already: for more goods or more time, order another "
                "one.",
                self.name,
            )
        if not any(map(str.isalnum, self.reason or "")):
            return self.env._("Please say in words why it cannot wait.")
        if not self.due_at:
            return self.env._("Please say by which hour the paper follows.")
        if self.due_at <= fields.Datetime.now():
            return self.env._("The hour by which the paper follows lies ahead.")
        if self.due_at > (latest := self.company_id._latest_emergency_hour()):
            return self.env._(
                "The paper of an emergency follows by %s at the latest.",
                format_datetime(self.env, latest, dt_format="short"),
            )
        if not self.line_ids:
            return self.env._("There are no goods on %s.", self.name)
        if self.order_id and self.order_id.state != "sale":
            return self.env._(
                "%s is not released to production: there is nothing to ship yet.",
                self.order_id.name,
            )
        over = self.line_ids.filtered(lambda line: line._over())
        if over:
            return self.env._(
                "More than is left to ship: %s",
                joined(self.env, (line.product_id.display_name for line in over)),
            )
        return False

    def _signoff_signed(self, signature):
        """Put it in force until its hour, and tell who has to see to the paper."""
        result = super()._signoff_signed(signature)
        emergency = keyed(self)
        emergency.write(
            {
                "state": "in_force",
                "signed_at": signature.signed_at,
                "signed_by_id": signature.signer_id.id,
            }
        )
        emergency._tell_source(
            self.env._(
                "Emergency shipment %(name)s ordered by %(who)s; the paper follows by "
                "%(hour)s. %(why)s",
                name=self.name,
                who=signature.signer_name,
                hour=format_datetime(self.env, self.due_at, dt_format="short"),
                why=self.reason,
            )
        )
        self.env.ref("order_confirmation.cron_emergency_shipments").sudo()._trigger(
            at=self.due_at
        )
        return result

    def _signoff_voided(self, signatures):
        """Taken back: nothing more leaves on it; what has left still owes paper."""
        result = super()._signoff_voided(signatures)
        keyed(self.browse(signatures.mapped("res_id")).exists())._settle()
        return result

    def _tell_source(self, text):
        source = self.order_id or self.picking_id
        source.message_post(
            body=text,
            message_type="notification",
            subtype_xmlid="mail.mt_note",
            partner_ids=self.salesperson_id.partner_id.ids,
        )

    def action_sign(self):
        """Open the dialog in which the supervisor orders the shipment."""
        return self._signoff_dialog(PURPOSE)

    # -- what the gate asks ------------------------------------------------------

    def _standing(self):
        """Return those of these emergencies that let goods leave now, oldest first.

        The hour is compared in UTC whatever the stored state says, and the signature is
        asked again.
        """
        now = fields.Datetime.now()
        running = self.filtered(
            lambda row: row.state in ("in_force", "owing") and row.due_at > now
        )
        rows = running._signoff_valid([PURPOSE]) if running else {}
        return self.browse(sorted(key[0] for key in rows))

    @api.model
    def _of(self, orders, pickings=None):
        """Return the emergencies, not ended, of these orders and transfers."""
        domain = Domain("order_id", "in", orders.ids)
        if pickings:
            domain |= Domain("picking_id", "in", pickings.ids)
        return self.sudo().search(
            domain & Domain("state", "in", ("in_force", "owing")), order="id"
        )

    # -- what follows ------------------------------------------------------------

    def _settle(self):
        """Let the state follow what has left, the hour and the paper.

        Running it twice changes nothing.
        """
        now = fields.Datetime.now()
        valid = {key[0] for key in self._signoff_valid([PURPOSE])} if self else set()
        for emergency in keyed(self).filtered(lambda row: row.state not in ENDED):
            if emergency.state == "draft":
                continue
            lines = emergency.line_ids
            over = emergency.id not in valid or emergency.due_at <= now
            if any(line._owed() for line in lines):
                emergency._become("owing")
            elif any(line.papered for line in lines):
                emergency._become("settled")
            elif over:
                emergency._become("lapsed")

    def _become(self, state):
        if self.state == state:
            return
        self.state = state
        if state == "owing":
            hours = (self.due_at - fields.Datetime.now()).total_seconds() / 3600
            self._clock_start(CLOCK, hours=max(hours, 1 / 60))
        if state == "settled":
            self.settled_at = fields.Datetime.now()
            self._clock_meet(CLOCK)
            self.activity_unlink(["mail.mail_activity_data_todo"])
            self._tell_source(
                self.env._("The paper of emergency shipment %s has come.", self.name)
            )

    @api.depends("state", "due_at")
    def _compute_overdue(self):
        now = fields.Datetime.now()
        for emergency in self:
            emergency.overdue = bool(
                emergency.state == "owing" and emergency.due_at <= now
            )

    def _search_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = Domain("state", "=", "owing") & Domain(
            "due_at", "<=", fields.Datetime.now()
        )
        return Domain.OR(late if wanted else ~late for wanted in value)

    @api.depends("line_ids.used", "line_ids.papered")
    def _compute_owed_text(self):
        for emergency in self:
            emergency.owed_text = joined(
                self.env,
                (
                    f"{line.product_id.display_name} {numeral(line._owed())} "
                    f"{line.product_uom_id.name}"
                    for line in emergency.sudo().line_ids
                    if line._owed()
                ),
            )

    @api.depends("state", "due_at", "overdue")
    def _compute_next_step(self):
        texts = {
            "draft": self.env._("Give reason and hour, and sign: then it is in force."),
            "in_force": self.env._(
                "In force: the goods may leave. Apply for the delivery all the same."
            ),
            "owing": self.env._(
                "The goods have left: verify the delivery application and sign it."
            ),
            "settled": self.env._("The paper has come."),
            "lapsed": self.env._("No goods left under it."),
        }
        for emergency in self:
            emergency.next_step = (
                self.env._("Overdue: sign the delivery application now.")
                if emergency.overdue
                else texts.get(emergency.state)
            )

    def action_apply(self):
        """Make, or open, the delivery application that is owed."""
        self.ensure_one()
        return (self.order_id or self.picking_id).action_apply_for_delivery()

    def _show(self):
        """Return the action that shows these emergencies."""
        return shown(self, self.env._("Emergency Shipments"))

    # -- the hour ----------------------------------------------------------------

    @api.model
    def _cron_hour(self):
        """End what was not used, and tell further up what still owes its paper.

        At the hour the supervisors have a to-do, after one more working day the sales
        directors too. Running it twice changes nothing.
        """
        now = fields.Datetime.now()
        past = self.sudo().search(
            [("state", "in", ("in_force", "owing")), ("due_at", "<=", now)]
        )
        for company, rows in past.grouped("company_id").items():
            try:
                with self.env.cr.savepoint():
                    keyed(rows)._settle()
                    rows.filtered("overdue")._escalate_overdue(company, now)
            except Exception:
                _logger.exception("Emergencies of %s cannot go further", company.name)

    def _escalate_overdue(self, company, now):
        limit = company._add_days(company._business_date(now), -1)
        further = self.filtered(
            lambda row: (
                company._business_date(row.due_at) <= limit
                and row.escalation != "director"
            )
        )
        first = self.filtered(lambda row: not row.escalation) - further
        keyed(first)._escalate(company, "supervisor", "role_supervisor")
        keyed(further)._escalate(company, "director", "role_sales_director")

    def _escalate(self, company, step, role):
        if not self:
            return
        self.write({"escalation": step, "escalated_at": fields.Datetime.now()})
        for person in company._people_in(f"customer_tiering.{role}"):
            for emergency in self:
                emergency.activity_schedule(
                    "mail.mail_activity_data_todo",
                    user_id=person.id,
                    summary=self.with_context(lang=person.lang).env._(
                        "Paper of an emergency shipment is overdue: %s", emergency.name
                    ),
                )
