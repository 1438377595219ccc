r"""Folding: text becomes ASCII in which equal words of any script are equal octets, and word boundaries stay boundaries.

Upper and lower case, composed and combining forms, full and half width, ß and ss, curly and straight quotes come out
the same. After case folding no ASCII capital is left, so capitals are free to spell other scripts: a letter outside
ASCII becomes capitals (a word character to RE2's `\b`, which knows only ASCII), and one of a script that puts no spaces
between words becomes capitals between control characters, so that a boundary lies on both of its sides.
"""

import re
import unicodedata

_DIGITS = "ABCDEFGHIJKLMNOP"  # a code point in base 16
_BEGIN, _END = "Q", "Z"  # around its digits: without them two letters could run together into a third
_LOOSE = "\x01"  # around a character of a script without spaces
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_SPELLED = re.compile(f"{_LOOSE}?{_BEGIN}([{_DIGITS}]+){_END}{_LOOSE}?")
_SPACES = re.compile(r"\s+")
# Thai to Myanmar, Hangul, Khmer, kana, bopomofo, Han: a word of these stands in the middle of others.
_WITHOUT_SPACES = (
    (0x0E00, 0x11FF), (0x1780, 0x17FF), (0x3005, 0x3007), (0x3040, 0x312F), (0x3130, 0x318F), (0x31F0, 0x31FF),
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF),
)  # fmt: skip
_VARIATIONS = ("\ufe00", "\ufe0f")
ONE_CHARACTER = f"(?:{_BEGIN}[{_DIGITS}]+{_END}|\\x01{_BEGIN}[{_DIGITS}]+{_END}\\x01|.)"
"""A regular expression for one character of folded text."""
_SAME = {
    "ı": "i",  # as İ comes out: who writes "iptal" means both
    "\u0307": "",  # what case folding leaves of the dot of İ
    **dict.fromkeys("‘’‚‛ʼ′`´", "'"),
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
}


class _Spelling(dict[str, str]):
    """How one folded character outside ASCII is spelled; filled as characters are met."""

    def __missing__(self, character: str) -> str:
        spelled = self[character] = _spell(character)
        return spelled


def _spell(character: str) -> str:
    same = _SAME.get(character)
    if same is not None:
        return same
    category = unicodedata.category(character)
    if category[0] == "Z" or character == "\x85":
        return " "
    if category in ("Cf", "Cc", "Cs", "Cn", "Me") or _VARIATIONS[0] <= character <= _VARIATIONS[1]:
        return ""  # soft hyphens, zero-width characters, directions, emoji presentation: nobody sees them
    digits = _BEGIN + "".join(_DIGITS[int(digit, 16)] for digit in f"{ord(character):x}") + _END
    if category[0] not in "LNM" or _is_without_spaces(ord(character)):
        return f"{_LOOSE}{digits}{_LOOSE}"
    return digits


def _is_without_spaces(code: int) -> bool:
    return any(first <= code <= last for first, last in _WITHOUT_SPACES)


_SPELLINGS = _Spelling()


def _spell_run(found: re.Match[str]) -> str:
    return "".join([_SPELLINGS[character] for character in found[0]])


def fold(text: str) -> str:
    """Fold for comparison; the result is ASCII, and only text that was ASCII keeps its length."""
    if text.isascii():
        return text.lower()
    normal = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _FOREIGN.sub(_spell_run, normal)


def unfold(folded: str) -> str:
    """Spell a folded text in letters again, lower case."""
    return _SPELLED.sub(lambda found: chr(int("".join(f"{ord(d) - 65:x}" for d in found[1]), 16)), folded)


def squeeze(text: str) -> str:
    """Make every run of white space one blank."""
    return _SPACES.sub(" ", text).strip()
