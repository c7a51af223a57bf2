"""Terms in the words of the person who reads them."""

from markupsafe import Markup


def joined(env, texts):
    """Return texts as one enumeration, parted as the reader's language does it.

    :param env: environment with the reader's language
    :param texts: iterable of texts; empty ones are left out
    """
    comma = "、" if (env.lang or "").startswith("zh") else ", "
    return comma.join(filter(None, texts))


def pause(env):
    """Return what parts a thing from what is said of it, in the reader's language."""
    return "，" if (env.lang or "").startswith("zh") else ", "


def numeral(value):
    """Return a number in figures, to six decimals: never an exponent, no idle zeros.

    Different numbers have different texts, so that a tick or a signature that was given
    for one does not stand for another.
    """
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def words(env, value):
    """Return a term's canonical value as a text; empty for nothing.

    :param env: environment with the reader's language
    :param value: a value as :func:`.digest.plain` returns it
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return env._("yes") if value else env._("no")
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return joined(env, (words(env, item) for item in value))
    return str(value)


def in_words(record, value):
    """Return the name of a record in the reader's language.

    What is signed names goods and units without a language, so that the same terms
    make the same digest for everybody; people read them by the name that they know.

    :param record: product or unit, or none; read with its rights
    :param str value: its name without a language, as it was signed
    :return: ``value`` itself when the record has another name by now
    """
    plain = record.with_env(record.env(context={}))
    return record.display_name if plain.display_name == value else value


def table(document, terms):
    """Return terms as an HTML table in the words of their document.

    :param document: one record of a ``signoff.mixin``
    :param dict terms: plain terms; a dictionary in it becomes a heading with rows
    """
    rows = Markup().join(_rows(document, (), terms))
    return Markup("<table class='table table-sm mb-0'><tbody>%s</tbody></table>") % rows


def _rows(document, path, terms, heading=""):
    for key, value in terms.items():
        here = (*path, key)
        whole = document._signoff_label(here)
        # Elsewhere a label stands alone and names its line; here the heading does.
        label = whole.removeprefix(heading + pause(document.env))
        indent = 1 + min(len(path), 2)
        if isinstance(value, dict) and value:
            yield Markup(
                "<tr><th colspan='2' class='ps-%s fw-bold border-0 pb-0'>%s</th></tr>"
            ) % (indent, label)
            yield from _rows(document, here, value, whole)
        elif text := document._signoff_words(here, value):
            yield Markup(
                "<tr><td class='o_signoff_label text-muted ps-%s pe-3'>%s</td>"
                "<td class='text-break w-75'>%s</td></tr>"
            ) % (indent, label, text)
