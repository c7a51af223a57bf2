from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..opening import dialog
from . import order_memorandum  # noqa: F401 - extended here
from .order_completeness import said

STATES = [
    ("open", "Not Valid until Written"),
    ("written", "Written"),
    ("lapsed", "Lapsed"),
]
# What is evidence of the written word: a sheet that has left, or any valid signature.
SHEET_STATES = ("sent", "returned", "accepted")


class OralPromise(models.Model):
    """What somebody promised by word, in one line (ORD-09).

    Not valid until it is written. It lapses at the end of the next working day: that
    is a question of the time and of what was signed until then, not of a job. The job
    only tells.
    """

    _name = "oral.promise"
    _description = "Oral Promise"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "promised_at desc, id desc"
    _check_company_auto = True

    name = fields.Char("What Was Promised", required=True, tracking=True)
    order_id = fields.Many2one(
        "sale.order", index=True, check_company=True, ondelete="cascade"
    )
    memorandum_id = fields.Many2one(
        "order.memorandum", index=True, check_company=True, ondelete="set null"
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        precompute=True,
        index=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        compute="_compute_company_id",
        store=True,
        precompute=True,
    )
    user_id = fields.Many2one(
        "res.users",
        "Promised By",
        required=True,
        default=lambda self: self.env.user,
        index=True,
        domain="[('share', '=', False)]",
    )
    promised_at = fields.Datetime(
        "When", required=True, default=fields.Datetime.now, help="When it was promised."
    )
    noted_by_id = fields.Many2one(
        "res.users", readonly=True, default=lambda self: self.env.user
    )
    lapses_at = fields.Datetime(
        "Lapses",
        compute="_compute_lapses_at",
        store=True,
        precompute=True,
        help="End of the next working day.",
    )
    signature_id = fields.Many2one("signoff.signature", readonly=True)
    sheet_id = fields.Many2one("order.sheet", readonly=True)
    written_at = fields.Datetime(
        "Written", readonly=True, help="When what came of it was signed or sent."
    )
    written_by_id = fields.Many2one("res.users", "Linked By", readonly=True)
    told = fields.Boolean(readonly=True, copy=False)
    state = fields.Selection(
        STATES, "Status", compute="_compute_state", search="_search_state"
    )

    _belongs_somewhere = models.Constraint(
        "CHECK (order_id IS NOT NULL OR memorandum_id IS NOT NULL)",
        "A promise belongs to an order or to a memorandum.",
    )

    @api.depends("order_id", "memorandum_id")
    def _compute_company_id(self):
        for promise in self:
            document = promise.order_id or promise.memorandum_id
            promise.company_id = document.company_id or self.env.company
            promise.partner_id = document.partner_id

    @api.depends("promised_at", "company_id")
    def _compute_lapses_at(self):
        for promise in self:
            promise.lapses_at = promise._lapse() if promise.promised_at else False

    def _lapse(self):
        """Return the end of the next working day after the promise, naive UTC.

        In a company without working hours it is a day later.
        """
        self.ensure_one()
        company = self.company_id or self.env.company
        day = company._business_date(self.promised_at)
        try:
            end = company._working_day_end(company._add_working_days(day, 1))
        except UserError:
            end = False
        return end or self.promised_at + timedelta(days=1)

    @api.depends("written_at", "lapses_at")
    def _compute_state(self):
        now = fields.Datetime.now()
        for promise in self:
            if promise.written_at:
                promise.state = "written"
            else:
                over = promise.lapses_at and promise.lapses_at < now
                promise.state = "lapsed" if over else "open"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        # The figures know: their ids are those of the promises.
        self.flush_model()
        report = self.env["oral.promise.report"].sudo()
        return [("id", "in", report._search([("state", "in", list(value))]))]

    @api.constrains("promised_at")
    def _check_promised_at(self):
        for promise in self:
            if promise.promised_at > fields.Datetime.now() + timedelta(minutes=5):
                raise ValidationError(
                    self.env._("A promise is noted after it was made, not before.")
                )

    @api.constrains("name")
    def _check_name(self):
        for promise in self:
            if not said(promise.name):
                raise ValidationError(self.env._("Say in words what was promised."))

    @api.model_create_multi
    def create(self, vals_list):
        """Note who wrote it down, and show it on the order."""
        kept = {"name", "order_id", "memorandum_id", "user_id", "promised_at"}
        for vals in vals_list:
            for field in vals.keys() - kept:
                if not field.startswith(("message_", "activity_")):
                    del vals[field]
        promises = super().create(vals_list)
        for promise in promises:
            document = promise.order_id or promise.memorandum_id
            document.check_access("read")
            document.sudo().message_post(
                body=self.env._(
                    "Promised by word by %(who)s, not valid until written: %(what)s",
                    who=promise.user_id.name,
                    what=promise.name,
                ),
                author_id=self.env.user.partner_id.id,
                subtype_xmlid="mail.mt_note",
            )
        return promises

    def write(self, vals):
        """Keep what was noted: who promised what, and when."""
        own = {
            name
            for name in vals
            if not name.startswith(("message_", "activity_", "my_activity_"))
        }
        if own and not self.env.su:
            raise AccessError(
                self.env._(
                    "What was promised stays as it was noted. Note another line, or "
                    "link what was written."
                )
            )
        return super().write(vals)

    # -- making it written -------------------------------------------------------

    def action_written(self):
        """Open the choice of the signature or sheet that came of it."""
        self.ensure_one()
        return dialog(
            "oral.promise.written",
            self.env._("What Came of It in Writing?"),
            promise_id=self.id,
        )

    def _promised_order(self):
        """Return the order it is about, also by way of the memorandum."""
        self.ensure_one()
        return self.order_id or self.sudo().memorandum_id.order_id.sudo(False)

    def _make_written(self, signature=None, sheet=None):
        """Link what was written; it counts if it was there before the promise lapsed.

        :param signature: a valid signature on the order or on one of its sheets
        :param sheet: a sheet of the order that has left for the customer
        :raises UserError: neither, of another order, from before the promise, or too
            late
        :raises AccessError: who links it may not read the promise or the evidence
        """
        self.ensure_one()
        self.check_access("read")
        evidence = signature or sheet
        if not evidence or self.state == "written":
            raise UserError(
                self.env._("Choose the signature or the sheet that came of it.")
            )
        evidence.check_access("read")
        order = self._promised_order()
        at = signature.signed_at if signature else sheet.sent_at
        if not self._evidence_fits(order, signature, sheet):
            raise UserError(
                self.env._(
                    "That is not in force, or it belongs to another order than the "
                    "promise."
                )
            )
        if at < self.promised_at.replace(second=0, microsecond=0):
            raise UserError(self.env._("That was written before the promise was made."))
        if at > self.lapses_at:
            raise UserError(
                self.env._(
                    "The promise had lapsed when that was written. What is written "
                    "holds by itself."
                )
            )
        self.sudo().write(
            {
                "signature_id": signature.id if signature else False,
                "sheet_id": sheet.id if sheet else False,
                "written_at": at,
                "written_by_id": self.env.uid,
            }
        )

    def _evidence_fits(self, order, signature, sheet):
        if not order:
            return False
        if signature:
            row = signature.sudo()
            on = (row.res_model, row.res_id)
            papers = [("sale.order", order.id)]
            papers += [("order.sheet", id_) for id_ in order.sudo().sheet_ids.ids]
            return row.kind == "signature" and row.state == "valid" and on in papers
        paper = sheet.sudo()
        return paper.order_id == order.sudo() and paper.state in SHEET_STATES

    def action_open_order(self):
        """Open the order, or the memorandum where there is none yet."""
        self.ensure_one()
        return (self._promised_order() or self.memorandum_id).get_formview_action()

    # -- telling -----------------------------------------------------------------

    @api.model
    def _cron_tell_lapsed(self):
        """Tell once, who promised and the salesperson, that a promise has lapsed."""
        lapsed = self.sudo().search(
            [
                ("told", "=", False),
                ("written_at", "=", False),
                ("lapses_at", "<", fields.Datetime.now()),
            ]
        )
        for promise in lapsed:
            person = promise.user_id
            people = person | promise.order_id.user_id | promise.memorandum_id.user_id
            promise.with_context(lang=person.lang).message_post(
                body=promise.with_context(lang=person.lang).env._(
                    "Lapsed, it was not put in writing: %s", promise.name
                ),
                partner_ids=people.filtered("active").partner_id.ids,
                subtype_xmlid="mail.mt_note",
            )
        lapsed.write({"told": True})


class SaleOrder(models.Model):
    _inherit = "sale.order"

    oral_promise_ids = fields.One2many(
        "oral.promise", "order_id", "Oral Promises", groups="base.group_user"
    )


class OrderMemorandum(models.Model):
    _inherit = "order.memorandum"

    oral_promise_ids = fields.One2many("oral.promise", "memorandum_id", "Oral Promises")
