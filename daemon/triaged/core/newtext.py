"""The text of a message in, the part its sender has newly written out: quotes, signatures, banners, footers cut.

One pass over the lines; every pattern is asked of one short line or of three joined, so no text takes more than linear
time. Nothing is thrown away: each cut is a stretch of the text that `explain` can show.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from triaged.core import quotesigns
from triaged.core.html import Mark
from triaged.core.quotesigns import SHIPPED, QuoteSigns

_SUSPECTS_LIMIT = 10_000  # lines of one text that are looked at closely; what lies below counts as new
_LINE_LIMIT = 400  # longer lines are prose, not headers or separators
_JOINED = 3  # lines over which the header of a quote may be folded
_BLOCK_LINES = 8
_BLOCK_FIELDS = 3
_BANNER_LINES = 4
_FOOTER_LINES = 8
_LABEL_LIMIT = 24  # characters
_MOBILE_WORDS = 8  # more of them are somebody's sentence
_SIGNATURE_LINES = 15

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


def scan(text: str, marks: Iterable[Mark] = (), *, forwarding: bool = False, signs: QuoteSigns = SHIPPED) -> Scan:
    """Find the new part of a text.

    Args:
        text: lines separated by LF.
        marks: what the markup said about stretches of the text.
        forwarding: whether the subject says that it is a forward.
        signs: of the languages to be known.

    Returns:
        The new text; where nothing wordlike is left, the whole text (a forward without a comment is to be read).
    """
    lines = text.split("\n")
    kinds = _marked(lines, marks) if marks else [""] * len(lines)
    _Lines(lines, kinds, forwarding, signs, wide="：" in text).read()
    if not any(kinds):
        return Scan(text.strip())
    kept = "\n".join([line for line, kind in zip(lines, kinds, strict=True) if not kind]).strip()
    if _WORDLIKE.search(kept):
        return Scan(kept, tuple(kinds))
    return Scan(text.strip(), tuple(kinds), forwarded="forwarded" in kinds)


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


@dataclass(slots=True)
class _Lines:
    """The lines of one text and the kind found for each; one walk from top to bottom."""

    lines: list[str]
    kinds: list[str]
    forwarding: bool
    signs: QuoteSigns
    wide: bool  # whether there are fullwidth colons, which may stand anywhere in a line
    begun: bool = False  # something new has been read

    def read(self) -> None:
        """Look closely at all lines down to the first new one, then at those that may be anything but prose."""
        number = 0
        while number < len(self.lines) and not self.begun:
            number = self._line(number)
        suspects = range(len(self.lines)) if self.wide else _suspects(self.lines, self.signs)
        for suspect in suspects[:_SUSPECTS_LIMIT]:
            if suspect < number:
                continue
            if self.lines[suspect][:1] == ">":  # most of them by far
                self.kinds[suspect] = self.kinds[suspect] or "quote"
            else:
                number = self._line(suspect)

    def _line(self, number: int) -> int:
        """Look closely at one line; the number of the next one to look at."""
        line = self.lines[number].strip()
        if not line or self.kinds[number]:
            return number + 1
        if line[0] == ">":
            self.kinds[number] = "quote"
            return number + 1
        found = self._short_line(number, line) if len(line) <= _LINE_LIMIT else 0
        found = found or self._notice(number, line)
        self.begun = self.begun or not found
        return found or number + 1

    def _short_line(self, number: int, line: str) -> int:
        found = 0
        if line[-1] in quotesigns.COLONS and (found := self._quote_header(number, line)):
            return found
        if line[0] in quotesigns.SIGNS and (found := self._separator(number, line)):
            return found
        if ":" in line[:_LABEL_LIMIT] or "：" in line[:_LABEL_LIMIT]:
            found = self._block(number) or self._forward(number, line)
        return found or self._mobile(number, line)

    def _to_end(self, number: int, kind: str) -> int:
        for below in range(number, len(self.lines)):
            self.kinds[below] = self.kinds[below] or kind
        return len(self.lines)

    def _next(self, number: int) -> int:
        """The next line that is not blank, or the number of lines."""
        while number < len(self.lines) and not self.lines[number].strip():
            number += 1
        return number

    def _quote_header(self, number: int, line: str) -> int:
        """`On … wrote:`: itself if marked quotes follow, else all to the end."""
        first = self._header_start(number, line)
        if first < 0:
            return 0
        for above in range(first, number + 1):
            self.kinds[above] = "quote"
        after = self._next(number + 1)
        if after < len(self.lines) and (self.kinds[after] or self.lines[after].lstrip()[:1] == ">"):
            return number + 1
        return self._to_end(number, "quote")

    def _header_start(self, number: int, line: str) -> int:
        """The line on which the quote header that ends on this line begins, -1 if it is none."""
        joined = line
        for first in range(number, max(number - _JOINED, -1), -1):
            if first < number:
                above = self.lines[first].strip()
                if not above or self.kinds[first]:
                    break
                joined = f"{above} {joined}"
            if len(joined) > _LINE_LIMIT:
                break
            if (
                self.signs.starts.match(joined)
                and self.signs.header.search(joined)
                and quotesigns.EVIDENCE.search(joined)
            ):
                return first
        if quotesigns.EVIDENCE.search(line) and (
            self.signs.header.search(line) or quotesigns.DATED.match(line) or self.signs.cited.match(line)
        ):
            return number
        return -1

    def _separator(self, number: int, line: str) -> int:
        if line == "--":
            return self._dashes(number)
        if self.signs.original.match(line):
            return self._to_end(number, "forwarded" if self.forwarding else "quote")
        if self.signs.forward.match(line):
            return self._to_end(number, "forwarded")
        return self._rule(number, line[0]) if quotesigns.RULE.match(line) else 0

    def _dashes(self, number: int) -> int:
        """The signature's separator is `-- ` (RFC 3676 4.3); some programs lose its blank."""
        short = len(self.lines) - number <= _SIGNATURE_LINES
        return self._signature(number) if self.lines[number] == "-- " or (self.begun and short) else 0

    def _rule(self, number: int, sign: str) -> int:
        """A line across: Outlook's above a quoted header, a list's above its footer, else somebody's own."""
        after = self._next(number + 1)
        if after < len(self.lines) and self._block(after):
            self.kinds[number] = "quote"
            return len(self.lines)
        if self.begun and len(self.lines) - number <= _FOOTER_LINES and sign == "_":
            return self._to_end(number, "footer")
        return 0

    def _signature(self, number: int) -> int:
        """Cut the signature: to the end, or to the quote below it."""
        for below in range(number, len(self.lines)):
            stripped = self.lines[below].strip()
            if below > number and (stripped[:1] == ">" or self.kinds[below]):
                return below
            if below > number and stripped[-1:] == ":" and self._header_start(below, stripped) >= 0:
                return below
            self.kinds[below] = "signature"
        return len(self.lines)

    def _block(self, number: int) -> int:
        """An Outlook block: From, Sent, To, Subject in any of the languages; all to the end belongs to it.

        A subject or an address must be among them: a journey has From, To and Date, too.
        """
        if self._field(self.lines[number]) not in quotesigns.FIRST_FIELDS:
            return 0
        block = self.lines[number : number + _BLOCK_LINES]
        found = {self._field(line) for line in block if len(line) <= 2 * _LINE_LIMIT} - {"", "other"}
        if len(found) < _BLOCK_FIELDS or "from" not in found:
            return 0
        if "subject" not in found and not any("@" in line for line in block):
            return 0
        return self._to_end(number, "forwarded" if self.forwarding else "quote")

    def _forward(self, number: int, line: str) -> int:
        return self._to_end(number, "forwarded") if self.signs.forward.match(line) else 0

    def _mobile(self, number: int, line: str) -> int:
        if self.signs.mobile.match(line) and len(line.split()) <= _MOBILE_WORDS:
            self.kinds[number] = "footer"
            return number + 1
        return 0

    def _notice(self, number: int, line: str) -> int:
        """Banners above the text, disclaimers anywhere: only at the start of a paragraph, and only that one."""
        if number and self.lines[number - 1].strip() and not self.kinds[number - 1]:
            return 0
        head = line[:_LINE_LIMIT]
        if not self.begun and (self.signs.banner.match(head) or self.signs.tagged.match(head)):
            return self._banner(number)
        if self.signs.disclaimer.match(head):
            return self._paragraph(number, "disclaimer")
        return 0

    def _banner(self, number: int) -> int:
        """The banner's line and those below that speak of mail, too; what follows without a blank line may be the text."""
        self.kinds[number] = "banner"
        for below in range(number + 1, min(number + _BANNER_LINES, len(self.lines))):
            line = self.lines[below].strip()
            if not line or not self.signs.banner_more.search(line[:_LINE_LIMIT]):
                return below
            self.kinds[below] = "banner"
        return number + 1

    def _paragraph(self, number: int, kind: str) -> int:
        while number < len(self.lines) and self.lines[number].strip() and not self.kinds[number]:
            self.kinds[number] = kind
            number += 1
        return number

    def _field(self, line: str) -> str:
        """The canonical field that a line of an Outlook block begins with, "" if it begins with none."""
        stripped = line.strip().lstrip("*> ")
        colon = stripped[:_LABEL_LIMIT].replace("：", ":").find(":")
        if colon < 1:
            return ""
        return self.signs.fields.get(stripped[:colon].strip("*_ \u00a0").casefold(), "")


def _suspects(lines: list[str], signs: QuoteSigns) -> list[int]:
    """The numbers of the lines worth a closer look: one cheap question after the other, asked of every line."""
    # This is the innermost loop of reading mail: bounds are spelled out, and names looked up once.
    first, last, openings, footers = quotesigns.FIRST_SIGNS, quotesigns.LAST_SIGNS, signs.openings, signs.footers
    return [
        number
        for number, line in enumerate(lines)
        if line
        and (
            line[0] in first
            or line[-1] in last
            or ":" in line[:24]
            or (line[:4] in openings and (line[:4] in footers or not lines[number - 1]))
        )
    ]
