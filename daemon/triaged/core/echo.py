"""Answers that come at once: whether a machine gave them. A message and what its sender answered last go in, a word comes out.

A person's words, thanks, STOP, an absence notice, a report or a photograph are never a machine's, however quickly they come.
"""

import hashlib
from datetime import timedelta
from typing import Final

from triaged.core import robots
from triaged.core.facts import Facts
from triaged.core.identify import Identified
from triaged.core.kinds import is_stop
from triaged.core.message import Message

AT_ONCE: Final = timedelta(minutes=2)
"""Faster than a person reads and answers."""

_PERSONS: Final = frozenset({"courtesy", "delivery-report", "invitation", "voicemail", "missed-call"})
NOTHING: Final = ""
"""What an answer says that has no text of its own."""


def said(message: Message) -> str:
    """What an answer says, to be known again: a digest of its words; `NOTHING` where there are neither words nor parts."""
    words = _words(message)
    if not words:
        return NOTHING if not message.attachments else "attachment"
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:16]


def sign_of_machine(who: Identified, facts: Facts, languages: tuple[str, ...]) -> str:
    """Why this answer to a reply of ours is a machine's, "" if it may be a person's."""
    message = who.message
    if facts.answers_own is None or _is_persons(who, languages):
        return ""
    if robots.auto_submitted(message):
        return "it says itself that a program sent it"
    same = said(message) == facts.last_said
    if _words(message):
        return "it says the same as its last answer" if same else ""
    return "it has no words, for the second time" if same and not message.attachments else ""


def _words(message: Message) -> str:
    """Its own words on one line. Where it only quotes, the new text is all of it."""
    own = (line for line in message.new_text.splitlines() if not line.lstrip().startswith(">"))
    return " ".join(" ".join(own).split()).casefold()


def _is_persons(who: Identified, languages: tuple[str, ...]) -> bool:
    message = who.message
    absent = robots.may_be_absence(message) or any(
        "vacation" in one.casefold() for one in message.fields.all("auto-submitted")
    )
    if absent or robots.answering_field(message) or not _PERSONS.isdisjoint(who.kinds):
        return True
    return any(is_stop(message, language) for language in languages)
