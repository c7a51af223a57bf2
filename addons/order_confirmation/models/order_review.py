from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import DISCUSSION, keyed
from odoo.addons.written_signoff.wording import joined, numeral
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..allocation import losses
from ..opening import listed
from . import order_document  # noqa: F401 - it comes before what inherits it

STATES = [
    ("draft", "Proposal"),
    ("signed", "Signed"),
    ("void", "Void"),
    ("superseded", "Superseded"),
    ("cancelled", "Cancelled"),
]
LIVE = ("draft", "signed")
# What the planner writes on a proposal.
CHOSEN = {"from_stock", "rest_date"}


class OrderReview(models.Model):
    """What can ship from stock now, and when the rest comes (ORD-13).

    The proposal shares the stock over every open order. The planner signs it, or
    another choice with a reason; who loses by it stands beside it.
    """

    _name = "order.review"
    _description = "Order Review"
    _inherit = [
        "kept.record",
        "order.document",
        "mail.thread",
        "mail.activity.mixin",
        "signoff.mixin",
    ]
    _order = "id desc"
    _kept_open = frozenset(DISCUSSION)

    name = fields.Char(related="order_id.name", store=True)
    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    partner_id = fields.Many2one(
        related="order_id.partner_id", store=True, string="Customer"
    )
    user_id = fields.Many2one(
        related="order_id.user_id", store=True, string="Salesperson"
    )
    tier_id = fields.Many2one("customer.tier", readonly=True)
    age = fields.Integer("Age (Working Days)", readonly=True)
    age_limit = fields.Integer("No Longer Passed Over After", readonly=True)
    planner_id = fields.Many2one("res.users", readonly=True)
    proposed_at = fields.Datetime("Proposed", readonly=True)
    signed_at = fields.Datetime("Signed On", readonly=True)
    state = fields.Selection(
        STATES, required=True, readonly=True, default="draft", index=True, tracking=True
    )
    line_ids = fields.One2many("order.review.line", "review_id", "Goods")
    loser_ids = fields.One2many("order.review.loser", "review_id", "Who Loses")
    loser_count = fields.Integer(compute="_compute_choice")
    differs = fields.Boolean("Another Choice", compute="_compute_choice")
    reason = fields.Text(
        "Reason for Another Choice",
        help="Needed where the choice is not the proposal.",
    )

    _live_unique = models.UniqueIndex(
        "(order_id) WHERE state = 'draft'", "An order has one proposal at a time."
    )

    @api.depends("line_ids.differs", "loser_ids")
    def _compute_choice(self):
        for review in self:
            review.differs = any(review.line_ids.mapped("differs"))
            review.loser_count = len(review.loser_ids.order_id)

    # -- nobody writes here but the review itself --------------------------------------

    def _kept_refusal(self):
        """Refuse everybody but :meth:`sale.order.action_review`, and deleting."""
        return self.env._(
            "A review is made from its order and the stock. On a proposal the planner "
            "chooses quantities and dates and gives a reason; nothing else is written."
        )

    def _kept_admit(self, vals):
        """Let the planner choose on a proposal; the rest follows from the facts."""
        # Lines are changed one by one, never added, replaced or taken away.
        if self._kept_closed(vals) - {"reason", "line_ids"} or any(
            command[0] not in (1, 4) for command in vals.get("line_ids") or ()
        ):
            return super()._kept_admit(vals)
        self.env.user._require_role("planner")
        self._require_draft()
        return vals

    def _require_draft(self):
        if any(review.state != "draft" for review in self):
            raise UserError(
                self.env._("This review is signed or over. Make a new proposal.")
            )

    # -- the proposal -----------------------------------------------------------------

    @api.model
    def _propose(self, order):
        """Make the proposal of an order, or bring its present one up to date."""
        review = order.sudo().review_ids.filtered(lambda row: row.state == "draft")
        if not review:
            # What was signed a moment ago makes room for the next proposal.
            self.flush_model(["state"])
            review = keyed(self).create(
                {"order_id": order.id, "company_id": order.company_id.id}
            )
        review._refresh()
        return review.with_env(self.env)

    def _refresh(self):
        """Share the stock anew and take the result over as the proposal."""
        self.ensure_one()
        review = keyed(self)
        shares = self._shares()
        demands = [
            shares.demands[line.id]
            for line in review.order_id.order_line
            if line.id in shares.demands
        ]
        review.line_ids.unlink()
        self.env["order.review.line"]._generate(review, shares, demands)
        review.write(
            {
                "tier_id": review.order_id._release_tiers()[review.order_id.id].id,
                "age": max((demand.age for demand in demands), default=0),
                "age_limit": shares.limit,
                "planner_id": self.env.uid,
                "proposed_at": fields.Datetime.now(),
                "reason": False,
            }
        )
        review._count_losers(shares)

    def _shares(self):
        products = self.sudo().order_id.order_line.product_id
        return self.sudo().company_id._share_stock(products)

    def _count_losers(self, shares=None):
        """Work out which orders lose by what is chosen here, and how much."""
        review = keyed(self)
        shares = shares or self._shares()
        chosen = {
            line.order_line_id.id: line._own_unit(line.from_stock)
            for line in review.line_ids
        }
        demands = list(shares.demands.values())
        found = losses(shares.stock, demands, shares.limit, chosen)
        review.loser_ids.unlink()
        self.env["order.review.loser"]._generate(review, shares, found)

    def action_propose(self):
        """Propose anew from the stock and the orders of now."""
        self.ensure_one()
        self.env.user._require_role("planner")
        self._require_draft()
        self._refresh()
        return True

    # -- signing -----------------------------------------------------------------------

    def action_sign(self):
        """Open the dialog in which the planner signs the review."""
        return self._signoff_dialog("order_review")

    def _signoff_terms(self, code):
        """Cover what is ordered and what is promised for it, line by line."""
        return {
            review.id: {
                "order": review.order_id.name,
                "lines": {
                    str(line.order_line_id.id): line._review_terms()
                    for line in review.line_ids
                },
                "reason": review.reason or "",
            }
            for review in self
        }

    def _signoff_lock(self):
        """Hold the order too: who changes it and who signs for it meet."""
        self.sudo().order_id._signoff_lock()
        return super()._signoff_lock()

    def _signoff_check(self, purpose, signer):
        """Refuse a choice without a reason, a rest without a date, an old proposal."""
        super()._signoff_check(purpose, signer)
        if purpose.code != "order_review":
            return
        review = self.sudo()
        review._require_draft()
        if not review.line_ids:
            raise UserError(self.env._("Nothing is open on %s.", review.order_id.name))
        review._check_fresh()
        for line in review.line_ids:
            line._check_choice()
        if review.differs and not any(map(str.isalnum, review.reason or "")):
            raise UserError(
                self.env._(
                    "This is not the proposal: please give the reason for another "
                    "choice."
                )
            )

    def _check_fresh(self):
        """Refuse a proposal that stock and orders have left behind."""
        shares = self._shares()
        for line in self.line_ids:
            key = line.order_line_id.id
            demand = shares.demands.get(key)
            same = (
                demand
                and line._same(line._own_unit(line.open_quantity), demand.quantity)
                and line._same(line._own_unit(line.proposed), shares.given[key])
            )
            if not same:
                raise UserError(
                    self.env._(
                        "Stock or orders have changed since this was proposed on "
                        "%(date)s. Please propose anew.",
                        date=format_date(self.env, self.proposed_at),
                    )
                )
        held = {
            demand.key
            for demand in shares.demands.values()
            if demand.key not in self.line_ids.order_line_id.ids
        }
        for line in self.line_ids:
            line._check_available(shares, held)

    def _signoff_signed(self, signature):
        """Let the state follow the planner's signature; earlier reviews are over."""
        result = super()._signoff_signed(signature)
        if signature.purpose_code == "order_review":
            review = keyed(self)
            earlier = review.order_id.review_ids - review
            earlier.filtered(lambda row: row.state in LIVE).write(
                {"state": "superseded"}
            )
            review.write({"state": "signed", "signed_at": signature.signed_at})
            self._tell_losers()
        return result

    def _tell_losers(self):
        """Tell the salesperson of each order that loses, on that order (ORD-13)."""
        for order, rows in self.sudo().loser_ids.grouped("order_id").items():
            text = "\n".join(
                order.env._(
                    "%(product)s: %(lost)s less can ship from stock, for %(order)s.",
                    product=row.product_id.display_name,
                    lost=numeral(row.lost),
                    order=self.order_id.name,
                )
                for row in rows
            )
            order.message_post(
                body=text,
                partner_ids=order.user_id.partner_id.ids,
                message_type="notification",
                subtype_xmlid="mail.mt_note",
            )

    def _signoff_voided(self, signatures):
        """A review whose order changed is no longer one."""
        result = super()._signoff_voided(signatures)
        ended = self.browse(signatures.mapped("res_id")).exists()
        keyed(ended).filtered(lambda row: row.state == "signed").write(
            {"state": "void"}
        )
        return result

    def action_open_losers(self):
        """Show who loses what by this review."""
        self.ensure_one()
        return listed(
            "order.review.loser",
            [("review_id", "=", self.id)],
            self.env._("Who Loses What"),
            kinds=("list", "pivot"),
        )


class SaleOrder(models.Model):
    """The order's side of its review."""

    _inherit = "sale.order"

    review_ids = fields.One2many(
        "order.review", "order_id", "Reviews", groups="base.group_user"
    )
    review_state = fields.Selection(
        STATES, "Order Review", compute="_compute_review_state",
        groups="base.group_user",
    )  # fmt: skip

    @api.depends("review_ids.state")
    def _compute_review_state(self):
        for order in self:
            live = order.sudo().review_ids.filtered(lambda row: row.state in LIVE)
            order.review_state = live[:1].state

    def action_review(self):
        """Open the signed review, or the proposal; the planner makes one (ORD-13).

        :raises UserError: cancelled, or nothing of it is kept in stock
        :raises AccessError: not a planner, and there is none to be read
        """
        self.ensure_one()
        self.check_access("read")
        reviews = self.env["order.review"]
        live = self.sudo().review_ids.filtered(lambda row: row.state in LIVE)[:1]
        planner = self.env.ref("customer_tiering.role_planner")
        if not live or (
            live.state == "draft" and planner in self.env.user.all_group_ids
        ):
            self.env.user._require_role("planner")
            self._check_reviewable()
            self._signoff_lock()
            live = reviews._propose(self)
        return live._open()

    def action_review_anew(self):
        """Make a new proposal beside the review that is signed."""
        self.ensure_one()
        self.check_access("read")
        reviews = self.env["order.review"]
        self.env.user._require_role("planner")
        self._check_reviewable()
        self._signoff_lock()
        return reviews._propose(self)._open()

    def _check_reviewable(self):
        lines = self.env["sale.order.line"].sudo()
        company = self.sudo().company_id
        waiting = lines._waiting_for_goods(company, self.sudo().order_line.product_id)
        if self.sudo() not in waiting.order_id:
            raise UserError(
                self.env._(
                    "Nothing on %s waits for goods from stock: there is nothing to "
                    "review.",
                    self.name,
                )
            )

    def _terms_changed(self):
        """Void the planner's review of what is ordered otherwise now (ORD-15)."""
        result = super()._terms_changed()
        reviews = self.sudo().review_ids.filtered(lambda row: row.state == "signed")
        if reviews:
            reviews._signoff_void_changed()
        return result

    def write(self, vals):
        """Nobody reviews a cancelled order."""
        result = super().write(vals)
        if vals.get("state") == "cancel":
            live = self.sudo().review_ids.filtered(lambda row: row.state in LIVE)
            keyed(live).write({"state": "cancelled"})
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_reviewed(self):
        if orders := self.sudo().filtered("review_ids"):
            raise UserError(
                self.env._(
                    "%s has an order review. Cancel the order instead of deleting it.",
                    joined(self.env, orders.mapped("name")),
                )
            )
