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
from . import dispatch_receipt, finance_clearance, promise, sheet, statement
