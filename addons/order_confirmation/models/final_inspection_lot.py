from odoo import api, fields, models
from odoo.exceptions import ValidationError


class FinalInspectionLot(models.Model):
    """A lot or serial number that was inspected, and how much of it passed (ORD-43)."""

    _name = "final.inspection.lot"
    _inherit = ["final.inspection.part"]
    _description = "Lot of a Final Inspection"
    _order = "id"

    inspection_id = fields.Many2one(
        "final.inspection", required=True, ondelete="cascade", index=True
    )
    lot_id = fields.Many2one(
        "stock.lot", "Lot/Serial Number", required=True, index=True, ondelete="restrict"
    )
    quantity = fields.Float("Inspected", digits="Product Unit", default=1)
    passed_quantity = fields.Float("Passed", digits="Product Unit")

    _quantities = models.Constraint(
        "CHECK(quantity > 0 AND passed_quantity >= 0 AND passed_quantity <= quantity)",
        "Inspect more than nothing of each lot, and pass no more than was inspected.",
    )
    _lot_once = models.Constraint(
        "unique(inspection_id, lot_id)", "Each lot stands once on an inspection."
    )

    @api.constrains("lot_id", "quantity")
    def _check_lot(self):
        for row in self:
            lot = row.lot_id.sudo()
            if lot.product_id != row.inspection_id.product_id:
                raise ValidationError(
                    self.env._(
                        "Lot %(lot)s is of %(product)s, which is not inspected here.",
                        lot=lot.name,
                        product=lot.product_id.display_name,
                    )
                )
            if lot.product_id.tracking == "serial" and row.quantity > 1:
                raise ValidationError(
                    self.env._("%s is a serial number: one piece only.", lot.name)
                )

    def _failed(self):
        """Return how much of this lot failed: all, where the quantity does."""
        self.ensure_one()
        if self.inspection_id.out_of_tolerance:
            return self.quantity
        return self.quantity - self.passed_quantity

    def action_pass(self):
        """Pass the whole of these lots."""
        for row in self:
            row.passed_quantity = row.quantity
