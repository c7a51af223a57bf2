"""The canonical form, the chain and the comparison of terms, as properties (PLT-05)."""

import json
import unittest
from datetime import UTC, date, timedelta, timezone
from decimal import Decimal, localcontext

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odoo.tests import tagged

from ..digest import GENESIS, canonical, changes, link, number, sha256

# A busy machine is no failure.
SETTINGS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
KEYS = st.text(st.characters(codec="utf-8"), max_size=8)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | FLOATS
    | st.text(st.characters(codec="utf-8"), max_size=12)
    | st.dates()
    | st.datetimes()
    | st.binary(max_size=8)
)
CONTENTS = st.dictionaries(
    KEYS,
    st.recursive(
        LEAVES,
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4)
        ),
        max_leaves=12,
    ),
    max_size=5,
)
QUANTITIES = st.decimals(min_value=0, max_value=10**6, places=3)
PER_CENT = st.decimals(min_value=0, max_value=100, places=2)


def shuffled(value):
    """Return the same content with the keys of every dictionary the other way round."""
    if isinstance(value, dict):
        return {key: shuffled(value[key]) for key in reversed(list(value))}
    if isinstance(value, list):
        return [shuffled(item) for item in value]
    return value


@tagged("post_install", "-at_install")
class TestDigest(unittest.TestCase):
    @SETTINGS
    @given(CONTENTS)
    def test_canonical_is_stable(self, content):
        """What was read back from its canonical form has the same form again."""
        text = canonical(content)
        self.assertEqual(canonical(json.loads(text)), text)
        self.assertEqual(canonical(shuffled(content)), text)

    @SETTINGS
    @given(FLOATS)
    def test_number_keeps_the_value(self, value):
        written = number(value)
        self.assertLessEqual(
            abs(Decimal(written) - Decimal(repr(value))), Decimal("0.0000005")
        )
        self.assertNotIn("e", written.lower())
        self.assertNotEqual(written, "-0")

    @SETTINGS
    @given(st.integers())
    def test_number_is_the_same_for_whole_floats(self, value):
        if abs(value) < 2**53:
            self.assertEqual(number(float(value)), number(value))
        self.assertEqual(number(value), str(value))

    @SETTINGS
    @given(FLOATS, st.integers(1, 20))
    def test_number_does_not_depend_on_the_thread(self, value, precision):
        with localcontext() as context:
            context.prec = precision
            narrow = number(value)
        self.assertEqual(narrow, number(value))

    def test_number_refuses_what_is_none(self):
        for value in (float("nan"), float("inf"), "x", Decimal("NaN"), "1e999"):
            with self.subTest(value=value), self.assertRaises(ValueError):
                number(value)

    def test_examples(self):
        self.assertEqual(canonical({"b": 1.50, "a": "é"}), '{"a":"é","b":"1.5"}')
        self.assertEqual(number(1000.0), "1000")
        self.assertEqual(number(-0.0000001), "0")
        self.assertEqual(canonical([date(2026, 3, 1)]), '["2026-03-01"]')

    @SETTINGS
    @given(st.datetimes(), st.integers(-12, 14))
    def test_moment_is_the_same_in_every_zone(self, moment, hours):
        moment = moment.replace(year=2026)
        zone = timezone(timedelta(hours=hours))
        aware = moment.replace(tzinfo=UTC).astimezone(zone)
        self.assertEqual(canonical([aware]), canonical([moment]))

    def test_no_form_for_what_is_not_data(self):
        for value in (object(), {1, 2}, {1: "a"}, 1 + 2j):
            with self.subTest(value=value), self.assertRaises(TypeError):
                canonical([value])

    @SETTINGS
    @given(CONTENTS)
    def test_no_change_in_itself(self, content):
        self.assertEqual(changes(content, shuffled(content)), [])

    @SETTINGS
    @given(CONTENTS, KEYS, st.text(max_size=5), st.text(max_size=5))
    def test_a_change_is_named(self, content, key, old, new):
        before, after = {**content, key: old}, {**content, key: new}
        found = changes(before, after)
        self.assertEqual(
            [(change.path, change.old, change.new) for change in found],
            [((key,), old, new)] if old != new else [],
        )

    @SETTINGS
    @given(CONTENTS, CONTENTS)
    def test_changes_are_what_differs(self, before, after):
        """Putting back each named term gives the signed content again."""
        mended = json.loads(canonical(after))
        for change in changes(before, after):
            place = mended
            for key in change.path[:-1]:
                place = place[key]
            if change.old is None:
                place.pop(change.path[-1], None)
            else:
                place[change.path[-1]] = change.old
        self.assertEqual(changes(before, mended), [])

    @SETTINGS
    @given(QUANTITIES, QUANTITIES, PER_CENT, PER_CENT)
    def test_tolerance(self, old, new, less, more):
        """A tolerance holds exactly between its two ends (ORD-15)."""
        before, after = {"quantity": old}, {"quantity": new}
        found = changes(before, after, {"quantity": (less, more)})
        within = old * (1 - less / 100) <= new <= old * (1 + more / 100)
        self.assertEqual(not found, within or number(old) == number(new))

    def test_tolerance_is_for_numbers_only(self):
        for old, new in (("NaN", "5"), ("2026-01-01", "2026-01-02"), ("Inf", "1")):
            found = changes({"term": old}, {"term": new}, {"term": (50, 50)})
            self.assertEqual(len(found), 1)
        self.assertTrue(changes({"term": None}, {"term": 1}, {"term": (50, 50)}))

    @SETTINGS
    @given(st.lists(CONTENTS, min_size=2, max_size=6), st.data())
    def test_chain_shows_every_alteration(self, payloads, data):
        """Another content anywhere gives another head."""

        def head(rows):
            digest = GENESIS
            for row in rows:
                digest = link(row, digest)
            return digest

        place = data.draw(st.integers(0, len(payloads) - 1))
        other = data.draw(CONTENTS)
        altered = [*payloads[:place], other, *payloads[place + 1 :]]
        same = canonical(other) == canonical(payloads[place])
        self.assertEqual(head(payloads) == head(altered), same)
        self.assertNotEqual(head(payloads), head(payloads[:-1]))

    def test_sha256_of_text_and_bytes(self):
        self.assertEqual(sha256("é"), sha256("é".encode()))
