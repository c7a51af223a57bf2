from odoo import fields, models
from odoo.addons.written_signoff.keeping import keyed
from odoo.exceptions import UserError

from . import production_exception  # noqa: F401 - it comes before what extends it

HOW = [
    ("phone", "By telephone"),
    ("mail", "By mail"),
    ("message", "By message"),
    ("visit", "In person"),
    ("none", "Not asked"),
]
ANSWERS = [
    ("accepts", "Accepts"),
    ("conditions", "Accepts on conditions"),
    ("refuses", "Refuses"),
    ("not_asked", "Need not be asked"),
]
ASKERS = ("customer_service", "salesperson", "merchandiser", "supervisor")


class ProductionExceptionAnswer(models.Model):
    """What the customer of an order says to an exception, and the date it led to.

    Rows are only ever added: the last one of an order counts (ORD-41).
    """

    _name = "production.exception.answer"
    _description = "Customer's Answer to a Production Exception"
    _inherit = "production.exception.guard"
    _kept_for_good = True
    _order = "id desc"

    exception_id = fields.Many2one(
        "production.exception", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="exception_id.company_id", store=True)
    order_id = fields.Many2one(
        "sale.order", required=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(related="order_id.partner_id", string="Customer")
    asked_how = fields.Selection(HOW, "Asked", required=True)
    asked_by_id = fields.Many2one("res.users", required=True)
    asked_at = fields.Datetime("Recorded", required=True)
    contact_name = fields.Char("Spoke With")
    answer = fields.Selection(ANSWERS, required=True)
    said = fields.Text("What the Customer Said", required=True)
    date_before = fields.Date("Promised Before")
    new_date = fields.Date("New Promised Date")
    promise_id = fields.Many2one("order.promise", "Entry of the Ledger")

    def _record(self, exception, order, values):
        """Keep an answer; a new date goes through the promise ledger (ORD-17).

        :param dict values: ``asked_how``, ``answer``, ``said``, ``contact_name``,
            ``new_date``
        :return: the row
        :raises AccessError: the person does not speak with customers
        :raises UserError: too early, no words, an impossible date
        """
        exception._require_role(*ASKERS)
        exception.check_access("read")
        exception._signoff_lock()
        order = exception._check_answer(order, values)
        before, wanted = order.promised_completion_date, values.get("new_date")
        promise = self.env["order.promise"]
        if wanted and wanted != before:
            reason = f"{exception.name}: {values['said']}"
            promise = order.with_env(self.env)._promise_give(
                "exception", wanted, reason, signature=exception._plan_signature()
            )
        row = keyed(self).create(
            {
                **values,
                "exception_id": exception.id,
                "order_id": order.id,
                "asked_by_id": self.env.uid,
                "asked_at": fields.Datetime.now(),
                "date_before": before,
                "promise_id": promise.id,
            }
        )
        exception._done(self.env.user)
        exception._done(order.user_id)
        exception._settle()
        if values["answer"] == "refuses":
            exception._escalate("director")
        return row.with_env(self.env)


class ProductionException(models.Model):
    _inherit = "production.exception"

    def _plan_signature(self):
        """Return the signature under the plan that stands for it in the ledger."""
        signed = self.sudo().consent_ids.filtered("agreed")
        head = self.env.ref("customer_tiering.role_production_head")
        ours = signed.filtered(lambda row: row.party_id.group_id == head)
        return (ours or signed)[:1].signature_id

    def _check_answer(self, order, values):
        """Return the order as superuser, or refuse an answer that cannot be.

        :raises UserError: in one sentence why
        """
        self.ensure_one()
        if self.state == "closed":
            raise UserError(self.env._("%s is closed.", self.name))
        if self.state not in ("agreed", "answered"):
            raise UserError(
                self.env._(
                    "The customer is asked about a plan that is agreed; %(exception)s "
                    "still waits until: %(what)s.",
                    exception=self.name,
                    what=self.waits_for,
                )
            )
        if order.sudo() not in self.sudo().order_ids:
            raise UserError(
                self.env._("%s hits another order than this one.", self.name)
            )
        if not any(map(str.isalnum, values.get("said") or "")):
            raise UserError(
                self.env._(
                    "Write what the customer said, or why they need not be asked."
                )
            )
        asked = values["answer"] != "not_asked"
        if asked == (values["asked_how"] == "none"):
            raise UserError(
                self.env._("Say how the customer was asked, or that they were not.")
            )
        date = values.get("new_date")
        agrees = values["answer"] in ("accepts", "conditions")
        today = self.company_id._business_date(fields.Datetime.now())
        if date and date < today:
            raise UserError(self.env._("The new date cannot be in the past."))
        if date and not agrees and date != order.sudo().promised_completion_date:
            raise UserError(
                self.env._("A new date is promised only when the customer accepts it.")
            )
        return order.sudo()
