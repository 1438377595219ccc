"""Who decides about what arrives at an account, the same in the daemon and in a rehearsal. Pure; the ledger asks it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from triaged import crash
from triaged.core.decide import decide
from triaged.core.decision import Decision
from triaged.core.facts import Facts
from triaged.core.record import as_record
from triaged.core.settings import Terms
from triaged.ledger.entries import AccountRow, Arriving, Window


@dataclass(frozen=True, slots=True)
class Judge:
    """A person's rules as they hold for one of her accounts."""

    terms: Terms

    def window(
        self, row: AccountRow, accounts: Mapping[str, int], now: datetime, messages: Sequence[Arriving]
    ) -> Window:
        """Messages that are decided together. `accounts`: the person's account labels, and their ids in the ledger."""
        return Window(
            account=row,
            now=now,
            messages=messages,
            ruleset=self.terms.person.ruleset_hash,
            lookback=self.terms.person.rules.longest_burst,
            fuse=self.terms.account.reply_fuse.period,
            accounts=accounts,
        )

    def decide(self, arriving: Arriving, facts: Facts) -> Decision:
        """Say what is to happen to a message."""
        crash.mistake("decide", arriving.message.message_id)
        return decide(arriving.who, facts, self.terms)

    def record(self, decision: Decision, arriving: Arriving) -> dict[str, Any]:
        """Say what is kept of a decision."""
        return as_record(decision, arriving.who, arriving.arrived_at, self.terms.account.addresses)
