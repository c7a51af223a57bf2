from odoo import api, models
from odoo.tools import SQL

from . import order_waiting_words  # noqa: F401 - it comes before what extends it


class OrderWaiting(models.Model):
    """Slips to hand over and to file are on the first page of their roles (ROL-01)."""

    _inherit = "order.waiting"

    @api.model
    def _kind_names(self):
        return [*super()._kind_names(), ("filing", self.env._("Delivery slip filing"))]

    @api.model
    def _waiting_parts(self):
        return {**super()._waiting_parts(), "filing": self._filings()}

    def _filings(self):
        """Return the SQL of the months that are to be handed over, or to be filed."""
        group = self.env["ir.model.data"]._xmlid_to_res_id
        return SQL(
            """
            SELECT filing.id, filing.state AS code,
                   'delivery.slip.filing' AS res_model, filing.id AS res_id,
                   NULL::int AS order_id, NULL::int AS partner_id, filing.company_id,
                   NULL::int AS user_id, NULL::int AS delegate_id,
                   CASE filing.state WHEN 'draft' THEN %s ELSE %s END AS group_id,
                   COALESCE(filing.handed_at, filing.create_date) AS since,
                   NULL::timestamp AS due
              FROM delivery_slip_filing filing
             WHERE filing.state != 'filed'
            """,
            group("customer_tiering.role_shipping"),
            group("customer_tiering.role_finance"),
        )

    def _waiting_words(self, kind):
        if kind != "filing":
            return super()._waiting_words(kind)
        what = self.env._("Delivery slips of a month")
        words = {
            "draft": self.env._("Tick what is here, and hand them over."),
            "handed": self.env._("Count what was handed over, and file it."),
        }
        return {row: (what, words.get(row.code, "")) for row in self}
