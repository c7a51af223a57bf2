from . import (
    test_money,
    test_money_ways,
)
