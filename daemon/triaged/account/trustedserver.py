"""Whether my server still says who is who. A server that has stopped must not make everybody suspect: it is told instead.

Goes in: each message as it is identified. Comes out: the account with whose word to believe at this moment.
"""

from dataclasses import replace

from triaged.account.memory import MOST_UNVOUCHED
from triaged.account.visit import Visit
from triaged.core.identify import Identified, identify
from triaged.core.message import Message
from triaged.core.settings import Account
from triaged.ledger import Ledger


def identified(visit: Visit, message: Message) -> Identified:
    """Say whom a message is from, and count whether my server has said anything about it."""
    who = identify(message, visit.person, _believing(visit))
    if visit.account.trust is not None and visit.account.trust.authserv_ids and not (who.mine or who.team):
        visit.memory.unvouched = 0 if who.authentication.believed else visit.memory.unvouched + 1
    return who


def _believing(visit: Visit) -> Account:
    account = visit.account
    if account.trust is None or visit.memory.unvouched < MOST_UNVOUCHED:
        return account
    return replace(account, trust=replace(account.trust, silent=True))


async def tell(visit: Visit) -> None:
    """Say it, and keep it for the next start, when the server falls silent or speaks again."""
    silent = visit.memory.unvouched >= MOST_UNVOUCHED
    if silent == visit.memory.silent_told:
        return
    visit.memory.silent_told = silent
    await visit.write(Ledger.learn, visit.row.id, unvouched=True if silent else None)
    if silent:
        visit.events.emit(
            "account.degraded", error=f"none of the last {MOST_UNVOUCHED} mails bears a result of a server in authserv_id",
            reason="senders count as unknown, as if no authserv_id were configured; see `triaged doctor`",
        )  # fmt: skip
