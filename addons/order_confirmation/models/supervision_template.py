from odoo import api, fields, models
from odoo.exceptions import ValidationError

KINDS = [
    ("progress", "Progress"),
    ("quality", "Quality"),
    ("quantity", "Quantity"),
    ("time", "Time"),
]
DUE_ON = [
    ("hours", "Working hours after the start"),
    ("part", "Part of the planned time"),
    ("operation", "End of the operation at a work centre"),
]
# What a point takes over from its line, so that it stays as it was when it was made.
TAKEN = (
    "name", "kind", "due_on", "hours", "part", "instructions", "number_required",
    "picture_required",
)  # fmt: skip


class SupervisionTemplate(models.Model):
    """What the merchandiser looks at while goods of a category are made (ORD-40)."""

    _name = "supervision.template"
    _description = "Supervision Template"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    categ_id = fields.Many2one(
        "product.category",
        "Product Category",
        index=True,
        ondelete="cascade",
        help="The nearest category of the product decides, also one above its own. "
        "Left empty: products of which no category has a template.",
    )
    company_id = fields.Many2one(
        "res.company", help="Left empty: for every company that has none of its own."
    )
    user_id = fields.Many2one(
        "res.users",
        "Merchandiser",
        domain=lambda self: [
            (
                "all_group_ids",
                "in",
                self.env.ref("customer_tiering.role_merchandiser").ids,
            )
        ],
        help="Answers the points; left empty, the merchandiser with the fewest open.",
    )
    line_ids = fields.One2many("supervision.template.line", "template_id", "Points")

    _once = models.UniqueIndex(
        "(COALESCE(categ_id, 0), COALESCE(company_id, 0)) WHERE active",
        "There is a template for this category already.",
    )

    @api.model
    def _for(self, productions):
        """Return ``{production: template}``, in a constant number of queries.

        The template of the nearest category, of the company before the general one;
        an empty one where there is none.
        """
        found = self.sudo().search(
            [("company_id", "in", [*productions.company_id.ids, False])]
        )
        by_place = {(row.categ_id.id, row.company_id.id): row for row in found}
        result = {}
        for production in productions.sudo():
            path = production.product_id.categ_id.parent_path or ""
            places = [int(part) for part in path.split("/") if part][::-1]
            result[production] = next(
                (
                    by_place[place, company]
                    for place in (*places, False)
                    for company in (production.company_id.id, False)
                    if (place, company) in by_place
                ),
                self.sudo().browse(),
            )
        return result


class SupervisionTemplateLine(models.Model):
    """One point of a template: what to look at, and when (ORD-40)."""

    _name = "supervision.template.line"
    _description = "Point of a Supervision Template"
    _order = "sequence, id"

    template_id = fields.Many2one(
        "supervision.template", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="template_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    name = fields.Char("Supervision Point", required=True, translate=True)
    kind = fields.Selection(KINDS, required=True, default="progress")
    due_on = fields.Selection(DUE_ON, "Due", required=True, default="hours")
    hours = fields.Float("Hours After Start", default=4.0)
    part = fields.Float("Part of Planned Time", default=0.5)
    workcenter_id = fields.Many2one(
        "mrp.workcenter",
        "Work Centre",
        ondelete="restrict",
        help="Orders without an operation there do not get this point.",
    )
    instructions = fields.Text(translate=True)
    uom_id = fields.Many2one("uom.uom", "Unit", help="Of the number that is given.")
    number_required = fields.Boolean("Reading")
    picture_required = fields.Boolean("Picture")

    @api.constrains("due_on", "hours", "part", "workcenter_id")
    def _check_due(self):
        for line in self:
            if line.due_on == "hours" and not 0 <= line.hours <= 2000:
                raise ValidationError(
                    self.env._(
                        "“%s”: give between 0 and 2,000 working hours after the start.",
                        line.name,
                    )
                )
            if line.due_on == "part" and not 0 <= line.part <= 1:
                raise ValidationError(
                    self.env._(
                        "“%s”: give between 0 and 100 percent of the planned time.",
                        line.name,
                    )
                )
            if line.due_on == "operation" and not line.workcenter_id:
                raise ValidationError(
                    self.env._("“%s”: name the work centre.", line.name)
                )
