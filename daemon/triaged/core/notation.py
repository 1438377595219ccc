"""Phrases of the language files as they are written, and as regular expressions.

`(a|b)` is one of these, `*` the rest of a word, `…` a few words. Brackets without a stroke inside stand for themselves.
"""

import re
from collections.abc import Iterable, Iterator

_CHOICE = re.compile(r"\(([^()]*\|[^()]*)\)")
_FIRST_DENSE = "\u3040"  # kana, Han, Hangul
_PIECES = re.compile(r"(\*|…|\s+)")


def spellings(phrase: str) -> tuple[str, ...]:
    """Every way to write a phrase, none twice: "colo(u|)r" is "colour" and "color"."""
    return tuple(dict.fromkeys(_chosen(phrase)))


def _chosen(phrase: str) -> Iterator[str]:
    choice = _CHOICE.search(phrase)
    if choice is None:
        yield phrase
        return
    for one in choice[1].split("|"):
        yield from _chosen(phrase[: choice.start()] + one + phrase[choice.end() :])


def any_of(phrases: Iterable[str]) -> str:
    """A regular expression, in a group, for any of the phrases at the borders of words; none of them: it never matches.

    Scripts that put no blanks between words have no such borders.
    """
    written = list(dict.fromkeys(spelling for phrase in phrases for spelling in spellings(phrase)))
    spaced = _group(one for one in written if not _is_dense(one[0]))
    dense = _group(one for one in written if _is_dense(one[0]))
    groups = [*([rf"(?<!\w){spaced}"] if spaced else []), *([dense] if dense else [])]
    return f"(?:{'|'.join(groups)})" if groups else r"(?!)"


def _group(written: Iterable[str]) -> str:
    """The phrases by what they begin with: most texts are done with after one character."""
    endings: dict[str, list[str]] = {}
    for spelling in written:
        after = r"(?!\w)" if spelling[-1].isalnum() and not _is_dense(spelling[-1]) else ""
        rest = "".join(map(_piece, _PIECES.split(spelling[1:])))
        endings.setdefault(_piece(spelling[0]), []).append(rest + after)
    found = "|".join(f"{start}(?:{'|'.join(rest)})" for start, rest in endings.items())
    return f"(?:{found})" if found else ""


def _is_dense(letter: str) -> bool:
    return letter >= _FIRST_DENSE


def _piece(piece: str) -> str:
    if piece.isspace():
        return r"\s+"
    return {"*": r"\w*", "…": r".{1,60}?"}.get(piece) or re.escape(piece).replace("'", "['’]")
