"""What a condition could ever match and what it has to look at: the base of the rules' index."""

from collections.abc import Iterable
from typing import Literal

from triaged.core.clients import Client
from triaged.core.conditions.inside import HasAttachment, HasWords, IsInLanguage, TextHas
from triaged.core.conditions.people import HasTier, IsClient
from triaged.core.conditions.terms import AllOf, AnyOf, Condition, NoneOf
from triaged.core.patterns import Pattern

Needle = tuple[str, Pattern]
"""A place ("subject" or "body") and a pattern that may occur there."""


def exact_clients(condition: Condition | None) -> frozenset[str] | None:
    """The labels of which the client must have one, None where no list of plain labels is demanded."""
    match condition:
        case IsClient(globs) if all(glob.is_plain for glob in globs):
            return frozenset(glob.text for glob in globs)
        case AllOf(conditions):
            return next((labels for inner in conditions if (labels := exact_clients(inner)) is not None), None)
        case AnyOf(conditions):
            found = [labels for labels in map(exact_clients, conditions) if labels is not None]
            return frozenset(label for labels in found for label in labels) if len(found) == len(conditions) else None
        case _:
            return None


def could_match(condition: Condition | None, client: Client | None) -> bool | None:
    """What a condition gives for any message of a client: always True, always False, or None: that depends."""
    match condition:
        case None:
            return True
        case IsClient() | HasTier():
            return condition.judge_client(client).matched
        case AllOf(conditions):
            return all_of(could_match(inner, client) for inner in conditions)
        case AnyOf(conditions):
            return opposite(all_of(opposite(could_match(inner, client)) for inner in conditions))
        case NoneOf(conditions):
            return all_of(opposite(could_match(inner, client)) for inner in conditions)
        case _:
            return None


def all_of(answers: Iterable[bool | None]) -> bool | None:
    """Whether all of these answers are yes; None: that depends."""
    known = list(answers)
    if False in known:
        return False
    return None if None in known else True


def opposite(answer: bool | None) -> bool | None:  # noqa: FBT001  # the answer of a question, not a switch
    """The answer to the contrary."""
    return None if answer is None else not answer


def needles(condition: Condition | None) -> tuple[Needle, ...] | None:
    """Patterns of which one must occur for the condition to hold, None where it can hold without any."""
    match condition:
        case TextHas(place, patterns):
            places = ("subject", "body") if place == "text" else (place,)
            return tuple((where, pattern) for where in places for pattern in patterns)
        case AllOf(conditions):
            return next((found for inner in conditions if (found := needles(inner)) is not None), None)
        case AnyOf(conditions):
            each = [inner for inner in map(needles, conditions) if inner is not None]
            return tuple(needle for inner in each for needle in inner) if len(each) == len(conditions) else None
        case _:
            return None


def ruled_out(condition: Condition | None, client: Client | None) -> str:
    """Why the index left a condition out, in words: it is about other clients, or none of its patterns occurs."""
    match condition:
        case IsClient() | HasTier():
            return condition.judge_client(client).because
        case TextHas():
            return condition.absent
        case AllOf(conditions):
            never = (inner for inner in conditions if could_match(inner, client) is False)
            absent = (inner for inner in conditions if needles(inner) is not None)
            return ruled_out(next(never, None) or next(absent, None), client)
        case AnyOf(conditions):
            return "; ".join(ruled_out(inner, client) for inner in conditions)
        case _:
            return f"it excludes {client.label}" if client else "it excludes those who are no clients"


def reaches(condition: Condition | None, what: Literal["text", "language"]) -> bool:
    """Whether a condition looks beyond the header (text, attachments), or at the message's language."""
    match condition:
        case AllOf(conditions) | AnyOf(conditions) | NoneOf(conditions):
            return any(reaches(inner, what) for inner in conditions)
        case IsInLanguage():
            return True
        case TextHas(place):
            return what == "text" and place != "subject"
        case HasWords() | HasAttachment():
            return what == "text"
        case _:
            return False
