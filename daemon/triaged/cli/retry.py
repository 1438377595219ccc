"""`triaged retry`: an account's sign-in, its connection and its waiting replies are tried now."""

import argparse
import sys
from datetime import UTC, datetime

from triaged.cli.common import Failed, add_config, chosen_account, configuration, ledger_of, wake_daemon
from triaged.ledger.entries import NotDone


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    add_config(parser)
    parser.add_argument("--person", metavar="LABEL", help="only this person's")
    parser.add_argument("account", metavar="ACCOUNT", help="label or login of the account")
    parser.epilog = "All accounts at once: send the daemon SIGUSR1."


def run(args: argparse.Namespace) -> int:
    """Have the daemon try an account now."""
    loaded = configuration(args)
    account = chosen_account(loaded, args)
    with ledger_of(loaded) as ledger:
        waiting = ledger.try_now(account.login, datetime.now(UTC))
    if isinstance(waiting, NotDone):
        raise Failed(waiting.why)
    if not wake_daemon(loaded):
        raise Failed("no daemon is running; it tries every account when it starts")
    replies = f", and {waiting} {'reply is' if waiting == 1 else 'replies are'} tried again" if waiting else ""
    sys.stdout.write(f"{account.login}: signing in now{replies}; `triaged status` says what came of it\n")
    return 0
