"""Accounts that leave the configuration while mail of theirs is put aside: nobody would bring it back.

In: the configuration that was read, what the ledger has put aside. Out: problems; the reload says them and changes nothing.
"""

from collections.abc import Mapping

from triaged.account.context import Context
from triaged.config import Loaded, vanished
from triaged.config.problems import Problem
from triaged.ledger import Ledger


async def left_behind(context: Context, loaded: Loaded, before: Loaded | None = None) -> tuple[Problem, ...]:
    """One problem for each such account. `before`: only for those that were configured then.

    Raises:
        LedgerBusy, LedgerFull, LedgerUnavailable, LedgerDamaged.
    """
    aside = await context.write(_aside)
    if before is not None:
        known = {account.login for person in before.persons for account in person.accounts}
        aside = {login: count for login, count in aside.items() if login in known}
    return vanished(loaded, aside)


def _aside(ledger: Ledger) -> Mapping[str, int]:
    return {row.login: len(ledger.items_aside(row.id)) for row in ledger.accounts()}
