"""What sort of message it is, as far as the message alone tells."""

from triaged.core.message import Message
from triaged.core.telephone import Notice

AUTOMATIC: frozenset[str] = frozenset(
    {"voicemail", "missed-call", "invitation", "auto-reply", "delivery-report", "list"}
)
"""Kinds that mean that no person wrote this message to me."""


def kinds_of(message: Message, notice: Notice | None) -> frozenset[str]:  # noqa: ARG001  # filled in next
    """The kinds that follow from the message alone."""
    return frozenset({notice.kind}) if notice else frozenset()


def is_automatic(message: Message, kinds: frozenset[str]) -> bool:  # noqa: ARG001  # filled in next
    """Say whether a robot of any sort wrote it."""
    return bool(kinds & AUTOMATIC)


def is_stop(message: Message, language: str) -> bool:  # noqa: ARG001  # filled in next
    """Say whether the new text is STOP, or its like in the language, alone."""
    return message.new_text.strip(" .!\n").casefold() == "stop"
