"""`triaged snooze`: a message comes back then instead."""

import argparse
import sys
from datetime import UTC, datetime

from triaged.cli.common import (
    Failed,
    account_of,
    add_config,
    configuration,
    ledger_of,
    people_of,
    readable,
    wake_daemon,
)
from triaged.config import Loaded
from triaged.core.calls import Schedule
from triaged.core.settings import Mode, Person
from triaged.core.untilwords import FORMS, NoTime, until
from triaged.ledger import Ledger
from triaged.ledger.entries import Item, NotDone
from triaged.ledger.settling import Snooze


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument("item", type=int, metavar="ITEM", help="number of the message (triaged deferred)")
    parser.add_argument("time", nargs="+", metavar="TIME", help="when: friday, 'fri 15:00', '2h', any moment of a rule")
    parser.epilog = f"TIME: {FORMS}. What lies in the inbox is put aside until then."


def run(args: argparse.Namespace) -> int:
    """Put the return of a message off, or bring it forward."""
    loaded = configuration(args)
    now = datetime.now(UTC)
    with ledger_of(loaded) as ledger:
        item = ledger.item(args.item)
        if item is None:
            raise Failed(f"there is no item {args.item}")
        person = _person(loaded, ledger, item)
        at = _until(person, item, " ".join(args.time), now)
        promised = person.worktime.last_hour(person.worktime.date_of(at))
        done = ledger.snooze(item.id, Snooze(at, now, "command", promised))
    if isinstance(done, NotDone):
        raise Failed(done.why)
    wake_daemon(loaded)
    sys.stdout.write(
        f"item {done.id} ({done.subject or 'no subject'}) comes back {readable(at, person.worktime.zone)}\n"
    )
    return 0


def _person(loaded: Loaded, ledger: Ledger, item: Item) -> Person:
    """Whose message it is. Raises Failed where nothing of hers may be moved."""
    person, account = people_of(loaded, ledger).get(item.person), account_of(loaded, ledger, item.account)
    if person is None or account is None:
        raise Failed(f"item {item.id} is of an account that is not configured any more")
    client = person.roster.by_label(item.client) if item.client else None
    if item.state != "aside" and account.mode_with(client) is Mode.OBSERVE:
        raise Failed(f"item {item.id} is only observed: `triaged go draft {account.label}` lets triaged move mail")
    return person


def _until(person: Person, item: Item, words: str, now: datetime) -> datetime:
    client = person.roster.by_label(item.client) if item.client else None
    schedule = person.schedule(client) if client is not None else Schedule(person.worktime)
    try:
        return until(words, now, schedule, person.language)
    except NoTime as wrong:
        raise Failed(str(wrong)) from wrong
