from . import (
    base_partner_merge,
    customer_tier_ask,
    customer_tier_sign,
    release_exception_ask,
    release_setup,
)
