import json
import logging

from odoo import api, fields, models
from odoo.addons.written_signoff.keeping import DISCUSSION, keyed
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..standard import Part, score, tier_of

_logger = logging.getLogger(__name__)


class CustomerTierReview(models.Model):
    """All customers measured on one day, by the standard of that day (TIER-02)."""

    _name = "customer.tier.review"
    _description = "Measuring of All Customers"
    _inherit = ["kept.record", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _rec_name = "until"
    _mail_post_access = "read"
    _kept_open = frozenset(DISCUSSION)

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    until = fields.Date("Measured On", required=True, readonly=True)
    measured_count = fields.Integer("Customers Measured", readonly=True)
    standard = fields.Json(readonly=True)
    proposal_ids = fields.One2many("customer.tier.proposal", "review_id", "Proposals")
    proposal_count = fields.Integer(compute="_compute_counts")
    open_count = fields.Integer("To Decide", compute="_compute_counts")
    up_count = fields.Integer("Up", compute="_compute_counts")
    down_count = fields.Integer("Down", compute="_compute_counts")

    @api.depends("proposal_ids.state")
    def _compute_counts(self):
        groups = self.env["customer.tier.proposal"]._read_group(
            [("review_id", "in", self.ids)],
            ["review_id", "direction", "state"],
            ["__count"],
        )
        for review in self:
            own = [row for row in groups if row[0] == review]
            review.proposal_count = sum(row[3] for row in own)
            review.open_count = sum(row[3] for row in own if row[2] == "open")
            review.up_count = sum(row[3] for row in own if row[1] == "up")
            review.down_count = sum(row[3] for row in own if row[1] == "down")

    # -- nobody writes here but the measuring ----------------------------------------

    def _kept_refusal(self):
        """Refuse everybody but the measuring; the discussion is open."""
        return self.env._("Customers are measured, and the result stays as it was.")

    # -- measuring -------------------------------------------------------------------

    def action_measure(self):
        """Measure all customers of this company now, and show the proposals.

        :raises AccessError: not the sales director
        """
        director = self.env.ref("customer_tiering.role_sales_director")
        if director not in self.env.user.all_group_ids:
            raise AccessError(
                self.env._("Customers are measured by: %s.", director.sudo().name)
            )
        review = self._measure(self.env.company)
        return review.with_env(self.env).action_proposals()

    def action_proposals(self):
        """Show the proposals of this measuring."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "customer_tiering.customer_tier_proposal_action"
        )
        return {
            **action,
            "domain": [("review_id", "=", self.id)],
            "context": {"search_default_open": 1},
        }

    @api.model
    def _cron_measure(self):
        """Measure the customers of each company under release control.

        What is wrong in one company is logged, and keeps no other from being measured.
        """
        companies = self.env["res.company"].sudo()
        for company in companies.search([("release_control", "=", True)]):
            try:
                with self.env.cr.savepoint():
                    self.with_company(company)._measure(company)
            except UserError as reason:
                _logger.warning(
                    "Customers of %s are not measured: %s", company.display_name, reason
                )

    @api.model
    def _measure(self, company):
        """Measure all customers of a company and propose what would change.

        Proposals that were not decided are replaced. The number of queries is that of
        the criteria and some, for ten customers or ten thousand.

        :raises UserError: there is no standard to measure by
        """
        self.env.flush_all()
        until = company._business_date(fields.Datetime.now())
        criteria = self.env["customer.tier.criterion"]._of_company(company)
        tiers = self.env["customer.tier"]._of_company(company)
        if not criteria or not tiers:
            raise UserError(
                self.env._(
                    "There is no customer tier standard to measure by: make tiers and "
                    "criteria first."
                )
            )
        spans = {row: row._span(company, until) for row in criteria}
        figures = {row: row._figures(span) for row, span in spans.items()}
        present = self._present(company, tiers)
        rows = []
        for partner_id, present_id in present.items():
            measured = [
                row._measured(spans[row], figures[row].get(partner_id))
                for row in criteria
            ]
            result = score(Part(one["weight"], one["points"]) for one in measured)
            proposed = tier_of(result, [(row.id, row.min_score) for row in tiers])
            if proposed != present_id:
                rows.append((partner_id, present_id, proposed, result, measured))
        review = keyed(self).create(
            {
                "company_id": company.id,
                "until": until,
                "measured_count": len(present),
                "standard": self._standard(criteria, tiers),
            }
        )
        review._propose(rows, tiers)
        review._tell_directors(len(rows))
        return review

    def _standard(self, criteria, tiers):
        """Return, to be kept, by what was measured."""
        return {
            "criteria": [
                {
                    "measure": row.measure,
                    "weight": row.weight,
                    "months": row.months,
                    "steps": [list(step) for step in row._steps()],
                }
                for row in criteria
            ],
            "tiers": [{"code": row.code, "min_score": row.min_score} for row in tiers],
        }

    def _present(self, company, tiers):
        """Return ``{customer id: tier id}`` from which a proposal would start.

        Customers are those who ever ordered or were invoiced, or stand above the
        lowest tier. Where a tier given by hand is in force, what it falls back to.
        """
        query = SQL(
            """
            WITH known AS (
                SELECT partner.commercial_partner_id AS id FROM sale_order ordered
                  JOIN res_partner partner ON partner.id = ordered.partner_id
                 WHERE ordered.state = 'sale'
                   AND ordered.company_id = ANY(%(companies)s)
                 UNION
                SELECT commercial_partner_id FROM account_move
                 WHERE state = 'posted' AND company_id = ANY(%(companies)s)
                   AND move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                 UNION
                SELECT id FROM res_partner
                 WHERE customer_tier_id IS NOT NULL AND commercial_partner_id = id
                   AND (customer_tier_id ->> %(key)s)::int <> %(lowest)s
            )
            SELECT partner.id, COALESCE(
                       CASE WHEN manual.id IS NOT NULL
                            THEN COALESCE(measured.tier_id, manual.base_tier_id)
                            ELSE (partner.customer_tier_id ->> %(key)s)::int END,
                       %(lowest)s)
              FROM known JOIN res_partner partner ON partner.id = known.id
         LEFT JOIN LATERAL (
                SELECT id, base_tier_id, signed_at FROM customer_tier_proposal
                 WHERE partner_id = partner.id AND company_id = %(company)s
                   AND state = 'signed' AND kind = 'manual'
              ORDER BY id DESC LIMIT 1) manual ON TRUE
         LEFT JOIN LATERAL (
                SELECT tier_id FROM customer_tier_proposal
                 WHERE partner_id = partner.id AND company_id = %(company)s
                   AND state = 'signed' AND kind = 'measured'
                   AND signed_at >= manual.signed_at
              ORDER BY id DESC LIMIT 1) measured ON TRUE
             WHERE partner.active AND NOT EXISTS (
                SELECT FROM res_company WHERE partner_id = partner.id)
          ORDER BY partner.id
            """,
            companies=company.sudo().search([("id", "child_of", company.id)]).ids,
            company=company.id,
            key=str(company.id),
            lowest=tiers[-1].id,
        )
        return dict(self.env.execute_query(query))

    def _propose(self, rows, tiers):
        """Write the proposals, in one query for any number of them.

        :param rows: ``(customer id, present tier, proposed tier, score, figures)``
        """
        proposals = self.env["customer.tier.proposal"]
        rank = {tier.id: place for place, tier in enumerate(tiers)}
        values = [
            {
                "partner_id": partner_id,
                "present_tier_id": present,
                "tier_id": proposed,
                "score": result,
                "figures": measured,
                "direction": "up"
                if rank[proposed] < rank.get(present, len(rank))
                else "down",
            }
            for partner_id, present, proposed, result, measured in rows
        ]
        # Not by the ORM: thousands of rows, in as many queries as for ten.
        self.env.cr.execute(
            SQL(
                """
                UPDATE customer_tier_proposal SET state = 'replaced'
                 WHERE company_id = %s AND kind = 'measured' AND state = 'open'
                """,
                self.company_id.id,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO customer_tier_proposal (
                    partner_id, present_tier_id, tier_id, score, figures, direction,
                    company_id, review_id, kind, state,
                    create_uid, create_date, write_uid, write_date)
                SELECT row.partner_id, row.present_tier_id, row.tier_id, row.score,
                       row.figures, row.direction, %(company)s, %(review)s,
                       'measured', 'open', %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM jsonb_to_recordset(%(rows)s::jsonb) AS row (
                       partner_id int, present_tier_id int, tier_id int,
                       score float8, figures jsonb, direction text)
                """,
                company=self.company_id.id,
                review=self.id,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                rows=json.dumps(values),
            )
        )
        proposals.invalidate_model()
        self.invalidate_recordset()

    def _tell_directors(self, count):
        if not count:
            return
        directors = self.company_id._people_in("customer_tiering.role_sales_director")
        todo = "mail.mail_activity_data_todo"
        older = self.search(
            [("company_id", "=", self.company_id.id), ("id", "!=", self.id)], limit=12
        )
        older.activity_unlink([todo])
        for person in directors:
            self.activity_schedule(
                todo,
                user_id=person.id,
                summary=self.with_context(lang=person.lang).env._(
                    "Decide on %s proposals of tiers", count
                ),
            )
