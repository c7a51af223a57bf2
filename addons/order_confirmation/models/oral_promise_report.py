from odoo import fields, models
from odoo.tools import SQL

from .oral_promise import STATES


class OralPromiseReport(models.Model):
    """Oral promises per person, as figures: written, lapsed, still open (ORD-09).

    Read from the facts each time it is asked for: what has lapsed needs no job.
    """

    _name = "oral.promise.report"
    _description = "Oral Promises per Person"
    _auto = False
    _order = "promised_at desc"
    _depends = {
        "oral.promise": [
            "user_id",
            "order_id",
            "promised_at",
            "written_at",
            "lapses_at",
        ]
    }

    promise_id = fields.Many2one("oral.promise", readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", "Promised By", readonly=True)
    promised_at = fields.Datetime("When", readonly=True)
    state = fields.Selection(STATES, "Status", readonly=True)
    written = fields.Float("Written (%)", aggregator="avg", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT row.id, row.id AS promise_id, row.order_id, row.partner_id,
                   row.company_id, row.user_id, row.promised_at,
                   CASE WHEN row.written_at IS NOT NULL THEN 'written'
                        WHEN row.lapses_at < now() AT TIME ZONE 'UTC' THEN 'lapsed'
                        ELSE 'open' END AS state,
                   CASE WHEN row.written_at IS NOT NULL THEN 100.0
                        WHEN row.lapses_at < now() AT TIME ZONE 'UTC' THEN 0.0
                        END AS written
              FROM oral_promise row
            """
        )
