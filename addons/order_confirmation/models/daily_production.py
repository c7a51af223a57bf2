from datetime import date, timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..opening import form_of


class DailyProduction(models.Model):
    """What each order was to make and made at each work centre, day by day (ORD-42).

    Read from MRP each time. A row is one operation on one day on which it was planned,
    worked on, finished or scrapped at; a manufacturing order without operations is a
    row itself, without a work centre. Days are those of the company's time zone.
    """

    _name = "daily.production"
    _description = "Daily Production"
    _auto = False
    _order = "day desc, workcenter_id, order_id, id"

    day = fields.Date(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    production_id = fields.Many2one(
        "mrp.production", "Manufacturing Order", readonly=True
    )
    workorder_id = fields.Many2one("mrp.workorder", "Work Order", readonly=True)
    operation = fields.Char(readonly=True)
    workcenter_id = fields.Many2one("mrp.workcenter", "Work Centre", readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    product_uom_id = fields.Many2one("uom.uom", "Unit", readonly=True)
    planned_qty = fields.Float("Planned", readonly=True, digits="Product Unit")
    done_qty = fields.Float("Done", readonly=True, digits="Product Unit")
    scrapped_qty = fields.Float(
        "Rejected", readonly=True, digits="Product Unit",
        help="Scrapped, and what failed the final inspection and was not conceded.",
    )  # fmt: skip
    remaining_qty = fields.Float("Remaining", readonly=True, digits="Product Unit")
    hours_planned = fields.Float(readonly=True)
    hours_real = fields.Float(readonly=True)
    exceptions = fields.Integer(
        "Open Exceptions", readonly=True, help="Open on that day, of whatever kind."
    )

    @property
    def _table_query(self):
        """Return the rows.

        ``work`` is every operation, and every manufacturing order without one; ``days``
        says on which days it counts, ``booked``, ``made`` and ``scrapped`` what
        happened on them. Where a day is asked for, what has nothing to do with it is
        left out before days are laid out.
        """
        now = SQL("%s::timestamp", fields.Datetime.now())
        return SQL(
            """
            WITH zone AS (
                SELECT company.id AS company_id, COALESCE(hours.tz, 'UTC') AS tz
                  FROM res_company company
                  LEFT JOIN resource_calendar hours
                    ON hours.id = company.resource_calendar_id
            ), every AS (
                SELECT op.id * 2 AS id, op.id AS workorder_id, op.name AS operation,
                       op.workcenter_id, mo.id AS production_id, zone.tz,
                       mo.product_qty AS planned, op.qty_produced AS made,
                       op.state = 'done' AS finished,
                       COALESCE(op.date_start, mo.date_start) AS date_start,
                       COALESCE(op.date_finished, mo.date_finished,
                                op.date_start, mo.date_start) AS date_finished,
                       COALESCE(op.duration_expected, 0) / 60 AS hours,
                       row_number() OVER (
                           PARTITION BY mo.id ORDER BY op.sequence DESC, op.id DESC
                       ) = 1 AS is_last
                  FROM mrp_workorder op
                  JOIN mrp_production mo ON mo.id = op.production_id
                  JOIN zone ON zone.company_id = mo.company_id
                 WHERE op.state != 'cancel' AND mo.state NOT IN ('draft', 'cancel')
                 UNION ALL
                SELECT mo.id * 2 + 1, NULL, NULL, NULL, mo.id, zone.tz,
                       mo.product_qty,
                       CASE WHEN mo.state = 'done' THEN mo.qty_producing ELSE 0 END,
                       mo.state = 'done', mo.date_start,
                       COALESCE(mo.date_finished, mo.date_start), 0, TRUE
                  FROM mrp_production mo
                  JOIN zone ON zone.company_id = mo.company_id
                 WHERE mo.state NOT IN ('draft', 'cancel')
                   AND NOT EXISTS (SELECT 1 FROM mrp_workorder op
                                    WHERE op.production_id = mo.id
                                      AND op.state != 'cancel')
            ), work AS (
                SELECT * FROM every WHERE %(about)s
            ), booked AS (
                SELECT work.id, %(booked_day)s AS day,
                       sum(CASE WHEN entry.date_end IS NULL
                                THEN EXTRACT(epoch FROM %(now)s - entry.date_start) / 60
                                ELSE entry.duration END) / 60 AS hours
                  FROM mrp_workcenter_productivity entry
                  JOIN work ON work.workorder_id = entry.workorder_id
                 GROUP BY 1, 2
            ), rejected AS (
                SELECT work.id, %(scrap_day)s AS day,
                       sum(scrap.scrap_qty * unit.factor / own.factor) AS quantity
                  FROM stock_scrap scrap
                  JOIN mrp_production mo ON mo.id = scrap.production_id
                   AND mo.product_id = scrap.product_id
                  JOIN uom_uom unit ON unit.id = scrap.product_uom_id
                  JOIN uom_uom own ON own.id = mo.product_uom_id
                  JOIN work ON work.production_id = mo.id
                   AND CASE WHEN scrap.workorder_id IS NULL THEN work.is_last
                            ELSE work.workorder_id = scrap.workorder_id END
                 WHERE scrap.state = 'done'
                 GROUP BY 1, 2
                 UNION ALL
                -- What failed, but for what was conceded, and scrapped: that is above.
                SELECT work.id, %(failed_day)s,
                       sum((seen.quantity - seen.passed_quantity
                            - COALESCE(decided.quantity, 0))
                           * unit.factor / own.factor)
                  FROM final_inspection seen
                  JOIN signoff_signature mark
                    ON mark.res_model = 'final.inspection' AND mark.res_id = seen.id
                   AND mark.kind = 'signature' AND mark.state = 'valid'
                   AND mark.purpose_code = 'final_inspection'
                  JOIN mrp_production mo ON mo.id = seen.production_id
                   AND mo.product_id = seen.product_id
                  JOIN product_product product ON product.id = mo.product_id
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id
                  JOIN uom_uom unit ON unit.id = template.uom_id
                  JOIN uom_uom own ON own.id = mo.product_uom_id
                  JOIN work ON work.production_id = mo.id AND work.is_last
                  LEFT JOIN LATERAL (
                      SELECT sum(quantity) AS quantity FROM final_inspection_decision
                       WHERE inspection_id = seen.id AND state = 'done'
                         AND kind IN ('scrap', 'concession')) decided ON TRUE
                 WHERE seen.quantity - seen.passed_quantity
                       > COALESCE(decided.quantity, 0)
                 GROUP BY 1, 2
            ), scrapped AS (
                SELECT id, day, sum(quantity) AS quantity FROM rejected GROUP BY 1, 2
            ), span AS (
                SELECT work.id, %(start_day)s AS first,
                       LEAST(GREATEST(%(start_day)s, %(end_day)s),
                             %(start_day)s + 366) AS last
                  FROM work WHERE work.date_start IS NOT NULL
            ), noted AS (
                SELECT work.id, %(noted_day)s AS day, sum(note.quantity) AS quantity
                  FROM production_booking note
                  JOIN work ON work.workorder_id = note.workorder_id
                 GROUP BY 1, 2
            ), made AS (
                SELECT id, day, sum(quantity) AS quantity FROM (
                    SELECT id, day, quantity FROM noted
                     UNION ALL
                    -- What was booked before that was noted stands on one day.
                    SELECT work.id, COALESCE(
                               CASE WHEN NOT work.finished THEN max(booked.day) END,
                               CASE WHEN work.finished THEN %(end_day)s
                                    ELSE %(start_day)s END),
                           work.made - COALESCE(known.quantity, 0)
                      FROM work
                      LEFT JOIN booked ON booked.id = work.id
                      LEFT JOIN (SELECT id, sum(quantity) AS quantity FROM noted
                                  GROUP BY id) known ON known.id = work.id
                     WHERE work.made - COALESCE(known.quantity, 0) > 0.00001
                     GROUP BY work.id, work.finished, work.date_finished,
                              work.date_start, work.tz, work.made, known.quantity
                    ) booking
                 GROUP BY id, day
            ), days AS (
                SELECT span.id, series.day::date AS day
                  FROM span, LATERAL generate_series(
                       span.first::timestamp, span.last::timestamp, '1 day'
                  ) AS series(day)
                 UNION SELECT id, day FROM booked
                 UNION SELECT id, day FROM scrapped
                 UNION SELECT id, day FROM made
            )
            SELECT (days.day - DATE '2000-01-01')::bigint * 4294967296 + work.id AS id,
                   days.day, mo.company_id, mo.id AS production_id, work.workorder_id,
                   work.operation, work.workcenter_id, so.id AS order_id, so.partner_id,
                   so.user_id, mo.product_id, mo.product_uom_id,
                   work.planned AS planned_qty,
                   COALESCE(made.quantity, 0) AS done_qty,
                   COALESCE(scrapped.quantity, 0) AS scrapped_qty,
                   GREATEST(work.planned - sum(COALESCE(made.quantity, 0)) OVER (
                       PARTITION BY days.id ORDER BY days.day), 0) AS remaining_qty,
                   CASE WHEN days.day BETWEEN span.first AND span.last
                        THEN work.hours / (span.last - span.first + 1)
                        ELSE 0 END AS hours_planned,
                   COALESCE(booked.hours, 0) AS hours_real,
                   COALESCE(trouble.count, 0) AS exceptions
              FROM days
              JOIN work ON work.id = days.id
              JOIN mrp_production mo ON mo.id = work.production_id
              LEFT JOIN span ON span.id = days.id
              LEFT JOIN booked ON booked.id = days.id AND booked.day = days.day
              LEFT JOIN scrapped ON scrapped.id = days.id AND scrapped.day = days.day
              LEFT JOIN made ON made.id = days.id AND made.day = days.day
              LEFT JOIN sale_order_line line ON line.id = mo.sale_line_id
              LEFT JOIN LATERAL (
                   SELECT min(sold.sale_id) AS id
                     FROM stock_reference_production_rel produced
                     JOIN stock_reference_sale_rel sold
                       ON sold.reference_id = produced.reference_id
                    WHERE produced.production_id = mo.id) named ON TRUE
              LEFT JOIN sale_order so ON so.id = COALESCE(line.order_id, named.id)
              LEFT JOIN LATERAL (
                   SELECT count(*)::int AS count FROM production_exception exc
                    WHERE exc.production_id = mo.id
                      AND %(reported_day)s <= days.day
                      AND (exc.closed_at IS NULL OR %(closed_day)s >= days.day)
                   ) trouble ON TRUE
            """,
            now=now,
            booked_day=self._day_of("entry.date_start"),
            scrap_day=self._day_of("scrap.date_done"),
            start_day=self._day_of("work.date_start"),
            end_day=self._day_of("work.date_finished"),
            reported_day=self._day_of("exc.reported_at"),
            closed_day=self._day_of("exc.closed_at"),
            noted_day=self._day_of("note.booked_at"),
            failed_day=self._day_of("mark.signed_at"),
            about=self._about(),
        )

    def _about(self):
        """Return the SQL that leaves out work which a day's paper does not show.

        A day of any time zone lies within two days of itself in UTC; days themselves
        are compared exactly further on. Without a day, nothing is left out.
        """
        day = self.env.context.get("daily_production_day")
        if not isinstance(day, date):
            return SQL("TRUE")
        first, end = day - timedelta(days=2), day + timedelta(days=3)
        return SQL(
            """
            date_start < %(end)s AND GREATEST(date_start, date_finished) >= %(first)s
            OR EXISTS (SELECT 1 FROM mrp_workcenter_productivity entry
                        WHERE entry.workorder_id = every.workorder_id
                          AND entry.date_start >= %(first)s
                          AND entry.date_start < %(end)s)
            OR EXISTS (SELECT 1 FROM production_booking note
                        WHERE note.workorder_id = every.workorder_id
                          AND note.booked_at >= %(first)s AND note.booked_at < %(end)s)
            OR EXISTS (SELECT 1 FROM stock_scrap scrap
                        WHERE scrap.production_id = every.production_id
                          AND scrap.date_done >= %(first)s
                          AND scrap.date_done < %(end)s)
            OR EXISTS (SELECT 1 FROM final_inspection seen
                         JOIN signoff_signature mark
                           ON mark.res_model = 'final.inspection'
                          AND mark.res_id = seen.id
                        WHERE seen.production_id = every.production_id
                          AND mark.signed_at >= %(first)s AND mark.signed_at < %(end)s)
            """,
            first=first,
            end=end,
        )

    def _day_of(self, column):
        """Return the SQL of the day of a UTC moment, where the goods are made."""
        return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE work.tz)::date", SQL(column))

    @api.model
    def _of_day(self, company, day):
        """Return the rows of a company's day, with all that a paper says of them.

        The number of queries does not grow with the rows.
        """
        rows = (
            self.sudo()
            .with_context(daily_production_day=day)
            .search_fetch(
                [("company_id", "=", company.id), ("day", "=", day)],
                order="workcenter_id, order_id, id",
            )
        )
        rows.production_id.fetch(["name"])
        rows.product_id.fetch(["name", "default_code", "product_tmpl_id"])
        rows.order_id.fetch(["name"])
        return rows

    def action_open_production(self):
        """Open the manufacturing order behind the row."""
        self.ensure_one()
        return form_of(self.production_id)
