"""Small words of outcomes: lists, numbers and sizes as a person reads them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_SHOWN: Final = 6
_OPERATORS: Final = {"<": "fewer than", "<=": "at most", ">": "more than", ">=": "at least", "=": "exactly"}
_SCALES: Final = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "KB"))


def one_of(values: Sequence[object], *, quoted: bool = True) -> str:
    """`'a', 'b' or 'c'`; of a long list only the first are shown."""
    shown = [f"'{value}'" if quoted else str(value) for value in values[:_SHOWN]]
    if len(values) > _SHOWN:
        return f"{', '.join(shown)} or {len(values) - _SHOWN} more"
    return f"{', '.join(shown[:-1])} or {shown[-1]}" if len(shown) > 1 else "".join(shown)


def counted(number: int, noun: str) -> str:
    """`1 word`, `3 words`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def as_size(octets: int) -> str:
    """Octets as a mail client shows them, 1 KB being 1000."""
    for scale, unit in _SCALES:
        if octets >= scale:
            return f"{octets / scale:.1f}".removesuffix(".0") + f" {unit}"
    return counted(octets, "octet")


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison with a whole number."""

    operator: str
    number: int

    def holds(self, value: int) -> bool:
        """Whether the value fits."""
        match self.operator:
            case "<":
                return value < self.number
            case "<=":
                return value <= self.number
            case ">":
                return value > self.number
            case ">=":
                return value >= self.number
            case _:
                return value == self.number

    def in_words(self, number: str) -> str:
        """`at most 12`."""
        return f"{_OPERATORS[self.operator]} {number}"
