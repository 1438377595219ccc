"""The numbers of entries with which a line begins: "2,5 until friday", "Nr. 3", "(2–4)". A line in, numbers and the rest out.

A line is first made plain: keyboards and mail programs write several signs for one, and invisible ones.
"""

import re
import unicodedata
from collections.abc import Sequence

MOST = 50
"""More entries are in no mail of ours: a range of more is a slip."""

_SIGNS = str.maketrans({**dict.fromkeys("‘’ʼ´`", "'"), **dict.fromkeys("‐‒–—−", "-"), "、": ",", "→": "-", "=": "-"})
_AROUND = " \t#*•_~\"“”„«»‹›'()[]-"
_ENDS = _AROUND + ",;&+.:"
_BEGINNING = re.compile(r"(\d[\d\W]*)(.*)")
_RANGE = re.compile(r"(?<!\d)(\d{1,3})\s*(?:-|\.{2,3})\s*(\d{1,3})(?!\d)")
_NUMBER = re.compile(r"(\d{1,3})(?:~(\d{1,3}))?[.):\]]*")
_BETWEEN = re.compile(r"[\s,;&+#()\[\]\"“”„«»‹›'*_-]+")
_FIRST_PICTURE = "\U0001f000"


def plain(line: str) -> str:
    """In small letters, with one sign for what is meant as one, without what only stands around it."""
    shown = "".join(sign for sign in unicodedata.normalize("NFKC", line) if not _is_picture(sign))
    return " ".join(shown.translate(_SIGNS).split()).casefold().lstrip(_AROUND)


def _is_picture(sign: str) -> bool:
    """Whether it is a picture, or cannot be seen."""
    return sign >= _FIRST_PICTURE or (sign != "°" and unicodedata.category(sign) in ("Cf", "So"))


def beginning(said: str) -> tuple[tuple[int, ...], str] | None:
    """The numbers that a plain line begins with, and what stands behind them; None: it begins with none, or with a time or the like.

    >>> beginning("2, 4-6: settled")
    ((2, 4, 5, 6), 'settled')
    """
    match = _BEGINNING.fullmatch(said)
    if match is None or (match[2] and match[1][-1].isdigit()):  # the 2nd, 3pm
        return None
    numbers = _numbers(match[1])
    return None if numbers is None else (numbers, match[2])


def _numbers(run: str) -> tuple[int, ...] | None:
    found: list[int] = []
    for part in _BETWEEN.split(_RANGE.sub(r"\1~\2", run).strip(_ENDS)):
        match = _NUMBER.fullmatch(part)
        if match is None:
            return None
        first, last = sorted((int(match[1]), int(match[2] or match[1])))
        found += range(first, last + 1)
    return tuple(dict.fromkeys(found)) if len(found) <= MOST else None


def without_numbers(said: str) -> str:
    """What a plain line says behind whatever signs and digits it begins with."""
    match = _BEGINNING.fullmatch(said)
    return match[2] if match else said


def joined(numbers: Sequence[int]) -> str:
    """Numbers as she would write them."""
    return ",".join(str(number) for number in numbers)
