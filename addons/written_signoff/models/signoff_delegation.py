from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_datetime

from ..identity import spent
from ..keeping import DISCUSSION, holds_key, keyed
from ..wording import joined
from . import signoff_mixin  # noqa: F401 - the mixin comes before who inherits it

PURPOSE = "delegation"
RUNNING = ("planned", "in_force")
NOTICE = timedelta(days=1)


class SignoffDelegation(models.Model):
    """Somebody authorises another to act and sign for them (ROL-04).

    Given by the giver alone, with a signature of its own; for one document or for a
    period. It holds as long as that signature does: its dates cannot be moved
    afterwards, what is revoked stays revoked, and both are told of each turn.
    """

    _name = "signoff.delegation"
    _inherit = ["signoff.mixin", "mail.thread"]
    _signoff_fields = {
        "document": "document_name",
        "from": "date_from",
        "until": "date_to",
    }
    _description = "Delegation"
    _order = "date_from desc, id desc"
    _mail_post_access = "read"

    giver_id = fields.Many2one(
        "res.users",
        "Given By",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env.uid,
    )
    receiver_id = fields.Many2one(
        "res.users",
        "Given To",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('share', '=', False), ('id', '!=', giver_id),"
        " ('company_ids', 'in', company_id)]",
    )
    purpose_ids = fields.Many2many(
        "signoff.purpose",
        string="May Sign",
        domain="[('id', 'in', offered_purpose_ids)]",
        help="Left empty: acts for the giver, but signs nothing in their name.",
    )
    offered_purpose_ids = fields.Many2many(
        "signoff.purpose", compute="_compute_offered_purpose_ids"
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env.company,
    )
    res_model = fields.Char("Document Model", copy=False)
    res_id = fields.Many2oneReference(
        "Document ID", model_field="res_model", copy=False
    )
    document_name = fields.Char("For", compute="_compute_document_name")
    date_from = fields.Datetime("From", required=True, default=fields.Datetime.now)
    date_to = fields.Datetime(
        "Until", copy=False, help="Needed, unless it is for one document only."
    )
    reason = fields.Text(required=True)
    state = fields.Selection(
        [
            ("draft", "Not signed yet"),
            ("planned", "Signed, starts later"),
            ("in_force", "In force"),
            ("ended", "Ended"),
            ("revoked", "Revoked"),
        ],
        "Status",
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
        tracking=True,
    )
    revoked_at = fields.Datetime("Revoked", readonly=True, copy=False)
    revoked_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    end_told = fields.Boolean(readonly=True, copy=False)
    is_giver = fields.Boolean(compute="_compute_is_giver")

    @api.depends("giver_id.name", "receiver_id.name")
    def _compute_display_name(self):
        for row in self:
            row.display_name = self.env._(
                "%(receiver)s for %(giver)s",
                receiver=row.receiver_id.sudo().name or "",
                giver=row.giver_id.sudo().name or "",
            )

    @api.depends("res_model", "res_id")
    def _compute_document_name(self):
        for row in self:
            document = row._document()
            row.document_name = document.sudo().display_name if document else False

    @api.depends("giver_id")
    def _compute_offered_purpose_ids(self):
        delegable = self.env["signoff.purpose"].search(
            [("delegate_group_ids", "!=", False), ("code", "!=", PURPOSE)]
        )
        for row in self:
            row.offered_purpose_ids = delegable.filtered(
                lambda purpose, giver=row.giver_id: purpose._roles_of(giver)
            )

    @api.depends("giver_id")
    @api.depends_context("uid")
    def _compute_is_giver(self):
        for row in self:
            row.is_giver = row.giver_id == self.env.user

    def _document(self):
        """Return the one document that this is for, or None for a period."""
        self.ensure_one()
        model = self.env.get(self.res_model) if self.res_model else None
        if model is None or not hasattr(model, "_signoff_sign") or model._abstract:
            return None
        return model.browse(self.res_id or ()).exists() or None

    # -- who writes ------------------------------------------------------------

    @api.model
    def _draft_fields(self):
        """Return what the giver writes before signing. To be extended."""
        return {
            "receiver_id", "purpose_ids", "company_id", "res_model", "res_id",
            "date_from", "date_to", "reason",
        }  # fmt: skip

    @api.model_create_multi
    def create(self, vals_list):
        """Let everybody give their own authority, and nobody another's (ROL-04)."""
        rows = super().create(vals_list)
        for row in rows.sudo():
            moved = row.state != "draft" or row.revoked_at or row.end_told
            if moved or row.giver_id != self.env.user or self.env.user._is_superuser():
                raise AccessError(self._refuse_foreign())
        return rows

    def write(self, vals):
        """Let the giver write a draft; a signed delegation stays as it was signed."""
        closed = {name for name in vals if not name.startswith(DISCUSSION)}
        if closed and not holds_key(self):
            foreign = self.filtered(lambda row: row.giver_id != self.env.user)
            if foreign or not closed <= self._draft_fields():
                raise AccessError(self._refuse_foreign())
            if any(row.state != "draft" for row in self):
                raise UserError(
                    self.env._(
                        "A signed delegation stays as it was signed. Revoke it and "
                        "give another one."
                    )
                )
        return super().write(vals)

    def _refuse_foreign(self):
        return self.env._(
            "Everybody gives their own authority only, and signs for it; how a "
            "delegation goes on follows from its signature and its dates."
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_draft_of_giver(self):
        if any(
            row.state != "draft" or row.giver_id != self.env.user for row in self.sudo()
        ):
            raise UserError(
                self.env._("Only drafts of one's own are deleted; a delegation ends.")
            )

    # -- what may be given -----------------------------------------------------

    @api.constrains(
        "giver_id", "receiver_id", "purpose_ids", "company_id", "res_model", "res_id",
        "date_from", "date_to", "reason",
    )  # fmt: skip
    def _check_given(self):
        """Refuse what cannot be given, in one sentence each."""
        for row in self.sudo():
            refusal = (
                row._refuse_people() or row._refuse_time() or row._refuse_document()
            )
            if refusal:
                raise ValidationError(refusal)
            for purpose in row.purpose_ids:
                row._check_purpose(purpose)

    def _refuse_people(self):
        giver, receiver = self.giver_id, self.receiver_id
        if giver == receiver:
            return self.env._("Nobody authorises themselves.")
        if not receiver.active or receiver.share or receiver._is_superuser():
            return self.env._("Authority is given to a colleague who works here.")
        for person in giver | receiver:
            if self.company_id not in person.company_ids:
                return self.env._(
                    "%(name)s does not work for %(company)s.",
                    name=person.name,
                    company=self.company_id.name,
                )
        return False

    def _refuse_time(self):
        if not any(map(str.isalnum, self.reason or "")):
            return self.env._("Please say why you authorise somebody.")
        if not self.date_to and not self.res_model:
            return self.env._(
                "Say until when it holds, or for which document: authority without an "
                "end is not given."
            )
        if self.date_to and self.date_to <= self.date_from:
            return self.env._("It cannot end before it begins.")
        return False

    def _refuse_document(self):
        if not self.res_model and not self.res_id:
            return False
        document = self._document()
        if document is None:
            return self.env._("There is no such document to act on.")
        if document._signoff_company() != self.company_id:
            return self.env._(
                "%(document)s belongs to another company than this delegation.",
                document=document.display_name,
            )
        theirs = document.with_user(self.giver_id).with_context(
            allowed_company_ids=self.company_id.ids
        )
        if not theirs.has_access("read"):
            return self.env._(
                "%s cannot give authority for a document out of their own reach.",
                self.giver_id.name,
            )
        return False

    def _check_purpose(self, purpose):
        """Refuse a purpose that the giver may not sign or that stays with its signer.

        The giver's own roles count, not what was delegated to them: authority is not
        passed on.
        """
        if not purpose._roles_of(self.giver_id):
            raise ValidationError(
                self.env._(
                    "%(name)s may not sign “%(purpose)s” and cannot delegate it.",
                    name=self.giver_id.name,
                    purpose=purpose.name,
                )
            )
        if purpose.code == PURPOSE or not purpose._may_stand_in(self.receiver_id):
            raise ValidationError(
                self.env._(
                    "“%(purpose)s” can be delegated to: %(roles)s.",
                    purpose=purpose.name,
                    roles=joined(self.env, purpose.delegate_group_ids.mapped("name"))
                    or self.env._("nobody"),
                )
            )

    # -- the giver's signature -------------------------------------------------

    def _signoff_terms(self, code):
        """Cover everything that was given: whatever moves ends it."""
        if code != PURPOSE:
            return super()._signoff_terms(code)
        return {
            row.id: {
                "giver": row.giver_id.id,
                "receiver": row.receiver_id.id,
                "company": row.company_id.id,
                "purposes": sorted(row.purpose_ids.mapped("code")),
                "document": row.res_model and f"{row.res_model},{row.res_id}" or None,
                "from": row.date_from,
                "until": row.date_to or None,
                "reason": row.reason,
            }
            for row in self
        }

    def _signoff_words(self, path, value):
        """Write people, company and document by name."""
        models_ = {"giver": "res.users", "receiver": "res.users"}
        models_["company"] = "res.company"
        if value and path[0] in models_:
            return self.env[models_[path[0]]].sudo().browse(int(value)).name or ""
        if value and path[0] == "document":
            model, _comma, res_id = value.partition(",")
            document = self.env[model].sudo().browse(int(res_id)).exists()
            return document.display_name or ""
        if path[0] == "purposes":
            purposes = self.env["signoff.purpose"].sudo()
            found = purposes.search([("code", "in", value or [])])
            return joined(self.env, found.mapped("name"))
        return super()._signoff_words(path, value)

    def _signoff_barred(self, purpose, signer):
        """Let nobody sign for another's giving, however they got here."""
        if purpose.code == PURPOSE and signer != self.sudo().giver_id:
            return self.env._(
                "Only %s can give this authority.", self.sudo().giver_id.name
            )
        return super()._signoff_barred(purpose, signer)

    def _signoff_check(self, purpose, signer):
        """Refuse to sign twice, too late, or what can no longer be given."""
        result = super()._signoff_check(purpose, signer)
        if purpose.code == PURPOSE:
            if self.state != "draft":
                raise UserError(
                    self.env._("This delegation was signed already; give another one.")
                )
            if self.date_to and self.date_to <= fields.Datetime.now():
                raise UserError(self.env._("The time it is given for is over."))
            self._check_given()
        return result

    def _signoff_signed(self, signature):
        """Begin, or wait for the day; see that the turns are told on time."""
        result = super()._signoff_signed(signature)
        if signature.purpose_code == PURPOSE:
            rows = keyed(self)
            rows.state = "planned"
            if rows.date_from > fields.Datetime.now():
                rows._tell(lambda row: row._said_given())
            moments = [rows.date_from]
            if rows.date_to:
                moments += [rows.date_to - NOTICE, rows.date_to]
            cron = self.env.ref("written_signoff.cron_delegations").sudo()
            cron._trigger(at=[m for m in moments if m > fields.Datetime.now()])
            rows._turn()
        return result

    def _signoff_voided(self, signatures):
        """End what was withdrawn, or changed behind the back of the system."""
        result = super()._signoff_voided(signatures)
        running = keyed(self).filtered(lambda row: row.state in RUNNING)
        if running:
            running.write(
                {
                    "state": "revoked",
                    "revoked_at": fields.Datetime.now(),
                    "revoked_by_id": self.env.uid,
                }
            )
            running._ended()
            for row in running:
                reason = signatures.filtered(lambda s, row=row: s.res_id == row.id)
                reason = reason.closing_ids[:1].statement or ""
                row._tell(lambda row, reason=reason: row._said_revoked(reason))
        return result

    def action_sign(self):
        """Open the dialog in which the giver signs."""
        return self._signoff_dialog(PURPOSE)

    # -- ending it before its time ---------------------------------------------

    def action_revoke(self):
        """Open the dialog in which it is revoked, or given back."""
        self._check_may_revoke()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Revoke the Delegation"),
            "res_model": "signoff.delegation.revoke",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_delegation_id": self.id},
        }

    def _check_may_revoke(self):
        """Raise unless this person may end it, and there is something to end."""
        self.ensure_one()
        self.check_access("read")
        user, row = self.env.user, self.sudo()
        both = row.giver_id | row.receiver_id
        if user not in both and not user.has_group("base.group_system"):
            raise AccessError(
                self.env._(
                    "A delegation is ended by who gave it, by who has it, or by an "
                    "administrator."
                )
            )
        if row.state not in RUNNING:
            raise UserError(self.env._("This delegation does not hold any more."))

    def _revoke(self, reason):
        """End it now; the signature goes with it. Needs the proof of the dialog."""
        self._check_may_revoke()
        purpose = self.env["signoff.purpose"]._get(PURPOSE)
        method = self._signoff_verify_identity(purpose)
        self = spent(self)
        self._signoff_lock()
        latest = self._signoff_latest([PURPOSE])
        signature = latest.get((self.id, PURPOSE))
        if not signature:
            raise UserError(self.env._("This delegation does not hold any more."))
        keyed(signature)._close("withdrawn", {signature.id: reason}, method)
        self._signoff_voided(signature)

    # -- who may act -----------------------------------------------------------

    @api.model
    def _in_force(self, domain):
        """Return the delegations that hold at this moment, as superuser.

        Asked of their dates and of the giver's signature, not of the stored state.
        """
        now = fields.Datetime.now()
        holding = Domain(
            [
                ("state", "in", RUNNING),
                ("date_from", "<=", now),
                "|",
                ("date_to", "=", False),
                ("date_to", ">", now),
                ("giver_id.active", "=", True),
                ("receiver_id.active", "=", True),
            ]
        )
        return self.sudo().search(holding & Domain(domain), order="id")._signed()

    def _signed(self):
        """Return those that their giver's signature still covers."""
        valid = self._signoff_valid([PURPOSE]) if self else {}
        return self.filtered(
            lambda row: (
                (row.id, PURPOSE) in valid
                and valid[row.id, PURPOSE].signer_id == row.giver_id
            )
        )

    def _covers(self, document):
        """Return whether this is for the document, or for everything in a period."""
        self.ensure_one()
        if self.res_model:
            return (self.res_model, self.res_id) in document._signoff_subjects()
        return True

    # -- what becomes of it ----------------------------------------------------

    @api.model
    def _cron_turn(self):
        """Start and end what is due, and tell both; twice changes nothing."""
        keyed(self).search([("state", "in", RUNNING)])._turn()

    def _turn(self):
        """Take these delegations to where their dates say that they are."""
        now = fields.Datetime.now()
        signed = self._signed()
        for row in self:
            able = row in signed and row.giver_id.active and row.receiver_id.active
            if not able or row.date_to and row.date_to <= now:
                row.state = "ended"
                row._ended()
                row._tell(lambda row: row._said_ended())
                continue
            if row.state == "planned" and row.date_from <= now:
                row.state = "in_force"
                row._started()
                row._tell(lambda row: row._said_started())
            elif (
                row.state == "in_force"
                and row.date_to
                and row.date_to - NOTICE <= now
                and not row.end_told
            ):
                row.end_told = True
                row._tell(lambda row: row._said_ending())

    def _started(self):
        """Do what follows when delegations begin. To be extended."""

    def _ended(self):
        """Do what follows when delegations ended or were revoked. To be extended."""

    # -- both are told ---------------------------------------------------------

    def _tell(self, said):
        """Tell giver and receiver in the chatter, each in their own language.

        :param said: function of the delegation that returns the words
        """
        for row in self:
            people = row.giver_id | row.receiver_id
            for (lang, tz), some in people.grouped(lambda u: (u.lang, u.tz)).items():
                row.message_post(
                    body=said(row.with_context(lang=lang, tz=tz)),
                    partner_ids=some.partner_id.ids,
                    message_type="notification",
                    subtype_xmlid="mail.mt_note",
                )

    def _said(self):
        """Return names and dates for the sentences, in the language of the context."""
        self.ensure_one()
        purposes = joined(self.env, self.purpose_ids.mapped("name"))
        return {
            "giver": self.giver_id.name,
            "receiver": self.receiver_id.name,
            "what": self.document_name or self.env._("everything of theirs"),
            "purposes": purposes or self.env._("nothing"),
            "start": format_datetime(self.env, self.date_from, dt_format="short"),
            "end": format_datetime(self.env, self.date_to, dt_format="short")
            if self.date_to
            else self.env._("it is revoked"),
        }

    def _said_given(self):
        return self.env._(
            "%(receiver)s will act for %(giver)s from %(start)s until %(end)s, on "
            "%(what)s, and may sign: %(purposes)s.",
            **self._said(),
        )

    def _said_started(self):
        return self.env._(
            "%(receiver)s acts for %(giver)s from now until %(end)s, on %(what)s, and "
            "may sign: %(purposes)s.",
            **self._said(),
        )

    def _said_ending(self):
        return self.env._(
            "%(receiver)s acts for %(giver)s until %(end)s: this ends within a day.",
            **self._said(),
        )

    def _said_ended(self):
        return self.env._(
            "%(receiver)s does not act for %(giver)s any more: the time is over.",
            **self._said(),
        )

    def _said_revoked(self, reason):
        return self.env._(
            "%(receiver)s does not act for %(giver)s any more. %(who)s ended it: "
            "%(reason)s",
            **self._said(),
            who=self.revoked_by_id.name,
            reason=reason,
        )
