"""`triaged page`: a link that signs in to the page, once and within ten minutes; and the devices that are signed in."""

import argparse
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from triaged.cli.common import (
    Failed,
    add_config,
    configuration,
    key_of,
    ledger_of,
    local,
    people_of,
    person_of,
    print_json,
    print_table,
    readable,
)
from triaged.config import Loaded, state_file
from triaged.core.settings import Person
from triaged.ledger.signedin import Device
from triaged.service.statussocket import ask_for_link


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument("person", nargs="?", metavar="PERSON", help="whose page, where there are several")
    parser.add_argument("--devices", action="store_true", help="instead: the devices that are signed in")
    parser.add_argument("--end", metavar="NUMBER", type=_number_or_all, help="sign that device out, or `all`")
    parser.add_argument("--json", action="store_true", help="the devices as one JSON object a line")
    parser.epilog = 'The daemon serves it where [service] says: page = "127.0.0.1:8025".'


def run(args: argparse.Namespace) -> int:
    """Ask the running daemon for a link; or list devices, or sign them out."""
    loaded = configuration(args)
    person = person_of(loaded, args.person)
    if args.end is not None:
        return _end(loaded, person, args.end)
    if args.devices or args.json:
        return _devices(loaded, person, as_json=args.json)
    sys.stdout.write(ask_for_link(state_file(loaded).parent, args.person) + "\n")
    return 0


def _number_or_all(text: str) -> str:
    if text != "all" and not (text.isdecimal() and len(text) < 16):  # noqa: PLR2004 — what SQLite can hold
        raise argparse.ArgumentTypeError("write the number of a device, or all")
    return text


def _end(loaded: Loaded, person: Person | None, which: str) -> int:
    with ledger_of(loaded) as ledger:
        people = people_of(loaded, ledger)
        keys = [key for key, one in people.items() if person is None or one.label == person.label]
        ended = sum(ledger.end_device(key, None if which == "all" else int(which)) for key in keys)
    if not ended and which != "all":
        raise Failed(f"no device {which} is signed in: `triaged page --devices` lists them")
    sys.stdout.write(f"{ended} device{'' if ended == 1 else 's'} signed out\n")
    return 0


def _devices(loaded: Loaded, person: Person | None, *, as_json: bool) -> int:
    with ledger_of(loaded) as ledger:
        people, now, key = people_of(loaded, ledger), datetime.now(UTC), key_of(ledger, person)
        known = [one for each in people if key in (None, each) for one in ledger.devices(each, now)]
    if as_json:
        print_json(_as_json(people, known))
    else:
        cells = [
            (
                people[one.person].label,
                str(one.id),
                one.name or "unknown",
                *(readable(at, people[one.person].worktime.zone) for at in (one.since, one.used_at)),
            )
            for one in known
        ]
        print_table(("person", "device", "", "since", "last used"), cells, "No device is signed in.")
    return 0


def _as_json(people: Mapping[str, Person], known: Iterable[Device]) -> Iterable[dict[str, object]]:
    for one in known:
        zone = people[one.person].worktime.zone
        yield {
            "person": people[one.person].label,
            "device": one.id,
            "name": one.name,
            "since": local(one.since, zone),
            "used": local(one.used_at, zone),
        }
