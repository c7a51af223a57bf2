from . import sheet_portal
from . import dispatch_portal
