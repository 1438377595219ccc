"""Which rules can concern a message at all: per client, and of those with text patterns only the ones that occur.

An index never decides: what it leaves out could not have matched, and what it names is evaluated in full. Its cost for a
message does not grow with the rules of other clients, and hardly with the client's own text patterns.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Final

from triaged.core.clients import Client
from triaged.core.conditions import Condition, View, could_match, exact_clients, needles
from triaged.core.patterns import Pattern, PatternSet

_NONE: Final = 1 << 60  # a place after every rule


@dataclass(frozen=True, slots=True)
class _Stage:
    """The rules that need one of these patterns in one place; `owners` gives each pattern's rule."""

    place: str
    first: int
    patterns: PatternSet
    owners: tuple[int, ...]

    def hits(self, view: View) -> Iterable[int]:
        haystack = view.subject if self.place == "subject" else view.body
        return [self.owners[found] for found in self.patterns.find(haystack)]


@dataclass(frozen=True, slots=True)
class ClientIndex:
    """The rules that can concern one client, as places in the list of all rules."""

    always: tuple[int, ...]
    stages: tuple[_Stage, ...]

    def candidates(self, view: View) -> Iterator[int]:
        """Places of the rules that may match, top to bottom; a text is searched only when it is some rule's turn."""
        found: list[int] = []
        stages, always = iter(self.stages), iter(self.always)
        stage, sure, last = next(stages, None), next(always, _NONE), -1
        while True:
            place = min(sure, found[0] if found else _NONE)
            while stage is not None and stage.first <= place:
                for hit in stage.hits(view):
                    heappush(found, hit)
                stage = next(stages, None)
                place = min(sure, found[0] if found else _NONE)
            if place == _NONE:
                return
            if place == sure:
                sure = next(always, _NONE)
            else:
                heappop(found)
            if place != last:
                yield place
            last = place


class RuleIndex:
    """The index over the conditions of all rules, made for each client when its first message comes."""

    __slots__ = ("_anyone", "_by_label", "_conditions", "_made")

    def __init__(self, conditions: Sequence[Condition | None]) -> None:
        self._conditions = tuple(conditions)
        self._by_label: dict[str, list[int]] = {}
        self._anyone: list[int] = []
        self._made: dict[tuple[str | None, str | None], ClientIndex] = {}
        for place, condition in enumerate(self._conditions):
            labels = exact_clients(condition)
            if labels is None:
                self._anyone.append(place)
            for label in labels or ():
                self._by_label.setdefault(label, []).append(place)

    def of(self, client: Client | None) -> ClientIndex:
        """The index of one client, or of those who are none."""
        key = (client.label, client.tier) if client else (None, None)
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = self._make(client)
        return made

    def _make(self, client: Client | None) -> ClientIndex:
        named = self._by_label.get(client.label, []) if client else []
        always: list[int] = []
        needed: dict[tuple[str, bool], list[tuple[Pattern, int]]] = {}
        for place in sorted([*named, *self._anyone]):
            condition = self._conditions[place]
            if could_match(condition, client) is False:
                continue
            wanted = needles(condition)
            if wanted is None:
                always.append(place)
            for where, pattern in wanted or ():
                needed.setdefault((where, pattern.words), []).append((pattern, place))
        return ClientIndex(tuple(always), _stages(needed))


def _stages(needed: dict[tuple[str, bool], list[tuple[Pattern, int]]]) -> tuple[_Stage, ...]:
    stages = [
        _Stage(
            where, owned[0][1], PatternSet([pattern for pattern, _ in owned], words=words), tuple(o for _, o in owned)
        )
        for (where, words), owned in needed.items()
    ]
    # Equal turns: the subject first, the body is decoded only where it comes to that.
    return tuple(sorted(stages, key=lambda stage: (stage.first, stage.place != "subject")))
