from odoo import api, fields, models
from odoo.exceptions import ValidationError

PURPOSE = "special_review"


class SpecialReviewDepartment(models.Model):
    """A department that reviews special products, and its role (ORD-16).

    Those of a company; where it names none, the general ones.
    """

    _name = "special.review.department"
    _description = "Department of the Special-Product Review"
    _order = "sequence, id"

    name = fields.Char("Department", required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Left empty: for every company that names none of its own."
    )
    group_id = fields.Many2one(
        "res.groups",
        "Role",
        required=True,
        ondelete="restrict",
        help="Who signs for this department.",
    )
    user_id = fields.Many2one(
        "res.users",
        "To-Do For",
        domain="[('all_group_ids', 'in', group_id)]",
        help="Gets the to-do; left empty, somebody in the role does.",
    )

    @api.constrains("group_id", "user_id")
    def _check_group(self):
        purpose = self.env["signoff.purpose"]._get(PURPOSE)
        for department in self:
            role = department.group_id
            if role not in purpose.group_ids:
                raise ValidationError(
                    self.env._(
                        "%(role)s does not sign “%(purpose)s”; it is signed by: "
                        "%(roles)s.",
                        role=role.name,
                        purpose=purpose.name,
                        roles=purpose._signers(),
                    )
                )
            if department.user_id and role not in department.user_id.all_group_ids:
                raise ValidationError(
                    self.env._(
                        "%(person)s does not have the role %(role)s.",
                        person=department.user_id.name,
                        role=role.name,
                    )
                )

    @api.model
    def _of(self, company):
        """Return the departments that review for a company."""
        found = self.sudo().search([("company_id", "in", [company.id, False])])
        own = found.filtered("company_id")
        return own or found

    def _person(self, company):
        """Return who gets the to-do of this department, often named, else anybody."""
        self.ensure_one()
        department = self.sudo()
        if department.user_id.active:
            return department.user_id
        return (
            self.env["res.users"]
            .sudo()
            .search(
                [
                    ("all_group_ids", "in", department.group_id.ids),
                    ("company_ids", "in", company.ids),
                    ("share", "=", False),
                ],
                order="id",
                limit=1,
            )
        )
