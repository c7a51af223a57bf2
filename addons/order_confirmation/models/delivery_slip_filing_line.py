from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

STATUSES = [
    ("complete", "Here, signed"),
    ("unsigned", "Here, not back signed"),
    ("missing", "Missing"),
    ("no_slip", "Number without a slip"),
    ("void", "Void"),
]
TICKS = {"here", "signed_back", "note"}


class DeliverySlipFilingLine(models.Model):
    """One number in a filing: is the paper here, and did it come back signed?"""

    _name = "delivery.slip.filing.line"
    _inherit = "kept.record"
    _description = "Number in a Delivery Slip Filing"
    _order = "filing_id, carried_from_id nulls first, name, id"
    _kept_by = "delivery.slip.filing"
    _signoff_key = "name"

    filing_id = fields.Many2one(
        "delivery.slip.filing", required=True, readonly=True, index=True,
        ondelete="cascade",
    )  # fmt: skip
    company_id = fields.Many2one(related="filing_id.company_id", store=True, index=True)
    name = fields.Char("Number", required=True, readonly=True)
    slip_id = fields.Many2one(
        "delivery.slip", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    partner_id = fields.Many2one(related="slip_id.partner_id")
    issued_on = fields.Date(related="slip_id.issued_on")
    void_reason = fields.Text(related="slip_id.void_reason")
    here = fields.Boolean(help="The paper is on the pile that is handed over.")
    signed_back = fields.Boolean(
        "Signed by the Customer", help="The copy came back with the customer's mark."
    )
    void = fields.Boolean(readonly=True)
    note = fields.Char(help="Where it was found, or who looks for it.")
    status = fields.Selection(
        STATUSES, compute="_compute_status", store=True, index=True
    )
    carried_from_id = fields.Many2one(
        "delivery.slip.filing.line", "Missing Since", readonly=True,
        index="btree_not_null",
    )  # fmt: skip
    successor_ids = fields.One2many("delivery.slip.filing.line", "carried_from_id")
    since = fields.Date("Looked For Since", compute="_compute_since")

    @api.depends("here", "signed_back", "void", "slip_id")
    def _compute_status(self):
        for line in self:
            if line.void:
                line.status = "void"
            elif not line.here:
                line.status = "missing" if line.slip_id else "no_slip"
            elif line.signed_back or not line.slip_id:
                line.status = "complete"
            else:
                line.status = "unsigned"

    @api.depends("carried_from_id")
    def _compute_since(self):
        for line in self:
            first = line
            while first.carried_from_id:
                first = first.carried_from_id
            line.since = first != line and first.filing_id.month

    def _kept_refusal(self):
        return self.filing_id._kept_refusal()

    def _kept_admit(self, vals):
        """Let the shipping clerk tick, until the slips are handed over.

        :raises AccessError: something else, or somebody else
        :raises UserError: handed over already
        """
        if vals.keys() - TICKS:
            raise AccessError(self._kept_refusal())
        self.env.user._require_role("shipping")
        closed = self.filing_id.filtered(lambda filing: filing.state != "draft")
        if closed:
            raise UserError(self.env._("%s was handed over already.", closed[0].name))
        return vals
