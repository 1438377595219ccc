"""`triaged backup`: copy the ledger while it is in use."""

import argparse
import sys
from pathlib import Path

from triaged.cli.common import Failed, add_config, configuration, ledger_of
from triaged.config import Loaded, state_file
from triaged.installkey import NAME, KeyUnreadable, known


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument("file", type=Path, metavar="FILE", help="where the copy goes; it must not exist")


def _key_of(loaded: Loaded) -> Path | None:
    try:
        found = known(loaded.path, state_file(loaded).parent)
    except KeyUnreadable as error:
        raise Failed(str(error)) from error
    return found.file if found is not None else None


def run(args: argparse.Namespace) -> int:
    if args.file.exists():
        raise Failed(f"{args.file} exists already; a backup never overwrites")
    loaded = configuration(args)
    with ledger_of(loaded) as ledger:
        ledger.backup(args.file)
    sys.stdout.write(f"{args.file}: a copy of the ledger; what is restored from it answers nobody a second time\n")
    key = _key_of(loaded)
    sys.stdout.write(f"{key or NAME} belongs to it: by it is known what in the mailboxes is ours\n")
    return 0
