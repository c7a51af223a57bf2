from . import (
    test_allocation,
    test_balance_properties,
    test_exception,
    test_gates,
    test_matrix_screen,
    test_money,
    test_money_ways,
    test_owed,
    test_reevaluation,
    test_rules_on_record,
    test_standard,
    test_tier_change,
)
