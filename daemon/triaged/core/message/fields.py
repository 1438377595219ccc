"""A header block in, its fields out: one pass, bounded, nothing decoded before it is asked for.

What exceeds the limits or confuses is named as a defect; the reader neither raises nor tries a second, slower way.
"""

import re
from collections.abc import Iterator, KeysView, Mapping
from dataclasses import dataclass, field

from triaged.core.decoding import clean_line, decode_words

HEADER_LIMIT = 256 * 1024
FIELD_LIMIT = 16 * 1024
FIELDS_LIMIT = 1000

# One field with its continuation lines, or (third group) one line that is no field.
_FIELD = re.compile(rb"(?:([!-9;-~]++)([ \t]*+):([^\n]*+(?:\n[ \t][^\n]*+)*+)|([^\n]*+))\n?")
_LONGEST_KNOWN = 60  # octets of a name: longer ones are nobody's usual fields, and would fill the memory
_MOST_KNOWN = 2048
_NAMES: dict[bytes, str] = {}
_NOTHING: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a header in their order; names are lower-case, look-ups ignore case.

    Iterating gives (name, raw octets, unfolded).
    """

    pairs: tuple[tuple[str, bytes], ...]
    _index: Mapping[str, tuple[bytes, ...]] = field(repr=False, compare=False)

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        return iter(self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._index

    @property
    def names(self) -> KeysView[str]:
        """The lower-case names of the fields there are."""
        return self._index.keys()

    def raw(self, name: str) -> tuple[bytes, ...]:
        """The unfolded octets of every field of that name, topmost first."""
        return self._index.get(name.lower(), _NOTHING)

    def all(self, name: str) -> tuple[str, ...]:
        """Every field of that name, unfolded, decoded (RFC 2047), cleaned of controls; topmost first."""
        found = self.raw(name)
        return tuple([clean_line(decode_words(raw)) for raw in found]) if found else ()

    def first(self, name: str) -> str | None:
        """The topmost field of that name as `all` gives it, None if there is none."""
        raw = self.raw(name)
        return clean_line(decode_words(raw[0])) if raw else None


def read_fields(header: bytes) -> tuple[Fields, tuple[str, ...]]:
    """Read a header block up to its blank line or end: the fields, and the defects met."""
    defects: list[str] = []
    if len(header) >= HEADER_LIMIT:  # what a server was asked for is cut there
        header = header[:HEADER_LIMIT]
        defects.append("limit-header")
    header = _line_ends(header, defects)
    if b"\0" in header:
        defects.append("nul")
    # The separator line of mbox files; "From :" is none, but a field that some readers believe.
    if header.startswith((b"From ", b">From ")) and header[:6] != b"From :":
        header = header.partition(b"\n")[2]
    found = _FIELD.findall(header)
    if len(found) > FIELDS_LIMIT:
        del found[FIELDS_LIMIT:]
        defects.append("limit-fields")
    names, long = _NAMES, len(header) > FIELD_LIMIT
    pairs: list[tuple[str, bytes]] = []
    index: dict[str, tuple[bytes, ...]] = {}
    for name, blank, body, junk in found:
        if not name:
            if junk and not junk.isspace():
                defects.append("junk-in-header")
            continue
        if blank:
            defects.append("blank-before-colon")
        if long and len(body) > FIELD_LIMIT:
            defects.append("limit-field")
            body = body[:FIELD_LIMIT]  # noqa: PLW2901  # the field, cut
        # A line end within a field is a fold: the pattern lets no other in (RFC 5322 2.2.3).
        unfolded = (body.replace(b"\n", b"") if b"\n" in body else body).strip()
        lower = names.get(name) or _lower(name)
        pairs.append((lower, unfolded))
        index[lower] = (*index[lower], unfolded) if lower in index else (unfolded,)
    return Fields(tuple(pairs), index), tuple(dict.fromkeys(defects))


def _lower(name: bytes) -> str:
    """A name that was not met before; one text for every field of a name, since most mail has the same few dozen."""
    lower = str(name, "ascii").lower()
    if len(name) <= _LONGEST_KNOWN and len(_NAMES) < _MOST_KNOWN:
        _NAMES[name] = lower
    return lower


def _line_ends(header: bytes, defects: list[str]) -> bytes:
    if b"\r" not in header:
        return header
    header = header.replace(b"\r\n", b"\n")
    if b"\r" in header:
        defects.append("bare-cr")
        return header.replace(b"\r", b" " if b"\n" in header else b"\n")
    return header
