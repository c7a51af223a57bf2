from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import keyed


class ProductionBooking(models.Model):
    """That so many pieces were booked on an operation, and when (ORD-42).

    MRP keeps the sum only; the daily report tells what was made on which day. Rows are
    only ever added.
    """

    _name = "production.booking"
    _description = "Booked Production"
    _inherit = "kept.record"
    _kept_for_good = True
    _order = "id desc"

    workorder_id = fields.Many2one(
        "mrp.workorder", "Work Order", required=True, readonly=True, index=True,
        ondelete="cascade",
    )  # fmt: skip
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    quantity = fields.Float(
        required=True, readonly=True, digits="Product Unit",
        help="In the unit of the manufacturing order; negative where it was put right.",
    )  # fmt: skip
    booked_at = fields.Datetime("Booked", required=True, readonly=True, index=True)

    def _kept_refusal(self):
        """Say where it comes from."""
        return self.env._(
            "What was booked is noted when the quantity of an operation changes; "
            "nobody writes it."
        )

    @api.model
    def _note(self, before):
        """Note by how much operations have grown.

        :param dict before: ``{operation: quantity before}``
        """
        now = fields.Datetime.now()
        rows = [
            {
                "workorder_id": work.id,
                "company_id": work.company_id.id,
                "quantity": work.qty_produced - known,
                "booked_at": now,
            }
            for work, known in before.items()
            if work.product_uom_id.compare(work.qty_produced, known)
            and work.company_id.sudo().release_control
        ]
        if rows:
            keyed(self).create(rows)


class MrpWorkorder(models.Model):
    _inherit = "mrp.workorder"

    @api.model_create_multi
    def create(self, vals_list):
        """Note what operations are born with."""
        works = super().create(vals_list)
        begun = works.filtered("qty_produced")
        if begun:
            self.env["production.booking"]._note(dict.fromkeys(begun, 0.0))
        return works

    def write(self, vals):
        """Note what is booked, on the day on which it is (ORD-42)."""
        if "qty_produced" not in vals:
            return super().write(vals)
        before = {work: work.qty_produced for work in self}
        result = super().write(vals)
        self.env["production.booking"]._note(before)
        return result
