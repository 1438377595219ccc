"""`triaged opt-outs`: who is not written to: opted out, paused, bounced; and whose answers are muted. Until when, and why."""

import argparse
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from triaged.cli.common import (
    Failed,
    add_listing,
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
from triaged.core.address import read_address
from triaged.ledger.entries import OptOut


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_listing(parser)
    parser.add_argument("--remove", metavar="ADDRESS", help="this correspondent may get automatic replies again")


def run(args: argparse.Namespace) -> int:
    """List them, or forget the STOP of one."""
    loaded = configuration(args)
    with ledger_of(loaded) as ledger:
        if args.remove is not None:
            address = read_address(args.remove)
            if address is None or not ledger.remove_opt_out(
                address.key, key_of(ledger, person_of(loaded, args.person))
            ):
                raise Failed(f"{args.remove} has not opted out")
            sys.stdout.write(f"{args.remove} may get automatic replies again\n")
            return 0
        people = people_of(loaded, ledger)
        rows = ledger.opt_outs(key_of(ledger, person_of(loaded, args.person)), datetime.now(UTC))
    zones = {key: person.worktime.zone for key, person in people.items()}
    labels = {key: person.label for key, person in people.items()}
    if args.json:
        print_json(_as_json(row, labels, zones.get(row.person)) for row in rows)
    else:
        cells = [
            (
                labels.get(r.person, r.person),
                r.address,
                r.what,
                readable(r.at, zones.get(r.person)),
                readable(r.until, zones.get(r.person)) if r.until else "lifted by hand",
                r.why,
            )
            for r in rows
        ]
        print_table(("person", "address", "", "since", "until", "why"), cells, "Nobody has opted out.")
    return 0


def _as_json(row: OptOut, labels: Mapping[str, str], zone: ZoneInfo | None) -> dict[str, Any]:
    return {
        "person": labels.get(row.person, row.person),
        "address": row.address,
        "at": local(row.at, zone),
        "what": row.what,
        "until": local(row.until, zone),
        "why": row.why,
    }
