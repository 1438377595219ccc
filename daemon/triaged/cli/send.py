"""`triaged send`: send a reply now; `--again` one of which it is not known whether it went."""

import argparse
import random
import sys
from datetime import UTC, datetime

from triaged.cli.common import Failed, add_config, configuration, ledger_of, wake_daemon
from triaged.config import Loaded
from triaged.ids import new_message_id
from triaged.ledger import Ledger
from triaged.ledger.entries import NotDone


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument("reply", type=int, metavar="REPLY", help="number of the reply (triaged queue)")
    parser.add_argument("--again", action="store_true", help="although it may have gone already (in doubt, failed)")


def run(args: argparse.Namespace) -> int:
    loaded = configuration(args)
    now = datetime.now(UTC)
    with ledger_of(loaded) as ledger:
        if args.again:
            domain = _domain_of(loaded, ledger, args.reply)
            made = ledger.send_again(args.reply, new_message_id(random.SystemRandom(), domain), now)
        else:
            made = ledger.send_now(args.reply, now)
    if isinstance(made, NotDone):
        raise Failed(made.why)
    wake_daemon(loaded)
    what = f"reply {made.id}, a second one after reply {args.reply}," if args.again else f"reply {made.id}"
    sys.stdout.write(f"{what} to {made.rcpt} goes now\n")
    return 0


def _domain_of(loaded: Loaded, ledger: Ledger, number: int) -> str:
    """The domain that a reply is written from: its Message-ID names no other person's."""
    reply = ledger.reply(number)
    login = next((row.login for row in ledger.accounts() if reply and row.id == reply.account), None)
    accounts = [account for person in loaded.persons for account in person.accounts]
    return next((one for one in accounts if one.login == login), accounts[0]).addresses[0].domain
