"""What `check` warns about in moments: days without office hours, mail that comes back too late, calls that do not take place.

Moments, hours, calls and the date of the check go in, sentences come out; none means that nothing was found. The
search for an `until` after its `promise` looks at the instants at which an answer can change, not at every minute.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta

from triaged.core.calls import CALL_NOTICE, Schedule, why_no_call
from triaged.core.moments import resolve_first
from triaged.core.momentsteps import say, say_day
from triaged.core.momentwords import Clock, In, Moment, OfficeHours, Tomorrow
from triaged.core.spans import Span
from triaged.core.worktime import WorkTime

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_YEAR = 366
_ORDINARY = 8  # days looked at whatever they are: every day of the week
_NEAR_CALLS = 56
_MOST_EDGES = 8  # days before holidays and away days looked at beside
_MOST_NAMED = 4


def moment_warnings(moment: Moment, worktime: WorkTime, today: date) -> tuple[str, ...]:
    """A bare clock or weekday, promised, that can fall on a day without office hours."""
    match moment.form:
        case Clock(_, None) | Tomorrow():
            weekdays: tuple[int, ...] = tuple(range(7))
        case Clock(_, tuple(days)):
            weekdays = days
        case _:
            return ()
    for number in range(1, _YEAR + 1):
        day = today + number * _DAY
        if day.weekday() in weekdays and not worktime.office_day(day):
            why = why_no_call(worktime, day)
            example = f"{say_day(day)} ({why})" if why else say_day(day)
            hint = 'write "next office day 10:00" or "2 business days"'
            return (f'"{moment}" can fall on a day without office hours, as {example}: {hint}',)
    return ()


def no_call_warnings(promise: tuple[Moment, ...], clients: Mapping[str, bool]) -> tuple[str, ...]:
    """A call promised, and nothing else, to clients that have none."""
    if not promise or not all(moment.needs_call for moment in promise):
        return ()
    without = sorted(label for label, has_calls in clients.items() if not has_calls)
    if not without:
        return ()
    names = ", ".join(f'"{label}"' for label in without)
    return (
        f'"{promise[-1]}" promises a call, but there is none with {names}: add another moment after it, as "2 business days"',
    )


def order_warnings(
    until: tuple[Moment, ...], promise: tuple[Moment, ...], schedules: Iterable[Schedule], today: date
) -> tuple[str, ...]:
    """An `until` that can lie after its `promise`, with an arrival that shows it. At most one sentence."""
    if not until or not promise or until == promise:
        return ()
    for schedule in sorted(schedules, key=lambda one: [call.text for call in one.calls]):
        worktime = schedule.worktime
        for at in _instants((*until, *promise), schedule, today):
            back = resolve_first(until, at, schedule)
            told = resolve_first(promise, at, schedule) if back else None
            if back is None or told is None or back.at <= told.at:
                continue
            if schedule.call_at_hand(at) is None:  # near a call no reply goes, so nothing is promised
                example = f"a message of {say(at, worktime)} would come back on {say(back.at, worktime)}"
                return (f"`until` can lie after `promise`: {example}, but {say(told.at, worktime)} is promised",)
    return ()


def warning_notes(promises: Iterable[Moment], warn: Span) -> tuple[str, ...]:
    """Promises whose warning comes at half-time: so long before its end as is asked would be within its first half."""
    short = dict.fromkeys(
        moment.text
        for moment in promises
        if not moment.shifts and (length := _length(moment)) is not None and _worked(length) < 2 * _worked(warn)
    )
    return tuple(
        f'[promises] "{text}" is warned of at half-time: warn = "{warn}" is more than half of it' for text in short
    )


def _worked(span: Span) -> timedelta:
    """Roughly, a business day being eight hours."""
    return span.elapsed + span.office + span.business_days * timedelta(hours=8)


def _length(moment: Moment) -> Span | None:
    match moment.form:
        case In(span):
            return span
        case OfficeHours(length):
            return Span("", timedelta(0), 0, length)
        case _:
            return None


def call_warnings(schedule: Schedule, today: date) -> tuple[str, ...]:
    """Calls of the next eight weeks that do not take place, with the reason. At most one sentence for a client."""
    days = [today + number * _DAY for number in range(_NEAR_CALLS)]
    off = [one for day in days for one in schedule.calls_on(day) if one.skipped]
    if not off:
        return ()
    named = ", ".join(f"{say(one.start, schedule.worktime)} ({one.skipped})" for one in off[:_MOST_NAMED])
    more = f" and {len(off) - _MOST_NAMED} more" if len(off) > _MOST_NAMED else ""
    return (f"no call takes place on {named}{more}",)


def _instants(moments: tuple[Moment, ...], schedule: Schedule, today: date) -> Iterator[datetime]:
    """Where the answer of a moment can change: at edges of hours and days, at wall clocks named, around calls."""
    worktime = schedule.worktime
    clocks = [moment.form.at for moment in moments if isinstance(moment.form, Clock | Tomorrow)]
    spans = [shift.span for moment in moments for shift in moment.shifts]
    for day in _days(worktime, today):
        edges = [worktime.instant(day, clock) for clock in (time(0), time(12), *clocks)]
        edges += [edge for interval in (*worktime.office(day), *worktime.free(day)) for edge in interval]
        edges += [call.start for call in schedule.calls_on(day)]
        instants = {at for edge in edges for at in (edge, edge - CALL_NOTICE)}
        instants |= {span.before(edge, worktime) for edge in edges for span in spans}
        yield from sorted(instants | {at + _MINUTE for at in instants})


def _days(worktime: WorkTime, today: date) -> Iterator[date]:
    """A week and a day, and for the rest of a year the days before holidays and away days begin."""
    yield from (today + number * _DAY for number in range(_ORDINARY))
    year = [today + number * _DAY for number in range(_ORDINARY, _YEAR)]
    before_time_off = [day for day in year if not why_no_call(worktime, day) and why_no_call(worktime, day + _DAY)]
    yield from before_time_off[:_MOST_EDGES]
