from . import (
    test_money,
    test_money_ways,
)
from . import test_gates
