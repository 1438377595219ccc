"""What is known and what is open of one mailbox, each in one question: thousands of them wait, and mostly nothing is."""

# ruff: noqa: S608 — statements are put together from constants of this room only; values are always bound

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from triaged.ledger.admission import struck
from triaged.ledger.effects import NEXT
from triaged.ledger.entries import FolderRow, Item
from triaged.ledger.instants import from_ms, to_ms
from triaged.ledger.items import expecting
from triaged.ledger.registry import folders
from triaged.ledger.store import Store, row

_AGAIN = """
SELECT min(retry_at) FROM item WHERE account = :account AND state = 'new' AND state IN ('new','aside','unreadable')
"""
_NEXT_AT = f"""
SELECT min(at) FROM (SELECT ({NEXT}) AS at UNION ALL SELECT ({_AGAIN} AND retry_at > :now)) AS found
"""
_GLANCE = f"""
SELECT (SELECT min(at) FROM (SELECT ({NEXT}) AS at UNION ALL SELECT ({_AGAIN})) AS found),
  EXISTS (SELECT 1 FROM item WHERE account = :account AND state = 'aside' AND state IN ('new','aside','unreadable'))
  OR EXISTS (SELECT 1 FROM reply WHERE state IN ('drafted','in_doubt') AND account = :account
    AND state IN ('waiting','held','sending','drafted','in_doubt') AND (state = 'drafted' OR ended_at >= :doubts))
  OR EXISTS ({expecting("1")})
"""


@dataclass(frozen=True, slots=True)
class Glance:
    """One mailbox. `due`: when the next thing falls due that is owed to it, or is to be tried again; maybe in the past."""

    folders: Mapping[str, FolderRow]
    due: datetime | None
    open: bool  # a message is put aside, or waits for an answer; a draft lies there; a reply is in doubt


def glance(store: Store, account: int, doubts_since: datetime) -> Glance:
    """All that says whether a mailbox must be looked at closely. Replies that are in doubt for longer do not count."""
    due, is_open = row(store, _GLANCE, {"account": account, "doubts": to_ms(doubts_since)}) or (None, 0)
    return Glance(_folders(store, account), from_ms(due), bool(is_open))


def _folders(store: Store, account: int) -> dict[str, FolderRow]:
    return {one.name: one for one in folders(store, account)}


def standing(store: Store, account: int, now: datetime) -> tuple[Mapping[str, FolderRow], Sequence[Item]]:
    """What is remembered of each folder, and the messages that are to be tried again."""
    return _folders(store, account), struck(store, account, now)


def next_at(store: Store, account: int, now: datetime) -> datetime | None:
    """When the next thing falls due that is owed to this mailbox (it may be in the past), or is to be tried again (not so)."""
    found = row(store, _NEXT_AT, {"account": account, "now": to_ms(now)})
    return from_ms(found[0]) if found else None
