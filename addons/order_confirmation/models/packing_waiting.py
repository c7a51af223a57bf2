from odoo import api, models
from odoo.tools import SQL


class OrderWaiting(models.Model):
    """Packed goods that wait for somebody's check stand in “Waits for Me” (ROL-01)."""

    _inherit = "order.waiting"

    @api.model
    def _kind_names(self):
        return [*super()._kind_names(), ("packing", self.env._("Packing to check"))]

    @api.model
    def _waiting_parts(self):
        return {**super()._waiting_parts(), "packing": self._packing_to_check()}

    def _packing_to_check(self):
        """Return the SQL of the plans that are packed, and not by the reader."""
        return SQL(
            """
            SELECT plan.id, plan.state AS code, 'packing.plan' AS res_model,
                   plan.id AS res_id, plan.order_id, plan.partner_id, plan.company_id,
                   NULL::int AS user_id, NULL::int AS delegate_id,
                   %s::int AS group_id, plan.packed_at AS since,
                   picking.scheduled_date AS due
              FROM packing_plan plan
              JOIN stock_picking picking ON picking.id = plan.picking_id
             WHERE plan.state = 'packed' AND plan.packed_by_id IS DISTINCT FROM %s
               AND picking.state NOT IN ('done', 'cancel')
            """,
            self.env["ir.model.data"]._xmlid_to_res_id(
                "customer_tiering.role_shipping"
            ),
            self.env.uid,
        )

    def _waiting_words(self, kind):
        if kind != "packing":
            return super()._waiting_words(kind)
        words = (
            self.env._("Packed, to be checked"),
            self.env._("Compare cartons, labels, marks and weight, and sign."),
        )
        return dict.fromkeys(self, words)
