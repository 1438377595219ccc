"""Reading a `when` table: plain TOML values in, a `Condition` out, or every problem at once, each with its key path."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Final, Literal

from triaged.core.address import Glob
from triaged.core.conditions.circumstances import IsBetween, IsBurst, IsInHours, IsKind
from triaged.core.conditions.content import (
    HasAttachment,
    HasSize,
    HasWords,
    HeaderIs,
    IsImportant,
    IsInLanguage,
    TextHas,
)
from triaged.core.conditions.people import HasTier, IsAddressed, IsAuthenticated, IsClient, IsFrom, IsTo
from triaged.core.conditions.reading import Known, Path, Problem, Reading, hint, word_of, written
from triaged.core.conditions.table import NAMES
from triaged.core.conditions.terms import AllOf, AnyOf, Condition, NoneOf
from triaged.core.conditions.view import KINDS
from triaged.core.conditions.words import Compare
from triaged.core.patterns import ValueGlob, compile_glob, compile_pattern
from triaged.core.spans import parse_span
from triaged.core.timewords import parse_between

_RULE_KEYS: Final = frozenset(
    {"name", "then", "notify", "spends_pass", "until", "promise", "reply", "delegate", "forward", "example", "when"}
)
_HOURS: Final = ("office", "focus", "off", "weekend", "holiday", "away")
_PLACES: Final = ("to", "cc", "none")
_MEANT: Final = {
    **{word: f'write hours = "{word}"' for word in _HOURS},
    **{word: f'write kind = "{word}"' for word in KINDS},
    "sender": 'write from = "…"',
    "recipient": 'write to = "…"',
    "cc": 'write addressed = "cc"',
    "priority": "write important = true",
    "time": 'write between = "18:00-22:00"',
}
_COMPARISON: Final = re.compile(r"(<=|>=|==|<|>|=)\s*(\d{1,12}(?:\.\d{1,3})?)\s*([A-Za-z]*)", re.ASCII)
_SCALES: Final = {
    "": 1,
    "b": 1,
    "kb": 1000,
    "mb": 1000**2,
    "gb": 1000**3,
    "kib": 1024,
    "mib": 1024**2,
    "gib": 1024**3,
}
_BURST: Final = re.compile(r"(\d{1,4})\s+in\s+(.+)", re.ASCII)
_TAG: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.ASCII | re.IGNORECASE)
_FIELD: Final = re.compile(r"[!-9;-~]+")  # RFC 5322 3.6.8: ftext
_LONGEST_BURST: Final = timedelta(days=31)
# Dear ones last, so that text is decoded and language detected only where the rest holds.
_DEAR: Final = {"body": 1, "text": 1, "attachment": 1, "words": 1, "language": 2}


def parse_when(table: object, path: Path = ("when",), known: Known | None = None) -> Condition | list[Problem]:
    """Read a `when` table as `tomli` gives it.

    Args:
        table: the value of `when`.
        path: the keys to it, with which the paths of problems begin.
        known: the labels and tiers it may name; None: any.
    """
    reading = Reading(known, _kinds_named(table))
    condition = _table(reading, table, path)
    return reading.problems or condition


def _kinds_named(table: object) -> frozenset[str]:
    if not isinstance(table, Mapping):
        return frozenset()
    kinds = table.get("kind", [])
    named = frozenset(kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str))
    for word in ("any", "all"):
        inner = table.get(word, [])
        named = named.union(*map(_kinds_named, inner if isinstance(inner, list) else ()))
    return named


def _table(reading: Reading, table: object, path: Path) -> AllOf:
    return AllOf(tuple(_conditions(reading, table, path)))


def _conditions(reading: Reading, table: object, path: Path) -> list[Condition]:
    if not isinstance(table, Mapping):
        reading.wrong(
            path, f'{written(table)}: write a table of conditions, as in {{ client = "*", hours = "office" }}'
        )
        return []
    found = []
    for key in sorted(table, key=lambda key: _DEAR.get(key, 0)):
        if key not in _READERS:
            reading.wrong((*path, key), _unknown(key))
            continue
        condition = _READERS[key](reading, table[key], (*path, key))
        if condition is not None:
            found.append(condition)
    return found


def _unknown(key: str) -> str:
    if key in _RULE_KEYS:
        return f'"{key}" is inside [rule.when]; move it above that line'
    meant = f"; {_MEANT[key]}" if key in _MEANT else hint(key, NAMES)
    return f'there is no condition "{key}"{meant}'


def _client(reading: Reading, value: object, path: Path) -> Condition:
    def read(text: str) -> ValueGlob:
        glob = compile_glob(text)
        if reading.known is None:
            return glob
        if glob.is_plain:
            word_of(text, allowed=reading.known.clients, what="client")
        elif text != "*" and not any(map(glob.matches, reading.known.clients)):
            raise ValueError(f'"{text}" matches no client')
        return glob

    return IsClient(reading.values(value, path, read, "labels of clients"))


def _tier(reading: Reading, value: object, path: Path) -> Condition:
    def read(text: str) -> str:
        return text if reading.known is None else word_of(text, allowed=reading.known.tiers, what="tier of a client")

    return HasTier(reading.values(value, path, read, "tiers"))


def _from(reading: Reading, value: object, path: Path) -> Condition:
    return IsFrom(reading.values(value, path, Glob.parse, "addresses"))


def _to(reading: Reading, value: object, path: Path) -> Condition:
    return IsTo(reading.values(value, path, Glob.parse, "addresses"))


def _addressed(reading: Reading, value: object, path: Path) -> Condition:
    return IsAddressed(reading.values(value, path, partial(word_of, allowed=_PLACES, what="place"), "to, cc or none"))


def _text(place: Literal["subject", "body", "text"], reading: Reading, value: object, path: Path) -> Condition:
    return TextHas(place, reading.values(value, path, compile_pattern, "words"))


def _header(reading: Reading, value: object, path: Path) -> Condition | None:
    if not isinstance(value, Mapping) or not value:
        reading.wrong(path, f'{written(value)}: write a table of fields, as in {{ "X-Priority" = ["1*", "2*"] }}')
        return None
    found: list[Condition] = []
    for name, globs in value.items():
        if not _FIELD.fullmatch(name):
            reading.wrong((*path, name), f'"{name}" is no name of a header field; it has no colon and no blank')
        found.append(HeaderIs(name, reading.values(globs, (*path, name), compile_glob, "globs on the value")))
    return found[0] if len(found) == 1 else AllOf(tuple(found))


def _important(reading: Reading, value: object, path: Path) -> Condition:
    return IsImportant(reading.truth(value, path))


def _words(reading: Reading, value: object, path: Path) -> Condition | None:
    compare = reading.one(value, path, _count, 'a comparison, as in "<= 12"')
    return None if compare is None else HasWords(compare)


def _count(text: str) -> Compare:
    found = _COMPARISON.fullmatch(text.strip())
    if found is None or found[3] or "." in found[2]:
        raise ValueError(f'"{text}" is no comparison; write one as in "<= 12"')
    return Compare(found[1].replace("==", "="), int(found[2]))


def _size(reading: Reading, value: object, path: Path) -> Condition | None:
    compare = reading.one(value, path, _octets, 'a comparison, as in "> 5 MB"')
    return None if compare is None else HasSize(compare)


def _octets(text: str) -> Compare:
    found = _COMPARISON.fullmatch(text.strip())
    if found is None:
        raise ValueError(f'"{text}" is no comparison; write one as in "> 5 MB"')
    scale = _SCALES.get(found[3].casefold())
    if scale is None:
        raise ValueError(f'"{found[3]}" is no unit of size; write B, KB, MB or GB (KiB, MiB, GiB for powers of 1024)')
    return Compare(found[1].replace("==", "="), int(float(found[2]) * scale))


def _attachment(reading: Reading, value: object, path: Path) -> Condition:
    if isinstance(value, bool):
        return HasAttachment(value)
    return HasAttachment(wanted=True, globs=reading.values(value, path, compile_glob, "true, false, or globs on names"))


def _language(reading: Reading, value: object, path: Path) -> Condition:
    return IsInLanguage(reading.values(value, path, _tag, 'language tags, as in "de"'))


def _tag(text: str) -> str:
    if not _TAG.fullmatch(text):
        raise ValueError(f'"{text}" is no language tag; write one as in "de" or "en"')
    return text.casefold()


def _authenticated(reading: Reading, value: object, path: Path) -> Condition:
    return IsAuthenticated(reading.truth(value, path))


def _between(reading: Reading, value: object, path: Path) -> Condition:
    return IsBetween(reading.values(value, path, parse_between, 'times of day, as in "18:00-22:00"'))


def _hours(reading: Reading, value: object, path: Path) -> Condition:
    return IsInHours(
        reading.values(value, path, partial(word_of, allowed=_HOURS, what="word of hours"), "words of hours")
    )


def _kind(reading: Reading, value: object, path: Path) -> Condition:
    return IsKind(reading.values(value, path, partial(word_of, allowed=KINDS, what="kind"), "kinds"))


def _burst(reading: Reading, value: object, path: Path) -> Condition | None:
    found = reading.one(value, path, _count_in, 'a number and a duration, as in "3 in 20m"')
    return None if found is None else IsBurst(*found, counting=reading.counting)


def _count_in(text: str) -> tuple[int, timedelta, str]:
    found = _BURST.fullmatch(text.strip())
    if found is None:
        raise ValueError(f'"{text}" is no burst; write a number and a duration, as in "3 in 20m"')
    count, span = int(found[1]), parse_span(found[2])
    if span.business_days or span.office:
        raise ValueError(f'"{text}": a burst is counted in elapsed time; write minutes or hours')
    if count < 2:  # noqa: PLR2004  # one message is no burst
        raise ValueError(f'"{text}": every message is one of one; write at least 2')
    if span.elapsed > _LONGEST_BURST:
        raise ValueError(f'"{text}": at most 31 days are looked back')
    return count, span.elapsed, span.text


def _not(reading: Reading, value: object, path: Path) -> Condition:
    return NoneOf(tuple(_conditions(reading, value, path)))


def _tables(reading: Reading, value: object, path: Path) -> tuple[Condition, ...]:
    if not isinstance(value, list) or not value:
        reading.wrong(path, f'write a list of tables, as in {path[-1]} = [{{ tier = "gold" }}, {{ important = true }}]')
        return ()
    return tuple(_table(reading, table, (*path, place)) for place, table in enumerate(value))


def _any(reading: Reading, value: object, path: Path) -> Condition:
    return AnyOf(_tables(reading, value, path))


def _all(reading: Reading, value: object, path: Path) -> Condition:
    return AllOf(_tables(reading, value, path))


_READERS: Final[Mapping[str, Callable[[Reading, object, Path], Condition | None]]] = {
    "client": _client,
    "tier": _tier,
    "from": _from,
    "to": _to,
    "addressed": _addressed,
    "subject": partial(_text, "subject"),
    "body": partial(_text, "body"),
    "text": partial(_text, "text"),
    "header": _header,
    "important": _important,
    "words": _words,
    "attachment": _attachment,
    "size": _size,
    "language": _language,
    "authenticated": _authenticated,
    "between": _between,
    "hours": _hours,
    "kind": _kind,
    "burst": _burst,
    "not": _not,
    "any": _any,
    "all": _all,
}
