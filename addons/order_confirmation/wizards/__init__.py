from . import (
    discrepancy,
    dispatch_receipt,
    finance_clearance,
    formula_scan,
    oral_promise,
    sheet,
    special_review,
    statement,
)
