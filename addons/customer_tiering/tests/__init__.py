from . import (
    test_gates,
    test_matrix_screen,
    test_money,
    test_money_ways,
)
