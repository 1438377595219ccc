"""The reply queue: what is due is looked at, claimed, delivered and recorded, at most once."""

from triaged.outbox.outbox import Outbox
from triaged.outbox.prepared import (
    AlreadyBegun,
    Cancelled,
    Held,
    NotNow,
    Preparation,
    Prepared,
    Ready,
    Stuck,
    Suppressed,
    Wait,
    Way,
    ended,
)

__all__ = [
    "AlreadyBegun",
    "Cancelled",
    "Held",
    "NotNow",
    "Outbox",
    "Preparation",
    "Prepared",
    "Ready",
    "Stuck",
    "Suppressed",
    "Wait",
    "Way",
    "ended",
]
