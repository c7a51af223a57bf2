from . import (
    test_access,
    test_clock_properties,
    test_clocks,
    test_company_hours,
    test_declare,
    test_filters,
    test_job,
    test_kinds,
    test_many,
    test_rpc,
)
