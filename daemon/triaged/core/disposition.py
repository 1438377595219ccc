"""What is to be done about a client's message, once its verdict stands: effects in the order in which they are carried out.

Hands first: what a person has made theirs is not moved, and nobody is told of what has been read or answered.
"""

from collections.abc import Iterator
from datetime import timedelta

from triaged.core.decision import Aside, Effect, Flag, Forward, Notify, ToUrgent, Verdict
from triaged.core.facts import Facts
from triaged.core.flags import folded
from triaged.core.moments import Resolved
from triaged.core.settings import Delegate, Terms

HANDS = frozenset({"\\seen", "\\flagged", "\\answered", "\\draft", "\\deleted"})
"""Flags by which a person has made a message theirs: it is not moved (compared in lower case)."""

WORTH_MOVING = timedelta(minutes=5)
"""An `until` nearer than this moves nothing."""


def in_storage(verdict: Verdict, until: Resolved | None, facts: Facts, terms: Terms) -> Iterator[Effect]:
    """What happens to the message in its mailbox. `until`: when it comes back; None where it is wanted where it lies."""
    flags = folded(facts.flags)
    may_move = terms.movable and flags.isdisjoint(HANDS)
    if verdict is Verdict.URGENT:
        if flags.isdisjoint({"\\flagged", "\\deleted", "\\draft", "\\answered"}):
            yield Flag()
        if terms.account.folders.urgent and may_move:
            yield ToUrgent()
    elif verdict is Verdict.DEFERRABLE and until is not None and may_move and until.at - facts.now >= WORTH_MOVING:
        yield Aside(until.at, until.moment.text)


def by_third_parties(notify: tuple[str, ...], delegate: Delegate | None, facts: Facts) -> Iterator[Effect]:
    """The channels that are told of it, and who gets it, too. Of what was there before first contact nobody."""
    if facts.baseline:
        return
    flags = folded(facts.flags)
    if flags.isdisjoint({"\\seen", "\\answered", "\\deleted"}):
        yield from (Notify(channel) for channel in notify)
    answered = not flags.isdisjoint({"\\answered", "\\deleted"})
    if delegate is not None and not facts.duplicate and not answered:
        yield Forward(delegate.label, delegate.address)
