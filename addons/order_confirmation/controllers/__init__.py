from . import dispatch_portal, formula_portal, sheet_portal
