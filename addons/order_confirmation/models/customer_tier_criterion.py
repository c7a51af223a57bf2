from odoo import fields, models
from odoo.tools import formatLang


class CustomerTierCriterion(models.Model):
    """How often a customer returns the sheet late (TIER-02)."""

    _inherit = "customer.tier.criterion"

    measure = fields.Selection(
        selection_add=[("sheets_late", "Sheets returned late")],
        ondelete={"sheets_late": "cascade"},
    )

    def _figures_sheets_late(self, span):
        """Sheets that were not back on the day they were sent (ORD-26), as a count.

        Where an order was released with its sheet owed, by the date it was owed. What
        is not back yet is late once that day is over. Only the last version counts.
        """
        return self._asked(
            """
            SELECT commercial_partner_id, COUNT(*) FILTER (WHERE back_on > due_on)
              FROM (
                SELECT partner.commercial_partner_id,
                       COALESCE(
                           (sheet.returned_at AT TIME ZONE 'UTC'
                            AT TIME ZONE %(zone)s)::date, %(until)s) AS back_on,
                       GREATEST(
                           (sheet.sent_at AT TIME ZONE 'UTC'
                            AT TIME ZONE %(zone)s)::date,
                           MAX(owed.due_date)) AS due_on
                  FROM order_sheet sheet
                  JOIN sale_order ordered ON ordered.id = sheet.order_id
                  JOIN res_partner partner ON partner.id = ordered.partner_id
             LEFT JOIN release_requirement requirement
                    ON requirement.code = 'returned_sheet'
             LEFT JOIN release_owed owed ON owed.order_id = ordered.id
                   AND owed.requirement_id = requirement.id
                 WHERE sheet.company_id = ANY(%(companies)s)
                   AND sheet.sent_at >= %(start)s AND sheet.sent_at < %(end)s
                   AND sheet.state NOT IN ('superseded', 'cancelled')
              GROUP BY sheet.id, partner.id) AS sent
          GROUP BY commercial_partner_id""",
            zone=span.company._clock_timezone().zone,
            **self._books(span),
        )

    def _say_sheets_late(self, figure, span, company):
        return self.env._(
            "Sheets returned late %(span)s: %(count)s",
            count=formatLang(self.env, figure, digits=0),
            span=span,
        )
