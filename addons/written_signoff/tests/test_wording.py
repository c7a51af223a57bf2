"""How numbers are written (PLT-05: a tick stands for what was read, and no other)."""

from hypothesis import example, given, settings
from hypothesis import strategies as st
from odoo.tests import TransactionCase, tagged

from ..wording import numeral

MILLIONTHS = st.integers(-(10**14), 10**14)


@tagged("post_install", "-at_install")
class TestNumerals(TransactionCase):
    @settings(deadline=None)
    @given(MILLIONTHS, MILLIONTHS)
    @example(1_234_567_000_000, 1_234_568_000_000)
    def test_different_numbers_read_differently(self, one, other):
        """ORD-52: one more of a million is another text."""
        texts = numeral(one / 1e6), numeral(other / 1e6)
        self.assertEqual(one == other, texts[0] == texts[1])
        self.assertEqual(float(texts[0]), one / 1e6)

    def test_as_people_write(self):
        """ORD-52: no exponent, no idle zeros, no minus before nothing."""
        for value, text in (
            (1e6, "1000000"), (12345.678, "12345.678"), (100, "100"),
            (0.1 + 0.2, "0.3"), (-1e-9, "0"), (0.0, "0"), (-2.5, "-2.5"),
        ):  # fmt: skip
            self.assertEqual(numeral(value), text)

    def test_on_paper(self):
        """ORD-52: papers part thousands as the reader's language does."""
        field = self.env["ir.qweb.field.numeral"]
        self.assertEqual(field.value_to_html(1234567.5, {}), "1,234,567.5")
        self.assertEqual(field.value_to_html(100.0, {}), "100")
