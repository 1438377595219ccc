"""`triaged send`: send a reply now; `--again` one of which it is not known whether it went."""

import argparse
import random
import sys
import time
from datetime import UTC, datetime

from triaged.cli.common import Failed, add_config, configuration, ledger_of, wake_daemon
from triaged.config import Loaded
from triaged.ids import new_message_id
from triaged.ledger import Ledger
from triaged.ledger.entries import BY_HAND, NotDone, ReplyRow

_PATIENCE = 60.0  # seconds that the daemon has for it
_THERE = "lies in Sent"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument("reply", type=int, metavar="REPLY", help="number of the reply (triaged queue)")
    parser.add_argument("--again", action="store_true", help="although it may have gone already (in doubt, failed)")


def run(args: argparse.Namespace) -> int:
    """Have it sent, wait for the daemon, and say what became of it."""
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
    what = f"reply {made.id}, a second one after reply {args.reply}," if args.again else f"reply {made.id}"
    if not wake_daemon(loaded):
        sys.stdout.write(f"{what} to {made.rcpt} goes as soon as the daemon runs\n")
        return 0
    sys.stdout.write(f"{what} to {made.rcpt} {_outcome(_ended(loaded, made))}\n")
    return 0


def _ended(loaded: Loaded, asked: ReplyRow) -> ReplyRow:
    """The reply once the daemon has made something of it, or as it is after `_PATIENCE`."""
    end = time.monotonic() + _PATIENCE
    with ledger_of(loaded) as ledger:
        while True:
            now = ledger.reply(asked.id) or asked
            tried_in_vain = now.state == "waiting" and now.tries > asked.tries
            if now.state not in ("waiting", "sending") or tried_in_vain or time.monotonic() > end:
                return now
            time.sleep(0.1)


def _outcome(reply: ReplyRow) -> str:
    """What became of it, in words; raises `Failed` where it has not gone."""
    why = reply.reason or ""
    match reply.state:
        case "sent" if not why.startswith(_THERE):
            return "has gone"
        case "sent":
            raise Failed(f"reply {reply.id} to {reply.rcpt} has not gone a second time: it {why}")
        case "drafted":
            return "lies in Drafts"
        case "waiting" | "sending":
            raise Failed(
                f"reply {reply.id} to {reply.rcpt} has not gone yet{f' ({why})' if why and why != BY_HAND else ''}:"
                " `triaged queue` says when it is tried"
            )
        case _:
            state = reply.state.replace("_", " ")
            raise Failed(f"reply {reply.id} to {reply.rcpt} has not gone: it is {state}{f' ({why})' if why else ''}")


def _domain_of(loaded: Loaded, ledger: Ledger, number: int) -> str:
    """The domain that a reply is written from: its Message-ID names no other person's."""
    reply = ledger.reply(number)
    login = next((row.login for row in ledger.accounts() if reply and row.id == reply.account), None)
    accounts = [account for person in loaded.persons for account in person.accounts]
    return next((one for one in accounts if one.login == login), accounts[0]).addresses[0].domain
