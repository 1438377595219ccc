"""A whole report: what the ledger remembers of a period in, figures and their course out. Read, then told: telling is pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from triaged.core.settings import Person
from triaged.core.worktime import WorkTime
from triaged.ledger import Ledger, Period
from triaged.ledger.reporting import ReceivedRow, ToldPromise
from triaged.report.agreed import Agreement, Agreements
from triaged.report.figures import Arrival, Figures, Happened, arrival, figures
from triaged.report.questions import Question, questions
from triaged.report.series import Grid, Series, grid, series, stretches


@dataclass(frozen=True, slots=True)
class Past:
    """What is remembered: messages, promises told, old rules.

    Beside the period's messages stand those that were open when it began, and what was added since to what was open at its end.
    """

    since: datetime
    until: datetime
    rows: Sequence[ReceivedRow]
    promises: Sequence[ToldPromise]
    rulesets: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """One client, or all of them (`figures.client` None)."""

    name: str
    figures: Figures
    series: Series
    grid: Grid


@dataclass(frozen=True, slots=True)
class Report:
    """A period of one person."""

    person: Person | None
    since: datetime
    until: datetime
    now: datetime
    whole: Part
    clients: tuple[Part, ...]
    arrivals: tuple[Arrival, ...]  # every message of the period
    earlier: tuple[
        Arrival, ...
    ]  # those from before it that a figure counts: of older questions, of promises told in it
    questions: tuple[Question, ...]  # the older ones that were open when it began included
    agreements: Agreements

    @property
    def zone(self) -> ZoneInfo:
        """My zone."""
        return self.person.worktime.zone if self.person else ZoneInfo("UTC")


def remembered(ledger: Ledger, period: Period) -> Past:
    """Everything of a period that a report needs."""
    rows = ledger.received(period)
    hashes = {row.ruleset for row in rows if row.ruleset is not None}
    bodies = {one: body for one in hashes if (body := ledger.ruleset_body(one)) is not None}
    return Past(period.since, period.until, rows, ledger.told_promises(period), bodies)


def tell(past: Past, person: Person | None, now: datetime) -> Report:
    """The report of what is remembered. `now`: until when those wait whom nobody has answered, and what has fallen due."""
    agreements = Agreements(person, past.rulesets.get)
    rows = [_with_promise_by(row, now) for row in _once(past.rows)]
    promises = [_by(promise, now) for promise in past.promises]
    asked = [one for one in questions(rows, agreements, now) if one.asked_at < past.until]
    arrivals = [arrival(row, agreements) for row in rows if past.since <= row.arrived_at < past.until]
    own = {label: Happened([], [], []) for label in sorted(_labels(arrivals, promises))}
    for one in arrivals:
        own[one.row.client].arrivals.append(one)
    for question in asked:
        if question.client in own:
            own[question.client].asked.append(question)
    for promise in promises:
        own[promise.client].promises.append(promise)
    older = {id(row) for one in asked if one.waiting is not None for row in one.rows}
    before = [row for row in rows if row.arrived_at < past.since and (id(row) in older or _told_in(row, past))]
    parts = _Parts(past, person, agreements, now)
    return Report(
        person=person,
        since=past.since,
        until=past.until,
        now=now,
        clients=tuple(parts.part(label, of) for label, of in own.items()),
        whole=parts.part(None, Happened(arrivals, asked, promises)),
        arrivals=tuple(arrivals),
        earlier=tuple(arrival(row, agreements) for row in before),
        questions=tuple(asked),
        agreements=agreements,
    )


def _told_in(row: ReceivedRow, past: Past) -> bool:
    told_at = row.promise.told_at if row.promise is not None else None
    return told_at is not None and past.since <= told_at < past.until


def _by(promise: ToldPromise, now: datetime) -> ToldPromise:
    """What became of it by now: where no daemon runs nobody writes down that its moment has passed."""
    if promise.state != "open" or promise.due_at > now:
        return promise
    if promise.kind == "call":
        return replace(promise, state="kept", closed_at=promise.due_at)
    return replace(promise, state="overdue")


def _with_promise_by(row: ReceivedRow, now: datetime) -> ReceivedRow:
    promise = row.promise
    if promise is None or (passed := _by(promise, now)) is promise:
        return row
    return replace(row, promise=passed)


def _once(rows: Iterable[ReceivedRow]) -> Iterator[ReceivedRow]:
    """A message that came by several ways (two accounts, a list and a copy) is one."""
    seen: set[tuple[str, str | None, str | None]] = set()
    for row in rows:
        name = row.person, row.client, row.message_id
        if row.message_id is None or name not in seen:
            seen.add(name)
            yield row


def _labels(arrivals: Sequence[Arrival], promises: Sequence[ToldPromise]) -> set[str]:
    return {one.row.client for one in arrivals} | {promise.client for promise in promises}


class _Parts:
    """The parts of one report: what they share."""

    def __init__(self, past: Past, person: Person | None, agreements: Agreements, now: datetime) -> None:
        self._past, self._person, self._agreements, self._now = past, person, agreements, now
        self._mine = person.worktime if person else WorkTime(ZoneInfo("UTC"))
        self._step, self._starts = stretches(past.since, past.until, self._mine.zone)

    def part(self, label: str | None, of: Happened) -> Part:
        """A client's, its times on its own clock; or, without a label, that of all of them, on mine."""
        since, until = self._past.since, self._past.until
        known = self._person.roster.by_label(label) if self._person and label else None
        agreement = self._agreements.of(label, None) if label else Agreement(self._mine, self._mine)
        zone = known.zone if known else agreement.hours.zone
        here = replace(of, asked=of.asked_from(since))
        off = agreement.days_off(since, until)
        return Part(
            name=(known.name if known else label) or "",
            figures=figures(of, since, label),
            series=series(here, self._step, self._starts, self._mine.zone, off),
            grid=grid(
                (one.row.arrived_at for one in of.arrivals),
                agreement.hours,
                zone,
                self._now,
                (one.row.arrived_at for one in of.arrivals if one.when in ("holiday", "away")),
            ),
        )
