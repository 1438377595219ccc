"""`triaged page`: a link that signs in to the page, once and within ten minutes."""

import argparse
import sys

from triaged.cli.common import add_config, configuration, person_of
from triaged.config import state_file
from triaged.service.statussocket import ask_for_link


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument("person", nargs="?", metavar="PERSON", help="whose page, where there are several")
    parser.epilog = 'The daemon serves it on this machine: page = "127.0.0.1:8025" below [service].'


def run(args: argparse.Namespace) -> int:
    """Ask the running daemon for a link."""
    loaded = configuration(args)
    person_of(loaded, args.person)
    sys.stdout.write(ask_for_link(state_file(loaded).parent, args.person) + "\n")
    return 0
