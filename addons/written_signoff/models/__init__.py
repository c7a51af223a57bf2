from . import (
    ir_qweb_fields,
    kept_record,
    recorded_rules,
    signoff_chain,
    signoff_delegation,
    signoff_finding,
    signoff_mixin,
    signoff_purpose,
    signoff_representation,
    signoff_signature,
    signoff_validity,
    signoff_verification,
)
