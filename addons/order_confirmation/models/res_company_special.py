from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..special import DEFAULT_LIMIT, read_limit


class ResCompany(models.Model):
    _inherit = "res.company"

    special_limit = fields.Char(
        "Largest Deviation",
        required=True,
        default=DEFAULT_LIMIT,
        help="By which part of a standard dimension an order may deviate and still go "
        "to the special-product contract review: 1/3, 0.25 or 25 %.",
    )

    def _recorded_settings(self):
        return super()._recorded_settings() | {"special_limit"}

    def _special_limit(self):
        """Return the limit as a fraction."""
        return read_limit(self.sudo().special_limit or DEFAULT_LIMIT)

    @api.constrains("special_limit")
    def _check_special_limit(self):
        for company in self:
            try:
                read_limit(company.special_limit)
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "“%s” is no limit. Write a part of the standard between 0 and "
                        "1: 1/3, 0.25 or 25 %%.",
                        company.special_limit or "",
                    )
                ) from error
