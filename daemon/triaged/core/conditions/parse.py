"""Reading a `when` table: plain TOML values in, a `Condition` out, or every problem at once, each with its key path."""

from collections.abc import Mapping
from typing import Final

from triaged.core.conditions import circumstances, inside, people
from triaged.core.conditions.reading import ConditionWord, Known, Path, Problem, Reading, hint, written
from triaged.core.conditions.terms import AllOf, AnyOf, Condition, NoneOf
from triaged.core.conditions.view import KINDS

_MEANT: Final = {
    **{word: f'write hours = "{word}"' for word in circumstances.HOURS},
    **{word: f'write kind = "{word}"' for word in KINDS},
    "sender": 'write from = "…"',
    "recipient": 'write to = "…"',
    "cc": 'write addressed = "cc"',
    "priority": "write important = true",
    "time": 'write between = "18:00-22:00"',
}
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
        if key not in _WORDS:
            reading.wrong((*path, key), _unknown(key, reading.known))
            continue
        condition = _WORDS[key].read(reading, table[key], (*path, key))
        if condition is not None:
            found.append(condition)
    return found


def _unknown(key: str, known: Known | None) -> str:
    if known is not None and key in known.around:
        return f'"{key}" is inside [rule.when]; move it above that line'
    meant = f"; {_MEANT[key]}" if key in _MEANT else hint(key, tuple(_WORDS))
    return f'there is no condition "{key}"{meant}'


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


CONDITIONS: Final = (
    *people.WORDS,
    *inside.WORDS,
    *circumstances.WORDS,
    ConditionWord(
        "not", _not, "a table", 'not = { from = "gary@*" }', "None of the conditions inside holds.", form="conditions"
    ),
    ConditionWord(
        "any",
        _any,
        "a list of tables",
        'any = [{ tier = "gold" }, { important = true }]',
        "One of the tables holds.",
        form="tables of conditions",
    ),
    ConditionWord(
        "all",
        _all,
        "a list of tables",
        'all = [{ any = [{ text = "a" }, { tier = "b" }] }]',
        "All of the tables hold.",
        form="tables of conditions",
    ),
)
"""Every condition, in the order of the reference."""

_WORDS: Final = {word.name: word for word in CONDITIONS}


def conditions_table() -> str:
    """They as a table of the reference, in Markdown, ending in a newline."""
    rows = ["| condition | takes | example | holds when |", "|---|---|---|---|"]
    rows += [f"| `{word.name}` | {word.takes} | `{word.example}` | {word.sentence} |" for word in CONDITIONS]
    return "\n".join(rows) + "\n"
