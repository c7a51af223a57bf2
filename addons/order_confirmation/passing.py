"""How much of what was made may go into stock (ORD-43). Arithmetic without the ORM."""

from typing import NamedTuple


class Batch(NamedTuple):
    """What is known of one manufacturing order, in the product's unit.

    ``passed`` by quality, ``stocked`` until now, ``made`` (in stock or before it), and
    whether it is ``closed``: nothing more will be made under it.
    """

    passed: float = 0.0
    stocked: float = 0.0
    made: float = 0.0
    closed: bool = False


def spare(batch):
    """Return what a batch leaves to its backorders: more than nothing only when closed.

    Goods that it made and that are still on their way to stock are its own; what it
    took beyond its own share is missing for the others.
    """
    left = batch.passed - batch.stocked
    if left < 0:
        return left
    return max(
        0.0, batch.passed - max(batch.stocked, batch.made) if batch.closed else 0
    )


def free(own, others=()):
    """Return how much of a batch may go into stock now; negative: already too much.

    Its own share first; beyond that, what closed ones left and nobody has taken yet. A
    sibling that took too much takes nothing of this one's own share.

    :param Batch own: the manufacturing order
    :param others: batches of its backorders, or of what it is a backorder of
    """
    mine = spare(own)
    share = own.passed - own.stocked - mine
    pool = mine + sum(spare(other) for other in others)
    return share + (pool if pool > 0 else max(pool, min(0.0, mine)))
