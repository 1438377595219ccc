"""The guard: may this message be answered by a robot, and where to? Every refusal has a code and a reason in words.

`refusals` asks every one of CHECKS, in the order of REFUSALS; none that applies: `destination` may be written to. What
time can bring up is asked again of the same table (`refusal_again`) before the words are written and when the reply is
claimed. It knows no clock and no server, and a check only ever refuses: nothing makes up for a refusal.
"""

from triaged.core.guard.checks import (
    CHECKS,
    REFUSALS,
    Again,
    Check,
    Outgoing,
    first_refusal,
    forward_refusal,
    refusal_again,
    refusals,
)
from triaged.core.guard.codes import BEYOND_FUSE, Refusal
from triaged.core.guard.sending import Due, Sending, destination
from triaged.core.guard.table import guard_table

__all__ = [
    "BEYOND_FUSE",
    "CHECKS",
    "REFUSALS",
    "Again",
    "Check",
    "Due",
    "Outgoing",
    "Refusal",
    "Sending",
    "destination",
    "first_refusal",
    "forward_refusal",
    "guard_table",
    "refusal_again",
    "refusals",
]
