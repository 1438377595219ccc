"""What sort of message it is, as far as the message alone tells: a message in, words of the condition `kind` out."""

import re
from collections.abc import Mapping, Sequence

from triaged.core import robots
from triaged.core.courtesy import LONGEST, is_reaction, is_thanks, may_thank
from triaged.core.message import Message
from triaged.core.message.subject import is_reply
from triaged.core.signatures import signed_away, unsigned
from triaged.core.telephone import Notice
from triaged.words import LEXICON

CALLERS: frozenset[str] = frozenset({"voicemail", "missed-call"})
"""Kinds of a telephone system's notices."""

AUTOMATIC: frozenset[str] = CALLERS | {"invitation", "auto-reply", "delivery-report", "list"}
"""Kinds that mean that no person wrote this message to me."""

_REPORT_TYPES = frozenset(
    {
        "multipart/report",
        "message/delivery-status",
        "message/global-delivery-status",
        "message/disposition-notification",
    }
    | {"message/feedback-report"}
)
_CALENDAR_TYPES = frozenset({"text/calendar", "application/ics"})
_CALENDAR_CLASS = "urn:content-classes:calendarmessage"

_STOP_LIMIT = 60  # characters
_NOT_WORDS = re.compile(r"[\W_]+")

_NONE: frozenset[str] = frozenset()


def kinds_of(message: Message, notice: Notice | None) -> frozenset[str]:
    """The kinds that follow from the message alone; new, reply and follow-up come from what was before it."""
    kinds = set[str]()
    if notice is not None:
        kinds.add(notice.kind)
    if _is_invitation(message):
        kinds.add("invitation")
    if _is_report(message):
        kinds.add("delivery-report")
    elif _is_automatic_reply(message):
        kinds.add("auto-reply")
    if robots.list_field(message) or robots.precedence(message) == "list":
        kinds.add("list")
    if not kinds and is_courtesy(message):
        kinds.add("courtesy")
    return frozenset(kinds)


def is_automatic(message: Message, kinds: frozenset[str]) -> bool:
    """Say whether a machine of any sort wrote it."""
    return bool(kinds & AUTOMATIC) or robots.is_robots(message)


def _is_invitation(message: Message) -> bool:
    # Fields alone first: the parts are read only where needed.
    if (message.fields.first("content-class") or "").casefold() == _CALENDAR_CLASS:
        return True
    return not _CALENDAR_TYPES.isdisjoint(message.part_types)


def _is_report(message: Message) -> bool:
    if not _REPORT_TYPES.isdisjoint(message.part_types):
        return True
    if "x-failed-recipients" in message.fields or "x-ms-exchange-message-is-ndr" in message.fields:
        return True
    if robots.is_receipt(message) and robots.auto_submitted(message):
        return True
    daemon = message.sender is None or robots.is_robot(message.sender.address) or robots.has_null_sender(message)
    return daemon and robots.is_bounce(message)


def _is_automatic_reply(message: Message) -> bool:
    submitted = robots.auto_submitted(message)
    return (
        submitted.startswith("auto-replied")
        or "vacation" in submitted
        or bool(robots.answering_field(message))
        or robots.precedence(message) == "auto_reply"
        or robots.is_absence(message)
    )


def is_courtesy(message: Message) -> bool:
    """Say whether there is nothing in it but thanks, consent, a wish or a reaction: no question, no attachment.

    Only in answer to something: below a subject of its own a "Thanks!" closes a request that stands in the subject.
    """
    text = message.new_text
    if len(text) > LONGEST or message.attachments:
        return False
    names = message.names
    if is_reaction(text, names):
        return True
    if not may_thank(text):
        return False
    answers = message.references or is_reply(message.subject) or is_thanks(message.bare_subject, _NONE)
    return bool(answers) and is_thanks(text, names)


def may_be_stop(message: Message) -> bool:
    """Whether its new text is short enough, with a signature."""
    return len(message.new_text) <= LONGEST


def is_stop(message: Message, language: str) -> bool:
    """Say whether the new text is STOP, or its like in the language (`de`, `fr` …; English always counts), alone."""
    if not may_be_stop(message):
        return False
    names = message.names
    text = signed_away(unsigned(message.new_text, names), names)
    if len(text) > _STOP_LIMIT:
        return False
    words = _NOT_WORDS.sub(" ", text).strip().casefold()
    return any(_asks_to_stop(words, LEXICON.section(tag, "stop")) for tag in ("en", language))


def _asks_to_stop(words: str, known: Mapping[str, Sequence[str]]) -> bool:
    """Whether these are words for it, politely or not."""
    polite = sorted(known.get("polite", ()), key=len, reverse=True)
    while words not in known["words"]:
        bare = next((words.removesuffix(f" {one}") for one in polite if words.endswith(f" {one}")), None)
        bare = bare or next((words.removeprefix(f"{one} ") for one in polite if words.startswith(f"{one} ")), None)
        if bare is None:
            return False
        words = bare
    return True
