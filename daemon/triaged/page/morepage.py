"""More: the next two weeks, the report, the rules, how all is, and the devices that are signed in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from markupsafe import Markup
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from triaged.core.calls import Occurrence
from triaged.core.daysahead import Day, Outlook, days_ahead, outlook
from triaged.core.wording import short_date
from triaged.core.worktime import Interval
from triaged.ledger import Period
from triaged.page import views
from triaged.page.clientpages import MONTH
from triaged.page.seen import Form, Seen, acting, looking
from triaged.page.shownmoments import Moment
from triaged.report.htmlpage import body_of, title_of
from triaged.report.summary import remembered, tell

_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One row of Health."""

    name: str
    mode: str
    state: str
    looked: Moment | None
    figures: Mapping[str, Any]


@looking
async def more(seen: Seen) -> Response:
    """What is looked at now and then."""
    status = seen.behind.status_of(seen.person)
    return seen.page(
        "more.html",
        days=list(_days(seen)),
        forecasts=list(_forecasts(seen)),
        rules=[(one.name, str(one.then.value)) for one in seen.person.rules.rules],
        mailboxes=[_mailbox(seen, one) for one in status["accounts"]],
        attention=status["attention"],
        devices=_devices(seen),
    )


@looking
async def report(seen: Seen) -> Response:
    """What `triaged report` says of the last 30 days."""
    past = remembered(seen.ledger, Period(seen.now - MONTH, seen.now, None, seen.key))
    told = tell(past, seen.person, seen.now)
    # made of figures and of texts that the report's own room has escaped
    return seen.page("report.html", title=title_of(told), body=Markup(body_of(told)))  # noqa: S704


@acting()
async def end(seen: Seen, form: Form) -> Response:
    """Sign a device of hers out, or all of them, this one too."""
    number = form.get("number", "")
    if number == "all":
        seen.ledger.end_device(seen.key, None)
        return RedirectResponse("/", 303)
    known = number.isdecimal() and len(number) < 16  # noqa: PLR2004 — what SQLite can hold
    ended = seen.ledger.end_device(seen.key, int(number)) if known else 0
    seen.say(seen.words["ended" if ended else "not_ended"])
    return RedirectResponse("/more", 303)


def _days(seen: Seen) -> Iterator[tuple[str, str, str, Sequence[str], str]]:
    """Day, hours, focus, calls, note; of what else stands in a calendar nothing but when she is busy."""
    person, words = seen.person, seen.words
    names = {one.label: one.name for one in person.roster.clients}
    first = person.worktime.date_of(seen.now)
    for day in days_ahead(person.worktime, person.roster.clients, first, _DAYS):
        calls = [_call(seen, one.occurrence, names[one.client]) for one in day.calls]
        note = ", ".join(filter(None, (day.holiday or "", words["away"] if day.away else "")))
        yield _date(seen, day), _spans(seen, day.office), _spans(seen, day.focus), calls, note


def _date(seen: Seen, day: Day) -> str:
    zone = seen.person.worktime.zone
    return short_date(
        datetime(day.date.year, day.date.month, day.date.day, 12, tzinfo=zone), seen.person.language, zone
    )


def _spans(seen: Seen, intervals: Sequence[Interval]) -> str:
    zone = seen.person.worktime.zone
    return ", ".join(f"{start.astimezone(zone):%H:%M}–{end.astimezone(zone):%H:%M}" for start, end in intervals)


def _call(seen: Seen, one: Occurrence, name: str) -> str:
    text = f"{one.start.astimezone(seen.person.worktime.zone):%H:%M} {name}"
    return seen.words["not_held"].format(call=text, why=one.skipped) if one.skipped else text


def _forecasts(seen: Seen) -> Iterator[tuple[str, str, str, str, str]]:
    """Of each client what a plain mail, arriving now, would get: client, verdict, rule, back, promised."""
    for one in seen.person.roster.clients:
        if found := outlook(seen.person, one, seen.now):
            yield one.name, *_forecast(seen, found)


def _forecast(seen: Seen, found: Outlook) -> tuple[str, str, str, str]:
    made = found.decision
    until, promised = (views.hers(one.at, seen.person).text if one else "" for one in (made.until, made.promise_moment))
    return seen.words["verdicts"][made.verdict.value], made.rule or "", until, promised


def _mailbox(seen: Seen, one: Mapping[str, Any]) -> Mailbox:
    looked = views.hers(datetime.fromisoformat(one["proven_alive"]), seen.person) if one["proven_alive"] else None
    state = seen.words["states"].get(one["state"], one["state"])
    return Mailbox(one["account"], one["mode"], state, looked, one)


def _devices(seen: Seen) -> Sequence[tuple[int, str, Moment, Moment]]:
    words = seen.words
    return [
        (
            one.id,
            (one.name or words["unknown_device"]) + (f" ({words['this_device']})" if one.id == seen.device.id else ""),
            views.hers(one.since, seen.person),
            views.hers(one.used_at, seen.person),
        )
        for one in seen.ledger.devices(seen.key, seen.now)
    ]


ROUTES: Final = (Route("/more", more), Route("/report", report), Route("/devices", end, methods=["POST"]))
