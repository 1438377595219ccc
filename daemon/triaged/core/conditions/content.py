"""Conditions about what a message holds: its text, header, size and attachments."""

import re
from dataclasses import dataclass
from typing import Final, Literal

from triaged.core.conditions.view import Outcome, View, no, yes
from triaged.core.conditions.words import Compare, as_size, counted, one_of
from triaged.core.patterns import Haystack, Pattern, ValueGlob

_CUT: Final = 80  # characters of a found value that are shown
_FIRST_NUMBER: Final = re.compile(r"[12](?!\d)")  # X-Priority: 1 is highest, 3 is normal
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

    @property
    def absent(self) -> str:
        """Why it does not hold, where it does not."""
        return f"no {one_of(self.patterns)} in {_PLACES[self.place]}"

    def _search(self, haystack: Haystack) -> str | None:
        return next((found for pattern in self.patterns if (found := pattern.search(haystack)) is not None), None)


@dataclass(frozen=True, slots=True)
class HeaderIs:
    """`header`: a field of that name has a value that fits one of these globs, as a whole."""

    name: str
    globs: tuple[ValueGlob, ...]

    def judge(self, view: View) -> Outcome:
        """Look at every field of that name."""
        values = view.message.fields.all(self.name)
        for value in values:
            if any(glob.matches(value) for glob in self.globs):
                return yes(f"{self.name} is '{value[:_CUT]}'")
        if not values:
            return no(f"no {self.name} in the header")
        return no(f"{self.name} is '{values[0][:_CUT]}', not {one_of(self.globs)}")


@dataclass(frozen=True, slots=True)
class IsImportant:
    """`important`: Importance or X-Priority says high, or does not."""

    wanted: bool

    def judge(self, view: View) -> Outcome:
        """Read both fields."""
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
        """Count."""
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
        """Look through the attachments."""
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
        """Compare."""
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
