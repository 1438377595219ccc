"""A quarter of a person's correspondence as a plain plan: who wrote what when, what was answered, promised, moved by hand.

Everything that makes figures hard is in it: an away week, holidays, the end of summer time here and overseas, hours that
change, second persons, bursts, robots, calls. Every instant is a whole minute; `quartermade` makes one from a seed.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")


def berlin(month: int, day: int, hour: int = 0, minute: int = 0, year: int = 2024) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


BEGIN, SINCE, UNTIL, NOW = berlin(9, 16), berlin(10, 1), berlin(1, 1, year=2025), berlin(1, 10, 12, year=2025)
CHANGED = berlin(11, 18)
"""From then on other hours are agreed."""
WEEKS = (berlin(10, 21), berlin(10, 28))
"""The week in which summer time ends."""

DANA, TOM, SAM = "dana@roth.example", "tom@roth.example", "sam@team.example"
PEOPLE = {
    "harbor": ("gary@harbor.example", "anne@harbor.example"),
    "lindenhof": ("petra@lindenhof.example", "uwe@lindenhof.example"),
    "shelter": ("lee@shelter.example", "kim@shelter.example"),
}
NUMBER = "+442079460018"
"""Whose voicemail is the shelter's."""

CONFIG = """\
[me]
name = "Dana Roth"
language = "en"
timezone = "Europe/Berlin"
team = ["*@team.example"]

[hours]
mon-thu = {mine}
fri = "09:00-15:00"
on = {{ "2024-11-23" = "10:00-14:00" }}
holidays = "DE-BB"
away = ["2024-11-11..2024-11-15"]
focus = {{ tue = "09:00-11:00" }}

[account.work]
mode = "observe"
addresses = ["{me}"]
imap = {imap}

[telephone]
from = ["voicemail@sipgate.de"]

[client.harbor]
name = "Harbor Trust"
from = ["*@harbor.example"]
timezone = "America/New_York"
hours = {{ mon-fri = {theirs} }}

[client.lindenhof]
name = "Lindenhof"
from = ["*@lindenhof.example"]
language = "de"

[client.shelter]
name = "The Shelter"
from = ["*@shelter.example", "lee@shelter.example"]
phones = ["{number}"]
calls = ["fri 10:00 for 45m"]

[[rule]]
name = "Everything"
then = "leave"
"""
NOWHERE = '{ host = "127.0.0.1", port = 9, tls = "none", user = "dana", password = "x" }'


def configuration(*, changed: bool = True, imap: str = NOWHERE) -> str:
    """As it was before or after the hours `changed`."""
    mine, theirs = (
        ('["08:00-12:00", "13:00-16:00"]', '"09:00-17:00"')
        if changed
        else ('["09:00-12:30", "13:30-17:30"]', '"08:00-18:00"')
    )
    return CONFIG.format(mine=mine, theirs=theirs, imap=imap, me=DANA, number=NUMBER)


@dataclass(eq=False)
class Promise:
    """What a client was told; `letters`: those that wait for it."""

    kind: Literal["answer", "call"]
    due: datetime
    settled: datetime | None = None
    letters: list["Letter"] = field(default_factory=list)


@dataclass(eq=False)
class Ack:
    """An automatic reply."""

    at: datetime
    to: str
    promise: Promise | None
    cancelled: bool = False  # an answer was faster


@dataclass(eq=False)
class Letter:
    """A message to me. Who wrote it is in the plan, and not guessed."""

    id: str
    at: datetime
    client: str | None  # None: a stranger
    sender: str
    thread: str
    refs: tuple[str, ...]
    what: Literal["question", "thanks", "robot", "voicemail"]
    subject: str
    verdict: Literal["urgent", "deferrable", "left"] = "left"
    rule: str = ""
    ack: Ack | None = None
    spends_pass: bool = False
    hand: Literal["back", "aside"] | None = None
    gone: bool = False

    @property
    def promise(self) -> Promise | None:
        """What it waits for."""
        return self.ack.promise if self.ack is not None else None


@dataclass(eq=False)
class Answer:
    """A mail of mine or of my team."""

    id: str
    at: datetime
    sender: str
    to: str
    cc: str
    thread: str | None  # None: it refers to nothing
    refs: tuple[str, ...]
    reaches: bool  # it went to the client


@dataclass(eq=False)
class Mark:
    r"""A mail client has set \Answered, which is noticed then."""

    letter: Letter
    at: datetime


@dataclass(eq=False)
class Quarter:
    """The whole plan, each list in the order of time."""

    letters: list[Letter]
    answers: list[Answer]
    marks: list[Mark]

    @property
    def promises(self) -> list[Promise]:
        """Each once."""
        return list(dict.fromkeys(p for one in self.letters if (p := one.promise) is not None))

    @property
    def acks(self) -> list[Ack]:
        """Each once."""
        return list(dict.fromkeys(one.ack for one in self.letters if one.ack is not None))
