"""The figures: messages, questions and promises in, counts and times out. Pure; each says how it is counted."""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from statistics import median
from typing import Literal

from triaged.core.kinds import CALLERS
from triaged.ledger.reporting import ReceivedRow, ToldPromise
from triaged.report.agreed import Agreement, Agreements
from triaged.report.questions import OUTCOMES, Lapse, Question, is_question

BURST, WITHIN = 3, timedelta(minutes=20)
When = Literal["office", "off", "weekend", "holiday", "away"]
WHENS: tuple[When, ...] = ("office", "off", "weekend", "holiday", "away")
Sort = Literal["question", "thanks", "call", "automatic"]
SORTS: tuple[Sort, ...] = ("question", "thanks", "call", "automatic")
"""What a message is: part of a question, nothing but thanks, a caller's notice, or what a machine or a list sent."""
Kept = Literal["kept", "late", "broken", "open", "settled"]
KEPT: tuple[Kept, ...] = ("kept", "late", "broken", "open", "settled")
KEPT_STATES: dict[str, Kept] = {
    "kept": "kept",
    "late": "late",
    "overdue": "broken",
    "open": "open",
    "settled": "settled",
}


@dataclass(frozen=True, slots=True)
class Times:
    """Durations of one kind: how many, median, 90th percentile, worst.

    The percentile is that of the nearest rank: the shortest of them within which nine in ten were done, and so true of
    whole messages. `within_p90` says of how many.
    """

    count: int = 0
    median: timedelta | None = None
    p90: timedelta | None = None
    worst: timedelta | None = None
    within_median: int = 0  # how many took no longer than the median …
    within_p90: int = 0  # … than the 90th percentile


@dataclass(frozen=True, slots=True)
class Taken:
    """How long something took: on the clock, and in agreed hours alone."""

    elapsed: Times
    office: Times


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question that nobody has answered: since when, and what it is about."""

    client: str
    since: datetime
    age: Lapse
    subject: str | None
    item: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything about one client (or all) in a period. Messages count by arrival, promises by when they were told."""

    client: str | None
    received: int
    verdicts: dict[str, int]
    arrived: dict[str, int]  # one of WHENS each, by the hours as they were agreed then
    written_inside: int  # of what people wrote and of their calls, what came in agreed hours
    sorts: dict[str, int]  # one of SORTS each
    questions: int  # asked in the period
    outcomes: dict[str, int]  # one of OUTCOMES each
    since_triaged: int  # questions that could be acknowledged, because triaged was there
    acknowledged: Taken  # from the question to the first automatic reply
    answered: Taken  # from the question to the first answer of a person in writing
    talked: int  # questions that were on the agenda of a call, which began before a written answer
    calls: tuple[datetime, ...]  # those calls
    waiting: tuple[Waiting, ...]  # asked in the period and answered by nobody until now, the oldest first
    older: int  # questions from before the period that still wait
    promises: dict[str, int]  # one of KEPT each
    passes: int
    bursts: int
    by_hand: dict[str, tuple[int, int]]  # rule -> moved by hand against its verdict, of how many that it decided

    @property
    def outside(self) -> int:
        """Messages that came outside the agreed hours."""
        return self.received - self.arrived["office"]

    @property
    def told(self) -> int:
        """Promises that the client was told."""
        return sum(self.promises.values())

    @property
    def decided(self) -> int:
        """Promises of which it is known whether they were kept: settled ones and those still open are none."""
        return self.told - self.promises["open"] - self.promises["settled"]

    @property
    def written(self) -> int:
        """Messages that people wrote, and their calls: not what machines sent."""
        return self.received - self.sorts["automatic"]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message, and when it came by the hours as they were agreed then."""

    row: ReceivedRow
    when: When


def arrival(row: ReceivedRow, agreements: Agreements) -> Arrival:
    """A message with when it came."""
    return Arrival(row, arrived_when(row, agreements.of(row.client, row.ruleset)))


def arrived_when(row: ReceivedRow, agreement: Agreement) -> When:
    """Each message counts once: in agreed hours, else on a holiday, on an away day, at the weekend, or at another hour."""
    holiday, away = agreement.holiday(row.arrived_at), agreement.away(row.arrived_at)
    if agreement.hours.hours(row.arrived_at) != "off" and not holiday and not away:
        return "office"
    if holiday or away:
        return "holiday" if holiday else "away"
    return "weekend" if agreement.weekend(row.arrived_at) else "off"


def sort_of(row: ReceivedRow) -> Sort:
    """What a message is."""
    if not CALLERS.isdisjoint(row.kind):
        return "call"
    if row.automatic:
        return "automatic"
    return "question" if is_question(row) else "thanks"


@dataclass(frozen=True, slots=True)
class Happened:
    """What is counted in a period, of one client or of all."""

    arrivals: list[Arrival]  # every message, in the order of arrival
    asked: list[Question]  # the questions, older ones that were open when it began included
    promises: list[ToldPromise]  # those told in it

    def asked_from(self, since: datetime) -> list[Question]:
        """The questions of the period alone."""
        return [one for one in self.asked if one.asked_at >= since]


def figures(of: Happened, since: datetime, client: str | None = None) -> Figures:
    """Count.

    Args:
        of: what happened in the period.
        since: its beginning: what was asked before counts as `older` alone.
        client: only a label.
    """
    here = of.asked_from(since)
    rows = [one.row for one in of.arrivals]
    when = Counter(one.when for one in of.arrivals)
    states = Counter(KEPT_STATES[promise.state] for promise in of.promises if promise.state in KEPT_STATES)
    sorts = Counter(sort_of(row) for row in rows)
    outcomes = Counter(one.outcome for one in here)
    return Figures(
        client=client,
        received=len(rows),
        verdicts=dict(Counter(row.verdict or "before triaged" for row in rows)),
        arrived={name: when[name] for name in WHENS},
        written_inside=sum(one.when == "office" and sort_of(one.row) != "automatic" for one in of.arrivals),
        sorts={name: sorts[name] for name in SORTS},
        questions=len(here),
        outcomes={name: outcomes[name] for name in OUTCOMES},
        since_triaged=sum(one.first.verdict is not None for one in here),
        acknowledged=_taken(one.acknowledged for one in here),
        answered=_taken(one.answered for one in here),
        talked=outcomes["talked"],
        calls=tuple(sorted({one.ended_at for one in here if one.outcome == "talked" and one.ended_at is not None})),
        waiting=tuple(
            Waiting(one.client, one.asked_at, one.waiting, one.first.subject, one.first.item)
            for one in here
            if one.waiting is not None
        ),
        older=sum(one.waiting is not None for one in of.asked if one.asked_at < since),
        promises={name: states[name] for name in KEPT},
        passes=sum(row.pass_spent for row in rows),
        bursts=sum(1 for _ in bursts(rows)),
        by_hand=_by_hand(rows),
    )


def times(found: Iterable[timedelta]) -> Times:
    """Median, 90th percentile and worst of some durations."""
    ordered = sorted(found)
    if not ordered:
        return Times()
    middle = timedelta(seconds=median(one.total_seconds() for one in ordered))
    p90 = ordered[ceil(len(ordered) * 9 / 10) - 1]
    return Times(
        count=len(ordered),
        median=middle,
        p90=p90,
        worst=ordered[-1],
        within_median=sum(one <= middle for one in ordered),
        within_p90=sum(one <= p90 for one in ordered),
    )


def _taken(spans: Iterable[Lapse | None]) -> Taken:
    known = [span for span in spans if span is not None]
    return Taken(times(span.elapsed for span in known), times(span.office for span in known))


def bursts(rows: Iterable[ReceivedRow]) -> Iterator[ReceivedRow]:
    """The messages that made a burst: the third within 20 minutes that a client wrote or rang; a longer run has one."""
    recent: dict[str, deque[datetime]] = defaultdict(deque)
    in_one: set[str] = set()  # clients whose last message belonged to a burst
    for row in rows:
        if sort_of(row) == "automatic":
            continue
        run = recent[row.client]
        run.append(row.arrived_at)
        while row.arrived_at - run[0] > WITHIN:
            run.popleft()
        if len(run) < BURST:
            in_one.discard(row.client)
        elif row.client not in in_one:
            in_one.add(row.client)
            yield row


def _by_hand(rows: Iterable[ReceivedRow]) -> dict[str, tuple[int, int]]:
    """By rule: how many a person moved against the verdict, of how many that the rule decided."""
    decided: Counter[str] = Counter()
    moved: Counter[str] = Counter()
    for row in rows:
        if row.rule is not None:
            decided[row.rule] += 1
            moved[row.rule] += row.by_hand is not None
    return {rule: (count, decided[rule]) for rule, count in moved.items() if count}
