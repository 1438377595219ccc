"""Voicemail and missed-call notices in, who rang out.

Such notices are a classic lure: two signs must agree, and whoever else writes so has written a voicemail of its own, never
a client's (`by_whose_word`). What a transcript says is a stranger's text and is never looked at.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from triaged.core.address import Address, Glob
from triaged.core.callnumbers import numbers_in, without_numbers
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


def _phrases(key: str) -> tuple[str, ...]:
    return LEXICON.everywhere("calls", key)


def _said(key: str) -> str:
    return any_of(_phrases(key))


def _from() -> str:
    """Between what was left and the caller; Avaya names the way before it: `Voicemail Message (Gary > 1001) From:1001`."""
    return rf"(?:\s*\([^()]{{1,60}}\))?\s+{_said('from')}(?:(?<=['’])|\s*:\s*|\s+)"


def _voice() -> str:
    return rf"(?:{_said('new')}\s+)?{_said('voice')}"


# "… from CALLER in mailbox 1001 at 3:18 PM": the caller, then perhaps a box and a time.
_TAIL = Expression(lambda: rf"(?:\s+in mailbox \S+)?(?:\s+{_said('at')}\s+[\d/:. ]+.*)?\Z", re.IGNORECASE)
_VOICEMAIL = Expression(lambda: rf"{_TAG}{_voice()}{_from()}(.+)", re.IGNORECASE)
_VOICEMAIL_BARE = Expression(
    lambda: rf"{_TAG}(?:{_said('box')}|{_voice()}\s*(?:\(\d+ {_said('seconds')}\)|\Z))", re.IGNORECASE
)
_MISSED = Expression(lambda: rf"(?:.{{0,60}}\s)??{_said('missed')}{_from()}(.+)", re.IGNORECASE)
_NEW_CALL = Expression(lambda: rf"new call{_from()}(.+)", re.IGNORECASE)
_CALL = Expression(lambda: rf"(?:.{{0,60}}[\s:])??{_said('call')}{_from()}(.+)", re.IGNORECASE)
_MESSAGE = Expression(
    lambda: rf"(?:{_TAG}|.{{1,40}}:\s+)(?:{_said('new')}\s+)?{_said('message')}{_from()}(.+)", re.IGNORECASE
)
_OF_VOICE = Expression(lambda: any_of((*_phrases("voice"), *_phrases("left"))), re.IGNORECASE)
_LEFT = Expression(lambda: _said("left"), re.IGNORECASE)
_OTHER = Expression(lambda: _said("other"), re.IGNORECASE)
_LABELLED = Expression(lambda: rf"\W*{_said('label')}\s*[:：]\s*(.{{1,120}})", re.IGNORECASE)

_AUDIO = re.compile(r"\.(?:wav|mp3|m4a|ogg|amr|gsm|opus)\Z", re.IGNORECASE)
_VOICE_CLASSES = frozenset({"voice", "voice-ca", "voice-uc"})
_MISSED_CLASS = "missedcall"
_SIGNATURES = frozenset({"x-asterisk-vm-caller-id-num", "x-asterisk-vm-caller-id-name", "x-voicemail-length"})
_ASTERISK_ID = "<asterisk-"
_DEFAULT_SENDERS = frozenset(
    {"asterisk", "freepbx", "unityconnection", "fritzbox", "fritz.box", "3cx", "avaya", "broadworks"}
)
"""Local parts with which telephone systems write as long as nobody changes it."""

_PHONE_LIKE = re.compile(r"(?:sips?:|tel:)?\+?[\d\s().\-/]{3,40}(?:@\S{1,100})?", re.IGNORECASE)
_BODY_CALLER = Expression(lambda: rf"{_said('body')}\s+(.{{1,120}}?)(?:,? {_said('at')} |[.\n]|\Z)", re.IGNORECASE)
_QUOTES = " \t',;:-–"
_NO_BRACKETS = str.maketrans('<>()[]"', "       ")


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


@dataclass(frozen=True, slots=True)
class Callers:
    """Whose notices are believed, and which numbers are known.

    `senders` are those that are configured, `region` ISO 3166 letters for numbers written nationally (None: not
    configured), `knows` whether a number in E.164 is a client's.
    """

    senders: tuple[Glob, ...] = ()
    region: str | None = None
    knows: Callable[[str], bool] = field(default=lambda _number: False)


@dataclass(frozen=True, slots=True)
class _Signs:
    """What speaks for a notice beside its subject."""

    system: str  # the built-in system that the sender is, or ""
    configured: bool
    voice: bool  # a class or a sound of voice
    missed: bool  # Exchange's class of missed calls
    signed: bool  # a field that only telephone systems write
    count: int

    @property
    def believed(self) -> bool:
        """Whether the sender is a telephone system, as far as its address says."""
        return self.configured or bool(self.system)


def read_notice(message: Message, callers: Callers, *, authenticated: bool) -> Notice | None:
    """Read a voicemail or missed-call notice.

    Args:
        message: any message.
        callers: the configured senders of notices, believed as they are, and the numbers of clients.
        authenticated: whether the From domain may be believed.

    Returns:
        The notice, None if the message is none or its sender is not to be believed.
    """
    if message.sender is None:
        return None
    address = message.sender.address
    configured = any(glob.matches(address) for glob in callers.senders)
    if not configured and not authenticated:
        return None
    signs = _signs(message, _SYSTEMS.get(address.key) or _SYSTEMS.get(f"@{address.domain}", ""), configured=configured)
    if signs.count + 1 < _SIGNS:
        return None  # whatever the subject says
    known = _known_caller(message, callers) if signs.believed else None
    found = _kind(message, signs, known)
    if found is None:
        return None
    kind, caller = found
    number, name = _caller(message, caller, callers)
    return Notice(kind, known or number, name, signs.system or _system_of(message))


def _signs(message: Message, system: str, *, configured: bool) -> _Signs:
    classes = (message.fields.first("content-class") or "").casefold()
    voice_class, missed = classes in _VOICE_CLASSES, classes == _MISSED_CLASS
    audio = any(_is_audio(one.name, one.content_type) for one in message.attachments)
    signed = _is_signed(message)
    count = (configured or bool(system)) + audio + (voice_class or missed) + signed
    if not count and _is_default_sender(message):
        count = 1 + (_LEFT.search(" ".join(message.text[:_TEXT_LIMIT].split())) is not None)
    return _Signs(system, configured, audio or voice_class, missed, signed, count)


def _is_default_sender(message: Message) -> bool:
    return message.sender is not None and message.sender.address.local.casefold() in _DEFAULT_SENDERS


def _kind(message: Message, signs: _Signs, known: str | None) -> tuple[Kind, str] | None:
    """The kind and the caller that the subject names, where enough signs agree."""
    told = _by_subject(message.subject[:_SUBJECT_LIMIT], signs)
    if told is not None:
        return told if signs.count + 1 >= _SIGNS else None
    if signs.count >= _SIGNS and (signs.voice or signs.missed or signs.signed):
        return ("missed-call", "") if signs.missed and not signs.voice else ("voicemail", "")
    if signs.count >= _SIGNS and _is_default_sender(message):
        return "voicemail", ""
    if known is None:
        return None
    of_voice = signs.voice or _OF_VOICE.search(f"{message.subject} {message.text[:_TEXT_LIMIT]}") is not None
    return "voicemail" if of_voice else "missed-call", ""


def _by_subject(subject: str, signs: _Signs) -> tuple[Kind, str] | None:
    if _VOICEMAIL_BARE.match(subject):
        return "voicemail", ""
    machine = _OF_VOICE.search(subject) is not None  # "call from … on your answering machine"
    layouts: tuple[tuple[Kind, Expression, bool], ...] = (
        ("voicemail", _VOICEMAIL, True),
        ("missed-call", _MISSED, True),
        ("missed-call", _NEW_CALL, signs.system == _RING_CENTRAL),
        ("voicemail" if machine else "missed-call", _CALL, signs.configured),
        ("voicemail", _MESSAGE, signs.configured),
    )
    for kind, expression, is_read in layouts:
        if is_read and (found := expression.match(subject)):
            return kind, found[1]
    return None


def _known_caller(message: Message, callers: Callers) -> str | None:
    """The only number of a client that the subject names, else the text on lines like `Number: …`."""
    subject = message.subject[:_SUBJECT_LIMIT]
    if _OTHER.search(subject):
        return None
    lines = (line[:_SUBJECT_LIMIT] for line in message.text[:_TEXT_LIMIT].split("\n"))
    labelled = [found[1] for line in lines if (found := _LABELLED.match(line))]
    for texts in ([subject], labelled):
        numbers = {
            number
            for text in texts
            for number in numbers_in(text, callers.region, callers.knows)
            if callers.knows(number)
        }
        if numbers:
            return numbers.pop() if len(numbers) == 1 else None
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


def _caller(message: Message, subject: str, callers: Callers) -> tuple[str | None, str]:
    """Number and name of the caller: from headers, else the subject, else the body."""
    first = message.fields.first
    number_texts = [first("x-asterisk-vm-caller-id-num"), first("x-callingtelephonenumber")]
    number = next((found for text in number_texts if (found := _number(text or "", callers))), None)
    name = _name(first("x-asterisk-vm-caller-id-name") or first("x-voicemessagesendername") or "")
    for text in (_without_tail(subject), _from_body(message)):
        number = number or next(numbers_in(text, callers.region, callers.knows), None)
        name = name or _name(text)
    return number, name


def _without_tail(text: str) -> str:
    found = _TAIL.search(text)
    return text[: found.start()] if found else text


def _from_body(message: Message) -> str:
    found = _BODY_CALLER.search(" ".join(message.text[:_TEXT_LIMIT].split()))
    return found[1] if found else ""


def _number(text: str, callers: Callers) -> str | None:
    """The number of a header: the whole of it must look like one."""
    if not _PHONE_LIKE.fullmatch(text.strip()):
        return None
    return next(numbers_in(text.strip().rpartition(":")[2].partition("@")[0], callers.region, callers.knows), None)


def _name(text: str) -> str:
    """What is left of a caller's text without the number; "" for the words that mean nobody."""
    rest = without_numbers(text)
    name = " ".join(rest.translate(_NO_BRACKETS).split()).strip(_QUOTES)
    is_somebody = name.casefold() not in _phrases("nobody") and any(one.isalpha() for one in name)
    return name if is_somebody else ""
