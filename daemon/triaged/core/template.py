"""Reply texts: templates and values go in, a subject and a text in one language come out.

Jinja2 lives in `triaged.core.sandbox` and is loaded with the first text that is used, never at import.
"""

import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

from triaged.core.about import About
from triaged.core.decoding import clean_line, clean_text
from triaged.core.errors import TriagedError
from triaged.core.message.flowed import SIGNATURE
from triaged.core.message.subject import bare
from triaged.core.moments import Moment, parse_moment
from triaged.core.spans import Span
from triaged.core.wording import one_apostrophe, reply_prefix, smooth
from triaged.words import LEXICON

NAMES = (
    "me", "client", "sender", "subject", "received", "messages", "promise", "until", "next_call", "last_answer",
    "promised_before", "passes", "delegate", "language", "address", "today", "answered",
)  # fmt: skip
"""Every variable a text may name."""

SUBJECT_LIMIT = 120
"""Code points."""

_EMPTY_LINES = re.compile(r"\n{3,}")


class TemplateError(TriagedError):
    """A text could not be rendered. `part` is "text" or "subject", `line` counts from 1 within it."""

    def __init__(self, label: str, language: str, part: str, line: int, message: str) -> None:
        super().__init__(f"reply.{label}: {part}.{language}, line {line}: {message}")
        self.language, self.part, self.line, self.message = language, part, line, message


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody in a text: prints as the name. `address` is "" where none is known."""

    name: str
    address: str = ""

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Incoming:
    """One of the messages that a reply answers."""

    subject: str
    received: datetime

    def __str__(self) -> str:
        return self.subject


@dataclass(frozen=True, slots=True)
class PassesLeft:
    """Last-minute passes of the running period."""

    left: int
    total: int
    until: datetime | None = None  # until when one counts

    def __str__(self) -> str:
        return str(self.left)

    def __bool__(self) -> bool:
        """Whether there is one to offer: `{% if passes %}`."""
        return self.left > 0


@dataclass(frozen=True, slots=True)
class Variables:
    """What a text may name. Instants are aware UTC; the filters write them in the client's zone.

    `subject` is bare, without reply prefixes, and empty where the sender is not verified.
    """

    me: Named
    client: Named
    sender: Named
    subject: str
    received: datetime
    messages: tuple[Incoming, ...]
    zone: ZoneInfo  # the client's
    mine: ZoneInfo
    now: datetime
    dated: bool = False  # a draft: nobody knows on which day it goes
    source: str | None = None  # which of the reply's texts; None: the first
    promise: datetime | None = None
    until: datetime | None = None
    next_call: datetime | None = None
    last_answer: datetime | None = None
    promised_before: bool = False
    passes: PassesLeft | None = None
    delegate: Named | None = None
    address: Literal["formal", "familiar"] = "formal"
    answered: tuple[Incoming, ...] = ()  # since the last call; of the paper for a call alone
    today: bool = True  # whether office hours of mine lie ahead today


@dataclass(frozen=True, slots=True)
class Rendered:
    """A reply's words. The text ends with one line end and has no other controls than line ends."""

    subject: str
    text: str
    language: str


_A_WEEK: Final = timedelta(days=7)

EACH_THREAD: Final = Span("thread", timedelta(0))
"""`every = "thread"`."""


@dataclass(frozen=True, slots=True)
class ReplyTemplate:
    """A text that tells the client when an answer will come."""

    label: str
    texts: Annotated[
        Mapping[str, str], About("the text, Jinja2; alone it is in your language", kind="texts", key="text")
    ]
    send: Annotated[Moment, About("when it goes, counted from the decision")] = parse_moment("in 10m")
    every: Annotated[
        Span,
        About(
            'at most one per correspondent in this time; "thread": one for each question, that is one in a thread until you'
            " have answered in it (at most 3 an hour and 10 a day to an address)",
            kind='"thread" or a duration',
        ),
    ] = Span("1 day", timedelta(days=1))
    subjects: Annotated[
        Mapping[str, str],
        About(
            "a subject of its own",
            kind="subjects",
            key="subject",
            default="the language's reply prefix and the subject",
        ),
    ] = field(default_factory=lambda: MappingProxyType({}))

    more: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )  # further words for the same

    @property
    def once_a_thread(self) -> bool:
        """Whether it goes once for each question, however soon after the last."""
        return self.every == EACH_THREAD

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages it has a text in, in the order written."""
        return tuple(self.texts)

    def uses(self, variable: str, language: str | None = None) -> bool:
        """Whether its text or subject names the variable: in that language, or in any. A text in error names nothing."""
        languages = self.languages if language is None else (language,)
        return any(variable in names_in(source) for each in languages for _, source in self.parts(each))

    def parts(self, language: str) -> tuple[tuple[str, str], ...]:
        """The sources of one language: ("subject", …) where it has one of its own, and ("text", …)."""
        subject = self.subjects.get(language)
        texts = tuple(("text", text) for text in self.variants(language))
        return ((("subject", subject),) if subject else ()) + texts

    def variants(self, language: str) -> tuple[str, ...]:
        """The texts of one language: one, or several that say the same in other words."""
        return (self.texts.get(language, ""), *self.more.get(language, ()))

    def fresh(self, language: str, had: Iterable[tuple[str, datetime, int]], now: datetime) -> str | None:
        """The first of its texts whose words have not gone within 7 days; None: each has. One alone may go again.

        Args:
            language: one of its languages.
            had: what went to the correspondent: labels, when, `fingerprint` of the words.
            now: when it would go.
        """
        variants = self.variants(language)
        gone = {words for label, at, words in had if label == self.label and at > now - _A_WEEK}
        return next((text for text in variants if len(variants) == 1 or fingerprint(text) not in gone), None)


def fingerprint(words: str) -> int:
    """By what the words of a text are known again."""
    return zlib.crc32(words.encode())


def names_in(source: str) -> frozenset[str]:
    """The variables that a template names; none if it cannot be read."""
    from triaged.core.sandbox import TextError, compiled

    try:
        return compiled(source).names
    except TextError:
        return frozenset()


def choose_language(template: ReplyTemplate, client: str | None, detected: str | None, mine: str) -> str | None:
    """The language to answer in: the client's, else that of the message, else mine, as far as the reply has it.

    A regional form ("de-AT") takes the language's own text ("de") where it has none of its own. None: it has none of
    the three.
    """
    for language in (client, detected, mine):
        for known in (language, (language or "").partition("-")[0]):
            if known and known in template.texts:
                return known
    return None


def render(template: ReplyTemplate, language: str, variables: Variables, *, called: bool = False) -> Rendered:
    """Fill in one language's subject and text.

    Args:
        template: the reply.
        language: one of its languages.
        variables: everything the text may name.
        called: the client telephoned; there is no mail whose subject could be repeated.

    Raises:
        TemplateError: the text needs what is not there, or comes to nothing or to more than 4 kB.
    """
    subject = template.subjects.get(language)
    source = variables.source or template.texts.get(language, "")
    text = smooth(_tidy(_filled(template, language, "text", source, variables)), language)
    text = one_apostrophe(text, source)
    if not text.strip():
        raise TemplateError(template.label, language, "text", 1, "it comes to nothing")
    line = clean_line(_filled(template, language, "subject", subject, variables)) if subject else ""
    return Rendered(_cut(line or _usual(language, variables, called=called)), text, language)


def _filled(template: ReplyTemplate, language: str, part: str, source: str, variables: Variables) -> str:
    from triaged.core.sandbox import LONGEST, Clock, TextError, compiled

    clock = Clock(language, variables.zone, variables.mine, variables.now, variables.dated)
    try:
        filled = compiled(source).render(context(variables, language), clock)
    except TextError as fault:
        raise TemplateError(template.label, language, part, fault.line or 1, fault.message) from fault
    if len(filled.encode("utf-8", "replace")) > LONGEST:
        raise TemplateError(template.label, language, part, 1, f"it comes to more than {LONGEST} octets")
    return filled


def context(variables: Variables, language: str) -> dict[str, Any]:
    """The names a text may use, with their values."""
    return {name: getattr(variables, name) for name in NAMES if name != "language"} | {"language": language}


NONE_LEFT: Final = "no-pass"
NOT_NOW: Final = "not-now"
SAYS_SO: Final = frozenset({NONE_LEFT, NOT_NOW})
"""What is said to a client whose no, or whose word, moves nothing: no pass is left, or none counts at this hour."""
UNASKED: Final = SAYS_SO | {"moved"}
"""What no rule sends: a text of one's own under such a name takes the place of ours."""


def built_in(label: Literal["slip", "moved", "no-pass", "not-now", "paper"]) -> ReplyTemplate:
    """The texts we ship; all use `promise`, which in the paper is when the call begins.

    A promise that is not kept; a promised call that was moved; what is said to a client whose no, or whose word, moves nothing;
    and what there is for a call.
    """
    key = label.replace("-", "_")
    words = {language: LEXICON.section(language, "replies") for language in LEXICON.writing("replies")}
    return ReplyTemplate(
        label,
        {language: own[key] for language, own in words.items()},
        subjects={language: own[f"{key}_subject"] for language, own in words.items() if f"{key}_subject" in own},
        send=parse_moment("now"),
        every=Span("1 day", timedelta(days=1)),
    )


def _tidy(text: str) -> str:
    """Lines without blanks at their ends, never two empty ones in a row, one line end at the end, nothing unseen.

    The line above a signature keeps its blank: without it no mail client knows it (RFC 3676 4.3).
    """
    lines = clean_text(text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    plain = "\n".join(line if line == SIGNATURE else line.rstrip() for line in lines)
    return _EMPTY_LINES.sub("\n\n", plain).strip("\n") + "\n"


def _cut(subject: str) -> str:
    return subject if len(subject) <= SUBJECT_LIMIT else subject[: SUBJECT_LIMIT - 1].rstrip() + "…"


def _usual(language: str, variables: Variables, *, called: bool) -> str:
    return usual_subject(language, variables.subject, called=called, familiar=variables.address == "familiar")


def usual_subject(language: str, subject: str, *, called: bool = False, familiar: bool = False) -> str:
    """What a mail program would write above an answer in that language; fixed words where there is no subject."""
    line = bare(clean_line(subject))
    if called or not line:
        key = f"no_subject{'_call' if called else ''}{'_familiar' if familiar else ''}"
        return str(LEXICON.section(language, "replies")[key])
    return reply_prefix(language) + line
