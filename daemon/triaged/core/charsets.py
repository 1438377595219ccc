"""Octets whose label lies or lacks: which charset they are in, by chardet, among those that mail is written in.

Western text has few octets beyond ASCII, and any charset fits them: it is never guessed about. What is asked about is text
that is mostly beyond ASCII, or that shifts by escape sequences.
"""

import re

_CANDIDATES = (
    "utf-8", "windows-1250", "windows-1251", "windows-1252", "windows-1253", "windows-1254", "windows-1255",
    "windows-1256", "windows-1257", "iso-8859-5", "koi8-r", "koi8-u", "cp866", "tis-620", "iso-2022-jp", "cp932",
    "euc-jp", "gb18030", "big5hkscs", "cp949", "iso-2022-kr",
)  # fmt: skip
_MOST_OCTETS = 4_000  # of a text that are looked at
_FEWEST_HIGH = 6  # octets beyond ASCII: of "ÇA ÉTÉ" nobody can tell
_SHIFTS = re.compile(rb"\x1b(?:\$[@B]|\$\([CD]|\([BIJ])")  # ISO-2022, RFC 1468 and RFC 1557
_BELOW = bytes(range(0x80))
_NO_LETTERS = bytes(octet for octet in _BELOW if not chr(octet).isalpha())
_WORD = re.compile(r"[^\W\d_]{4,}")


def guess(raw: bytes) -> str | None:
    """The text in the charset it seems to be in; None where that is Western, or nothing fits."""
    sample = raw[:_MOST_OCTETS]
    if not (_SHIFTS.search(sample) or is_mostly_high(sample)):
        return None
    import chardet  # only mail whose label lies or lacks pays for its tables

    found: str | None = chardet.detect(sample, include_encodings=_CANDIDATES)["encoding"]
    if found is None or found.lower() in {"windows-1252", "ascii"}:
        return None
    try:
        return raw.decode(found)
    except (UnicodeError, LookupError):
        return None


def is_mostly_high(raw: bytes) -> bool:
    """Whether so much of it lies beyond ASCII that it is no Western text, and enough that one can tell."""
    high = len(raw.translate(None, _BELOW))
    return high >= _FEWEST_HIGH and 3 * high > len(raw.translate(None, _NO_LETTERS))


def shifts(raw: bytes) -> bool:
    """Whether seven-bit octets shift to other characters: a Japanese or Korean mail without a label."""
    return b"\x1b" in raw and bool(_SHIFTS.search(raw))


def is_inverted(text: str) -> bool:
    """Whether words run from small letters to capitals: KOI8 read as Windows-1251, or the other way round."""
    words = _WORD.findall(text[:_MOST_OCTETS])
    wrong: int = sum(word[1:].isupper() and word[0].islower() for word in words)
    right: int = sum(word[1:].islower() for word in words)
    return wrong > right
