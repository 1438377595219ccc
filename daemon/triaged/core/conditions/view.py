"""What a rule looks at: one message, what the past says about it, and when it came. Costly parts wait until asked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from triaged.core.address import Address, is_mine
from triaged.core.authres import Authentication
from triaged.core.clients import Client
from triaged.core.facts import Facts
from triaged.core.language import detect
from triaged.core.message import Message
from triaged.core.objection import objects
from triaged.core.patterns import Haystack
from triaged.core.telephone import Notice
from triaged.core.worktime import WorkTime

KINDS: Final = (
    "new",
    "reply",
    "follow-up",
    "courtesy",
    "objection",
    "voicemail",
    "missed-call",
    "invitation",
    "auto-reply",
    "delivery-report",
    "list",
)
"""Every word of `kind`. Exactly one of the first three holds."""
_OBJECTS_WITHIN: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether a condition holds, and why, in words that name what was found."""

    matched: bool
    because: str


def yes(because: str) -> Outcome:
    """It holds."""
    return Outcome(matched=True, because=because)


def no(because: str) -> Outcome:
    """It does not hold."""
    return Outcome(matched=False, because=because)


def thread_kind(facts: Facts) -> str:
    """`new`, `reply` or `follow-up`: exactly one, from what the thread holds so far."""
    if facts.newest_in_thread == "mine":
        return "reply"
    return "follow-up" if facts.promise is not None or facts.newest_in_thread == "client" else "new"


def kinds_by_past(message: Message, facts: Facts, *, automatic: bool) -> frozenset[str]:
    """The kinds that come from what was before: its place in the thread, and whether it objects to a reply of ours."""
    place = thread_kind(facts)
    answered = facts.answers_ours if not facts.answers_paper else None  # to that there is no no
    soon = answered is not None and answered <= facts.arrived <= answered + _OBJECTS_WITHIN
    return frozenset({place, "objection"} if soon and not automatic and objects(message.new_text) else {place})


@dataclass(frozen=True)  # no slots: computed values are kept in the instance's dictionary
class View:
    """A message as rules see it.

    `kinds` are those that follow from the message alone, `automatic` says that no person wrote it, `mine` are my
    addresses, `languages` those it may be in.
    """

    message: Message
    facts: Facts
    worktime: WorkTime
    authentication: Authentication
    client: Client | None = None
    kinds: frozenset[str] = frozenset()
    automatic: bool = False
    notice: Notice | None = None
    mine: tuple[Address, ...] = ()
    languages: tuple[str, ...] = ()

    @cached_property
    def all_kinds(self) -> frozenset[str]:
        """All kinds of the message: its own, and its place in the thread."""
        return self.kinds | kinds_by_past(self.message, self.facts, automatic=self.automatic)

    @cached_property
    def local(self) -> datetime:
        """The arrival in my zone."""
        return self.facts.arrived.astimezone(self.worktime.zone)

    @cached_property
    def subject(self) -> Haystack:
        """The subject, to be searched."""
        return Haystack(self.message.subject)

    @cached_property
    def body(self) -> Haystack:
        """The new text without a signature, to be searched."""
        return Haystack(self.message.own_text)

    @cached_property
    def language(self) -> str | None:
        """The language that the new text is written in, None if that is not sure."""
        return detect(self.message.new_text, self.languages)

    @cached_property
    def addressed(self) -> str:
        """How I am addressed: `to`, `cc` or `none`."""
        if any(is_mine(address, self.mine) for address in self.message.to):
            return "to"
        return "cc" if any(is_mine(address, self.mine) for address in self.message.cc) else "none"
