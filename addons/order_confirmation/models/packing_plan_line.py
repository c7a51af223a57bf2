from odoo import api, fields, models
from odoo.addons.written_signoff.wording import numeral
from odoo.tools import formatLang


class PackingPlanLine(models.Model):
    """One product of a transfer, in cartons and pallets (ORD-56)."""

    _name = "packing.plan.line"
    _description = "Packing Plan Line"
    _inherit = ["kept.record"]
    _rec_name = "product_id"
    _kept_by = "packing.plan"

    plan_id = fields.Many2one(
        "packing.plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True)
    product_id = fields.Many2one("product.product", required=True, readonly=True)
    product_uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    quantity = fields.Float(digits="Product Unit", readonly=True)
    per_inner = fields.Float("Per Inner Pack", digits="Product Unit", readonly=True)
    per_carton = fields.Float(digits="Product Unit", readonly=True)
    per_pallet = fields.Integer("Cartons per Pallet", readonly=True)
    carton_type_id = fields.Many2one("stock.package.type", "Carton", readonly=True)
    pallet_type_id = fields.Many2one("stock.package.type", "Pallet", readonly=True)
    labels = fields.Text(readonly=True)
    marks = fields.Text("Shipping Marks", readonly=True)
    packed_as = fields.Char(
        compute="_compute_packed_as", help="Full cartons × pieces + the last carton."
    )
    full_cartons = fields.Integer(readonly=True)
    rest = fields.Float("In the Last Carton", digits="Product Unit", readonly=True)
    cartons = fields.Integer(readonly=True)
    inners = fields.Integer("Inner Packs", readonly=True)
    pallets = fields.Integer(readonly=True)
    net_weight = fields.Float(digits="Stock Weight", readonly=True)
    gross_weight = fields.Float(digits="Stock Weight", readonly=True)

    @api.depends("full_cartons", "per_carton", "rest")
    @api.depends_context("lang")
    def _compute_packed_as(self):
        for line in self:
            full = f"{line.full_cartons} × {line._shown(line.per_carton)}"
            rest = line._shown(line.rest) if line.rest else ""
            line.packed_as = (
                " + ".join(filter(None, [full, rest])) if line.full_cartons else rest
            )

    def _shown(self, quantity):
        digits = 0 if quantity == int(quantity) else 2
        return formatLang(self.env, quantity, digits=digits)

    def _kept_refusal(self):
        return self.env["packing.plan"]._kept_refusal()

    def _differs(self, wanted):
        """Tell whether transfer or standard say something else by now.

        :param dict wanted: what the line would be if it were computed now
        """
        self.ensure_one()
        if any(
            (self[name] or "") != (wanted[name] or "") for name in ("labels", "marks")
        ):
            return True
        counted = ("cartons", "inners", "pallets", "per_pallet")
        if any(self[name] != wanted[name] for name in counted):
            return True
        unit = self.product_uom_id
        return any(
            unit.compare(self[name], wanted[name]) != 0
            for name in ("quantity", "per_inner", "per_carton")
        )

    def _as_text(self):
        parts = [
            f"{numeral(self.quantity)} {self.product_uom_id.name}",
            f"{self.full_cartons} × {numeral(self.per_carton)} + {numeral(self.rest)}",
            f"{self.inners} / {self.cartons} / {self.pallets}",
            numeral(self.gross_weight),
            self.labels or "",
            self.marks or "",
        ]
        return f"{self.product_id.display_name} · " + " · ".join(filter(None, parts))
