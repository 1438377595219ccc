"""Rules: the first one that matches a message decides about it. A `View` goes in, a `RuleMatch` with its trace comes out.

It never looks at a clock, and the same view gives the same answer whether or not the index was used.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from typing import Annotated, Final

from triaged.core.about import About
from triaged.core.conditions import (
    Condition,
    Outcome,
    View,
    evaluate,
    languages_asked,
    longest_burst,
    names_kind,
    reaches,
)
from triaged.core.moments import Moment, parse_moment
from triaged.core.ruleindex import RuleIndex

_PERIODS: Final = {"day": "today", "week": "this week", "month": "this month"}


class Then(StrEnum):
    """What a rule does; the words of the configuration."""

    URGENT = "urgent"
    DEFER = "defer"
    LEAVE = "leave"


class Nothing(Enum):
    """`promise = "none"`: nothing is promised."""

    NOTHING = "none"


NOTHING = Nothing.NOTHING

_BACK_BY_DEFAULT: Final = parse_moment("start of office hours")
"""`until` of a rule that names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A test that the rule carries; `check` runs it. Addresses and expectations as written."""

    sender: Annotated[str, About("who writes", kind="an address", example="gary@harbor.example", key="from")]
    subject: Annotated[str, About("the subject", kind="a line")] = ""
    text: Annotated[str, About("the text", kind="lines")] = ""
    at: Annotated[datetime | None, About("when it arrives, in your zone", default="in the next office hours")] = None
    to: Annotated[str | None, About("to whom", kind="addresses", default="the first address of the first account")] = (
        None
    )
    cc: Annotated[str | None, About("who gets a copy", kind="addresses", default="nobody")] = None
    headers: Annotated[Mapping[str, str], About("fields to add", kind="fields", key="header")] = field(
        default_factory=dict
    )
    expect: Annotated[Mapping[str, str], About("what must come of it", kind="expectations")]


@dataclass(frozen=True, slots=True)
class Rule:
    """What is done; the first that matches wins, top to bottom. `promise` None: the rule's `until`; NOTHING: none is made."""

    name: Annotated[
        str,
        About(
            "what log and listings call it; unique", kind="a name", example="Outage at a client", default="its number"
        ),
    ]
    then: Annotated[
        Then, About("urgent: flagged, to folders.urgent, notify; defer: put aside until `until`; leave: untouched")
    ]
    when: Annotated[
        Condition | None, About("what a message must be like", kind="conditions", default="matches everything")
    ] = None
    notify: Annotated[
        tuple[str, ...],
        About("the [notify.NAME] that are told", kind="a channel", example="phone", default="none"),
    ] = ()
    spends_pass: Annotated[bool, About("does not match when the client has no pass left")] = False
    until: Annotated[
        tuple[Moment, ...],
        About("when it comes back; the first that lies ahead", default='"start of office hours"', least=1),
    ] = ()
    promise: Annotated[
        tuple[Moment, ...] | Nothing | None,
        About(
            'what the client is told; the first that lies ahead; "none": nothing',
            kind='moments or "none"',
            default="`until`, where the reply's text uses `promise`",
        ),
    ] = None
    reply: Annotated[
        str | None,
        About("the [reply.NAME] that is sent", kind="a reply's label", example="until-call", default="none"),
    ] = None
    delegate: Annotated[
        str | None,
        About(
            "wins over the client's and sets the variable `delegate`",
            kind="a label",
            example="tom",
            default="the client's",
        ),
    ] = None
    forward: Annotated[bool, About("sends it on to the delegate, attached to a mail of yours")] = False
    examples: Annotated[tuple[Example, ...], About("tests of this rule", key="example")] = ()

    @property
    def back(self) -> tuple[Moment, ...]:
        """When what it puts aside comes back; () where it puts nothing aside."""
        return (self.until or (_BACK_BY_DEFAULT,)) if self.then is Then.DEFER else ()

    @property
    def tells(self) -> tuple[Moment, ...]:
        """What a reply whose text uses `promise` tells."""
        if self.promise is NOTHING:
            return ()
        return self.promise if isinstance(self.promise, tuple) else self.back

    def names_kind(self, kind: str) -> bool:
        """Whether its conditions ask for that kind of message; to exclude it is not to name it."""
        return names_kind(self.when, kind)

    def judge(self, view: View) -> Outcome:
        """Whether its conditions hold, and why; passes are not asked for here."""
        return (
            evaluate(self.when, view) if self.when is not None else Outcome(matched=True, because="matches everything")
        )


@dataclass(frozen=True, slots=True)
class TraceLine:
    """Why one rule matched or did not."""

    rule: str
    matched: bool
    because: str


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """The rule that decides, None if none matched, and why.

    `trace` holds the rules that were looked at, up to and including it. `exhausted` is the first rule that would have
    matched if a pass had been left.
    """

    rule: Rule | None
    because: str
    trace: tuple[TraceLine, ...] = ()
    exhausted: Rule | None = None


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules of a person, top to bottom. Made once when the configuration is read."""

    rules: tuple[Rule, ...] = ()
    needs_text: bool = field(init=False, repr=False, compare=False)
    """Whether any rule looks beyond the header: at the body, at attachments."""
    needs_language: bool = field(init=False, repr=False, compare=False)
    """Whether any rule asks for the language of a message."""
    languages: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """The languages that rules ask for."""
    longest_burst: timedelta = field(init=False, repr=False, compare=False)
    """How far back the facts of a message must reach for the rules' bursts."""
    _index: RuleIndex = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Sort the rules by the clients they can concern, and see once what they ask for."""
        conditions = [rule.when for rule in self.rules]
        seen = {
            "needs_text": any(reaches(condition, "text") for condition in conditions),
            "needs_language": any(reaches(condition, "language") for condition in conditions),
            "languages": tuple(sorted(frozenset[str]().union(*map(languages_asked, conditions)))),
            "longest_burst": max(map(longest_burst, conditions), default=timedelta(0)),
            "_index": RuleIndex(conditions),
        }
        for name, value in seen.items():
            object.__setattr__(self, name, value)

    def match(self, view: View, passes_left: int | None = None, *, trace: bool = False) -> RuleMatch:
        """The first rule that matches, top to bottom.

        Args:
            view: the message; its text is read only where a rule needs it.
            passes_left: how many passes the client has left; None: it has none at all.
            trace: look at every rule up to the one that matches; else only at the ones that could match.
        """
        places = range(len(self.rules)) if trace else self._index.of(view.client).candidates(view)
        lines: list[TraceLine] = []
        exhausted: Rule | None = None
        for place in places:
            rule = self.rules[place]
            outcome = rule.judge(view)
            if outcome.matched and rule.spends_pass and not passes_left:
                exhausted = exhausted or rule
                outcome = Outcome(matched=False, because=_no_pass(view))
            lines.append(TraceLine(rule.name, outcome.matched, outcome.because))
            if outcome.matched:
                return RuleMatch(rule, outcome.because, tuple(lines), exhausted)
        return RuleMatch(None, "no rule matches", tuple(lines), exhausted)


def _no_pass(view: View) -> str:
    allowance = view.client.passes if view.client else None
    if allowance is None:
        return "the client has no passes"
    return f"no pass left {_PERIODS[allowance.period]}"
