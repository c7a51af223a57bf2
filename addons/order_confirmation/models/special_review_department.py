from odoo import fields, models

from . import signing_party  # noqa: F401 - it comes before what inherits it

PURPOSE = "special_review"


class SpecialReviewDepartment(models.Model):
    """A department that reviews special products, and its role (ORD-16)."""

    _name = "special.review.department"
    _description = "Department of the Special-Product Review"
    _inherit = "signing.party"
    _purpose = PURPOSE

    name = fields.Char("Department")
    group_id = fields.Many2one(help="Who signs for this department.")
