"""Old mail under the rules, and, to be compared, under others: what would have happened to each message."""

import multiprocessing
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from triaged.core.decision import Decision
from triaged.core.errors import TriagedError
from triaged.core.settings import Person
from triaged.rehearse.rehearsal import Rehearsal, person_for
from triaged.rehearse.sources import Old

WORTH_A_PROCESS = 1000
"""Messages: for fewer a second process costs more than it saves."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message and what would have happened to it, under the new rules and, where they are compared, the old ones."""

    old: Old
    person: Person
    decision: Decision
    before: Decision | None = None

    @property
    def changed(self) -> bool:
        """Whether the old rules would have done something else."""
        return self.before is not None and _essence(self.before) != _essence(self.decision)


def replay(
    mail: Sequence[Old],
    persons: Sequence[Person],
    against: Callable[[Person], Person] | None = None,
    watched: Callable[[Sequence[Old]], Iterable[Old]] = iter,
) -> list[Line]:
    """Rehearse all of it in the order given.

    Args:
        mail: in the order of arrival.
        persons: whose it may be.
        against: for each of them, the same person with other rules.
        watched: gives the messages one by one, and may show how far it is.

    Raises:
        TriagedError: the other rules could not be run.
    """
    whose = [person_for(old.message, persons) for old in mail]
    if against is None:
        decisions = _decided(watched(mail), whose)
        return [Line(old, person, decision) for old, person, decision in zip(mail, whose, decisions, strict=True)]
    before = _beside(mail, [against(person) for person in whose])
    now = _decided(watched(mail), whose)
    return [Line(*line) for line in zip(mail, whose, now, before(), strict=True)]


def _decided(mail: Iterable[Old], whose: Sequence[Person]) -> list[Decision]:
    """One rehearsal a person, begun with her first message."""
    running: dict[str, Rehearsal] = {}
    found: list[Decision] = []
    for old, person in zip(mail, whose, strict=True):
        if person.label not in running:
            running[person.label] = Rehearsal(person)
        found.append(running[person.label].play(old.message, old.arrived, show=False).decision)
    return found


def _beside(mail: Sequence[Old], whose: Sequence[Person]) -> Callable[[], list[Decision]]:
    """The old rules in a process of their own while this one runs the new ones; here, where little is to be done."""
    if len(mail) < WORTH_A_PROCESS or (os.cpu_count() or 1) == 1:
        return lambda: _decided(mail, whose)
    beside = multiprocessing.get_context("fork")  # the mail is there already: nothing is handed over
    mine, theirs = beside.Pipe(duplex=False)
    process = beside.Process(target=lambda: theirs.send(_decided(mail, whose)))
    process.start()
    theirs.close()

    def result() -> list[Decision]:
        try:
            found: list[Decision] = mine.recv()
        except EOFError as error:
            raise TriagedError("the old rules could not be run") from error
        finally:
            mine.close()
            process.join()
        return found

    return result


def _essence(decision: Decision) -> tuple[Any, ...]:
    """What counts as a change: verdict, moments, reply; not the name of the rule alone."""
    return (
        decision.client,
        decision.verdict,
        decision.until.at if decision.until else None,
        decision.promise_moment.at if decision.promise_moment else None,
        (decision.reply.template, decision.reply.language, decision.reply.send_at) if decision.reply else None,
        decision.no_reply,
        decision.notify,
    )
