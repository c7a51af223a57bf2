from odoo import api, models
from odoo.tools import formatLang

from ..wording import numeral


class IrQwebFieldNumeral(models.AbstractModel):
    """A number on a paper, as exact as it is: ``t-options="{'widget': 'numeral'}"``."""

    _name = "ir.qweb.field.numeral"
    _description = "Qweb Field: Number without Idle Zeros"
    _inherit = ["ir.qweb.field"]

    @api.model
    def value_to_html(self, value, options):
        """Return the number with the separators of the reader's language."""
        decimals = len(numeral(value or 0.0).partition(".")[2])
        return formatLang(self.env, value or 0.0, digits=decimals)
