"""`triaged cancel`: do not send a reply."""

import argparse
import sys
from datetime import UTC, datetime

from triaged.cli.common import Failed, add_config, configuration, ledger_of, wake_daemon
from triaged.ledger.entries import NotDone


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument("reply", type=int, metavar="REPLY", help="number of the reply (triaged queue)")


def run(args: argparse.Namespace) -> int:
    """Cancel a reply that waits or is held."""
    loaded = configuration(args)
    with ledger_of(loaded) as ledger:
        cancelled = ledger.cancel_by_hand(args.reply, datetime.now(UTC))
    if isinstance(cancelled, NotDone):
        raise Failed(cancelled.why)
    wake_daemon(loaded)
    if cancelled.state == "drafted":
        sys.stdout.write(
            f"the draft of reply {cancelled.id} to {cancelled.rcpt} is taken back, unless Sent shows that it went\n"
        )
        return 0
    sys.stdout.write(f"reply {cancelled.id} to {cancelled.rcpt} will not be sent\n")
    return 0
