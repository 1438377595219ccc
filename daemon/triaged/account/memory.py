"""What an account remembers from one visit to the next: the few things that a step may change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Self

from triaged.account.firstcontact import FirstContact
from triaged.account.health import Health, Said
from triaged.account.intervals import LastChecks
from triaged.ledger.entries import Place
from triaged.mailbox import Garbled, Lost

LASTING: Final = frozenset({"uid_expunge"})
"""What was learned of a server and holds for every connection; the rest is learned anew."""

MOST_LOSSES: Final = 6
"""Connections lost in a row over the same messages: one of them may be to blame."""

MOVES_WITHIN: Final = timedelta(minutes=1)
"""So long after it has copied a message a mail program that moves it marks the first as deleted."""

MOST_UNVOUCHED: Final = 20
"""Mails in a row from others without a field of a server in `authserv_id`: it has fallen silent."""


@dataclass(slots=True)
class Memory:
    """One for each account, as long as its loop runs."""

    health: Health = field(default_factory=Health)
    said: Said = field(default_factory=Said)
    checks: LastChecks = field(default_factory=LastChecks)  # begun anew with each connection
    unseen: dict[str, str] = field(default_factory=dict)  # folders that the last look was refused, and why
    missing: frozenset[str] = frozenset()  # folders that could not be looked at
    unclear_aside: bool = True  # something may lie in the deferred folder that nobody brings back: look there
    older_mark: str = ""  # the keyword that an earlier version kept in this ledger
    sent_seen: bool = False  # since the start all sent mail has been looked at, and what bears the mark of an attempt
    another_noticed: bool = False  # another triaged on this mailbox has been told about
    one_by_one: bool = False  # one message at a time, each with its strike before it is looked at
    unsure_before: datetime | None = (
        None  # what was done before, an older copy of the ledger may not know; None: it does
    )
    left_alone: int = 0  # messages that may have been in hand before, where the server keeps no keywords
    left_there: set[int] = field(default_factory=set)  # those of them in the deferred folder
    losses: int = 0  # connections lost in a row over the same messages; more where it was no accident
    _lost_at: tuple[str, int] | None = None  # the folder of those messages, and the first UID
    unvouched: int = 0  # mails in a row about whose senders my server has said nothing
    silent_told: bool = False
    learned: dict[str, Any] = field(default_factory=dict)  # of its servers, as far as the ledger knows it
    drafts_seen: dict[int, datetime] = field(default_factory=dict)  # by reply: when it was last seen in Drafts
    first_contact: FirstContact | None = None
    copies: dict[Place, datetime] = field(default_factory=dict)  # of what lies aside, and since when they are seen

    def may_be_moving(self, copy: Place, now: datetime) -> bool:
        """Whether a copy of what lies aside was made so lately that a mail program may yet mark the first as deleted."""
        return now - self.copies.setdefault(copy, now) < MOVES_WITHIN

    def lost_at(self, where: tuple[str, int], lost: Lost) -> None:
        """A connection was lost while messages were fetched, the first of them there: is one of them to blame?

        Dovecot says goodbye over a message that it cannot read: the second time it is no accident of the network.
        """
        self.losses = (self.losses if where == self._lost_at else 0) + (3 if lost.goodbye else 1)
        self._lost_at = where
        self.one_by_one |= isinstance(lost, Garbled) or self.losses >= MOST_LOSSES

    @property
    def is_settled(self) -> bool:
        """Whether nothing is missing or unclear, so that a mailbox without news need not be looked at."""
        return not (self.missing or self.health.unwatched or self.unclear_aside)

    @classmethod
    def of(cls, learned: Mapping[str, Any], *, one_by_one: bool, unsure_before: datetime | None = None) -> Self:
        """At the start: what the ledger has `learned` of the server."""
        silent = bool(learned.get("unvouched"))
        return cls(
            one_by_one=one_by_one,
            unsure_before=unsure_before,
            unvouched=MOST_UNVOUCHED if silent else 0,
            silent_told=silent,
            first_contact=FirstContact.of(learned),
            learned=dict(learned),
        )
