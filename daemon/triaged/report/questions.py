"""Questions: what a client waits for. Rows of the ledger in, one `Question` for each run of unanswered messages out. Pure.

A question begins with the first message of a thread that a person wrote (no robot, no list, no mere thanks) and that was
not answered yet, and it ends with the first answer of a person, or with the call for which it was promised. What the client
adds before that end belongs to it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from triaged.ledger.reporting import ReceivedRow, ToldPromise
from triaged.report.agreed import Agreement, Agreements


@dataclass(frozen=True, slots=True)
class Lapse:
    """How long something took: on the clock, and counted in agreed hours alone."""

    elapsed: timedelta
    office: timedelta


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a client, and what became of it. Times run from `asked_at`."""

    first: ReceivedRow
    acknowledged: Lapse | None  # until the first automatic reply that covers a message of it, before any answer
    answered: Lapse | None  # until a person's mail, or a mail client's mark that there was one, if that came first
    promised: Lapse | None  # until the moment for which an answer (no call) was promised
    talked: bool  # the call for which it was promised came first
    waiting: Lapse | None  # until now, if nobody has answered it, in writing or in a call, nor let it go

    @property
    def client(self) -> str:
        """The client's label."""
        return self.first.client

    @property
    def asked_at(self) -> datetime:
        """When the clock started."""
        return self.first.arrived_at


def is_question(row: ReceivedRow) -> bool:
    """Whether a person asks something with it."""
    return not row.automatic and "courtesy" not in row.kind


def questions(rows: Iterable[ReceivedRow], agreements: Agreements, now: datetime) -> list[Question]:
    """All questions in these messages (in the order of arrival), in the order in which they were asked."""
    runs: dict[tuple[object, ...], list[ReceivedRow]] = {}
    for row in rows:
        if is_question(row):
            runs.setdefault(_run(row), []).append(row)
    asked = (_question(run, agreements.of(run[0].client, run[0].ruleset), now) for run in runs.values())
    return sorted(asked, key=lambda one: one.asked_at)


def _lapse(since: datetime, until: datetime, agreement: Agreement) -> Lapse:
    """The time between two instants, never negative."""
    return Lapse(max(until - since, timedelta(0)), agreement.hours.office_time(since, until))


def _run(row: ReceivedRow) -> tuple[object, ...]:
    """What is answered together was asked together; a message of no thread stands alone."""
    thread: object = row.thread or (row.item, row.message_id, row.arrived_at)
    return row.person, row.client, thread, _end(row)


def _question(run: Sequence[ReceivedRow], agreement: Agreement, now: datetime) -> Question:
    first, end, talked_at = run[0], _end(run[0]), _talked_at(run[0])
    talked = end is not None and end == talked_at
    acknowledged_at = min((at for row in run if (at := row.acknowledged_at) and (not end or at < end)), default=None)
    promise = _first_told(run)
    due_at = promise.due_at if promise is not None and promise.kind == "answer" else None

    def until(at: datetime | None) -> Lapse | None:
        return None if at is None else _lapse(first.arrived_at, at, agreement)

    return Question(
        first=first,
        acknowledged=until(acknowledged_at),
        answered=None if talked else until(end),
        promised=until(due_at),
        talked=talked,
        waiting=until(now) if end is None and not all(_let_go(row) for row in run) else None,
    )


def _first_told(run: Sequence[ReceivedRow]) -> ToldPromise | None:
    told = sorted((p.told_at, p.id, p) for row in run if (p := row.promise) is not None and p.told_at is not None)
    return told[0][2] if told else None


def _end(row: ReceivedRow) -> datetime | None:
    """Answered in writing or talked over, whichever came first."""
    return min((at for at in (row.answered_at, _talked_at(row)) if at is not None), default=None)


def _talked_at(row: ReceivedRow) -> datetime | None:
    promise = row.promise
    if promise is None or promise.kind != "call" or promise.state not in ("kept", "late"):
        return None
    return promise.closed_at


def _let_go(row: ReceivedRow) -> bool:
    return row.settled or row.state == "gone" or (row.promise is not None and row.promise.state == "settled")
