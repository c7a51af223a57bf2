from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_datetime

from .order_completeness import said

KINDS = [
    ("sheet", "Confirmation sheet"),
    ("answer", "Answer to a question"),
]
HOW = [
    ("telephone", "Telephone"),
    ("fax", "Fax"),
    ("mail", "E-mail or letter"),
    ("visit", "In person"),
]
OUTCOMES = [
    ("waiting", "Waiting"),
    ("overdue", "Overdue"),
    ("met", "In Time"),
    ("late", "Late"),
    ("dropped", "Order Cancelled"),
]
# What people say themselves; the rest is what the server knew when they said it.
SAID = {
    "order_id", "kind", "question", "promised_at", "told_to", "told_how", "answer",
}  # fmt: skip


class OrderEstimate(models.Model):
    """What a customer was told about when something will be ready (ORD-05).

    Who told it, when, to whom and what stays as it was; whether it was kept is
    measured afterwards. That it is overdue is a question of the time, not of a job.
    """

    _name = "order.estimate"
    _description = "Estimate Told to the Customer"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "told_at desc, id desc"

    order_id = fields.Many2one(
        "sale.order", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(
        related="order_id.partner_id", string="Customer", store=True
    )
    user_id = fields.Many2one(
        related="order_id.user_id", string="Salesperson", store=True, index=True
    )
    kind = fields.Selection(KINDS, "What", required=True, default="sheet")
    question = fields.Char(help="The customer's question, where it is one.")
    estimated_at = fields.Datetime(
        "Worked Out", readonly=True, help="What the system worked out at that moment."
    )
    ahead = fields.Integer("Orders Ahead", readonly=True, aggregator="avg")
    promised_at = fields.Datetime(
        "Told to Be Ready", required=True, tracking=True, help="What was said."
    )
    told_to = fields.Char(required=True, help="Who at the customer heard it.")
    told_how = fields.Selection(HOW, "How", required=True, default="telephone")
    told_by_id = fields.Many2one("res.users", readonly=True, index=True)
    told_at = fields.Datetime("Told", readonly=True)
    answer = fields.Text()
    met_at = fields.Datetime("Ready", readonly=True)
    outcome = fields.Selection(
        OUTCOMES, compute="_compute_outcome", search="_search_outcome"
    )

    @api.depends("order_id.name", "kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        names = dict(self._fields["kind"]._description_selection(self.env))
        for row in self:
            name = row.order_id.sudo().name or ""
            row.display_name = f"{name}, {names.get(row.kind, '')}"

    @api.depends("met_at", "promised_at", "order_id.state")
    def _compute_outcome(self):
        now = fields.Datetime.now()
        for row in self:
            if row.met_at:
                row.outcome = "met" if row.met_at <= row.promised_at else "late"
            elif row.order_id.sudo().state == "cancel":
                row.outcome = "dropped"
            else:
                late = row.promised_at and row.promised_at < now
                row.outcome = "overdue" if late else "waiting"

    def _search_outcome(self, operator, value):
        if operator != "in":
            return NotImplemented
        # The figures know: their ids are those of the estimates.
        self.flush_model()
        report = self.env["order.estimate.report"].sudo()
        return [("id", "in", report._search([("outcome", "in", list(value))]))]

    @api.model
    def default_get(self, fields):
        """Propose what the system works out for the order."""
        values = super().default_get(fields)
        order = self.env["sale.order"].browse(
            values.get("order_id") or self.env.context.get("default_order_id")
        )
        if order and "promised_at" in fields:
            order.check_access("read")
            ready, ahead = order._estimates_now().get(order.id, (False, 0))
            values.update(promised_at=ready, estimated_at=ready, ahead=ahead)
            values.setdefault(
                "told_to", order.delivery_contact or order.partner_id.name
            )
        return values

    @api.constrains("kind", "question")
    def _check_question(self):
        for row in self:
            if row.kind == "answer" and not said(row.question):
                raise ValidationError(self.env._("Note the customer's question."))

    @api.model_create_multi
    def create(self, vals_list):
        """Note who told it and when, and what the system had worked out.

        :raises UserError: a time that is over already
        """
        now = fields.Datetime.now()
        for vals in vals_list:
            for name in vals.keys() - SAID:
                if not name.startswith(("message_", "activity_")):
                    del vals[name]
            vals.update(told_by_id=self.env.uid, told_at=now)
        orders = self.env["sale.order"].browse(
            {vals["order_id"] for vals in vals_list if vals.get("order_id")}
        )
        orders.check_access("read")
        ready = orders._estimates_now()
        for vals in vals_list:
            worked_out, ahead = ready.get(vals.get("order_id"), (False, 0))
            vals.update(estimated_at=worked_out, ahead=ahead)
        rows = super().create(vals_list)
        if any(row.promised_at <= now for row in rows):
            raise UserError(self.env._("That time is over already."))
        return rows

    def write(self, vals):
        """Keep what was told; only the answer is added later."""
        own = {
            name
            for name in vals
            if not name.startswith(("message_", "activity_", "my_activity_"))
        }
        if own - {"answer"} and not self.env.su:
            raise AccessError(
                self.env._(
                    "What a customer was told stays on record. Tell them the new time "
                    "and note that."
                )
            )
        return super().write(vals)

    def action_tell(self):
        """Close the dialog: the estimate is recorded by its being saved."""
        return {"type": "ir.actions.act_window_close"}

    def action_answered(self):
        """Ask for the answer that the customer got."""
        self.ensure_one()
        view = self.env.ref("order_confirmation.order_estimate_view_answer")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What Was Answered?"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(view.id, "form")],
            "target": "new",
        }

    def action_answer(self):
        """Note that the question is answered, now.

        :raises UserError: no answer in words, or it is the sheet that is waited for
        """
        self.ensure_one()
        self.check_access("write")
        if self.kind != "answer" or self.met_at:
            raise UserError(self.env._("There is no open question here."))
        if not said(self.answer):
            raise UserError(self.env._("Note in words what was answered."))
        self._met()
        return {"type": "ir.actions.act_window_close"}

    def _told_words(self):
        """Return for when, by whom and to whom it was told, in one phrase."""
        self.ensure_one()
        return self.env._(
            "%(when)s, by %(who)s to %(whom)s",
            when=format_datetime(self.env, self.promised_at, dt_format="short"),
            who=self.sudo().told_by_id.name,
            whom=self.told_to,
        )

    def _met(self):
        """Note that what was told is there now; the first time counts."""
        waiting = self.sudo().filtered(lambda row: not row.met_at)
        waiting.write({"met_at": fields.Datetime.now()})

    def action_open_order(self):
        """Open the order."""
        self.ensure_one()
        return self.order_id.get_formview_action()
