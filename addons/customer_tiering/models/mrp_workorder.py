from odoo import api, models

STARTED = {"progress", "done"}


class MrpWorkorder(models.Model):
    _inherit = "mrp.workorder"

    @api.model_create_multi
    def create(self, vals_list):
        """Hold work that is born started to the gate of its order."""
        workorders = super().create(vals_list)
        started = workorders.filtered(lambda work: work.state in STARTED)
        started.production_id._release_check_production()
        return workorders

    def write(self, vals):
        """Hold the start of work to the gate of its order (TIER-06)."""
        if vals.get("state") in STARTED:
            self.production_id._release_check_production()
        return super().write(vals)
