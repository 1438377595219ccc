"""What a person answers to a mail of ours: "3 settled", "2,5 until friday", "4 do not send", "pause". New text in, commands out.

A line is a command or it is prose; prose is nobody's business. A line that begins with a number and is no command was meant
as one: it is handed back, so that she can be told. Verbs are understood in English and in the person's own language.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from triaged.core.awaywords import away_words
from triaged.core.entrynumbers import beginning, plain, without_numbers
from triaged.core.untilwords import speech_of
from triaged.words import LEXICON

Act = Literal["settled", "until", "not_send", "pause", "go"]
OFF = "off"
"""The pause is over."""

_GO = frozenset(f"go {how}" for how in ("observe", "draft", "send"))
_MOST_LINES = 200
_BULLET = re.compile(r"^[\s#*•–-]+")
_CLOSING = " .!;,*_\"“”«»‹›'"
_ANOTHER = re.compile(r"\s*;\s*|(?<=[^\W\d_])\.?\s*,\s*(?=\d)|(?<=[^\W\d_])\.\s+(?=\d)")
_VERB_FIRST = re.compile(r"(\D*?)[\s:]*(\d.*)")


@dataclass(frozen=True, slots=True)
class Command:
    """One line: about which entries (none: about the one the mail is about), what, and until when in words."""

    numbers: tuple[int, ...]
    act: Act
    words: str = ""
    everything: bool = False  # "all settled": asked back


@dataclass(frozen=True, slots=True)
class Answer:
    """What an answer says: its commands, and the lines that were meant as such and are none."""

    commands: tuple[Command, ...] = ()
    unclear: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Verbs:
    settled: frozenset[str]
    not_send: frozenset[str]
    all: tuple[str, ...]
    pause: tuple[str, ...]
    off: frozenset[str]
    entry: re.Pattern[str]  # "no. 3"
    joins: re.Pattern[str]  # "2 and 5"
    to: re.Pattern[str]  # "2 to 4"


@cache
def _verbs_of(language: str) -> _Verbs:
    tables = [LEXICON.section(one, "commands") for one in ("en", language)]

    def both(key: str) -> list[str]:
        return [plain(word) for table in tables for word in table[key]]

    def any_of(key: str) -> str:
        return "|".join(re.escape(word) for word in both(key))

    return _Verbs(
        frozenset(both("settled")), frozenset(both("not_send")), tuple(both("all")),
        tuple(both("pause")), frozenset(both("off")),
        re.compile(rf"(?<!\w)(?:{any_of('entry')})[.\s°]*(?=\d)"),
        re.compile(rf"(?<=\d)[\s,]+(?:{any_of('and')})\s+(?=\d)"),
        re.compile(rf"(?<=\d)\s+(?:{any_of('to')})\s+(?=\d)"),
    )  # fmt: skip


def answer(new_text: str, language: str) -> Answer:
    """Read an answer.

    >>> answer("3 settled", "en").commands
    (Command(numbers=(3,), act='settled', words='', everything=False),)
    """
    commands: list[Command] = []
    unclear: list[str] = []
    for line in new_text.splitlines()[:_MOST_LINES]:
        said = _said(line, language)
        found = _commands(said, language)
        commands += found
        if not found and (beginning(said) or _act(without_numbers(said), language)):
            unclear.append(_BULLET.sub("", " ".join(line.split()))[:100])
    return Answer(tuple(commands), tuple(unclear))


def entries_of(line: str, language: str) -> tuple[int, ...]:
    """The entries that a line which was not understood begins with."""
    found = beginning(_said(line, language))
    return found[0] if found else ()


def _said(line: str, language: str) -> str:
    """A line made plain, its numbers written with signs alone."""
    verbs = _verbs_of(language)
    return verbs.joins.sub(",", verbs.entry.sub("", plain(line)))


def _commands(said: str, language: str) -> list[Command]:
    """The commands of a line, one or several; none: it is no line of commands."""
    each = [_command(one, language) for one in _ANOTHER.split(said) if one]
    several = [one for one in each if one is not None]
    if several and len(several) == len(each):
        return several
    alone = _command(said, language)
    return [alone] if alone else []


def _command(said: str, language: str) -> Command | None:
    verbs = _verbs_of(language)
    for one in dict.fromkeys(
        (verbs.to.sub("-", said, count=1), said)
    ):  # "2 to 4 settled"; but "2 until 4.12." names a day
        if (found := beginning(one)) and (act := _act(found[1], language)):
            return Command(found[0], *act)
    if beginning(said):
        return None
    phrase = said.rstrip(_CLOSING)
    first = _VERB_FIRST.fullmatch(phrase)
    if first and first[1] in verbs.settled | verbs.not_send and (found := beginning(first[2])) and not found[1]:
        return Command(found[0], "settled" if first[1] in verbs.settled else "not_send")
    for word in verbs.all:
        if phrase.startswith(f"{word} ") and phrase.removeprefix(f"{word} ") in verbs.settled:
            return Command((), "settled", everything=True)
    act = _act(said, language) or _of_all(phrase.removeprefix("triaged "), language)
    return None if act is None else Command((), *act)


def _act(rest: str, language: str) -> tuple[Act, str] | None:
    verbs, phrase = _verbs_of(language), rest.rstrip(_CLOSING)
    if phrase in verbs.settled:
        return "settled", ""
    if phrase in verbs.not_send:
        return "not_send", ""
    for word in (plain(one) for one in speech_of(language).until):
        if phrase.startswith(f"{word} "):
            return "until", rest.removeprefix(f"{word} ").rstrip(_CLOSING.replace(".", ""))
    return None


def _of_all(rest: str, language: str) -> tuple[Act, str] | None:
    """What is about no entry: a pause; and what no mail may do, so that she can be told."""
    if rest in _GO:
        return "go", rest
    words = _pause_in(rest, language)
    return None if words is None else ("pause", words)


def _pause_in(said: str, language: str) -> str | None:
    """Until when: "" until it is lifted, OFF lifts it; None: it is no pause, only a sentence that begins like one."""
    verbs = _verbs_of(language)
    for word in verbs.pause:
        if said == word:
            return ""
        if said.startswith(f"{word} "):
            rest = said.removeprefix(f"{word} ")
            if rest in verbs.off:
                return OFF
            return next((rest for one in speech_of(language).until if rest.startswith(f"{one} ")), None)
    return None


def away_command(subject: str, language: str) -> str | None:
    """The days that a subject names which is nothing but "triaged away until friday"; None: it is another subject."""
    said = " ".join(subject.split()).casefold()
    for word in away_words(language):
        if said.startswith(f"triaged {word} "):
            return said.removeprefix(f"triaged {word} ").rstrip(".!")
    return None


def pause_command(subject: str, language: str) -> str | None:
    """Until when a subject pauses that is nothing but "triaged pause" or "triaged pause until friday"; None: another subject."""
    said = " ".join(subject.split()).casefold().rstrip(".!")
    return _pause_in(said.removeprefix("triaged "), language) if said.startswith("triaged ") else None


def is_needed(found: Answer) -> bool:
    """Whether there is anything to say about it."""
    return bool(found.commands or found.unclear)
