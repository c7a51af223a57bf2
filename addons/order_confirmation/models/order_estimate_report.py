from odoo import fields, models
from odoo.tools import SQL

from .order_estimate import HOW, KINDS, OUTCOMES


class OrderEstimateReport(models.Model):
    """What was told to customers, and whether it was kept, as figures (ORD-05).

    Read from the facts each time it is asked for: what is overdue today needs no job.
    """

    _name = "order.estimate.report"
    _description = "Estimates Kept"
    _auto = False
    _order = "told_at desc"
    _depends = {
        "order.estimate": [
            "met_at",
            "promised_at",
            "told_at",
            "told_by_id",
            "order_id",
        ],
        "sale.order": ["state"],
    }

    estimate_id = fields.Many2one("order.estimate", readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    told_by_id = fields.Many2one("res.users", readonly=True)
    kind = fields.Selection(KINDS, "What", readonly=True)
    told_how = fields.Selection(HOW, "How", readonly=True)
    told_at = fields.Datetime("Told", readonly=True)
    promised_at = fields.Datetime("Told to Be Ready", readonly=True)
    met_at = fields.Datetime("Ready", readonly=True)
    outcome = fields.Selection(OUTCOMES, readonly=True)
    kept = fields.Float("Kept (%)", aggregator="avg", readonly=True)
    hours_late = fields.Float(aggregator="avg", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT row.id, row.id AS estimate_id, row.order_id, row.partner_id,
                   row.company_id, row.user_id, row.told_by_id, row.kind, row.told_how,
                   row.told_at, row.promised_at, row.met_at,
                   CASE WHEN row.met_at <= row.promised_at THEN 'met'
                        WHEN row.met_at IS NOT NULL THEN 'late'
                        WHEN so.state = 'cancel' THEN 'dropped'
                        WHEN row.promised_at < now() AT TIME ZONE 'UTC' THEN 'overdue'
                        ELSE 'waiting' END AS outcome,
                   CASE WHEN row.met_at <= row.promised_at THEN 100.0
                        WHEN row.met_at IS NOT NULL
                          OR so.state != 'cancel'
                         AND row.promised_at < now() AT TIME ZONE 'UTC' THEN 0.0
                        END AS kept,
                   CASE WHEN so.state != 'cancel' OR row.met_at IS NOT NULL
                        THEN GREATEST(0, EXTRACT(EPOCH FROM
                             COALESCE(row.met_at, now() AT TIME ZONE 'UTC')
                             - row.promised_at) / 3600) END AS hours_late
              FROM order_estimate row
              JOIN sale_order so ON so.id = row.order_id
            """
        )
