from markupsafe import Markup
from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import DISCUSSION, keyed
from odoo.exceptions import AccessError, UserError
from odoo.tools import formatLang

from .res_partner import tier_keyed

PURPOSE = "customer_tier"
STATES = [
    ("open", "To decide"),
    ("signed", "Signed"),
    ("declined", "Declined"),
    ("replaced", "Replaced"),
    ("ended", "Ended"),
    ("withdrawn", "Withdrawn"),
]
ASKERS = ("salesperson", "supervisor", "sales_director", "finance")


class CustomerTierProposal(models.Model):
    """A change of a customer's tier: measured or by hand, with figures or reason.

    It takes effect by the signature of the sales director and by nothing else, and
    stays as the customer's history (TIER-02). One by hand has a reason and an end;
    then the tier falls back to what was measured and signed last.
    """

    _name = "customer.tier.proposal"
    _description = "Proposal of a Customer's Tier"
    _inherit = ["kept.record", "mail.thread", "mail.activity.mixin", "signoff.mixin"]
    _signoff_fields = {"customer": "partner_id", "present": "present_tier_id"}
    _order = "id desc"
    _mail_post_access = "read"
    _kept_open = frozenset({*DISCUSSION, "signature_ids"})

    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    review_id = fields.Many2one(
        "customer.tier.review", "Measured In", readonly=True, index=True
    )
    kind = fields.Selection(
        [("measured", "Measured"), ("manual", "By hand")],
        "Basis",
        required=True,
        readonly=True,
    )
    present_tier_id = fields.Many2one("customer.tier", required=True, readonly=True)
    tier_id = fields.Many2one(
        "customer.tier", "Proposed Tier", required=True, readonly=True
    )
    base_tier_id = fields.Many2one(
        "customer.tier",
        "Falls Back To",
        readonly=True,
        help="The tier after a change by hand has ended, unless another one was "
        "measured and signed meanwhile.",
    )
    direction = fields.Selection([("up", "Up"), ("down", "Down")], readonly=True)
    score = fields.Float(readonly=True, digits=(5, 1))
    figures = fields.Json(readonly=True)
    explanation = fields.Html(compute="_compute_explanation")
    reason = fields.Text(readonly=True)
    until = fields.Date(
        readonly=True, help="The last day on which a tier given by hand counts."
    )
    requested_by_id = fields.Many2one("res.users", "Asked By", readonly=True)
    state = fields.Selection(
        STATES,
        default="open",
        required=True,
        readonly=True,
        index=True,
        tracking=True,
        group_expand=True,
    )
    signed_by_id = fields.Many2one("res.users", readonly=True)
    signed_at = fields.Datetime("Signed", readonly=True)
    ended_at = fields.Datetime(readonly=True)

    _in_force_idx = models.Index(
        "(partner_id, company_id) WHERE state = 'signed' AND kind = 'manual'"
    )

    @api.depends("partner_id.name", "present_tier_id.name", "tier_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for row in self:
            row.display_name = (
                f"{row.partner_id.sudo().display_name}: "
                f"{row.present_tier_id.name} → {row.tier_id.name}"
            )

    @api.depends("figures")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for row in self:
            row.explanation = row._explained()

    def lines(self):
        """Return, for programs too, how each criterion was measured (TIER-02).

        :return: one list per proposal of dictionaries: criterion, figure, points,
            weight, sentence (in the reader's language)
        """
        self.check_access("read")
        return [row._lines() for row in self]

    def _lines(self):
        self.ensure_one()
        criteria = self.env["customer.tier.criterion"].sudo()
        measures = dict(criteria._fields["measure"]._description_selection(self.env))
        found = criteria.browse(
            [line["criterion"] for line in self.figures or ()]
        ).exists()
        lines = []
        for line in self.figures or ():
            criterion = found.filtered(lambda row, i=line["criterion"]: row.id == i)
            name = criterion.name or measures.get(line["measure"], line["measure"])
            lines.append(
                {
                    "criterion": name,
                    "figure": line["figure"],
                    "points": line["points"],
                    "weight": line["weight"],
                    "sentence": criteria._sentence(line, self.company_id.sudo()),
                }
            )
        return lines

    def _explained(self):
        lines = self._lines()
        if not lines:
            return False
        heads = [
            self.env._("Criterion"),
            self.env._("What was measured"),
            self.env._("Points"),
            self.env._("Weight"),
        ]
        head = Markup().join(Markup("<th>%s</th>") % text for text in heads)
        body = Markup().join(
            Markup(
                "<tr><td>%s</td><td>%s</td><td class='text-end'>%s</td>"
                "<td class='text-end'>%s</td></tr>"
            )
            % (
                line["criterion"],
                line["sentence"],
                formatLang(self.env, line["points"], digits=0),
                formatLang(self.env, line["weight"], digits=0),
            )
            for line in lines
        )
        return Markup(
            "<table class='table table-sm'><thead><tr>%s</tr></thead>"
            "<tbody>%s</tbody></table>"
        ) % (head, body)

    # -- nobody writes here but the methods below ----------------------------------

    def _kept_refusal(self):
        """Refuse everybody but measuring, asking and signature (TIER-02)."""
        return self.env._(
            "A proposal is measured from the books or asked for on the customer, and "
            "decided by signature. It stays as it was signed."
        )

    # -- asking for a tier by hand ---------------------------------------------------

    @api.model
    def _ask(self, partner, tier, reason, until):
        """Ask for another tier by hand, with a to-do for the sales director.

        :param partner: any contact of the customer
        :param date until: the last day, of the company
        :raises AccessError: not somebody who may ask
        :raises UserError: no reason, an end that is past, or the tier it has
        """
        company = self.env.company
        self._check_asker()
        customer = partner.commercial_partner_id
        customer.check_access("read")
        reason = (reason or "").strip()
        if not any(map(str.isalnum, reason)):
            raise UserError(self.env._("Please give the reason in words."))
        if not until or until < company._business_date(fields.Datetime.now()):
            raise UserError(
                self.env._("A tier given by hand ends on a day that lies ahead.")
            )
        if tier.company_id and tier.company_id != company:
            raise UserError(self.env._("This tier belongs to another company."))
        present = customer._tier(company)[customer.id]
        if tier == present:
            raise UserError(
                self.env._(
                    "%(customer)s has tier %(tier)s already.",
                    customer=customer.display_name,
                    tier=tier.name,
                )
            )
        row = keyed(self).create(
            {
                "partner_id": customer.id,
                "company_id": company.id,
                "kind": "manual",
                "present_tier_id": present.id,
                "tier_id": tier.id,
                "direction": "up" if tier._rank() < present._rank() else "down",
                "reason": reason,
                "until": until,
                "requested_by_id": self.env.uid,
            }
        )
        people = company._people_in("customer_tiering.role_sales_director")
        for person in people - self.env.user:
            row.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=person.id,
                summary=row.with_context(lang=person.lang).env._(
                    "Decide on the tier of %s", customer.display_name
                ),
            )
        return row.with_env(self.env)

    def _check_asker(self):
        if who_may := self.env.user._lacks_role(*ASKERS):
            raise AccessError(self.env._("Another tier is asked for by: %s.", who_may))

    # -- signing ---------------------------------------------------------------------

    def _signoff_terms(self, code):
        """What the sales director signs: customer, tiers, figures or reason."""
        return {
            row.id: {
                "customer": row.partner_id.id,
                "present": row.present_tier_id.id,
                "tier": row.tier_id.id,
                "kind": row.kind,
                "score": row.score if row.kind == "measured" else None,
                "figures": {
                    line["measure"]: line["figure"] for line in row.figures or ()
                },
                "reason": row.reason or "",
                "until": row.until or None,
            }
            for row in self
        }

    def _signoff_label(self, path):
        """Name figures as the tier standard does."""
        if path[0] == "figures" and len(path) > 1:
            measures = self.env["customer.tier.criterion"]._fields["measure"]
            return dict(measures._description_selection(self.env))[path[1]]
        return super()._signoff_label(path)

    def _signoff_words(self, path, value):
        """Say customer and tiers, which are signed by their ids, by their names."""
        key = path[-1]
        models_ = {
            "customer": "res.partner",
            "present": "customer.tier",
            "tier": "customer.tier",
        }
        if key in models_ and value:
            found = self.env[models_[key]].sudo().browse(int(value)).exists()
            return found.display_name or str(value)
        if path[0] == "figures" and len(path) > 1 and value:
            return formatLang(self.env, float(value), digits=1)
        return super()._signoff_words(path, value)

    def _signoff_dialog_model(self, code):
        """Several proposals may be signed in one go, each with its own signature."""
        return "customer.tier.sign"

    def _signoff_check(self, purpose, signer):
        """Let only what is open, and still starts from the present tier, be signed."""
        result = super()._signoff_check(purpose, signer)
        row = self.sudo()
        if row.state != "open":
            raise UserError(self.env._("%s is decided already.", row.display_name))
        customer = row.partner_id
        if row._present() != row.present_tier_id:
            raise UserError(
                self.env._(
                    "The tier of %s has changed since this was proposed. Measure "
                    "again, or ask again.",
                    customer.display_name,
                )
            )
        today = row.company_id._business_date(fields.Datetime.now())
        if row.until and row.until < today:
            raise UserError(
                self.env._("A tier given by hand ends on a day that lies ahead.")
            )
        return result

    def _present(self):
        """Return the tier from which this proposal starts, as it is now.

        A measured one starts from the tier to which a tier given by hand falls back.
        """
        self.ensure_one()
        manual = self._manual_in_force(self.partner_id, self.company_id)
        if self.kind == "measured" and manual:
            return manual._fallback()
        return self.partner_id._tier(self.company_id)[self.partner_id.id]

    @api.model
    def _manual_in_force(self, partner, company):
        """Return the tier by hand that counts for this customer today, or none."""
        today = company._business_date(fields.Datetime.now())
        return self.sudo().search(
            [
                ("partner_id", "=", partner.id),
                ("company_id", "=", company.id),
                ("state", "=", "signed"),
                ("kind", "=", "manual"),
                ("until", ">=", today),
            ],
            limit=1,
        )

    def _fallback(self):
        """Return the tier after this one by hand: the last measured and signed."""
        self.ensure_one()
        measured = self.sudo().search(
            [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("state", "=", "signed"),
                ("kind", "=", "measured"),
                ("signed_at", ">=", self.signed_at),
            ],
            limit=1,
        )
        return measured.tier_id or self.base_tier_id

    @api.model
    def _after_end(self, partners, company):
        """Return ``{customer id: tier}`` after what was given by hand has ended."""
        rows = self.sudo().search(
            [
                ("partner_id", "in", partners.ids),
                ("company_id", "=", company.id),
                ("state", "=", "signed"),
            ],
            order="signed_at, id",
        )
        tiers = dict.fromkeys(partners.ids, self.env["customer.tier"]._lowest(company))
        for row in rows:
            manual = row.kind == "manual"
            tiers[row.partner_id.id] = row.base_tier_id if manual else row.tier_id
        return tiers

    def _signoff_signed(self, signature):
        """Give the customer the tier that was signed (TIER-02)."""
        result = super()._signoff_signed(signature)
        row = keyed(self)
        manual = row._manual_in_force(row.partner_id, row.company_id)
        if row.kind == "manual":
            base = manual._fallback() if manual else row.present_tier_id
            keyed(manual).write({"state": "replaced"})
            row.write({"base_tier_id": base.id})
        row.write(
            {
                "state": "signed",
                "signed_by_id": signature.signer_id.id,
                "signed_at": signature.signed_at,
            }
        )
        row.activity_unlink(["mail.mail_activity_data_todo"])
        others = row.search(
            [
                ("partner_id", "=", row.partner_id.id),
                ("company_id", "=", row.company_id.id),
                ("state", "=", "open"),
            ]
        )
        others.write({"state": "replaced"})
        others.activity_unlink(["mail.mail_activity_data_todo"])
        if row.kind == "manual" or not manual:
            row._give(row.tier_id, row.until)
        row._tell(
            self.env._(
                "Tier %(old)s → %(new)s, signed by %(name)s.\n%(why)s",
                old=row.present_tier_id.name,
                new=row.tier_id.name,
                name=signature.signer_name,
                why=signature.statement or row.reason or "",
            )
        )
        return result

    def _give(self, tier, until=False):
        customer = tier_keyed(self.partner_id.sudo().with_company(self.company_id))
        customer.write({"customer_tier_id": tier.id, "customer_tier_until": until})

    def _tell(self, text):
        self.partner_id.sudo().message_post(
            body=text,
            message_type="notification",
            subtype_xmlid="mail.mt_note",
            partner_ids=self.partner_id.user_id.partner_id.ids,
        )

    # -- ending ----------------------------------------------------------------------

    def _signoff_voided(self, signatures):
        """A signature taken back ends what it gave, and the tier falls back."""
        result = super()._signoff_voided(signatures)
        self.browse(signatures.mapped("res_id"))._end("withdrawn")
        return result

    @api.model
    def _cron_end(self):
        """End the tiers given by hand whose day is over.

        Gates do not wait for it. Running it twice changes nothing.
        """
        rows = self.sudo().search(
            [
                ("state", "=", "signed"),
                ("kind", "=", "manual"),
                ("until", "<", fields.Date.add(fields.Date.today(), days=2)),
            ]
        )
        now = fields.Datetime.now()
        today = {c: c._business_date(now) for c in rows.company_id}
        rows.filtered(lambda row: row.until < today[row.company_id])._end("ended")

    def _end(self, state):
        for row in keyed(self).filtered(lambda row: row.state == "signed"):
            row.write({"state": state, "ended_at": fields.Datetime.now()})
            if row.kind == "manual":
                tier = row._fallback()
            elif row._is_last_measured():
                tier = row.present_tier_id
            else:
                continue
            manual = row._manual_in_force(row.partner_id, row.company_id)
            if manual:
                continue
            row._give(tier)
            row._tell(
                self.env._(
                    "Tier %(old)s has ended; the tier is %(new)s again.",
                    old=row.tier_id.name,
                    new=tier.name,
                )
            )

    def _is_last_measured(self):
        later = self.search(
            [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("kind", "=", "measured"),
                ("state", "=", "signed"),
                ("signed_at", ">", self.signed_at),
            ],
            limit=1,
        )
        return not later

    # -- buttons ---------------------------------------------------------------------

    def action_sign(self):
        """Open the dialog in which these are signed, all in one go.

        :raises UserError: nothing to decide among them, or more than one company
        """
        rows = self.filtered(lambda row: row.state == "open")
        if not rows:
            raise UserError(self.env._("There is nothing to decide among these."))
        if len(rows.company_id) > 1:
            raise UserError(self.env._("Sign the proposals of one company at a time."))
        for row in rows[1:]:
            row._signoff_verify_signer(
                self.env["signoff.purpose"]._get(PURPOSE), self.env.user
            )
        action = rows[0]._signoff_dialog(PURPOSE)
        context = action["context"]
        context["default_proposal_ids"] = [(6, 0, rows.ids)]
        if len(rows) > 1:
            context["default_seen_digest"] = rows._seen()
            context["dialog_size"] = "large"
        return action

    def _seen(self):
        """Return the digest of all that is shown before several are signed."""
        purpose = self.env["signoff.purpose"]._get(PURPOSE)
        return "".join(row._signoff_seen(purpose)[:16] for row in self.sorted("id"))

    def action_decline(self):
        """Decline proposals; the present tier stays.

        :raises AccessError: not the sales director, nor who asked
        """
        director = self.env.ref("customer_tiering.role_sales_director")
        may = director in self.env.user.all_group_ids
        if not may and any(row.requested_by_id != self.env.user for row in self):
            raise AccessError(
                self.env._("This is decided by: %s.", director.sudo().name)
            )
        rows = keyed(self).filtered(lambda row: row.state == "open")
        rows.write({"state": "declined", "ended_at": fields.Datetime.now()})
        rows.activity_unlink(["mail.mail_activity_data_todo"])
        return True
