from datetime import date

from odoo import api, fields, models

CODE = "delivery.slip"


class ResCompany(models.Model):
    """The numbers of a company's delivery slips: from 1 each year, without gaps."""

    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        """Give each company numbers of its own for its slips (ORD-61)."""
        companies = super().create(vals_list)
        companies._make_slip_sequences()
        return companies

    @api.model
    def _make_all_slip_sequences(self):
        """Give the companies that are there already their numbers."""
        everyone = self.sudo().with_context(active_test=False)
        companies = everyone.search([])  # pylint: disable=no-search-all
        companies._make_slip_sequences()

    def _make_slip_sequences(self):
        sequences = self.env["ir.sequence"].sudo().with_context(active_test=False)
        there = sequences.search(
            [("code", "=", CODE), ("company_id", "in", self.ids)]
        ).company_id
        sequences.create(
            [
                {
                    "name": "Delivery Slip",
                    "code": CODE,
                    "implementation": "no_gap",
                    "use_date_range": True,
                    "padding": 0,
                    "company_id": company.id,
                }
                for company in self - there
            ]
        )
        (self - there)._make_slip_ranges()

    def _make_slip_ranges(self):
        """Keep the ranges of this year and the next: two clerks make none at once."""
        for company in self:
            sequence = company._slip_sequence()
            year = company._business_date(fields.Datetime.now()).year
            for day in (date(year, 1, 1), date(year + 1, 1, 1)):
                if not any(
                    row.date_from <= day <= row.date_to
                    for row in sequence.date_range_ids
                ):
                    sequence._create_date_range_seq(day)

    def _slip_sequence(self):
        self.ensure_one()
        return (
            self.env["ir.sequence"]
            .sudo()
            .search([("code", "=", CODE), ("company_id", "=", self.id)], limit=1)
        )

    def _next_slip_number(self, day):
        """Draw the next number of the year of this day (ORD-61).

        Two clerks who ship at the same moment wait for each other: who comes second is
        tried again by Odoo and gets the number after.

        :param date day: where the company is
        :return: a number, from 1
        """
        self.ensure_one()
        if not self._slip_sequence():
            self._make_slip_sequences()
        return int(self._slip_sequence().next_by_id(sequence_date=day))

    def _last_slip_number(self, year):
        """Return the last number given in a year, 0 for none."""
        self.ensure_one()
        ranges = self._slip_sequence().date_range_ids.filtered(
            lambda row: row.date_from.year == year
        )
        return max(ranges.mapped("number_next"), default=1) - 1
