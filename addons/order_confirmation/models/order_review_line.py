from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import holds_key, keyed
from odoo.addons.written_signoff.wording import numeral
from odoo.exceptions import UserError
from odoo.tools import float_compare

from ..opening import form_of
from .order_review import CHOSEN

DIGITS = 3


class OrderReviewLine(models.Model):
    """One line of an order: from stock now, and the rest with its date (ORD-13)."""

    _name = "order.review.line"
    _inherit = "kept.record"
    _description = "Goods of an Order Review"
    _order = "review_id, id"
    _kept_by = "order.review"
    _signoff_key = "order_line_id"

    review_id = fields.Many2one(
        "order.review", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="review_id.company_id", store=True)
    order_line_id = fields.Many2one(
        "sale.order.line", readonly=True, index=True, ondelete="set null"
    )
    product_id = fields.Many2one("product.product", required=True, readonly=True)
    unit_id = fields.Many2one("uom.uom", readonly=True)
    ordered = fields.Float(digits="Product Unit", readonly=True)
    delivered = fields.Float(digits="Product Unit", readonly=True)
    open_quantity = fields.Float("Open", digits="Product Unit", readonly=True)
    on_hand = fields.Float("To Share", digits="Product Unit", readonly=True)
    proposed = fields.Float("Proposed From Stock", digits="Product Unit", readonly=True)
    proposed_date = fields.Date("Rest Proposed", readonly=True)
    from_stock = fields.Float("From Stock Now", digits="Product Unit")
    rest = fields.Float(compute="_compute_rest", store=True, digits="Product Unit")
    rest_date = fields.Date("Rest On")
    differs = fields.Boolean(compute="_compute_rest", store=True)

    @api.depends(
        "open_quantity", "from_stock", "proposed", "rest_date", "proposed_date"
    )
    def _compute_rest(self):
        for line in self:
            line.rest = max(line.open_quantity - line.from_stock, 0.0)
            earlier = (
                line.rest
                and line.rest_date
                and line.proposed_date
                and line.rest_date < line.proposed_date
            )
            line.differs = bool(
                earlier or not line._same(line.from_stock, line.proposed)
            )

    @api.model
    def _generate(self, review, shares, demands):
        """Make the lines of a proposal."""
        today = review.company_id._business_date(fields.Datetime.now())
        produced = review.order_id.production_completion_date
        values = []
        for demand in demands:
            line = self.env["sale.order.line"].sudo().browse(demand.key)
            unit = line.product_id.uom_id
            given = unit._compute_quantity(
                shares.given[demand.key], line.product_uom_id, round=False
            )
            rest_date = shares.dates[demand.key] or produced
            short = self._same(shares.given[demand.key], demand.quantity)
            values.append(
                {
                    "review_id": review.id,
                    "order_line_id": line.id,
                    "product_id": line.product_id.id,
                    "unit_id": line.product_uom_id.id,
                    "ordered": line.product_uom_qty,
                    "delivered": line.qty_delivered,
                    "open_quantity": line.product_uom_qty - line.qty_delivered,
                    "on_hand": unit._compute_quantity(
                        shares.stock.get(demand.product, 0.0),
                        line.product_uom_id,
                        round=False,
                    ),
                    "proposed": given,
                    "from_stock": given,
                    "proposed_date": False if short else rest_date,
                    "rest_date": False
                    if short
                    else rest_date and max(rest_date, today),
                }
            )
        return keyed(self).create(values)

    def _kept_refusal(self):
        """Refuse everybody but a proposal."""
        return self.env["order.review"]._kept_refusal()

    def _kept_admit(self, vals):
        """Let the planner choose quantity and date."""
        if vals.keys() - CHOSEN:
            return super()._kept_admit(vals)
        self.env.user._require_role("planner")
        self.review_id._require_draft()
        return vals

    def write(self, vals):
        """Check what is chosen; who loses by it follows at once."""
        result = super().write(vals)
        if "from_stock" in vals and not holds_key(self):
            for line in self:
                line._check_quantity()
            for review in self.review_id:
                review._count_losers()
        return result

    def _same(self, one, other):
        return float_compare(one, other, precision_digits=DIGITS) == 0

    def _own_unit(self, quantity):
        """Return a quantity in the product's own unit."""
        return self.unit_id._compute_quantity(
            quantity, self.product_id.uom_id, round=False
        )

    def _review_terms(self):
        return {
            "ordered": self.order_line_id.product_uom_qty,
            "unit": self.unit_id.name,
            "from_stock": self.from_stock,
            "rest": self.rest,
            "rest_date": self.rest_date if self.rest else None,
        }

    # -- what may be chosen -----------------------------------------------------------

    def _check_quantity(self):
        if self.from_stock < 0 or (
            float_compare(
                self.from_stock, self.open_quantity, precision_digits=DIGITS
            ) > 0
        ):  # fmt: skip
            raise UserError(
                self.env._(
                    "%(product)s: between 0 and the %(open)s that are open can ship "
                    "from stock.",
                    product=self.product_id.display_name,
                    open=numeral(self.open_quantity),
                )
            )

    def _check_choice(self):
        """Refuse a rest without a date, or with one that is over."""
        self._check_quantity()
        if not self.rest:
            return
        today = self.company_id._business_date(fields.Datetime.now())
        if not self.rest_date or self.rest_date < today:
            raise UserError(
                self.env._(
                    "%(product)s: please give the date, today or later, on which the "
                    "rest of %(rest)s ships.",
                    product=self.product_id.display_name,
                    rest=numeral(self.rest),
                )
            )

    def _check_available(self, shares, others):
        """Refuse to give away what is not there, or is signed for already."""
        product = self.product_id
        held = sum(
            min(shares.demands[key].committed, shares.demands[key].quantity)
            for key in others
            if shares.demands[key].product == product.id
        )
        mine = self.review_id.line_ids.filtered(lambda row: row.product_id == product)
        wanted = sum(line._own_unit(line.from_stock) for line in mine)
        free = max(shares.stock.get(product.id, 0.0) - held, 0.0)
        if float_compare(wanted, free, precision_digits=DIGITS) > 0:
            raise UserError(
                self.env._(
                    "%(product)s: %(wanted)s from stock are chosen, and %(free)s are "
                    "there that no other review is signed for.",
                    product=product.display_name,
                    wanted=numeral(wanted),
                    free=numeral(free),
                )
            )


class OrderReviewLoser(models.Model):
    """An order that gets less because of a review: who loses what (ORD-13)."""

    _name = "order.review.loser"
    _inherit = "kept.record"
    _description = "Who Loses by an Order Review"
    _order = "review_id desc, id"
    _kept_by = "order.review"

    review_id = fields.Many2one(
        "order.review", required=True, readonly=True, index=True, ondelete="cascade"
    )
    state = fields.Selection(related="review_id.state", store=True)
    company_id = fields.Many2one(related="review_id.company_id", store=True)
    for_order_id = fields.Many2one(
        related="review_id.order_id", store=True, string="To the Good Of"
    )
    order_id = fields.Many2one(
        "sale.order", "Order That Loses", readonly=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        related="order_id.partner_id", store=True, string="Customer"
    )
    user_id = fields.Many2one(
        related="order_id.user_id", store=True, string="Salesperson"
    )
    tier_id = fields.Many2one("customer.tier", readonly=True)
    product_id = fields.Many2one("product.product", required=True, readonly=True)
    age = fields.Integer("Age (Working Days)", readonly=True)
    before = fields.Float("Without It", digits="Product Unit", readonly=True)
    after = fields.Float("With It", digits="Product Unit", readonly=True)
    lost = fields.Float("Loses", digits="Product Unit", readonly=True)
    rest_date = fields.Date("Comes In On", readonly=True)

    def action_open_review(self):
        """Open the review by which this order loses, from a row that has no form."""
        self.ensure_one()
        return form_of(self.review_id)

    @api.model
    def _generate(self, review, shares, found):
        """Write down who loses; a number of queries that does not grow."""
        lines = self.env["sale.order.line"].sudo().browse(found)
        tiers = lines.order_id._release_tiers()
        return keyed(self).create(
            [
                {
                    "review_id": review.id,
                    "order_id": line.order_id.id,
                    "tier_id": tiers[line.order_id.id].id,
                    "product_id": line.product_id.id,
                    "age": shares.demands[line.id].age,
                    "before": found[line.id].before,
                    "after": found[line.id].after,
                    "lost": found[line.id].before - found[line.id].after,
                    "rest_date": shares.dates[line.id] or False,
                }
                for line in lines
            ]
        )

    def _kept_refusal(self):
        """Refuse everybody but the review."""
        return self.env["order.review"]._kept_refusal()
