"""The fields that have the words of a document's terms.

A term is called and said as its field is: the field of that key, or the one that the
model's ``_signoff_fields`` names for it. Terms below a one2many are those of its rows;
the key of a row is its id, or the field that ``_signoff_key`` of its model names.
"""

from odoo.tools import format_date, format_datetime

from .wording import in_words, pause, words

MANY = ("one2many", "many2many")


def label(document, path):
    """Return the words for a term: of its rows first, then of its field.

    :param document: one record, in the reader's language
    :param tuple path: keys from the outside in; may be that of a group of terms
    """
    record, rows, keys = _place(document, path)
    names = []
    for group, row in rows:
        # The first group are the document's own rows; one within them is named.
        names += [group._description_string(document.env)] if names else []
        names.append(_name(row) or document.env._("removed line"))
    if keys:
        field = _field(record, keys[0]) if len(keys) == 1 else None
        names.append(
            field._description_string(document.env)
            if field
            else keys[-1].replace("_", " ").capitalize()
        )
    return pause(document.env).join(names)


def said(document, path, value):
    """Return a term's value as its field says it; empty for nothing.

    :param document: one record, in the reader's language and time zone
    :param tuple path: keys from the outside in
    :param value: plain value, as :func:`.digest.plain` returns it
    """
    env = document.env
    record, _rows, keys = _place(document, path)
    field = _field(record, keys[0]) if len(keys) == 1 else None
    if field is None or not value or not isinstance(value, str):
        return words(env, value)
    match field.type:
        case "selection":
            return dict(field._description_selection(env)).get(value, value)
        case "many2one":
            one = record[field.name]
            return one.display_name if str(one.id) == value else in_words(one, value)
        case "date":
            return format_date(env, value)
        case "datetime":
            moment = field.to_datetime(value.removesuffix("Z").replace("T", " "))
            return format_datetime(env, moment, dt_format="short")
    return value


def _place(document, path):
    """Return the record that a path ends in, the rows on the way, and its last keys.

    No key is left where the path ends at a row; more than one where the terms have
    groups of their own, which are no rows.
    """
    record, rows, keys = document.sudo(), [], list(path)
    while len(keys) > 1:
        field = _field(record, keys[0])
        if field is None or field.type not in MANY:
            break
        record = record[field.name].filtered(lambda row, key=keys[1]: _key(row) == key)
        rows.append((field, record))
        keys = keys[2:]
    return record, rows, keys


def _field(record, key):
    """Return the field of a term, or None."""
    own = {}
    for definition in reversed(type(record).__mro__):
        own.update(vars(definition).get("_signoff_fields", {}))
    for name in (own.get(key, key), f"{key}_id", f"{key.removesuffix('s')}_ids"):
        if name in record._fields:
            return record._fields[name]
    return None


def _name(row):
    return (row["product_id"] if "product_id" in row._fields else row).display_name


def _key(row):
    value = row[getattr(row, "_signoff_key", "id")]
    return str(getattr(value, "id", value))
