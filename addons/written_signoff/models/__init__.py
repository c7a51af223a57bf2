from . import (
    signoff_chain,
    signoff_finding,
    signoff_mixin,
    signoff_purpose,
    signoff_signature,
    signoff_validity,
    signoff_verification,
)
