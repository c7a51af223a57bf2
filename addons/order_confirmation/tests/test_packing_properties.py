"""How goods fill cartons, for any quantity (ORD-56). Pure functions, no database."""

from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.order_confirmation.packing import Standard, pack

sizes = st.integers(1, 500)


class TestPackingProperties(TestCase):
    def test_examples(self):
        """ORD-56: by hand: full cartons, the last one, inner packs, pallets, weight."""
        standard = Standard(24, 6, 10, 0.5, 1.0, 20.0)
        for quantity, expected in (
            (0, (0, 0, 0, 0, 0, 0, 0)),
            (24, (1, 0, 1, 4, 1, 12, 33)),
            (25, (1, 1, 2, 5, 1, 12.5, 34.5)),
            (264, (11, 0, 11, 44, 2, 132, 183)),
        ):
            with self.subTest(quantity):
                self.assertEqual(pack(quantity, standard), expected)

    @given(st.integers(0, 100_000), sizes, st.integers(0, 50), st.integers(0, 100))
    def test_nothing_is_lost(self, quantity, per_carton, per_inner, per_pallet):
        """ORD-56: cartons hold exactly what is packed, and none is empty."""
        packed = pack(quantity, Standard(per_carton, per_inner, per_pallet, 2.0, 1.0))
        self.assertEqual(packed.full * per_carton + packed.rest, quantity)
        self.assertLess(packed.rest, per_carton)
        self.assertEqual(packed.cartons, packed.full + (packed.rest > 0))
        self.assertGreaterEqual(packed.gross, packed.net)
        if per_pallet:
            self.assertGreaterEqual(packed.pallets * per_pallet, packed.cartons)
            self.assertLess((packed.pallets - 1) * per_pallet, max(packed.cartons, 1))
        if per_inner:
            self.assertGreaterEqual(packed.inners * per_inner, quantity)

    @given(sizes, sizes)
    def test_rounding_makes_no_carton(self, cartons, per_carton):
        """ORD-56: the last digit of a converted quantity fills no carton."""
        packed = pack(cartons * per_carton * (1 + 1e-12), Standard(per_carton))
        self.assertEqual((packed.cartons, packed.rest), (cartons, 0))

    def test_bad_input(self):
        """ORD-56: less than nothing, or cartons that hold nothing, is an error."""
        for quantity, per_carton in ((-1, 10), (1, 0), (1, -5)):
            with self.subTest(quantity=quantity), self.assertRaises(ValueError):
                pack(quantity, Standard(per_carton))
