"""`triaged report`: how responsive you were, from the ledger."""

import argparse
import csv
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from triaged.cli.common import (
    Failed,
    add_listing,
    configuration,
    key_of,
    ledger_of,
    local,
    people_of,
    print_json,
    print_table,
)
from triaged.config import Loaded
from triaged.core.settings import Person
from triaged.core.spans import parse_span
from triaged.ledger import Ledger
from triaged.ledger.reporting import ReceivedRow
from triaged.report.agreed import Agreements
from triaged.report.figures import Figures, Times, arrived_when, figures, is_question
from triaged.report.page import as_html, words

_USUAL = timedelta(days=30)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    add_listing(parser)
    parser.add_argument("--since", metavar="T", help='from then on: 2026-10-01, or "30d" (the default)')
    parser.add_argument("--until", metavar="T", help="up to then; default: now")
    parser.add_argument("--client", metavar="LABEL", help="only this client's")
    parser.add_argument("--html", type=Path, metavar="FILE", help="one self-contained page")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="one row a message (- for standard output)")


def run(args: argparse.Namespace) -> int:
    """Count, and show it."""
    loaded = configuration(args)
    now = datetime.now(UTC)
    until = _instant(args.until, now) if args.until else now
    since = _instant(args.since, now) if args.since else until - _USUAL
    with ledger_of(loaded) as ledger:
        person = _person(loaded, ledger, args.person)
        rows = ledger.received(since, until, args.client, key_of(loaded, ledger, args.person))
        agreements = Agreements(person, ledger.ruleset_body)
        labels = sorted({row.client for row in rows})
        clients = [figures([r for r in rows if r.client == label], agreements, client=label) for label in labels]
        whole = figures(rows, agreements)
        if args.csv is not None:
            _csv(args.csv, rows, agreements, person)
    if args.html is not None:
        args.html.write_text(as_html(whole, clients, since, until), encoding="utf-8")
        sys.stderr.write(f"{args.html}: the report of {since:%Y-%m-%d} to {until:%Y-%m-%d}\n")
    if args.json:
        print_json(_as_json(one) for one in (*clients, whole))
    elif args.html is None and args.csv is None:
        _print((*clients, whole))
        _hints(whole, rows, loaded.path)
    return 0


def _person(loaded: Loaded, ledger: Ledger, label: str | None) -> Person | None:
    people = people_of(loaded, ledger)
    key = key_of(loaded, ledger, label)
    return people.get(key) if key is not None else next(iter(people.values()), None)


def _instant(text: str, now: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        try:
            return now - parse_span(text).fixed
        except ValueError as error:
            raise Failed(f'{text}: write a date like 2026-10-01, or a span like "30d"') from error
    return (at if at.tzinfo else at.astimezone()).astimezone(UTC)


def _print(all_of_them: Sequence[Figures]) -> None:
    columns = (
        "client", "messages", "office/off/weekend/holiday", "acknowledged in", "answered in", "in agreed hours",
        "promises kept/late/broken/open", "waiting",
    )  # fmt: skip
    rows = [
        (
            f.client or "all",
            str(f.received),
            "/".join(str(f.arrived.get(when, 0)) for when in ("office", "off", "weekend", "holiday")),
            _median(f.acknowledged),
            _median(f.answered),
            _median(f.answered_office),
            "/".join(str(f.promises[word]) for word in ("kept", "late", "broken", "open")),
            str(len(f.waiting)),
        )
        for f in all_of_them
    ]
    print_table(columns, rows if all_of_them[-1].received else [], "No mail of a client in that time.")


def _hints(whole: Figures, rows: Sequence[ReceivedRow], path: Path) -> None:
    """For each rule whose verdict people undo: how often, and the lines to type."""
    newest = {row.rule: row for row in rows if row.by_hand is not None}
    for rule, (moved, decided) in whole.by_hand.items():
        sys.stdout.write(
            f'"{rule}": moved by hand {moved} of {decided} times. Why the last one was decided so, and what an edited copy changes:\n'
            f"  triaged explain -c {path} {newest[rule].item}\n"
            f"  triaged replay -c EDITED.toml --against {path} imap:{newest[rule].login}/INBOX\n"
        )


def _median(times: Times) -> str:
    return f"{words(times.median)} (90 %: {words(times.p90)})" if times.count else ""


def _as_json(f: Figures) -> dict[str, Any]:
    found = asdict(f)
    for name in ("acknowledged", "answered", "answered_office"):
        times = getattr(f, name)
        spans = {"median": times.median, "p90": times.p90, "worst": times.worst}
        seconds = {f"{key}_s": None if span is None else round(span.total_seconds()) for key, span in spans.items()}
        found[name] = {"count": times.count, **seconds}
    found["waiting"] = [{**asdict(one), "since": local(one.since)} for one in f.waiting]
    found["by_hand"] = {rule: list(pair) for rule, pair in f.by_hand.items()}
    return found


def _csv(path: Path, rows: Sequence[ReceivedRow], agreements: Agreements, person: Person | None) -> None:
    if str(path) == "-":
        _write_csv(sys.stdout, rows, agreements, person)
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        _write_csv(file, rows, agreements, person)


def _write_csv(file: Any, rows: Sequence[ReceivedRow], agreements: Agreements, person: Person | None) -> None:
    zone = person.worktime.zone if person else None
    writer = csv.writer(file)
    writer.writerow(
        ("item", "client", "sender", "subject", "arrived", "when", "question", "verdict", "rule", "acknowledged", "answered",
         "promised", "promise", "pass", "by_hand")
    )  # fmt: skip
    for row in rows:
        promise = row.promise
        writer.writerow(
            (row.item, row.client, row.sender, row.subject, local(row.arrived_at, zone),
             arrived_when(row, agreements.of(row.client, row.ruleset)), is_question(row), row.verdict, row.rule,
             local(row.acknowledged_at, zone), local(row.answered_at, zone),
             local(promise.due_at, zone) if promise else None, promise.state if promise else None, row.pass_spent,
             row.by_hand)
        )  # fmt: skip
