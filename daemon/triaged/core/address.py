"""Addresses: from raw header octets or configured text to a value that may be compared and written to.

Conservative on purpose: where two programs could read two different addresses out of the same octets, this one reads
none and says why. Nothing here looks anything up or sends anything.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase
from typing import Self

from triaged.core.decoding import clean_line, decode_words

_LOCAL_LIMIT = 64  # RFC 5321 4.5.3.1.1
_DOMAIN_LIMIT = 253
ADDRESSES_LIMIT = 500

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
_LDH = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_FOLD = re.compile(rb"\r?\n")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# A phrase of words and quoted strings, then one bracketed address. Possessive: no input makes it try twice.
_MAILBOX = re.compile(r'((?:"(?:[^"\\]|\\.)*+"|[^"<>@,;:()\\\[\]])*+)<[ \t]*([^<>\s"()\\\[\],;:]+)[ \t]*>[ \t]*')
_BARE = re.compile(r'[^<>\s"()\\\[\],;:]+')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*+)"')
_QUOTED_OR_OPEN = re.compile(r'"(?:[^"\\]|\\.)*+("|\\?\Z)', re.DOTALL)  # an open one reaches to the end: linear
_ESCAPE = re.compile(r"\\(.)")
# For presence only: quoted strings and comments go. An unclosed one reaches to the end, a comment to one inside it too:
# whatever begins one ends it as well, so that no octet is looked at from two beginnings.
_ASIDE = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|\((?:[^()\\]|\\.)*+(?:\)|(?=\()|\\?\Z)', re.DOTALL)
_AROUND = "'`.[]"  # what stands around an address that is quoted by hand, or ends a sentence
_AT_A_PLACE = re.compile(r"[^@]*@[\w-]*")  # "Gary @ Harbor", "G Smith/Harbor@Notes": no domain, so a word of a name
_TOKEN = re.compile(r'[^\s<>,;:()"\\]+')

_BATV = re.compile(r"(?:prvs=[0-9a-z]{4,16}=|btv1==[^=]{4,40}==)(.+)", re.IGNORECASE)
_BATV_TAG = re.compile(r"(.+)\+prvs=[0-9a-z]{4,16}", re.IGNORECASE)
_SRS = re.compile(r"srs[01][=+-].*", re.IGNORECASE)
_SRS0 = re.compile(r"srs0[=+-][^=]{1,16}=[^=]{1,4}=([^=]+)=(.+)", re.IGNORECASE)
_SRS1 = re.compile(r"srs1[=+-][^=]{1,16}=[^=]+==[^=]{1,16}=[^=]{1,4}=([^=]+)=(.+)", re.IGNORECASE)
_GMAIL = frozenset({"gmail.com", "googlemail.com"})


def same(text: str) -> str:
    """What two addresses are equal by: ASCII letters without case, others exactly, in normal form C.

    Whoever may make `straße@` has not been given `strasse@`, and the Kelvin sign is no k.
    """
    if text.isascii():
        return text.lower()
    pieces = _LIKE_ASCII.split(text.translate(_LOWER))
    return "".join(one if _LIKE_ASCII.fullmatch(one) else unicodedata.normalize("NFC", one) for one in pieces)


_LIKE_ASCII = re.compile(
    "([\u037e\u1fef\u212a])"
)  # their normal form is ASCII: once more, and they would be equal to it
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


@dataclass(frozen=True, slots=True)
class Address:
    """An addr-spec that the conservative reader accepted.

    `local` is as written, `domain` a lower-case A-label (RFC 5890). A local part outside ASCII (RFC 6532) can be read
    and compared; `is_ascii` is false then, and nothing may be sent to it.
    """

    local: str
    domain: str

    @property
    def spec(self) -> str:
        """The very string for RCPT TO: local@domain."""
        return f"{self.local}@{self.domain}"

    @property
    def key(self) -> str:
        """The identity for comparisons: the spec, folded as `same` says."""
        return same(f"{self.local}@{self.domain}")

    @property
    def is_ascii(self) -> bool:
        """False where writing to it would need SMTPUTF8 (RFC 6531)."""
        return self.local.isascii()

    def __str__(self) -> str:
        return self.spec


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One mailbox of a header: the address, and the display name decoded and cleaned ("" if none)."""

    address: Address
    name: str = ""


class NullSender(Enum):
    """The empty reverse-path `<>` (RFC 5321 4.5.5)."""

    NULL = "<>"


def read_address(text: str) -> Address | None:
    """Read a plain `local@domain`, as in configuration and arguments; None where it is no such thing."""
    local, at, domain = text.strip().rpartition("@")
    if not at or not _is_local(local):
        return None
    label = _domain(domain)
    return Address(local, label) if label else None


def _is_local(local: str) -> bool:
    if _LOCAL.fullmatch(local):
        return "=?" not in local
    if local.isascii() or len(local.encode("utf-8", "replace")) > _LOCAL_LIMIT:
        return False
    rest = "".join(character for character in local if character.isascii())
    return (
        (not rest or _LOCAL.fullmatch(rest) is not None)
        and "=?" not in local
        and all(character.isascii() or unicodedata.category(character)[0] in "LMN" for character in local)
    )


def _domain(domain: str) -> str | None:
    """The lower-case A-label of a domain, None if it is none (literals and one with a final dot are none)."""
    lower = domain.lower() if domain.isascii() else domain.translate(_LOWER)
    if not lower.isascii():
        return _a_label(lower) if len(lower) <= _DOMAIN_LIMIT else None
    return lower if len(lower) <= _DOMAIN_LIMIT and _LDH.fullmatch(lower) else None


def _a_label(domain: str) -> str | None:
    """The A-label of an international domain; one that is only shown as it is (invisible or compatibility forms) is none."""
    shown = all(character in ".-" or unicodedata.category(character)[0] in "LMN" for character in domain)
    if not shown or unicodedata.normalize("NFKC", domain) != domain:
        return None
    import idna  # only mail with an international domain pays for its tables

    try:
        label = idna.encode(domain.lower(), uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError, ValueError):
        return None
    return label if len(label) <= _DOMAIN_LIMIT and _LDH.fullmatch(label) else None


def read_mailbox(raw: bytes) -> Mailbox | str:
    """Read one From or Sender field body: `phrase <local@domain>` or `local@domain`.

    Args:
        raw: the octets after the colon, folded or not.

    Returns:
        The mailbox, or in words why there is no single, unambiguous one (RFC 5322 3.4; groups, lists, comments,
        routes, quoted local parts and encoded words in the address are all refused).
    """
    unfolded = _FOLD.sub(b"", raw).strip(b" \t") if b"\n" in raw else raw.strip(b" \t\r")
    text, whole = _characters(unfolded)
    if _CONTROL.search(text):
        return "a control character in the field"
    found = _MAILBOX.fullmatch(text)
    phrase, spec = (found[1], found[2]) if found else ("", text)
    if found is None and not _BARE.fullmatch(text):
        return _what_is_wrong(text)
    if "=?" in spec:
        return "an encoded word inside the address"
    address = read_address(spec) if whole or spec.isascii() else None
    if address is None:
        return f"no valid address: {clean_line(spec)[:80]}"
    return Mailbox(address, _display_name(phrase))


def _characters(raw: bytes) -> tuple[str, bool]:
    """Octets as characters: UTF-8 where they are (True), else Windows-1252, with which no address is believed."""
    try:
        return raw.decode("utf-8"), True
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace"), False


def _what_is_wrong(text: str) -> str:
    """Name the first thing that makes a field body ambiguous."""
    if not text:
        return "empty"
    outside = _QUOTED_OR_OPEN.sub(lambda quoted: "" if quoted[1] == '"' else '"', text)
    checks = (
        ('"' in outside, "a quotation mark that is not closed"),
        (";" in outside or (":" in outside and "<" not in outside.partition(":")[0]), "a group, not a mailbox"),
        (":" in outside, "a route in the address"),
        ("," in outside, "more than one mailbox"),
        ("(" in outside or ")" in outside, "a comment in the address"),
        (outside.count("@") > 1, "more than one address"),
        ('"' in text.rpartition("<")[2], "a quoted local part"),
        ("@" not in outside, "no address"),
    )
    return next((why for wrong, why in checks if wrong), "not a single plain address")


def _display_name(phrase: str) -> str:
    words = phrase.strip()
    if not words:
        return ""
    if '"' in words:
        words = _QUOTED.sub(lambda quoted: _ESCAPE.sub(r"\1", quoted[1]), words)
    if "=?" in words:
        words = decode_words(words.encode("utf-8"))
    return clean_line(words)


def read_return_path(raw: bytes) -> Address | NullSender | str:
    """Read a Return-Path field body: `<local@domain>` or bare, `<>` as NullSender.NULL, else what is wrong."""
    text, whole = _characters(_FOLD.sub(b"", raw).strip(b" \t\r"))
    if _CONTROL.search(text):
        return "a control character in the field"
    inner = text[1:-1].strip(" \t") if text[:1] == "<" and text[-1:] == ">" else text
    if not inner:
        return NullSender.NULL if text else "empty"
    address = read_address(inner) if (whole or inner.isascii()) and _BARE.fullmatch(inner) else None
    return address or f"no valid address: {clean_line(inner)[:80]}"


def addresses_in(raw: bytes, limit: int = ADDRESSES_LIMIT) -> tuple[Address, ...]:
    """Find the addresses in a To, Cc or similar field body, leniently, at most `limit`.

    Good for asking whether somebody is among them, never for a destination.
    """
    text, _ = _characters(_FOLD.sub(b"", raw))
    if '"' in text or "(" in text:
        text = _ASIDE.sub(" ", text)
    found: list[Address] = []
    for token in _TOKEN.findall(text):
        if token.count("@") == 1 and (address := read_address(token)) is not None:
            found.append(address)
            if len(found) >= limit:
                break
    return tuple(found)


def only_address(raw: bytes) -> Address | None:
    """The one address that stands in a From that is no single plain mailbox, wherever in it; None where there are two.

    So people's programs write comments, unquoted commas and colons, and an address as its own name. It says whose mail
    it may be, never where to write to.
    """
    unfolded = _FOLD.sub(b"", raw)
    text = decode_words(unfolded) if b"=?" in unfolded else _characters(unfolded)[0]
    if _CONTROL.search(text):
        return None
    found: dict[str, Address] = {}
    tokens = [token for token in _TOKEN.findall(text) if "@" in token]
    for token in [token for token in tokens if not _AT_A_PLACE.fullmatch(token)] or tokens:
        address = read_address(token.strip(_AROUND)) if token.count("@") == 1 else None
        if address is None or not address.is_ascii:
            return None
        found.setdefault(address.key, address)
    return next(iter(found.values())) if len(found) == 1 else None


@lru_cache(maxsize=1)
def _public_suffixes() -> object:
    from publicsuffixlist import PublicSuffixList  # 10,000 rules: read once, when first asked for

    return PublicSuffixList()


@lru_cache(maxsize=4096)
def organisation(domain: str) -> str:
    """The organisation's domain by the public suffix list: `mail.roth.co.uk` gives `roth.co.uk`.

    A public suffix itself, or what is not on any list, gives the domain as it is.
    """
    suffixes: object = _public_suffixes()
    private = suffixes.privatesuffix(domain)  # type: ignore[attr-defined]  # the library ships no types
    return str(private) if private else domain


def has_organisation(domain: str) -> bool:
    """Say whether a domain is somebody's own or below it, and no public suffix under which anybody may have one."""
    label = _domain(domain)
    suffixes: object = _public_suffixes()
    return bool(label and suffixes.privatesuffix(label))  # type: ignore[attr-defined]  # the library ships no types


def plain(address: Address) -> Address:
    """Take BATV tags (`prvs=…=`) and SRS rewriting off, for comparison only: never a destination."""
    return srs_origin(address) or unsigned(address)


def unsigned(address: Address) -> Address:
    """Take a BATV tag off, by which its server knows its own bounces: who it is; written to is the tagged address."""
    if "=" not in address.local:
        return address
    if batv := _BATV.fullmatch(address.local) or _BATV_TAG.fullmatch(address.local):
        return read_address(f"{batv[1]}@{address.domain}") or address
    return address


def srs_origin(address: Address) -> Address | None:
    """The address that a forwarder has rewritten (SRS), None where it has not, or says nothing that can be read."""
    srs = _SRS0.fullmatch(address.local) or _SRS1.fullmatch(address.local)
    return read_address(f"{srs[2]}@{srs[1]}") if srs else None


def is_forwarders(address: Address) -> bool:
    """Whether it is a forwarder's for his own bounces: it proves no sender, and nobody reads what is sent there."""
    return _SRS.fullmatch(address.local) is not None or "+caf_=" in address.local.lower()


def untagged(address: Address) -> Address:
    """Without its +tag: many programs write from a new one each time."""
    local, tagged, _ = address.local.partition("+")
    return Address(local, address.domain) if local and tagged else address


def is_mine(address: Address, mine: Iterable[Address]) -> bool:
    """Say whether an address is one of mine, +tags taken off, and dots where the provider ignores them."""
    return any(_is_same(address, own) for own in mine)


def _is_same(address: Address, own: Address) -> bool:
    if address.domain != own.domain and not (address.domain in _GMAIL and own.domain in _GMAIL):
        return False
    return _own_key(address) == _own_key(own) or address.key == own.key


def _own_key(address: Address) -> str:
    local = same(address.local).partition("+")[0] or same(address.local)
    if address.domain in _GMAIL:
        return f"{local.replace('.', '')}@gmail.com"
    return f"{local}@{address.domain}"


@dataclass(frozen=True, slots=True)
class Glob:
    """A pattern for addresses: `*` any run of characters, `?` one, everything else itself, case ignored.

    `specificity`: exact address 3, one whole domain 2, anything else 1.
    `has_fixed_domain`: the domain is spelled out, or all but its subdomains are; else anybody may match.
    """

    text: str
    specificity: int
    has_fixed_domain: bool
    _domain: str = field(repr=False)
    _shape: re.Pattern[str] = field(repr=False, compare=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a pattern; ValueError says what to write instead."""
        pattern = text.strip()
        wild = "*" in pattern or "?" in pattern
        local, at, domain = pattern.rpartition("@")
        if not pattern or any(character.isspace() for character in pattern) or (wild and at and not (local and domain)):
            raise ValueError(f"{text!r} is no address pattern; write name@domain or *@domain")
        if not wild and (address := read_address(pattern)) is not None:
            return cls(pattern, 3, True, address.domain, _shape(address.key))  # noqa: FBT003  # by position, like its neighbours
        if not wild:
            raise ValueError(
                f"{text!r} is no address; write name@domain, or *@{pattern.lstrip('@')} for a whole domain"
            )
        fixed = _domain(domain) if at else None
        if fixed:
            return cls(pattern, 2 if local == "*" else 1, True, fixed, _shape(f"{local}@{fixed}"))  # noqa: FBT003  # see above
        known = domain.startswith("*.") and has_organisation(domain[2:])
        return cls(pattern, 1, known, "", _shape(pattern))

    @property
    def domain(self) -> str:
        """The domain that is spelled out whole; "": none is."""
        return self._domain

    def matches(self, address: Address) -> bool:
        """Say whether the address fits."""
        if self.specificity == 2:  # noqa: PLR2004  # the whole domain, see above
            return address.domain == self._domain
        return self._shape.fullmatch(address.key) is not None

    def __str__(self) -> str:
        return self.text


def _shape(pattern: str) -> re.Pattern[str]:
    """A regular expression without backtracking: what lies between two stars is taken where it first occurs."""
    first, *rest = (re.escape(piece).replace(r"\?", ".") for piece in same(pattern).split("*"))
    if not rest:
        return re.compile(first, re.DOTALL)
    *middle, last = rest
    return re.compile(f"{first}{''.join(f'(?>.*?{piece})' for piece in middle if piece)}.*{last}", re.DOTALL)


_WRITTEN = re.compile(r"([^\s<>\"'(),:;\[\]@])[^\s<>\"'(),:;\[\]@]*@([^\s<>\"'(),:;\[\]@]+)")


def shortened(text: str) -> str:
    """The text with every address in it told by its first letter and its domain: "g…@harbor.example"."""
    return _WRITTEN.sub(r"\1…@\2", text)
