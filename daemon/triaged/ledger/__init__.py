"""What is remembered: the one door to sqlite3. Verbs of the domain go in, values come out; no SQL stands outside.

A row says what is believed about the mailbox (item), what we owe it and the person (effect), what we owe the client
(promise), and what we say (reply). Nothing outside happens that is not a row first.
"""

from triaged.ledger.book import Ledger
from triaged.ledger.errors import (
    LedgerBusy,
    LedgerDamaged,
    LedgerError,
    LedgerFull,
    LedgerNewer,
    LedgerUnavailable,
    StateHeld,
)
from triaged.ledger.lock import StateLock
from triaged.ledger.thread import LedgerThread
from triaged.ledger.values import (
    Accepted,
    AccountRow,
    Admission,
    Arriving,
    ByHand,
    Claimed,
    EffectRow,
    FolderRow,
    InHand,
    Item,
    NewEffect,
    NewReply,
    NotClaimed,
    NotDone,
    Nowhere,
    Place,
    PromiseRow,
    Recovery,
    ReplyRow,
    Response,
    SentSeen,
    WhenLate,
    Window,
)
from triaged.ledger.wake import Waker, wake

__all__ = [
    "Accepted",
    "AccountRow",
    "Admission",
    "Arriving",
    "ByHand",
    "Claimed",
    "EffectRow",
    "FolderRow",
    "InHand",
    "Item",
    "Ledger",
    "LedgerBusy",
    "LedgerDamaged",
    "LedgerError",
    "LedgerFull",
    "LedgerNewer",
    "LedgerThread",
    "LedgerUnavailable",
    "NewEffect",
    "NewReply",
    "NotClaimed",
    "NotDone",
    "Nowhere",
    "Place",
    "PromiseRow",
    "Recovery",
    "ReplyRow",
    "Response",
    "SentSeen",
    "StateHeld",
    "StateLock",
    "Waker",
    "WhenLate",
    "Window",
    "wake",
]
