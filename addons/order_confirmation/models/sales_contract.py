from odoo import api, fields, models
from odoo.addons.written_signoff.wording import joined
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from ..opening import listed
from .order_completeness import said
from .order_memorandum import adopt_attachments

STATES = [
    ("upcoming", "Not Yet in Force"),
    ("in_force", "In Force"),
    ("expired", "Expired"),
    ("cancelled", "Cancelled"),
]
# What an order takes over. It stays once an order was released on it (TIER-08).
TERMS = {
    "partner_id", "company_id", "date_start", "payment_term_id", "deposit_percent",
    "incoterm_id", "incoterm_location", "delivery_terms", "currency_id",
}  # fmt: skip
# Prices look after themselves: those of goods that nobody was sent may still change.
FOLLOWED = TERMS | {"price_ids", "date_end", "cancel_reason"}


class SalesContract(models.Model):
    """Framework contract with a customer: the terms its orders take over (ORD-06).

    Whether it is in force is a question of the date, never of a job. Two contracts of
    one customer and company never hold on the same day; PostgreSQL sees to that, so
    that two people who enter one at the same moment cannot both succeed.
    """

    _name = "sales.contract"
    _description = "Sales Contract"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date_start desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        "Number", readonly=True, copy=False, default=lambda self: self.env._("New")
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        index=True,
        check_company=True,
        tracking=True,
        domain="[('parent_id', '=', False)]",
        help="The customer as a whole: the contract holds for its contacts too.",
    )
    user_id = fields.Many2one(
        related="partner_id.user_id", string="Salesperson", store=True, index=True
    )
    date_start = fields.Date(
        "First Day", required=True, default=fields.Date.context_today, tracking=True
    )
    date_end = fields.Date(
        "Last Day", tracking=True, copy=False, help="Empty: until further notice."
    )
    payment_term_id = fields.Many2one(
        "account.payment.term",
        string="Payment Terms",
        required=True,
        check_company=True,
        tracking=True,
    )
    deposit_percent = fields.Float(
        "Deposit (%)",
        digits=(5, 2),
        compute="_compute_deposit_percent",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="How much of an order's total must have arrived before production, also "
        "where the order is given other payment terms.",
    )
    incoterm_id = fields.Many2one("account.incoterms", tracking=True)
    incoterm_location = fields.Char("Place", tracking=True)
    delivery_terms = fields.Text(tracking=True)
    settlement_terms = fields.Text(
        tracking=True, help="When accounts are stated and how they are settled."
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        tracking=True,
    )
    price_ids = fields.One2many(
        "sales.contract.price", "contract_id", "Agreed Prices", copy=True
    )
    scan_ids = fields.Many2many(
        "ir.attachment",
        "sales_contract_scan_rel",
        string="Scans",
        copy=False,
        help="The contract as it was signed.",
    )
    scan_missing = fields.Boolean(
        compute="_compute_scan_missing", search="_search_scan_missing"
    )
    note = fields.Html("Notes")
    cancel_reason = fields.Char(copy=False, tracking=True)
    state = fields.Selection(
        STATES, "Status", compute="_compute_state", search="_search_state"
    )
    order_ids = fields.One2many("sale.order", "contract_id", "Orders")
    order_count = fields.Integer(compute="_compute_order_count")

    _last_day_after_first = models.Constraint(
        "CHECK (date_end >= date_start)",
        "The last day of a contract cannot be before its first.",
    )
    _deposit_percent_range = models.Constraint(
        "CHECK (deposit_percent >= 0 AND deposit_percent <= 100)",
        "The deposit must be between 0 and 100 percent of the order.",
    )
    # Ranges of one number compare ids without an extension of PostgreSQL.
    _one_in_force = models.Constraint(
        "EXCLUDE USING gist (int4range(company_id, company_id, '[]') WITH =,"
        " int4range(partner_id, partner_id, '[]') WITH =,"
        " daterange(date_start, date_end, '[]') WITH &&)"
        " WHERE (COALESCE(cancel_reason, '') = '')",
        "This customer has another contract on some of these days: end that one first.",
    )

    @api.depends("payment_term_id")
    def _compute_deposit_percent(self):
        for contract in self:
            contract.deposit_percent = contract.payment_term_id.deposit_percent

    @api.depends("scan_ids")
    def _compute_scan_missing(self):
        for contract in self:
            contract.scan_missing = not contract.scan_ids

    def _search_scan_missing(self, operator, value):
        if operator != "in":
            return NotImplemented
        missing = Domain("scan_ids", "=", False)
        return Domain.OR(missing if wanted else ~missing for wanted in value)

    @api.depends("date_start", "date_end", "cancel_reason", "company_id")
    def _compute_state(self):
        today = {}
        for contract in self:
            company = contract.company_id or self.env.company
            if company not in today:
                today[company] = company._business_date(fields.Datetime.now())
            contract.state = contract._state_on(today[company])

    def _state_on(self, day):
        """Return the state on this day of the company's time zone."""
        self.ensure_one()
        if self.cancel_reason:
            return "cancelled"
        if self.date_start and self.date_start > day:
            return "upcoming"
        return "expired" if self.date_end and self.date_end < day else "in_force"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        # Each company has its own today; there are few companies.
        today = {}
        for company in self.env["res.company"].sudo().search([("id", "!=", 0)]):
            day = company._business_date(fields.Datetime.now())
            today.setdefault(day, []).append(company.id)
        return Domain.OR(
            Domain("company_id", "in", companies) & self._state_domain(state, day)
            for day, companies in today.items()
            for state in value
        )

    def _state_domain(self, state, day):
        valid = Domain("cancel_reason", "in", [False, ""])
        begun = Domain("date_start", "<=", day)
        ended = Domain("date_end", "!=", False) & Domain("date_end", "<", day)
        return {
            "cancelled": ~valid,
            "upcoming": valid & ~begun,
            "expired": valid & begun & ended,
            "in_force": valid & begun & ~ended,
        }.get(state, Domain.FALSE)

    def _compute_order_count(self):
        counts = dict(
            self.env["sale.order"]._read_group(
                [("contract_id", "in", self.ids)], ["contract_id"], ["__count"]
            )
        )
        for contract in self:
            contract.order_count = counts.get(contract, 0)

    @api.depends("name", "partner_id.name")
    def _compute_display_name(self):
        for contract in self:
            customer = contract.partner_id.sudo().name
            contract.display_name = f"{contract.name} {customer or ''}".strip()

    # -- one at a time -----------------------------------------------------------

    def _refuse_overlap(self, vals):
        """Refuse values with which two contracts would hold on one day.

        Asked before they are written: PostgreSQL, which has the last word, knows no
        names.

        :raises ValidationError: naming the other contract and its days
        """
        names = ("partner_id", "company_id", "date_start", "date_end", "cancel_reason")
        if self and not vals.keys() & set(names):
            return
        defaults = {} if self else self.default_get(["company_id", "date_start"])
        for contract in self or [self]:
            values = {name: contract[name] for name in names} | defaults | vals
            if values["cancel_reason"]:
                continue
            # As superuser: the other may be one that this person does not see.
            other = self.sudo().search(contract._same_days(values), limit=1)
            if other:
                raise ValidationError(self._overlap_words(other))

    def _same_days(self, values):
        ids = {
            name: getattr(values[name], "id", values[name])
            for name in ("partner_id", "company_id")
        }
        first = fields.Date.to_date(values["date_start"])
        last = fields.Date.to_date(values["date_end"])
        domain = (
            Domain("id", "not in", self.ids)
            & Domain("company_id", "=", ids["company_id"])
            & Domain("partner_id", "=", ids["partner_id"])
            & Domain("cancel_reason", "in", [False, ""])
            & (Domain("date_end", "=", False) | Domain("date_end", ">=", first))
        )
        return domain & Domain("date_start", "<=", last) if last else domain

    def _overlap_words(self, other):
        if other.date_end:
            days = self.env._(
                "%(first)s to %(last)s",
                first=format_date(self.env, other.date_start),
                last=format_date(self.env, other.date_end),
            )
        else:
            days = self.env._("since %s", format_date(self.env, other.date_start))
        return self.env._(
            "%(customer)s has contract %(contract)s on some of these days (%(days)s). "
            "Give that one a last day before the new one begins.",
            customer=other.partner_id.display_name,
            contract=other.name,
            days=days,
        )

    @api.constrains("cancel_reason")
    def _check_cancel_reason(self):
        for contract in self:
            if contract.cancel_reason and not said(contract.cancel_reason):
                raise ValidationError(
                    self.env._("Say in words why the contract is cancelled.")
                )

    # -- writing -----------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            company = vals.get("company_id") or self.env.company.id
            sequence = self.env["ir.sequence"].with_company(company)
            vals["name"] = sequence.next_by_code("sales.contract")
            self._to_commercial(vals)
            self._refuse_overlap(vals)
        contracts = super().create(vals_list)
        for contract in contracts:
            adopt_attachments(contract, contract.scan_ids)
        contracts._follow_orders()
        return contracts

    def write(self, vals):
        """Keep the terms under which an order was released (TIER-08)."""
        self._to_commercial(vals)
        self._refuse_overlap(vals)
        if vals.keys() & TERMS:
            self._check_not_released_on()
        orders = self._open_orders()
        result = super().write(vals)
        if "scan_ids" in vals:
            for contract in self:
                adopt_attachments(contract, contract.scan_ids)
        if vals.keys() & FOLLOWED:
            self._follow_orders(orders)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if used := self.sudo().filtered("order_ids"):
            raise UserError(
                self.env._(
                    "Orders were taken under %s: cancel the contract instead of "
                    "deleting it.",
                    joined(self.env, used.mapped("name")),
                )
            )

    def _to_commercial(self, vals):
        """Let a contract be the whole customer's, whichever contact was chosen."""
        if vals.get("partner_id"):
            partner = self.env["res.partner"].browse(vals["partner_id"])
            vals["partner_id"] = partner.commercial_partner_id.id

    def _check_not_released_on(self, products=None):
        """Refuse to change what a released order stands on.

        :param products: what the change is about; None for the contract as a whole
        :raises UserError: naming contract and order
        """
        domain = Domain("contract_id", "in", self.ids) & Domain("state", "=", "sale")
        if products is not None:
            domain &= Domain("order_line.product_id", "in", products.ids)
        released = self.env["sale.order"].sudo().search(domain, limit=1)
        if not released:
            return
        names = {"order": released.name, "contract": released.contract_id.name}
        if products is None:
            raise UserError(
                self.env._(
                    "Order %(order)s was released under contract %(contract)s, whose "
                    "terms therefore stay. Give it a last day and make its successor.",
                    **names,
                )
            )
        sold = released.order_line.product_id & products.sudo()
        raise UserError(
            self.env._(
                "Order %(order)s was released under contract %(contract)s with "
                "%(product)s, whose price therefore stays. Prices of other products "
                "may be added.",
                product=sold[:1].with_env(self.env).sudo().display_name,
                **names,
            )
        )

    def _open_orders(self):
        """Return the orders not yet released of the customers of these contracts."""
        if not self:
            return self.env["sale.order"].sudo()
        return self.env["sale.order"].sudo().search(
            [
                ("state", "in", ("draft", "sent")),
                ("company_id", "in", self.company_id.ids),
                ("partner_id.commercial_partner_id", "in", self.partner_id.ids),
            ]
        )  # fmt: skip

    def _follow_orders(self, before=None):
        """Look again which contract holds for orders that are not released yet.

        Their acceptances of other terms of a contract that has changed are void.
        """
        orders = self._open_orders()
        orders |= before or orders.browse()
        self.env.add_to_compute(orders._fields["contract_id"], orders)
        orders._release_held_to_rules()._terms_changed()

    # -- buttons -----------------------------------------------------------------

    def action_view_orders(self):
        """Show the orders taken under this contract."""
        self.ensure_one()
        return listed(
            "sale.order",
            [("contract_id", "=", self.id)],
            self.env._("Orders under %s", self.name),
        )

    def action_successor(self):
        """Make the contract that follows this one, and open it.

        It begins on the day after the last; without a last day, tomorrow, and this one
        ends today.

        :raises UserError: it is cancelled
        """
        self.ensure_one()
        self.check_access("write")
        if self.cancel_reason:
            raise UserError(self.env._("%s is cancelled.", self.name))
        if not self.date_end:
            today = self.company_id._business_date(fields.Datetime.now())
            self.date_end = max(today, self.date_start)
        follower = self.copy({"date_start": fields.Date.add(self.date_end, days=1)})
        follower.message_post(body=self.env._("Successor of %s", self._get_html_link()))
        return follower.get_formview_action()

    def action_cancel(self):
        """Ask for the reason for which the contract no longer holds."""
        self.ensure_one()
        view = self.env.ref("order_confirmation.sales_contract_view_cancel")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Cancel the Contract"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(view.id, "form")],
            "target": "new",
        }

    def action_reinstate(self):
        """Let a cancelled contract hold again."""
        self.cancel_reason = False

    # -- which contract holds ----------------------------------------------------

    @api.model
    def _holding(self, wanted):
        """Return the contract that holds in each case, in one query.

        :param wanted: ``{key: (commercial partner, company, days)}``; of the days the
            first on which there is a contract counts
        :return: ``{key: contract}``, empty ones included
        """
        partners = {partner.id for partner, _company, _days in wanted.values()}
        companies = {company.id for _partner, company, _days in wanted.values()}
        contracts = self.sudo().search_fetch(
            [
                ("partner_id", "in", list(partners - {False})),
                ("company_id", "in", list(companies - {False})),
                ("cancel_reason", "in", [False, ""]),
            ],
            ["partner_id", "company_id", "date_start", "date_end"],
        )
        of = contracts.grouped(lambda row: (row.partner_id.id, row.company_id.id))
        found = {}
        for key, (partner, company, days) in wanted.items():
            rows = of.get((partner.id, company.id), contracts.browse())
            hits = (rows.filtered(lambda row, d=day: row._holds_on(d)) for day in days)
            found[key] = next(filter(None, hits), contracts.browse())[:1]
        return found

    def _holds_on(self, day):
        self.ensure_one()
        return self.date_start <= day and (not self.date_end or day <= self.date_end)
