"""What an HTML part says about the plain text beside it: the stretches that its own program has marked as a quote.

Plain text is read, since people's words stand in it alike; where nothing in it shows a quote, the words of the marked
stretches are looked for in it, and the lines that hold them are a quote, too.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import re2

from triaged.core.html import Mark
from triaged.core.message.content import decoded_octets, read_part
from triaged.core.message.mime import Part

_MARKED = ("divRplyFwdMsg", "appendonsend", "gmail_quote", "yahoo_quoted", "moz-cite-prefix", "protonmail_quote")
_SOFT_BREAK = r"(?:=\r?\n)?"  # quoted-printable may tear a name anywhere
_LOOKED_AT = 12_000  # octets: people write less than that above a quote
_WORD = re.compile(r"\w+")
_RUN = 6  # words by which a place is known
_FEWEST = 3


def quotes_beside(root: Part, body: bytes, text: str) -> tuple[Mark, ...]:
    """The stretches of a plain text that the HTML part beside it marks as quotes; none where it marks nothing."""
    rich = _rich_part(root)
    if rich is None:
        return ()
    octets = decoded_octets(rich, body) if rich.encoding == "base64" else body[rich.start : rich.end]
    if not _marks_something(octets[:_LOOKED_AT]):
        return ()
    rendered = read_part(rich, body)
    return tuple(_placed(text, rendered.text, [mark for mark in rendered.marks if mark.kind == "quote"]))


@cache
def _names() -> Any:
    return re2.compile("|".join(_SOFT_BREAK.join(map(re2.escape, name)) for name in _MARKED).encode())


def _marks_something(octets: bytes) -> bool:
    """Whether one of the names is there: all are looked for at once, in one pass."""
    return _names().search(octets) is not None


def _rich_part(root: Part) -> Part | None:
    """The HTML part that stands beside a plain one for the same text."""
    for part in root.walk():
        if part.content_type == "multipart/alternative" and any(one.content_type == "text/plain" for one in part.parts):
            return next((one for one in part.walk() if one.content_type == "text/html" and not one.parts), None)
    return None


def _placed(text: str, rich: str, marks: Sequence[Mark]) -> Iterator[Mark]:
    """Where the marked stretches of the rich text stand in the plain one, in order."""
    words = [(found[0].casefold(), found.start(), found.end()) for found in _WORD.finditer(text)]
    spelled = [word for word, _, _ in words]
    at = 0
    for mark in marks:
        marked = _WORD.findall(rich[mark.start : mark.end].casefold())
        if len(marked) < _FEWEST:
            continue
        first = _find(spelled, marked[:_RUN], at)
        if first < 0:
            return
        last = len(words) - 1 if not _WORD.search(rich, mark.end) else _end(spelled, marked, first)
        if last < 0:
            return
        at = last + 1
        yield Mark("quote", _line_start(text, words[first][1]), words[last][2])


def _find(words: Sequence[str], run: Sequence[str], at: int) -> int:
    return next((place for place in range(at, len(words) - len(run) + 1) if words[place : place + len(run)] == run), -1)


def _end(words: Sequence[str], marked: Sequence[str], first: int) -> int:
    """The last word of a marked stretch that begins at word `first`, -1 if it is not found."""
    run = list(marked[-_RUN:])
    found = _find(words, run, first + max(0, (len(marked) - len(run)) // 2))
    return found + len(run) - 1 if found >= 0 else -1


def _line_start(text: str, at: int) -> int:
    """The start of the line, where nothing but signs stands before the word."""
    start = text.rfind("\n", 0, at) + 1
    return start if not _WORD.search(text, start, at) else at
