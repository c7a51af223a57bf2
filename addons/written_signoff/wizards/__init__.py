from . import signoff_identity, signoff_sign, signoff_withdraw
