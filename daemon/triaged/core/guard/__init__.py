"""The guard: may this message be answered by a robot, and where to? Every refusal has a code and a reason in words.

`refusals` asks every one of CHECKS, in the order of REFUSALS; none that applies: `destination` may be written to. It
knows no clock and no server, and a check only ever refuses: nothing makes up for a refusal.
"""

from triaged.core.guard.checks import CHECKS, Check, first_refusal, refusals
from triaged.core.guard.codes import BEYOND_FUSE, REFUSALS, Refusal
from triaged.core.guard.sending import Sending, destination
from triaged.core.guard.table import guard_table

__all__ = [
    "BEYOND_FUSE",
    "CHECKS",
    "REFUSALS",
    "Check",
    "Refusal",
    "Sending",
    "destination",
    "first_refusal",
    "guard_table",
    "refusals",
]
