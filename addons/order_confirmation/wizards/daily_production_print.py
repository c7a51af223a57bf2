from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import float_round

HOURS = ("hours_planned", "hours_real")


class DailyProductionPrint(models.TransientModel):
    """A day of production on paper, on demand (ORD-42)."""

    _name = "daily.production.print"
    _description = "Print a Day of Production"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    day = fields.Date(required=True, default=lambda self: self._default_day())

    @api.model
    def _default_day(self):
        return self.env.company._business_date(fields.Datetime.now())

    def action_print(self):
        """Print the day; the paper is in the reader's language.

        :raises UserError: the day has not come yet
        """
        self.ensure_one()
        self._check_readable()
        today = self.company_id._business_date(fields.Datetime.now())
        if self.day > today:
            raise UserError(self.env._("That day has not come yet."))
        report = self.env.ref("order_confirmation.report_daily_production")
        return {**report.report_action(self), "close_on_report_download": True}

    def _check_readable(self):
        """Raise unless the person may read the rows, and belongs to the company."""
        self.env["daily.production"].check_access("read")
        if self.company_id not in self.env.user.company_ids and not self.env.su:
            raise AccessError(
                self.env._("You do not work for %s.", self.company_id.sudo().name)
            )

    def _rows(self):
        """Return the rows of the day, for the paper."""
        self.ensure_one()
        self._check_readable()
        rows = self.env["daily.production"]
        return rows._of_day(self.company_id, self.day).with_env(self.env).sudo()

    def _by_workcenter(self, rows):
        """Return ``[(work centre, rows, sums)]``; hours are sums, quantities are not.

        Pieces of different products are not added up.
        """
        return [
            (
                place,
                group,
                {name: float_round(sum(group.mapped(name)), 2) for name in HOURS},
            )
            for place, group in rows.grouped("workcenter_id").items()
        ]

    def _printed(self, number):
        """Return a quantity as it is printed."""
        return f"{number:,.2f}".rstrip("0").rstrip(".")
