from odoo import api, fields, models
from odoo.addons.written_signoff.wording import joined
from odoo.exceptions import UserError, ValidationError

from ..special import Measure, exact


class ProductTemplate(models.Model):
    _inherit = "product.template"

    dimension_ids = fields.One2many(
        "product.dimension",
        "product_tmpl_id",
        "Standard Dimensions",
        copy=True,
        help="An order that deviates from one of these is for a special product.",
    )


class ProductDimension(models.Model):
    """A standard dimension of a product, with its unit (ORD-16).

    Orders refer to it: once one does, what it says stays. A new standard is a new
    dimension beside the archived one, so that what was signed by the old one holds.
    """

    _name = "product.dimension"
    _description = "Standard Dimension"
    _order = "product_tmpl_id, sequence, id"

    product_tmpl_id = fields.Many2one(
        "product.template", "Product", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="product_tmpl_id.company_id")
    sequence = fields.Integer(default=10)
    name = fields.Char(
        "Dimension", required=True, translate=True, help="Length, diameter, weight…"
    )
    value = fields.Float("Standard", required=True, digits=(16, 6), aggregator=None)
    uom_id = fields.Many2one(
        "uom.uom",
        "Unit",
        required=True,
        ondelete="restrict",
        default=lambda self: self.env.ref(
            "uom.product_uom_millimeter", raise_if_not_found=False
        ),
    )
    active = fields.Boolean(default=True)

    _more_than_nothing = models.Constraint(
        "CHECK(value > 0)", "A standard dimension is more than nothing."
    )

    def _measure(self):
        """Return the standard as the policy counts it."""
        self.ensure_one()
        return Measure(self.value, self.uom_id._factors())

    def _words(self):
        """Return the standard for a person: ``100 mm``."""
        self.ensure_one()
        return self.uom_id._dimension_words(self.value)

    def write(self, vals):
        """Keep what orders refer to.

        :raises UserError: product, value or unit of a dimension on an order
        """
        fixed = vals.keys() & {"product_tmpl_id", "value", "uom_id"}
        used = self.filtered(lambda row: row._differs(vals)) if fixed else self.browse()
        if used and (names := used._used()):
            raise UserError(
                self.env._(
                    "Orders refer to this standard: %s. Archive it and add the new "
                    "standard beside it.",
                    joined(self.env, names),
                )
            )
        return super().write(vals)

    def _differs(self, vals):
        return any(
            vals[name] != self._fields[name].convert_to_write(self[name], self)
            for name in ("product_tmpl_id", "value", "uom_id")
            if name in vals
        )

    def _used(self):
        rows = self.env["sale.order.line.dimension"].sudo()
        groups = rows._read_group([("dimension_id", "in", self.ids)], ["dimension_id"])
        return [dimension.with_env(self.env).name for [dimension] in groups]


class UomUom(models.Model):
    _inherit = "uom.uom"

    def _factors(self):
        """Return how much this unit contains of the next, down to the reference.

        Each as Odoo keeps it; multiplied as fractions they give the exact ratio, where
        the factor that Odoo multiplies for itself has the noise of binary numbers.
        """
        self.ensure_one()
        factors = []
        unit = self
        while unit.relative_uom_id:
            factors.append(unit.relative_factor)
            unit = unit.relative_uom_id
        return tuple(factors)

    def _dimension_words(self, value):
        """Return a measured value for a person, without idle zeros."""
        self.ensure_one()
        return f"{_plain(value)} {self.name or ''}".strip()

    def _check_dimension(self, other):
        """Raise ValidationError unless both units measure the same kind of thing."""
        if self and other and not self._has_common_reference(other):
            raise ValidationError(
                self.env._(
                    "%(unit)s and %(other)s do not measure the same: give the "
                    "dimension in a unit that can be converted into %(other)s.",
                    unit=self.name,
                    other=other.name,
                )
            )

    def write(self, vals):
        """Keep the size of a unit in which dimensions are written."""
        resized = self.filtered(lambda unit: unit._resized(vals))
        if resized and resized._measuring():
            raise UserError(
                self.env._(
                    "Dimensions of products are written in this unit or in one that is "
                    "counted from it: its size stays."
                )
            )
        return super().write(vals)

    def _resized(self, vals):
        return any(
            vals[name] != (self[name].id if name == "relative_uom_id" else self[name])
            for name in ("relative_factor", "relative_uom_id")
            if name in vals
        )

    def _measuring(self):
        dimensions = self.env["product.dimension"].sudo()
        return dimensions.with_context(active_test=False).search_count(
            [("uom_id", "child_of", self.ids)], limit=1
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_measuring(self):
        if self._measuring():
            raise UserError(
                self.env._("Dimensions of products are written in this unit.")
            )


def _plain(value):
    text = f"{float(exact(value)):.6f}" if "e" in str(value) else str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text
