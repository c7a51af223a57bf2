from collections import defaultdict
from typing import Any, NamedTuple

from odoo import api, fields, models
from odoo.addons.service_clock.clock import NoWorkingTime
from odoo.tools import SQL

from ..allocation import Demand, allocate, ranked, rest_dates


class Shares(NamedTuple):
    """Stock shared out over all open orders of a company.

    :param dict stock: ``{product id: quantity}`` there is to share
    :param dict demands: ``{line id: Demand}``, quantities in the product's unit
    :param dict given: ``{line id: quantity}``
    :param dict dates: ``{line id: date}`` on which the rest comes in, or None
    :param int limit: working days after which nobody is passed over
    """

    stock: dict[int, float]
    demands: dict[int, Demand]
    given: dict[int, float]
    dates: dict[int, Any]
    limit: int


class ResCompany(models.Model):
    _inherit = "res.company"

    review_age_days = fields.Integer(
        "Passed Over for at Most (Working Days)",
        default=10,
        help="An order that has waited so long gets scarce stock before younger orders "
        "of better tiers. 0: tiers alone decide.",
    )

    _review_age_days = models.Constraint(
        "CHECK(review_age_days >= 0)", "The age of an order cannot be below zero."
    )

    def _share_stock(self, products=None):
        """Share the stock out over every open order (ORD-13).

        Open is what is released and not delivered, and what is under release control on
        its way there. The number of queries does not grow with the orders.

        :param products: only these; all without it
        :return: :class:`Shares`
        """
        self.ensure_one()
        lines = self.env["sale.order.line"].sudo()._waiting_for_goods(self, products)
        lines.fetch(
            ["order_id", "product_id", "product_uom_id", "product_uom_qty",
             "qty_delivered"]
        )  # fmt: skip
        demands = lines._share_demands(self)
        goods = lines.product_id
        stock = goods._shareable_stock(self)
        limit = self.review_age_days
        given = allocate(stock, demands, limit)
        rests = [
            (demand.key, demand.product, demand.quantity - given[demand.key])
            for demand in ranked(demands, limit)
        ]
        dates = rest_dates(rests, goods._incoming_supply(self))
        by_line = {demand.key: demand for demand in demands}
        return Shares(stock, by_line, given, dates, limit)


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _shareable_stock(self, company):
        """Return ``{product id: quantity}`` on hand that is there for customers.

        What is reserved for anything but a customer's delivery is not.
        """
        quants = self.env["stock.quant"].sudo()._read_group(
            [
                ("product_id", "in", self.ids),
                ("company_id", "=", company.id),
                ("location_id.usage", "=", "internal"),
            ],
            ["product_id"],
            ["quantity:sum"],
        )  # fmt: skip
        taken = self.env["stock.move"].sudo()._read_group(
            [
                ("product_id", "in", self.ids),
                ("company_id", "=", company.id),
                ("state", "in", ("assigned", "partially_available")),
                ("location_id.usage", "=", "internal"),
                ("location_dest_id.usage", "not in", ("customer", "internal")),
            ],
            ["product_id", "product_uom"],
            ["quantity:sum"],
        )  # fmt: skip
        stock = defaultdict(float)
        for product, quantity in quants:
            stock[product.id] += quantity
        for product, unit, quantity in taken:
            stock[product.id] -= unit._compute_quantity(
                quantity, product.uom_id, round=False
            )
        return stock


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    review_open = fields.Float(
        "Open", compute="_compute_review", digits="Product Unit",
        groups="base.group_user",
    )  # fmt: skip
    review_from_stock = fields.Float(
        "Can Ship Now", compute="_compute_review", digits="Product Unit",
        groups="base.group_user",
    )  # fmt: skip
    review_rest = fields.Float(
        "Rest", compute="_compute_review", digits="Product Unit",
        groups="base.group_user",
    )  # fmt: skip
    review_rest_date = fields.Date(
        "Rest Comes In", compute="_compute_review", groups="base.group_user"
    )
    review_age = fields.Integer(
        "Age (Working Days)", compute="_compute_review", groups="base.group_user"
    )
    review_aged = fields.Boolean(compute="_compute_review", groups="base.group_user")
    review_tier_id = fields.Many2one(
        "customer.tier", "Tier", related="order_id.customer_tier_id",
        groups="base.group_user",
    )  # fmt: skip
    review_waiting = fields.Boolean(
        compute="_compute_review_waiting",
        search="_search_review_waiting",
        groups="base.group_user",
        help="Something is open, and no planner has signed a review of the order.",
    )

    # -- who waits -------------------------------------------------------------------

    @api.model
    def _waiting_for_goods(self, company, products=None):
        """Return the lines of open orders of stored goods, not all delivered yet."""
        for model in ("sale.order.line", "sale.order", "product.template"):
            self.env[model].flush_model()
        only = (
            SQL("AND line.product_id IN %s", tuple(products.ids or [0]))
            if products is not None
            else SQL("")
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id
                  FROM sale_order_line line
                  JOIN sale_order so ON so.id = line.order_id
                  JOIN product_product product ON product.id = line.product_id
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id
                  LEFT JOIN order_kind kind ON kind.id = so.order_kind_id
                 WHERE so.company_id = %s AND template.is_storable
                   AND line.display_type IS NULL
                   AND line.product_uom_qty > COALESCE(line.qty_delivered, 0)
                   AND (so.state = 'sale' OR so.state IN ('draft', 'sent') AND %s
                        AND kind.exempt IS NOT TRUE)
                   %s
                 ORDER BY so.create_date, so.id, line.id
                """,
                company.id,
                bool(company.release_control),
                only,
            )
        )
        return self.browse(line_id for (line_id,) in rows)

    def _share_demands(self, company):
        """Return what these lines need, as the policy reads it."""
        orders = self.order_id
        tiers = orders._release_tiers()
        ranks = {
            tier: place
            for place, tier in enumerate(
                self.env["customer.tier"]
                .union(*tiers.values())
                .sorted(lambda tier: (tier.sequence, tier.id))
            )
        }
        ages = orders._review_ages(company)
        signed = self._review_committed()
        return [
            Demand(
                line.id,
                line.product_id.id,
                line._review_quantity(line.product_uom_qty - line.qty_delivered),
                ranks.get(tiers[line.order_id.id], 0),
                (line.order_id.create_date, line.order_id.id, line.id),
                ages[line.order_id.id],
                line._review_quantity(signed.get(line.id, 0.0)),
            )
            for line in self
        ]

    def _review_quantity(self, quantity):
        """Return a quantity of the line in its product's own unit."""
        return self.product_uom_id._compute_quantity(
            quantity, self.product_id.uom_id, round=False
        )

    def _review_committed(self):
        """Return ``{line id: quantity}`` that is the line's own, in its own unit.

        That is what a planner has signed for and has not left yet, or what is reserved
        for its delivery: goods made to order are for nobody else.
        """
        rows = self.env["order.review.line"].sudo().search_fetch(
            [("order_line_id", "in", self.ids), ("review_id.state", "=", "signed")],
            ["order_line_id", "from_stock", "delivered"],
        )  # fmt: skip
        own = {
            row.order_line_id.id: max(
                row.from_stock - (row.order_line_id.qty_delivered - row.delivered), 0.0
            )
            for row in rows
        }
        reserved = self.env["stock.move"].sudo()._read_group(
            [
                ("sale_line_id", "in", self.ids),
                ("state", "in", ("assigned", "partially_available")),
                ("location_id.usage", "=", "internal"),
                ("location_dest_id.usage", "=", "customer"),
            ],
            ["sale_line_id", "product_uom"],
            ["quantity:sum"],
        )  # fmt: skip
        held = defaultdict(float)
        for line, unit, quantity in reserved:
            held[line.id] += unit._compute_quantity(
                quantity, line.product_uom_id, round=False
            )
        for line_id, quantity in held.items():
            own[line_id] = max(own.get(line_id, 0.0), quantity)
        return own

    # -- shown ---------------------------------------------------------------------

    @api.depends("product_uom_qty", "qty_delivered", "product_id", "order_id.state")
    def _compute_review(self):
        """Show each line's share of the stock beside every other open order."""
        empty = {
            "review_open": 0.0, "review_from_stock": 0.0, "review_rest": 0.0,
            "review_rest_date": False, "review_age": 0, "review_aged": False,
        }  # fmt: skip
        for company, lines in self.grouped("company_id").items():
            shares = company and company.sudo()._share_stock(lines.product_id)
            for line in lines:
                demand = shares and shares.demands.get(line.id)
                line.update(empty if not demand else line._review_shown(shares, demand))

    def _review_shown(self, shares, demand):
        given = shares.given[self.id]
        unit = self.product_id.uom_id

        def own(quantity):
            return unit._compute_quantity(quantity, self.product_uom_id, round=False)

        return {
            "review_open": own(demand.quantity),
            "review_from_stock": own(given),
            "review_rest": own(demand.quantity - given),
            "review_rest_date": shares.dates[self.id] or False,
            "review_age": demand.age,
            "review_aged": bool(shares.limit and demand.age >= shares.limit),
        }

    @api.depends("order_id.review_ids.state")
    def _compute_review_waiting(self):
        waiting = self._review_waiting_lines()
        for line in self:
            line.review_waiting = line in waiting

    def _search_review_waiting(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("id", "in", self._review_waiting_lines().ids)]

    def _review_waiting_lines(self):
        """Return the open lines of orders without a signed review, of my companies."""
        lines = self.env["sale.order.line"].sudo()
        for company in self.env.companies:
            lines |= lines._waiting_for_goods(company)
        reviewed = self.env["order.review"].sudo().search_fetch(
            [("state", "=", "signed"), ("order_id", "in", lines.order_id.ids)],
            ["order_id"],
        )  # fmt: skip
        return lines.filtered(lambda line: line.order_id not in reviewed.order_id)

    def action_review_order(self):
        """Open the review of the line's order, or make one."""
        self.ensure_one()
        return self.order_id.action_review()


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _review_ages(self, company):
        """Return ``{order id: working days}`` that these orders have waited.

        Since they were entered: the date of an order can be written, and becomes that
        of its release.
        """
        today = company._business_date(fields.Datetime.now())
        came = {order.id: company._business_date(order.create_date) for order in self}
        house = company._working_time()
        try:
            days = {
                day: max(house.days_between(day, today), 0) for day in {*came.values()}
            }
        except NoWorkingTime:
            raise company._no_working_time() from None
        return {order_id: days[day] for order_id, day in came.items()}
