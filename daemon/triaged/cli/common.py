"""What several verbs share: the configuration or exit 78, the ledger, a person's choice, tables and JSON lines."""

import argparse
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, Literal
from unicodedata import east_asian_width
from zoneinfo import ZoneInfo

from triaged.cli.printable import escaped, printable
from triaged.config import Loaded, default_path, load, state_file
from triaged.core.awaywords import with_away
from triaged.core.errors import TriagedError
from triaged.core.settings import Account, Mode, Person
from triaged.ledger import Ledger
from triaged.ledger.opening import generation_file
from triaged.ledger.pausing import days_kept
from triaged.ledger.wake import wake
from triaged.statefolder import as_owner_of

EX_CONFIG = 78
_WORD = re.compile(r"[^\s-]+-?|-")
_SELDOM = ("trouble", "next try")
_MOMENT_OR_WORD = re.compile(rf"\w+ \d+ \w+(?: \d{{4}})? \d\d:\d\d|{_WORD.pattern}")
"""What is not broken in a table: a moment as `readable` writes it; a word, up to a blank, or up to and with a hyphen."""


class InvalidConfiguration(TriagedError):
    """Nobody is left to work for; `triaged check` says why."""

    exit_code = EX_CONFIG


class Failed(TriagedError):
    """It did not work; the message is the one line on stderr."""

    exit_code = 1


def add_config(parser: argparse.ArgumentParser) -> None:
    """`-c PATH`."""
    parser.add_argument(
        "-c",
        "--config",
        type=Path,
        metavar="PATH",
        default=argparse.SUPPRESS,
        help="configuration file or folder (default: $TRIAGED_CONFIG, …)",
    )


def add_listing(parser: argparse.ArgumentParser) -> None:
    """`-c`, `--json`, `--person`: what every listing has."""
    add_config(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--person", metavar="LABEL", help="only this person's")


def number_of(what: str, most: int) -> Callable[[str], int]:
    """The type of an option that takes from 1 to so many of something."""

    def read(text: str) -> int:
        if not text.isdecimal() or not 1 <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"write a number of {what} from 1 to {most}")
        return int(text)

    return read


def configuration(args: argparse.Namespace) -> Loaded:
    """Read the configuration; what is wrong with it goes to stderr.

    Raises:
        InvalidConfiguration: nothing usable is left.
    """
    path = args.config or default_path()
    loaded = load(path)
    if loaded.usable and loaded.rejected:
        left_out = ", ".join(loaded.rejected)
        sys.stderr.write(f"triaged: left out because of errors: {left_out}; see `triaged check`\n")
    if not loaded.usable:
        for problem in loaded.errors:
            sys.stderr.write(f"{problem}\n")
        raise InvalidConfiguration(f"{path}: the configuration is not valid; see `triaged check`")
    return with_days_away(loaded)


def with_days_away(loaded: Loaded) -> Loaded:
    """With the days on which somebody is away by `triaged away`; a ledger that cannot be read says nothing here."""
    kept = days_kept(state_file(loaded))
    if not kept:
        return loaded
    persons = (with_away(one, kept.get(one.accounts[0].login, ())) for one in loaded.persons)
    return replace(loaded, persons=tuple(persons))


def person_of(loaded: Loaded, label: str | None) -> Person | None:
    """The person asked for, None for all.

    Raises:
        Failed: nobody has that label.
    """
    if label is None:
        return None
    found = loaded.person(label)
    if found is None:
        known = ", ".join(person.label for person in loaded.persons)
        raise Failed(f"nobody is called {label!r}; known are {known}")
    return found


@contextmanager
def ledger_of(loaded: Loaded) -> Iterator[Ledger]:
    """The ledger beside the running daemon.

    Raises:
        Failed: there is none yet.
        LedgerDamaged: there was one.
    """
    path = state_file(loaded)
    if not path.exists() and not generation_file(path).exists():
        raise Failed(f"{path}: there is no ledger yet; it comes with the first `triaged run`")
    with as_owner_of(path.parent), closing(Ledger.open(path)) as ledger:
        yield ledger


def wake_daemon(loaded: Loaded) -> bool:
    """Tell the daemon that the ledger has changed; whether there is one."""
    return wake(state_file(loaded).parent)


def account_of(loaded: Loaded, ledger: Ledger, number: int) -> Account | None:
    """The account with that id in the ledger; None: it is not configured any more."""
    login = next((row.login for row in ledger.accounts() if row.id == number), None)
    return next((one for person in loaded.persons for one in person.accounts if one.login == login), None)


def chosen_account(loaded: Loaded, args: argparse.Namespace) -> Account:
    """The one that ACCOUNT means, a label or a login; `--person` where several have such a label."""
    person = person_of(loaded, args.person)
    known = [account for one in loaded.persons if person in (None, one) for account in one.accounts]
    found = [account for account in known if args.account in (account.label, account.login)]
    if not found:
        raise Failed(f"there is no account {args.account!r}; known are {', '.join(one.label for one in known)}")
    if len(found) > 1:
        raise Failed(f"{args.account} is an account of several persons: name one by --person, or its login")
    return found[0]


def people_of(loaded: Loaded, ledger: Ledger) -> Mapping[str, Person]:
    """Persons by their key in the ledger: a person is the set of her accounts."""
    logins = {account.login: person for person in loaded.persons for account in person.accounts}
    return {row.person: logins[row.login] for row in ledger.accounts() if row.login in logins}


def key_of(ledger: Ledger, person: Person | None) -> str | None:
    """The ledger's key of a person, None for all."""
    if person is None:
        return None
    logins = {account.login for account in person.accounts}
    return next((row.person for row in ledger.accounts() if row.login in logins), person.label)


def key_named(loaded: Loaded, ledger: Ledger, label: str | None) -> str | None:
    """The ledger's key of the person asked for, None for all; also of one who is left out, or whose file was removed.

    Raises:
        Failed: nobody has that label.
    """
    from triaged.service.departures import key_of_absent

    if label is not None and loaded.person(label) is None:
        absent = key_of_absent(loaded, ledger, label)
        if absent is not None:
            return absent
    return key_of(ledger, person_of(loaded, label))


def local(at: datetime | None, zone: ZoneInfo | None = None) -> str | None:
    """RFC 3339 with offset, in a person's zone (the machine's where there is none)."""
    return None if at is None else at.astimezone(zone).isoformat(timespec="seconds")


def readable(at: datetime | None, zone: tzinfo | None = None) -> str:
    """For a table: "Fri 27 Nov 09:00"."""
    if at is None:
        return ""
    there = at.astimezone(zone)
    year = "" if there.year == datetime.now(UTC).astimezone(zone).year else f" {there.year}"
    return f"{there:%a} {there.day} {there:%b}{year} {there:%H:%M}"


def print_json(rows: Iterable[Mapping[str, Any]]) -> None:
    """One object a line."""
    for row in rows:
        sys.stdout.write(escaped(json.dumps(row, ensure_ascii=False)) + "\n")


def only_observed(loaded: Loaded) -> str:
    """Why nothing is there that a beginner looks for, behind the words that say so; "" where something might be."""
    modes: set[str | None] = {account.mode for person in loaded.persons for account in person.accounts}
    modes |= {client.mode for person in loaded.persons for client in person.roster.clients}
    observes = modes <= {Mode.OBSERVE, None}
    return ": every account only observes, and its log says what would be" if observes else ""


def told(
    columns: Sequence[str], rows: Sequence[Sequence[str]], loaded: Loaded
) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """A table without the person where there is only one, and without trouble or another try where there is none."""
    alone = len(loaded.persons) == 1

    def says(number: int, name: str) -> bool:
        return not (name == "person" and alone) and not (name in _SELDOM and not any(row[number] for row in rows))

    kept = [number for number, name in enumerate(columns) if says(number, name)]
    return [columns[number] for number in kept], [[row[number] for number in kept] for row in rows]


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], empty: str) -> None:
    """A table as wide as the terminal; plain text where output is no terminal."""
    if not rows:
        sys.stdout.write(empty + "\n")
        return
    rows = [[printable(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        sys.stdout.writelines(_plain_table(columns, rows))
        return
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    out = console()
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for column, width in zip(columns, _widths(columns, rows, out.width - 3 * (len(columns) - 1)), strict=True):
        table.add_column(column, overflow="fold", width=width)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    out.print(table)


def _widths(columns: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> Sequence[int | None]:
    """The widest column gives way first, and no moment or at least no word is broken; None where there is no room."""
    cells = list(zip(columns, *rows, strict=True))
    widths = [max(map(_columns_of, column)) for column in cells]
    attempts = ([_longest(unit, column) for column in cells] for unit in (_MOMENT_OR_WORD, _WORD))
    least = next((each for each in attempts if sum(each) <= room), None)
    if least is None:
        return [None] * len(widths)
    while sum(widths) > room:
        _, widest = max((width, number) for number, width in enumerate(widths) if width > least[number])
        widths[widest] -= 1
    return widths


def _longest(unit: re.Pattern[str], column: Sequence[str]) -> int:
    return max(_columns_of(each) for cell in column for each in ("", *unit.findall(cell)))


def _plain_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a table, one a row however long: what reads them may fold them."""
    cells = [tuple(columns), *(tuple(" ".join(cell.split()) for cell in row) for row in rows)]
    widths = [max(map(_columns_of, column)) for column in zip(*cells, strict=True)]
    for number, row in enumerate(cells):
        padded = (cell + " " * (width - _columns_of(cell)) for cell, width in zip(row, widths, strict=True))
        yield "   ".join(padded).rstrip() + "\n"
        if number == 0:
            yield "─" * (sum(widths) + 3 * (len(widths) - 1)) + "\n"


def _columns_of(text: str) -> int:
    """How wide a text stands in a fixed pitch (UAX 11)."""
    return len(text) if text.isascii() else len(text) + sum(east_asian_width(each) in "WF" for each in text)


def console() -> "Any":
    """The console of rich: colours only on a terminal; wide enough for pipes."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else 160
    return Console(width=width, highlight=False, soft_wrap=False, color_system=colours())


def colours() -> Literal["auto"] | None:
    """What rich may use: with NO_COLOR nothing, not even bold."""
    return None if os.environ.get("NO_COLOR") else "auto"
