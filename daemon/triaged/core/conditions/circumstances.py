"""Conditions about circumstances: when a message came, what sort it is, and how many came with it."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final

from triaged.core.conditions.reading import ConditionWord, Path, Reading, word_of
from triaged.core.conditions.view import KINDS, Outcome, View, no, yes
from triaged.core.conditions.words import counted, one_of
from triaged.core.spans import parse_span
from triaged.core.timewords import Slot, is_between, parse_between
from triaged.core.worktime import WorkTime

_BURST: Final = re.compile(r"(\d{1,4})\s+in\s+(.+)", re.ASCII)
_LONGEST_BURST: Final = timedelta(days=31)
HOURS: Final = {
    "office": "in office hours",
    "focus": "in a focus block",
    "off": "outside office hours",
    "weekend": "on a weekend",
    "holiday": "on a holiday",
    "away": "on a day away",
}
_KINDS: Final = {
    "new": "a new message",
    "reply": "an answer to me",
    "follow-up": "a follow-up",
    "courtesy": "nothing but thanks",
    "objection": "a no to a reply of ours",
    "voicemail": "a voicemail",
    "missed-call": "a missed call",
    "invitation": "an invitation",
    "auto-reply": "an automatic reply",
    "delivery-report": "a delivery report",
    "list": "mail of a list",
}


@dataclass(frozen=True, slots=True)
class IsBetween:
    """`between`: the arrival's wall clock, in my zone, lies in one of these hours; they may wrap midnight."""

    slots: tuple[Slot, ...]

    def judge(self, view: View) -> Outcome:
        clock = view.local.time()
        for slot in self.slots:
            if is_between(slot, clock):
                return yes(f"arrived at {clock:%H:%M}, within {slot}")
        return no(f"arrived at {clock:%H:%M}, not within {one_of(self.slots, quoted=False)}")

    def holds_at(self, worktime: WorkTime, at: datetime) -> bool:
        """Whether it holds for what arrives then."""
        clock = at.astimezone(worktime.zone).time()
        return any(is_between(slot, clock) for slot in self.slots)


@dataclass(frozen=True, slots=True)
class IsInHours:
    """`hours`: what I do at the arrival (office, focus, off), or what day it is (weekend, holiday, away)."""

    words: tuple[str, ...]

    def judge(self, view: View) -> Outcome:
        now = view.worktime.hours(view.facts.arrived)
        for word in self.words:
            if word == now:
                return yes(f"arrived {HOURS[word]}")
            if (day := _day(word, view.worktime, view.local.date())) is not None:
                return yes(f"arrived {HOURS[word]}{day}")
        return no(f"arrived {HOURS[now]}, not {one_of([HOURS[word] for word in self.words], quoted=False)}")

    def holds_at(self, worktime: WorkTime, at: datetime) -> bool:
        """Whether it holds for what arrives then."""
        now, day = worktime.hours(at), worktime.date_of(at)
        return any(word == now or _day(word, worktime, day) is not None for word in self.words)


def _day(word: str, worktime: WorkTime, day: date) -> str | None:
    """What is to be added in words if the day is such a one, None if it is not."""
    match word:
        case "weekend":
            return "" if worktime.is_weekend(day) else None
        case "holiday":
            name = worktime.is_holiday(day)
            return f" ({name})" if name else None
        case "away":
            return "" if worktime.is_away(day) else None
        case _:
            return None


@dataclass(frozen=True, slots=True)
class IsKind:
    """`kind`: the message is one of these."""

    words: tuple[str, ...]

    def judge(self, view: View) -> Outcome:
        for word in self.words:
            if word in view.all_kinds:
                return yes(f"it is {_KINDS[word]}")
        found = [text for kind, text in _KINDS.items() if kind in view.all_kinds]
        asked = one_of([_KINDS[word] for word in self.words], quoted=False)
        return no(f"it is {' and '.join(found)}, not {asked}")


@dataclass(frozen=True, slots=True)
class IsBurst:
    """`burst`: so many messages of this client within a time, this one included, automatic ones left out.

    Automatic messages of the kinds in `counting` (those that `kind` in the same `when` names) count all the same.
    """

    count: int
    span: timedelta
    text: str
    counting: frozenset[str] = field(default=frozenset())

    def judge(self, view: View) -> Outcome:
        """Count back from the arrival; the earliest instant of the time still belongs to it."""
        if view.automatic and not view.all_kinds & self.counting:
            return no("automatic mail makes no burst")
        since, until = view.facts.arrived - self.span, view.facts.arrived
        earlier = sum(
            1
            for arrival in view.facts.recent
            if since <= arrival.at <= until and (not arrival.automatic or arrival.kinds & self.counting)
        )
        found = f"{counted(earlier + 1, 'message')} of this client in {self.text}"
        if earlier + 1 >= self.count:
            return yes(found)
        return no(f"only {found}, asked are {self.count}")


def _between(reading: Reading, value: object, path: Path) -> IsBetween:
    return IsBetween(reading.values(value, path, parse_between, 'times of day, as in "18:00-22:00"'))


def _hours(reading: Reading, value: object, path: Path) -> IsInHours:
    return IsInHours(
        reading.values(value, path, partial(word_of, allowed=tuple(HOURS), what="word of hours"), "words of hours")
    )


def _kind(reading: Reading, value: object, path: Path) -> IsKind:
    return IsKind(reading.values(value, path, partial(word_of, allowed=KINDS, what="kind"), "kinds"))


def _burst(reading: Reading, value: object, path: Path) -> IsBurst | None:
    found = reading.one(value, path, _count_in, 'a number and a duration, as in "3 in 20m"')
    return None if found is None else IsBurst(*found, counting=reading.counting)


def _count_in(text: str) -> tuple[int, timedelta, str]:
    found = _BURST.fullmatch(text.strip())
    if found is None:
        raise ValueError(f'"{text}" is no burst; write a number and a duration, as in "3 in 20m"')
    count, span = int(found[1]), parse_span(found[2])
    if span.business_days or span.office:
        raise ValueError(f'"{text}": a burst is counted in elapsed time; write minutes or hours')
    if count < 2:  # noqa: PLR2004  # one message is no burst
        raise ValueError(f'"{text}": every message is one of one; write at least 2')
    if span.elapsed > _LONGEST_BURST:
        raise ValueError(f'"{text}": at most 31 days are looked back')
    return count, span.elapsed, span.text


WORDS: Final = (
    ConditionWord(
        "between",
        _between,
        "times of day",
        'between = "18:00-22:00"',
        "The message arrived within these hours, in my zone; the start belongs to them, the end does not; midnight may be wrapped.",
    ),
    ConditionWord(
        "hours",
        _hours,
        "`office`, `focus`, `off`; `weekend`, `holiday`, `away`",
        'hours = ["off", "focus"]',
        "When it arrived I was available, in a focus block, or neither: exactly one of these; beside it what day it was.",
        words=tuple(HOURS),
    ),
    ConditionWord(
        "kind",
        _kind,
        "`new`, `reply`, `follow-up`; `courtesy`, `objection`, `voicemail`, `missed-call`, `invitation`, `auto-reply`, `delivery-report`, `list`",
        'kind = ["voicemail", "missed-call"]',
        "What sort of message it is: exactly one of the first three (`reply`: the newest earlier message of the thread is mine; "
        "`follow-up`: the thread has an open promise, or that message is the client's too); beside it any of the others. "
        "`courtesy`: nothing but thanks, agreement, a wish or a reaction; `objection`: a no in words to a reply of ours, within 2 days.",
        words=KINDS,
    ),
    ConditionWord(
        "burst",
        _burst,
        "a number and a duration",
        'burst = "3 in 20m"',
        "The client has sent at least so many messages within that time, this one included, over all my accounts; automatic mail "
        "does not count unless `kind` in the same `when` names it.",
        form=str,
    ),
)
