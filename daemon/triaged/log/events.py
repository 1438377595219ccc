"""The one way to emit events.

In: an event's name and typed fields. Out: one ordered, checked line (a dict ready for JSON) to a writer. A name that is
not on the list is a mistake of the program and raises, whatever the level; so nothing secret can be said by accident.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from enum import Enum
from typing import Any, Final, Unpack

from triaged.core.address import shortened
from triaged.log.vocabulary import CHOICES, DECISIONS, EVENTS, FIELDS, LEVELS, USUAL_LEVEL, Event, Fields, Form, Level

LONGEST_TEXT: Final = 1000
"""Characters. Longer texts (a hostile subject, a server's chatter) are cut, so that a line fits a journal datagram."""

_UNPRINTABLE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)

_NAMING: Final = ("sender", "to", "subject", "reason", "error")
"""Fields in which addresses stand; those of accounts and Message-IDs are names of things, not of people."""

Writer = Callable[[dict[str, Any]], None]
"""Takes one finished line; must not block and must not raise."""


class UnknownEventError(LookupError):
    """A mistake of the program: this event, field or level is on no list, or the value has not the field's type."""


def _visible(found: re.Match[str]) -> str:
    return " " if found[0] in "\t\n\r\u2028\u2029" else "\N{REPLACEMENT CHARACTER}"


def _text(name: str, value: object, _zone: tzinfo | None = None) -> str:
    if isinstance(value, Enum):
        value = value.value
    if not isinstance(value, str):
        raise UnknownEventError(f"{name} is a text, not {type(value).__name__}")
    if name in CHOICES and value not in CHOICES[name]:
        raise UnknownEventError(f"{name} is one of {', '.join(CHOICES[name])}, not {value!r}")
    text = value if value.isprintable() else _UNPRINTABLE.sub(_visible, value)
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def _count(name: str, value: object, _zone: tzinfo | None) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise UnknownEventError(f"{name} is a whole number from 0 on, not {value!r}")
    return value


def _number(name: str, value: object, _zone: tzinfo | None) -> int | float:
    if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
        raise UnknownEventError(f"{name} is a number from 0 on, not {value!r}")
    return value if isinstance(value, int) else round(value, 3)


def _instant(name: str, value: object, zone: tzinfo | None) -> str:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise UnknownEventError(f"{name} is an aware datetime, not {value!r}")
    return (value.astimezone(zone) if zone else value).isoformat(timespec="seconds")


def _words(name: str, value: object, _zone: tzinfo | None) -> list[str]:
    if isinstance(value, frozenset):
        value = sorted(value)
    if not isinstance(value, tuple | list):
        raise UnknownEventError(f"{name} is several words, not {type(value).__name__}")
    return [_text(name, word) for word in value]


_RENDERERS: Final[Mapping[Form, Callable[[str, object, tzinfo | None], object]]] = {
    "text": _text,
    "count": _count,
    "number": _number,
    "instant": _instant,
    "words": _words,
}
_RENDERER: Final = {name: _RENDERERS[form] for name, form in FIELDS.items()}


def rendered(name: str, value: object, zone: tzinfo | None = None) -> object:
    """The JSON value of a field.

    Raises:
        UnknownEventError: no such field, or not its type.
    """
    renderer = _RENDERER.get(name)
    if renderer is None:
        raise UnknownEventError(f"no event has a field {name!r}")
    return renderer(name, value, zone)


class Threshold:
    """What is said at all: shared by an `Events` and everything bound to it, so that a reload changes all of them."""

    def __init__(self, level: Level = "info", *, subjects: bool = True, addresses: bool = True) -> None:
        self.level: Level = level
        self.subjects = subjects
        self.addresses = addresses

    def admits(self, level: str) -> bool:
        """Whether a line of that level is written."""
        return LEVELS[level] >= LEVELS[self.level]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Counts:
    """How often each event happened since the start, written or not: for /metrics. Shared like the threshold."""

    def __init__(self) -> None:
        self.events: Counter[tuple[str, str, str]] = Counter()
        """By event, person and account ("" where there is none)."""
        self.messages: Counter[tuple[str, str, str]] = Counter()
        """Decided messages of clients, by person, client and verdict."""
        self.durations: dict[str, tuple[int, float]] = {}
        """By event: how many took how many milliseconds together."""

    def add(self, event: str, found: Mapping[str, Any]) -> None:
        person = found.get("person", "")
        self.events[event, person, found.get("account", "")] += 1
        if event in DECISIONS and "client" in found:
            self.messages[person, found["client"], found.get("verdict", DECISIONS[event])] += 1
        if "duration_ms" in found:
            count, total = self.durations.get(event, (0, 0.0))
            self.durations[event] = (count + 1, total + found["duration_ms"])


@dataclass(frozen=True, slots=True)
class Events:
    """Emits lines, with fields that are bound once and stand on every line.

    `zone`: in which the instants of fields are written (the offset says which); `timestamp` is always UTC.
    """

    write: Writer
    threshold: Threshold = field(default_factory=Threshold)
    now: Callable[[], datetime] = _utc_now
    zone: tzinfo | None = None
    bound: Mapping[str, object] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)

    def bind(self, **fields: Unpack[Fields]) -> "Events":
        """The same, with these fields on every line; a field given to `emit` wins over a bound one."""
        checked = {name: rendered(name, value, self.zone) for name, value in fields.items() if value is not None}
        return replace(self, bound={**self.bound, **checked})

    def within(self, zone: tzinfo) -> "Events":
        """The same, with the instants of fields written in `zone`."""
        return replace(self, zone=zone)

    def emit(self, event: Event, *, level: Level | None = None, **fields: Unpack[Fields]) -> None:
        """Say that it happened. Fields that are None are left out.

        Without `level` it is the event's usual one: a stranger's `message.left` (no client) is at debug level.

        Raises:
            UnknownEventError: an event, field or level that is on no list, or a value of the wrong type.
        """
        if event not in EVENTS:
            raise UnknownEventError(f"no event is called {event!r}")
        found = self._checked(fields)
        said = level or self._usual_level(event, found)
        if said not in LEVELS:
            raise UnknownEventError(f"no level is called {said!r}")
        self.counts.add(event, found)
        if self.threshold.admits(said):
            timestamp = self.now().astimezone(UTC).isoformat(timespec="milliseconds")
            self.write({"timestamp": timestamp, "level": said, "event": event, **found})

    def _checked(self, fields: Mapping[str, Any]) -> dict[str, object]:
        new = {name: rendered(name, value, self.zone) for name, value in fields.items() if value is not None}
        found = {**self.bound, **new}
        if not self.threshold.subjects:
            found.pop("subject", None)
        if not self.threshold.addresses:
            found |= {name: shortened(text) for name in _NAMING if isinstance(text := found.get(name), str)}
        return {name: found[name] for name in FIELDS if name in found}

    @staticmethod
    def _usual_level(event: str, found: Mapping[str, object]) -> Level:
        if event == "message.left" and "client" not in found:
            return "debug"
        return USUAL_LEVEL.get(event, "info")


def silent() -> Events:
    """Events that nobody hears: for commands and simulations. Names and types are checked all the same."""
    return Events(lambda _line: None)


def captured(level: Level = "debug", *, subjects: bool = True) -> tuple[Events, list[dict[str, Any]]]:
    """Events and the list that they end in."""
    lines: list[dict[str, Any]] = []
    return Events(lines.append, threshold=Threshold(level, subjects=subjects)), lines
