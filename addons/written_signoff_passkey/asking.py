"""How a challenge gets to Odoo's comparison, and how an answer to one looks.

Held is an object of ours: what comes over RPC can be none, so that no caller can name
the challenge that an answer is compared with.
"""

import json

CONTEXT = "signoff_passkey_asked"


class _Asked:
    """The challenge that this person was asked with."""

    __slots__ = ("challenge",)

    def __init__(self, challenge):
        self.challenge = challenge


def asked(records, challenge):
    """Return the records, on which Odoo compares with this challenge."""
    return records.with_context(**{CONTEXT: _Asked(challenge)})


def challenge_of(env):
    """Return the challenge that :func:`asked` has set, or None."""
    held = env.context.get(CONTEXT)
    return held.challenge if isinstance(held, _Asked) else None


def is_answer(text):
    """Return whether a text is the answer of some passkey, right or wrong."""
    try:
        answer = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return False
    return isinstance(answer, dict) and isinstance(answer.get("id"), str)
