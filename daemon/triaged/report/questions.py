"""Questions: what a client waits for. Rows of the ledger in, one `Question` for each run of unanswered messages out. Pure.

A question begins with the first message of a thread that a person wrote (no robot, no list, no mere thanks) and that was
not answered yet, and it ends with the first answer of a person, with a mail client's mark that there was one, with the call
for which it was promised or on whose agenda it was closed, or when it is said to be settled. What the client adds in that
thread before that end belongs to it, whatever was said to the addition. This is the only definition: page, CSV, JSON and
statement count these.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from triaged.ledger.reporting import ReceivedRow, ToldPromise
from triaged.report.agreed import Agreement, Agreements

Outcome = Literal["answered", "marked", "talked", "settled", "deleted", "waiting"]
OUTCOMES: tuple[Outcome, ...] = ("answered", "marked", "talked", "settled", "deleted", "waiting")
"""What became of a question; each has one. marked: nothing but a mail client's mark says that it was answered. talked: it was
on the agenda of a call that took place. settled: a person said so. deleted: all of it, without an answer."""


@dataclass(frozen=True, slots=True)
class Lapse:
    """How long something took: on the clock, and counted in agreed hours alone."""

    elapsed: timedelta
    office: timedelta


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a client, and what became of it. Times run from `asked_at`."""

    rows: tuple[ReceivedRow, ...]  # its messages, the first of them first
    outcome: Outcome
    ended_at: datetime | None  # of a call: its beginning. None: it waits, or was deleted
    acknowledged: Lapse | None  # until the first automatic reply that covers a message of it, before any answer
    answered: Lapse | None  # until a person's mail, if that came first
    promised: Lapse | None  # until the moment for which an answer (no call) was promised
    waiting: Lapse | None  # until now, if it waits

    @property
    def first(self) -> ReceivedRow:
        """The message with which it began."""
        return self.rows[0]

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
    runs: list[_Run] = []
    latest: dict[tuple[object, ...], _Run] = {}
    for row in rows:
        if not is_question(row):
            continue
        thread = _thread(row)
        run = latest.get(thread)
        if run is None or not run.takes(row):
            run = latest[thread] = _Run()
            runs.append(run)
        run.add(row)
    return [_question(run, agreements.of(run.rows[0].client, run.rows[0].ruleset), now) for run in runs]


def _thread(row: ReceivedRow) -> tuple[object, ...]:
    """What belongs together; a message of no thread stands alone."""
    return row.person, row.client, row.thread or (row.item, row.message_id, row.arrived_at)


@dataclass(frozen=True, slots=True)
class _End:
    """When and how a question came to its end."""

    at: datetime
    how: Outcome


@dataclass(slots=True)
class _Run:
    """The messages of one question, and the earliest end of any of them: it ends all."""

    rows: list[ReceivedRow] = field(default_factory=list)
    end: _End | None = None

    def takes(self, row: ReceivedRow) -> bool:
        """Whether a later message of the thread belongs to it: it came before the end, and was answered by it."""
        if self.end is None:
            return True
        if row.arrived_at > self.end.at:
            return False
        # a mail client's mark answers its message and what came before it, no later one
        return self.end.how not in ("answered", "marked") or row.answered_at == self.end.at

    def add(self, row: ReceivedRow) -> None:
        """Another message, before the end."""
        self.rows.append(row)
        ends = (*_ends(row), *((self.end,) if self.end else ()))
        self.end = min(ends, key=lambda end: end.at, default=None)


def _ends(row: ReceivedRow) -> Iterator[_End]:
    """Everything that ends what it asks; of two at one instant the first counts."""
    promise = row.promise
    if promise is not None and promise.closed_at is not None:
        if promise.kind == "call" and promise.state in ("kept", "late"):
            yield _End(promise.closed_at, "talked")
        elif promise.state == "settled":
            yield _End(promise.closed_at, "settled")
    if row.settled_at is not None:
        in_call = row.call_at is not None and row.call_at <= row.settled_at
        yield _End(row.call_at or row.settled_at, "talked") if in_call else _End(row.settled_at, "settled")
    if row.answered_at is not None:
        yield _End(row.answered_at, "marked" if row.answered_by == "flag" else "answered")
    elif row.settled:  # some time after it came: what is asked later was not
        yield _End(row.arrived_at, "marked")


def _question(run: _Run, agreement: Agreement, now: datetime) -> Question:
    first, end = run.rows[0], run.end
    acknowledged_at = min(
        (at for row in run.rows if (at := row.acknowledged_at) and (not end or at < end.at)), default=None
    )
    promise = _first_told(run.rows)
    due_at = promise.due_at if promise is not None and promise.kind == "answer" else None

    def until(at: datetime | None) -> Lapse | None:
        return None if at is None else _lapse(first.arrived_at, at, agreement)

    open_as: Outcome = "deleted" if all(row.state == "gone" for row in run.rows) else "waiting"
    outcome = end.how if end is not None else open_as
    return Question(
        rows=tuple(run.rows),
        outcome=outcome,
        ended_at=end.at if end is not None else None,
        acknowledged=until(acknowledged_at),
        answered=until(end.at) if end is not None and outcome == "answered" else None,
        promised=until(due_at),
        waiting=until(now) if outcome == "waiting" else None,
    )


def _lapse(since: datetime, until: datetime, agreement: Agreement) -> Lapse:
    """The time between two instants, never negative."""
    return Lapse(max(until - since, timedelta(0)), agreement.time(since, until))


def _first_told(run: Sequence[ReceivedRow]) -> ToldPromise | None:
    told = sorted((p.told_at, p.id, p) for row in run if (p := row.promise) is not None and p.told_at is not None)
    return told[0][2] if told else None
