"""Who gets scarce stock (ORD-13). Needs neither a database nor Odoo's registry."""

import unittest
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from ..allocation import Demand, allocate, losses, ranked, rest_dates

property_settings = settings(max_examples=200, deadline=None, derandomize=True)
LIMIT = 10
amounts = st.integers(0, 40)
stocks = st.dictionaries(st.sampled_from("pq"), st.integers(-5, 90))


@st.composite
def demands(draw):
    rows = draw(
        st.lists(
            st.tuples(
                st.sampled_from("pq"), amounts, st.integers(0, 2), st.integers(0, 20),
                st.integers(0, 50),
            ),
            max_size=9,
        )
    )  # fmt: skip
    return [
        # Older orders come first, as they do with dates of orders.
        Demand(key, product, quantity, tier, (-age, key), age, committed)
        for key, (product, quantity, tier, age, committed) in enumerate(rows)
    ]


class TestAllocationProperties(unittest.TestCase):
    @property_settings
    @given(stocks, demands())
    def test_never_more_than_there_is_or_is_needed(self, stock, rows):
        """ORD-13: nothing is given twice, nobody gets more than he needs."""
        shares = allocate(stock, rows, LIMIT)
        for demand in rows:
            self.assertLessEqual(shares[demand.key], demand.quantity)
            self.assertGreaterEqual(shares[demand.key], 0)
        for product in "pq":
            given_out = sum(shares[r.key] for r in rows if r.product == product)
            wanted = sum(r.quantity for r in rows if r.product == product)
            there = max(stock.get(product, 0), 0)
            # ... and nothing is left while somebody wants it.
            self.assertEqual(given_out, min(there, wanted))

    @property_settings
    @given(stocks, demands(), st.randoms())
    def test_the_order_of_asking_does_not_matter(self, stock, rows, random):
        """ORD-13: the same proposal, whoever asks and however often."""
        mixed = list(rows)
        random.shuffle(mixed)
        self.assertEqual(allocate(stock, rows, LIMIT), allocate(stock, mixed, LIMIT))

    @property_settings
    @given(stocks, demands())
    def test_who_comes_first_is_full_before_the_next_gets_any(self, stock, rows):
        """ORD-13: aged first, then tier, then sequence; signed shares before all."""
        rows = [row._replace(committed=0) for row in rows]
        shares = allocate(stock, rows, LIMIT)
        for first in rows:
            for second in rows:
                if first.product != second.product or first == second:
                    continue
                old, new = first.age >= LIMIT, second.age >= LIMIT
                before = (
                    (old and not new)
                    or (old and new and first.sequence < second.sequence)
                    or (
                        not old
                        and not new
                        and (first.tier, first.sequence)
                        < (second.tier, second.sequence)
                    )
                )
                if before and shares[second.key]:
                    self.assertEqual(shares[first.key], first.quantity)

    @property_settings
    @given(stocks, demands(), amounts)
    def test_more_stock_takes_nothing_from_anybody(self, stock, rows, more):
        """ORD-13: monotone in the stock."""
        before = allocate(stock, rows, LIMIT)
        after = allocate({k: v + more for k, v in stock.items()}, rows, LIMIT)
        self.assertTrue(all(after[key] >= before[key] for key in before))

    @property_settings
    @given(stocks, demands(), st.integers(0, 8))
    def test_one_demand_less_takes_nothing_from_anybody(self, stock, rows, key):
        """ORD-13: monotone in the demands."""
        before = allocate(stock, rows, LIMIT)
        after = allocate(stock, [row for row in rows if row.key != key], LIMIT)
        self.assertTrue(all(after[other] >= before[other] for other in after))

    @property_settings
    @given(stocks, demands(), st.integers(0, 8))
    def test_growing_old_never_costs_anything(self, stock, rows, key):
        """ORD-13: past the age a low tier is no longer passed over."""
        before = allocate(stock, rows, LIMIT)
        older = [
            row._replace(age=LIMIT) if row.key == key and row.age < LIMIT else row
            for row in rows
        ]
        # The sequence stays: only its age changed.
        after = allocate(stock, older, LIMIT)
        if key in before:
            self.assertGreaterEqual(after[key], before[key])

    @property_settings
    @given(stocks, demands(), st.dictionaries(st.integers(0, 8), amounts))
    def test_losses_are_real(self, stock, rows, chosen):
        """ORD-13: who loses had it, and nobody chosen is among them."""
        rows = [row._replace(committed=0) for row in rows]
        found = losses(stock, rows, LIMIT, chosen)
        self.assertFalse(found.keys() & chosen.keys())
        taken = {p: 0 for p in "pq"}
        for row in rows:
            taken[row.product] += chosen.get(row.key, 0)
        for product in "pq":
            lost = sum(
                found[row.key].before - found[row.key].after
                for row in rows
                if row.product == product and row.key in found
            )
            self.assertLessEqual(lost, taken[product])

    def test_without_a_limit_tiers_decide_alone(self):
        """ORD-13: 0 days switch the age off."""
        rows = [Demand(1, "p", 5, 2, 1, age=99), Demand(2, "p", 5, 0, 2)]
        self.assertEqual([row.key for row in ranked(rows, 0)], [2, 1])
        self.assertEqual([row.key for row in ranked(rows, 10)], [1, 2])

    def test_the_rest_waits_for_what_is_coming(self):
        """ORD-13: each arrival is promised once."""
        coming = {"p": [(date(2030, 3, 9), 30), (date(2030, 3, 4), 10)]}
        rests = [("a", "p", 15), ("b", "p", 20), ("c", "p", 10), ("d", "q", 1)]
        self.assertEqual(
            rest_dates(rests, coming),
            {"a": date(2030, 3, 9), "b": date(2030, 3, 9), "c": None, "d": None},
        )
