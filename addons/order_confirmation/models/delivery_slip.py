from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import hold, keyed
from odoo.exceptions import UserError

from ..filing import slip_name
from ..opening import dialog, form_of, shown
from . import customer_paper, delivery_paper  # noqa: F401 - before what inherits

# Who keeps which copy, in the order in which they are printed.
COPIES = ("shipping", "finance", "sales")
STATES = [
    ("issued", "With the goods"),
    ("returned", "Signed copy is back"),
    ("void", "Void"),
]


class DeliverySlip(models.Model):
    """The numbered paper that goes with goods, in three copies (ORD-61).

    Made by itself when goods leave, one for each transfer, with the next number of the
    company's year. A number that was given stays: what is wrong is voided, with the
    reason, and made anew under the next number.
    """

    _name = "delivery.slip"
    _inherit = ["customer.paper", "delivery.paper"]
    _description = "Delivery Slip"
    _order = "year desc, number desc, id desc"

    name = fields.Char("Slip Number", required=True, readonly=True, index="trigram")
    year = fields.Integer(required=True, readonly=True, aggregator=None)
    number = fields.Integer(required=True, readonly=True, aggregator=None)
    picking_id = fields.Many2one(
        "stock.picking", "Transfer", required=True, readonly=True, index=True,
        ondelete="restrict",
    )  # fmt: skip
    order_id = fields.Many2one(
        "sale.order", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", readonly=True, index=True, ondelete="restrict"
    )
    user_id = fields.Many2one(
        related="order_id.user_id", store=True, index=True, string="Salesperson"
    )
    state = fields.Selection(
        STATES, required=True, readonly=True, default="issued", index=True,
        tracking=True,
    )  # fmt: skip
    issued_on = fields.Date(
        "Slip Date", required=True, readonly=True, index=True,
        help="The day on which the goods left, where the company is.",
    )  # fmt: skip
    issued_by_id = fields.Many2one("res.users", readonly=True)
    shipped_at = fields.Datetime("Left", required=True, readonly=True)
    address = fields.Text(readonly=True)
    recipient = fields.Char(readonly=True)
    contact = fields.Char(readonly=True)
    phone = fields.Char("Telephone", readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount_to_collect = fields.Monetary(
        "To Collect on Delivery", readonly=True, help="What the driver brings back."
    )
    line_ids = fields.One2many("delivery.slip.line", "slip_id", "Goods", readonly=True)
    returned_at = fields.Datetime("Signed Copy Back", readonly=True)
    void_reason = fields.Text("Why Void", readonly=True)
    voided_at = fields.Datetime("Voided", readonly=True)
    voided_by_id = fields.Many2one("res.users", readonly=True)
    replaced = fields.Boolean(compute="_compute_replaced", compute_sudo=True)
    filing_line_ids = fields.One2many("delivery.slip.filing.line", "slip_id")
    filing_id = fields.Many2one(
        "delivery.slip.filing", "Filed With", readonly=True, index="btree_not_null"
    )

    _number_unique = models.Constraint(
        "unique(company_id, year, number)", "Each slip has a number of its own."
    )
    _picking_once = models.UniqueIndex(
        "(picking_id) WHERE state != 'void'", "A transfer has one valid delivery slip."
    )

    def _kept_refusal(self):
        return self.env._(
            "A delivery slip is made by itself when goods leave, and keeps its number: "
            "nobody writes, copies or deletes it. What is wrong is voided with a "
            "reason."
        )

    # -- made by itself ----------------------------------------------------------

    @api.model
    def _make(self, pickings):
        """Make the slips of transfers that are done, each with the next number.

        The caller has made sure that they brought goods to a customer and have no
        valid slip.

        :return: the slips made now
        """
        slips = keyed(self).create(
            [self._prepare_values(picking) for picking in pickings]
        )
        return slips.with_env(self.env)

    def _prepare_values(self, picking):
        order = picking.sale_id
        partner = order.partner_id or picking.partner_id
        company = picking.company_id
        shipped = picking.date_done or fields.Datetime.now()
        day = company._business_date(fields.Datetime.now())
        number = company._next_slip_number(day)
        source = order if order else picking
        place = picking._goes_to(order)
        lines = self.env["dispatch.notice"]._prepare_lines(picking)
        return {
            **source._application_items(),
            "address": place.with_context(lang=partner.lang)._address_lines(),
            "name": slip_name(day.year, number),
            "year": day.year,
            "number": number,
            "picking_id": picking.id,
            "order_id": order.id,
            "company_id": company.id,
            "partner_id": partner.id,
            "lang": self.with_company(company)._language_of(partner),
            "issued_on": day,
            "issued_by_id": self.env.uid,
            "shipped_at": shipped,
            "currency_id": (order.currency_id or company.currency_id).id,
            "amount_to_collect": self._to_collect(order),
            "line_ids": [
                fields.Command.create(
                    {name: value for name, value in line.items()
                     if name != "sale_line_id"}
                )
                for line in lines
            ],
        }  # fmt: skip

    def _to_collect(self, order):
        """Return what the driver collects, 0.0 for nothing (ORD-51)."""
        return order._collect_on_delivery() if order else 0.0

    # -- copies ------------------------------------------------------------------

    def _copies(self):
        """Return the words for the three copies, in the order of printing."""
        words = {
            "shipping": self.env._("Shipping"),
            "finance": self.env._("Finance"),
            "sales": self.env._("Sales"),
        }
        total = len(COPIES)
        return [
            self.env._(
                "Copy %(number)s of %(total)s: %(holder)s",
                number=number,
                total=total,
                holder=words[code],
            )
            for number, code in enumerate(COPIES, 1)
        ]

    def _collect_text(self):
        """Return the amount to collect with its currency, empty for none."""
        self.ensure_one()
        amount = self.amount_to_collect
        return self.currency_id.format(amount) if amount else ""

    # -- void, and anew ----------------------------------------------------------

    def action_void(self):
        """Ask for the reason for which this slip is void."""
        self.ensure_one()
        self.env.user._require_role("shipping", "supervisor")
        self._check_voidable()
        return dialog(
            "delivery.slip.void", self.env._("Void a Delivery Slip"), slip_id=self.id
        )

    def _check_voidable(self):
        if self.state == "void":
            raise UserError(self.env._("%s is void already.", self.name))
        handed = self.sudo().filing_line_ids.filtered(
            lambda line: line.filing_id.state != "draft"
        )
        if handed:
            raise UserError(
                self.env._(
                    "%(slip)s was handed over for filing with %(filing)s and stays.",
                    slip=self.name,
                    filing=handed[:1].filing_id.name,
                )
            )

    def _void(self, reason):
        """Void the slip; its number stays, with the reason.

        :param str reason: in words
        :raises AccessError: neither the shipping clerk nor the supervisor
        :raises UserError: no reason, void already, or handed over for filing
        """
        self.ensure_one()
        self.check_access("read")
        self.env.user._require_role("shipping", "supervisor")
        reason = (reason or "").strip()
        if not any(map(str.isalnum, reason)):
            raise UserError(self.env._("Please say in words why the slip is void."))
        hold(self)
        self._check_voidable()
        keyed(self).write(
            {
                "state": "void",
                "void_reason": reason,
                "voided_at": fields.Datetime.now(),
                "voided_by_id": self.env.uid,
            }
        )
        self.message_post(body=self.env._("Void: %s", reason))

    @api.depends("state", "picking_id.delivery_slip_ids.state")
    def _compute_replaced(self):
        """Say whether the transfer of a void slip has a valid one."""
        for slip in self:
            others = slip.picking_id.delivery_slip_ids
            slip.replaced = slip.state == "void" and any(
                other.state != "void" for other in others
            )

    def action_issue_anew(self):
        """Make the slip of the transfer anew, under the next number.

        :raises UserError: this one is valid, or the transfer has a valid one already
        """
        self.ensure_one()
        self.check_access("read")
        self.env.user._require_role("shipping", "supervisor")
        picking = self.sudo().picking_id
        valid = picking.delivery_slip_ids.filtered(lambda slip: slip.state != "void")
        if valid:
            raise UserError(
                self.env._(
                    "%(transfer)s has a valid slip: %(slip)s.",
                    transfer=picking.name,
                    slip=valid[:1].name,
                )
            )
        # What is void makes room before the next one is written.
        self.flush_model(["state"])
        return self.sudo()._make(picking).with_env(self.env)._show()

    def action_returned(self):
        """Note that the copy signed by the customer is back.

        :raises UserError: it is void, or noted already
        """
        for slip in self:
            slip.check_access("read")
            self.env.user._require_role("shipping", "customer_service", "merchandiser")
            if slip.state != "issued":
                raise UserError(
                    self.env._("%s is not waiting for its signed copy.", slip.name)
                )
        keyed(self).write({"state": "returned", "returned_at": fields.Datetime.now()})
        return True

    # -- showing -----------------------------------------------------------------

    def action_print(self):
        """Print the three copies."""
        report = self.env.ref("order_confirmation.report_delivery_slip")
        return report.report_action(self)

    def action_open_source(self):
        """Open the transfer that the slip belongs to."""
        self.ensure_one()
        return form_of(self.picking_id)

    def _show(self):
        """Return the action that shows these slips."""
        return shown(self, self.env._("Delivery Slips"))
