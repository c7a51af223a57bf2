from . import (
    res_company,
    resource_calendar,
    service_clock,
    service_clock_event,
    service_clock_kind,
    service_clock_lateness,
    service_clock_mixin,
    service_clock_motion,
)
