from odoo import api, models
from odoo.exceptions import AccessError

from .res_partner import GUARDED


class IrDefault(models.Model):
    _inherit = "ir.default"

    @api.constrains("field_id", "json_value")
    def _check_no_default_tier(self):
        """No default value makes customers better: what is not set is the lowest."""
        fields_ = self.sudo().field_id.filtered(lambda row: row.model == "res.partner")
        if GUARDED & set(fields_.mapped("name")):
            raise AccessError(
                self.env._("A customer's tier has no default: new ones start lowest.")
            )
