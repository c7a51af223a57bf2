from . import statement
from . import sheet
from . import finance_clearance
