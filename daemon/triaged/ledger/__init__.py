"""What is remembered: the one door to sqlite3. Verbs of the domain go in, values come out; no SQL stands outside.

A row says what is believed about the mailbox (item), what we owe it and the person (effect), what we owe the client
(promise), and what we say (reply). Nothing outside happens that is not a row first.
"""

from triaged.ledger.book import Ledger
from triaged.ledger.entries import (
    Accepted,
    AccountRow,
    Admission,
    Arriving,
    AsOf,
    Attempt,
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
    Period,
    Place,
    PromiseRow,
    Recovery,
    ReplyRow,
    Response,
    SentSeen,
    SentWindow,
    Watermark,
    WhenLate,
    Window,
)
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
from triaged.ledger.recognition import Elsewhere
from triaged.ledger.thread import LedgerThread
from triaged.ledger.wake import Waker, wake

__all__ = [
    "Accepted",
    "AccountRow",
    "Admission",
    "Arriving",
    "AsOf",
    "Attempt",
    "ByHand",
    "Claimed",
    "EffectRow",
    "Elsewhere",
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
    "Period",
    "Place",
    "PromiseRow",
    "Recovery",
    "ReplyRow",
    "Response",
    "SentSeen",
    "SentWindow",
    "StateHeld",
    "StateLock",
    "Waker",
    "Watermark",
    "WhenLate",
    "Window",
    "wake",
]
