from odoo import models, tools


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    @tools.ormcache("self.id")
    def _clock_zone(self):
        """Return the name of the time zone; asked for with every order."""
        return self.sudo().tz

    def write(self, vals):
        """Forget the zone that was."""
        result = super().write(vals)
        if "tz" in vals:
            self.env.registry.clear_cache()
        return result
