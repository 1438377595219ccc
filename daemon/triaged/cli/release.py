"""`triaged release`: bring a message back now; and what else a person lets go of: a pass, a promise."""

import argparse
import sys
from datetime import UTC, datetime

from triaged.cli.common import Failed, add_config, configuration, ledger_of, wake_daemon
from triaged.config import Loaded
from triaged.ledger import Ledger
from triaged.ledger.entries import NotDone


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument("item", nargs="?", type=int, metavar="ITEM", help="number of the message (triaged deferred)")
    parser.add_argument("--all", metavar="ACCOUNT", help="everything of this account (its table's name, or user@host)")
    parser.add_argument("--refund", type=int, metavar="ITEM", help="give the pass back that this message spent")
    parser.add_argument("--settle", type=int, metavar="ITEM", help="what was promised about this message is settled")


def run(args: argparse.Namespace) -> int:
    if sum(given is not None for given in (args.item, args.all, args.refund, args.settle)) != 1:
        sys.stderr.write("triaged release: name an ITEM, or --all ACCOUNT, or --refund ITEM, or --settle ITEM\n")
        return 2
    loaded = configuration(args)
    now = datetime.now(UTC)
    with ledger_of(loaded) as ledger:
        if args.refund is not None:
            said = _refund(ledger, args.refund, now)
        elif args.settle is not None:
            said = _settle(ledger, args.settle, now)
        elif args.all is not None:
            said = _release_all(loaded, ledger, args.all, now)
        else:
            said = _release(ledger, args.item, now)
    wake_daemon(loaded)
    sys.stdout.write(said + "\n")
    return 0


def _release(ledger: Ledger, number: int, now: datetime) -> str:
    item = ledger.release(number, now)
    if isinstance(item, NotDone):
        raise Failed(item.why)
    named = f"item {item.id} ({item.subject or 'no subject'})"
    if item.place is None:
        return f"{named} comes back now, if it is found: nobody knows where it lies; `triaged log --item {item.id}` says it"
    return f"{named} comes back now, unread, if it still lies in {item.folder}"


def _release_all(loaded: Loaded, ledger: Ledger, name: str, now: datetime) -> str:
    logins = {account.label: account.login for person in loaded.persons for account in person.accounts}
    login = logins.get(name, name)
    if login not in {row.login for row in ledger.accounts()}:
        raise Failed(f"there is no account {name!r}; known are {', '.join(sorted(logins)) or 'none'}")
    count = len(ledger.release_all(login, now))
    return f"{count} message{'s' if count != 1 else ''} of {login} come{'s' if count == 1 else ''} back now"


def _refund(ledger: Ledger, number: int, now: datetime) -> str:
    refunded = ledger.refund(number, now)
    if isinstance(refunded, NotDone):
        raise Failed(refunded.why)
    return f"the pass that item {number} spent is given back"


def _settle(ledger: Ledger, number: int, now: datetime) -> str:
    settled = ledger.settle_by_hand(number, now)
    if isinstance(settled, NotDone):
        raise Failed(settled.why)
    return f"what {settled.correspondent} was promised about item {number} is settled"
