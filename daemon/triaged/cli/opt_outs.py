"""`triaged opt-outs`: who wants no automatic replies."""

import argparse
import sys

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


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_listing(parser)
    parser.add_argument("--remove", metavar="ADDRESS", help="this correspondent may get automatic replies again")


def run(args: argparse.Namespace) -> int:
    """List the correspondents who wrote STOP, or forget one."""
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
        rows = ledger.opt_outs(key_of(ledger, person_of(loaded, args.person)))
    zones = {key: person.worktime.zone for key, person in people.items()}
    labels = {key: person.label for key, person in people.items()}
    if args.json:
        print_json(
            {"person": labels.get(r.person, r.person), "address": r.address, "at": local(r.at, zones.get(r.person))}
            for r in rows
        )
    else:
        cells = [(labels.get(r.person, r.person), r.address, readable(r.at, zones.get(r.person))) for r in rows]
        print_table(("person", "address", "since"), cells, "Nobody has opted out.")
    return 0
