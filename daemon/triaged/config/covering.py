"""Which rules can never decide, as far as that can be told from their conditions alone.

Conditions go in, answers come out; False means "not known to be", never "known not to be".
"""

from triaged.core.address import Glob, read_address
from triaged.core.clients import Client
from triaged.core.conditions import Condition, could_match, exact_clients
from triaged.core.conditions.circumstances import IsInHours, IsKind
from triaged.core.conditions.inside import IsInLanguage, TextHas
from triaged.core.conditions.people import HasTier, IsAddressed, IsClient, IsFrom, IsTo
from triaged.core.conditions.terms import AllOf, AnyOf, NoneOf
from triaged.core.rules import Rule

_MOST = 20_000
"""Comparisons of two rules in one reading."""


class Coverage:
    """Goes through rules top to bottom and knows, at each, whom it can be about and which rule above takes all of it.

    Work stays bounded: a rule is compared with those above that name one of its clients or none, and among thousands of
    rules no longer with all of these.
    """

    def __init__(self, clients: tuple[Client, ...]) -> None:
        self._clients = {client.label: client for client in clients}
        self._takers: dict[str, Rule] = {}  # label -> the first rule that takes all mail of that client
        self._above: dict[str, list[tuple[int, Rule]]] = {}  # label, "" for rules that name no client -> rules
        self._count = 0
        self._compared = 0

    def reached(self, rule: Rule) -> tuple[Client, ...]:
        """The clients whose mail a rule may match."""
        labels = exact_clients(rule.when)
        some = self._clients.values() if labels is None else (self._clients.get(label) for label in sorted(labels))
        return tuple(client for client in some if client is not None and could_match(rule.when, client) is not False)

    def cover_of(self, rule: Rule, reached: tuple[Client, ...]) -> Rule | None:
        """The rule above on account of which this one never decides, None if it may."""
        for _, one in sorted(self._candidates(rule), key=lambda candidate: candidate[0]):
            self._compared += 1
            if implies(rule.when, one.when):
                return one
        takers = [self._takers.get(client.label) for client in reached]
        return takers[0] if takers and all(takers) else None

    def _candidates(self, rule: Rule) -> list[tuple[int, Rule]]:
        if self._compared > _MOST:
            return []
        labels = exact_clients(rule.when)
        return [*self._above.get("", []), *(self._above.get(min(labels), []) if labels else [])]

    def add(self, rule: Rule, reached: tuple[Client, ...]) -> None:
        """Go on below this rule. One that spends a pass covers nothing: it does not match when there is none left."""
        self._count += 1
        if rule.spends_pass:
            return
        for label in exact_clients(rule.when) or ("",):
            self._above.setdefault(label, []).append((self._count, rule))
        for client in reached:
            if client.label not in self._takers and could_match(rule.when, client) is True:
                self._takers[client.label] = rule


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
