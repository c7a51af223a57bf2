from . import (
    discrepancy,
    dispatch_receipt,
    finance_clearance,
    formula_scan,
    sheet,
    special_review,
    statement,
)
