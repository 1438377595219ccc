"""`triaged log`: the structured log as a table, from the journal, from files, or from standard input."""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final, TextIO

from triaged.cli.logfromledger import remembered_lines
from triaged.cli.printable import escaped, printable
from triaged.cli.times import FORMS, here
from triaged.core.errors import TriagedError
from triaged.log.journal import line_of
from triaged.log.sentences import sentence

Line = Mapping[str, Any]

_LOOK_AGAIN: Final = 0.3
"""Seconds between two looks at a file that is followed."""


_LOOK_AHEAD: Final = 10_000
"""Lines that are read ahead to find out whether there are several persons."""


class UnreadableLogError(TriagedError):
    """There is no log to read; the message says where it was looked for."""

    exit_code = 1


class EmptyJournalError(UnreadableLogError):
    """There is a journal, and no line of ours in it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb. The configuration is read only to find the ledger, where there is no other log."""
    parser.description = (
        "The structured log as a table. Times on the left are on this machine's clock (TZ=Europe/Berlin before the command"
        " changes that), moments within a line on the person's."
    )
    parser.add_argument(
        "-c", "--config", type=Path, metavar="PATH", help="whose ledger tells the last weeks where there is no log"
    )
    parser.add_argument(
        "source",
        nargs="*",
        metavar="FILE",
        help="files of JSON lines; -: standard input (default: the journal, else the ledger)",
    )
    parser.add_argument("--since", type=here, metavar="T", help=f"from then on: {FORMS}")
    parser.add_argument("--client", metavar="C", help="only this client's (* as in a glob)")
    parser.add_argument("--event", metavar="E", help="only this event: message.urgent, 'reply.*'")
    parser.add_argument("--person", metavar="LABEL", help="only this person's")
    parser.add_argument("--follow", "-f", action="store_true", help="go on with what is logged from now on")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def run(args: argparse.Namespace) -> int:
    """Print the lines that are asked for, in the order in which they were written.

    Raises:
        UnreadableLogError: a file cannot be read, or there is no journal.
    """
    colours = _wants_colours()
    lines = (line for line in _lines(args) if _asked_for(line, args))
    with contextlib.suppress(KeyboardInterrupt):
        for line, several in _and_whether_several(lines, ahead=0 if args.follow else _LOOK_AHEAD):
            sys.stdout.write((_as_json(line) if args.json else _as_row(line, named=several, colours=colours)) + "\n")
            if args.follow:
                sys.stdout.flush()
    return 0


# -- reading -------------------------------------------------------------------------------------------------------


def _lines(args: argparse.Namespace) -> Iterator[Line]:
    if not args.source:
        yield from _without_a_file(args)
    for number, name in enumerate(args.source, 1):
        follow = args.follow and number == len(args.source)
        if name == "-":
            yield from _parsed(sys.stdin)
        else:
            yield from _parsed(_of_file(Path(name), follow=follow))


def _without_a_file(args: argparse.Namespace) -> Iterator[Line]:
    """The journal; where there is none, or nothing of ours in it, what the ledger remembers."""
    journal = _of_journal(args.since, follow=args.follow)
    try:
        first = next(journal, None)
    except UnreadableLogError as error:
        remembered = None if args.follow else remembered_lines(args)
        if remembered is None:
            if isinstance(error, EmptyJournalError) and args.since is not None:
                return  # a day without a line is an answer
            raise
        sys.stderr.write(f"{error}\nThis is what the ledger remembers:\n")
        yield from remembered
        return
    if first is not None:
        yield first
        yield from journal


def _parsed(texts: Iterator[str] | TextIO) -> Iterator[Line]:
    for text in texts:
        with contextlib.suppress(ValueError):
            line = json.loads(text)
            if isinstance(line, dict) and (ours := _ours(line)) is not None:
                yield ours


def _ours(entry: dict[str, Any]) -> Line | None:
    """A line of ours, or the one inside an entry of the journal (also where JSON lines went to standard output)."""
    if isinstance(entry.get("event"), str) and isinstance(entry.get("timestamp"), str):
        return entry
    if (line := line_of(entry)) is not None:
        return line
    message = entry.get("MESSAGE")
    if isinstance(message, str) and message.startswith("{"):
        with contextlib.suppress(ValueError):
            inner = json.loads(message)
            return inner if isinstance(inner, dict) and "event" in inner and "timestamp" in inner else None
    return None


def _of_file(path: Path, *, follow: bool) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            rest = ""
            for text in _growing(file) if follow else file:
                rest += text
                if rest.endswith("\n") or not follow:  # a line that is being written comes in pieces
                    yield rest
                    rest = ""
    except OSError as error:
        raise UnreadableLogError(f"{path}: {error.strerror}") from error


def _growing(file: TextIO) -> Iterator[str]:
    while True:
        yield from file
        time.sleep(_LOOK_AGAIN)


def _of_journal(start: datetime | None, *, follow: bool) -> Iterator[Line]:
    command = ["journalctl", "--output=json", "--no-pager", "--quiet"]
    if start is not None:
        command.append(f"--since=@{start.timestamp():.0f}")
    if follow:
        command += ["--follow"] if start is None else ["--follow", "--no-tail"]
    command.append("SYSLOG_IDENTIFIER=triaged")
    try:
        journal = subprocess.Popen(  # noqa: S603 — journalctl and options of our own, no shell
            command, stdout=subprocess.PIPE, text=True, encoding="utf-8", errors="replace"
        )
    except OSError as error:
        raise UnreadableLogError(
            "there is no journal here: name a file of JSON lines, or - for standard input"
        ) from error
    empty = True
    with journal:
        assert journal.stdout is not None
        try:
            for line in _parsed(journal.stdout):
                empty = False
                yield line
        finally:
            journal.terminate()
    if empty:
        raise EmptyJournalError(
            "the journal holds no line of triaged that you may read: name the file that `triaged run` wrote to, or - for"
            " standard input"
        )


def _and_whether_several(lines: Iterator[Line], *, ahead: int) -> Iterator[tuple[Line, bool]]:
    """Each line, and whether lines of several persons are known by then, so that each has to say whose it is."""
    persons: set[str] = set()
    first: list[Line] = []
    for line in islice(lines, ahead):
        first.append(line)
        persons |= {str(line["person"])} if "person" in line else set()
        if len(persons) > 1:
            break
    for line in chain(first, lines):
        persons |= {str(line["person"])} if "person" in line else set()
        yield line, len(persons) > 1


# -- choosing and showing ------------------------------------------------------------------------------------------


def _asked_for(line: Line, args: argparse.Namespace) -> bool:
    wanted = (("client", args.client), ("event", args.event), ("person", args.person))
    if any(pattern and not fnmatchcase(str(line.get(name, "")), pattern) for name, pattern in wanted):
        return False
    return args.since is None or _at(line) >= args.since


def _at(line: Line) -> datetime:
    try:
        at = datetime.fromisoformat(str(line["timestamp"]))
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _as_json(line: Line) -> str:
    return escaped(json.dumps(line, ensure_ascii=False))


_COLOURS: Final = {"error": "\x1b[31m", "warning": "\x1b[33m", "debug": "\x1b[2m"}


def _as_row(line: Line, *, named: bool, colours: bool) -> str:
    at = _at(line).astimezone()
    number = f"#{line['item']}" if "item" in line else f"reply {line['reply']}" if "reply" in line else ""
    when = f"{at:%a} {at.day:2} {at:%b %H:%M:%S}"
    person = f"{line.get('person', '')!s:<10} " if named else ""
    client = str(line.get("client", ""))
    row = printable(f"{when}  {line['event']:<20} {person}{client:<12} {number:<9} {_said(line)}".rstrip())
    colour = _COLOURS.get(str(line.get("level")), "") if colours else ""
    return f"{colour}{row}\x1b[0m" if colour else row


def _said(line: Line) -> str:
    """The sentence, without the client, who has a column."""
    return sentence({name: value for name, value in line.items() if name != "client"})


def _wants_colours() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
