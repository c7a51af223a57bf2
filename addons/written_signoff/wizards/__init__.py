from . import signoff_identity
from . import signoff_sign
from . import signoff_withdraw
