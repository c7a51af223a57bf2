from . import (
    discrepancy,
    dispatch_receipt,
    finance_clearance,
    sheet,
    statement,
)
