"""Octets of mail in, clean text out: charsets, base64, quoted-printable, encoded words.

Never raises, never takes more than linear time, and knows only the charsets of its own list: a codec name in a message
is data of a stranger (`zlib`, `idna`, `utf-7` are Python codecs too).
"""

import binascii
import re
from functools import lru_cache

from triaged.core.charsets import guess, is_inverted, is_mostly_high, shifts

_UTF8 = "utf-8"
_CODECS: dict[str, str] = {
    # Everything that claims to be ASCII or says nothing is read as UTF-8, of which ASCII is a part.
    **dict.fromkeys(("", "utf-8", "utf8", "us-ascii", "ascii", "ansi-x3.4-1968", "unicode-1-1-utf-8", "646"), _UTF8),
    # WHATWG: what is labelled Latin-1 is Windows-1252 in practice; they differ in C1 controls only.
    **dict.fromkeys(("iso-8859-1", "iso8859-1", "latin1", "latin-1", "l1", "8859-1", "cp819"), "cp1252"),
    **{f"iso-8859-{n}": f"iso8859-{n}" for n in (*range(2, 12), *range(13, 17))},
    **{f"iso8859-{n}": f"iso8859-{n}" for n in (*range(2, 12), *range(13, 17))},
    "iso-8859-8-i": "iso8859-8",
    "latin2": "iso8859-2",
    "latin9": "iso8859-15",
    **{f"{prefix}{n}": f"cp{n}" for n in range(1250, 1259) for prefix in ("windows-", "cp", "x-cp", "win-")},
    **{f"{prefix}{n}": f"cp{n}" for n in (437, 850, 852, 855, 866) for prefix in ("ibm", "cp", "ibm-")},
    **dict.fromkeys(("windows-874", "tis-620", "cp874"), "cp874"),
    **dict.fromkeys(("macintosh", "mac-roman", "x-mac-roman"), "mac_roman"),
    "koi8-r": "koi8_r",
    "koi8-u": "koi8_u",
    **dict.fromkeys(("iso-2022-jp", "csiso2022jp"), "iso2022_jp"),
    **{f"iso-2022-jp-{n}": f"iso2022_jp_{n}" for n in (1, 2, 3)},
    **dict.fromkeys(("shift-jis", "shiftjis", "sjis", "x-sjis", "windows-31j", "cp932", "ms932"), "cp932"),
    **dict.fromkeys(("euc-jp", "eucjp", "x-euc-jp"), "euc_jp"),
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "cp936", "gb-2312-80", "x-gbk", "euc-cn"), "gb18030"),
    **dict.fromkeys(("big5", "big5-hkscs", "cn-big5", "cp950"), "big5hkscs"),
    **dict.fromkeys(("euc-kr", "ks-c-5601-1987", "ks-c-5601", "ksc5601", "cp949", "uhc"), "cp949"),
    "iso-2022-kr": "iso2022_kr",
    **dict.fromkeys(("iso-2022-jp-ms", "cp50220", "cp50221", "csiso2022jpms"), "iso2022_jp_ext"),
    **dict.fromkeys(("utf-7", "utf7", "unicode-1-1-utf-7", "x-unicode-2-0-utf-7"), "utf-7"),
    **dict.fromkeys(("hz-gb-2312", "hz"), "hz"),
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
}
_LABEL_LIMIT = 40
_NEVER_WRITTEN = bytes({*range(1, 0x20)} - {*b"\t\n\v\f\r\x1b"})
_GARBLED_SHARE = 8  # one character in so many that is none: the rest cannot be relied on either
_WIDE = frozenset({"utf-16", "utf-16-le", "utf-16-be"})
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")  # they begin a text of two octets a character, whatever its label says
_SHIFTING = frozenset({"utf-7", "hz", *(name for name in _CODECS.values() if name.startswith("iso2022"))})
_MANY_OCTETS = frozenset({"cp932", "euc_jp", "gb18030", "big5hkscs", "cp949", _UTF8}) | _WIDE | _SHIFTING
_CYRILLIC = frozenset({"cp1251", "koi8_r", "koi8_u", "iso8859-5"})
# Octets that are text in every charset but the wide ones; in UTF-8 also those of characters that are never cleaned away,
# told by how they begin: C2, D8, E1, E2, EF and F3 may begin a control, a mark of direction, a character of no width.
_ORDINARY = b"\t\n" + bytes(range(0x20, 0x7F))
_CLEAN = (_ORDINARY, _ORDINARY + bytes({*range(0x80, 0xF5)} - {0xC0, 0xC1, 0xC2, 0xD8, 0xE1, 0xE2, 0xEF, 0xF3}))

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# Soft hyphen, bidi controls, zero-width characters, byte order mark, interlinear marks, tag characters.
_UNSEEN = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
_INVISIBLE = re.compile(f"[{_UNSEEN}]+")
_TEXT_JUNK = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_UNSEEN}]+")

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = bytes(octet for octet in range(256) if octet not in _BASE64)

_WORD = re.compile(rb"=\?([!-<>@-~]{1,60})\?([bBqQ])\?([^?]*)\?=")  # RFC 2047 2, blanks inside tolerated


def is_dropped(label: str) -> bool:
    """Say whether a header's word in this charset is not read: UTF-7, which hides signs in plain ASCII there.

    No mail program of today writes it into a header; in a text it is read like any other.
    """
    return _CODECS.get(_label(label)) == "utf-7"


def is_known(label: str) -> bool:
    """Say whether the charset is on the list of those that mail may be written in."""
    return _label(label) in _CODECS and not is_dropped(label)


def fits(raw: bytes, charset: str) -> bool:
    """Say whether octets are text in that charset; of one that is not on the list nobody knows, and they are."""
    name = _CODECS.get(_label(charset))
    try:
        raw.decode(name or "latin-1")
    except (UnicodeError, ValueError):
        return False
    return True


def _is_garbled(raw: bytes, text: str) -> bool:
    """Say whether a text is not what was written: its octets fit nothing, or only Windows-1252, in which nobody writes so."""
    if text.isascii() and len(text) == len(raw):
        return False
    if text.encode(_UTF8, "replace") == raw:  # most mail: it was UTF-8, and there was nothing to clean
        return _GARBLED_SHARE * text.count("\ufffd") > len(text)
    if _GARBLED_SHARE * (len(raw) - len(raw.translate(None, _NEVER_WRITTEN))) > len(raw):
        return True
    if text.isascii():
        return False
    return _GARBLED_SHARE * text.count("\ufffd") > len(text) or (
        is_mostly_high(raw) and text == clean_text(raw.decode("cp1252", "replace"))
    )


def decode(raw: bytes, charset: str = "") -> str:
    """Decode octets by the charset's label; where it lies or lacks, by what they are: UTF-8, a guess, Windows-1252."""
    name = _CODECS.get(_label(charset), _UTF8) if charset else _UTF8
    name = "utf-16" if raw.startswith(_WIDE_MARKS) and fits(raw, "utf-16") else name
    if name not in _SHIFTING and shifts(raw) and (guessed := guess(raw)) is not None:
        return guessed
    try:
        text = raw.decode(name)
    except (UnicodeError, ValueError):
        return _salvage(raw, name)
    return text if text.isascii() or name == _UTF8 else _doubted(raw, name, text)


def _doubted(raw: bytes, name: str, text: str) -> str:
    """A text that one octet a character allows, unless the octets say something else more plainly."""
    if name not in _MANY_OCTETS:
        try:
            return raw.decode(_UTF8)  # by chance no other text is UTF-8 from end to end
        except UnicodeDecodeError:
            pass
    if name == "cp1252" or (name in _CYRILLIC and is_inverted(text)):
        return guess(raw) or text
    return text


def decode_text(raw: bytes, charset: str = "") -> tuple[str, bool]:
    """Decode the octets of a text by the charset's label, and clean it; the flag says that it is not what was written."""
    name = _CODECS.get(_label(charset), _UTF8) if charset else _UTF8
    if not raw.translate(None, _CLEAN[name == _UTF8]) and name not in _WIDE and name not in _SHIFTING:
        try:  # most mail: nothing to clean or to doubt, and where it is ASCII all these charsets agree
            return raw.decode(_UTF8), False
        except UnicodeDecodeError:
            pass
    text = clean_text(decode(raw, charset))
    return text, _is_garbled(raw, text)


@lru_cache(maxsize=256)
def _label(charset: str) -> str:
    """The name of a charset as the list has it: most mail has the same few."""
    return charset[:_LABEL_LIMIT].strip(" \t'\"").lower().replace("_", "-")


def _salvage(raw: bytes, name: str) -> str:
    """Decode what its own charset does not fit."""
    if name != _UTF8:
        try:
            return raw.decode(_UTF8)
        except UnicodeDecodeError:
            return guess(raw) or raw.decode(name, "replace")
    text = raw.decode(_UTF8, "replace")
    bad = text.count("\ufffd")
    good = sum(character > "\x7f" for character in text) - bad
    return text if good >= bad else guess(raw) or raw.decode("cp1252", "replace")


def decode_base64(raw: bytes) -> tuple[bytes, bool]:
    """Decode base64 whatever stands between its letters; the flag says that it was whole."""
    try:
        return binascii.a2b_base64(raw), True
    except binascii.Error:
        letters = raw.translate(None, _NOT_BASE64)
        letters = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
        return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4)), False


def decode_quoted_printable(raw: bytes) -> bytes:
    """Decode quoted-printable; what is no valid escape stays as it is (RFC 2045 6.7)."""
    return binascii.a2b_qp(raw)


def decode_words(raw: bytes) -> str:
    """Decode an unfolded header field body with its encoded words (RFC 2047), not cleaned.

    Neighbouring words of one charset are joined before decoding: some mailers split characters between them.
    """
    if b"=?" not in raw:
        return decode(raw)
    out: list[str] = []
    held: list[bytes] = []
    charset = ""
    position = 0
    for word in _WORD.finditer(raw):
        gap = raw[position : word.start()]
        label = word[1].partition(b"*")[0].decode("ascii").lower()  # RFC 2231 5: =?charset*language?
        if held and (label != charset or gap.strip()):
            out.append(_decode_held(held, charset))
            held.clear()
            if gap.strip():
                out.append(decode(gap))
        elif not held:
            out.append(decode(gap))
        held.append(decode_base64(word[3])[0] if word[2] in b"bB" else binascii.a2b_qp(word[3], header=True))
        charset = label
        position = word.end()
    out.extend((_decode_held(held, charset), decode(raw[position:])))
    return "".join(out)


def _decode_held(held: list[bytes], charset: str) -> str:
    return "" if not held or is_dropped(charset) else decode(b"".join(held), charset)


def clean_line(text: str) -> str:
    """Make one line of it: controls and line ends become blanks, bidi controls and zero-width characters go."""
    if text.isascii() and text.isprintable():
        return text.strip() if "  " not in text else " ".join(text.split())
    return " ".join(_INVISIBLE.sub("", _CONTROLS.sub(" ", text)).split())


def clean_text(text: str) -> str:
    """Take out of a text of many lines what nobody sees: controls but tab and line end, bidi, zero width."""
    # Asking whether all is printable is ten times faster than looking for what is not.
    return text if text.replace("\n", "").replace("\t", "").isprintable() else _TEXT_JUNK.sub("", text)
