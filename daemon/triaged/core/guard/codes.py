"""The closed list of reasons for which no reply goes."""

from dataclasses import dataclass
from typing import Final

REFUSALS: Final = (
    "own-message",
    "malformed-sender",
    "stranger",
    "never",
    "rule",
    "courtesy",
    "null-sender",
    "no-return-path",
    "envelope-mismatch",
    "auto-submitted",
    "auto-response-suppress",
    "mailing-list",
    "bulk",
    "delivery-report",
    "receipt",
    "calendar",
    "spam",
    "robot-sender",
    "loop",
    "resent",
    "not-addressed",
    "only-cc",
    "voicemail",
    "encrypted",
    "unauthenticated",
    "no-valid-address",
    "duplicate",
    "opted-out",
    "bounced",
    "too-old",
    "call-now",
    "already-answered",
    "overdue",
    "no-promise",
    "joined",
    "recently-replied",
    "rate-limit",
)
"""Every word of `no_reply`, in the order in which the first that applies is told."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why no reply goes: a word of REFUSALS, and the reason in words."""

    code: str
    reason: str


BEYOND_FUSE = Refusal("rate-limit", "too many automatic replies in a short time")
"""More replies than `reply_fuse` lets go: they are held."""
