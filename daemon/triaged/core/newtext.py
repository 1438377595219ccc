"""The text of a message in, the part its sender has newly written out: quotes, signatures, banners, footers cut.

One pass over the lines; every pattern is asked of one short line or of three joined, so no text takes more than linear
time. Nothing is thrown away: each cut is a stretch of the text that `explain` can show.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from triaged.core import quotesigns
from triaged.core.html import Mark
from triaged.core.quoteheaders import LONGEST
from triaged.core.quotesigns import SHIPPED, QuoteSigns

_SUSPECTS_LIMIT = 10_000  # lines of one text that are looked at closely; what lies below counts as new
_LINE_LIMIT = LONGEST  # longer lines are prose, not headers or separators
_BLOCK_LINES = 12
_BLOCK_FIELDS = 3
_HEADER_LINES = 4
_BANNER_LINES = 4
_FOOTER_LINES = 8
_LABEL_LIMIT = 24  # characters
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
            line = self.lines[suspect]
            if line[:1] == ">" and line[-1] not in quotesigns.COLONS:  # most of them by far
                self.kinds[suspect] = self.kinds[suspect] or "quote"
            else:
                number = self._line(suspect)

    def _line(self, number: int) -> int:
        """Look closely at one line; the number of the next one to look at."""
        line = self.lines[number].strip()
        if not line or self.kinds[number]:
            return number + 1
        if line[0] == ">":
            return self._marked_line(number, line)
        found = self._short_line(number, line) if len(line) <= _LINE_LIMIT else 0
        found = found or self._notice(number, line)
        self.begun = self.begun or not found
        return found or number + 1

    def _short_line(self, number: int, line: str) -> int:
        found = 0
        if line[-1] in quotesigns.COLONS and (found := self._quote_header(number)):
            return found
        if line[0] in quotesigns.SIGNS and (found := self._separator(number, line)):
            return found
        if ":" in line[:_LABEL_LIMIT] or "：" in line[:_LABEL_LIMIT]:
            found = self._block(number) or self._forward(number, line)
        return found or self._mobile(number, line)

    def _marked_line(self, number: int, line: str) -> int:
        """A quoted line, unless it is the end of a header that was folded inside an address."""
        if number and line[-1] in quotesigns.COLONS and not self.kinds[number - 1]:
            torn = self.signs.headers.is_torn(self.lines[number - 1])
            if torn and (found := self._quote_header(number)):
                return found
        self.kinds[number] = "quote"
        return number + 1

    def _to_end(self, number: int, kind: str) -> int:
        for below in range(number, len(self.lines)):
            self.kinds[below] = self.kinds[below] or kind
        return len(self.lines)

    def _next(self, number: int) -> int:
        """The next line that is not blank, or the number of lines."""
        while number < len(self.lines) and not self.lines[number].strip():
            number += 1
        return number

    def _last(self, number: int) -> int:
        """The line above that is not blank, -1 if there is none."""
        return next((above for above in range(number - 1, -1, -1) if self.lines[above].strip()), -1)

    def _is_marked(self, number: int) -> bool:
        """Whether a line is quoted by its own mark, as all of what it belongs to then is."""
        return number < len(self.lines) and (bool(self.kinds[number]) or self.lines[number].lstrip()[:1] == ">")

    def _below(self, number: int, kind: str) -> int:
        """Where to read on below a separator: right there if marked quotes follow, since what is below them is new."""
        return number if self._is_marked(self._next(number)) else self._to_end(number, kind)

    def _cut(self, first: int, end: int, kind: str) -> None:
        for number in range(first, end):
            self.kinds[number] = kind

    def _quote_header(self, number: int) -> int:
        """`On … wrote:`: itself if marked quotes follow, else all to the end."""
        first = self.signs.headers.start(self.lines, self.kinds, number)
        if first < 0:
            marked = self._is_marked(self._next(number + 1))
            if not marked or not self.signs.headers.is_short(self.lines[number].strip()):
                return 0
            first = number
        self._cut(first, number + 1, "quote")
        return self._below(number + 1, "quote")

    def _header_begins(self, number: int) -> bool:
        """Whether a quote's header begins on this line."""
        for end in range(number, min(number + _HEADER_LINES, len(self.lines))):
            if self.lines[end].strip()[-1:] in (*quotesigns.COLONS,):
                return self.signs.headers.start(self.lines, self.kinds, end) == number
        return False

    def _separator(self, number: int, line: str) -> int:
        plain = line if line.isascii() else line.translate(quotesigns.DASHES)
        if plain == "--":
            return self._dashes(number)
        if self.signs.original.match(plain):
            return self._after_separator(number, "forwarded" if self.forwarding else "quote")
        if self.signs.forward.match(plain):
            return self._after_separator(number, "forwarded")
        if quotesigns.RULE.match(plain):
            return self._rule(number, plain[0])
        return self._dashed_header(number, plain) if plain[:2] == "--" else 0

    def _after_separator(self, number: int, kind: str) -> int:
        """Cut a separator and what it stands above: a block or a header with its quote, or all to the end."""
        self.kinds[number] = kind
        after = self._next(number + 1)
        if end := self._block_end(after):
            self._cut(after, end, kind)
            return self._below(end, kind)
        if self._header_begins(after):
            return number + 1
        return self._below(number + 1, kind)

    def _dashed_header(self, number: int, line: str) -> int:
        """`---- On … wrote ----`, which may be folded, too."""
        joined = line
        for end in range(number, min(number + _HEADER_LINES, len(self.lines))):
            if end > number:
                joined = f"{joined} {self.lines[end].strip().translate(quotesigns.DASHES)}"
            if found := quotesigns.DASHED.match(joined):
                if not self.signs.headers.is_dashed(found[1]):
                    return 0
                self._cut(number, end + 1, "quote")
                return self._below(end + 1, "quote")
        return 0

    def _dashes(self, number: int) -> int:
        """The signature's separator is `-- ` (RFC 3676 4.3); some programs lose its blank."""
        if self.lines[number] != "-- " and not self.begun:
            return 0
        end = self._signature_end(number)
        if self.lines[number] != "-- " and end - number > _SIGNATURE_LINES:
            return 0
        self._cut(number, end, "signature")
        return end

    def _signature_end(self, number: int) -> int:
        """Where the signature ends: at the quote below it, or with the text."""
        for below in range(number + 1, len(self.lines)):
            line = self.lines[below].strip()
            if not line:
                continue
            if line[0] == ">" or self.kinds[below]:
                return below
            if line[-1] in quotesigns.COLONS:
                first = self.signs.headers.start(self.lines, self.kinds, below)
                if first > number:
                    return first
            if self._quote_begins(below, line):
                return below
        return len(self.lines)

    def _quote_begins(self, number: int, line: str) -> bool:
        """Whether a line separates what is quoted or forwarded from what is above it."""
        if len(line) > _LINE_LIMIT:
            return False
        if line[0] in quotesigns.SIGNS:
            plain = line.translate(quotesigns.DASHES)
            if self.signs.original.match(plain) or self.signs.forward.match(plain):
                return True
        return (":" in line[:_LABEL_LIMIT] or "：" in line[:_LABEL_LIMIT]) and self._block_end(number) > 0

    def _rule(self, number: int, sign: str) -> int:
        """A line across: Outlook's above a quoted header, a list's above its footer, else somebody's own."""
        after = self._next(number + 1)
        if after < len(self.lines) and (end := self._block(after)):
            self.kinds[number] = "quote"
            return end
        if self.begun and len(self.lines) - number <= _FOOTER_LINES and sign == "_":
            return self._to_end(number, "footer")
        return 0

    def _block(self, number: int) -> int:
        """Cut an Outlook block, and all below it where no marked quotes follow."""
        kind = "forwarded" if self.forwarding else "quote"
        end = self._block_end(number)
        if not end:
            return 0
        above = self._last(number)
        ruled = above >= 0 and quotesigns.SHORT_RULE.match(self.lines[above].strip()) is not None
        self._cut(above if ruled else number, end, kind)
        return self._below(end, kind)

    def _block_end(self, number: int) -> int:
        """The line after an Outlook block: From, Sent, To, Subject in any of the languages; 0 if none begins here.

        A subject or an address must be among them: a journey has From, To and Date, too.
        """
        if number >= len(self.lines) or self._field(self.lines[number]) not in quotesigns.FIRST_FIELDS:
            return 0
        found, end, address = set[str](), 0, False
        for below in range(number, min(number + _BLOCK_LINES, len(self.lines))):
            line = self.lines[below]
            if len(line) > 2 * _LINE_LIMIT or not line.strip():
                break
            address = address or "@" in line
            if field := self._field(line):
                found.add(field)
                end = below + 1
        found.discard("other")
        whole = len(found) >= _BLOCK_FIELDS and "from" in found and ("subject" in found or address)
        return end if whole else 0

    def _forward(self, number: int, line: str) -> int:
        return self._after_separator(number, "forwarded") if self.signs.forward.match(line) else 0

    def _mobile(self, number: int, line: str) -> int:
        if quotesigns.opening_of(line) not in self.signs.footers:
            return 0
        plain = quotesigns.LINK.sub(" ", line) if "://" in line else line
        if self.signs.mobile.match(plain):
            self.kinds[number] = "footer"
            return number + 1
        return 0

    def _notice(self, number: int, line: str) -> int:
        """Banners above the text, disclaimers anywhere: only at the start of a paragraph, and only that one."""
        if number and self.lines[number - 1].strip() and not self.kinds[number - 1]:
            return 0
        head = line[:_LINE_LIMIT]
        opening = quotesigns.opening_of(head)
        if not self.begun and (
            (opening in self.signs.warnings and self.signs.banner.match(head)) or self.signs.tagged.match(head)
        ):
            return self._banner(number)
        if opening in self.signs.openings and self.signs.disclaimer.match(head):
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
