"""The right figures of a planned quarter, counted from the plan by hand: minute by minute, list by list. Slow on purpose.

Nothing here knows the ledger, the report, or the arithmetic of hours in the core.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from support.quarter import BEGIN, BERLIN, CHANGED, MINUTE, NOW, Ack, Letter, Mark, Quarter

FIRST = datetime(2024, 9, 10, tzinfo=UTC)
MINUTES = 190 * 24 * 60
HOLIDAYS = {date(2024, 10, 3), date(2024, 10, 31), date(2024, 12, 25), date(2024, 12, 26), date(2025, 1, 1)}
AWAY = {date(2024, 11, day) for day in range(11, 16)}
SATURDAY = date(2024, 11, 23)
"""The one on which I work from ten to two."""

Slots = tuple[tuple[int, int], ...]  # minutes of the day


def _slots(*clocks: float) -> Slots:
    return tuple((int(a * 60), int(b * 60)) for a, b in zip(clocks[::2], clocks[1::2], strict=True))


HOURS: dict[tuple[str, bool], tuple[ZoneInfo, dict[int, Slots]]] = {
    ("mine", False): (BERLIN, {**dict.fromkeys(range(4), _slots(9, 12.5, 13.5, 17.5)), 4: _slots(9, 15)}),
    ("mine", True): (BERLIN, {**dict.fromkeys(range(4), _slots(8, 12, 13, 16)), 4: _slots(9, 15)}),
    ("harbor", False): (ZoneInfo("America/New_York"), dict.fromkeys(range(5), _slots(8, 18))),
    ("harbor", True): (ZoneInfo("America/New_York"), dict.fromkeys(range(5), _slots(9, 17))),
}


@dataclass(frozen=True)
class Asked:
    """A question, counted. Times in minutes: on the clock, and in agreed hours."""

    first: Letter
    acknowledged: tuple[int, int] | None
    answered: tuple[int, int] | None
    outcome: str
    waiting: tuple[int, int] | None
    promised: int | None


@cache
def _agreed(whose: str, *, changed: bool) -> list[int]:
    """How many agreed minutes there were up to each minute: I look at the clock on the wall once a minute."""
    zone, week = HOURS[whose, changed]
    sums = [0]
    for number in range(MINUTES):
        at = FIRST + number * MINUTE
        there, here = at.astimezone(zone), at.astimezone(BERLIN)
        slots = week.get(there.weekday(), ())
        if whose == "mine" and here.date() == SATURDAY:
            slots = _slots(10, 14)
        if here.date() in HOLIDAYS | AWAY:
            slots = ()
        minute = there.hour * 60 + there.minute
        sums.append(sums[-1] + any(a <= minute < b for a, b in slots))
    return sums


def _sums(letter: Letter, *, then: bool) -> list[int]:
    """By the hours that were agreed when it came (`then`), or by those of today."""
    return _agreed("harbor" if letter.client == "harbor" else "mine", changed=letter.at >= CHANGED or not then)


def _minutes(letter: Letter, until: datetime, *, then: bool) -> tuple[int, int]:
    a, b = (letter.at - FIRST) // MINUTE, (until - FIRST) // MINUTE
    sums = _sums(letter, then=then)
    return b - a, sums[b] - sums[a]


def arrived(letter: Letter, *, then: bool = True) -> str:
    """When it came."""
    day = letter.at.astimezone(BERLIN).date()
    if day in HOLIDAYS:
        return "holiday"
    if day in AWAY:
        return "away"
    number, sums = (letter.at - FIRST) // MINUTE, _sums(letter, then=then)
    if sums[number + 1] > sums[number]:
        return "office"
    zone = HOURS["harbor" if letter.client == "harbor" else "mine", True][0]
    return "weekend" if letter.at.astimezone(zone).weekday() > 4 else "off"


@cache
def asked(plan: Quarter, known: datetime = BEGIN) -> list[Asked]:
    """Every question of the plan. What came before `known` is in no ledger: of it the mailbox alone tells, which knows no
    robot's words, no call, no hand, and of a mail client's mark not when it was set."""
    found: list[Asked] = []
    ours = [one for one in plan.letters if one.client is not None and one.what == "question"]
    for thread in dict.fromkeys((one.client, one.thread) for one in ours):
        run: list[Letter] = []
        for letter in (one for one in ours if (one.client, one.thread) == thread):
            if run and _over(plan, run, letter, known):
                found.append(_count(plan, run, known))
                run = []
            run.append(letter)
        found.append(_count(plan, run, known))
    return sorted(found, key=lambda one: one.first.at)


def _over(plan: Quarter, run: list[Letter], letter: Letter, known: datetime) -> bool:
    """Whether it came after the end, or the end was a mark upon an earlier message, which says nothing of this one."""
    end = _end(plan, run, known)
    if end is None:
        return False
    of_this = _wrote(plan, letter) + _seen_marks(plan, letter, known)
    return letter.at > end[0] or (end[1] in ("wrote", "marked") and end[0] not in of_this)


def _wrote(plan: Quarter, letter: Letter) -> list[datetime]:
    """When a person wrote in the thread since it came."""
    return [a.at for a in plan.answers if a.thread == letter.thread and a.reaches and a.at >= letter.at]


def _seen_marks(plan: Quarter, letter: Letter, known: datetime) -> list[datetime]:
    """When a mail client's mark was seen; one that a mail of the same minutes explains says nothing more."""
    wrote = _wrote(plan, letter)
    marks = [mark.at for mark in _marks(plan, letter) if letter.at >= known]
    return [at for at in marks if not any(mail <= at + 10 * MINUTE for mail in wrote)]


def _marks(plan: Quarter, letter: Letter) -> list[Mark]:
    return [m for m in plan.marks if m.letter.thread == letter.thread and m.letter.at >= letter.at]


def _end(plan: Quarter, run: list[Letter], known: datetime) -> tuple[datetime, str] | None:
    """What ended a question, whichever was first."""
    ends: list[tuple[datetime, str]] = []
    for letter in run:
        wrote = _wrote(plan, letter)
        ends += [(at, "wrote") for at in wrote]
        ends += [(at, "marked") for at in _seen_marks(plan, letter, known)]
        marks = [mark for mark in _marks(plan, letter) if mark.letter.at < known]
        if marks and not wrote:
            ends.append((min(mark.letter.at for mark in marks), "marked some time"))
        promise = letter.promise if letter.at >= known else None
        if promise is not None and promise.kind == "call" and promise.due <= NOW:
            ends.append((promise.due, "talked"))
        if promise is not None and promise.settled is not None:
            ends.append((promise.settled, "settled"))
    return min(ends, default=None)


def _count(plan: Quarter, run: list[Letter], known: datetime) -> Asked:
    first, end, ledger = run[0], _end(plan, run, known), [one for one in run if one.at >= known]
    acks = sorted(
        one.ack.at for one in ledger
        if one.ack is not None and not one.ack.cancelled and (end is None or one.ack.at < end[0])
    )  # fmt: skip
    told = [one.ack for one in ledger if one.ack and one.ack.promise]
    promise = min(told, key=lambda ack: _told_at(plan, ack)).promise if told else None
    gone = all(one.gone and one in ledger for one in run)
    return Asked(
        first,
        acknowledged=_minutes(first, acks[0], then=first.at >= known) if acks else None,
        answered=_minutes(first, end[0], then=first.at >= known) if end is not None and end[1] == "wrote" else None,
        outcome={"wrote": "answered", "marked some time": "marked"}.get(end[1], end[1])
        if end is not None
        else "deleted"
        if gone
        else "waiting",
        waiting=_minutes(first, NOW, then=first.at >= known) if end is None and not gone else None,
        promised=_minutes(first, promise.due, then=first.at >= known)[1]
        if promise and promise.kind == "answer"
        else None,
    )


def _told_at(plan: Quarter, ack: Ack) -> datetime:
    return min(one.at for one in plan.acks if one.promise is ack.promise)


def figures(
    plan: Quarter, since: datetime, until: datetime, client: str | None = None, known: datetime = BEGIN
) -> dict[str, Any]:
    """Everything that the report must say about a period, times in minutes."""
    ours = [one for one in plan.letters if one.client is not None and client in (None, one.client)]
    came = [one for one in ours if since <= one.at < until]
    questions = [one for one in asked(plan, known) if client in (None, one.first.client)]
    here = [one for one in questions if since <= one.first.at < until]
    found: dict[str, Any] = {
        "received": len(came),
        "arrived": _tally(
            (arrived(one, then=one.at >= known) for one in came), ("office", "off", "weekend", "holiday", "away")
        ),
        "questions": len(here),
        "acknowledged": _times(one.acknowledged for one in here),
        "answered": _times(one.answered for one in here),
        "outcomes": _tally(
            (one.outcome for one in here), ("answered", "marked", "talked", "settled", "deleted", "waiting")
        ),
        "waiting": sorted((one.first.at, *one.waiting) for one in here if one.waiting),
        "older": sum(one.first.at < since and one.waiting is not None for one in questions),
        "bursts": _bursts(came),
    }
    if known > BEGIN:
        return found
    return found | {
        "verdicts": _tally(one.verdict for one in came),
        "promises": promises(plan, since, until, client),
        "passes": sum(one.spends_pass for one in came),
        "by_hand": _by_hand(came),
    }


def _tally(words: Iterable[str], all_of: Iterable[str] = ()) -> dict[str, int]:
    counted = dict.fromkeys(all_of, 0)
    for word in words:
        counted[word] = counted.get(word, 0) + 1
    return counted


def promises(plan: Quarter, since: datetime, until: datetime, client: str | None) -> dict[str, int]:
    """Those that were told in the period, in five ways."""
    found = dict.fromkeys(("kept", "late", "broken", "open", "settled"), 0)
    for promise in plan.promises:
        acks = [one.ack for one in promise.letters if one.ack is not None]
        told = min(ack.at for ack in acks)
        if since <= told < until and client in (None, promise.letters[0].client):
            found[_became(plan, promise)] += 1
    return found


def _became(plan: Quarter, promise: Any) -> str:
    if promise.settled is not None:
        return "settled"
    if promise.kind == "call":
        return "kept" if promise.due <= NOW else "open"
    closed = [min(_wrote(plan, one) + _seen_marks(plan, one, BEGIN), default=None) for one in promise.letters]
    if all(closed):
        return "kept" if max(at for at in closed if at) <= promise.due else "late"
    return "broken" if promise.due <= NOW else "open"


def _times(spans: Iterable[tuple[int, int] | None]) -> dict[str, Any]:
    spent = [span for span in spans if span is not None]
    return {"count": len(spent), "elapsed": _three([a for a, _ in spent]), "office": _three([b for _, b in spent])}


def _three(minutes: list[int]) -> tuple[float, float, float] | None:
    """Median, ninetieth percentile, worst: the percentile is the first of them within which nine in ten of them are."""
    if not minutes:
        return None
    ordered = sorted(minutes)
    nine_in_ten = next(one for one in ordered if 10 * sum(other <= one for other in ordered) >= 9 * len(ordered))
    return _rank(ordered, 0.5), float(nine_in_ten), float(ordered[-1])


def _rank(ordered: list[int], part: float) -> float:
    place = part * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return round(ordered[low] + (ordered[high] - ordered[low]) * (place - low), 3)


def _bursts(came: list[Letter]) -> int:
    """Runs in which a message has two others of the same client behind it within twenty minutes, each run once."""
    count = 0
    for client in dict.fromkeys(one.client for one in came):
        times = [one.at for one in came if one.client == client and one.what != "robot"]
        ends = [n for n in range(2, len(times)) if times[n] - times[n - 2] <= timedelta(minutes=20)]
        count += sum(n - 1 not in ends for n in ends)
    return count


def _by_hand(came: list[Letter]) -> dict[str, tuple[int, int]]:
    rules = dict.fromkeys(one.rule for one in came if one.hand)
    return {
        rule: (sum(one.hand is not None for one in came if one.rule == rule), sum(one.rule == rule for one in came))
        for rule in rules
    }


def weeks(plan: Quarter, since: datetime, until: datetime, client: str | None) -> list[dict[str, Any]]:
    """The course by weeks from Monday, on my clock."""
    monday = since.astimezone(BERLIN).date()
    monday -= timedelta(days=monday.weekday())
    return [_week(plan, start, since, until, client) for start in _every_week(monday, until.astimezone(BERLIN).date())]


def _every_week(monday: date, until: date) -> Iterable[date]:
    while monday < until:
        yield monday
        monday += timedelta(days=7)


def _week(plan: Quarter, start: date, since: datetime, until: datetime, client: str | None) -> dict[str, Any]:
    def within(at: datetime) -> bool:
        return since <= at < until and start <= at.astimezone(BERLIN).date() < start + timedelta(days=7)

    here = [one for one in asked(plan) if within(one.first.at) and client in (None, one.first.client)]
    promised = [one.promised for one in here if one.promised is not None]
    answered = [one.answered[1] for one in here if one.answered]
    told: dict[str, int] = dict.fromkeys(("kept", "late", "broken", "open", "settled"), 0)
    for promise in plan.promises:
        at = min(one.ack.at for one in promise.letters if one.ack)
        if within(at) and client in (None, promise.letters[0].client):
            told[_became(plan, promise)] += 1
    return {
        "start": start,
        "received": sum(within(o.at) for o in plan.letters if o.client is not None and client in (None, o.client)),
        "answered": _three(answered),
        "promised": _rank(sorted(promised), 0.5) if promised else None,
        "promises": told,
    }


def grid(plan: Quarter, since: datetime, until: datetime, client: str | None) -> dict[tuple[int, int], int]:
    """How many came at each weekday and hour, in the zone of the hours."""
    zone = HOURS["harbor" if client == "harbor" else "mine", True][0]
    found: dict[tuple[int, int], int] = {}
    for one in plan.letters:
        if one.client is not None and client in (None, one.client) and since <= one.at < until:
            local = one.at.astimezone(zone)
            found[local.weekday(), local.hour] = found.get((local.weekday(), local.hour), 0) + 1
    return found
