from . import (
    test_matrix_screen,
    test_money,
    test_money_ways,
)
from . import test_gates
