"""`triaged pause`: nothing is sent or moved; what is put aside still comes back. `triaged pause off` ends it."""

import argparse
import sys
from datetime import UTC, datetime

from triaged.cli.common import (
    Failed,
    add_listing,
    configuration,
    ledger_of,
    local,
    people_of,
    person_of,
    print_json,
    readable,
    wake_daemon,
)
from triaged.core.calls import Schedule
from triaged.core.settings import Person
from triaged.core.untilwords import FORMS, NoTime, until
from triaged.ledger import Ledger


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_listing(parser)
    parser.add_argument("until", nargs="*", metavar="UNTIL", help="until then; off: go on now (default: until that)")
    parser.epilog = f"UNTIL: {FORMS}. Whoever pauses is told so by `triaged status` and in each digest."


def run(args: argparse.Namespace) -> int:
    """Pause, or go on; for everybody of this configuration, or one person."""
    loaded = configuration(args)
    words, now = " ".join(args.until), datetime.now(UTC)
    asked = person_of(loaded, args.person)
    with ledger_of(loaded) as ledger:
        people = {key: one for key, one in people_of(loaded, ledger).items() if asked in (None, one)}
        if not people:
            raise Failed("nobody is known yet: the first `triaged run` makes them so")
        if args.json and not words:
            pauses = ledger.pauses()
            print_json({"person": one.label, "paused": key in pauses, "until": local(pauses.get(key), one.worktime.zone)}
                       for key, one in people.items())  # fmt: skip
            return 0
        said = [
            _off(ledger, key) if words == "off" else _pause(ledger, key, one, (words, now))
            for key, one in people.items()
        ]
    wake_daemon(loaded)
    sys.stdout.writelines(
        f"{f'{one.label}: ' if len(people) > 1 else ''}{line}\n"
        for one, line in zip(people.values(), said, strict=True)
    )
    return 0


def _off(ledger: Ledger, key: str) -> str:
    if not ledger.resume(key):
        return "there is no pause"
    return "going on: what waited is done now"


def _pause(ledger: Ledger, key: str, person: Person, asked: tuple[str, datetime]) -> str:
    words, now = asked
    try:
        at = until(words, now, Schedule(person.worktime), person.language) if words else None
    except NoTime as wrong:
        raise Failed(str(wrong)) from wrong
    ledger.pause(key, at)
    end = f"until {readable(at, person.worktime.zone)}" if at else "until `triaged pause off`"
    return f"paused {end}: nothing is sent or moved, what is put aside comes back"
