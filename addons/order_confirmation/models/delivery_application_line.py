from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import holds_key, keyed
from odoo.addons.written_signoff.wording import joined, numeral
from odoo.exceptions import AccessError, UserError


class DeliveryApplicationLine(models.Model):
    """Goods that are applied for: of an order line, or of a transfer without order."""

    _name = "delivery.application.line"
    _description = "Delivery Application Line"
    _rec_name = "product_id"
    _kept_by = "delivery.application"
    _signoff_fields = {"unit": "product_uom_id"}

    application_id = fields.Many2one(
        "delivery.application", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="application_id.company_id", store=True)
    order_id = fields.Many2one(related="application_id.order_id")
    sale_line_id = fields.Many2one(
        "sale.order.line", "Order Line", index="btree_not_null", ondelete="set null"
    )
    product_id = fields.Many2one("product.product", required=True)
    product_uom_id = fields.Many2one("uom.uom", "Unit", required=True)
    quantity = fields.Float("Applied For", digits="Product Unit", required=True)
    ordered = fields.Float(digits="Product Unit", readonly=True)
    left_before = fields.Float(
        digits="Product Unit", readonly=True, copy=False,
        help="What had left of the order line when the application was signed.",
    )  # fmt: skip
    available = fields.Float(
        "Still to Leave", digits="Product Unit", compute="_compute_available",
        compute_sudo=True,
    )  # fmt: skip

    _quantity_positive = models.Constraint(
        "CHECK (quantity > 0)", "Apply for more than nothing."
    )

    @api.depends("sale_line_id", "quantity")
    def _compute_available(self):
        for line in self:
            order_line = line.sale_line_id
            line.available = order_line.product_uom_qty - order_line.qty_delivered

    # -- follows the order line --------------------------------------------------

    def _from_source(self):
        """Return product, unit and ordered quantity as the order line has them now."""
        self.ensure_one()
        line = self.sale_line_id
        if not line:
            lost = bool(self.application_id.order_id)
            return {
                "product_id": self.product_id.id,
                "product_uom_id": self.product_uom_id.id,
                "ordered": 0.0 if lost else self.ordered,
            }
        return {
            "product_id": line.product_id.id,
            "product_uom_id": line.product_uom_id.id,
            "ordered": line.product_uom_qty,
        }

    def _outdated(self):
        now = self._from_source()
        return (
            now["product_id"] != self.product_id.id
            or now["product_uom_id"] != self.product_uom_id.id
            or self.product_uom_id.compare(now["ordered"], self.ordered) != 0
        )

    def _take_over(self):
        for line in self.filtered(lambda line: line._outdated()):
            keyed(line).write(line._from_source())

    def _terms(self, copied):
        """Return what a signature covers of this line.

        :param bool copied: as it was signed, for goods that have left since
        """
        line = self if copied or not self.sale_line_id else self.sale_line_id
        ordered = line.ordered if line == self else line.product_uom_qty
        if not self.sale_line_id and self.application_id.order_id and not copied:
            ordered = 0.0
        return {
            "product": line.product_id.display_name,
            "quantity": self.quantity,
            "unit": line.product_uom_id.name,
            "ordered": ordered,
        }

    def _most(self, room):
        """Return how much can be applied for at most, in the unit of this line.

        :param dict room: what ``_application_room`` of the order says
        """
        line = self.sale_line_id
        if line:
            return line.product_uom_id._compute_quantity(
                room.get(line.id, 0.0), self.product_uom_id
            )
        moves = self.application_id.picking_id._application_moves()
        return sum(
            move.product_uom._compute_quantity(
                max(move.product_uom_qty, move.quantity), self.product_uom_id
            )
            for move in moves
            if move.product_id == self.product_id
        )

    def _as_text(self):
        quantity = f"{numeral(self.quantity)} {self.product_uom_id.name}"
        return f"{self.product_id.display_name} · {quantity}"

    def _note_before(self):
        """Note what had left when the application was signed."""
        left = self.sale_line_id._gross_left()
        for line in self:
            line.left_before = left.get(line.sale_line_id.id, 0.0)

    def _partly_left(self):
        """Tell whether goods left since a signature that has ended was given."""
        if self.application_id.state != "void" or not self.sale_line_id:
            return False
        left = self.sale_line_id._gross_left().get(self.sale_line_id.id, 0.0)
        return self.product_uom_id.compare(left, self.left_before) > 0

    # -- a change of what is applied for -----------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Take product and unit from the order line; a signature becomes void."""
        prepared = [self._prepare_values(vals) for vals in vals_list]
        self._applications(prepared)._signoff_lock()
        lines = super().create(prepared)
        lines.application_id._lines_changed()
        return lines

    def _applications(self, vals_list):
        ids = {vals["application_id"] for vals in vals_list if "application_id" in vals}
        return self.env["delivery.application"].browse(ids)

    def _prepare_values(self, vals):
        self._refuse_guarded(vals)
        application = self.env["delivery.application"].browse(vals["application_id"])
        line = self.env["sale.order.line"].sudo().browse(vals.get("sale_line_id"))
        if application.sudo().order_id and line.order_id != application.sudo().order_id:
            raise UserError(
                self.env._("Apply for goods of %s only.", application.order_id.name)
            )
        if not line:
            return vals
        return {
            **vals,
            "product_id": line.product_id.id,
            "product_uom_id": line.product_uom_id.id,
            "ordered": line.product_uom_qty,
        }

    def _refuse_guarded(self, vals):
        guarded = {"ordered", "left_before"} & vals.keys()
        if guarded and not holds_key(self):
            raise AccessError(
                self.env._("What was ordered and has left is counted, not written.")
            )

    def write(self, vals):
        """Void the signature of an application whose goods change (ORD-15, ORD-52)."""
        if holds_key(self):
            return super().write(vals)
        self._refuse_guarded(vals)
        if vals.keys() - {"quantity"}:
            raise UserError(
                self.env._("Only the quantity of a line changes: remove the line and "
                           "add another.")
            )  # fmt: skip
        self.application_id._signoff_lock()
        result = super().write(vals)
        self.application_id._lines_changed()
        return result

    def unlink(self):
        """Void the signature of an application that loses a line."""
        applications = self.application_id
        applications._signoff_lock()
        result = super().unlink()
        applications._lines_changed()
        return result


class DeliveryApplicationCheck(models.Model):
    """One item that customer service verified with the customer: by whom and when."""

    _name = "delivery.application.check"
    _inherit = "kept.record"
    _description = "Verified Item of a Delivery Application"
    _order = "sequence, id"
    _kept_by = "delivery.application"

    application_id = fields.Many2one(
        "delivery.application", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="application_id.company_id", store=True)
    sequence = fields.Integer(readonly=True)
    key = fields.Char(required=True, readonly=True)
    item = fields.Char(compute="_compute_item")
    value = fields.Text("To Be Verified", readonly=True)
    verified = fields.Boolean()
    verified_by_id = fields.Many2one("res.users", "By", readonly=True)
    verified_at = fields.Datetime("When", readonly=True)
    note = fields.Char("How", help="For example: telephoned Ms Li.")

    _key_unique = models.Constraint(
        "unique(application_id, key)", "This item is on the application already."
    )

    @api.depends("key")
    @api.depends_context("lang")
    def _compute_item(self):
        for check in self:
            goods = check.key.startswith("goods:")
            field = check.application_id._fields.get("line_ids" if goods else check.key)
            check.item = (
                self.env._("Goods") if goods else field._description_string(self.env)
            )

    @api.depends("item", "value")
    def _compute_display_name(self):
        for check in self:
            goods = check.key.startswith("goods:")
            check.display_name = check.value if goods else check.item

    def _kept_refusal(self):
        """Refuse everybody but the application itself."""
        return self.env._("What must be verified follows the delivery application.")

    def _kept_admit(self, vals):
        """Note who ticks an item, and when; nothing else can be written.

        :raises UserError: the application is signed, or there is nothing to verify
        """
        if vals.keys() - {"verified", "note"}:
            return super()._kept_admit(vals)
        if set(self.application_id.mapped("state")) & {"signed", "done"}:
            raise UserError(
                self.env._("The application is signed: what was verified stays.")
            )
        if "verified" in vals:
            return {**vals, **self._stamp(vals["verified"])}
        return vals

    def _stamp(self, verified):
        empty = self.filtered(lambda check: not (check.value or "").strip())
        if verified and empty:
            raise UserError(
                self.env._(
                    "The order says nothing for: %s. Enter it there, then take over "
                    "again.",
                    joined(self.env, empty.mapped("item")),
                )
            )
        return {
            "verified_by_id": self.env.uid if verified else False,
            "verified_at": fields.Datetime.now() if verified else False,
        }

    def _renew(self, value):
        """Take another value, which nobody has verified yet."""
        self.write(
            {
                "value": value,
                "verified": False,
                "verified_by_id": False,
                "verified_at": False,
                "note": False,
            }
        )
