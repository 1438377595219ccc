"""A condition: one of the closed list, or several joined. It answers, about a view, whether it holds and why."""

from dataclasses import dataclass
from datetime import timedelta

from triaged.core.conditions.circumstances import IsBetween, IsBurst, IsInHours, IsKind
from triaged.core.conditions.inside import (
    HasAttachment,
    HasSize,
    HasWords,
    HeaderIs,
    IsImportant,
    IsInLanguage,
    TextHas,
)
from triaged.core.conditions.people import HasTier, IsAddressed, IsAuthenticated, IsClient, IsFrom, IsTo
from triaged.core.conditions.view import Outcome, View, no, yes


@dataclass(frozen=True, slots=True)
class AllOf:
    """Holds when all inside hold: a `when` table, and `all`."""

    conditions: tuple["Condition", ...]

    def judge(self, view: View) -> Outcome:
        """Stop at the first that fails."""
        reasons = []
        for condition in self.conditions:
            outcome = condition.judge(view)
            if not outcome.matched:
                return outcome
            reasons.append(outcome.because)
        return yes(" and ".join(reasons) or "no conditions")


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds when one inside holds: `any`."""

    conditions: tuple["Condition", ...]

    def judge(self, view: View) -> Outcome:
        """Stop at the first that holds."""
        reasons = []
        for condition in self.conditions:
            outcome = condition.judge(view)
            if outcome.matched:
                return outcome
            reasons.append(outcome.because)
        return no("; ".join(reasons))


@dataclass(frozen=True, slots=True)
class NoneOf:
    """Holds when none inside holds: `not`."""

    conditions: tuple["Condition", ...]

    def judge(self, view: View) -> Outcome:
        """Stop at the first that holds."""
        reasons = []
        for condition in self.conditions:
            outcome = condition.judge(view)
            if outcome.matched:
                return no(f"excluded: {outcome.because}")
            reasons.append(outcome.because)
        return yes(" and ".join(reasons) or "nothing excluded")


Condition = (
    IsClient
    | HasTier
    | IsFrom
    | IsTo
    | IsAddressed
    | TextHas
    | HeaderIs
    | IsImportant
    | HasWords
    | HasAttachment
    | HasSize
    | IsInLanguage
    | IsAuthenticated
    | IsBetween
    | IsInHours
    | IsKind
    | IsBurst
    | AllOf
    | AnyOf
    | NoneOf
)


def evaluate(condition: Condition, view: View) -> Outcome:
    """Whether a condition holds for a view, and why. Total and deterministic; asks for no more than it needs."""
    return condition.judge(view)


def names_kind(condition: Condition | None, kind: str) -> bool:
    """Whether a rule's conditions ask for that kind of message. To exclude it (`not`) is not to name it."""
    match condition:
        case IsKind(words):
            return kind in words
        case AllOf(conditions) | AnyOf(conditions):
            return any(names_kind(inner, kind) for inner in conditions)
        case _:
            return False


def at_any_hour(condition: Condition | None) -> Condition | None:
    """The same condition whatever the clock says: without `hours` and `between`; None where nothing else is asked."""
    match condition:
        case IsInHours() | IsBetween():
            return None
        case AllOf(conditions):
            kept = tuple(inner for one in conditions if (inner := at_any_hour(one)) is not None)
            return AllOf(kept) if kept else None
        case AnyOf(conditions):
            found = tuple(inner for one in conditions if (inner := at_any_hour(one)) is not None)
            return AnyOf(found) if len(found) == len(conditions) else None
        case NoneOf(conditions):
            kept = tuple(one for one in conditions if at_any_hour(one) is not None)
            return NoneOf(kept) if kept else None
        case _:
            return condition


def languages_asked(condition: Condition | None) -> frozenset[str]:
    """The languages that a condition asks for, or excludes."""
    match condition:
        case IsInLanguage(tags):
            return frozenset(tag.partition("-")[0] for tag in tags)
        case AllOf(conditions) | AnyOf(conditions) | NoneOf(conditions):
            return frozenset().union(*map(languages_asked, conditions))
        case _:
            return frozenset()


def words_asked(condition: Condition | None) -> frozenset[str]:
    """The words and phrases, case-folded, that a condition looks for in a text."""
    match condition:
        case TextHas(_, patterns):
            return frozenset(pattern.text.casefold() for pattern in patterns if pattern.words)
        case AllOf(conditions) | AnyOf(conditions):
            return frozenset().union(*map(words_asked, conditions))
        case _:
            return frozenset()


def matches_words(condition: Condition | None, view: View) -> bool:
    """Whether the message's own words, not its subject, are among those that a rule's conditions look for."""
    match condition:
        case TextHas(place="body" | "text"):
            return condition.is_in(view.body)
        case AllOf(conditions) | AnyOf(conditions):
            return any(matches_words(inner, view) for inner in conditions)
        case _:
            return False


def longest_burst(condition: Condition | None) -> timedelta:
    """How far back a condition's bursts reach."""
    match condition:
        case IsBurst(span=span):
            return span
        case AllOf(conditions) | AnyOf(conditions) | NoneOf(conditions):
            return max(map(longest_burst, conditions), default=timedelta(0))
        case _:
            return timedelta(0)


def asks_for_cc(condition: Condition | None) -> bool:
    """Whether a rule's conditions ask for messages in which I am only in Cc."""
    match condition:
        case IsAddressed(places):
            return "cc" in places
        case AllOf(conditions) | AnyOf(conditions):
            return any(map(asks_for_cc, conditions))
        case _:
            return False
