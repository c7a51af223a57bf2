from odoo import api, models


class CachedRules(models.AbstractModel):
    """Rows that gates read from the registry's cache: a change of one empties it."""

    _name = "cached.rules"
    _description = "Rules Kept in the Cache"

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()
