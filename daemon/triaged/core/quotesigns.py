"""How mail programs of many languages set apart what is not new: headers of quotes, separators, footers, notices.

The words of the languages put into patterns; `newtext` asks them of single lines of bounded length.
"""

import re
from collections.abc import Collection, Iterable
from functools import cached_property

from triaged.core.notation import any_of, spellings
from triaged.core.quoteheaders import QuoteHeaders
from triaged.words import LEXICON, Lexicon

COLONS = ":："
DASHES = str.maketrans("‐‑‒–—―", "------")
DASHED = re.compile(r"-{2,}\s*([^\s-].*?)\s*-{2,}\Z")
SHORT_RULE = re.compile(r"[_=*-]{3,}\Z")
LINK = re.compile(r"\]?\(?<?https?://\S+")
OTHER_MARK = re.compile(r"\||[A-Z][A-Za-z]{0,3}>")
TRACKING = "\u1427"  # Streak's invisible mark, where a program shows it
RULE = re.compile(r"[_=*-]{20,}\Z")
SIGNS = frozenset(">-‐‑‒–—―_=*#[(<!+~\u26a0|：")
FIRST_SIGNS = SIGNS | frozenset("0123456789" + TRACKING + " \t\u00a0\u3000")
QUOTE_ENDS = COLONS + "<"
LAST_SIGNS = frozenset(COLONS + " \t\u00a0\u3000")
FIRST_FIELDS = frozenset({"from", "date", "subject"})
_FIELDS = ("from", "date", "to", "cc", "subject", "other")
_PROGRAMS = (
    *(
        "outlook",
        "mail",
        "e-mail",
        "mailbox",
        "yahoo*",
        "aol",
        "gmail",
        "gmx",
        "web.de",
        "proton*",
        "tuta*",
        "fastmail",
        "zoho",
    ),
    *(
        "spark",
        "airmail",
        "bluemail",
        "typeapp",
        "k-9",
        "k-9mail",
        "thunderbird",
        "mailbird",
        "mailspring",
        "superhuman",
    ),
    *(
        "canary",
        "edison",
        "newton",
        "aquamail",
        "nine",
        "hey",
        "t-online",
        "freenet",
        "icloud",
        "windows",
        "mac",
        "ios",
    ),
    *(
        "iphon*",
        "ipad*",
        "android*",
        "samsung",
        "galaxy",
        "huawei",
        "xiaomi",
        "redmi",
        "htc",
        "nokia",
        "blackberry*",
        "pixel",
    ),
)
_LEADING = re.compile(r"[\W_]*")
_OPENING = 4  # characters by which a line is known to be worth a closer look


def opening_of(line: str) -> str:
    """How a line begins, after its signs: by that it is known whether a long expression is to be asked at all."""
    found = None if line[:1].isalnum() else _LEADING.match(line)
    start = found.end() if found else 0
    return f"{line[start : start + _OPENING]} "[:_OPENING]


class QuoteSigns:
    """The patterns made of the words of all languages of a lexicon, each when it is first asked for."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def _any(self, section: str, *keys: str) -> str:
        return any_of(phrase for key in keys for phrase in self._lexicon.everywhere(section, key))

    @cached_property
    def headers(self) -> QuoteHeaders:
        """What is known about the line above a quote."""
        return QuoteHeaders(self._lexicon)

    @cached_property
    def fields(self) -> dict[str, str]:
        """The names of an Outlook block's fields, each with what it is in any language."""
        found = ((name, field) for field in _FIELDS for name in self._lexicon.everywhere("quotes", field))
        return {spelling: field for name, field in found for spelling in spellings(name)}

    @cached_property
    def original(self) -> re.Pattern[str]:
        """The line `-----Original Message-----`."""
        return _compiled(rf"[*\s]*[-_#=]{{2,}}\s*{self._any('quotes', 'original')}[.\s]*[-_#=]{{2,}}[*\s]*\Z")

    @cached_property
    def forward(self) -> re.Pattern[str]:
        """The lines `---------- Forwarded message ----------` and `Begin forwarded message:`."""
        dashed, begun = self._any("quotes", "forwarded"), self._any("quotes", "forward_begins")
        return _compiled(rf"(?:-{{5,}}\s*{dashed}.*|{begun}\s*[:：])\Z")

    @cached_property
    def mobile(self) -> re.Pattern[str]:
        """The footer of a telephone or a mail program, all of the line; an excuse may follow, no other sentence; a program's comment is none."""
        my = any_of((*self._lexicon.everywhere("footers", "my"), *_PROGRAMS))
        programs = any_of(_PROGRAMS)
        few = rf"(?:['’]\w+)?(?:\s+[^\s.,;:!?]+){{0,5}}(?:,\s*{programs}(?:\s+[^\s.,;:!?]+){{0,3}})?"
        sent = rf"{self._any('footers', 'sent_from')}\s+\W?{my}{few}"
        got = rf"{self._any('footers', 'get')}\s+\W?{programs}(?:(?:\s+[^\W\d_]+){{1,2}}\s+{programs})?"
        line = rf"{self._any('footers', 'lines')}{few}"
        excuse = rf"(?:[.,!\s–-]+{self._any('footers', 'excuse')}[^.!?;:]{{0,60}})?"
        return _compiled(rf"(?!//)[\W_]{{0,4}}(?:{sent}|{got}|{line}){excuse}[\W_]*\Z")

    @cached_property
    def banner(self) -> re.Pattern[str]:
        """What a server puts above a mail from outside: it speaks of where that came from."""
        outside = self._any("notices", "outside")
        warned = rf"{self._any('notices', 'warnings')}.{{0,60}}{outside}"
        came = rf"{self._any('notices', 'this_mail')} {self._any('notices', 'came')} .{{0,40}}{outside}"
        return _compiled(rf"\W*(?:{warned}|{came}|{self._any('notices', 'banners')})")

    @cached_property
    def banner_more(self) -> re.Pattern[str]:
        """What further lines of a banner speak of."""
        return _compiled(self._any("notices", "outside", "banner_more"))

    @cached_property
    def tagged(self) -> re.Pattern[str]:
        """A banner of one word."""
        return _compiled(rf"\W*[\[(*<]{self._any('notices', 'tags')}[\])*>]\W*\Z|\W*external\W*\Z")

    @cached_property
    def disclaimer(self) -> re.Pattern[str]:
        """A paragraph about who may read this mail: a server that is down is none."""
        about, secrecy = self._any("notices", "about", "this_mail"), self._any("notices", "secrecy")
        titles, lines = self._any("notices", "titles"), self._any("notices", "lines")
        return _compiled(rf"\W*(?:{about}.{{0,120}}{secrecy}|{titles}\s*:?\W*\Z|{lines})")

    @cached_property
    def footers(self) -> frozenset[str]:
        """How lines begin that may be a footer."""
        return _openings(
            phrase for key in ("sent_from", "get", "lines") for phrase in self._lexicon.everywhere("footers", key)
        )

    @cached_property
    def warnings(self) -> frozenset[str]:
        """How lines begin that may be a banner."""
        keys = ("warnings", "this_mail", "banners")
        return _openings(phrase for key in keys for phrase in self._lexicon.everywhere("notices", key))

    @cached_property
    def openings(self) -> frozenset[str]:
        """How lines begin that may be a footer, or at the start of a paragraph a notice."""
        keys = ("about", "this_mail", "titles", "lines")
        return self.footers | _openings(phrase for key in keys for phrase in self._lexicon.everywhere("notices", key))

    def suspects(self, lines: list[str], labelled: Collection[int]) -> list[int]:
        """The numbers of the lines worth a closer look: one cheap question after the other, asked of every line.

        `labelled`: those with a colon near their beginning, which are.
        """
        # This is the innermost loop of reading mail: bounds are spelled out, and names looked up once.
        first, last, openings, footers = FIRST_SIGNS, LAST_SIGNS, self.openings, self.footers
        found = [
            number
            for number, line in enumerate(lines)
            if line
            and (
                line[0] in first
                or line[-1] in last
                or (line[:4] in openings and (line[:4] in footers or not lines[number - 1]))
            )
        ]
        return sorted({*found, *labelled}) if labelled else found


def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)


def _cased(start: str) -> tuple[str, ...]:
    return start, start.capitalize(), start.upper(), start[0] + start[1:].capitalize()  # iPhone


def _openings(phrases: Iterable[str]) -> frozenset[str]:
    """The first characters of phrases, as they may be written."""
    starts = {f"{spelling} "[:_OPENING] for phrase in phrases for spelling in spellings(phrase)}
    return frozenset(cased for start in starts for cased in _cased(start))


SHIPPED = QuoteSigns(LEXICON)
