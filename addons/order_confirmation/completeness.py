"""Which items of an order are mandatory, as plain rules (ORD-03)."""

from typing import NamedTuple


class Rule(NamedTuple):
    """An item is mandatory or not, for a company and a product category, or for all."""

    item: str
    mandatory: bool
    company: int | None = None
    category: int | None = None


def mandatory_items(rules, company, path=()):
    """Return the items that an order must have.

    A company's own rule comes before a general one; among these the rule of the
    nearest product category decides. An item without any rule is not mandatory.

    :param rules: iterable of :class:`Rule`, at most one per item, company, category
    :param int company: id of the company of the order
    :param path: ids of the product's categories, from the widest to its own
    :return: set of items
    """
    depth = {category: level for level, category in enumerate(path, start=1)}
    decided = {}
    for rule in rules:
        if rule.company not in (None, company):
            continue
        if rule.category is not None and rule.category not in depth:
            continue
        rank = (rule.company is not None, depth.get(rule.category, 0))
        if rule.item not in decided or rank > decided[rule.item][0]:
            decided[rule.item] = (rank, rule.mandatory)
    return {item for item, (_rank, mandatory) in decided.items() if mandatory}
