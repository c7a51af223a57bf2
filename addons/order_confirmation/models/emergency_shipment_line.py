from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import holds_key
from odoo.addons.written_signoff.wording import numeral
from odoo.exceptions import AccessError, UserError


class EmergencyShipmentLine(models.Model):
    """Goods that may leave on an emergency, and how much has (ORD-53)."""

    _name = "emergency.shipment.line"
    _description = "Emergency Shipment Line"
    _rec_name = "product_id"
    _kept_by = "emergency.shipment"

    emergency_id = fields.Many2one(
        "emergency.shipment", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="emergency_id.company_id", store=True)
    sale_line_id = fields.Many2one(
        "sale.order.line", "Order Line", index="btree_not_null", ondelete="set null"
    )
    product_id = fields.Many2one("product.product", required=True)
    product_uom_id = fields.Many2one("uom.uom", "Unit", required=True)
    quantity = fields.Float(digits="Product Unit", required=True)
    used = fields.Float(
        "Has Left", digits="Product Unit", readonly=True, copy=False,
        help="How much has left on this emergency.",
    )  # fmt: skip
    papered = fields.Float(
        "On Paper", digits="Product Unit", readonly=True, copy=False,
        help="For how much of it the delivery application has followed.",
    )  # fmt: skip

    _quantity_positive = models.Constraint(
        "CHECK (quantity > 0)", "Order the shipment of more than nothing."
    )

    def _owed(self):
        """Return how much left without paper, in the unit of the line."""
        self.ensure_one()
        rest = self.used - self.papered
        return rest if self.product_uom_id.compare(rest, 0.0) > 0 else 0.0

    def _rest(self):
        """Return how much may still leave on it, in the unit of the line."""
        self.ensure_one()
        return max(self.quantity - self.used, 0.0)

    def _over(self):
        """Tell whether it is more than is left to ship."""
        self.ensure_one()
        source = self.emergency_id.order_id
        if not source:
            moves = self.emergency_id.picking_id._application_moves().filtered(
                lambda move: move.product_id == self.product_id
            )
            left = sum(
                move.product_uom._compute_quantity(
                    move.product_uom_qty, self.product_uom_id
                )
                for move in moves
            )
        else:
            line = self.sale_line_id
            left = line.product_uom_qty - line.qty_delivered
        return self.product_uom_id.compare(self.quantity, left) > 0

    def _as_text(self):
        quantity = f"{numeral(self.quantity)} {self.product_uom_id.name}"
        return f"{self.product_id.display_name} · {quantity}"

    @api.model_create_multi
    def create(self, vals_list):
        """Take product and unit from the order line; refuse what was signed."""
        return super().create([self._prepare_values(vals) for vals in vals_list])

    def _prepare_values(self, vals):
        self._refuse_guarded(vals)
        emergency = self.env["emergency.shipment"].browse(vals["emergency_id"])
        self._refuse_signed(emergency)
        line = self.env["sale.order.line"].sudo().browse(vals.get("sale_line_id"))
        order = emergency.sudo().order_id
        if order and line.order_id != order:
            raise UserError(self.env._("Ship goods of %s only.", order.name))
        if not line:
            return vals
        return {
            **vals,
            "product_id": line.product_id.id,
            "product_uom_id": line.product_uom_id.id,
        }

    def _refuse_guarded(self, vals):
        if {"used", "papered"} & vals.keys() and not holds_key(self):
            raise AccessError(
                self.env._("What has left and what has paper is counted, not written.")
            )

    def _refuse_signed(self, emergencies):
        if not holds_key(self) and set(emergencies.mapped("state")) - {"draft"}:
            raise AccessError(
                self.env._(
                    "An emergency shipment stays as it was signed: for more goods, "
                    "order another one."
                )
            )

    def write(self, vals):
        """Let only the quantity change, and only before it is signed."""
        if holds_key(self):
            return super().write(vals)
        self._refuse_guarded(vals)
        self._refuse_signed(self.emergency_id)
        if vals.keys() - {"quantity"}:
            raise UserError(
                self.env._("Only the quantity of a line changes: remove the line and "
                           "add another.")
            )  # fmt: skip
        return super().write(vals)

    def unlink(self):
        """Refuse to take goods out of what was signed."""
        self._refuse_signed(self.emergency_id)
        return super().unlink()
