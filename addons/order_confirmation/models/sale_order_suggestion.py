from collections import defaultdict
from datetime import datetime, time

from odoo import fields, models
from odoo.addons.service_clock.clock import NoWorkingTime
from odoo.addons.service_clock.models.res_company import aware
from odoo.addons.service_clock.timeline import WorkingTime
from pytz import timezone

from ..explosion import bottom_up
from ..schedule import Job, Step, schedule

OPEN_WORK = ("blocked", "ready", "progress")


class SaleOrder(models.Model):
    """Production's dates, suggested from material, load and lead times (ORD-14)."""

    _inherit = "sale.order"

    def _suggested_dates(self):
        """Suggest when production begins and when the goods are finished.

        Bills of materials are taken apart; each level waits for its parts. A work
        centre first works off what waits there: the remaining minutes of the work
        orders that are open. Its own calendar and time off count, its efficiency and
        capacity are in the minutes.

        :return: ``(start, completion)``, dates of the company; completion is never
            before the last part is there
        :raises UserError: nobody works at the company or at a work centre, or a bill of
            materials contains itself
        """
        self.ensure_one()
        company = self.company_id
        house = company._working_time()
        found = self._goods()._exploded()
        ready = self._parts_ready(house)
        jobs = [
            self._suggested_job(product, found, ready)
            for product in bottom_up(found.edges)
        ]
        centres = self.env["mrp.workcenter"].sudo().browse(
            {step.centre for job in jobs for step in job.steps}
        )  # fmt: skip
        now = aware(fields.Datetime.now())
        try:
            plans = schedule(
                jobs,
                self._work_load(centres),
                {centre.id: _centre_time(centre, house) for centre in centres},
                house,
                now,
            )
            first = min((plan.start for plan in plans.values()), default=None)
            start = (first or house.next_moment(now)).astimezone(house.tz).date()
            ends = [plan.end.astimezone(house.tz).date() for plan in plans.values()]
            last = max([start, *ends, *ready.values()])
            if not house.is_working_day(last):
                last = house.add_days(last, 1)
        except NoWorkingTime:
            raise self._nobody_works(centres) from None
        if not any(job.steps or job.days for job in jobs):
            # Nothing says how long it takes: a working day at least.
            last = max(last, house.add_days(start, 1))
        return start, last

    def _nobody_works(self, centres):
        """Return the error that names where nobody works."""
        house = self.company_id._no_working_time()
        for centre in centres:
            if not centre.resource_calendar_id.attendance_ids:
                return type(house)(
                    self.env._(
                        "The work centre %s has no working hours: give its working "
                        "schedule hours.",
                        centre.display_name,
                    )
                )
        return house

    def _parts_ready(self, house):
        """Return ``{product name: date}`` on which each bought part is all there."""
        return {
            row["product"]: row["earliest"]
            for row in self._raw_material_reserve()
            if row["earliest"]
        }

    def _suggested_job(self, product, found, ready):
        bom, quantity = found.made[product]
        parts = found.edges[product]
        names = [part.with_context(lang=None).display_name for part in parts]
        days = [ready[name] for name in names if name in ready]
        # Parts come in on their day; work on them begins with it.
        material = max(days, default=None)
        zone = self.company_id._clock_timezone()
        return Job(
            product,
            tuple(part for part in parts if part in found.made),
            material and zone.localize(datetime.combine(material, time.min)),
            tuple(_steps(bom, product, quantity)),
            bom.produce_delay,
        )

    def _work_load(self, centres):
        """Return ``{work centre id: minutes}`` that wait there already."""
        orders = self.env["mrp.workorder"].sudo().search_fetch(
            [
                ("workcenter_id", "in", centres.ids),
                ("state", "in", OPEN_WORK),
                ("production_id.state", "in", ("confirmed", "progress", "to_close")),
                ("production_id.sale_line_id", "not in", self.order_line.ids),
            ],
            ["workcenter_id", "duration_expected", "duration"],
        )  # fmt: skip
        load = defaultdict(float)
        for order in orders:
            left = max(order.duration_expected - order.duration, 0.0)
            load[order.workcenter_id.id] += left
        return load


def _steps(bom, product, quantity):
    """Yield the operations of a bill of materials for so many of a product."""
    wanted = product.uom_id._compute_quantity(quantity, bom.product_uom_id, round=False)
    for operation in bom.operation_ids:
        if operation._skip_operation_line(product):
            continue
        # Odoo's own reckoning: set-up, capacity, efficiency, cleaning.
        reckoned = operation.with_context(
            product=product, quantity=wanted, unit=bom.product_uom_id
        )
        yield Step(operation.workcenter_id.id, reckoned.time_total)


def _centre_time(centre, house):
    """Return the working time of a work centre, its time off taken away."""
    calendar = centre.resource_calendar_id
    if not calendar:
        return house
    zone = timezone(calendar.tz or "UTC")

    def fetch(start, end):
        resource = centre.resource_id
        spans = calendar._work_intervals_batch(start, end, resources=resource, tz=zone)
        return [(low, high) for low, high, _attendance in spans[resource.id]]

    return WorkingTime(fetch, zone)
