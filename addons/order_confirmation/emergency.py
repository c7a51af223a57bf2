"""How far a production exception has come, and which operations it holds (ORD-41).

Plain Python: models bring the facts.
"""

REPORTED, NOTED, AGREED, ANSWERED, CLOSED = STAGES = (
    "reported", "noted", "agreed", "answered", "closed",
)  # fmt: skip


def stage(noted, consents, answers, closed):
    """Return the stage that the facts say: the first thing missing decides.

    :param bool noted: customer service has taken note
    :param consents: of each who must agree to the plan, whether they have signed it;
        a plan to which nobody has to agree is none
    :param answers: of each order, whether its customer's answer is recorded
    :param bool closed: closed with a signature
    """
    if closed:
        return CLOSED
    if not noted:
        return REPORTED
    consents = list(consents)
    if not consents or not all(consents):
        return NOTED
    return ANSWERED if all(answers) else AGREED


def held(operations, place, begun=()):
    """Return the operations that may neither start nor go on.

    What has not begun waits wherever it stands, so that changing the order of work is
    no way round.

    :param operations: all operations of one production, in the order of work
    :param place: the one at which it happened; it may go on, and what had begun before
        it. None, or one of another production: everything is held
    :param begun: those that have begun
    """
    operations = list(operations)
    if place not in operations:
        return operations
    after = operations.index(place)
    return [
        operation
        for number, operation in enumerate(operations)
        if operation != place and (number > after or operation not in begun)
    ]
