"""Text patterns of rules: a word, a phrase, or `/a regular expression/`. Text in, the text that matched out.

Everything runs on RE2: no pattern takes more than linear time. A word or phrase is compared after folding both sides
(`triaged.core.folding`), at the word boundaries of every script; a regular expression sees the text as it is (NFC), case
ignored.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import re2

from triaged.core.folding import ONE_CHARACTER, fold, squeeze, unfold

_LONGEST: Final = 2000  # characters of a pattern
_GAP: Final = r"[ \t\n\r\f\v]+"
_SHOWN: Final = 60  # characters of a match that `because` shows
_CONTROLS: Final = {"\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r", "\t": r"\t"}
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_FLAGS: Final = re.compile(r"/.+/[a-zA-Z]{1,6}")
_LOOKS_LIKE_REGEX: Final = re.compile(r"[\\\[\](){}|^$]")
_SET_MEMORY: Final = 8 << 20  # octets of a set's automaton, and some more for each of its patterns
_PATTERN_MEMORY: Final = 16 << 10


class Haystack:
    """A text that is searched by many patterns: encoded once for words and once for regular expressions, when asked."""

    __slots__ = ("_folded", "_plain", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._folded: bytes | None = None
        self._plain: bytes | None = None

    def octets(self, *, words: bool) -> bytes:
        """The text as its patterns see it."""
        if words:
            if self._folded is None:
                self._folded = fold(self.text).encode("ascii")
            return self._folded
        if self._plain is None:
            self._plain = unicodedata.normalize("NFC", self.text).encode("utf-8", "replace")
        return self._plain

    def shown(self, start: int, end: int, *, words: bool) -> str:
        """What octets `start` to `end` are in the text, as its writer wrote it where that is cheap to find."""
        octets = self.octets(words=words)
        if not words:
            return _shorten(octets[start:end].decode("utf-8", "replace"))
        if self.text.isascii():
            return _shorten(self.text[start:end])
        before, found = (unfold(part.decode("ascii")) for part in (octets[:start], octets[start:end]))
        as_written = self.text[len(before) : len(before) + len(found)]
        # Folding may have made the text longer or shorter: then the place is another one.
        return _shorten(as_written if fold(as_written).encode("ascii") == octets[start:end] else found)


def _shorten(found: str) -> str:
    line = squeeze(found)
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that may be searched for; `text` is as written, `words` false for a regular expression."""

    text: str
    words: bool
    expression: bytes = field(repr=False)

    def search(self, text: str | Haystack) -> str | None:
        """The text that matched (shortened), None if nothing did."""
        haystack = Haystack(text) if isinstance(text, str) else text
        found = _compiled(self.expression, self.words).search(haystack.octets(words=self.words))
        return haystack.shown(*found.span(), words=self.words) if found else None

    def __str__(self) -> str:
        return self.text


def compile_pattern(text: str) -> Pattern:
    """Read a word or phrase (`*` is any run of letters), or `/a regular expression/` in RE2 syntax.

    Raises:
        ValueError: it is none; the message says why and what to write.
    """
    if control := _CONTROL.search(text):
        raise ValueError(_about_control(control[0]))
    if not text.strip():
        raise ValueError("an empty pattern: write a word, or leave the condition out")
    if len(text) > _LONGEST:
        raise ValueError(f"a pattern of {len(text)} characters: at most {_LONGEST} are allowed")
    if text.startswith("/"):
        if len(text) > 2 and text.endswith("/"):  # noqa: PLR2004  # the two slashes
            return _regular_expression(text)
        if _FLAGS.fullmatch(text):
            raise ValueError(f'"{text}": no letters after the last slash; case never matters, (?s) and (?m) go inside')
        if _LOOKS_LIKE_REGEX.search(text):
            raise ValueError(f'"{text}": a regular expression stands between two slashes: the last one is missing')
    return _phrase(text)


def _about_control(character: str) -> str:
    written = _CONTROLS.get(character, f"\\x{ord(character):02x}")
    return (
        f"a control character ({written} in double quotes): write regular expressions in single quotes, "
        "as in '/\\bP[12]\\b/'"
    )


def _regular_expression(text: str) -> Pattern:
    expression = unicodedata.normalize("NFC", text[1:-1]).encode("utf-8", "replace")
    try:
        _compile(expression, words=False)
    except re2.error as error:
        raise ValueError(f"{text}: {_reason(error)} (RE2 syntax)") from error
    return Pattern(text, words=False, expression=expression)


def _reason(error: Exception) -> str:
    reason = error.args[0] if error.args else "not a regular expression"
    return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)


def _phrase(text: str) -> Pattern:
    folded = squeeze(fold(text))
    if not folded.replace("*", "").strip():
        raise ValueError(f'"{text}" has nothing to look for: write a word, or leave the condition out')
    parts = [r"\w*".join(re2.escape(piece) for piece in word.split("*")) for word in folded.split(" ")]
    before = r"\b" if _is_word(folded[0]) else ""
    after = r"\b" if _is_word(folded[-1]) else ""
    return Pattern(text, words=True, expression=f"{before}{_GAP.join(parts)}{after}".encode())


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _options(*, words: bool, memory: int = _SET_MEMORY) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = words  # folded text has one case
    options.max_mem = memory
    return options


def _compile(expression: bytes, *, words: bool) -> Any:
    return re2.compile(expression, _options(words=words))


@lru_cache(maxsize=4096)
def _compiled(expression: bytes, words: bool) -> Any:  # noqa: FBT001  # a cache's key
    return _compile(expression, words=words)


class PatternSet:
    """Many patterns searched at once: which of them occur in a text. Compiled when first asked.

    All are words and phrases, or all are regular expressions.
    """

    __slots__ = ("_match", "_patterns", "_words")

    def __init__(self, patterns: Sequence[Pattern], *, words: bool) -> None:
        self._patterns = tuple(patterns)
        self._words = words
        self._match: Callable[[bytes], list[int] | None] | None = None

    def find(self, haystack: Haystack) -> Iterable[int]:
        """The places, in `patterns`, of those that occur; in no order."""
        if self._match is None:
            self._match = self._compile()
        found = self._match(haystack.octets(words=self._words))
        sentinel = len(self._patterns)
        if found is None or sentinel not in found:
            return [place for place, pattern in enumerate(self._patterns) if pattern.search(haystack) is not None]
        return [place for place in found if place != sentinel]

    def _compile(self) -> Callable[[bytes], list[int] | None]:
        """The automaton's own search: None, or a list without the sentinel, says that it ran out of memory.

        It gives None for nothing found, too: the empty pattern, added last, always occurs and tells the two apart.
        """
        memory = _SET_MEMORY + _PATTERN_MEMORY * len(self._patterns)
        compiled = re2.Set.SearchSet(_options(words=self._words, memory=memory))
        for pattern in self._patterns:
            compiled.Add(pattern.expression)
        compiled.Add(b"")
        try:
            compiled.Compile()
        except re2.error:  # too many for its memory
            return _nothing
        match: Callable[[bytes], list[int] | None] = compiled.Match
        return match


def _nothing(_octets: bytes) -> None:
    return None


@dataclass(frozen=True, slots=True)
class ValueGlob:
    """A glob for whole values (header fields, labels, file names): `*` any run, `?` one character, case ignored."""

    text: str
    _expression: bytes = field(repr=False)

    @property
    def is_plain(self) -> bool:
        """Whether it holds no wildcard."""
        return "*" not in self.text and "?" not in self.text

    def matches(self, value: str) -> bool:
        """Whether the whole value fits."""
        return _compiled(self._expression, True).search(fold(squeeze(value)).encode("ascii")) is not None  # noqa: FBT003  # a cache's key

    def __str__(self) -> str:
        return self.text


def compile_glob(text: str) -> ValueGlob:
    """Read a glob for whole values.

    Raises:
        ValueError: it holds a control character.
    """
    if control := _CONTROL.search(text):
        raise ValueError(_about_control(control[0]))
    pieces = (re2.escape(piece).replace(r"\?", ONE_CHARACTER) for piece in fold(squeeze(text)).split("*"))
    return ValueGlob(text, f"(?s)^{'.*'.join(pieces)}$".encode())
