from . import dispatch_portal, formula_portal, paper, sheet_portal
