"""`triaged unmute`: a correspondent who opted out, bounced or was taken for a machine is written to again."""

import argparse
import sys

from triaged.cli.common import Failed, add_config, configuration, key_of, ledger_of, person_of
from triaged.core.address import read_address


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument("--person", metavar="LABEL", help="only this person's")
    parser.add_argument("address", metavar="ADDRESS", help="one that `triaged opt-outs` lists")


def run(args: argparse.Namespace) -> int:
    """Lift all that stands against writing to an address."""
    loaded = configuration(args)
    address = read_address(args.address)
    with ledger_of(loaded) as ledger:
        person = key_of(ledger, person_of(loaded, args.person))
        if address is None or not ledger.unmute(address.key, person):
            raise Failed(f"{args.address} is written to as it is; `triaged opt-outs` lists who is not")
    sys.stdout.write(f"{args.address} may get automatic replies again\n")
    return 0
