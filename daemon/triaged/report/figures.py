"""The figures: messages of clients in, counts and times out. Pure; every figure says in its docstring how it is counted.

A question is a message that a person wrote and that is not mere thanks. The clock of an answer starts at the first
question of its thread that was not answered yet. Automatic replies acknowledge, and never answer.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median, quantiles
from typing import Literal

from triaged.ledger.reporting import ReceivedRow
from triaged.report.agreed import Agreement, Agreements

BURST, WITHIN = 3, timedelta(minutes=20)
When = Literal["office", "off", "weekend", "holiday"]


@dataclass(frozen=True, slots=True)
class Times:
    """Durations of one kind: how many, median, 90th percentile, worst."""

    count: int = 0
    median: timedelta | None = None
    p90: timedelta | None = None
    worst: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A thread that is not answered: since when, and what it is about."""

    client: str
    since: datetime
    subject: str | None
    item: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything about one client (or all) in a period."""

    client: str | None
    received: int
    questions: int
    verdicts: dict[str, int]
    arrived: dict[str, int]  # by the hours as they were agreed then: office, off, weekend, holiday
    by_hour: dict[int, int]  # in my zone
    acknowledged: Times  # from arrival to the first automatic reply, elapsed
    answered: Times  # from the first unanswered question to the answer of a person, elapsed
    answered_office: Times  # the same in agreed hours
    promises: dict[str, int]  # kept, late, broken, open
    passes: int
    bursts: int
    waiting: tuple[Waiting, ...]
    by_hand: dict[str, tuple[int, int]]  # rule -> moved back by hand, of how many put aside


def is_question(row: ReceivedRow) -> bool:
    """Whether a person asks something with it."""
    return not row.automatic and "courtesy" not in row.kind


def arrived_when(row: ReceivedRow, agreement: Agreement) -> When:
    """Holiday before weekend before hours: each message counts once."""
    if agreement.holiday(row.arrived_at):
        return "holiday"
    if agreement.weekend(row.arrived_at):
        return "weekend"
    return "office" if agreement.hours.hours(row.arrived_at) != "off" else "off"


def figures(rows: Sequence[ReceivedRow], agreements: Agreements, *, client: str | None = None) -> Figures:
    """Count. `rows` in the order of arrival; `client` is only a label."""
    elapsed, office = _answers(rows, agreements)
    told = {row.promise.id: row.promise for row in rows if row.promise and row.promise.told_at}
    states = Counter(_WORDS[promise.state] for promise in told.values() if promise.state in _WORDS)
    return Figures(
        client=client,
        received=len(rows),
        questions=sum(map(is_question, rows)),
        verdicts=dict(Counter(row.verdict or "unknown" for row in rows)),
        arrived=dict(Counter(arrived_when(row, agreements.of(row.client, row.ruleset)) for row in rows)),
        by_hour=dict(Counter(_hour(row, agreements) for row in rows)),
        acknowledged=_times(
            row.acknowledged_at - row.arrived_at for row in rows if row.acknowledged_at and is_question(row)
        ),
        answered=_times(elapsed),
        answered_office=_times(office),
        promises={word: states[word] for word in ("kept", "late", "broken", "open")},
        passes=sum(row.pass_spent for row in rows),
        bursts=_bursts(rows),
        waiting=_waiting(rows),
        by_hand=_by_hand(rows),
    )


_WORDS = {"kept": "kept", "late": "late", "overdue": "broken", "open": "open"}


def _hour(row: ReceivedRow, agreements: Agreements) -> int:
    zone = agreements.of(row.client, row.ruleset).mine.zone
    return row.arrived_at.astimezone(zone).hour


def _answers(rows: Iterable[ReceivedRow], agreements: Agreements) -> tuple[list[timedelta], list[timedelta]]:
    """One duration for each answer: from the earliest question that it answers."""
    first: dict[tuple[str | None, datetime], ReceivedRow] = {}
    for row in rows:
        if row.answered_at is not None and is_question(row):
            first.setdefault((row.thread, row.answered_at), row)
    elapsed = [answered - row.arrived_at for (_, answered), row in first.items()]
    office = [
        agreements.of(row.client, row.ruleset).hours.office_time(row.arrived_at, answered)
        for (_, answered), row in first.items()
    ]
    return elapsed, office


def _times(found: Iterable[timedelta]) -> Times:
    seconds = sorted(max(one.total_seconds(), 0.0) for one in found)
    if not seconds:
        return Times()
    p90 = quantiles(seconds, n=10, method="inclusive")[-1] if len(seconds) > 1 else seconds[0]
    return Times(
        len(seconds), timedelta(seconds=median(seconds)), timedelta(seconds=p90), timedelta(seconds=seconds[-1])
    )


def _bursts(rows: Iterable[ReceivedRow]) -> int:
    """How often a client wrote or rang at least three times within 20 minutes; a longer run counts once."""
    recent: dict[str, list[datetime]] = defaultdict(list)
    in_one: set[str] = set()  # clients whose last message belonged to a burst
    count = 0
    for row in rows:
        if row.automatic and not {"voicemail", "missed-call"} & set(row.kind):
            continue
        run = [at for at in recent[row.client] if row.arrived_at - at <= WITHIN]
        run.append(row.arrived_at)
        recent[row.client] = run
        if len(run) < BURST:
            in_one.discard(row.client)
        elif row.client not in in_one:
            in_one.add(row.client)
            count += 1
    return count


def _waiting(rows: Iterable[ReceivedRow]) -> tuple[Waiting, ...]:
    """Threads whose newest question nobody has answered, in writing or in the call it was promised for, the oldest first."""
    open_since: dict[tuple[str, str | None], Waiting] = {}
    for row in rows:
        key = (row.client, row.thread)
        if row.answered_at is not None or _talked_over(row):
            open_since.pop(key, None)
        elif is_question(row) and row.state != "gone":
            open_since.setdefault(key, Waiting(row.client, row.arrived_at, row.subject, row.item))
    return tuple(sorted(open_since.values(), key=lambda one: one.since))


def _talked_over(row: ReceivedRow) -> bool:
    return row.promise is not None and row.promise.kind == "call" and row.promise.state == "kept"


def _by_hand(rows: Iterable[ReceivedRow]) -> dict[str, tuple[int, int]]:
    """By rule: how many a person moved against the verdict, of how many that the rule decided."""
    decided: Counter[str] = Counter()
    moved: Counter[str] = Counter()
    for row in rows:
        if row.rule is not None:
            decided[row.rule] += 1
            moved[row.rule] += row.by_hand is not None
    return {rule: (count, decided[rule]) for rule, count in moved.items() if count}
