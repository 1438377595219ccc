"""`triaged settle`: messages are dealt with, by telephone or in the call. Nothing comes back, no reply goes."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import takewhile

from triaged.cli.common import Failed, add_config, configuration, ledger_of, people_of, person_of, wake_daemon
from triaged.config import Loaded
from triaged.core.calls import Occurrence
from triaged.core.clients import Client
from triaged.core.settings import Person
from triaged.ledger import Ledger, Period
from triaged.ledger.consequences import ReplyCancelled
from triaged.ledger.entries import Item, NotDone
from triaged.ledger.settling import Settled

_BACK = timedelta(days=60)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument("item", nargs="*", type=int, metavar="ITEM", help="numbers of messages (triaged deferred)")
    parser.add_argument("--call", metavar="CLIENT", help="all that was open with this client for the call")
    parser.add_argument("--person", metavar="LABEL", help="whose client; with --call")


def run(args: argparse.Namespace) -> int:
    if bool(args.item) == (args.call is not None):
        sys.stderr.write("triaged settle: name ITEMs, or --call CLIENT\n")
        return 2
    loaded = configuration(args)
    now = datetime.now(UTC)
    with ledger_of(loaded) as ledger:
        items = args.item or [item.id for item in _of_the_call(loaded, ledger, args, now)]
        done = ledger.settle(items, now, "command")
    wake_daemon(loaded)
    sys.stdout.writelines(_said(one) for one in done if isinstance(one, Settled))
    not_done = [one.why for one in done if isinstance(one, NotDone)]
    if not_done:
        raise Failed("; ".join(not_done))
    return 0


def _said(done: Settled) -> str:
    item = done.item
    also = [f"reply {one.reply.id} will not be sent" for one in done.follows if isinstance(one, ReplyCancelled)]
    if done.promise is not None:
        also.append(f"what {done.promise.correspondent} was promised is settled")
    return "; ".join((f"item {item.id} ({item.subject or 'no subject'}) is settled", *also)) + "\n"


def _of_the_call(loaded: Loaded, ledger: Ledger, args: argparse.Namespace, now: datetime) -> Sequence[Item]:
    """What is open with a client: unanswered, since the last call or put off beyond it. Raises Failed: there is nothing."""
    key, person, client = _client(loaded, ledger, args)
    begun = [one.start for one in _calls(person, client, now)]
    since = begun[-2] if len(begun) > 1 else None
    found = [
        item
        for item in ledger.arrivals(key, Period(now - _BACK, now, client.label))
        if item.answered_at is None and item.settled_at is None and item.state != "gone" and item.verdict != "left"
        and (since is None or item.arrived_at >= since or item.state == "aside")
    ]  # fmt: skip
    if not found:
        raise Failed(f"nothing is open with {client.name}")
    return found


def _calls(person: Person, client: Client, now: datetime) -> Sequence[Occurrence]:
    calls = person.schedule(client).occurrences(now - timedelta(days=35))
    return list(takewhile(lambda one: one.start <= now, calls))


def _client(loaded: Loaded, ledger: Ledger, args: argparse.Namespace) -> tuple[str, Person, Client]:
    asked = person_of(loaded, args.person)
    people = {key: one for key, one in people_of(loaded, ledger).items() if asked in (None, one)}
    found = [(key, one, client) for key, one in people.items() if (client := one.roster.by_label(args.call))]
    if not found:
        known = ", ".join(dict.fromkeys(client.label for one in people.values() for client in one.roster.clients))
        raise Failed(f"no client is called {args.call!r}; known are {known or 'none'}")
    if len(found) > 1:
        raise Failed(f"{args.call} is a client of several persons: name one by --person")
    return found[0]
