from collections import defaultdict

from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import DISCUSSION, keyed
from odoo.exceptions import UserError

from ..opening import form_of, listed
from . import customer_paper, order_document  # noqa: F401 - before what inherits

STATES = [
    ("draft", "To send"),
    ("sent", "With the customer"),
    ("paid", "Paid"),
    ("replaced", "Replaced"),
    ("cancelled", "Cancelled"),
]
LIVE = ("draft", "sent")
# Who asks customers for money.
COLLECTING = ("customer_service", "merchandiser", "salesperson", "finance")
TODO = "mail.mail_activity_data_todo"


class BalanceNotice(models.Model):
    """Asks the customer for the balance, on the quantity produced (ORD-51).

    Made by itself when goods have been made that may not leave unpaid, renewed when
    more is made, and closed when accounting shows the money. What it asks for stays as
    it was sent.
    """

    _name = "balance.notice"
    _inherit = [
        "customer.paper",
        "order.document",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _description = "Balance Collection Notice"
    _order = "id desc"
    _mail_post_access = "read"
    _kept_open = frozenset(DISCUSSION)

    name = fields.Char("Number", required=True, readonly=True, index="trigram")
    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, index=True
    )
    user_id = fields.Many2one(
        related="order_id.user_id", store=True, index=True, string="Salesperson"
    )
    state = fields.Selection(
        STATES, required=True, readonly=True, default="draft", index=True, tracking=True
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount_asked = fields.Monetary(
        "Due on What Was Made",
        readonly=True,
        help="The price of what was made, with taxes, and the deposit on what is still "
        "to be made.",
    )
    amount_received = fields.Monetary("Received When Made", readonly=True)
    amount = fields.Monetary("Balance Asked For", readonly=True)
    amount_open = fields.Monetary("Still Open", compute="_compute_amount_open")
    pay_by = fields.Date(readonly=True, help="The working day before the goods leave.")
    on_delivery = fields.Boolean("Collected on Delivery", readonly=True)
    line_ids = fields.One2many("balance.notice.line", "notice_id", readonly=True)
    sent_at = fields.Datetime("Sent", readonly=True)
    reminded_on = fields.Date("Reminded", readonly=True)
    paid_at = fields.Datetime("Paid On", readonly=True)
    next_step = fields.Char(compute="_compute_next_step")

    _live_unique = models.UniqueIndex(
        "(order_id) WHERE state IN ('draft', 'sent')",
        "An order has one balance collection notice at a time.",
    )

    def _kept_refusal(self):
        return self.env._(
            "A balance collection notice says what was made and what had come when it "
            "was made: nobody writes, copies or deletes it."
        )

    @api.depends("amount_asked", "state")
    def _compute_amount_open(self):
        still = self.sudo()._still_open()
        for notice in self:
            notice.amount_open = still.get(notice.id, 0.0)

    def _still_open(self):
        """Return ``{notice id: what accounting does not show yet}``.

        What was credited of goods that have all left is not asked for (ORD-50).
        """
        money = self.order_id._release_money()
        billed = self.order_id._billed_after_leaving()
        return {
            notice.id: max(
                0.0,
                notice.currency_id.round(
                    min(
                        notice.amount_asked,
                        billed.get(notice.order_id.id, notice.amount_asked),
                    )
                    - money[notice.order_id.id].received
                ),
            )
            for notice in self
            if notice.state in (*LIVE, "paid")
        }

    @api.depends("state", "on_delivery")
    def _compute_next_step(self):
        words = {
            "draft": self.env._("Send it to the customer."),
            "sent": self.env._("The customer pays; accounting closes it."),
            "paid": self.env._("Done: accounting shows the money."),
            "replaced": self.env._("A later notice has taken its place."),
            "cancelled": self.env._("It was cancelled with its order."),
        }
        collected = self.env._("The driver brings the money; accounting closes it.")
        for notice in self:
            at_the_door = notice.on_delivery and notice.state == "sent"
            notice.next_step = collected if at_the_door else words[notice.state]

    # -- making ------------------------------------------------------------------------

    @api.model
    def _renew(self, orders):
        """Make the notices of orders whose goods may not leave unpaid (ORD-51).

        What is asked for already stays; what is more, or less, by now takes its place.
        In a number of queries that does not grow with what needs no notice.

        :return: the notices made now
        """
        needing = orders.sudo()._needing_balance()
        live = self.sudo().search(
            [("order_id", "in", needing.ids), ("state", "in", LIVE)]
        )
        notices = live.grouped("order_id")
        asked = needing._balance_asked()
        stale = live.filtered(
            lambda notice: (
                notice.currency_id.compare_amounts(
                    notice.amount_asked, asked[notice.order_id.id]
                )
                != 0
            )
        )
        wanted = needing.filtered(
            lambda order: order not in notices or notices[order] in stale
        )
        stale._end("replaced")
        return self._make(wanted, asked)

    @api.model
    def _make(self, orders, asked, on_delivery=False):
        """Make the notices of these orders, and tell the salespeople.

        :param dict asked: ``{order id: amount}`` that must have come
        """
        money = orders._release_money()
        made = orders._made()
        values = []
        for order in orders:
            received = money[order.id].received
            values.append(
                {
                    **order._balance_notice_values(made),
                    "amount_asked": asked[order.id],
                    "amount_received": received,
                    "amount": order.currency_id.round(asked[order.id] - received),
                    "on_delivery": on_delivery,
                    "state": "sent" if on_delivery else "draft",
                    "sent_at": on_delivery and fields.Datetime.now(),
                }
            )
        owing = [row for row in values if row["amount"] > 0]
        sequence = self.env["ir.sequence"].sudo()
        for row in owing:
            row["name"] = sequence.with_company(row["company_id"]).next_by_code(
                self._name
            )
        notices = keyed(self).create(owing)
        for notice in notices:
            notice._ask_salesperson()
        return notices.with_env(self.env)

    def _ask_salesperson(self):
        """Give the salesperson a to-do: it is told, and collected."""
        person = self.user_id or self.order_id._intake_person()
        words = self.with_context(lang=person.lang).env._
        amount = self.currency_id.format(self.amount_open)
        self.activity_schedule(
            TODO,
            user_id=person.id,
            date_deadline=self.pay_by,
            summary=words("Collect the balance of %s", amount),
        )

    def _end(self, state, **values):
        if self:
            keyed(self).write({"state": state, **values})
            self.sudo().activity_unlink([TODO])

    # -- what accounting shows ---------------------------------------------------------

    @api.model
    def _follow(self, partners=None, company=None):
        """Let the notices follow the money: paid, or open again (TIER-04).

        :param partners: of these customers only; None for all
        :param company: of this company only; None for all
        """
        domain = [("state", "in", (*LIVE, "paid")), ("order_id.state", "=", "sale")]
        if company:
            domain.append(("company_id", "=", company.id))
        if partners is not None:
            firms = partners.commercial_partner_id
            domain.append(("partner_id.commercial_partner_id", "in", firms.ids))
        notices = self.sudo().search(domain)
        still = notices._still_open()
        paid = notices.filtered(
            lambda notice: notice.state in LIVE and not still[notice.id]
        )
        paid._end("paid", paid_at=fields.Datetime.now())
        again = notices.filtered(
            lambda notice: notice.state == "paid" and still[notice.id]
        )
        for notice in again._without_successor():
            keyed(notice).write({"state": "sent", "paid_at": False})
            notice._ask_salesperson()
            notice._tell_sales(
                lambda env: env._("Money was taken back: the balance is open again.")
            )

    def _without_successor(self):
        """Return the newest of each order, where no later one is with the customer."""
        live = self.search(
            [("order_id", "in", self.order_id.ids), ("state", "in", LIVE)]
        )
        newest = {notice.order_id: notice for notice in self.sorted("id")}
        return self.browse(
            notice.id for order, notice in newest.items() if order not in live.order_id
        )

    def _tell_sales(self, words):
        person = self.user_id
        self.message_post(
            body=words(self.with_context(lang=person.lang).env),
            partner_ids=person.partner_id.ids,
            message_type="notification",
            subtype_xmlid="mail.mt_note",
        )


class BalanceNoticeLine(models.Model):
    _name = "balance.notice.line"
    _inherit = "kept.record"
    _description = "Goods of a Balance Collection Notice"
    _kept_by = "balance.notice"

    notice_id = fields.Many2one(
        "balance.notice", required=True, readonly=True, index=True, ondelete="cascade"
    )
    product_id = fields.Many2one("product.product", required=True, readonly=True)
    ordered = fields.Float(readonly=True, digits="Product Unit")
    made = fields.Float(readonly=True, digits="Product Unit")
    product_uom_id = fields.Many2one("uom.uom", "Unit", required=True, readonly=True)
    currency_id = fields.Many2one(related="notice_id.currency_id")
    amount = fields.Monetary("Price with Taxes", readonly=True)

    def _kept_refusal(self):
        return self.notice_id._kept_refusal()


class SaleOrder(models.Model):
    """The balance of an order is asked for on what was made (ORD-51)."""

    _inherit = "sale.order"

    balance_notice_ids = fields.One2many(
        "balance.notice", "order_id", groups="base.group_user"
    )
    balance_notice_count = fields.Integer(
        compute="_compute_balance_notice_count",
        compute_sudo=True,
        groups="base.group_user",
    )

    @api.depends("balance_notice_ids")
    def _compute_balance_notice_count(self):
        for order in self:
            order.balance_notice_count = len(order.balance_notice_ids)

    def _needing_balance(self):
        """Return those of whose goods something is there, and may not leave unpaid."""
        released = self._release_held_to_rules().filtered(
            lambda order: order.state == "sale"
        )
        if not released:
            return released
        answers = released._release_answers("shipping")
        made = released._made()
        return released.filtered(
            lambda order: (
                any(
                    line.code == "balance_arrived" and line.state in ("missing", "owed")
                    for line in answers[order.id].lines
                )
                and any(
                    made[line.id].quantity is None or made[line.id].quantity > 0
                    for line in order._goods()
                )
            )
        )

    def _balance_notice_values(self, made):
        partner = self.partner_invoice_id
        return {
            "order_id": self.id,
            "company_id": self.company_id.id,
            "partner_id": partner.id,
            "lang": self._sheet_language(),
            "currency_id": self.currency_id.id,
            "pay_by": self._balance_day(),
            "line_ids": [
                fields.Command.create(line._balance_notice_line(made[line.id]))
                for line in self._goods()
                if line.product_uom_qty
            ],
        }

    def _balance_day(self):
        """Return the working day before the goods leave, today at the earliest.

        The day before where the company has no working hours: goods move all the same.
        """
        company = self.company_id
        today = company._business_date(fields.Datetime.now())
        leaves = self.ship_date or company._add_days(today, 1)
        return max(today, company._add_days(leaves, -1))

    def _billed_after_leaving(self):
        """Return ``{order id: amount}`` billed, less what was credited.

        Of the orders of which all has left, and of which something was credited after
        the whole was billed: there accounting says what the customer owes, not the
        order. In the order's currency; a number of queries that does not grow.
        """
        left = self.sudo().filtered(lambda order: order.delivery_status == "full")
        billed, credited = defaultdict(float), defaultdict(float)
        for line in left.order_line:
            order = line.order_id
            for bill in line.invoice_lines:
                move = bill.move_id
                if move.state != "posted" or not move.is_sale_document():
                    continue
                sums = credited if move.move_type == "out_refund" else billed
                sums[order] += bill.currency_id._convert(
                    bill.price_total / len(bill.sale_line_ids),
                    order.currency_id,
                    order.company_id,
                    move.invoice_date or move.date,
                    round=False,
                )
        return {
            order.id: order.currency_id.round(billed[order] - amount)
            for order, amount in credited.items()
            if order.currency_id.compare_amounts(billed[order], order.amount_total) >= 0
        }

    def _collect_on_delivery(self):
        """Return what the driver collects with these goods, 0.0 for nothing.

        For the papers that go with the goods; in the order's currency.
        """
        self.ensure_one()
        order = self.sudo()
        if not order.payment_term_id.cash_on_delivery:
            return 0.0
        money = order._release_money()[order.id]
        due = order._balance_asked({})[order.id]
        return max(0.0, order.currency_id.round(due - money.received))

    def action_balance_notice(self):
        """Make the notice of this order, or open the one there is.

        :raises UserError: nothing is to be collected
        """
        self.ensure_one()
        self.check_access("read")
        self.env.user._require_role(*COLLECTING)
        self.env["balance.notice"]._renew(self)
        live = self.sudo().balance_notice_ids.filtered(lambda row: row.state in LIVE)
        if not live:
            raise UserError(
                self.env._(
                    "There is nothing to collect on %s: it is not released, nothing is "
                    "made yet, its tier ships before the balance, or all has come.",
                    self.name,
                )
            )
        return form_of(live.with_env(self.env))

    def action_balance_notices(self):
        """Show the balance collection notices of this order."""
        self.ensure_one()
        return listed(
            "balance.notice",
            [("order_id", "=", self.id)],
            self.env._("Balance Collection Notices"),
        )

    def _action_cancel(self):
        """Ask for nothing on an order that is cancelled."""
        result = super()._action_cancel()
        self.sudo().balance_notice_ids.filtered(lambda row: row.state in LIVE)._end(
            "cancelled"
        )
        return result


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _balance_notice_line(self, made):
        quantity = self.product_uom_qty if made.quantity is None else made.quantity
        return {
            "product_id": self.product_id.id,
            "product_uom_id": self.product_uom_id.id,
            "ordered": self.product_uom_qty,
            "made": quantity,
            "amount": self.currency_id.round(
                self.price_total / self.product_uom_qty * quantity
            ),
        }
