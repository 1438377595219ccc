"""How often what is checked: instants in, whether it is time again out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

LOOK_EVERY = timedelta(minutes=9)
"""How often sent mail, the deferred folder and flags are looked at when nothing else asks for it (every re-IDLE)."""

STATUS_EVERY = timedelta(seconds=60)
"""How often watched folders other than the first are asked for new mail."""

RECONCILE_EVERY = timedelta(minutes=30)
"""How often a selected folder is selected again, to see UIDVALIDITY and UIDNEXT with new eyes."""


@dataclass(slots=True)
class LastChecks:
    """When what was done last over one connection."""

    looked: datetime | None = None
    asked_others: datetime | None = None
    selected: datetime | None = None

    def look_due(self, now: datetime) -> bool:
        """Whether it is time to look around; IDLE is renewed a little earlier than its time."""
        return _is_past(self.looked, LOOK_EVERY * 0.8, now)

    def others_due(self, now: datetime) -> bool:
        """Whether the other watched folders are to be asked."""
        return _is_past(self.asked_others, STATUS_EVERY, now)

    def select_due(self, now: datetime) -> bool:
        """Whether the selected folder is to be selected again."""
        return _is_past(self.selected, RECONCILE_EVERY, now)


def _is_past(last: datetime | None, every: timedelta, now: datetime) -> bool:
    return last is None or not timedelta() <= now - last < every  # the clock may have been ahead
