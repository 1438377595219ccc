"""What a client is shown: what was agreed and what was done, in the client's language. Facts, no reproach.

Goes in: a report of one client. Comes out: sentences. Never in it: a subject, another client, a rule, a verdict.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from html import escape
from itertools import groupby
from zoneinfo import ZoneInfo

from triaged.core.calls import Call
from triaged.core.clients import Client
from triaged.core.wording import on_date, zone_name
from triaged.core.worktime import WorkTime
from triaged.report.agreed import on_the_clock
from triaged.report.figures import Figures
from triaged.report.markup import as_table, document
from triaged.report.phrases import day, duration_in_prose, limit, listed, period, weekdays
from triaged.report.reportwords import ClientWords, Words, client_words_of, words_of
from triaged.report.summary import Part, Report
from triaged.report.tables import Table, promised, speeds

_WEEK = 7


@dataclass(frozen=True, slots=True)
class Statement:
    """The statement in words; `agreed` are headings with their lines."""

    title: str
    between: str
    agreed: tuple[tuple[str, tuple[str, ...]], ...]
    done: tuple[str, ...]
    pair: str  # how the language sets a colon

    @property
    def paragraph(self) -> str:
        """To paste into a mail."""
        return self.pair.format(name=self.title, value=" ".join(self.done))


def language_of(report: Report, client: Client | None) -> str:
    """The client's language, else mine; English where we have no words of it."""
    return words_of((client and client.language) or (report.person.language if report.person else "en")).language


def statement(report: Report, client: Client | None) -> Statement:
    """The words. `report` is of that client alone."""
    language = language_of(report, client)
    words, part = client_words_of(language), report.clients[0] if report.clients else report.whole
    me = report.person.name if report.person else ""
    agreement = _Agreed(report, client, words, language)
    dates = _Dates(language, client.zone if client is not None else report.zone, report.now)
    agreed = [(words.hours, tuple(agreement.hours_of(part.figures.client or (client.label if client else ""))))]
    if client is not None and (calls := agreement.calls_of(client)):
        agreed.append((words.calls, calls))
    return Statement(
        title=words.title.format(period=period(report.since, report.until, language, report.zone)),
        between=words.between.format(client=part.name or (client.name if client else ""), me=me),
        agreed=tuple(agreed),
        done=tuple(_addressed(one, client, words) for one in _sentences(part.figures, words, dates)),
        pair=words.pair,
    )


@dataclass(frozen=True, slots=True)
class _Dates:
    """How dates are written: on the client's calendar."""

    language: str
    zone: ZoneInfo
    now: datetime

    def of(self, at: datetime) -> str:
        """The date of an instant."""
        return on_date(at, self.language, self.zone, self.now)


def _addressed(sentence: str, client: Client | None, words: ClientWords) -> str:
    """As it is said to whom I address familiarly."""
    familiar = client is not None and client.address == "familiar"
    return sentence.replace(words.formal, words.familiar) if familiar else sentence


def as_text(found: Statement, language: str) -> str:
    """Plain text, with the paragraph for a mail at its end."""
    words = client_words_of(language)
    lines = [found.title, found.between, "", words.agreed]
    lines += [f"  {words.pair.format(name=head, value=line)}" for head, told in found.agreed for line in told]
    lines += ["", words.done, *(f"  {sentence}" for sentence in found.done)]
    return "\n".join([*lines, "", words.paste, "", found.paragraph, ""])


def as_html(report: Report, client: Client | None) -> str:
    """A page to show: the words, the pictures, the figures."""
    language = language_of(report, client)
    words, found = client_words_of(language), statement(report, client)
    part = report.clients[0] if report.clients else report.whole
    agreed = "".join(
        f"<h3>{escape(head)}</h3><ul>{''.join(f'<li>{escape(line)}</li>' for line in told)}</ul>"
        for head, told in found.agreed
    )
    body = [
        f"<h1>{escape(found.title)}</h1><p class=lead>{escape(found.between)}</p>",
        f"<section><h2>{escape(words.agreed)}</h2>{agreed}</section>",
        f"<section><h2>{escape(words.done)}</h2>{''.join(f'<p>{escape(one)}</p>' for one in found.done)}",
        *_figures(part, _shown(words_of(language), words)),
        f"</section><section><h2>{escape(words.how)}</h2><p>{escape(words.how_text)}</p></section>",
        f"<section><h2>{escape(words.paste)}</h2><p>{escape(found.paragraph)}</p></section>",
    ]
    return document(found.title, "".join(body), words.footer, language)


def _shown(words: Words, told: ClientWords) -> Words:
    """My words with those that a client reads in their places."""
    return replace(
        words,
        when_plot=told.when_plot,
        kept=told.kept,
        promises=told.promises,
        how_promises=told.how_promises,
        promises_plot=told.promises_plot,
        how_promises_plot=told.how_promises_plot,
    )


def _figures(part: Part, words: Words) -> Iterator[str]:
    from triaged.report.pictures import pictures_of

    f = part.figures
    yield from pictures_of(part, words, "client")
    if f.questions:
        yield as_table(speeds(f, words))
    if f.told:
        yield as_table(Table(words.promises_plot, ("", words.count, "%"), tuple(promised(f, words))))


def _sentences(f: Figures, words: ClientWords, dates: _Dates) -> Iterator[str]:
    if not f.received and not f.told:
        yield words.nothing
        return
    yield from _came(f, words)
    yield from _speed(f, words, dates.language)
    yield from _ended(f, words, dates)
    yield from _promises(f, words)
    if not f.waiting:
        yield words.open_none
        return
    yield _counted(words.open_one, words.open_many, len(f.waiting), date=dates.of(f.waiting[0].since))


def _came(f: Figures, words: ClientWords) -> Iterator[str]:
    """What arrived: of machines it is not said that it came from the client."""
    yield _counted(words.received_one, words.received_many, f.written) if f.written else words.received_none
    for one, many, count in (
        (words.thanks_one, words.thanks_many, f.sorts["thanks"]),
        (words.rang_one, words.rang_many, f.sorts["call"]),
    ):
        if count:
            yield _counted(one, many, count)
    if f.written > 1:
        outside = f.written - f.written_inside
        yield words.inside_some.format(inside=f.written_inside, outside=outside) if outside else words.inside_all
    if automatic := f.sorts["automatic"]:
        yield _counted(words.automatic_one, words.automatic_many, automatic)
    if f.questions > 1:
        yield _counted(words.questions_one, words.questions_many, f.questions)


def _speed(f: Figures, words: ClientWords, language: str) -> Iterator[str]:
    """How fast, in whole messages: so many of so many within a time."""
    acknowledged, answered = f.acknowledged.elapsed, f.answered.office
    for times, one, every, many in (
        (acknowledged, words.acknowledged_one, words.acknowledged_all, words.acknowledged_many),
        (answered, words.answered_one, words.answered_all, words.answered_many),
    ):
        if times.count:
            median, p90, worst = (
                duration_in_prose(limit(span, days=False), language) for span in (times.median, times.p90, times.worst)
            )
            text = one if times.count == 1 else every if times.within_median == times.count else many
            yield text.format(
                n=times.count, median=median, p90=p90, worst=worst, half=times.within_median, most=times.within_p90
            )


def _ended(f: Figures, words: ClientWords, dates: _Dates) -> Iterator[str]:
    """What became of the questions otherwise."""
    if f.outcomes["marked"]:
        yield _counted(words.marked_one, words.marked_many, f.outcomes["marked"])
    if f.talked:
        days = list(dict.fromkeys(map(dates.of, f.calls)))
        several = words.talked_many if len(days) == 1 else words.talked_more
        yield _counted(words.talked_one, several, f.talked, dates=listed(days, dates.language))
    if closed := f.outcomes["settled"] + f.outcomes["deleted"]:
        yield _counted(words.settled_one, words.settled_many, closed)


def _promises(f: Figures, words: ClientWords) -> Iterator[str]:
    """Those whose moment has come or that were settled."""
    late, missed, settled, kept = (f.promises[state] for state in ("late", "broken", "settled", "kept"))
    announced = f.decided + settled
    if not announced:
        return
    if announced == 1:
        yield words.kept_one if kept else words.announced_one
    else:
        yield (words.kept_all if kept == announced else words.kept_some).format(n=announced, kept=kept)
    for one, many, count in (
        (words.late_one, words.late_many, late),
        (words.missed_one, words.missed_many, missed),
        (words.closed_one, words.closed_many, settled),
    ):
        if count:
            yield _counted(one, many, count)


def _counted(one: str, many: str, count: int, **more: object) -> str:
    return (one if count == 1 else many).format(n=count, **more)


# --- what was agreed ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Agreed:
    """What was agreed with a client, in the words of a language and on the client's clock, whose zone is named."""

    report: Report
    client: Client | None
    words: ClientWords
    language: str

    @property
    def zone(self) -> ZoneInfo:
        """The client's, else mine."""
        return self.client.zone if self.client else self.report.zone

    def hours_of(self, label: str) -> Iterator[str]:
        """The hours that are agreed now, after those of the period that were agreed before.

        With a client that is configured no more those of the last message are the last that were agreed.
        """
        report = self.report
        told: list[tuple[str, datetime]] = []  # hours in words, and the last message to which they applied
        for ruleset, arrivals in groupby(report.arrivals, key=lambda one: one.row.ruleset):
            *_, last = arrivals
            said = self._hours(report.agreements.of(label, ruleset).hours)
            if told and told[-1][0] == said:
                told.pop()
            told.append((said, last.row.arrived_at))
        newest = None if self.client is not None or not report.arrivals else report.arrivals[-1].row.ruleset
        now = self._hours(report.agreements.of(label, newest).hours)
        for said, last_at in told:
            if said != now:
                until = day(last_at.astimezone(self.zone).date(), self.language)
                yield self.words.until.format(date=until, hours=said)
        yield now

    def _hours(self, hours: WorkTime) -> str:
        """In words, on the client's clock: "Mon–Thu 09:00–12:30, 13:30–17:30; Fri 09:00–15:00 (Berlin time)"."""
        if hours.week is None:
            return self.words.always
        names = weekdays(self.language)
        week = {number: on_the_clock(hours, number, self.zone, self.report.now) for number in range(_WEEK)}
        parts = []
        for slots, days in groupby(range(_WEEK), key=lambda number: week[number]):
            first, *others = days
            if slots:
                span = f"{names[first]}–{names[others[-1]]}" if others else names[first]
                parts.append(f"{span} {', '.join(f'{_clock(start)}–{_clock(end)}' for start, end in slots)}")
        return self.words.semicolon.join(parts) + self._note()

    def calls_of(self, client: Client) -> tuple[str, ...]:
        """The standing calls, and the series of my calendars by their titles."""
        return (*map(self.call, client.calls), *(series.name for series in client.series if series.name))

    def call(self, call: Call) -> str:
        """In words, on the client's clock: "Fri 10:00 (London time), 45 minutes"."""
        names, mine = weekdays(self.language), self.report.zone
        today = self.report.now.astimezone(mine).date()
        on = [today + timedelta(days=number - today.weekday()) for number in call.weekdays]
        starts = [datetime.combine(one, call.at, mine).astimezone(self.zone) for one in on]
        when = f"{listed([names[start.weekday()] for start in starts], self.language)} {starts[0]:%H:%M}"
        rhythm = [self.words.every_weeks.format(n=call.every_weeks)] if call.every_weeks > 1 else []
        length = self.words.minutes.format(n=round(call.length.total_seconds() / 60))
        return ", ".join([when + self._note(), *rhythm, length])

    def _note(self) -> str:
        return f" ({zone_name(self.zone, self.language, self.report.now)})"


def _clock(hour: float) -> str:
    minutes = round(hour * 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"
