from . import dispatch_portal, sheet_portal
