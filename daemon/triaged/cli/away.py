"""`triaged away`: days on which I am away, as `away` in [hours], kept in the ledger."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from triaged.cli.common import Failed, add_listing, configuration, key_of, ledger_of, person_of, print_json, wake_daemon
from triaged.config import Loaded
from triaged.core.awaywords import FORMS, Days, days_away
from triaged.core.settings import Person
from triaged.core.untilwords import NoTime


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_listing(parser)
    parser.add_argument("days", nargs="*", metavar="FROM[..TO]", help="which days (default: list those that are kept)")
    parser.add_argument("--remove", action="store_true", help="not away on these days after all; without days: on none")
    parser.epilog = f"Days: {FORMS}. What `away` in [hours] says stays as it is written there."


def run(args: argparse.Namespace) -> int:
    """List the days, add some, or take some away."""
    loaded = configuration(args)
    words, now = " ".join(args.days), datetime.now(UTC)
    with ledger_of(loaded) as ledger:
        if not words and not args.remove:
            people = [one for one in loaded.persons if person_of(loaded, args.person) in (None, one)]
            kept = ledger.aways()
            _list([(one, kept.get(one.accounts[0].login, ())) for one in people], args)
            return 0
        person = _person(loaded, args.person)
        days = _days(words, now, person) if words else None
        key = key_of(ledger, person)
        assert key is not None
        done = ledger.not_away(key, days) if args.remove else ledger.be_away(key, _given(days))
    if not done:
        raise Failed(
            "nothing has changed: these days were not kept here"
            if args.remove
            else "nothing has changed: that is known"
        )
    wake_daemon(loaded)
    sys.stdout.write(f"{_said(days, removed=args.remove)}; hours, calls and moments follow\n")
    return 0


def _given(days: Days | None) -> Days:
    assert days is not None
    return days


def _days(words: str, now: datetime, person: Person) -> Days:
    try:
        return days_away(words, now, person)
    except NoTime as wrong:
        raise Failed(str(wrong)) from wrong


def _person(loaded: Loaded, label: str | None) -> Person:
    found = person_of(loaded, label) or (loaded.persons[0] if len(loaded.persons) == 1 else None)
    if found is None:
        raise Failed(f"who is away? choose with --person ({', '.join(one.label for one in loaded.persons)})")
    return found


def _said(days: Days | None, *, removed: bool) -> str:
    if days is None:
        return "no day away is kept any more"
    return f"{'not away' if removed else 'away'} {_range(days)}"


def _range(days: Days) -> str:
    first, last = (f"{day:%a} {day.day} {day:%b} {day.year}" for day in days)
    return first if first == last else f"{first} to {last}"


def _list(kept: Sequence[tuple[Person, Sequence[Days]]], args: argparse.Namespace) -> None:
    if args.json:
        print_json(_as_json(person, days) for person, ranges in kept for days in ranges)
        return
    lines = [f"{person.label}: {_range(days)}\n" for person, ranges in kept for days in ranges]
    sys.stdout.writelines(lines or ["No days away are kept here; those in [hours] stand in the configuration.\n"])


def _as_json(person: Person, days: Days) -> dict[str, Any]:
    return {"person": person.label, "from": days[0].isoformat(), "to": days[1].isoformat()}
