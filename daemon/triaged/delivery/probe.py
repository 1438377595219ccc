"""What asking a submission server tells, without sending anything."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Probe:
    """How a submission server answers. `trouble` "": it would take our mail."""

    trouble: str = ""
    how: str = ""  # how we signed in
    took: float = 0.0  # seconds
    null_sender: bool | None = None  # whether it takes MAIL FROM:<>; None: it would not say
    certificate_expires: datetime | None = None
