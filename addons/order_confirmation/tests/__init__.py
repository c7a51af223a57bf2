from . import (
    test_board,
    test_intake_channel,
    test_intake_completeness,
    test_intake_completeness_rule,
    test_intake_memorandum,
    test_release_flow,
    test_sheet,
    test_sheet_return,
    test_shipping_application,
    test_shipping_arrival,
    test_shipping_gate,
    test_shipping_notice,
    test_statements,
)
from . import test_shipping_attack
from . import test_shipping_portal
from . import test_sheet_report
