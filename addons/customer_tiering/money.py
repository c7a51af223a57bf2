"""Sharing the money that came among the orders it came for (TIER-04).

Pure: what was read from accounting goes in, what each order has comes out.
"""

import math
from collections import defaultdict
from datetime import date, datetime
from typing import NamedTuple

# Cash discounts are rounded to the cent: on small invoices up to a per mille.
DISCOUNT_TOLERANCE = 0.001


class Money(NamedTuple):
    """Amounts in the order's currency, rounded to it; `since` (naive UTC) is when the
    last of what is there was booked, or reconciled with the order's invoices."""

    received: float
    deposit_due: float
    balance_due: float
    since: datetime | None


class Arrival(NamedTuple):
    """Money that came on an invoice or for an order; negative when it was paid out."""

    invoice_id: int | None
    order_id: int | None
    amount: float
    currency_id: int
    company_id: int
    day: date
    since: datetime
    from_bank: bool = False
    move_id: int | None = None
    payment_id: int | None = None


class Shared(NamedTuple):
    """Money of one payment that is reconciled with nothing, and one order's part."""

    arrival: Arrival
    part: float


class Counted(NamedTuple):
    """What was counted for one order, of one arrival, in the order's currency."""

    arrival: Arrival
    amount: float


class Invoice:
    """A posted customer invoice or credit note and what it bills, by order."""

    def __init__(self, currency_id, residual, discount):
        self.currency_id = currency_id
        self.open = residual
        self.least_share = 1 - discount / 100 - DISCOUNT_TOLERANCE
        self.billed = {}

    def shares(self):
        """{order id: part of this invoice's money that is the order's}

        Lines of no order take their part too; where they lower the total, the
        orders still never share more than came.
        """
        ordered = {order: part for order, part in self.billed.items() if order}
        total = max(sum(self.billed.values()), sum(ordered.values()))
        return {order: part / total for order, part in ordered.items() if total > 0}


def by_order(arrivals, invoices):
    """(arrival, order id, share of the order) for each order an arrival is for."""
    for arrival in arrivals:
        if arrival.order_id:
            yield arrival, arrival.order_id, 1.0
        else:
            shares = invoices[arrival.invoice_id].shares()
            yield from ((arrival, order, share) for order, share in shares.items())


def allotted(parts, used, rest):
    """Share what of a payment is reconciled with nothing among the orders it is for.

    Each gets its part less what came for it through invoices; where less is left than
    that, each gets the same fraction of it. So no more is counted than was paid.

    :param dict parts: {order id: its part of the payment}
    :param dict used: {order id: what of the payment came on invoices of the order}
    :param float rest: what of the payment is reconciled with nothing
    :return: {order id: amount}
    """
    left = {
        order: max(0.0, part - used.get(order, 0.0)) for order, part in parts.items()
    }
    wanted = sum(left.values())
    if wanted <= 0 or rest <= 0:
        return dict.fromkeys(left, 0.0)
    fraction = min(1.0, rest / wanted)
    return {order: amount * fraction for order, amount in left.items()}


def unconfirmed(promises, arrivals, invoices, convert):
    """What of `promises` is still to be counted: less what the bank brought since
    for the same invoice or order, and no more than the invoice has open."""
    banked = [arrival for arrival in arrivals if arrival.from_bank]
    brought = defaultdict(list)
    for arrival in banked:
        brought[arrival.invoice_id, None].append([arrival, 1.0])
    for arrival, order_id, share in by_order(banked, invoices):
        brought[None, order_id].append([arrival, share])
    for promise in promises:
        left = promise.amount
        for credit in brought[promise.invoice_id, promise.order_id]:
            left -= _confirmed(promise, left, credit, convert)
        if promise.invoice_id:
            invoice = invoices[promise.invoice_id]
            worth = convert(promise, invoice.currency_id) / promise.amount
            kept = min(abs(left), invoice.open / worth)
            invoice.open -= kept * worth
            left = math.copysign(kept, left)
        yield promise._replace(amount=left)


def _confirmed(promise, left, credit, convert):
    """What of `left` the bank's `credit` [arrival, part not used yet] confirms; that
    part is used up."""
    arrival, unused = credit
    amount = convert(arrival, promise.currency_id) * unused
    if arrival.day < promise.day or amount * left <= 0:
        return 0.0
    taken = math.copysign(min(abs(amount), abs(left)), left)
    credit[1] = unused * (1 - taken / amount)
    return taken
