"""The project manager's figures, counted from the raw mail of her mailbox alone: Inbox, Sent, flags, and a calendar by hand.

Nothing here knows the ledger, the report, or a line of the daemon's code.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes
from email.policy import default
from math import ceil
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

CHICAGO, YORK = ZoneInfo("America/Chicago"), ZoneInfo("America/New_York")
THANKSGIVING = date(2025, 11, 27)
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_PROMISED = re.compile(r"\bby (today|tomorrow|\w+day (\d+) (\w+)) at (\d\d):(\d\d) \(Chicago time\)")
_THANKS = {"thank you!", "many thanks!", "thanks!"}
_FOR_THE_CALL = "For the call"


@dataclass
class Mail:
    """One raw message, as far as anybody can read in it."""

    raw: bytes
    at: datetime
    answered: bool
    flagged: bool = False

    def __post_init__(self) -> None:
        made = message_from_bytes(self.raw, policy=default)
        body = made.get_body(("plain",))
        self.id = str(made["Message-ID"])
        self.after = str(made["In-Reply-To"] or "")
        self.sender = str(made["From"]).rpartition("<")[2].rstrip(">")
        self.to = str(made["To"])
        self.subject = str(made["Subject"] or "")
        self.text = body.get_content().strip() if body is not None else ""
        self.robot = made["Auto-Submitted"] is not None

    @property
    def sort(self) -> str:
        if self.sender.startswith("voicemail@"):
            return "call"
        return "automatic" if self.robot else "thanks" if self.text.casefold() in _THANKS else "question"


@dataclass
class Question:
    """Messages of one thread that nobody had answered when the next of them came."""

    mails: list[Mail] = field(default_factory=list)
    outcome: str = "waiting"
    end: datetime | None = None


# --- hours -----------------------------------------------------------------------------------------------------------


def when(at: datetime) -> str:
    """By the contract: Monday to Friday, eight to five in Chicago; no holiday in New York."""
    there = at.astimezone(CHICAGO)
    if at.astimezone(YORK).date() == THANKSGIVING:
        return "holiday"
    if there.weekday() >= 5:
        return "weekend"
    return "office" if 8 <= there.hour < 17 else "off"


def agreed(begin: datetime, end: datetime) -> float:
    """The seconds between two instants that lie in these hours."""
    found, day = 0.0, begin.astimezone(CHICAGO).date()
    while day <= end.astimezone(CHICAGO).date():
        if day.weekday() < 5 and day != THANKSGIVING:
            opens, closes = (datetime.combine(day, time(hour), CHICAGO).astimezone(UTC) for hour in (8, 17))
            found += max((min(end, closes) - max(begin, opens)).total_seconds(), 0)
        day += timedelta(days=1)
    return found


# --- what is counted -------------------------------------------------------------------------------------------------


def count(inbox: Iterable[Mail], sent: Iterable[Mail], until: datetime) -> dict[str, Any]:
    """Every figure that page, CSV, JSON and statement tell."""
    inbox, sent = list(inbox), sorted(sent, key=lambda one: one.at)
    theirs = sorted(
        (one for one in inbox if one.sender.endswith("@northwind.example") or one.sort == "call"),
        key=lambda one: one.at,
    )
    mine = [one for one in sent if not one.robot and "northwind" in one.to]
    ours = [*mine, *(one for one in inbox if one.sender.endswith("@brightwork.example") and "northwind" in one.to)]
    acks = [one for one in sent if one.robot]
    root = _roots([*inbox, *sent])
    calls = {ack.after: due for ack in acks if (due := _call(ack, theirs)) is not None}
    asked = _questions(theirs, ours, root, {name: due for name, due in calls.items() if due <= until})
    spans = [(one.mails[0].at, one.end) for one in asked if one.outcome == "answered" and one.end]
    acked = [(one.mails[0].at, first) for one in asked if (first := _acknowledged(one, acks)) is not None]
    became = Counter(_became(ack, theirs, ours, root, until) for ack in acks)
    waiting = [one.mails[0].at for one in asked if one.outcome == "waiting"]
    return {
        "received": len(theirs),
        "written": sum(one.sort != "automatic" for one in theirs),
        "written_inside": sum(one.sort != "automatic" and when(one.at) == "office" for one in theirs),
        "arrived": Counter(when(one.at) for one in theirs),
        "sorts": Counter(one.sort for one in theirs),
        "verdicts": Counter("urgent" if one.flagged else "left" for one in theirs),
        "questions": len(asked),
        "outcomes": Counter(one.outcome for one in asked),
        "acknowledged": _times(acked),
        "answered": _times(spans),
        "waiting": [(at, (until - at).total_seconds(), agreed(at, until)) for at in waiting],
        "promises": became,
        "decided": sum(became[one] for one in ("kept", "late", "broken")),
        "passes": sum(one.flagged and "today" in one.text for one in theirs),
        "bursts": _bursts([one.at for one in theirs if one.sort != "automatic"]),
        "calls": sorted({one.end for one in asked if one.outcome == "talked" and one.end}),
    }


def _roots(mails: list[Mail]) -> dict[str, str]:
    after = {one.id: one.after for one in mails}

    def root(name: str) -> str:
        while after.get(name):
            name = after[name]
        return name

    return {name: root(name) for name in after}


def _questions(
    theirs: list[Mail], ours: list[Mail], root: dict[str, str], calls: dict[str, datetime]
) -> list[Question]:
    """`calls`: by message, the call that has begun and for which it was promised."""
    asked: list[Question] = []
    open_in: dict[str, Question] = {}
    for mail in (one for one in theirs if one.sort == "question"):
        thread = root[mail.id]
        known = open_in.get(thread)
        if known is None or (known.end is not None and known.end < mail.at):
            known = open_in[thread] = Question()
            asked.append(known)
        known.mails.append(mail)
        answers = [one.at for one in ours if root[one.id] == thread and one.at >= mail.at]
        if answers and known.end is None:
            known.end, known.outcome = min(answers), "answered"
    for one in asked:
        call = min((calls[mail.id] for mail in one.mails if mail.id in calls), default=None)
        if call is not None and (one.end is None or call < one.end):
            one.end, one.outcome = call, "talked"
        if one.end is None and any(mail.answered for mail in one.mails):
            one.outcome = "marked"
    return asked


def _acknowledged(question: Question, acks: list[Mail]) -> datetime | None:
    names = {mail.id for mail in question.mails}
    went = [ack.at for ack in acks if ack.after in names and (question.end is None or ack.at < question.end)]
    return min(went, default=None)


def _became(ack: Mail, theirs: list[Mail], ours: list[Mail], root: dict[str, str], until: datetime) -> str:
    """What came of the moment that an acknowledgement named."""
    due = promised(ack)
    asked = next(one for one in theirs if one.id == ack.after)
    answers = [one.at for one in ours if root[one.id] == root[asked.id] and one.at >= asked.at]
    if answers and min(answers) <= due:
        return "kept"
    if asked.answered or (_call(ack, theirs) is not None and due <= until):
        return "kept"
    if answers:
        return "late"
    return "broken" if due <= until else "open"


def _call(ack: Mail, theirs: list[Mail]) -> datetime | None:
    """The call for which it promises an answer: what was written for one, on a Wednesday at eleven in New York."""
    asked = next((one for one in theirs if one.id == ack.after), None)
    return promised(ack) if asked is not None and asked.subject.startswith(_FOR_THE_CALL) else None


def promised(ack: Mail) -> datetime:
    """The moment in the words that the client read."""
    said = _PROMISED.search(" ".join(ack.text.split()))
    assert said is not None, ack.text
    today = ack.at.astimezone(CHICAGO).date()
    if said[1] in ("today", "tomorrow"):
        day = today + timedelta(days=said[1] == "tomorrow")
    else:
        day = date(today.year, MONTHS.index(said[3]) + 1, int(said[2]))
    return datetime(day.year, day.month, day.day, int(said[4]), int(said[5]), tzinfo=CHICAGO).astimezone(UTC)


def _bursts(times: list[datetime]) -> int:
    """Runs in which a message has two others behind it within twenty minutes, each run once."""
    ends = [n for n in range(2, len(times)) if times[n] - times[n - 2] <= timedelta(minutes=20)]
    return sum(n - 1 not in ends for n in ends)


# --- durations -------------------------------------------------------------------------------------------------------


def _times(spans: list[tuple[datetime, datetime]]) -> dict[str, dict[str, Any]]:
    return {
        "elapsed": _three([(end - begin).total_seconds() for begin, end in spans]),
        "office": _three([agreed(begin, end) for begin, end in spans]),
    }


def _three(seconds: list[float]) -> dict[str, Any]:
    """As JSON names them, and each of them."""
    each = sorted(seconds)
    if not each:
        return {"median_s": None, "p90_s": None, "worst_s": None, "within_median": 0, "within_p90": 0, "each": []}
    middle, nine = median(each), next(one for n, one in enumerate(each, 1) if 10 * n >= 9 * len(each))
    return {
        "median_s": round(middle), "p90_s": round(nine), "worst_s": round(each[-1]),
        "within_median": sum(one <= middle for one in each), "within_p90": sum(one <= nine for one in each), "each": each,
    }  # fmt: skip


def said(seconds: float, *, prose: bool = False, days: bool = True) -> str:
    """A time in words, never too well: "40 min", "2 hr 5 min", "3 days 4 hr"; "2 hours 5 minutes" in prose."""
    names = ("day", "hour", "minute") if prose else ("day", "hr", "min")
    minutes = ceil(seconds / 60)
    if minutes == 0:
        return "1 minute" if prose else "0 min"
    if days and not prose and minutes >= 48 * 60:
        parts = [(ceil(minutes / 60) // 24, names[0]), (ceil(minutes / 60) % 24, names[1])]
    else:
        parts = [(minutes // 60, names[1]), (minutes % 60, names[2])]
    plural = {"day", "hour", "minute"}
    return " ".join(f"{n} {name}{'s' if n > 1 and name in plural else ''}" for n, name in parts if n)
