from . import signoff_purpose
from . import signoff_chain
from . import signoff_signature
from . import signoff_mixin
from . import signoff_validity
from . import signoff_finding
from . import signoff_verification
