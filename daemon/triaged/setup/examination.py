"""What `doctor` examines: one account, its servers, what the ledger remembers of it; and the figures found on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from triaged.core.clients import Roster
from triaged.core.settings import Account
from triaged.delivery import SmtpDelivery
from triaged.mailbox import Session


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger remembers of an account."""

    learned: Mapping[str, Any] = field(default_factory=dict)
    decided_after: tuple[timedelta, ...] = ()  # from the server's INTERNALDATE to our decision, of the last messages
    marks: tuple[str, ...] = ()  # our keywords in its mailbox
    aside: frozenset[tuple[str, int, int]] = frozenset()  # folder, UIDVALIDITY and UID of what is put aside
    forged: tuple[tuple[str, datetime], ...] = ()  # in whose name, when: of late, oldest first


@dataclass(frozen=True, slots=True)
class Examination:
    """Every check is given this, and adds its figures."""

    account: Account
    session: Session  # not open yet; it is closed in the end
    delivery: SmtpDelivery | None  # the way out; None: none is configured
    known: Known
    now: datetime
    roster: Roster | None = None  # whose mail would be a client's
    figures: dict[str, Any] = field(default_factory=dict)  # for machines: capabilities, milliseconds, dates
