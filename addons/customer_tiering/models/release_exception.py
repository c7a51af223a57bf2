from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import DISCUSSION, keyed
from odoo.addons.written_signoff.wording import joined
from odoo.exceptions import AccessError, UserError

from ..matrix import Excepted

PURPOSE = "release_exception"
STATES = [
    ("asked", "Asked for"),
    ("granted", "In force"),
    ("expired", "Expired"),
    ("withdrawn", "Withdrawn"),
    ("declined", "Declined"),
]
ASKERS = (
    "customer_service",
    "merchandiser",
    "salesperson",
    "sales_director",
    "finance",
    "planner",
    "shipping",
)


class ReleaseException(models.Model):
    """One order passes one gate without something, for a time, signed (TIER-07).

    It is asked for by who needs it and granted by the signature of somebody in the
    role that the requirement names. A gate counts it as long as the signature holds –
    it covers order, customer, amount, gate, requirements, reason and end – and not a
    moment longer than it says: to prolong it is to sign another one.
    """

    _name = "release.exception"
    _description = "Authorised Exception"
    _inherit = ["kept.record", "mail.thread", "mail.activity.mixin", "signoff.mixin"]
    _signoff_fields = {"customer": "partner_id"}
    _order = "id desc"
    _mail_post_access = "read"
    _kept_open = frozenset({*DISCUSSION, "signature_ids"})

    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(related="order_id.partner_id", store=True)
    user_id = fields.Many2one(
        related="order_id.user_id", store=True, string="Salesperson"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    gate_id = fields.Many2one("release.gate", required=True, readonly=True)
    requirement_ids = fields.Many2many(
        "release.requirement", string="Without", required=True, readonly=True
    )
    reason = fields.Text(required=True, readonly=True)
    expires_at = fields.Datetime("Until", required=True, readonly=True, index=True)
    requested_by_id = fields.Many2one("res.users", "Asked By", readonly=True)
    state = fields.Selection(
        STATES,
        default="asked",
        required=True,
        readonly=True,
        index=True,
        tracking=True,
        group_expand=True,
    )
    granted_by_id = fields.Many2one("res.users", readonly=True)
    granted_at = fields.Datetime("Granted", readonly=True)
    ended_at = fields.Datetime("Ended", readonly=True)
    used_at = fields.Datetime(
        "First Used", readonly=True, help="When the order first passed by it."
    )
    may_grant = fields.Boolean(compute="_compute_may_grant")
    may_decline = fields.Boolean(compute="_compute_may_grant")

    @api.depends("order_id.name", "gate_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for row in self:
            row.display_name = f"{row.order_id.sudo().name} · {row.gate_id.name}"

    @api.depends_context("uid")
    @api.depends("state", "requirement_ids", "requested_by_id")
    def _compute_may_grant(self):
        for row in self:
            row.may_grant = row.state in ("asked", "granted") and not row._lacking(
                self.env.user
            )
            row.may_decline = row.state == "asked" and (
                row.may_grant or row.requested_by_id == self.env.user
            )

    # -- nobody writes here but the methods below ----------------------------------

    def _kept_refusal(self):
        """Refuse everybody but :meth:`_ask` and what follows from it (TIER-07)."""
        return self.env._(
            "An exception is asked for on its order and granted by signature. It stays "
            "as it was signed: for another reason, another requirement or a longer "
            "time, ask for another one."
        )

    # -- asking ----------------------------------------------------------------------

    @api.model
    def _ask(self, order, gate, requirements, reason, expires_at):
        """Ask for an exception, with a to-do for who may grant it.

        :param datetime expires_at: naive UTC
        :raises AccessError: not somebody who works on orders
        :raises UserError: no reason, an end that is past, nothing that can be excepted
        """
        order.check_access("read")
        self._check_asker()
        reason = (reason or "").strip()
        if not any(map(str.isalnum, reason)):
            raise UserError(self.env._("Please say in words why it cannot wait."))
        row = keyed(self).create(
            {
                "order_id": order.id,
                "company_id": order.company_id.id,
                "gate_id": gate.id,
                "requirement_ids": [(6, 0, requirements.ids)],
                "reason": reason,
                "expires_at": expires_at,
                "requested_by_id": self.env.uid,
            }
        )
        row._check_possible()
        groups = row.requirement_ids.exception_group_ids
        people = row.company_id._people_of(groups) - self.env.user
        for person in people:
            row.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=person.id,
                summary=row.with_context(lang=person.lang).env._(
                    "Decide on the exception asked for %s", order.name
                ),
            )
        return row.with_env(self.env)

    def _check_asker(self):
        if who_may := self.env.user._lacks_role(*ASKERS):
            raise AccessError(self.env._("An exception is asked for by: %s.", who_may))

    def _check_possible(self):
        """Raise unless this is something from which an exception can be granted now."""
        row = self.sudo()
        order = row.order_id
        if not order._release_held_to_rules() or order.state == "cancel":
            raise UserError(
                self.env._("%s is not held to the release rules.", order.name)
            )
        if row.gate_id.code == "production" and order.state == "sale":
            raise UserError(
                self.env._("%s is released to production already.", order.name)
            )
        if row.expires_at <= fields.Datetime.now():
            raise UserError(self.env._("The end of an exception lies ahead."))
        if not row.requirement_ids:
            raise UserError(self.env._("Say which requirement is to be excepted."))
        for requirement in row.requirement_ids:
            if requirement.never_waived or not requirement.exception_group_ids:
                raise UserError(
                    self.env._(
                        "Nobody can grant an exception from “%s”.", requirement.name
                    )
                )
            if row.gate_id not in requirement.gate_ids:
                raise UserError(
                    self.env._(
                        "“%(requirement)s” is not asked for at “%(gate)s”.",
                        requirement=requirement.name,
                        gate=row.gate_id.name,
                    )
                )

    # -- granting --------------------------------------------------------------------

    def _signoff_terms(self, code):
        """What a signature covers: all that the exception says, and for how much."""
        return {
            row.id: {
                "order": row.order_id.name,
                "customer": row.order_id.partner_id.commercial_partner_id.id,
                "amount": row.order_id.amount_total,
                "currency": row.order_id.currency_id.name,
                "gate": row.gate_id.code,
                "requirements": sorted(row.requirement_ids.mapped("code")),
                "reason": row.reason,
                "expires_at": row.expires_at,
            }
            for row in self
        }

    def _signoff_words(self, path, value):
        """Say gate and requirements, which are signed by their codes."""
        key = path[-1]
        if key == "gate" and value:
            return self.env["release.gate"]._get(value).with_env(self.env).name
        if key == "requirements" and value:
            rows = [self.env["release.requirement"]._get(code) for code in value]
            return joined(
                self.env, (row.with_env(self.env).sudo().name or "" for row in rows)
            )
        return super()._signoff_words(path, value)

    def _signoff_check(self, purpose, signer):
        """Let only what is asked for, and still possible, be granted."""
        result = super()._signoff_check(purpose, signer)
        if self.sudo().state != "asked":
            raise UserError(
                self.env._(
                    "This exception is decided. For more time or something else, ask "
                    "for another one."
                )
            )
        self._check_possible()
        return result

    def _signoff_barred(self, purpose, signer):
        """Who asked does not grant, nor who has not the role it takes (ROL-03)."""
        barred = super()._signoff_barred(purpose, signer)
        if barred:
            return barred
        if signer == self.sudo().requested_by_id:
            return self.env._(
                "%s asked for this exception; somebody else grants it.", signer.name
            )
        if lacking := self._lacking(signer):
            return self.env._(
                "An exception from “%(requirement)s” is granted by: %(roles)s.",
                requirement=lacking[0].name,
                roles=joined(self.env, lacking[0].exception_group_ids.mapped("name"))
                or "–",
            )
        return False

    def _lacking(self, user):
        """Return the requirements from which this person can grant no exception."""
        mine = user.sudo().all_group_ids
        return self.sudo().requirement_ids.filtered(
            lambda row: row.never_waived or not row.exception_group_ids & mine
        )

    def _signoff_signed(self, signature):
        """Put it in force, and tell the order."""
        result = super()._signoff_signed(signature)
        row = keyed(self)
        row.write(
            {
                "state": "granted",
                "granted_by_id": signature.signer_id.id,
                "granted_at": signature.signed_at,
            }
        )
        row.activity_unlink(["mail.mail_activity_data_todo"])
        row._tell_order(
            self.env._(
                "Exception granted by %(name)s: %(gate)s without %(what)s.\n%(why)s",
                name=signature.signer_name,
                gate=row.gate_id.name,
                what=joined(self.env, row.requirement_ids.mapped("name")),
                why=row.reason,
            )
        )
        self.env.ref("customer_tiering.cron_end_exceptions").sudo()._trigger(
            at=row.expires_at
        )
        return result

    def _signoff_voided(self, signatures):
        """A signature taken back, or void by a change, ends the exception."""
        result = super()._signoff_voided(signatures)
        self.browse(signatures.mapped("res_id"))._end("withdrawn")
        return result

    def action_sign(self):
        """Open the dialog in which the exception is granted."""
        return self._signoff_dialog(PURPOSE)

    def action_withdraw(self):
        """End an exception before its time; a person of the role may, unsigned.

        :raises AccessError: not somebody who could grant it
        """
        for row in self:
            if lacking := row._lacking(self.env.user):
                raise AccessError(
                    self.env._(
                        "This is ended by: %s.",
                        joined(self.env, lacking.exception_group_ids.mapped("name")),
                    )
                )
        self.filtered(lambda row: row.state == "granted")._end("withdrawn")
        return True

    def action_decline(self):
        """Decline what is asked for; also by who asked for it."""
        for row in self:
            if row.state == "asked" and not row.may_decline:
                raise AccessError(
                    self.env._("This is for who may grant it, or asked for it.")
                )
        self.filtered(lambda row: row.state == "asked")._end("declined")
        return True

    def _end(self, state):
        rows = keyed(self).filtered(lambda row: row.state in ("asked", "granted"))
        rows.write({"state": state, "ended_at": fields.Datetime.now()})
        rows.activity_unlink(["mail.mail_activity_data_todo"])
        names = dict(self._fields["state"]._description_selection(self.env))
        for row in rows:
            row._tell_order(
                self.env._(
                    "Exception for “%(gate)s”: %(state)s.",
                    gate=row.gate_id.name,
                    state=names[state],
                )
            )

    def _tell_order(self, text):
        self.order_id.message_post(
            body=text,
            message_type="notification",
            subtype_xmlid="mail.mt_note",
            partner_ids=self.order_id.user_id.partner_id.ids,
        )

    # -- what gates ask ----------------------------------------------------------------

    @api.model
    def _in_force(self, gate, orders):
        """Return ``{order id: {requirement code: Excepted}}`` of this very moment.

        Expiry is compared in UTC, whatever the stored state says; the signature is
        asked again, so that a higher amount or another customer is not excepted.
        """
        rows = self.sudo().search(
            [
                ("order_id", "in", orders.ids),
                ("gate_id", "=", gate.id),
                ("state", "=", "granted"),
                ("expires_at", ">", fields.Datetime.now()),
            ],
            order="expires_at, id",
        )
        found = {}
        for row_id, _code in rows._signoff_valid([PURPOSE]) if rows else ():
            row = rows.browse(row_id)
            excepted = Excepted(row.id, row.granted_by_id.name, row.expires_at)
            for requirement in row.requirement_ids:
                if not requirement.never_waived:
                    own = found.setdefault(row.order_id.id, {})
                    own[requirement.code] = excepted
        return found

    @api.model
    def _note_use(self, answers):
        """Note that orders passed by these exceptions, the first time they do."""
        ids = {
            line.excepted.id
            for answer in answers.values()
            for line in answer.excepted
            if line.excepted.model == self._name
        }
        if not ids:
            return
        unused = keyed(self).browse(ids).exists().filtered(lambda row: not row.used_at)
        unused.write({"used_at": fields.Datetime.now()})

    # -- jobs --------------------------------------------------------------------------

    @api.model
    def _cron_end(self):
        """Close what has expired, or lost its signature, for lists and the chatter.

        Gates do not wait for it. Running it twice changes nothing.
        """
        running = self.sudo().search([("state", "in", ("asked", "granted"))])
        now = fields.Datetime.now()
        expired = running.filtered(lambda row: row.expires_at <= now)
        expired._end("expired")
        (running - expired)._signoff_void_changed()
