"""How goods fill cartons and pallets (ORD-56). Pure functions without the ORM.

Quantities are in the unit of the product; weights in the unit that the database weighs
in.
"""

from math import ceil, floor
from typing import NamedTuple

# A quantity that went through other units comes back with a rest in the last digits.
ROUNDING = 1e-6


class Standard(NamedTuple):
    """How one product is packed for one customer.

    :param float per_carton: more than 0
    :param float per_inner: 0: there are no inner packs
    :param int per_pallet: cartons; 0: no pallets
    :param float unit_weight: of one unit of the product
    :param float carton_weight: of an empty carton
    :param float pallet_weight: of an empty pallet
    """

    per_carton: float
    per_inner: float = 0.0
    per_pallet: int = 0
    unit_weight: float = 0.0
    carton_weight: float = 0.0
    pallet_weight: float = 0.0


class Packed(NamedTuple):
    """A quantity in cartons: ``full`` ones, and ``rest`` in one more where not 0."""

    full: int
    rest: float
    cartons: int
    inners: int
    pallets: int
    net: float
    gross: float


def pack(quantity: float, standard: Standard) -> Packed:
    """Fill cartons one after the other, the last with what is left.

    :raises ValueError: a negative quantity, or cartons that hold nothing
    """
    if quantity < 0 or standard.per_carton <= 0:
        raise ValueError("Nothing can be packed so")
    full = floor(quantity / standard.per_carton + ROUNDING)
    rest = quantity - full * standard.per_carton
    rest = rest if rest > ROUNDING * max(standard.per_carton, 1.0) else 0.0
    cartons = full + bool(rest)
    inners = full * _ceil(standard.per_carton, standard.per_inner)
    inners += _ceil(rest, standard.per_inner)
    pallets = _ceil(cartons, standard.per_pallet)
    net = quantity * standard.unit_weight
    gross = net + cartons * standard.carton_weight + pallets * standard.pallet_weight
    return Packed(full, rest, cartons, inners, pallets, net, gross)


def _ceil(quantity, size):
    return ceil(quantity / size - ROUNDING) if size else 0
