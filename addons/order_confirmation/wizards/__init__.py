from . import (
    discrepancy,
    dispatch_receipt,
    finance_clearance,
    formula_scan,
    oral_promise,
    promise,
    instruction,
    sheet,
    special_review,
    statement,
)
