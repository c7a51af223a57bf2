import json

from odoo import api, fields, models
from odoo.addons.written_signoff.digest import canonical, sha256
from odoo.addons.written_signoff.keeping import DISCUSSION, keyed
from odoo.addons.written_signoff.wording import joined
from odoo.exceptions import UserError

from . import (  # noqa: F401 - before what inherits
    customer_paper,
    customer_thread,
    order_document,
)

STATES = [
    ("draft", "To be checked"),
    ("checked", "Checked"),
    ("sent", "With the customer"),
    ("returned", "Returned"),
    ("accepted", "Accepted"),
    ("rejected", "Return rejected"),
    ("superseded", "Superseded"),
    ("cancelled", "Cancelled"),
]
ENDED = ("superseded", "cancelled")
# The signatures without which a sheet cannot stand where it stands.
NEEDED = {
    "draft": (),
    "checked": ("sheet_check",),
    "sent": ("sheet_check",),
    "rejected": ("sheet_check",),
    "returned": ("sheet_check", "sheet_return"),
    "accepted": ("sheet_check", "sheet_return", "sheet_verify"),
}


class OrderSheet(models.Model):
    """A numbered version of what the customer signs, frozen as it was made (ORD-20).

    Content and state are written by the methods of the sheet and by nothing else. What
    is valid is asked of the signatures, whose terms are those of the order *now*; the
    state only says where the paper is.
    """

    _name = "order.sheet"
    _description = "Order Confirmation Sheet"
    _inherit = [
        "customer.paper",
        "order.document",
        "customer.thread",
        "mail.activity.mixin",
        "signoff.mixin",
    ]
    _order = "id desc"
    _mail_post_access = "read"
    _kept_open = frozenset(
        {*DISCUSSION, "access_token", "signature_ids", "check_line_ids"}
    )

    name = fields.Char("Number", required=True, readonly=True, index="trigram")
    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="restrict"
    )
    version = fields.Integer(required=True, readonly=True)
    state = fields.Selection(
        STATES,
        required=True,
        readonly=True,
        default="draft",
        index=True,
        tracking=True,
        group_expand=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True
    )
    user_id = fields.Many2one(related="order_id.user_id", store=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount_total = fields.Monetary("Total", readonly=True)
    promised_completion_date = fields.Date("Promised Completion", readonly=True)
    ship_date = fields.Date(readonly=True)
    content = fields.Text(required=True, readonly=True)
    digest = fields.Char("SHA-256 of Content", required=True, readonly=True)
    prepared_by_id = fields.Many2one(
        "res.users",
        required=True,
        readonly=True,
        groups="base.group_user",
    )
    check_line_ids = fields.One2many(
        "order.sheet.check", "sheet_id", "Check", groups="base.group_user"
    )
    outdated = fields.Boolean(compute="_compute_outdated", groups="base.group_user")
    next_step = fields.Char(compute="_compute_next_step", groups="base.group_user")
    waits_for = fields.Char(compute="_compute_next_step", groups="base.group_user")

    _version_unique = models.Constraint(
        "unique(order_id, version)", "An order has each version of its sheet once."
    )
    _current_unique = models.UniqueIndex(
        "(order_id) WHERE state NOT IN ('superseded', 'cancelled')",
        "An order has one sheet in force.",
    )

    # -- nobody writes here but the sheet itself -----------------------------------

    def _kept_refusal(self):
        """Refuse content and state from everybody, administrators included (ORD-20)."""
        return self.env._(
            "A sheet is made from its order and keeps what it says. Its state follows "
            "what people sign, send and return: nobody writes, copies or deletes it "
            "directly."
        )

    def _move(self, state, **values):
        """Take these sheets to a state, with what belongs to it."""
        keyed(self).write({"state": state, **values})

    # -- making --------------------------------------------------------------------

    @api.model
    def _make(self, order):
        """Freeze what the order says into its next version; older ones end (ORD-23).

        The caller has locked the order and knows that it is complete.
        """
        earlier = order.sudo().sheet_ids
        version = max(earlier.mapped("version"), default=0) + 1
        keyed(earlier.filtered(lambda sheet: sheet.state not in ENDED)).write(
            {"state": "superseded"}
        )
        earlier.flush_recordset()
        sheet = keyed(self).create(self._make_values(order, version))
        self.env["order.sheet.check"]._generate(sheet)
        return sheet.with_env(self.env)

    def _make_values(self, order, version):
        lang = order._sheet_language()
        terms = order._sheet_terms()[order.id]
        content = canonical({"terms": terms, "print": order._sheet_printed(lang)})
        return {
            "name": f"{order.name}-V{version}",
            "order_id": order.id,
            "version": version,
            "company_id": order.company_id.id,
            "partner_id": order.partner_id.id,
            "currency_id": order.currency_id.id,
            "amount_total": order.amount_total,
            "promised_completion_date": order.promised_completion_date,
            "ship_date": order.ship_date,
            "lang": lang,
            "content": content,
            "digest": sha256(content),
            "prepared_by_id": self.env.uid,
        }

    # -- what it says, and whether the order still says so -------------------------

    def _frozen(self):
        """Return the content as it was made: ``terms`` and ``print``."""
        self.ensure_one()
        return json.loads(self.sudo().content)

    def _signoff_terms(self, code):
        """Cover what the order says now: a change of it voids what was signed."""
        self.order_id._read_together()
        return {
            sheet.id: {"sheet": sheet.name, **sheet.order_id._commercial_terms()}
            for sheet in self
        }

    def _signoff_label(self, path):
        """Name a term as the order does."""
        if path[0] == "sheet":
            return self.env._("Sheet")
        return self.order_id._signoff_label(path)

    def _signoff_words(self, path, value):
        """Name goods and units as the order does."""
        return self.order_id._signoff_words(path, value)

    def _signoff_lock(self):
        """Hold the orders too, so that changing one and signing for it meet."""
        self.sudo().order_id._signoff_lock()
        return super()._signoff_lock()

    def _outdated(self):
        """Return those of the sheets in force that can no longer stand (ORD-23).

        The order says something else by now, or it did for a while and a signature on
        the way here is void. One plan of queries for any number of sheets.
        """
        live = self.sudo().filtered(lambda sheet: sheet.state not in ENDED)
        present = live.order_id._sheet_terms()
        signed = live._signoff_latest(["sheet_check", "sheet_return", "sheet_verify"])
        return live.filtered(
            lambda sheet: (
                sheet._frozen()["terms"]
                != json.loads(canonical(present[sheet.order_id.id]))
                or any((sheet.id, code) not in signed for code in NEEDED[sheet.state])
            )
        ).with_env(self.env)

    @api.depends("state", "content")
    def _compute_outdated(self):
        outdated = self._outdated()
        for sheet in self:
            sheet.outdated = sheet in outdated

    @api.depends("state", "outdated")
    def _compute_next_step(self):
        service = self.env._("customer service")
        words = {
            "draft": (
                self.env._("A second person ticks every line and signs the check."),
                self.env._("a second person"),
            ),
            "checked": (self.env._("Send it to the customer."), service),
            "sent": (
                self.env._("The customer signs and returns it."),
                self.env._("the customer"),
            ),
            "returned": (self.env._("Verify what came back."), service),
            "rejected": (
                self.env._("The customer returns it once more."),
                self.env._("the customer"),
            ),
            "accepted": (self.env._("Done: it is the production instruction."), False),
            "superseded": (self.env._("A later version has taken its place."), False),
            "cancelled": (self.env._("It was cancelled with its order."), False),
        }
        for sheet in self:
            sheet.next_step, sheet.waits_for = words[sheet.state]
            if sheet.outdated:
                sheet.waits_for = service
                sheet.next_step = self.env._(
                    "The order has changed: make version %s.", sheet.version + 1
                )

    def _current(self):
        """Return the sheet that is in force for the same order, or an empty one."""
        self.ensure_one()
        return self.sudo().order_id.sheet_ids.filtered(
            lambda sheet: sheet.state not in ENDED
        )[:1]

    # -- who may -------------------------------------------------------------------

    def _require_state(self, *states):
        """Raise unless the sheet stands where this can be done, and is up to date."""
        self.ensure_one()
        if self.state in ENDED or self._outdated():
            raise UserError(self._refuse_old())
        if self.state not in states:
            names = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(sheet)s is “%(state)s”; this can be done when it is: "
                    "%(states)s.",
                    sheet=self.name,
                    state=names[self.state],
                    states=joined(self.env, (names[state] for state in states)),
                )
            )

    def _refuse_old(self):
        if self.state == "cancelled":
            return self.env._("%s was cancelled with its order.", self.name)
        current = self._current()
        if self.state == "superseded" and current:
            return self.env._(
                "%(sheet)s is superseded by %(current)s. Please use that one.",
                sheet=self.name,
                current=current.name,
            )
        return self.env._(
            "The order has changed since %(sheet)s was made. A new version is needed "
            "before anything is signed or sent.",
            sheet=self.name,
        )

    def action_make_next(self):
        """Make the next version from the order as it is now (ORD-23)."""
        self.ensure_one()
        return self.order_id.action_make_sheet()

    def action_open_current(self):
        """Open the version that is in force."""
        current = self._current() or self
        return current.with_env(self.env)._open()
