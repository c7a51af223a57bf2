"""What a gate answers, from rules and facts. Pure functions without the ORM.

A rule says of a requirement, for one tier at one gate, that it is *required*, *owed
later* or *waived* (TIER-03). A fact says whether it is met, and since when (TIER-05).
An exception lets one record pass without a requirement, for a time (TIER-07).
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import NamedTuple

REQUIRED, OWED, WAIVED = "required", "owed", "waived"
MET, MISSING, NOT_NEEDED, EXCEPTED = "met", "missing", "not_needed", "excepted"


class Excepted(NamedTuple):
    """An authorised exception from one requirement (TIER-07).

    :param int id: of the signed document by which it is granted
    :param str by: who signed it
    :param datetime until: naive UTC; the moment from which it counts no more
    :param str model: of that document
    """

    id: int
    by: str
    until: datetime
    model: str = "release.exception"


class Rule(NamedTuple):
    """How one requirement is treated; ``days`` counts for what is owed later.

    ``excepted`` is set on the rules of a release that was made by an exception.

    :param int tier: id of the tier whose rule it is; None where nobody decided
    :param datetime kept: naive UTC; the release whose rule this is; None: that of now
    """

    treatment: str
    days: int = 0
    excepted: Excepted | None = None
    tier: int | None = None
    kept: datetime | None = None


class Fact(NamedTuple):
    """What is known of one requirement on one record.

    :param bool met: it is there
    :param datetime since: naive UTC; when it came, else since when it waits
    :param detail: one phrase for a person, or a function that makes it: words are only
        put together when somebody reads them
    :param who: the person who can meet it, where it is one; likewise
    :param bool applies: whether this record needs it at all
    """

    met: bool
    since: datetime | None = None
    detail: str | Callable[[], str] = ""
    who: str | Callable[[], str] = ""
    applies: bool = True


class Line(NamedTuple):
    """One requirement in the answer of a gate; ``due`` is set on what is owed."""

    code: str
    state: str
    rule: Rule
    fact: Fact
    due: date | None = None
    excepted: Excepted | None = None


class Answer(NamedTuple):
    """What a gate says: open or blocked, and each requirement (TIER-05)."""

    open: bool
    lines: tuple[Line, ...]

    @property
    def missing(self):
        """Return the requirements that keep the gate closed."""
        return tuple(line for line in self.lines if line.state == MISSING)

    @property
    def owed(self):
        """Return the requirements that may follow later, and have not yet."""
        return tuple(line for line in self.lines if line.state == OWED)

    @property
    def excepted(self):
        """Return the requirements that are missing, and excepted (TIER-07)."""
        return tuple(line for line in self.lines if line.state == EXCEPTED)


def words(text):
    """Return a phrase, made now where it was left to be made."""
    return text() if callable(text) else text


UNKNOWN = Fact(met=False)
UNRULED = Rule(REQUIRED)


def decide(codes, rules: Mapping[str, Rule], facts: Mapping[str, Fact]) -> Answer:
    """Return the answer of a gate.

    A requirement without a rule is required; one of which nothing is known is not met;
    a gate that knows no requirement at all stays shut. So what is forgotten blocks.

    :param codes: the requirements registered for this gate, in the order of showing
    """
    return _answer(
        _line(code, rules.get(code, UNRULED), facts.get(code, UNKNOWN))
        for code in codes
    )


def except_for(answer: Answer, exceptions: Mapping[str, Excepted]) -> Answer:
    """Return the answer with what is missing and excepted out of the way (TIER-07).

    What is owed, met or waived needs no exception; a gate without requirements stays
    shut whatever is excepted.
    """
    return _answer(
        line._replace(state=EXCEPTED, excepted=exceptions[line.code])
        if line.state == MISSING and line.code in exceptions
        else line
        for line in answer.lines
    )


def _answer(lines):
    lines = tuple(lines)
    shut = not lines or any(line.state == MISSING for line in lines)
    return Answer(not shut, lines)


def _line(code, rule, fact):
    excepted = None
    if rule.treatment == WAIVED:
        state = WAIVED
    elif not fact.applies:
        state = NOT_NEEDED
    elif fact.met:
        state = MET
    elif rule.treatment == OWED:
        state = OWED
    elif rule.excepted:
        state, excepted = EXCEPTED, rule.excepted
    else:
        state = MISSING
    return Line(code, state, rule, fact, excepted=excepted)
