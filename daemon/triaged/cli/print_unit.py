"""`triaged print-unit`: a systemd unit that fits this installation."""

import argparse
import shutil
import sys
from pathlib import Path

from triaged.core.errors import TriagedError
from triaged.service.units import Installation, Kind, unit


class UnfitPlaceError(TriagedError):
    """No unit can start the program where it is."""

    exit_code = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--user", dest="kind", action="store_const", const="user", help="for `systemctl --user`")
    kind.add_argument(
        "--instance",
        dest="kind",
        action="store_const",
        const="instance",
        help="triaged@NAME: one daemon a configuration file",
    )
    parser.set_defaults(kind="system")
    parser.add_argument(
        "-c",
        "--config",
        type=Path,
        metavar="PATH",
        default=argparse.SUPPRESS,
        help="what it reads (default: the unit's usual place)",
    )
    parser.add_argument("--program", type=Path, metavar="PATH", help="the program (default: this one)")
    parser.add_argument("--run-as", default="triaged", metavar="NAME", help="the account it runs as (default: triaged)")


def run(args: argparse.Namespace) -> int:
    """Print the unit.

    Raises:
        UnfitPlaceError: the program lies where a service cannot see it.
    """
    kind: Kind = args.kind
    config = str(args.config.absolute()) if args.config else None
    program = args.program.absolute() if args.program else _this_program()
    installation = Installation(program=str(program), config=config, user=args.run_as)
    try:
        sys.stdout.write(unit(kind, installation))
    except ValueError as reason:
        raise UnfitPlaceError(str(reason)) from reason
    return 0


def _this_program() -> Path:
    found = shutil.which(sys.argv[0]) or shutil.which("triaged")
    return Path(found).absolute() if found else Path(sys.executable).with_name("triaged")
