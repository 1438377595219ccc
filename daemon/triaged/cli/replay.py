"""`triaged replay`: run the rules over mail that is already there, and see what would have happened."""

import argparse
import dataclasses
import gc
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from triaged.cli.asknown import as_known
from triaged.cli.common import (
    EX_CONFIG,
    Failed,
    add_listing,
    configuration,
    console,
    local,
    person_of,
    print_json,
    print_table,
    readable,
)
from triaged.cli.printable import write_rows
from triaged.cli.times import FORMS, here
from triaged.config import Loaded, load
from triaged.core.decision import Decision
from triaged.core.settings import Person
from triaged.rehearse.outcomes import Told, because, details, outcome
from triaged.rehearse.rehearsal import account_for
from triaged.rehearse.replaying import Line, replay
from triaged.rehearse.sources import Old, count, old_mail
from triaged.statefolder import output, why


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_listing(parser)
    parser.add_argument(
        "source", nargs="+", metavar="SOURCE", help="a Maildir, an mbox, a folder of .eml files, or imap:ACCOUNT/FOLDER"
    )
    parser.add_argument(
        "--against", type=Path, metavar="OLD.toml", help="show only what changes compared with these rules"
    )
    parser.add_argument("--since", type=here, metavar="DATE", help=f"only what arrived from then on: {FORMS}")
    parser.add_argument("--list", action="store_true", help="every client message, not only the summary")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="every client message as CSV (- for standard output)")


WORTH_A_BAR = 200
"""Messages: fewer are read before a bar is seen."""


def run(args: argparse.Namespace) -> int:
    """Rehearse all of it in the order of arrival."""
    gc.set_threshold(
        200_000, 50, 50
    )  # tens of thousands of messages are kept to the end: looking for garbage costs a fifth
    loaded = configuration(args)
    now = datetime.now(UTC)
    loaded = dataclasses.replace(loaded, persons=tuple(as_known(loaded, one, now) for one in loaded.persons))
    against = _against(args.against) if args.against else None
    mail = _mail(args, loaded)
    lines = _rehearsed(mail, loaded, args.person, against)
    client_lines = [line for line in lines if line.decision.client is not None or line.changed]
    shown = [line for line in client_lines if line.changed] if against else client_lines
    if args.csv:
        _csv(args.csv, shown)
    if args.json:
        print_json(_as_json(line) for line in (shown if against else lines))
    elif args.csv is None or str(args.csv) != "-":
        _print(lines, shown, listing=args.list or against is not None, against=against is not None)
    return 0


def _against(path: Path) -> Loaded:
    loaded = load(path)
    if not loaded.persons:
        for problem in loaded.errors:
            sys.stderr.write(f"{problem}\n")
        error = Failed(f"{path}: these rules cannot be read")
        error.exit_code = EX_CONFIG
        raise error
    return loaded


def _mail(args: argparse.Namespace, loaded: Loaded) -> list[Old]:
    """All messages of all sources, in the order of arrival."""
    since: datetime | None = args.since
    found: list[Old] = []
    for source in args.source:
        if source.startswith("imap:"):
            from triaged.cli.imap_source import fetched

            found.extend(fetched(loaded, source, since))
        else:
            path = Path(source)
            found.extend(_progress(old_mail(path), partial(count, path), f"reading {source}"))
    kept = [old for old in found if since is None or old.arrived >= since]
    return sorted(kept, key=lambda old: old.arrived)


def _rehearsed(mail: Sequence[Old], loaded: Loaded, label: str | None, against: Loaded | None) -> list[Line]:
    persons = [person_of(loaded, label)] if label else list(loaded.persons)
    people = [person for person in persons if person is not None]
    others = (lambda person: against.person(person.label) or against.persons[0]) if against is not None else None
    return replay(mail, people, others, lambda mail: _progress(mail, lambda: len(mail), "deciding"))


def _progress(things: Iterable[Old], count_them: Callable[[], int], title: str) -> Iterable[Old]:
    """A bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty() or (total := count_them()) < WORTH_A_BAR:
        return things
    from rich.console import Console
    from rich.progress import track

    return track(things, description=title, total=total, console=Console(stderr=True), transient=True)


# --- what is shown --------------------------------------------------------------------------------------------------


_DETAILS = ("sent", "promise", "notify")
"""Columns that are shown where something in them changes."""
_COLUMNS = ("arrived", "client", "subject", "verdict", "rule", "until", "reply", "because")
_CHANGED_COLUMNS = (*_COLUMNS[:-1], *_DETAILS, "because")


def _print(lines: Sequence[Line], shown: Sequence[Line], *, listing: bool, against: bool) -> None:
    if listing:
        columns = _CHANGED_COLUMNS if against else _COLUMNS
        rows = [_changed_cells(line) if against else _cells(line) for line in shown]
        kept = [n for n, name in enumerate(columns) if name not in _DETAILS or any("→" in row[n] for row in rows)]
        print_table(
            [columns[n] for n in kept],
            [[row[n] for n in kept] for row in rows],
            "Nothing changes." if against else "No mail of a client.",
        )
    if against:
        print_table((), [], f"{len(shown)} of {_messages(len(lines))} would be decided differently.")
        return
    table = Counter(
        (line.decision.client or "", line.decision.verdict.value, line.decision.rule or "(no rule)") for line in shown
    )
    replies = Counter(
        (line.decision.client or "", line.decision.verdict.value, line.decision.rule or "(no rule)")
        for line in shown
        if line.decision.reply is not None and line.decision.no_reply is None
    )
    rows = [(c, v, r, str(n), str(replies[c, v, r] or "")) for (c, v, r), n in sorted(table.items(), key=_by_client)]
    print_table(("client", "verdict", "rule", "messages", "replies"), rows, "No mail of a client.")
    others = len(lines) - len(shown)
    console().print(
        f"{_messages(len(lines))}, {len(shown)} from clients, {others} of nobody on the roster.", style="dim"
    )


def _messages(count: int) -> str:
    return f"{count} message{'s' if count != 1 else ''}"


def _by_client(entry: tuple[tuple[str, str, str], int]) -> tuple[str, int]:
    (client, _, _), number = entry
    return client, -number


def _cells(line: Line) -> tuple[str, ...]:
    return (
        readable(line.old.arrived, line.person.worktime.zone),
        line.decision.client or "",
        line.old.message.subject,
        *outcome(line.decision, _told(line.person)),
        line.decision.reason,
    )


def _changed_cells(line: Line) -> tuple[str, ...]:
    """What the old rules would have done, and what these do, where the two differ."""
    assert line.before is not None
    told = _told(line.person)
    now = (*_cells(line)[1:2], *outcome(line.decision, told), *details(line.decision, told))
    before = (line.before.client or "", *outcome(line.before, told), *details(line.before, told))
    client, *cells = (
        one if one == other else f"{one or '–'} → {other or '–'}" for one, other in zip(before, now, strict=True)
    )
    return (
        readable(line.old.arrived, line.person.worktime.zone),
        client,
        line.old.message.subject,
        *cells,
        because(line.before, line.decision),
    )


def _told(person: Person) -> Told:
    return partial(readable, zone=person.worktime.zone)


def _one(decision: Decision, person: Person) -> dict[str, Any]:
    zone = person.worktime.zone
    return {
        "client": decision.client,
        "kind": list(decision.kind),
        "verdict": decision.verdict.value,
        "rule": decision.rule,
        "reason": decision.reason,
        "until": local(decision.until.at, zone) if decision.until else None,
        "promise": local(decision.promise_moment.at, zone) if decision.promise_moment else None,
        "reply": decision.reply.template if decision.reply and decision.no_reply is None else None,
        "no_reply": decision.no_reply,
    }


def _as_json(line: Line) -> dict[str, Any]:
    found = {
        "file": line.old.name,
        "message_id": line.old.message.message_id,
        "person": line.person.label,
        "account": account_for(line.old.message, line.person).label,
        "sender": line.decision.sender,
        "subject": line.old.message.subject,
        "arrived": local(line.old.arrived, line.person.worktime.zone),
        **_one(line.decision, line.person),
    }
    return {**found, "before": _one(line.before, line.person)} if line.before is not None else found


def _csv(path: Path, lines: Sequence[Line]) -> None:
    rows = [_as_row(line) for line in lines]
    names = list(rows[0]) if rows else ["file"]
    if str(path) == "-":
        write_rows(sys.stdout, names, rows)
        return
    try:
        with output(path) as file:
            write_rows(file, names, rows)
    except OSError as error:
        raise Failed(f"{path}: {why(error)}") from error


def _as_row(line: Line) -> dict[str, Any]:
    row = _as_json(line)
    before = row.pop("before", {})
    row |= {f"before_{name}": value for name, value in before.items()}
    return {name: ", ".join(value) if isinstance(value, list) else value for name, value in row.items()}
