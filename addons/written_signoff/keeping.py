"""The key by which a document writes itself, and nobody else does.

Held are objects, one for each document, and compared by identity: a context that comes
over RPC can hold no object of ours, so that no caller can forge one. They are handed
out by a function of this module and by no method, for a server action can call methods
but import nothing. The key of one document opens no other.
"""

from odoo.tools import SQL

# What may be written on a document that is kept: the discussion beside it.
DISCUSSION = ("message_", "activity_", "my_activity_", "website_message_")

_CONTEXT = "kept_key"
_KEYS = {}


def _key(records):
    """Return the key of these records: that of the document whose part they are."""
    document = getattr(records, "_kept_by", None) or records._name
    return _KEYS.setdefault(document, object())


def keyed(records):
    """Return the records as superuser, with the right to write what is kept."""
    return records.sudo().with_context(**{_CONTEXT: _key(records)})


def labels(records, names):
    """Return these fields as people read them, for the sentence that refuses them."""
    return ", ".join(
        records._fields[name]._description_string(records.env) for name in sorted(names)
    )


def holds_key(records):
    """Return whether these records come from a method of the document itself."""
    return records.env.context.get(_CONTEXT) is _key(records)


def hold(records):
    """Hold rows until the transaction ends, so that two at once find each other.

    They are *written*, not only locked: under repeatable read a transaction that read
    them before would otherwise not notice that they changed. Whoever comes second is
    tried again on what the first one left.
    """
    records.flush_recordset()
    if records.ids:
        records.env.execute_query(
            SQL(
                "UPDATE %(table)s SET id = id WHERE id IN %(ids)s RETURNING id",
                table=SQL.identifier(records._table),
                ids=tuple(sorted(records.ids)),
            )
        )
