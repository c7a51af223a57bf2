from . import signoff_identity, signoff_revoke, signoff_sign, signoff_withdraw
