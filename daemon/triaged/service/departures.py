"""Accounts that leave the configuration while mail of theirs is put aside: nobody would bring it back.

In: the configuration that was read, what the ledger has put aside. Out: problems; a start says them, a reload keeps the account.
"""

from collections.abc import Mapping

from triaged.account.context import Context
from triaged.config import Loaded, vanished
from triaged.config.problems import Problem
from triaged.ledger import Ledger


async def left_behind(context: Context, loaded: Loaded) -> tuple[Problem, ...]:
    """One problem for each such account.

    Raises:
        LedgerBusy, LedgerFull, LedgerUnavailable, LedgerDamaged.
    """
    return vanished(loaded, await context.write(aside))


def aside(ledger: Ledger) -> Mapping[str, int]:
    """Login -> how many messages are put aside for it."""
    return {row.login: len(ledger.items_aside(row.id)) for row in ledger.accounts()}
