"""The text of a message in, the part its sender has newly written out: quotes, signatures, banners, footers cut.

Nothing is thrown away: each cut is a stretch of the text that `explain` can show.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from triaged.core.html import Mark
from triaged.core.quoteblocks import labelled_lines
from triaged.core.quotesigns import SHIPPED, QuoteSigns
from triaged.core.quotewalk import Walk
from triaged.core.unlistedheaders import Thread

_WORDLIKE = re.compile("[^\\W_]|[\u2600-\u27bf\U0001f300-\U0001faff]")


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch of the text that is not new: `quote`, `forwarded`, `signature`, `footer`, `disclaimer` or `banner`."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Scan:
    """What is new, the kind of cut that each line belongs to ("": new), and whether a forward has nothing new above it."""

    new_text: str
    kinds: tuple[str, ...] = ()
    forwarded: bool = False


def scan(
    text: str,
    marks: Iterable[Mark] = (),
    *,
    thread: Callable[[], Thread] = Thread,
    signs: QuoteSigns = SHIPPED,
) -> Scan:
    """Find the new part of a text.

    Args:
        text: lines separated by LF.
        marks: what the markup said about stretches of the text.
        thread: what is known of the message that it stands in; asked for a separator or a header.
        signs: of the languages to be known.

    Returns:
        The new text; where nothing wordlike is left, the whole text (a forward without a comment is to be read).
    """
    lines = text.split("\n")
    kinds = _marked(lines, marks) if marks else [""] * len(lines)
    walk = Walk(lines, kinds, signs, labelled_lines(text), thread, wide="：" in text)
    walk.read()
    if not any(kinds):
        return Scan(text.strip())
    kept = "\n".join([line for line, kind in zip(lines, kinds, strict=True) if not kind]).strip()
    if _WORDLIKE.search(kept) and not walk.passed_on:
        return Scan(kept, tuple(kinds))
    return Scan(text.strip(), tuple(kinds), forwarded=walk.passed_on or "forwarded" in kinds)


def cuts_of(text: str, kinds: tuple[str, ...]) -> tuple[Cut, ...]:
    """The cuts of a scan as stretches of its text; neighbouring lines of one kind are one cut."""
    cuts: list[Cut] = []
    offset = 0
    for line, kind in zip(text.split("\n"), kinds, strict=False):  # no kinds: nothing was cut
        end = offset + len(line)
        if kind and cuts and cuts[-1].kind == kind and cuts[-1].end == offset - 1:
            cuts[-1] = Cut(kind, cuts[-1].start, end)
        elif kind:
            cuts.append(Cut(kind, offset, end))
        offset = end + 1
    return tuple(cuts)


def _marked(lines: list[str], marks: Iterable[Mark]) -> list[str]:
    """A kind for every line, "" where nothing is known; whole lines only."""
    kinds = [""] * len(lines)
    number = offset = 0
    for mark in marks:
        while number < len(lines) and offset < mark.start:
            offset += len(lines[number]) + 1
            number += 1
        while number < len(lines) and offset < mark.end:
            kinds[number] = mark.kind
            offset += len(lines[number]) + 1
            number += 1
    return kinds
