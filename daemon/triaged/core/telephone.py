"""Voicemail and missed-call notices in, who rang out.

Such notices are a classic lure: two signs must agree, and whoever else writes so has written a voicemail of its own, never
a client's (`by_whose_word`). What a transcript says is a stranger's text and is never looked at.
"""

import re
from dataclasses import dataclass
from typing import Literal

from triaged.core.address import Address, Glob
from triaged.core.expression import Expression
from triaged.core.message import Message
from triaged.core.notation import any_of
from triaged.core.trust import Act
from triaged.words import LEXICON

Kind = Literal["voicemail", "missed-call"]

_TEXT_LIMIT = 2000
_SUBJECT_LIMIT = 200
_SIGNS = 2
_SYSTEMS: dict[str, str] = {
    "voice-noreply@google.com": "Google Voice",
    "@ringcentral.com": "RingCentral",
    "voicemail@sipgate.de": "sipgate",
    "noreply@skype.voicemail.microsoft.com": "Teams",
    "noreply@3cx.net": "3CX",
    "@justcall.io": "JustCall",
    "no-reply@zoom.us": "Zoom Phone",
}
_RING_CENTRAL = "RingCentral"

_TAG = r"(?:\[[^\]]{1,40}\]:?\s*)?"


def _said(key: str) -> str:
    return any_of(LEXICON.everywhere("calls", key))


def _from() -> str:
    return rf"\s+{_said('from')}(?:(?<=['’])|\s+)"


def _voice() -> str:
    return rf"(?:{_said('new')}\s+)?{_said('voice')}"


# "… from CALLER in mailbox 1001 at 3:18 PM": the caller, then perhaps a box and a time.
_TAIL = Expression(lambda: rf"(?:\s+in mailbox \S+)?(?:\s+{_said('at')}\s+[\d/:. ]+.*)?\Z", re.IGNORECASE)
_VOICEMAIL = Expression(lambda: rf"{_TAG}{_voice()}{_from()}(.+)", re.IGNORECASE)
_VOICEMAIL_BARE = Expression(
    lambda: rf"{_TAG}{_said('box')}|(?:voice mail|voicemail) \(\d+ {_said('seconds')}\)|{_voice()}\Z",
    re.IGNORECASE,
)
_MISSED = Expression(lambda: rf"(?:.{{0,60}}\s)??{_said('missed')}{_from()}(.+)", re.IGNORECASE)
_NEW_CALL = Expression(lambda: rf"new call{_from()}(.+)", re.IGNORECASE)
_CALL = Expression(lambda: rf"(?:.{{0,60}}[\s:])??{_said('call')}{_from()}(.+)", re.IGNORECASE)

_AUDIO = re.compile(r"\.(?:wav|mp3|m4a|ogg|amr|gsm|opus)\Z", re.IGNORECASE)
_VOICE_CLASSES = frozenset({"voice", "voice-ca", "voice-uc"})
_MISSED_CLASS = "missedcall"
_SIGNATURES = frozenset({"x-asterisk-vm-caller-id-num", "x-asterisk-vm-caller-id-name", "x-voicemail-length"})
_ASTERISK_ID = "<asterisk-"

_PHONE_LIKE = re.compile(r"(?:sips?:|tel:)?\+?[\d\s().\-/]{3,40}(?:@\S{1,100})?", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w@.])(?:\+|\(|\d)[\d\s().\-/\u00a0\u2011]{1,30}\d(?!\w)")
_BODY_CALLER = Expression(lambda: rf"{_said('body')}\s+(.{{1,120}}?)(?:,? {_said('at')} |[.\n]|\Z)", re.IGNORECASE)
_QUOTES = " \t',;:-–"
_NO_BRACKETS = str.maketrans('<>()[]"', "       ")
_DURATION = re.compile(r"\b\d{1,2}:\d\d\b")
_DIGITS = 7  # shorter ones are extensions and service numbers, no client's


@dataclass(frozen=True, slots=True)
class Notice:
    """A caller's notice: the number in E.164 (None if withheld or unreadable), the name or "", the system's name."""

    kind: Kind
    number: str | None
    name: str
    system: str


def by_whose_word(address: Address, senders: tuple[Glob, ...]) -> Act | None:
    """On whose word a notice of this sender may be a client's: my configuration's, a built-in system's, else nobody's."""
    if any(glob.matches(address) for glob in senders):
        return Act.CALLER_IS_CLIENT
    known = address.key in _SYSTEMS or f"@{address.domain}" in _SYSTEMS
    return Act.CALLER_BY_NAME if known else None


def read_notice(message: Message, senders: tuple[Glob, ...], region: str | None, authenticated: bool) -> Notice | None:  # noqa: FBT001  # the one question that the caller has answered
    """Read a voicemail or missed-call notice.

    Args:
        message: any message.
        senders: the configured senders of notices, believed as they are.
        region: ISO 3166 letters for numbers written nationally, None if not configured.
        authenticated: whether the From domain may be believed.

    Returns:
        The notice, None if the message is none or its sender is not to be believed.
    """
    if message.sender is None:
        return None
    address = message.sender.address
    configured = any(glob.matches(address) for glob in senders)
    if not configured and not authenticated:
        return None
    system = _SYSTEMS.get(address.key) or _SYSTEMS.get(f"@{address.domain}", "")
    found = _kind(message, system, believed=configured or bool(system), configured=configured)
    if found is None:
        return None
    kind, caller = found
    number, name = _caller(message, caller, region)
    return Notice(kind, number, name, system or _system_of(message))


def _kind(message: Message, system: str, *, believed: bool, configured: bool) -> tuple[Kind, str] | None:
    """The kind and the caller that the subject names, where enough signs agree."""
    classes = (message.fields.first("content-class") or "").casefold()
    voice_class, missed_class = classes in _VOICE_CLASSES, classes == _MISSED_CLASS
    audio = any(_is_audio(one.name, one.content_type) for one in message.attachments)
    signed = _is_signed(message)
    signs = believed + audio + (voice_class or missed_class) + signed
    if signs + 1 < _SIGNS:
        return None  # whatever the subject says
    told = _by_subject(message.subject[:_SUBJECT_LIMIT], system, configured=configured)
    if signs + bool(told) < _SIGNS or not (told or audio or voice_class or missed_class or signed):
        return None
    if told is not None:
        return told
    return ("missed-call", "") if missed_class and not audio else ("voicemail", "")


def _by_subject(subject: str, system: str, *, configured: bool) -> tuple[Kind, str] | None:
    if found := _VOICEMAIL.match(subject):
        return "voicemail", found[1]
    if _VOICEMAIL_BARE.match(subject):
        return "voicemail", ""
    if found := _MISSED.match(subject):
        return "missed-call", found[1]
    if (found := _NEW_CALL.match(subject)) and system == _RING_CENTRAL:
        return "missed-call", found[1]
    if configured and (found := _CALL.match(subject)):
        return "missed-call", found[1]
    return None


def _is_audio(name: str, content_type: str) -> bool:
    return content_type.startswith("audio/") or _AUDIO.search(name) is not None


def _is_signed(message: Message) -> bool:
    """Whether a header says that a telephone system made it; the number must look like one.

    Recalled Outlook mail carries X-CallingTelephoneNumber: IPM.Note.
    """
    if not _SIGNATURES.isdisjoint(message.fields.names):
        return True
    if (message.message_id or "").casefold().startswith(_ASTERISK_ID):
        return True
    calling = message.fields.first("x-callingtelephonenumber")
    return calling is not None and _PHONE_LIKE.fullmatch(calling) is not None


def _system_of(message: Message) -> str:
    if "x-voicemail-length" in message.fields:
        return "FreeSWITCH"
    if (message.message_id or "").casefold().startswith(
        _ASTERISK_ID
    ) or "x-asterisk-vm-caller-id-num" in message.fields:
        return "Asterisk"
    if "x-callingtelephonenumber" in message.fields or "content-class" in message.fields:
        return "Exchange"
    return "telephone system"


def _caller(message: Message, subject: str, region: str | None) -> tuple[str | None, str]:
    """Number and name of the caller: from headers, else the subject, else the body."""
    first = message.fields.first
    number_texts = [first("x-asterisk-vm-caller-id-num"), first("x-callingtelephonenumber")]
    number = next((found for text in number_texts if (found := _number(text or "", region))), None)
    name = _name(first("x-asterisk-vm-caller-id-name") or first("x-voicemessagesendername") or "")
    for text in (_without_tail(subject), _from_body(message)):
        number = number or _number_inside(text, region)
        name = name or _name(text)
    return number, name


def _without_tail(text: str) -> str:
    found = _TAIL.search(text)
    return text[: found.start()] if found else text


def _from_body(message: Message) -> str:
    found = _BODY_CALLER.search(" ".join(message.text[:_TEXT_LIMIT].split()))
    return found[1] if found else ""


def _number(text: str, region: str | None) -> str | None:
    """The number of a header: the whole of it must look like one."""
    if not _PHONE_LIKE.fullmatch(text.strip()):
        return None
    return e164(text.strip().rpartition(":")[2].partition("@")[0], region)


def _number_inside(text: str, region: str | None) -> str | None:
    found = _NUMBER.search(text)
    return e164(found[0], region) if found else None


def _name(text: str) -> str:
    """What is left of a caller's text without the number; "" for the words that mean nobody."""
    rest = _DURATION.sub(" ", _NUMBER.sub(" ", text))
    name = " ".join(rest.translate(_NO_BRACKETS).split()).strip(_QUOTES)
    return (
        ""
        if name.casefold() in LEXICON.everywhere("calls", "nobody") or not any(one.isalpha() for one in name)
        else name
    )


def e164(number: str, region: str | None) -> str | None:
    """Normalise a telephone number to E.164, national ones by the region (ISO 3166 two letters); None if it is none."""
    if not any(one.isdigit() for one in number):
        return None
    import phonenumbers  # megabytes of tables: only mail of a telephone system pays for them

    try:
        parsed = phonenumbers.parse(number[:60], region)
    except phonenumbers.NumberParseException:
        return None
    if len(str(parsed.national_number)) < _DIGITS or not phonenumbers.is_possible_number(parsed):
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def is_region(text: str) -> bool:
    """Say whether national numbers can be read by this country (ISO 3166, two capital letters)."""
    import phonenumbers

    return bool(phonenumbers.country_code_for_region(text))
