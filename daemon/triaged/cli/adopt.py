"""`triaged adopt`: put-aside mail of ours that no ledger knows is decided again, or brought back."""

import argparse
import sys
import time

from triaged.cli.common import Failed, add_config, chosen_account, configuration, ledger_of, wake_daemon
from triaged.ledger.entries import NotDone

_PATIENCE = 60.0
"""Seconds that the daemon may take before the command goes without its answer."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    add_config(parser)
    parser.add_argument("--person", metavar="LABEL", help="only this person's")
    parser.add_argument("account", metavar="ACCOUNT", help="label or login of the account")
    parser.epilog = "After the ledger was lost: `triaged status` says how many messages lie there."


def run(args: argparse.Namespace) -> int:
    """Have the daemon take in what lies aside in no row, and say what came of it."""
    loaded = configuration(args)
    account = chosen_account(loaded, args)
    with ledger_of(loaded) as ledger:
        if not ledger.ask_adoption(account.login):
            raise Failed(f"{account.login} is not known yet: the first `triaged run` makes it so")
        if not wake_daemon(loaded):
            sys.stdout.write(f"{account.login}: no daemon is running; it is done when one starts\n")
            return 0
        end = time.monotonic() + _PATIENCE
        while (found := ledger.adoption(account.login)) is None and time.monotonic() < end:
            time.sleep(0.1)
    if found is None:
        raise Failed(f"{account.login}: the daemon is still at it; `triaged log` says what came of it")
    if isinstance(found, NotDone):
        raise Failed(f"{account.login}: {found.why}")
    sys.stdout.write(f"{account.login}: {found}\n")
    return 0
