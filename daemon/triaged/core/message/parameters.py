"""Content-Type and Content-Disposition field bodies in, their value and parameters out (RFC 2045 5, RFC 2231)."""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import unquote_to_bytes

from triaged.core.decoding import clean_line, decode, decode_words, is_dropped

# What nearly all mail has: a value, and at most one parameter of plain characters.
_SIMPLE = re.compile(
    rb"[ \t]*([!#-'*+./0-9A-Z^_a-z{|}~-]{1,100})[ \t]*"
    rb'(?:;[ \t]*(charset|boundary|name|filename)=("?)([!#$%&+,./0-9:A-Z^_`a-z{|}~-]{1,200})\3[ \t]*)?;?[ \t]*\Z',
    re.IGNORECASE,
)
# One parameter; an unclosed quotation mark reaches to the end, which keeps this linear.
_PARAMETER = re.compile(r';[ \t]*([^\s;="]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*+)(?:"|\\?\Z)|([^;]*))')
_ESCAPE = re.compile(r"\\(.)")
_COMMENT = re.compile(r"\([^()\"]*\)")
_PARAMETERS_LIMIT = 200
_SECTION_LIMIT = 100  # continuations of one parameter
_USUAL_LIMIT = 80  # octets; longer ones have a name or a boundary of their own
_NONE: Mapping[str, str] = MappingProxyType({})


def read_value(raw: bytes) -> tuple[str, Mapping[str, str]]:
    """Read a field body: its value in lower case, and its parameters by lower-case name, decoded and cleaned.

    The first of two parameters of one name counts; an RFC 2231 value wins over a plain one.
    """
    return _usual(raw) if len(raw) <= _USUAL_LIMIT else _read(raw)


@lru_cache(maxsize=256)
def _usual(raw: bytes) -> tuple[str, Mapping[str, str]]:
    """Most mail has the same few: `text/plain; charset=utf-8`."""
    return _read(raw)


def _read(raw: bytes) -> tuple[str, Mapping[str, str]]:
    if simple := _SIMPLE.match(raw):
        value = simple[1].decode("ascii").lower()
        return value, {simple[2].decode("ascii").lower(): simple[4].decode("ascii")} if simple[2] else _NONE
    text = decode(raw)
    head, semicolon, rest = text.partition(";")
    if "(" in head:
        head = _COMMENT.sub("", head)
    return head.strip().lower(), _parameters(semicolon + rest)


def _parameters(text: str) -> Mapping[str, str]:
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    for count, found in enumerate(_PARAMETER.finditer(text)):
        if count >= _PARAMETERS_LIMIT:
            break
        name, quoted, bare = found.groups()
        value = _ESCAPE.sub(r"\1", quoted) if quoted is not None else bare.strip()
        base, star, section = name.lower().partition("*")
        if not star:
            plain.setdefault(base, clean_line(decode_words(value.encode()) if "=?" in value else value))
        elif (number := _section(section)) is not None:
            sections.setdefault(base, {}).setdefault(number, (value, name.endswith("*")))
    for base, pieces in sections.items():
        if 0 in pieces:
            plain[base] = _joined(pieces)
    return plain


def _section(text: str) -> int | None:
    """The number of a continuation: `0*` is 0, "" (one section, encoded) is 0, nonsense is None."""
    digits = text.removesuffix("*") or "0"
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= len("99") else None


def _joined(pieces: Mapping[int, tuple[str, bool]]) -> str:
    """Join continuations up to the first gap and decode them by the charset that the first one names."""
    charset = ""
    octets: list[bytes] = []
    for number in range(_SECTION_LIMIT):
        if number not in pieces:
            break
        value, encoded = pieces[number]
        if encoded and number == 0 and value.count("'") >= 2:  # noqa: PLR2004  # charset'language'value
            charset, _, value = value.split("'", 2)
        octets.append(unquote_to_bytes(value) if encoded else value.encode())
    return "" if is_dropped(charset) else clean_line(decode(b"".join(octets), charset))
