from odoo import api, fields, models
from odoo.addons.customer_tiering.matrix import Fact
from odoo.addons.written_signoff.wording import pause
from odoo.exceptions import UserError

from ..opening import letter, listed
from ..special import REFUSED, REVIEW, STANDARD

LINE_STATES = [
    (STANDARD, "Standard"),
    (REVIEW, "Special"),
    (REFUSED, "Refused"),
]
REVIEWERS = ("customer_service", "merchandiser", "salesperson", "technical")


class SaleOrderLine(models.Model):
    """A line with ordered dimensions: part of what people sign (ORD-16)."""

    _inherit = "sale.order.line"

    dimension_ids = fields.One2many(
        "sale.order.line.dimension", "line_id", "Dimensions", copy=True
    )
    # Read with the line: an order without dimensions costs no query more.
    has_dimensions = fields.Boolean(compute="_compute_has_dimensions", store=True)
    special_state = fields.Selection(
        LINE_STATES, "Deviation", compute="_compute_special_state"
    )

    @api.depends("dimension_ids")
    def _compute_has_dimensions(self):
        for line in self:
            line.has_dimensions = bool(line.dimension_ids)

    def _dimensions(self):
        """Return the ordered dimensions of these lines."""
        return self.filtered("has_dimensions").dimension_ids

    @api.depends("special_product", "dimension_ids.verdict")
    def _compute_special_state(self):
        for line in self:
            verdicts = set(line.dimension_ids.mapped("verdict"))
            special = line.special_product or REVIEW in verdicts
            line.special_state = (
                REFUSED if REFUSED in verdicts else REVIEW if special else STANDARD
            )

    def _is_special(self):
        """Return whether this line needs the contract review, refused or not."""
        self.ensure_one()
        return self.special_product or any(
            row._judged() != STANDARD for row in self._dimensions()
        )

    def _refused_dimensions(self):
        """Return the dimensions that are too far from the standard."""
        return self._dimensions().filtered(lambda row: row._judged() == REFUSED)

    def _dimension_terms(self):
        """Return ``{id of the standard: value with unit}``, empty where none is kept.

        Lines without dimensions say nothing of them: what was signed before a product
        got standard dimensions still holds.
        """
        self.ensure_one()
        rows = {
            str(row.dimension_id.id): row.uom_id._dimension_words(row.value)
            for row in self._dimensions()
        }
        return {"dimensions": rows} if rows else {}

    def _technical_terms(self):
        return {**super()._technical_terms(), **self._dimension_terms()}

    def _commercial_terms(self):
        return {**super()._commercial_terms(), **self._dimension_terms()}

    def _review_terms(self):
        """What the contract review covers: the line, and its standards (ORD-16)."""
        standards = {
            str(row.dimension_id.id): row.dimension_id._words()
            for row in self._dimensions()
        }
        return {**self._technical_terms(), "standards": standards}

    def _sheet_printed(self):
        """Print the ordered dimensions under the specification."""
        printed = super()._sheet_printed()
        if self.dimension_ids:
            rows = [printed["specification"], *(r._words() for r in self.dimension_ids)]
            printed["specification"] = "\n".join(filter(None, rows))
        return printed

    @api.model
    def _signed_fields(self):
        """Cover the mark by which a line without dimensions is special."""
        return super()._signed_fields() | {"special_product"}

    @api.model_create_multi
    def create(self, vals_list):
        """Believe nobody who says whether there are dimensions."""
        return super().create([_without_mark(vals) for vals in vals_list])

    def write(self, vals):
        """Take away the dimensions of a product that is no longer ordered."""
        result = super().write(_without_mark(vals))
        if "product_id" in vals:
            self.dimension_ids.filtered(
                lambda row: (
                    row.dimension_id.product_tmpl_id != row.line_id.product_template_id
                )
            ).unlink()
        return result


class SaleOrder(models.Model):
    """Special products of an order: their dimensions, refusals and reviews (ORD-16)."""

    _inherit = "sale.order"

    special_dimension_ids = fields.One2many(
        "sale.order.line.dimension", "order_id", "Ordered Dimensions"
    )
    special_review_ids = fields.One2many("special.review", "order_id")
    special_review_count = fields.Integer(compute="_compute_special_review_count")
    special_refusal = fields.Text(compute="_compute_special", groups="base.group_user")
    special_wanted = fields.Boolean(
        compute="_compute_special",
        groups="base.group_user",
        help="A special product waits for its contract review.",
    )
    special_standards = fields.Boolean(
        compute="_compute_special",
        groups="base.group_user",
        help="A product of the order has standard dimensions.",
    )

    @api.depends("special_review_ids")
    def _compute_special_review_count(self):
        for order in self:
            order.special_review_count = len(order.special_review_ids)

    @api.depends(
        "special_dimension_ids.verdict",
        "order_line.special_product",
        "order_line.product_id",
        "special_review_ids.state",
    )
    def _compute_special(self):
        facts = self._special_facts()
        for order in self:
            order.special_refusal = "\n".join(order._special_refusals())
            fact = facts.get(order.id)
            order.special_wanted = bool(fact and fact.applies and not fact.met)
            order.special_standards = bool(
                order._goods().product_id.product_tmpl_id.sudo().dimension_ids
            )

    def _read_dimensions(self):
        """Look dimensions up for all orders at once, before they are asked singly."""
        rows = self.order_line._dimensions()
        rows.mapped("uom_id.name")
        rows.mapped("dimension_id.uom_id.name")

    def _read_together(self):
        """Look dimensions up with the names."""
        result = super()._read_together()
        self._read_dimensions()
        return result

    def _sheet_terms(self):
        """Look dimensions up for all orders at once."""
        self.sudo()._read_dimensions()
        return super()._sheet_terms()

    def _special_lines(self):
        """Return the lines that need the contract review."""
        return self._goods().filtered(lambda line: line._is_special())

    def _special_refusals(self):
        """Return one sentence for each dimension that cannot be made."""
        return [
            row._refusal()
            for line in self._goods()
            for row in line._refused_dimensions()
        ]

    def _special_facts(self):
        """Return ``{order id: Fact}``: a passed review covers each special line.

        Constant queries; orders without special products cost none of the reviews.
        """
        self._read_dimensions()
        special = {order.id: order._special_lines() for order in self}
        concerned = self.filtered(lambda order: special[order.id])
        covered = self.env["special.review"]._covered(concerned)
        facts = {}
        for order in self:
            lines, detail, since = covered.get(order.id, (set(), "", None))
            met = set(special[order.id].ids) <= lines
            facts[order.id] = Fact(
                met=met,
                since=since or order.create_date,
                detail="" if met else detail,
                applies=bool(special[order.id]),
            )
        return facts

    def _limit_facts(self):
        """Return ``{order id: Fact}``: no dimension is too far from the standard."""
        self._read_dimensions()
        facts = {}
        for order in self:
            refused = order._special_refusals()
            facts[order.id] = Fact(
                met=not refused,
                since=order.create_date,
                detail=" ".join(refused),
                applies=bool(refused),
            )
        return facts

    def _special_hindrances(self):
        """Make no sheet of what cannot be made, or of what a review refused."""
        if refused := self._special_refusals():
            return refused
        failed = self.special_review_ids[:1].state == "failed"
        if not failed or self._special_facts()[self.id].met:
            return []
        return [self.env._("a special-product contract review that did not fail")]

    def _signoff_label(self, path):
        """Tell the standard that a dimension was held to from what was ordered."""
        if path[0] != "lines" or path[2:3] != ("standards",):
            return super()._signoff_label(path)
        names = [super()._signoff_label(path[:2]), self.env._("Standard dimensions")]
        if path[3:]:
            standard = self.env["product.dimension"].sudo().browse(int(path[3]))
            names.append(standard.exists().name or self.env._("dimension"))
        return pause(self.env).join(names)

    def _terms_changed(self):
        """Void what departments signed on reviews of something else (ORD-15)."""
        result = super()._terms_changed()
        reviews = self.sudo().special_review_ids
        reviews._order_changed()
        return result

    def write(self, vals):
        """Cancel the reviews with their order."""
        result = super().write(vals)
        if vals.get("state") == "cancel":
            self.sudo().special_review_ids._end("cancelled")
        return result

    # -- buttons ---------------------------------------------------------------------

    def action_fill_dimensions(self):
        """Put the standard dimensions of the products on the lines that have none.

        They are then changed where the customer wants something else.
        """
        rows = [
            {
                "line_id": line.id,
                "dimension_id": dimension.id,
                "value": dimension.value,
                "uom_id": dimension.uom_id.id,
            }
            for line in self._goods()
            for dimension in line.product_id.product_tmpl_id.dimension_ids
            if dimension not in line.dimension_ids.dimension_id
        ]
        self.env["sale.order.line.dimension"].create(rows)
        return True

    def action_special_review(self):
        """Open the contract review of the special products, or begin one (ORD-16).

        :raises UserError: nothing is special, or a dimension is refused: the sentence
            names it
        :raises AccessError: not a role that asks for reviews
        """
        self.ensure_one()
        self.check_access("read")
        reviews = self.env["special.review"]
        self.env.user._require_role(*REVIEWERS)
        self._signoff_lock()
        if refused := self._special_refusals():
            raise UserError("\n".join(refused))
        if not self._special_lines():
            raise UserError(
                self.env._(
                    "Nothing on %s deviates from the standard: there is nothing to "
                    "review.",
                    self.name,
                )
            )
        current = self.sudo().special_review_ids.filtered(
            lambda review: review.state in ("open", "passed")
        )[:1]
        if current.state == "passed" and not self._special_facts()[self.id].met:
            current._end("superseded")
            current = current.browse()
        review = current or reviews._make(self)
        return review.with_env(self.env)._open()

    def action_open_special_reviews(self):
        """Show the contract reviews of this order."""
        self.ensure_one()
        if len(self.special_review_ids) == 1:
            return self.special_review_ids._open()
        return listed(
            "special.review",
            [("order_id", "=", self.id)],
            self.env._("Special-Product Reviews"),
        )

    def action_tell_special_refusal(self):
        """Open the letter that tells the customer which dimension cannot be made.

        :raises UserError: nothing is refused
        """
        self.ensure_one()
        if not self._special_refusals():
            raise UserError(
                self.env._("Every dimension on %s is within the limit.", self.name)
            )
        return letter(
            self,
            self.env._("Tell the Customer"),
            "order_confirmation.mail_template_special_refused",
        )


class OrderSheetCheck(models.Model):
    _inherit = "order.sheet.check"

    def _goods_value(self, line):
        """Let the dimensions be compared, too."""
        value = super()._goods_value(line)
        ordered = line.get("dimensions") or {}
        standards = self.env["product.dimension"].sudo().browse(map(int, ordered))
        rows = [f"{row.name} {ordered[str(row.id)]}" for row in standards.exists()]
        return "\n".join([value, *rows])


def _without_mark(vals):
    return {name: value for name, value in vals.items() if name != "has_dimensions"}
