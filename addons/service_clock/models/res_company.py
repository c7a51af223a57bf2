from datetime import UTC, timedelta

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain
from pytz import timezone

from ..clock import NoWorkingTime
from ..timeline import AllHours, WorkingTime


def aware(moment):
    """Return the naive UTC datetime that Odoo stores as an aware one."""
    return moment.replace(tzinfo=UTC)


def naive(moment):
    """Return the aware datetime as Odoo stores it: naive UTC, whole seconds."""
    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def as_duration(hours):
    """Return hours (float) as a timedelta of whole seconds."""
    return timedelta(seconds=round(hours * 3600))


def as_hours(duration):
    """Return a timedelta as hours (float)."""
    return duration.total_seconds() / 3600


class ResCompany(models.Model):
    """Working hours of the company: its calendar, its public holidays, its zone.

    Datetimes go in and come out as Odoo stores them, naive and in UTC; dates are
    those of the company's time zone.
    """

    _inherit = "res.company"

    def _clock_timezone(self):
        """Return the company's time zone (pytz): its calendar's, else UTC."""
        self.ensure_one()
        calendar = self.sudo().resource_calendar_id
        return timezone(calendar and calendar._clock_zone() or "UTC")

    def _working_time(self, all_hours=False):
        """Return a :class:`WorkingTime` that answers many questions cheaply.

        Take one and keep it when asking for many records: it fetches each week
        of the calendar once (two queries). Its answers raise NoWorkingTime.

        :param all_hours: every hour counts, holidays and nights too
        :raise UserError: the company has no calendar
        """
        self.ensure_one()
        zone = self._clock_timezone()
        if all_hours:
            return AllHours(zone)
        calendar = self.sudo().resource_calendar_id
        if not calendar:
            raise self._no_working_time()
        holidays = self._public_holidays_domain(calendar)

        def fetch(start, end):
            # The zone is given, so that no caller's context decides on it.
            spans = calendar._work_intervals_batch(
                start, end, domain=list(holidays), tz=zone
            )[False]
            return [(low, high) for low, high, _attendance in spans]

        return WorkingTime(fetch, zone)

    def _public_holidays_domain(self, calendar):
        # Read as superuser, so the record rules do not keep another company's
        # holidays out: those without a calendar would count for everybody.
        return Domain("time_type", "=", "leave") & (
            Domain("calendar_id", "=", calendar.id)
            | Domain("company_id", "in", [self.id, False])
        )

    def _no_working_time(self):
        """Return the error for a company nobody works in."""
        self.ensure_one()
        return UserError(
            self.env._(
                "%(company)s has no working hours: give its working schedule hours"
                " in the settings.",
                company=self.name,
            )
        )

    def _add_working_hours(self, moment, hours):
        """Return when so many working hours after the moment are over.

        :param moment: naive UTC
        :param hours: float, not negative
        :return: naive UTC
        :raise UserError: the company has no working hours
        """
        try:
            return naive(self._working_time().add(aware(moment), as_duration(hours)))
        except NoWorkingTime:
            raise self._no_working_time() from None

    def _working_hours_between(self, start, end):
        """Return the working hours (float) between two naive UTC moments.

        0 when ``end`` is not after ``start``.

        :raise UserError: the company has no calendar
        """
        return as_hours(self._working_time().between(aware(start), aware(end)))

    def _next_working_moment(self, moment):
        """Return the moment (naive UTC) or the next opening after it.

        :raise UserError: the company has no working hours
        """
        try:
            return naive(self._working_time().next_moment(aware(moment)))
        except NoWorkingTime:
            raise self._no_working_time() from None

    def _business_date(self, moment):
        """Return the date in the company's time zone of a naive UTC moment."""
        return aware(moment).astimezone(self._clock_timezone()).date()

    def _add_working_days(self, date, n):
        """Return the n-th working day after the date (before it, when n < 0).

        n = 0 gives the date itself. A public holiday is no working day (ORD-26).

        :raise UserError: the company has no working hours
        """
        try:
            return self._working_time().add_days(date, n)
        except NoWorkingTime:
            raise self._no_working_time() from None

    def _add_days(self, date, n):
        """Return the n-th working day after the date, before it when n < 0.

        Calendar days where the company has no working hours: for what may not fail
        because of that, such as goods that move.
        """
        try:
            return self._add_working_days(date, n)
        except UserError:
            return date + timedelta(days=n)

    def _working_days_after(self, date, n=1):
        """Return the n-th working day after the date; n is not negative."""
        if n < 0:
            raise ValueError("n counts the working days after the date")
        return self._add_working_days(date, n)

    def _working_days_between(self, start, end):
        """Return the number of working days after ``start`` up to ``end``.

        Negative when ``end`` is the earlier date.

        :raise UserError: the company has no calendar
        """
        return self._working_time().days_between(start, end)

    def _working_day_end(self, date):
        """Return when work ends on the date (naive UTC), False if nobody works.

        :raise UserError: the company has no calendar
        """
        end = self._working_time().day_end(date)
        return naive(end) if end else False
