from datetime import UTC, datetime, time

from odoo import fields, models
from odoo.exceptions import UserError


class ResCompany(models.Model):
    _inherit = "res.company"

    emergency_days = fields.Integer(
        "Paper of an Emergency Within",
        default=1,
        help="The delivery application of an emergency shipment follows by the end of "
        "this many working days at the latest.",
    )

    _emergency_days_positive = models.Constraint(
        "CHECK (emergency_days > 0)",
        "The paper of an emergency follows within one working day or more.",
    )

    def _latest_emergency_hour(self):
        """Return by when the paper of an emergency ordered now follows (ORD-53).

        :return: naive UTC: when work ends on the last of the days, their end where the
            company has no working hours
        """
        self.ensure_one()
        company = self.sudo()
        today = company._business_date(fields.Datetime.now())
        last = company._add_days(today, company.emergency_days)
        night = company._clock_timezone().localize(datetime.combine(last, time(23, 59)))
        night = night.astimezone(UTC).replace(tzinfo=None)
        try:
            return company._working_day_end(last) or night
        except UserError:
            return night
