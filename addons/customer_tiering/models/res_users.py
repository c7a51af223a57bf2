from odoo import models
from odoo.addons.written_signoff.wording import joined
from odoo.exceptions import AccessError


class ResUsers(models.Model):
    _inherit = "res.users"

    def _lacks_role(self, *roles):
        """Return who may, in words, where this person has none of these roles.

        Being administrator is none of them.

        :param roles: as in the names of the groups ``customer_tiering.role_…``
        :return: the names of the roles, False for who has one
        """
        groups = [self.env.ref(f"customer_tiering.role_{role}") for role in roles]
        if any(group in self.all_group_ids for group in groups):
            return False
        return joined(self.env, (group.sudo().name for group in groups))

    def _require_role(self, *roles):
        """Raise unless the person has one of these roles; being administrator is none.

        :raises AccessError: naming who may
        """
        if who_may := self._lacks_role(*roles):
            raise AccessError(self.env._("This is done by: %s.", who_may))
