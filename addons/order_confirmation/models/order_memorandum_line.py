from odoo import api, fields, models
from odoo.addons.written_signoff.wording import numeral
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from .order_completeness import said


class OrderMemorandumLine(models.Model):
    """One item that the customer asked for: a product, or mere words."""

    _name = "order.memorandum.line"
    _description = "Item of a Memorandum"
    _order = "sequence, id"
    _check_company_auto = True

    memorandum_id = fields.Many2one(
        "order.memorandum", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="memorandum_id.company_id")
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        "product.product",
        domain="[('sale_ok', '=', True)]",
        check_company=True,
    )
    name = fields.Char(
        "In the Caller's Words", help="Where the product is not known yet."
    )
    quantity = fields.Float(digits="Product Unit", default=1)
    uom_id = fields.Many2one(
        "uom.uom",
        "Unit",
        compute="_compute_uom_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    wanted_date = fields.Date(help="Where it differs from that of the whole.")
    specification = fields.Text()
    order_line_id = fields.Many2one(
        "sale.order.line", copy=False, index="btree_not_null", ondelete="set null"
    )
    product_to_choose = fields.Boolean(compute="_compute_product_to_choose")

    _quantity_not_negative = models.Constraint(
        "CHECK (quantity >= 0)", "The quantity of an item cannot be negative."
    )

    @api.depends("product_id")
    def _compute_uom_id(self):
        unit = self.env.ref("uom.product_uom_unit", raise_if_not_found=False)
        for line in self:
            own = line.product_id.uom_id
            if own and not (line.uom_id and line.uom_id._has_common_reference(own)):
                line.uom_id = own
            else:
                line.uom_id = line.uom_id or unit

    @api.depends("product_id", "order_line_id.display_type", "order_line_id.state")
    def _compute_product_to_choose(self):
        for line in self:
            row = line.order_line_id.sudo()
            line.product_to_choose = row.display_type == "line_note" and (
                row.state in ("draft", "sent")
            )

    @api.constrains("product_id", "name", "memorandum_id")
    def _check_said(self):
        for line in self:
            if not line.product_id and not said(line.name):
                raise ValidationError(
                    self.env._("Each item needs a product, or words for it.")
                )

    @api.onchange("quantity")
    def _onchange_quantity(self):
        if self.quantity < 0:
            raise ValidationError(
                self.env._("The quantity of an item cannot be negative.")
            )

    def write(self, vals):
        """Put a product chosen later on the order, in place of the words."""
        result = super().write(vals)
        if vals.get("product_id"):
            self.filtered("product_to_choose")._replace_words()
        return result

    def _replace_words(self):
        for line in self:
            note = line.order_line_id
            line._place(note.order_id, sequence=note.sequence)
            note.unlink()

    def _place(self, order, **values):
        """Make lines of the order out of the items, in their sequence."""
        rows = self.env["sale.order.line"].create(
            [{**line._prepare_order_line(order), **values} for line in self]
        )
        for line, row in zip(self, rows, strict=True):
            line.order_line_id = row

    def _prepare_order_line(self, order):
        self.ensure_one()
        if not self.product_id:
            return {
                "order_id": order.id,
                "display_type": "line_note",
                "name": self._in_words(order),
            }
        return {
            "order_id": order.id,
            "product_id": self.product_id.id,
            "product_uom_qty": self.quantity,
            "product_uom_id": self.uom_id.id,
            "specification": self._full_specification(order, self.name),
        }

    def _in_words(self, order):
        quantity = f"{numeral(self.quantity)} {self.uom_id.name or ''}".strip()
        head = f"{self.name}: {quantity}"
        return "\n".join(filter(None, [head, self._full_specification(order)]))

    def _full_specification(self, order, words=None):
        """Return what the order line must say besides product and quantity."""
        parts = [words, self.specification]
        if self.wanted_date and self.wanted_date != order.wanted_date:
            parts.append(
                self.env._("Wanted on %s", format_date(self.env, self.wanted_date))
            )
        return "\n".join(filter(said, parts))
