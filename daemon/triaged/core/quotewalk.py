"""The lines of a text, each with the kind of what it belongs to: a quote, a signature, a footer, a notice, or nothing.

One pass from top to bottom; every pattern is asked of one short line or of five joined, so no text takes more than linear
time.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from triaged.core import quotesigns
from triaged.core.banners import banner_end, disclaimer_end
from triaged.core.quoteblocks import block_end, may_be_field
from triaged.core.quoteheaders import LONGEST, joined
from triaged.core.quotesigns import QuoteSigns
from triaged.core.unlistedheaders import Thread, unlisted_start

_SUSPECTS_LIMIT = 10_000  # lines of one text that are looked at closely; what lies below counts as new
_HEADERS_LIMIT = 2_000  # lines with a colon at their end that may end a header
_LINE_LIMIT = LONGEST  # longer lines are prose, not headers or separators
_HEADER_LINES = 4
_FOOTER_LINES = 8
_SIGNATURE_LINES = 15
_MOST_ITEMS = 100
_LONG = 60  # characters of a marked line that may have been broken
_WRAPPED = 75  # … with its next word, which stands on a line of its own


@dataclass(slots=True)
class Walk:
    """The lines of one text and the kind found for each; one walk from top to bottom."""

    lines: list[str]
    kinds: list[str]
    signs: QuoteSigns
    labelled: Collection[int]  # the numbers of lines with a colon near their beginning
    thread: Callable[[], Thread]  # asked only about a separator, or a header that has no known words
    wide: bool  # whether there are fullwidth colons, which may stand anywhere in a line
    begun: bool = False  # something new has been read
    asked: int = 0  # lines that were looked at as the end of a header
    items: bool | None = None  # whether lines of two dashes set pieces of the text apart, once that is known
    passed_on: bool = False  # something was forwarded, and nothing new stands above it

    def read(self) -> None:
        """Look closely at all lines down to the first new one, then at those that may be anything but prose."""
        number, lines, kinds, ends = 0, self.lines, self.kinds, quotesigns.QUOTE_ENDS
        while number < len(lines) and not self.begun:
            number = self._line(number)
        suspects = range(len(lines)) if self.wide else self.signs.suspects(lines, self.labelled)
        for suspect in suspects[:_SUSPECTS_LIMIT]:
            if suspect < number:
                continue
            line = lines[suspect]
            if line[:1] == ">" and line[-1] not in ends:  # most of them by far
                kinds[suspect] = kinds[suspect] or "quote"
                if suspect + 1 < len(lines) and lines[suspect + 1][:1].islower() and self._is_wrapped(suspect):
                    kinds[suspect + 1] = "quote"
            else:
                number = self._line(suspect)

    def _line(self, number: int) -> int:
        """Look closely at one line; the number of the next one to look at."""
        line = self.lines[number].strip()
        if not line or self.kinds[number]:
            return number + 1
        if line[0] == ">":
            return self._marked_line(number, line)
        opening = quotesigns.opening_of(line)
        found = self._short_line(number, line, opening) if len(line) <= _LINE_LIMIT else 0
        found = found or self._notice(number, opening)
        self.begun = self.begun or not found
        return found or number + 1

    def _short_line(self, number: int, line: str, opening: str) -> int:
        found = 0
        if line[-1] in quotesigns.COLONS and (found := self._quote_header(number) or self._forward(number, line)):
            return found
        if line[0] in quotesigns.SIGNS and (found := self._separator(number, line)):
            return found
        if may_be_field(line):
            found = self._block(number) or self._bare_header(number, line)
        elif line[0].isdigit():
            found = self._bare_header(number, line)
        return found or self._footer(number, line, opening)

    def _marked_line(self, number: int, line: str) -> int:
        """A quoted line, unless it is the end of a header that was folded inside an address, or `>>> here <<<`."""
        if line.endswith("<<"):
            self.begun = True
            return number + 1
        if number and line[-1] in quotesigns.COLONS and not self.kinds[number - 1]:
            headers = self.signs.headers
            torn = headers.is_torn(self.lines[number - 1]) or headers.is_verb(line.lstrip("> "))
            if torn and (found := self._quote_header(number)):
                return found
        self.kinds[number] = "quote"
        return number + 1

    def _is_wrapped(self, number: int) -> bool:
        """Whether the next line is the rest of this marked one, which a program has broken without marking it again.

        That goes on in small letters amid marked lines, and its first word had no room.
        """
        line, rest = self.lines[number], self.lines[number + 1]
        if len(line) <= _LONG or line[-1] in ".!?:" or not self._is_marked(number + 2):
            return False
        return len(line) + len(rest.split(None, 1)[0]) >= _WRAPPED

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
        """Where to read on below a separator: behind the quotes if they are marked, since what is below them is new.

        With nothing new above it the answer may be anywhere in what is not marked, and what is passed on is to be read.
        """
        after = self._next(number)
        if self._is_marked(after):
            return number
        if end := self._otherwise_marked_end(after):
            self._cut(after, end, kind)
            return end
        if not self.begun:
            self.passed_on = self.passed_on or kind == "forwarded"
            return number
        return self._to_end(number, kind)

    def _otherwise_marked_end(self, number: int) -> int:
        """Where a quote ends that has bars or the initials of its writer (`GS> `) before each line; 0 if it has none."""
        mark = quotesigns.OTHER_MARK.match(self.lines[number]) if number < len(self.lines) else None
        if mark is None:
            return 0
        while number < len(self.lines) and self.lines[number].startswith(mark[0]):
            number = self._next(number + 1)
        return number

    def _cut(self, first: int, end: int, kind: str) -> None:
        for number in range(first, end):
            self.kinds[number] = kind

    def _quote_header(self, number: int) -> int:
        """`On … wrote:`: itself if marked quotes follow, else all to the end."""
        self.asked += 1
        if self.asked > _HEADERS_LIMIT:
            return 0
        first = self.signs.headers.start(self.lines, self.kinds, number)
        if first < 0:
            marked = self._is_marked(self._next(number + 1))
            short = marked and self.signs.headers.is_short(self.lines[number].strip())
            above = joined(self.lines, self.kinds, number)
            first = number if short else unlisted_start(above, self.thread, marked=marked)
        if first < 0:
            return 0
        end = number + 1
        if end < len(self.lines) and self.lines[end][-1:] in (*quotesigns.COLONS,):
            end += self.signs.headers.start(self.lines, self.kinds, end) == first  # a colon stood within it, too
        if self.signs.headers.follows_words(self.lines[first].strip()):
            self.begun, first = True, first + 1
        self._cut(first, end, "quote")
        return self._below(end, "quote")

    def _bare_header(self, number: int, line: str) -> int:
        """A header without the colon at its end."""
        after = self._next(number + 1)
        if after == number + 1 < len(self.lines) and self.lines[after].rstrip()[-1] in quotesigns.COLONS:
            return 0  # it goes on there
        marked = self._is_marked(after) or self._otherwise_marked_end(after) > 0
        if not self.signs.headers.needs_no_colon(line, marked=marked):
            return 0
        self.kinds[number] = "quote"
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
            return self._after_separator(number, "forwarded" if self.thread().forwarding else "quote")
        if self.signs.forward.match(plain):
            return self._after_separator(number, "forwarded")
        if quotesigns.RULE.match(plain):
            return self._rule(number, plain[0])
        return self._dashed_header(number, plain) if plain[:2] == "--" else 0

    def _after_separator(self, number: int, kind: str) -> int:
        """Cut a separator and what it stands above: a block or a header with its quote, or all to the end."""
        self.kinds[number] = kind
        after = self._next(number + 1)
        if end := block_end(self.lines, after, self.signs):
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
        if self.lines[number] != "-- " and (not self.begun or self._sets_items_apart()):
            return 0
        end = self._signature_end(number)
        if self.lines[number] != "-- " and end - number > _SIGNATURE_LINES:
            return 0
        self._cut(number, end, "signature")
        return end

    def _sets_items_apart(self) -> bool:
        """Whether the lines `--` stand between pieces of the text: there are several, and below one a sentence goes on."""
        if self.items is None:
            below = [self.lines[number + 1 : number + 2] for number, line in enumerate(self.lines) if line == "--"][
                :_MOST_ITEMS
            ]
            self.items = len(below) > 1 and any(one[0][:1].islower() and " " in one[0].strip() for one in below if one)
        return self.items

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
        return may_be_field(line) and block_end(self.lines, number, self.signs) > 0

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
        kind = "forwarded" if self.thread().forwarding else "quote"
        end = block_end(self.lines, number, self.signs)
        if not end:
            return 0
        above = self._last(number)
        ruled = above >= 0 and quotesigns.SHORT_RULE.match(self.lines[above].strip()) is not None
        self._cut(above if ruled else number, end, kind)
        return self._below(end, kind)

    def _forward(self, number: int, line: str) -> int:
        return self._after_separator(number, "forwarded") if self.signs.forward.match(line) else 0

    def _footer(self, number: int, line: str, opening: str) -> int:
        """What a telephone or a mail program puts below a text."""
        if opening in self.signs.footers:
            if not self.signs.mobile.match(quotesigns.LINK.sub(" ", line) if "://" in line else line):
                return 0
        elif line != quotesigns.TRACKING:
            return 0
        self.kinds[number] = "footer"
        return number + 1

    def _notice(self, number: int, opening: str) -> int:
        """Banners above the text, disclaimers anywhere: only at the start of a paragraph, and only that one."""
        if self.begun and opening not in self.signs.openings:
            return 0
        if number and self.lines[number - 1].strip() and not self.kinds[number - 1]:
            return 0
        if not self.begun and (end := banner_end(self.lines, number, opening, self.signs)):
            self._cut(number, end, "banner")
            return end
        if opening not in self.signs.openings:
            return 0
        end = disclaimer_end(self.lines, self.kinds, number, self.signs)
        self._cut(number, end, "disclaimer")
        return end
