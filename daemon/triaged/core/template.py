"""Reply texts: templates and values go in, a subject and a text in one language come out.

Jinja2 lives in `triaged.core.sandbox` and is loaded with the first text that is used, never at import.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from triaged.core.errors import TriagedError
from triaged.core.moments import Moment
from triaged.core.spans import Span

OPTIONAL = ("next_call", "last_answer", "passes", "delegate", "until")
"""Variables that may be missing: a text must do without each of them."""


class TemplateFault(TriagedError):
    """A text could not be rendered; the message says where and why."""


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


@dataclass(frozen=True, slots=True)
class PassesLeft:
    """Last-minute passes of the running period."""

    left: int
    total: int

    def __str__(self) -> str:
        return str(self.left)


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
    promise: datetime | None = None
    until: datetime | None = None
    next_call: datetime | None = None
    last_answer: datetime | None = None
    promised_before: bool = False
    passes: PassesLeft | None = None
    delegate: Named | None = None


@dataclass(frozen=True, slots=True)
class Rendered:
    """A reply's words. The text ends with one line end and has no other controls than line ends."""

    subject: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class TextProblem:
    """What is wrong with one text of a reply. `line` counts from 1 within the text."""

    language: str
    part: str  # "text" or "subject"
    line: int
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class ReplyTemplate:
    """A `[reply.LABEL]`: texts by language in Jinja2, optional subjects by language, when it goes, how often."""

    label: str
    texts: Mapping[str, str]
    send: Moment
    every: Span
    subjects: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages it has a text in, in the order written."""
        return tuple(self.texts)

    def uses(self, variable: str, language: str | None = None) -> bool:
        """Whether a text or subject of it names the variable: in that language, or in any."""
        raise NotImplementedError


def choose_language(template: ReplyTemplate, client: str | None, detected: str | None, mine: str) -> str | None:
    """The language to answer in: the client's, else the detected one if the reply has it, else mine; None: it has none."""
    raise NotImplementedError


def render(template: ReplyTemplate, language: str, variables: Variables, *, called: bool = False) -> Rendered:
    """Fill in one language's subject and text.

    Args:
        template: the reply.
        language: one of its languages.
        variables: everything the text may name.
        called: the client telephoned; there is no mail whose subject could be repeated.

    Raises:
        TemplateFault: the text needs what is not there, or comes to nothing or to more than 4 kB.
    """
    raise NotImplementedError


def trial(template: ReplyTemplate, languages: Sequence[str] = ()) -> tuple[TextProblem, ...]:
    """Try every language with and without each optional variable."""
    raise NotImplementedError
