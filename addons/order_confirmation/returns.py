"""Returns that come by mail: which sheet, and whether a person must look (ORD-24).

Pure functions without the ORM.
"""

import re
from collections.abc import Iterable

# Why a mail waits, the weightiest first.
NO_FILE, SEVERAL, LARGE, KIND, UNREADABLE = (
    "no_file", "several", "large", "kind", "unreadable",
)  # fmt: skip
NO_SHEET, SEVERAL_SHEETS, UNKNOWN_SENDER, OLD_VERSION = (
    "no_sheet", "several_sheets", "unknown_sender", "old_version",
)  # fmt: skip
FAULTS = {"empty": UNREADABLE, "large": LARGE, "kind": KIND, "unreadable": UNREADABLE}

_NUMBER = re.compile(
    r"(?<![A-Za-z0-9])([A-Za-z0-9][A-Za-z0-9/_.\-]{0,60}?)\s?[-–_/. ]?\s?"
    r"V\s?(\d{1,4})(?![A-Za-z0-9])",
    re.IGNORECASE,
)


def key(name):
    """Return a number without what people and mail programs change of it.

    ``SO/2026/0012-V1``, ``so_2026_0012 v1`` and ``SO-2026-0012-V1`` are the same.
    """
    return re.sub(r"[^A-Z0-9]", "", name.upper())


def named(text: str | None) -> list[list[str]]:
    """Return the keys of what may be numbers of sheets in a text.

    One list for each place that looks like a number, the longest reading first: of
    ``scan_S00012-V1.pdf`` these are ``SCANS00012V1`` and ``S00012V1``.
    """
    found = []
    for match in _NUMBER.finditer(text or ""):
        parts = [part for part in re.split(r"[/_.\-]", match[1]) if part]
        version = int(match[2])
        readings = ["".join(parts[start:]) for start in range(len(parts))]
        found.append([key(f"{reading}V{version}") for reading in readings if reading])
    return [readings for readings in found if readings]


def judge(
    faults: Iterable[str | None], sheets: int, known: bool, refused: bool
) -> tuple[str, ...]:
    """Return every reason for which a person must look; none: it is a return.

    :param faults: what is wrong with each file, None where nothing is
    :param int sheets: how many sheets the mail names
    :param bool known: the sender belongs to the customer of the sheet
    :param bool refused: the sheet is not one to be returned (now)
    """
    faults = list(faults)
    reasons = []
    if not faults:
        reasons.append(NO_FILE)
    if len(faults) > 1:
        reasons.append(SEVERAL)
    wrong = {FAULTS[fault] for fault in faults if fault}
    reasons += [reason for reason in (LARGE, KIND, UNREADABLE) if reason in wrong]
    if not sheets:
        reasons.append(NO_SHEET)
    elif sheets > 1:
        reasons.append(SEVERAL_SHEETS)
    if not known:
        reasons.append(UNKNOWN_SENDER)
    if sheets == 1 and refused:
        reasons.append(OLD_VERSION)
    return tuple(reasons)
