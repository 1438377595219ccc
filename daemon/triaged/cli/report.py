"""`triaged report`: how responsive you were, from the ledger, and on request from the mailbox for the time before it."""

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TextIO

from triaged.cli.common import Failed, add_listing, configuration, key_of, ledger_of, person_of, print_json
from triaged.cli.report_rows import as_json, write_csv
from triaged.cli.times import FORMS, instant, of_a_person
from triaged.config import Loaded, state_file
from triaged.core.settings import Person
from triaged.ledger import Ledger, Period
from triaged.report.summary import Report, remembered, tell
from triaged.statefolder import output, why

_USUAL = timedelta(days=30)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_listing(parser)
    parser.add_argument("--since", type=of_a_person, metavar="T", help=f"from then on: {FORMS} (the default)")
    parser.add_argument("--until", type=of_a_person, metavar="T", help="up to then; default: now")
    parser.add_argument("--client", metavar="LABEL", help="only this client's")
    parser.add_argument("--html", type=Path, metavar="FILE", help="one self-contained page with pictures")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="one row a message (- for standard output)")
    parser.add_argument(
        "--for-client",
        action="store_true",
        help="for showing to the client: what was agreed and done, in the client's language, without subjects",
    )
    parser.add_argument(
        "--from-mailbox",
        nargs="*",
        metavar="FOLDER",
        help="also the time before triaged: reads the watched folders, Sent, and any FOLDER named here",
    )


def run(args: argparse.Namespace) -> int:
    loaded = configuration(args)
    reports = _reports(args, loaded, datetime.now(UTC))
    if args.for_client:
        from triaged.cli.report_client import show

        return show(args, _only(reports), put)
    if args.csv is not None:
        put(args.csv, partial(write_csv, reports))
    if args.html is not None:
        from triaged.report.htmlpage import as_html

        page = as_html(_only(reports))
        put(args.html, lambda file: file.write(page))
    if args.json:
        print_json(line for report in reports for line in as_json(report))
    elif args.html is None and args.csv is None:
        from triaged.cli.report_page import show_page

        for report in reports:
            show_page(report, loaded.path, named=len(reports) > 1)
    return 0


def put(path: Path, write: Callable[[TextIO], object]) -> None:
    """Write a file and say so; "-" is standard output.

    Raises:
        Failed: it cannot be written.
    """
    if str(path) == "-":
        write(sys.stdout)
        return
    try:
        with output(path) as file:
            write(file)
    except OSError as error:
        raise Failed(f"{path}: {why(error)}") from error
    sys.stderr.write(f"{path} is written\n")


def _reports(args: argparse.Namespace, loaded: Loaded, now: datetime) -> list[Report]:
    """One for each person asked for."""
    people = _people(loaded, args.person)
    with _ledger(args, loaded) as ledger:
        if args.client is not None:
            _must_know(args.client, people, ledger)
        reports = []
        for one in people:
            key = key_of(ledger, one) or one.label
            past = remembered(ledger, Period(*_period(args, one, now), args.client, key))
            if args.from_mailbox is not None:
                from triaged.cli.report_mailbox import mail_of
                from triaged.rehearse.earlier import with_earlier

                mail = mail_of(loaded, one, args.from_mailbox, past.since)
                past = with_earlier(past, mail, one, key, ledger.known_messages(key), args.client)
            reports.append(tell(past, one, now))
        return reports


def _period(args: argparse.Namespace, person: Person, now: datetime) -> tuple[datetime, datetime]:
    """From when until when, on the person's clock where no other is named."""
    zone = person.worktime.zone
    until = min(instant(args.until, now, zone), now) if args.until else now
    since = instant(args.since, now, zone) if args.since else until - _USUAL
    if since >= until:
        begin, end = since.astimezone(zone), until.astimezone(zone)
        raise Failed(f"the period ends before it begins: {begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}")
    return since, until


def _ledger(args: argparse.Namespace, loaded: Loaded) -> AbstractContextManager[Ledger]:
    """The ledger; an empty one, if there is none yet and the mailbox is asked."""
    if args.from_mailbox is not None and not state_file(loaded).exists():
        return Ledger.open(":memory:")
    return ledger_of(loaded)


def _people(loaded: Loaded, label: str | None) -> Sequence[Person]:
    found = person_of(loaded, label)
    return [found] if found else loaded.persons


def _must_know(label: str, people: Sequence[Person], ledger: Ledger) -> None:
    """A client of theirs, or one that the ledger has not forgotten."""
    labels = dict.fromkeys(client.label for one in people for client in one.roster.clients)
    if label not in labels and label not in ledger.clients():
        raise Failed(f"no client is called {label!r}; known are {', '.join(labels)}")


def _only(reports: Sequence[Report]) -> Report:
    if len(reports) > 1:
        labels = ", ".join(report.person.label for report in reports if report.person)
        raise Failed(f"a page is one person's: choose with --person ({labels})")
    return reports[0]
