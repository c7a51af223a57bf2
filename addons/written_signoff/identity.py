"""Proof that a person was asked who he is, just now.

A signature in one's own name needs one. It is handed out by a function of this module,
to who has compared the password: server actions can call methods, but import nothing,
and no object of ours comes over RPC, so that no caller can bring his own.
"""

KEY = "signoff_identity"
# The methods of signatures that people give in the dialog, each in their own name.
IN_PERSON = ("password", "passkey")


class _Identity:
    """That this person, and nobody else, was asked, and by what they showed it."""

    __slots__ = ("method", "uid")

    def __init__(self, uid, method):
        self.uid = uid
        self.method = method


def proof(env, method="password"):
    """Return the proof for the environment's user, who has shown who they are.

    :param str method: one of ``IN_PERSON``: by what
    """
    return _Identity(env.uid, method)


def identified(records):
    """Return the records with the proof that their user was asked."""
    return records.with_context(**{KEY: proof(records.env)})


def identified_by(env):
    """Return by what the environment's user has shown who they are, None if not."""
    shown = env.context.get(KEY)
    own = isinstance(shown, _Identity) and shown.uid == env.uid
    return shown.method if own else None


def spent(records):
    """Return the records without the proof, so that it serves one signature only."""
    context = {key: value for key, value in records.env.context.items() if key != KEY}
    return records.with_env(records.env(context=context))
