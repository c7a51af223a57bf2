"""Which sheet a mail names, and when a person must look (ORD-24)."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odoo.addons.order_confirmation.returns import (
    NO_FILE,
    NO_SHEET,
    OLD_VERSION,
    SEVERAL,
    UNKNOWN_SENDER,
    judge,
    key,
    named,
)

calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
order_numbers = st.from_regex(r"[A-Z]{1,3}(/[0-9]{4})?/?[0-9]{3,6}", fullmatch=True)
faults = st.sampled_from([None, "empty", "large", "kind", "unreadable"])


@pytest.mark.parametrize(
    "text",
    [
        "S00012-V1",
        "Re: order confirmation sheet S00012-V1, please sign and return",
        "scan_S00012-V1.pdf",
        "s00012 v1",
        "(S00012-v1)",
        "回傳確認書 S00012-V1，謝謝",
        "fax-2026-S00012_V1.jpg",
    ],
)
def test_a_number_is_found_as_people_write_it(text):
    """ORD-24: in subjects, file names and any language."""
    assert any("S00012V1" in readings for readings in named(text))


@pytest.mark.parametrize("text", ["", None, "S00012", "version 1", "V1", "S00012-VAT1"])
def test_what_is_no_number_of_a_sheet(text):
    """ORD-24: an order without a version names no sheet."""
    assert not any("S00012V1" in readings for readings in named(text))


@calm
@given(order_numbers, st.integers(1, 999), st.sampled_from("-_"))
def test_every_number_is_found_in_a_file_name(number, version, mark):
    """ORD-24: slashes become other marks in file names; it is found all the same."""
    name = f"{number}-V{version}"
    for written in (name, name.lower(), name.replace("/", mark)):
        keys = [reading for readings in named(f"{written}.pdf") for reading in readings]
        assert key(name) in keys


@calm
@given(st.lists(faults, max_size=4), st.integers(0, 3), st.booleans(), st.booleans())
def test_only_one_clear_mail_needs_nobody(files, sheets, known, refused):
    """ORD-24: one good file, one sheet, a known sender, the right version: no other."""
    clear = files == [None] and sheets == 1 and known and not refused
    assert (judge(files, sheets, known, refused) == ()) == clear


def test_every_reason_is_named():
    """ORD-24: a clerk sees all of them, not the first only."""
    assert judge([], 0, False, False) == (NO_FILE, NO_SHEET, UNKNOWN_SENDER)
    assert judge([None, None], 1, True, True) == (SEVERAL, OLD_VERSION)
