from odoo import fields, models
from odoo.addons.written_signoff.keeping import keyed
from odoo.exceptions import AccessError, UserError

from ..opening import form_of

KINDS = [
    ("delay", "Delayed"),
    ("breakdown", "Breakdown or accident"),
    ("damage", "Damaged on the way"),
    ("lost", "Lost, or cannot be found"),
    ("address", "Address or recipient not found"),
    ("refused", "Not accepted by the recipient"),
    ("other", "Something else"),
]
TOLD_HOW = [("phone", "Telephone"), ("mail", "E-mail"), ("fax", "Fax")]
TELLING = {"told_whom", "told_how"}


class DispatchProblem(models.Model):
    """Something that went wrong on the way, and who told the customer (ORD-62)."""

    _name = "dispatch.problem"
    _inherit = "kept.record"
    _description = "Transport Problem"
    _order = "id desc"
    _rec_name = "kind"
    _kept_by = "dispatch.notice"

    notice_id = fields.Many2one(
        "dispatch.notice", required=True, readonly=True, index=True,
        ondelete="restrict",
    )  # fmt: skip
    company_id = fields.Many2one(related="notice_id.company_id", store=True)
    partner_id = fields.Many2one(
        related="notice_id.partner_id", store=True, string="Customer"
    )
    carrier = fields.Char(related="notice_id.carrier", store=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    description = fields.Text("What Happened", readonly=True)
    expected_before = fields.Date(readonly=True)
    expected_after = fields.Date("Now Expected", readonly=True)
    reported_at = fields.Datetime("Logged", required=True, readonly=True)
    reported_by_id = fields.Many2one("res.users", "Logged By", readonly=True)
    told_whom = fields.Char(help="Who at the customer's was told.")
    told_how = fields.Selection(TOLD_HOW, "Told By Way Of")
    told_at = fields.Datetime("Customer Told", readonly=True)
    told_by_id = fields.Many2one("res.users", readonly=True)

    def _kept_refusal(self):
        return self.env._(
            "A transport problem is logged with its button and stays as it was logged."
        )

    def _kept_admit(self, vals):
        """Let who tells the customer enter whom, and how."""
        if vals.keys() - TELLING or any(row.told_at for row in self):
            raise AccessError(self._kept_refusal())
        return vals

    def action_open_notice(self):
        """Open the notice whose goods are under way, from a row that has no form."""
        self.ensure_one()
        return form_of(self.notice_id)

    def action_told(self):
        """Note that the customer was told of the problem.

        :raises UserError: whom or how is missing, or noted already
        """
        self.ensure_one()
        self.check_access("write")
        if self.told_at:
            raise UserError(self.env._("The customer was told already."))
        if not (self.told_whom or "").strip() or not self.told_how:
            raise UserError(
                self.env._("Please enter who at the customer's was told, and how.")
            )
        keyed(self).write(
            {"told_at": fields.Datetime.now(), "told_by_id": self.env.uid}
        )
        return True
