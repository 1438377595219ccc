"""First contact is one instant an account: what came before it is old, into whatever watched folder a hand moves it.

UIDs draw that line within a folder (`baseline_uid`); a move gives a message a new one, and leaves its arrival as it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from triaged.core.message import read
from triaged.mailbox import Fetched
from triaged.mailbox.fetched import NO_DATE


@dataclass(frozen=True, slots=True)
class FirstContact:
    """The newest INTERNALDATE then, by the server's clock, and the messages that had it: it has whole seconds."""

    at: datetime
    newest: frozenset[str] = frozenset()  # their digests

    @classmethod
    def of(cls, learned: Mapping[str, Any]) -> Self | None:
        """As the ledger has it beside the account; None: not yet, or from before it was kept."""
        known = learned.get("first_contact")
        return cls(datetime.fromisoformat(known["at"]), frozenset(known["newest"])) if known else None

    def is_old(self, fetched: Fetched) -> bool:
        """Whether a message was there then."""
        came = fetched.came
        return came < self.at or (came == self.at and read(fetched.header).digest in self.newest)

    @classmethod
    def among(cls, there: Sequence[Fetched]) -> Self:
        """Of the last messages of all watched folders."""
        at = max((one.came for one in there), default=NO_DATE)
        return cls(at, frozenset(read(one.header).digest for one in there if one.came == at))

    def learned(self) -> dict[str, Any]:
        """As the ledger keeps it."""
        return {"at": self.at.isoformat(), "newest": sorted(self.newest)}
