"""Goods and units in the words of the person who reads them."""


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
