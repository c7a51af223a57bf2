from . import dispatch_receipt, finance_clearance, sheet, statement
