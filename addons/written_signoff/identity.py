"""Proof that a person was asked who he is, just now.

A signature by password needs one. It is handed out by a function of this module, to who
has compared the password: server actions can call methods, but import nothing, and no
object of ours comes over RPC, so that no caller can bring his own.
"""

KEY = "signoff_identity"


class _Identity:
    """That this person, and nobody else, was asked."""

    __slots__ = ("uid",)

    def __init__(self, uid):
        self.uid = uid


def proof(env):
    """Return the proof for the environment's user, whose password was right."""
    return _Identity(env.uid)


def identified(records):
    """Return the records with the proof that their user was asked."""
    return records.with_context(**{KEY: proof(records.env)})


def is_identified(env):
    """Return whether it was the environment's user who was asked."""
    shown = env.context.get(KEY)
    return isinstance(shown, _Identity) and shown.uid == env.uid


def spent(records):
    """Return the records without the proof, so that it serves one signature only."""
    context = {key: value for key, value in records.env.context.items() if key != KEY}
    return records.with_env(records.env(context=context))
