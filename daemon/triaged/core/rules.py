"""Rules: the first one that matches a message decides about it. A `View` goes in, a `RuleMatch` with its trace comes out.

It never looks at a clock, and the same view gives the same answer whether or not the index was used.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, StrEnum

from triaged.core.conditions import Condition, View, evaluate
from triaged.core.moments import Moment


class Then(StrEnum):
    """What a rule does; the words of the configuration."""

    URGENT = "urgent"
    DEFER = "defer"
    LEAVE = "leave"


class Nothing(Enum):
    """`promise = "none"`: nothing is promised."""

    NOTHING = "none"


NOTHING = Nothing.NOTHING


@dataclass(frozen=True, slots=True)
class Example:
    """A test that a rule carries. Addresses and expectations as written; `headers` are added to the message."""

    sender: str
    subject: str = ""
    text: str = ""
    at: datetime | None = None
    to: str | None = None
    cc: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    expect: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """One [[rule]]. `promise` None: the rule's `until`; NOTHING: none is made."""

    name: str
    then: Then
    when: Condition | None = None
    notify: tuple[str, ...] = ()
    spends_pass: bool = False
    until: tuple[Moment, ...] = ()
    promise: tuple[Moment, ...] | Nothing | None = None
    reply: str | None = None
    delegate: str | None = None
    forward: bool = False
    examples: tuple[Example, ...] = ()

    def names_kind(self, kind: str) -> bool:
        """Whether its conditions ask for that kind of message (not merely exclude it)."""
        return False


@dataclass(frozen=True, slots=True)
class TraceLine:
    """Why one rule matched or did not."""

    rule: str
    matched: bool
    because: str


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """The rule that decides, None if none matched; `trace` holds every rule up to it, where it was asked for."""

    rule: Rule | None
    because: str
    trace: tuple[TraceLine, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules of a person, top to bottom."""

    rules: tuple[Rule, ...] = ()

    def match(self, view: View, passes_left: int | None = None, *, trace: bool = False) -> RuleMatch:
        """The first rule that matches. `passes_left` None: the client has no passes at all."""
        for rule in self.rules:
            if rule.spends_pass and not passes_left:
                continue
            if rule.when is None or evaluate(rule.when, view).matched:
                return RuleMatch(rule, "")
        return RuleMatch(None, "no rule matches")

    @property
    def needs_text(self) -> bool:
        """Whether any rule looks at the body of a message."""
        return True

    @property
    def needs_language(self) -> bool:
        """Whether any rule looks at the language of a message."""
        return True

    @property
    def longest_burst(self) -> timedelta:
        """How far back the facts of a message must reach for the rules' bursts."""
        return timedelta(0)
