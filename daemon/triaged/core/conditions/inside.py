"""Conditions about what a message holds: its text, header, size and attachments."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

from triaged.core.conditions.reading import ConditionWord, Path, Reading, written
from triaged.core.conditions.view import Outcome, View, no, yes
from triaged.core.conditions.words import Compare, as_size, counted, one_of
from triaged.core.patterns import Haystack, Pattern, ValueGlob, compile_glob, compile_pattern

_CUT: Final = 80  # characters of a found value that are shown
_FIRST_NUMBER: Final = re.compile(r"[12](?!\d)")  # X-Priority: 1 is highest, 3 is normal
_COMPARISON: Final = re.compile(r"(<=|>=|==|<|>|=)\s*(\d{1,12}(?:\.\d{1,3})?)\s*([A-Za-z]*)", re.ASCII)
_SCALES: Final = {
    "": 1,
    "b": 1,
    "kb": 1000,
    "mb": 1000**2,
    "gb": 1000**3,
    "kib": 1024,
    "mib": 1024**2,
    "gib": 1024**3,
}
_TAG: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.ASCII | re.IGNORECASE)
_FIELD: Final = re.compile(r"[!-9;-~]+")  # RFC 5322 3.6.8: ftext
_PLACES: Final = {"subject": "the subject", "body": "the new text", "text": "subject or new text"}


@dataclass(frozen=True, slots=True)
class TextHas:
    """`subject`, `body`, `text`: one of these patterns occurs there."""

    place: Literal["subject", "body", "text"]
    patterns: tuple[Pattern, ...]

    def judge(self, view: View) -> Outcome:
        """Search; the body is not read where the subject is enough."""
        if self.place != "body" and (found := self._search(view.subject)) is not None:
            return yes(f"subject has '{found}'")
        if self.place != "subject" and (found := self._search(view.body)) is not None:
            return yes(f"text has '{found}'")
        return no(self.absent)

    def is_in(self, haystack: Haystack) -> bool:
        """Whether one of them occurs in a text."""
        return self._search(haystack) is not None

    @property
    def absent(self) -> str:
        """Why it does not hold, where it does not."""
        return f"no {one_of(self.patterns)} in {_PLACES[self.place]}"

    def _search(self, haystack: Haystack) -> str | None:
        return next((found for pattern in self.patterns if (found := pattern.search(haystack)) is not None), None)


@dataclass(frozen=True, slots=True)
class HeaderIs:
    """`header`: every field named has a value that fits one of its globs, as a whole."""

    asked: tuple[tuple[str, tuple[ValueGlob, ...]], ...]

    def judge(self, view: View) -> Outcome:
        """Stop at the first field that fits none."""
        reasons = []
        for name, globs in self.asked:
            outcome = _field_is(name, globs, view.message.fields.all(name))
            if not outcome.matched:
                return outcome
            reasons.append(outcome.because)
        return yes(" and ".join(reasons))


def _field_is(name: str, globs: tuple[ValueGlob, ...], values: Sequence[str]) -> Outcome:
    for value in values:
        if any(glob.matches(value) for glob in globs):
            return yes(f"{name} is '{value[:_CUT]}'")
    if not values:
        return no(f"no {name} in the header")
    return no(f"{name} is '{values[0][:_CUT]}', not {one_of(globs)}")


@dataclass(frozen=True, slots=True)
class IsImportant:
    """`important`: Importance or X-Priority says high, or does not."""

    wanted: bool

    def judge(self, view: View) -> Outcome:
        found = next(iter(_marks_of_importance(view)), "")
        return Outcome(bool(found) == self.wanted, f"marked {found}" if found else "not marked as important")


def _marks_of_importance(view: View) -> list[str]:
    fields = view.message.fields
    high = ["Importance: high" for value in fields.all("importance") if value.strip().casefold() == "high"]
    first = [
        f"X-Priority: {value.strip()[:_CUT]}"
        for value in fields.all("x-priority")
        if _FIRST_NUMBER.match(value.strip())
    ]
    return high + first


@dataclass(frozen=True, slots=True)
class HasWords:
    """`words`: the new text has so many words."""

    compare: Compare

    def judge(self, view: View) -> Outcome:
        words = counted(view.message.words, "word")
        asked = self.compare.in_words(str(self.compare.number))
        matched = self.compare.holds(view.message.words)
        return Outcome(matched, f"{words}, {asked}" if matched else f"{words}, not {asked}")


@dataclass(frozen=True, slots=True)
class HasAttachment:
    """`attachment`: there is one, there is none, or one has such a name (with a slash: such a type)."""

    wanted: bool
    globs: tuple[ValueGlob, ...] = ()

    def judge(self, view: View) -> Outcome:
        attachments = view.message.attachments
        if not self.globs:
            words = f"{counted(len(attachments), 'attachment')}" if attachments else "no attachment"
            return Outcome(bool(attachments) == self.wanted, words)
        for glob in self.globs:
            for attachment in attachments:
                value = attachment.content_type if "/" in glob.text else attachment.name
                if glob.matches(value):
                    return yes(f"attachment '{value[:_CUT]}'")
        return no(f"no attachment {one_of(self.globs)}")


@dataclass(frozen=True, slots=True)
class HasSize:
    """`size`: the whole message is that large; in octets."""

    compare: Compare

    def judge(self, view: View) -> Outcome:
        size, asked = as_size(view.message.size), self.compare.in_words(as_size(self.compare.number))
        matched = self.compare.holds(view.message.size)
        return Outcome(matched, f"{size}, {asked}" if matched else f"{size}, not {asked}")


@dataclass(frozen=True, slots=True)
class IsInLanguage:
    """`language`: the new text is written in one of these."""

    tags: tuple[str, ...]

    def judge(self, view: View) -> Outcome:
        """Ask for the detected language; `de` also stands for `de-AT`."""
        found, asked = view.language, one_of(self.tags, quoted=False)
        if found is None:
            return no(f"language not recognised, asked is {asked}")
        if any(found.casefold() == tag or found.casefold().startswith(f"{tag}-") for tag in self.tags):
            return yes(f"written in {found}")
        return no(f"written in {found}, not {asked}")


def _text(place: Literal["subject", "body", "text"], reading: Reading, value: object, path: Path) -> TextHas:
    return TextHas(place, reading.values(value, path, compile_pattern, "words"))


def _header(reading: Reading, value: object, path: Path) -> HeaderIs | None:
    if not isinstance(value, Mapping) or not value:
        reading.wrong(path, f'{written(value)}: write a table of fields, as in {{ "X-Priority" = ["1*", "2*"] }}')
        return None
    found = []
    for name, globs in value.items():
        if not _FIELD.fullmatch(name):
            reading.wrong((*path, name), f'"{name}" is no name of a header field; it has no colon and no blank')
        found.append((name, reading.values(globs, (*path, name), compile_glob, "globs on the value")))
    return HeaderIs(tuple(found))


def _important(reading: Reading, value: object, path: Path) -> IsImportant:
    return IsImportant(reading.truth(value, path))


def _words(reading: Reading, value: object, path: Path) -> HasWords | None:
    compare = reading.one(value, path, _count, 'a comparison, as in "<= 12"')
    return None if compare is None else HasWords(compare)


def _count(text: str) -> Compare:
    found = _COMPARISON.fullmatch(text.strip())
    if found is None or found[3] or "." in found[2]:
        raise ValueError(f'"{text}" is no comparison; write one as in "<= 12"')
    return Compare(found[1].replace("==", "="), int(found[2]))


def _size(reading: Reading, value: object, path: Path) -> HasSize | None:
    compare = reading.one(value, path, _octets, 'a comparison, as in "> 5 MB"')
    return None if compare is None else HasSize(compare)


def _octets(text: str) -> Compare:
    found = _COMPARISON.fullmatch(text.strip())
    if found is None:
        raise ValueError(f'"{text}" is no comparison; write one as in "> 5 MB"')
    scale = _SCALES.get(found[3].casefold())
    if scale is None:
        raise ValueError(f'"{found[3]}" is no unit of size; write B, KB, MB or GB (KiB, MiB, GiB for powers of 1024)')
    return Compare(found[1].replace("==", "="), int(float(found[2]) * scale))


def _attachment(reading: Reading, value: object, path: Path) -> HasAttachment:
    if isinstance(value, bool):
        return HasAttachment(value)
    return HasAttachment(wanted=True, globs=reading.values(value, path, compile_glob, "true, false, or globs on names"))


def _language(reading: Reading, value: object, path: Path) -> IsInLanguage:
    return IsInLanguage(reading.values(value, path, _tag, 'language tags, as in "de"'))


def _tag(text: str) -> str:
    if not _TAG.fullmatch(text):
        raise ValueError(f'"{text}" is no language tag; write one as in "de" or "en"')
    return text.casefold()


WORDS: Final = (
    ConditionWord(
        "subject",
        partial(_text, "subject"),
        "words, phrases, `/regular expressions/`",
        """subject = ["outage", '/\\bP[12]\\b/']""",
        "One of these occurs in the subject.",
    ),
    ConditionWord(
        "body",
        partial(_text, "body"),
        "words, phrases, `/regular expressions/`",
        'body = "call me"',
        "One of these occurs in the new text: quotes, signature and forwarded parts are left out.",
    ),
    ConditionWord(
        "text",
        partial(_text, "text"),
        "words, phrases, `/regular expressions/`",
        'text = ["asap", "still today"]',
        "One of these occurs in the subject or in the new text.",
    ),
    ConditionWord(
        "header",
        _header,
        "a table: field names to globs",
        'header = { "X-Priority" = ["1*", "2*"] }',
        'Every field named has a value that fits one of its globs as a whole; `"*"`: the field is there.',
        form=Mapping[str, tuple[str, ...]],
    ),
    ConditionWord(
        "important",
        _important,
        "`true`, `false`",
        "important = true",
        "Importance or X-Priority says high (`false`: neither does).",
        form=bool,
    ),
    ConditionWord(
        "words",
        _words,
        "a comparison",
        'words = "<= 12"',
        "The new text has so many words: `<`, `<=`, `>`, `>=`, `=`.",
        form="a comparison",
    ),
    ConditionWord(
        "attachment",
        _attachment,
        "`true`, `false`, globs on names",
        'attachment = ["*.pdf", "audio/*"]',
        "There is an attachment, there is none, or one has such a name (a glob with a slash: such a type).",
        form=bool | tuple[str, ...],
    ),
    ConditionWord(
        "size",
        _size,
        "a comparison",
        'size = "> 5 MB"',
        "The whole message is that large; 1 KB is 1000 octets, 1 KiB 1024.",
        form=str,
    ),
    ConditionWord(
        "language",
        _language,
        "language tags",
        'language = "de"',
        "The new text is written in one of these, as far as that can be told.",
    ),
)
