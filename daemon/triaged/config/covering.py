"""Which rules can never decide, as far as that can be told from their conditions alone.

Conditions go in, answers come out; False means "not known to be", never "known not to be".
"""

from triaged.core.address import Glob, read_address
from triaged.core.clients import Client
from triaged.core.conditions import Condition, could_match
from triaged.core.conditions.circumstances import IsInHours, IsKind
from triaged.core.conditions.content import IsInLanguage, TextHas
from triaged.core.conditions.people import HasTier, IsAddressed, IsClient, IsFrom, IsTo
from triaged.core.conditions.terms import AllOf, AnyOf, NoneOf
from triaged.core.rules import Rule


def reached_clients(rule: Rule, clients: tuple[Client, ...]) -> tuple[Client, ...]:
    """The clients whose mail a rule may match."""
    return tuple(client for client in clients if could_match(rule.when, client) is not False)


def covered_by(rule: Rule, earlier: tuple[Rule, ...], clients: tuple[Client, ...]) -> Rule | None:
    """The earlier rule on account of which this one never decides, None if it may.

    A rule that spends a pass covers nothing: it does not match when there is none left.
    """
    always = tuple(one for one in earlier if not one.spends_pass)
    for one in always:
        if implies(rule.when, one.when):
            return one
    concerned = reached_clients(rule, clients)
    takers = [next((one for one in always if could_match(one.when, client) is True), None) for client in concerned]
    return takers[0] if takers and all(takers) else None


def implies(narrow: Condition | None, broad: Condition | None) -> bool:
    """Whether whatever `narrow` matches, `broad` surely matches too."""
    if broad is None or narrow == broad:
        return True
    match narrow, broad:
        case _, AllOf(conditions):
            return all(implies(narrow, one) for one in conditions)
        case AnyOf(conditions), _ if conditions:
            return all(implies(one, broad) for one in conditions)
        case AllOf(conditions), _:
            return any(implies(one, broad) for one in conditions) or (
                isinstance(broad, AnyOf) and any(implies(narrow, one) for one in broad.conditions)
            )
        case _, AnyOf(conditions):
            return any(implies(narrow, one) for one in conditions)
        case _:
            return narrow is not None and _leaf_implies(narrow, broad)


def _leaf_implies(narrow: Condition, broad: Condition) -> bool:  # noqa: PLR0911  # one return a kind of condition
    match narrow, broad:
        case IsClient(some), IsClient():
            return all(glob.text == "*" in _texts(broad.globs) or _labels_fit(glob.text, broad) for glob in some)
        case HasTier(some), HasTier(others):
            return set(some) <= set(others)
        case IsFrom(some), IsFrom(others):
            return _globs_within(some, others)
        case IsTo(some), IsTo(others):
            return _globs_within(some, others)
        case TextHas(place, some), TextHas(wider, others):
            return wider in (place, "text") and _texts(some) <= _texts(others)
        case (IsKind(some), IsKind(others)) | (IsInHours(some), IsInHours(others)):
            return set(some) <= set(others)
        case (IsAddressed(some), IsAddressed(others)) | (IsInLanguage(some), IsInLanguage(others)):
            return set(some) <= set(others)
        case NoneOf(some), NoneOf(others):
            return all(any(implies(one, other) for other in some) for one in others)
        case _:
            return False


def _labels_fit(label: str, broad: IsClient) -> bool:
    return label in _texts(broad.globs) or ("*" not in label and "?" not in label and broad.holds_for(label))


def _texts(values: tuple[object, ...]) -> set[str]:
    return {str(getattr(value, "text", value)) for value in values}


def _globs_within(narrow: tuple[Glob, ...], broad: tuple[Glob, ...]) -> bool:
    return all(glob.text in _texts(broad) or _fits_one(glob, broad) for glob in narrow)


def _fits_one(glob: Glob, broad: tuple[Glob, ...]) -> bool:
    address = read_address(glob.text) if "*" not in glob.text and "?" not in glob.text else None
    return address is not None and any(other.matches(address) for other in broad)
