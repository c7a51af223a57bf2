from datetime import date, datetime, time, timedelta

from odoo import models
from odoo.addons.service_clock.models.res_company import naive
from odoo.tools import SQL

BEGINNING = date(1900, 1, 1)


class CustomerTierCriterion(models.Model):
    """What the books say of all customers, in one query for each measure (TIER-02)."""

    _inherit = "customer.tier.criterion"

    def _books(self, span):
        """Return the parameters shared by the queries of a span."""
        zone = span.company._clock_timezone()
        first = span.since or BEGINNING

        def moment(day):
            return naive(zone.localize(datetime.combine(day, time.min)))

        return {
            "companies": span.company.sudo().search(
                [("id", "child_of", span.company.id)]
            ).ids,
            "since": first,
            "until": span.until,
            # Moments in UTC: the first of the span, and the first after it.
            "start": moment(first),
            "end": moment(span.until + timedelta(days=1)),
        }  # fmt: skip

    def _asked(self, query, **values):
        rows = self.env.execute_query(SQL(query, **values))
        return {
            partner_id: float(figure)
            for partner_id, figure in rows
            if figure is not None
        }

    def _figures_revenue(self, span):
        """Posted invoices less credit notes, without tax, in the company's currency."""
        return self._asked(
            """
            SELECT commercial_partner_id, SUM(amount_untaxed_signed)
              FROM account_move
             WHERE state = 'posted'
               AND move_type IN ('out_invoice', 'out_refund', 'out_receipt')
               AND company_id = ANY(%(companies)s)
               AND invoice_date BETWEEN %(since)s AND %(until)s
          GROUP BY commercial_partner_id""",
            **self._books(span),
        )

    def _figures_days_late(self, span):
        """Days from due to paid, early ones as none, on average over what fell due.

        What is still open counts up to now; what a credit note took back does not
        count at all.
        """
        return self._asked(
            """
            SELECT commercial_partner_id,
                   AVG(GREATEST(0, LEAST(paid_on, %(until)s) - invoice_date_due))
              FROM (
                SELECT move.commercial_partner_id, move.invoice_date_due,
                       CASE WHEN move.payment_state IN ('paid', 'in_payment')
                            THEN COALESCE(MAX(part.max_date), MAX(payment.date),
                                          move.invoice_date_due)
                            ELSE %(until)s END AS paid_on
                  FROM account_move move
                  JOIN account_move_line line ON line.move_id = move.id
                   AND line.display_type = 'payment_term'
             LEFT JOIN account_partial_reconcile part
                    ON part.debit_move_id = line.id
             LEFT JOIN account_move__account_payment rel ON rel.invoice_id = move.id
             LEFT JOIN account_payment payment ON payment.id = rel.payment_id
                   AND payment.state IN ('in_process', 'paid')
                 WHERE move.state = 'posted' AND move.move_type = 'out_invoice'
                   AND move.payment_state <> 'reversed'
                   AND move.company_id = ANY(%(companies)s)
                   AND move.invoice_date_due BETWEEN %(since)s AND %(until)s
              GROUP BY move.id) AS invoice
          GROUP BY commercial_partner_id""",
            **self._books(span),
        )

    def _figures_orders(self, span):
        """Orders confirmed and not cancelled."""
        return self._asked(
            """
            SELECT partner.commercial_partner_id, COUNT(*)
              FROM sale_order ordered
              JOIN res_partner partner ON partner.id = ordered.partner_id
             WHERE ordered.state = 'sale'
               AND ordered.company_id = ANY(%(companies)s)
               AND ordered.date_order >= %(start)s AND ordered.date_order < %(end)s
          GROUP BY partner.commercial_partner_id""",
            **self._books(span),
        )

    def _figures_years(self, span):
        """Years since the first confirmed order or posted invoice."""
        return self._asked(
            """
            SELECT partner_id, (%(until)s - MIN(day)) / 365.25
              FROM (SELECT commercial_partner_id AS partner_id,
                           COALESCE(invoice_date, date) AS day
                      FROM account_move
                     WHERE state = 'posted' AND company_id = ANY(%(companies)s)
                       AND move_type IN ('out_invoice', 'out_receipt')
                     UNION ALL
                    SELECT partner.commercial_partner_id, ordered.date_order::date
                      FROM sale_order ordered
                      JOIN res_partner partner ON partner.id = ordered.partner_id
                     WHERE ordered.state = 'sale'
                       AND ordered.company_id = ANY(%(companies)s)) AS first
             WHERE day <= %(until)s
          GROUP BY partner_id""",
            **self._books(span),
        )
