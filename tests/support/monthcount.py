"""The project manager's figures, counted from the raw mail of her mailbox alone: Inbox, Sent, flags, and a calendar by hand.

Nothing here knows the ledger, the report, or a line of the daemon's code.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

CHICAGO, YORK = ZoneInfo("America/Chicago"), ZoneInfo("America/New_York")
THANKSGIVING = date(2026, 11, 26)
MONTHS = (
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
)
_PROMISED = re.compile(r"\bby (today|tomorrow|\w+day (\d+) (\w+)) at (\d\d):(\d\d) \(Chicago time\)")
_THANKS = {"thank you!", "many thanks!", "thanks!"}


@dataclass
class Mail:
    """One raw message, as far as anybody can read in it."""

    raw: bytes
    at: datetime
    answered: bool

    def __post_init__(self) -> None:
        made = message_from_bytes(self.raw, policy=default)
        body = made.get_body(("plain",))
        self.id = str(made["Message-ID"])
        self.after = str(made["In-Reply-To"] or "")
        self.sender = str(made["From"]).rpartition("<")[2].rstrip(">")
        self.to = str(made["To"])
        self.text = body.get_content().strip() if body is not None else ""
        self.robot = made["Auto-Submitted"] is not None

    @property
    def sort(self) -> str:
        return "automatic" if self.robot else "thanks" if self.text.casefold() in _THANKS else "question"


@dataclass
class Question:
    """Messages of one thread that nobody had answered when the next of them came."""

    mails: list[Mail] = field(default_factory=list)
    outcome: str = "waiting"
    end: datetime | None = None


def agreed(at: datetime) -> bool:
    """Whether it is in the hours of the contract: Monday to Friday, eight to five in Chicago, no holiday in New York."""
    there = at.astimezone(CHICAGO)
    return there.weekday() < 5 and 8 <= there.hour < 17 and at.astimezone(YORK).date() != THANKSGIVING


def count(inbox: Iterable[Mail], sent: Iterable[Mail], until: datetime) -> dict[str, Any]:
    """Every figure that page, CSV, JSON and statement tell."""
    inbox, sent = list(inbox), sorted(sent, key=lambda one: one.at)
    theirs = sorted((one for one in inbox if one.sender.endswith("@northwind.example")), key=lambda one: one.at)
    mine = [one for one in sent if not one.robot and "northwind" in one.to]
    ours = [*mine, *(one for one in inbox if one.sender.endswith("@brightwork.example") and "northwind" in one.to)]
    acks = [one for one in sent if one.robot]
    root = _roots([*inbox, *sent])
    asked = _questions(theirs, ours, root)
    spans = [(one.mails[0].at, one.end) for one in asked if one.outcome == "answered" and one.end]
    acked = [(one.mails[0].at, first) for one in asked if (first := _acknowledged(one, acks)) is not None]
    return {
        "received": len(theirs),
        "inside": sum(agreed(one.at) for one in theirs),
        "sorts": dict(Counter(one.sort for one in theirs)),
        "questions": len(asked),
        "outcomes": dict(Counter(one.outcome for one in asked)),
        "answered": _times(spans),
        "acknowledged": _times(acked),
        "promises": dict(Counter(_became(ack, theirs, ours, root, until) for ack in acks)),
    }


def _roots(mails: list[Mail]) -> dict[str, str]:
    after = {one.id: one.after for one in mails}

    def root(name: str) -> str:
        while after.get(name):
            name = after[name]
        return name

    return {name: root(name) for name in after}


def _questions(theirs: list[Mail], ours: list[Mail], root: dict[str, str]) -> list[Question]:
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
    if answers:
        return "kept" if min(answers) <= due else "late"
    if asked.answered:
        return "kept"
    return "broken" if due <= until else "open"


def promised(ack: Mail) -> datetime:
    """The moment in the words that the client read."""
    said = _PROMISED.search(" ".join(ack.text.split()))
    assert said is not None, ack.text
    today = ack.at.astimezone(CHICAGO).date()
    if said[1] in ("today", "tomorrow"):
        day = today + timedelta(days=said[1] == "tomorrow")
    else:
        day = date(today.year, MONTHS.index(said[3]) + 1, int(said[2]))
    return datetime(day.year, day.month, day.day, int(said[4]), int(said[5]), tzinfo=CHICAGO)


def _times(spans: list[tuple[datetime, datetime]]) -> dict[str, Any]:
    seconds = sorted((end - begin).total_seconds() for begin, end in spans)
    nearest = next((one for n, one in enumerate(seconds, 1) if 10 * n >= 9 * len(seconds)), None)
    return {
        "count": len(seconds),
        "median": round(median(seconds)) if seconds else None,
        "p90": None if nearest is None else round(nearest),
        "office": sorted(
            sum(agreed(begin + timedelta(minutes=n)) for n in range(int((end - begin).total_seconds()) // 60))
            for begin, end in spans
        ),
    }
