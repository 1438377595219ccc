"""A reason for which nothing goes, and what becomes of a reply that waits when it comes up."""

from dataclasses import dataclass
from typing import Final, Literal

_ENDS: Final[dict[str, Literal["cancelled", "held"]]] = {"already-answered": "cancelled", "rate-limit": "held"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why no reply goes: a word of REFUSALS, and the reason in words."""

    code: str
    reason: str

    @property
    def ends(self) -> Literal["suppressed", "cancelled", "held"]:
        """How a reply that waits ends by it: a person has answered, a person is to say, or it may not go."""
        return _ENDS.get(self.code, "suppressed")


BEYOND_FUSE = Refusal("rate-limit", "too many automatic replies in a short time")
"""More replies than `reply_fuse` lets go: they are held."""
