"""What must have come before goods leave, as arithmetic (ORD-50, ORD-51)."""

from hypothesis import given
from hypothesis import strategies as st
from odoo.tests import BaseCase, tagged

from ..balance import Part, asked

amounts = st.floats(1, 1e6)
shares = st.floats(0, 1)
percents = st.floats(0, 100)
parts = st.lists(
    st.builds(
        lambda total, ordered, gone, rest: Part(
            total, ordered, gone * ordered, rest * (1 - gone) * ordered
        ),
        amounts,
        st.floats(1, 1e5),
        shares,
        shares,
    ),
    min_size=1,
    max_size=5,
)


@tagged("post_install", "-at_install")
class TestBalanceProperties(BaseCase):
    def close(self, one, other):
        self.assertAlmostEqual(one, other, delta=1e-6 * max(1, abs(other)))

    @given(parts, percents)
    def test_nothing_gone_asks_for_the_deposit_on_what_will_be_made(
        self, rows, percent
    ):
        """ORD-50: the deposit stays on what is still to be made."""
        rows = [row._replace(gone=0.0, rest=row.ordered) for row in rows]
        total = sum(row.total for row in rows)
        self.close(asked(total, rows, percent), total * percent / 100)

    @given(parts, percents, amounts)
    def test_all_gone_asks_for_all(self, rows, percent, services):
        """ORD-50: the whole order, what is no goods included."""
        rows = [row._replace(gone=row.ordered, rest=0.0) for row in rows]
        total = sum(row.total for row in rows) + services
        self.close(asked(total, rows, percent), total)

    @given(parts, percents)
    def test_never_more_than_the_order(self, rows, percent):
        """ORD-50: what is not made to the end is not asked for."""
        total = sum(row.total for row in rows)
        due = asked(total, rows, percent)
        self.assertGreaterEqual(due, -1e-6 * total)
        self.assertLessEqual(due, total * (1 + 1e-9))

    @given(parts, percents, shares)
    def test_more_that_leaves_asks_for_more(self, rows, percent, share):
        """ORD-50: each piece that leaves is paid in full, not by its deposit."""
        total = sum(row.total for row in rows)
        further = [
            row._replace(gone=row.gone + row.rest * share, rest=row.rest * (1 - share))
            for row in rows
        ]
        before, after = asked(total, rows, percent), asked(total, further, percent)
        self.assertGreaterEqual(after, before - 1e-6 * total)
