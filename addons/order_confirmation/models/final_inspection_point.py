from odoo import api, fields, models
from odoo.addons.written_signoff.wording import joined
from odoo.exceptions import UserError

from .. import scan

POINTS = [
    ("quantity", "Quantity within tolerance"),
    ("appearance", "Appearance"),
    ("packing", "Packing"),
    ("label", "Label"),
    ("product", "Point of this product"),
]


class FinalInspectionPart(models.AbstractModel):
    """A part of an inspection: whoever changes it, voids its signature (ORD-15)."""

    _name = "final.inspection.part"
    _description = "Part of a Final Inspection"

    def _inspections(self):
        """Return the inspections to which these belong."""
        return self.inspection_id

    def _check_picture(self, vals_list):
        """Refuse a file that is no picture, in one sentence.

        :raises UserError: neither picture nor readable
        """
        for vals in vals_list:
            given = vals.get("picture")
            data = scan.decoded(given) if given else b""
            picture = (scan.kind(data) or "").startswith("image/")
            if given and not (picture and scan.readable(data)):
                raise UserError(
                    self.env._(
                        "This picture cannot be read. Please take it again, as JPEG or "
                        "PNG."
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Void the signature of an inspection that gets another part."""
        self._check_picture(vals_list)
        parts = super().create(vals_list)
        parts._inspections()._signoff_void_changed()
        return parts

    def write(self, vals):
        """Void the signature of an inspection whose answers change."""
        self._check_picture([vals])
        before = self._inspections()
        result = super().write(vals)
        (before | self._inspections())._signoff_void_changed()
        return result

    def unlink(self):
        """Void the signature of an inspection that loses a part."""
        inspections = self._inspections()
        result = super().unlink()
        inspections.exists()._signoff_void_changed()
        return result


class FinalInspectionPoint(models.Model):
    """One point of the standard: passed or failed, what was found, with pictures."""

    _name = "final.inspection.point"
    _inherit = ["final.inspection.part"]
    _description = "Point of a Final Inspection"
    _order = "sequence, id"

    inspection_id = fields.Many2one(
        "final.inspection", required=True, ondelete="cascade", index=True
    )
    standard_id = fields.Many2one(
        "exfactory.point", "Of the Standard", index="btree_not_null",
        ondelete="set null",
        help="The point of the product's ex-factory standard that this answers.",
    )  # fmt: skip
    sequence = fields.Integer(default=10)
    kind = fields.Selection(POINTS, required=True, default="product")
    name = fields.Char("Point", required=True)
    title = fields.Char(
        "Point to Look At", compute="_compute_title", inverse="_inverse_title"
    )
    outcome = fields.Selection([("passed", "Passed"), ("failed", "Failed")])
    finding = fields.Char(help="What was found. A point that failed needs it.")
    picture = fields.Image(max_width=1600, max_height=1600)
    picture_ids = fields.One2many(
        "final.inspection.picture", "point_id", "More Pictures"
    )
    by_system = fields.Boolean(
        readonly=True, help="Filled in by the system, and refilled when numbers change."
    )

    @api.depends("kind", "name")
    @api.depends_context("lang")
    def _compute_title(self):
        for point in self:
            point.title = point._words()

    def _inverse_title(self):
        """Rename what people named; the four that are always looked at keep theirs."""
        for point in self.filtered(lambda row: row.kind == "product"):
            point.name = point.title

    @api.model_create_multi
    def create(self, vals_list):
        """Take the name from the title, under which people enter a point."""
        named = []
        for vals in vals_list:
            title = vals.get("title")
            rest = {key: value for key, value in vals.items() if key != "title"}
            named.append({**rest, "name": vals.get("name") or title})
        return super().create(named)

    def write(self, vals):
        """Note that a person answered, where the answer is not the system's.

        The quantity is compared again: of it people cannot say more than the numbers.
        """
        mine = vals.keys() & {"outcome", "finding"} and "by_system" not in vals
        if not mine:
            return super().write(vals)
        result = super().write({**vals, "by_system": False})
        quantities = self.filtered(lambda point: point.kind == "quantity")
        quantities.inspection_id._answer_quantity()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_besides_standard(self):
        """Let go only of points that people added themselves (ORD-43)."""
        kept = self.filtered(lambda point: point.kind != "product" or point.standard_id)
        if kept:
            raise UserError(
                self.env._(
                    "%s belongs to the ex-factory standard of the product, and is "
                    "answered.",
                    joined(self.env, kept.mapped("title")),
                )
            )

    def _words(self):
        """Return what was looked at, in the reader's language."""
        self.ensure_one()
        if self.kind in ("product", False):
            return self.name
        return dict(self._fields["kind"]._description_selection(self.env))[self.kind]

    def action_pass(self):
        """Answer these points with passed: one touch on a telephone."""
        self.write({"outcome": "passed"})

    def action_fail(self):
        """Answer this point with failed, and open it for finding and picture."""
        self.ensure_one()
        self.write({"outcome": "failed"})
        return {
            "type": "ir.actions.act_window",
            "name": self._words(),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }


class FinalInspectionPicture(models.Model):
    """A further picture of what was found at a point."""

    _name = "final.inspection.picture"
    _inherit = ["final.inspection.part"]
    _description = "Picture of a Final Inspection"

    point_id = fields.Many2one(
        "final.inspection.point", required=True, ondelete="cascade", index=True
    )
    name = fields.Char("Shows")
    picture = fields.Image(required=True, max_width=1600, max_height=1600)

    def _inspections(self):
        return self.point_id.inspection_id
