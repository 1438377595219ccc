"""Voicemail and missed-call notices: who rang, from mail that a telephone system wrote."""

from dataclasses import dataclass
from typing import Literal

from triaged.core.address import Glob
from triaged.core.message import Message


@dataclass(frozen=True, slots=True)
class Notice:
    """A caller's notice: the number in E.164 (None if withheld or unreadable), the name or "", the system's name."""

    kind: Literal["voicemail", "missed-call"]
    number: str | None
    name: str
    system: str


def read_notice(message: Message, senders: tuple[Glob, ...], region: str | None, authenticated: bool) -> Notice | None:  # noqa: ARG001, FBT001  # filled in next
    """Read a voicemail or missed-call notice; None if the message is none, or its sender is not to be believed."""
    return None


def e164(number: str, region: str | None) -> str | None:
    """Normalise a telephone number to E.164, national ones by the region (ISO 3166 two letters); None if it is none."""
    import phonenumbers  # 2 MB of tables: only mail of a telephone system pays for them

    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
