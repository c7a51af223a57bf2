from . import (
    discrepancy,
    dispatch_receipt,
    finance_clearance,
    formula_scan,
    instruction,
    oral_promise,
    promise,
    sheet,
    special_review,
    statement,
    tray,
)
