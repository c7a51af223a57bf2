from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..special import (
    REFUSED,
    REVIEW,
    STANDARD,
    Measure,
    bounds,
    deviation,
    inward,
    judge,
    per_cent,
)

VERDICTS = [
    (STANDARD, "Standard"),
    (REVIEW, "To be reviewed"),
    (REFUSED, "Refused"),
]


class SaleOrderLineDimension(models.Model):
    """A dimension as it was ordered, in any unit of its kind (ORD-16)."""

    _name = "sale.order.line.dimension"
    _description = "Ordered Dimension"
    _order = "order_id, line_id, sequence, id"
    _rec_name = "dimension_id"
    _signoff_key = "dimension_id"

    line_id = fields.Many2one(
        "sale.order.line", "Item", required=True, index=True, ondelete="cascade"
    )
    order_id = fields.Many2one(related="line_id.order_id", store=True, index=True)
    company_id = fields.Many2one(related="line_id.company_id", store=True)
    product_tmpl_id = fields.Many2one(related="line_id.product_id.product_tmpl_id")
    dimension_id = fields.Many2one(
        "product.dimension",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('product_tmpl_id', '=', product_tmpl_id)]",
    )
    sequence = fields.Integer(related="dimension_id.sequence", store=True)
    standard = fields.Char(compute="_compute_standard")
    value = fields.Float("Ordered", required=True, digits=(16, 6), aggregator=None)
    uom_id = fields.Many2one(
        "uom.uom",
        "Unit",
        compute="_compute_uom_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        ondelete="restrict",
    )
    deviation = fields.Float(
        compute="_compute_deviation",
        store=True,
        help="By which part of the standard it differs.",
    )
    verdict = fields.Selection(VERDICTS, compute="_compute_verdict")

    _more_than_nothing = models.Constraint(
        "CHECK(value > 0)", "An ordered dimension is more than nothing."
    )
    _once = models.Constraint(
        "unique(line_id, dimension_id)", "This dimension is on the line already."
    )

    @api.depends("dimension_id")
    def _compute_uom_id(self):
        for row in self:
            row.uom_id = row.dimension_id.uom_id

    @api.depends("dimension_id")
    def _compute_standard(self):
        for row in self:
            row.standard = row.dimension_id and row.dimension_id._words()

    @api.depends("value", "uom_id", "dimension_id.value", "dimension_id.uom_id")
    def _compute_deviation(self):
        for row in self:
            row.deviation = float(row._part())

    @api.depends("deviation", "line_id.company_id")
    def _compute_verdict(self):
        for row in self:
            row.verdict = row.dimension_id and row.uom_id and row._judged()

    @api.constrains("dimension_id", "uom_id", "line_id")
    def _check_kind(self):
        for row in self:
            row.uom_id._check_dimension(row.dimension_id.uom_id)
            if row.dimension_id.product_tmpl_id != row.line_id.product_template_id:
                raise ValidationError(
                    self.env._(
                        "%(dimension)s is no dimension of %(product)s.",
                        dimension=row.dimension_id.name,
                        product=row.line_id.product_id.display_name,
                    )
                )

    # -- what it means ---------------------------------------------------------------

    def _measure(self):
        self.ensure_one()
        return Measure(self.value, self.uom_id._factors())

    def _part(self):
        """Return the deviation as an exact part of the standard."""
        self.ensure_one()
        known = self.dimension_id.value > 0 and self.uom_id
        if not known:
            return 0
        return deviation(self.dimension_id._measure(), self._measure())

    def _judged(self):
        """Return ``standard``, ``review`` or ``refused``, computed from the values."""
        self.ensure_one()
        return judge(self._part(), self.line_id.company_id._special_limit())

    def _words(self):
        """Return name and ordered value for a person: ``Length 130 mm``."""
        self.ensure_one()
        return f"{self.dimension_id.name} {self.uom_id._dimension_words(self.value)}"

    def _refusal(self):
        """Return in one sentence why this dimension cannot be made (ORD-16).

        Fit for the customer too: it names what is asked, what is standard, and how far
        we can go.
        """
        self.ensure_one()
        company = self.line_id.company_id
        limit = company._special_limit()
        standard = self.dimension_id._measure()
        low, high = inward(*bounds(standard, limit, self.uom_id._factors()))
        return self.env._(
            "%(product)s: the %(dimension)s ordered, %(ordered)s, differs from the "
            "standard %(standard)s by %(percent)s %%; at most %(limit)s of the "
            "standard is possible, which is %(low)s to %(high)s %(unit)s.",
            product=self.line_id.product_id.display_name,
            dimension=self.dimension_id.name,
            ordered=self.uom_id._dimension_words(self.value),
            standard=self.dimension_id._words(),
            percent=per_cent(self._part(), limit),
            limit=company.sudo().special_limit,
            low=low,
            high=high,
            unit=self.uom_id.name,
        )

    # -- a change of terms, by whatever path -----------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Void the signatures that another dimension makes untrue (ORD-15)."""
        # Whose order it is follows from the line, whatever a caller says.
        own = [
            {name: value for name, value in vals.items() if name != "order_id"}
            for vals in vals_list
        ]
        rows = super().create(own)
        rows._order_changed(rows.order_id)
        return rows

    def write(self, vals):
        """Void the signatures that cover what changes here (ORD-15)."""
        if not vals.keys() & {"line_id", "dimension_id", "value", "uom_id"}:
            return super().write({k: v for k, v in vals.items() if k != "order_id"})
        orders = self.order_id
        orders._release_held_to_rules()._signoff_lock()
        result = super().write({k: v for k, v in vals.items() if k != "order_id"})
        self._order_changed(orders | self.order_id)
        return result

    def unlink(self):
        """Void the signatures that covered a removed dimension (ORD-15)."""
        orders = self.order_id
        orders._release_held_to_rules()._signoff_lock()
        result = super().unlink()
        self._order_changed(orders.exists())
        return result

    def _order_changed(self, orders):
        held = orders._release_held_to_rules()
        held._signoff_lock()
        held._terms_changed()
