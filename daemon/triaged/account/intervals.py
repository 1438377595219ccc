"""How often what is checked: instants in, whether it is time again out."""

from array import array
from dataclasses import dataclass
from datetime import datetime, timedelta

LOOK_EVERY = timedelta(minutes=9)
"""How often sent mail, the deferred folder and flags are looked at when nothing else asks for it (every re-IDLE)."""

STATUS_EVERY = timedelta(seconds=60)
"""How often watched folders other than the first are asked for new mail."""

RECONCILE_EVERY = timedelta(minutes=30)
"""How often a selected folder is selected again, to see UIDVALIDITY and UIDNEXT with new eyes."""


THROUGH_EVERY = timedelta(days=1)
"""How often the deferred folder is looked through from end to end, although nothing says that it has changed."""


@dataclass(frozen=True, slots=True)
class AsideSeen:
    """The deferred folder as it was when it was looked at last."""

    key: tuple[object, ...]  # which folder it was, and what else decides what is looked for in it
    modseq: int  # 0: the server keeps none
    uids: "array[int]"  # ascending, four octets each
    others: int | None  # how many messages lie there beside them; None: that was not sure
    through: datetime  # when it was looked through from end to end
    asked: int = (
        0  # up to which UID flags were asked for, a slice at a time, where the server cannot say what has changed
    )


@dataclass(slots=True)
class LastChecks:
    """When what was done last over one connection."""

    looked: datetime | None = None
    asked_others: datetime | None = None
    selected: datetime | None = None
    aside: AsideSeen | None = None

    def look_due(self, now: datetime) -> bool:
        """Whether it is time to look around; IDLE is renewed a little earlier than its time."""
        return _is_past(self.looked, LOOK_EVERY * 0.8, now)

    def through_due(self, now: datetime) -> bool:
        """Whether the deferred folder is to be looked through from end to end."""
        return _is_past(self.aside.through if self.aside else None, THROUGH_EVERY, now)

    def others_due(self, now: datetime) -> bool:
        """Whether the other watched folders are to be asked."""
        return _is_past(self.asked_others, STATUS_EVERY, now)

    def select_due(self, now: datetime) -> bool:
        """Whether the selected folder is to be selected again."""
        return _is_past(self.selected, RECONCILE_EVERY, now)


def _is_past(last: datetime | None, every: timedelta, now: datetime) -> bool:
    return last is None or not timedelta() <= now - last < every  # the clock may have been ahead
