"""The arithmetic of what may go into stock, tried with thousands of histories."""

from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.tests import BaseCase, tagged

from .. import passing

STEP = st.tuples(
    st.integers(0, 3), st.sampled_from(["pass", "make", "stock", "close"]),
    st.integers(1, 50),
)  # fmt: skip


@tagged("post_install", "-at_install")
class TestPassing(BaseCase):
    @given(st.lists(STEP, max_size=40))
    @settings(max_examples=300, deadline=None)
    def test_never_more_than_passed(self, steps):
        """ORD-43: whatever happens, no more is in stock than was passed."""
        batches = [passing.Batch() for _number in range(4)]
        for place, what, number in steps:
            own = batches[place]
            others = batches[:place] + batches[place + 1 :]
            if what == "pass":
                own = own._replace(passed=own.passed + number)
            elif what == "close":
                own = own._replace(closed=True)
            elif what == "make" and not own.closed:
                own = own._replace(made=own.made + number)
            elif what == "stock" and passing.free(own, others) >= number:
                own = own._replace(
                    stocked=own.stocked + number,
                    made=max(own.made, own.stocked + number),
                )
            batches[place] = own
            self.assertLessEqual(
                sum(batch.stocked for batch in batches),
                sum(batch.passed for batch in batches),
            )

    def test_backorders(self):
        """ORD-43: own first; what a closed one left; never what a running one needs."""
        done = passing.Batch(passed=100, stocked=60, made=60, closed=True)
        self.assertEqual(passing.free(passing.Batch(), [done]), 40)
        self.assertEqual(
            passing.free(passing.Batch(), [done._replace(closed=False)]), 0
        )
        waiting = passing.Batch(passed=100, made=100, closed=True)
        self.assertEqual(passing.free(passing.Batch(), [waiting]), 0)
        self.assertEqual(passing.free(waiting), 100)
        old = passing.Batch(stocked=60, made=60, closed=True)
        self.assertEqual(passing.free(passing.Batch(passed=40), [old]), 40)
        self.assertEqual(passing.free(old), -60)
