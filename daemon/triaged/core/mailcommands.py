"""What a person answers to a mail of ours: "3 settled", "2,5 until friday", "4 do not send", "pause". New text in, commands out.

A line is a command or it is prose; prose is nobody's business. A line that begins with a number and is no command was meant
as one: it is handed back, so that she can be told. Verbs are understood in English and in the person's own language.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from triaged.core.awaywords import away_words
from triaged.core.untilwords import speech_of
from triaged.words import LEXICON

Act = Literal["settled", "until", "not_send", "pause", "go"]
OFF = "off"
"""The pause is over."""

_GO = frozenset(f"go {how}" for how in ("observe", "draft", "send"))
_MOST_LINES = 200
_MOST_NUMBERS = 50
_NUMBERS = re.compile(r"(\d{1,3}(?:\s*(?:-|–|,|;|&|\+|\s)\s*\d{1,3})*)\s*[.):]?\s+(\S.*)|(\d{1,3})\s*[.):]?")
_RANGE = re.compile(r"(\d{1,3})\s*[-–]\s*(\d{1,3})|(\d{1,3})")
_BULLET = re.compile(r"^[\s#*•–-]+")


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
    joins: re.Pattern[str]


@cache
def _verbs_of(language: str) -> _Verbs:
    tables = [LEXICON.section(one, "commands") for one in ("en", language)]

    def both(key: str) -> list[str]:
        return [word for table in tables for word in table[key]]

    joins = "|".join(re.escape(word) for word in both("and"))
    return _Verbs(
        frozenset(both("settled")), frozenset(both("not_send")), tuple(both("all")),
        tuple(both("pause")), frozenset(both("off")),
        re.compile(rf"(?<=\d)\s+(?:{joins})\s+(?=\d)", re.IGNORECASE),
    )  # fmt: skip


def answer(new_text: str, language: str) -> Answer:
    """Read an answer.

    >>> answer("3 settled", "en").commands
    (Command(numbers=(3,), act='settled', words='', everything=False),)
    """
    commands: list[Command] = []
    unclear: list[str] = []
    for line in new_text.splitlines()[:_MOST_LINES]:
        said = _BULLET.sub("", " ".join(line.split()))
        if not said:
            continue
        found = _command(said, language)
        if found is not None:
            commands.append(found)
        elif _NUMBERS.fullmatch(_verbs_of(language).joins.sub(",", said)):
            unclear.append(said[:100])
    return Answer(tuple(commands), tuple(unclear))


def _command(said: str, language: str) -> Command | None:
    verbs = _verbs_of(language)
    folded = verbs.joins.sub(",", said.casefold().rstrip(".! "))
    match = _NUMBERS.fullmatch(folded)
    numbers, rest = (_numbers(match[1]), match[2]) if match and match[2] else ((), folded)
    for word in verbs.all:
        if not numbers and rest.startswith(f"{word} ") and rest.removeprefix(f"{word} ") in verbs.settled:
            return Command((), "settled", everything=True)
    act = _act(rest, language) if match else _act(rest, language) or _of_all(rest.removeprefix("triaged "), language)
    return None if act is None else Command(numbers, act[0], act[1])


def _act(rest: str, language: str) -> tuple[Act, str] | None:
    verbs = _verbs_of(language)
    if rest in verbs.settled:
        return "settled", ""
    if rest in verbs.not_send:
        return "not_send", ""
    for word in speech_of(language).until:
        if rest.startswith(f"{word} "):
            return "until", rest.removeprefix(f"{word} ")
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


def _numbers(text: str) -> tuple[int, ...]:
    found: list[int] = []
    for first, last, alone in _RANGE.findall(text):
        found += [int(alone)] if alone else range(int(first), int(last) + 1)
    return tuple(dict.fromkeys(found[:_MOST_NUMBERS]))


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


def joined(numbers: Sequence[int]) -> str:
    """Numbers as she would write them."""
    return ",".join(str(number) for number in numbers)
