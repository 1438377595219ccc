"""`triaged calendar`: hours, holidays and calls as they will be, and when a mail arriving now would be answered."""

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from triaged.cli.asknown import as_known
from triaged.cli.common import (
    Failed,
    add_listing,
    configuration,
    local,
    number_of,
    person_of,
    print_json,
    print_table,
    readable,
)
from triaged.core.calls import is_by_calendar
from triaged.core.clients import Client
from triaged.core.daysahead import Day, Outlook, PlannedCall, days_ahead, outlook
from triaged.core.settings import Person
from triaged.core.worktime import Interval


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_listing(parser)
    parser.add_argument("client", nargs="?", metavar="CLIENT", help="only this client's calls (default: all)")
    parser.add_argument(
        "--weeks", type=number_of("weeks", 104), default=2, metavar="N", help="how far to look (default: 2)"
    )


def run(args: argparse.Namespace) -> int:
    """Print the calendar of everybody, or of the person and client asked for."""
    loaded = configuration(args)
    chosen = person_of(loaded, args.person)
    now = datetime.now(UTC)
    people = tuple(as_known(loaded, person, now) for person in ((chosen,) if chosen else loaded.persons))
    asked = [(person, clients) for person in people if (clients := _clients(person, args.client)) is not None]
    if not asked:
        raise Failed(f"no client is called {args.client!r}; known are {_known(people)}")
    for number, (person, clients) in enumerate(asked):
        first = person.worktime.date_of(now)
        days = days_ahead(person.worktime, clients, first, 7 * args.weeks)
        forecasts = [found for client in clients if (found := outlook(person, client, now))]
        if args.json:
            print_json(_as_json(person, days, forecasts))
            continue
        sys.stdout.write("\n" * (number > 0) + f"{person.label}\n" * (len(asked) > 1))
        _print(person.worktime.zone, clients, days, forecasts)
    return 0


def _clients(person: Person, label: str | None) -> tuple[Client, ...] | None:
    if label is None:
        return person.roster.clients
    found = person.roster.by_label(label)
    return None if found is None else (found,)


def _known(people: tuple[Person, ...]) -> str:
    return ", ".join(client.label for person in people for client in person.roster.clients) or "none"


def _as_json(person: Person, days: tuple[Day, ...], forecasts: list[Outlook]) -> Iterator[dict[str, Any]]:
    zone = person.worktime.zone
    for day in days:
        yield {
            "person": person.label,
            "date": day.date.isoformat(),
            "office": [_pair(interval, zone) for interval in day.office],
            "focus": [_pair(interval, zone) for interval in day.focus],
            "available": [_pair(interval, zone) for interval in day.free],
            "weekend": day.weekend,
            "holiday": day.holiday,
            "away": day.away,
            "calls": [_call_json(call, zone) for call in day.calls],
        }
    for found in forecasts:
        yield {"person": person.label, "client": found.client, "if_now": _outlook_json(found, zone)}


def _pair(interval: Interval, zone: ZoneInfo) -> dict[str, str | None]:
    return {"start": local(interval[0], zone), "end": local(interval[1], zone)}


def _call_json(call: PlannedCall, zone: ZoneInfo) -> dict[str, Any]:
    one = call.occurrence
    times = _pair((one.start, one.end), zone)
    source = "calendar" if is_by_calendar(one.id) else "configuration"
    return {"client": call.client, **times, "call": one.call.text, "source": source, "skipped": one.skipped or None}


def _outlook_json(found: Outlook, zone: ZoneInfo) -> dict[str, Any]:
    made = found.decision
    return {
        "verdict": made.verdict.value,
        "rule": made.rule,
        "reason": made.reason,
        "until": local(made.until.at, zone) if made.until else None,
        "promise": local(made.promise_moment.at, zone) if made.promise_moment else None,
        "reply": made.reply.template if made.reply else None,
        "send_at": local(made.reply.send_at, zone) if made.reply else None,
        "no_reply": made.no_reply,
    }


def _print(zone: ZoneInfo, clients: tuple[Client, ...], days: tuple[Day, ...], forecasts: list[Outlook]) -> None:
    rows = [_cells(day, clients, zone) for day in days]
    print_table(("day", "hours", "focus", "calls", ""), rows, "Nothing lies ahead.")
    if forecasts:
        sys.stdout.write("\nA plain mail that arrived now:\n")
        columns = ("client", "verdict", "rule", "back at", "promised", "reply")
        print_table(columns, [_outlook_cells(found, zone) for found in forecasts], "")


def _cells(day: Day, clients: tuple[Client, ...], zone: ZoneInfo) -> tuple[str, ...]:
    zones = {client.label: client.zone for client in clients}
    return (
        f"{day.date:%a} {day.date.day} {day.date:%b}",
        ", ".join(_span(interval, zone) for interval in day.office) or "-",
        ", ".join(_span(interval, zone) for interval in day.focus),
        "; ".join(_call_cell(call, zone, zones[call.client]) for call in day.calls),
        ", ".join(note for note in (day.holiday or "", "away" if day.away else "") if note),
    )


def _span(interval: Interval, zone: ZoneInfo) -> str:
    start, end = interval[0].astimezone(zone), interval[1].astimezone(zone)
    is_midnight = end.date() > start.date() and end.time() == time(0)
    return f"{start:%H:%M}-24:00" if is_midnight else f"{start:%H:%M}-{end:%H:%M}"


def _call_cell(call: PlannedCall, mine: ZoneInfo, theirs: ZoneInfo) -> str:
    one = call.occurrence
    there = "" if theirs.key == mine.key else f", {one.start.astimezone(theirs):%H:%M} in {theirs.key}"
    not_held = f", does not take place: {one.skipped}" if one.skipped else ""
    return f"{_span((one.start, one.end), mine)} {call.client}{there}{not_held}"


def _outlook_cells(found: Outlook, zone: ZoneInfo) -> tuple[str, ...]:
    made = found.decision
    return (
        found.client,
        made.verdict.value,
        made.rule or "",
        readable(made.until.at, zone) if made.until else "",
        readable(made.promise_moment.at, zone) if made.promise_moment else "",
        f"{made.reply.template}, {readable(made.reply.send_at, zone)}" if made.reply else f"none ({made.no_reply})",
    )
