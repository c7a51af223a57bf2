from . import signoff_identity
