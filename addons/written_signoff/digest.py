"""What was signed, in a form that two machines write alike.

Pure functions without the ORM. A content is made of dictionaries with text keys,
lists, texts, numbers, booleans, dates and None; its canonical form is JSON with
sorted keys and numbers as normalised decimal texts, so that the same terms always
give the same SHA-256, whoever computes them and on whatever machine (PLT-05).
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import Any, NamedTuple

GENESIS = "0" * 64
FLOAT_DIGITS = 6
# Wide enough for every float: neither the size of a number nor the settings of the
# thread may decide how it is written.
_EXACT = Context(prec=400, rounding=ROUND_HALF_EVEN)


class Change(NamedTuple):
    """One term that is not what was signed: its path, the old and the new value."""

    path: tuple[str, ...]
    old: Any
    new: Any


def number(value, digits=FLOAT_DIGITS):
    """Write a number as a decimal text without noise: ``1000.0`` is ``"1000"``.

    :param value: int, float, Decimal or numeric text
    :param int digits: decimals kept
    :raises ValueError: not a finite number
    """
    try:
        exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        rounded = exact.quantize(Decimal(1).scaleb(-digits), context=_EXACT)
    except InvalidOperation:
        rounded = None
    if rounded is None or not rounded.is_finite():
        raise ValueError(f"{value!r} is no number that can be signed")
    text = f"{rounded:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def plain(value):
    """Return a content with every value in its canonical form, in its own order."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int | float | Decimal):
        return number(value)
    if isinstance(value, datetime):
        utc = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return utc.isoformat(timespec="seconds") + "Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return "sha256:" + hashlib.sha256(value).hexdigest()
    if isinstance(value, Mapping):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} cannot be part of what is signed")


def _key(key):
    if not isinstance(key, str):
        raise TypeError(f"key {key!r} of a signed content is no text")
    return key


def canonical(content):
    """Return the canonical JSON text of a content.

    Naive datetimes are taken as UTC, as Odoo stores them.

    :raises TypeError: a value or key of a kind that has no canonical form
    :raises ValueError: a number that is not finite
    """
    return json.dumps(
        plain(content),
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
    )


def sha256(text):
    """Return the SHA-256 of a text (UTF-8) or of bytes, in hexadecimal."""
    data = text if isinstance(text, bytes) else text.encode()
    return hashlib.sha256(data).hexdigest()


def link(payload, previous):
    """Return the digest of a row that follows the row with digest ``previous``.

    Whoever alters a row, takes one out or puts one in between has to recompute
    every row after it, and the head of the chain that is kept elsewhere.
    """
    return sha256(f"{previous}\n{canonical(payload)}")


def changes(signed, present, tolerances=None):
    """List what differs between signed terms and present ones.

    :param dict signed: the terms as they were signed
    :param dict present: the terms as they are now
    :param dict tolerances: ``{key: (less, more)}`` in per cent of the signed value,
        for numeric terms whose last key is ``key``
    :return: list of :class:`Change`, in the order of their paths; empty when alike.
        A term that is missing is the same as one that is None.
    """
    return list(_walk((), plain(signed), plain(present), tolerances or {}))


def _walk(path, old, new, tolerances):
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            yield from _walk((*path, key), old.get(key), new.get(key), tolerances)
    elif old != new and not (path and _tolerated(old, new, tolerances.get(path[-1]))):
        yield Change(path, old, new)


def _tolerated(old, new, tolerance):
    if not tolerance or not isinstance(old, str) or not isinstance(new, str):
        return False
    try:
        before, after = Decimal(number(old)), Decimal(number(new))
    except ValueError:
        return False
    less, more = (abs(before) * Decimal(number(part)) / 100 for part in tolerance)
    return before - less <= after <= before + more
