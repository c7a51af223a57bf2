from odoo import models


class ResGroups(models.Model):
    _inherit = "res.groups"

    def _compute_full_name(self):
        """Say a name once where a privilege has one group and its name: our roles."""
        result = super()._compute_full_name()
        for group, bare in zip(self, self.sudo(), strict=True):
            if bare.privilege_id.name == bare.name:
                group.full_name = bare.name
        return result
