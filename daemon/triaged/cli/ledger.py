"""`triaged ledger copy`: a ledger, or one person of it, into another file, whole and checked; the source is stamped as moved."""

import argparse
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from triaged.cli.common import Failed
from triaged.ledger import Ledger, StateHeld, StateLock
from triaged.ledger.copying import Copying
from triaged.statefolder import as_owner_of

_SCHEME = "sqlite:"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("act", choices=("copy",), help="what to do")
    parser.add_argument("source", metavar="FROM", help="the ledger's file, or sqlite:FILE")
    parser.add_argument("target", metavar="TO", help="a file that is not there yet, or sqlite:FILE")
    parser.add_argument("--person", metavar="PERSON", help="only this person's (the name that the ledger knows her by)")
    parser.add_argument("--trial", action="store_true", help="the copy only reads, and the source stays in use")
    parser.epilog = (
        "The daemon of FROM is stopped first, except for a trial. Each table is hashed here and there; then FROM is stamped, and"
        " refused from then on: two daemons must never work by the same past."
    )


def run(args: argparse.Namespace) -> int:
    source, target = _file(args.source), _file(args.target)
    if not source.exists():
        raise Failed(f"{source}: there is no such ledger")
    now = datetime.now(UTC)
    with ExitStack() as held:
        held.enter_context(as_owner_of(source.parent))
        if not args.trial:
            held.enter_context(_Lock(source.parent, now))
        ledger = held.enter_context(Ledger.open(source))
        person = _key(ledger, args.person)
        copied = ledger.copy(Copying(target, person, trial=args.trial), now)
    for table, found in copied.items():
        sys.stdout.write(f"{table:<16} {found.rows:>8}  sha256:{found.digest}\n")
    whose = f"{args.person} of it is" if args.person else "it is"
    after = "it only reads" if args.trial else f"{source} is stamped: {whose} refused there from now on"
    sys.stdout.write(f"{target} holds all of {args.person or source.name}, checked table by table; {after}\n")
    return 0


class _Lock(StateLock):
    """The state's lock; who has it is told with what to do."""

    def __enter__(self) -> Self:
        try:
            super().__enter__()
        except StateHeld as held:
            raise Failed(f"{held}: stop it first, or --trial") from held
        return self


def _key(ledger: Ledger, person: str | None) -> str | None:
    if person is None:
        return None
    rows = ledger.accounts()
    found = next((row.person for row in rows if person in (row.person, row.login)), None)
    if found is None:
        raise Failed(f"nobody is called {person!r} in it; known are {', '.join(sorted({row.person for row in rows}))}")
    return found


def _file(text: str) -> Path:
    if "://" in text:
        raise Failed(f"{text}: only files of SQLite are copied here; write sqlite:FILE or the file")
    return Path(text.removeprefix(_SCHEME)).absolute()
