"""Phrases of the language files as they are written, and as regular expressions.

`(a|b)` is one of these, `*` the rest of a word, `…` a few words. Brackets without a stroke inside stand for themselves.
"""

import re
from collections.abc import Iterable, Iterator

_CHOICE = re.compile(r"\(([^()]*\|[^()]*)\)")
_PIECES = re.compile(r"(\*|…|\s+)")


def spellings(phrase: str) -> Iterator[str]:
    """Every way to write a phrase: "colo(u|)r" is "colour" and "color"."""
    choice = _CHOICE.search(phrase)
    if choice is None:
        yield phrase
        return
    for one in choice[1].split("|"):
        yield from spellings(phrase[: choice.start()] + one + phrase[choice.end() :])


def any_of(phrases: Iterable[str]) -> str:
    """A regular expression, in a group, for any of the phrases at the borders of words; none of them: it never matches."""
    endings: dict[str, dict[str, None]] = {}  # by what they begin with: most texts are done with after one character
    for spelling in (one for phrase in phrases for one in spellings(phrase)):
        after = r"(?!\w)" if spelling[-1].isalnum() else ""
        endings.setdefault(_piece(spelling[0]), {})["".join(map(_piece, _PIECES.split(spelling[1:]))) + after] = None
    found = "|".join(f"{start}(?:{'|'.join(rest)})" for start, rest in endings.items())
    return rf"(?<!\w)(?:{found})" if found else r"(?!)"


def _piece(piece: str) -> str:
    if piece.isspace():
        return r"\s+"
    return {"*": r"\w*", "…": r".{1,60}?"}.get(piece) or re.escape(piece).replace("'", "['’]")
