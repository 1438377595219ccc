"""The sample morning: a consultant's configuration, her Tuesday's mail, and what she does herself meanwhile.

Values only: the play (play.py) delivers them.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from importlib.resources import files
from string import Template
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Berlin")
ME = "mara@lind.example"


def config(**values: object) -> str:
    """The configuration; `values`: folder, imap, smtp (ports), user, password."""
    text = files("triaged.demo").joinpath("mara.toml").read_text(encoding="utf-8")
    return Template(text).substitute(values)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail that arrives."""

    at: time
    sender: str
    subject: str
    text: str
    name: str  # of the sender, for the page
    answers: int | None = None  # the arrival of that number, from 0
    headers: dict[str, str] = field(default_factory=dict)
    return_path: str | None = None  # None: the sender's
    verified: str = "pass"  # what the receiving server found out about it


@dataclass(frozen=True, slots=True)
class Hand:
    """Something that Mara does herself, in her mail client: `drag` a message back, or `answer` it."""

    at: time
    does: str
    arrival: int


def _voicemail(at: time, seconds: int) -> Arrival:
    return Arrival(
        at,
        "Voicemail <voicemail@telephone.example>",
        "Voicemail from +44 20 7946 0018",
        f'You have a new voicemail from +44 20 7946 0018, {seconds} seconds.\n\n"Hi, it\'s me. Call me back."',
        "voicemail of Gary",
    )


DAY: tuple[Arrival | Hand, ...] = (
    Arrival(
        time(8, 52), "Inés Calder <ines@foodbank.example>", "Donation page is down",
        "Mara, the donation page is down and the appeal goes out at noon. Can you look at it?", "Inés",
    ),
    _voicemail(time(9, 5), 6),
    _voicemail(time(9, 9), 4),
    _voicemail(time(9, 14), 5),
    Arrival(
        time(9, 18), "Harbor Trust News <news@harbor.example>", "Harbor Trust News: our autumn projects",
        "Dear friends, this autumn we planted 400 trees.", "Harbor Trust News",
        headers={"List-Id": "Harbor Trust News <news.harbor.example>", "List-Unsubscribe": "<https://harbor.example/u>"},
    ),
    Arrival(
        time(9, 21), "Petra Sommer <petra@lindenhof.example>", "Förderantrag",
        "Guten Morgen Frau Lind,\n\nhaben Sie den Entwurf für den Förderantrag schon gesehen? Was halten Sie vom Zeitplan?\n\n"
        "Viele Grüße\nPetra Sommer", "Petra Sommer",
    ),
    Arrival(
        time(9, 26), "Ken <ken@fast-leads.example>", "Quick win for your pipeline",
        "Do you have ten minutes today? It is urgent that you see our offer.", "Ken, a stranger",
    ),
    Arrival(
        time(9, 33), "Gary Hale <gary@harbor.example>", "URGENT: new bank account",
        "Please pay the open invoice today, to our new bank account.", "“Gary”, forged",
        return_path="bounce@bulk.example", verified="fail",
    ),
    Arrival(
        time(9, 41), "Petra Sommer <petra@lindenhof.example>", "Re: Förderantrag",
        "Der Antrag muss heute noch raus, können Sie bitte drüberschauen?", "Petra Sommer", answers=5,
    ),
    Arrival(
        time(9, 50), "Gary Hale <gary@harbor.example>", "quick question",
        "Can you ring me when you have a minute? It is about the budget lines we talked about.", "Gary",
    ),
    Arrival(
        time(9, 55), "Inés Calder <ines@foodbank.example>", "Figures for the board",
        "Could you send me the figures for the board meeting at the end of the month?", "Inés",
    ),
    Hand(time(9, 59), "answer", 10),
    Arrival(
        time(10, 7), "Petra Sommer <petra@lindenhof.example>", "Re: Förderantrag", "Vielen Dank!", "Petra Sommer",
        answers=5,
    ),
    Hand(time(10, 15), "drag", 9),
)  # fmt: skip
"""In the order of the day. The numbers in `answers` and `arrival` count the arrivals."""

END = time(10, 30)


def tuesday(now: datetime) -> date:
    """The day of the play: this week's Tuesday, of the coming week once the week is out."""
    today = now.astimezone(ZONE).date()
    return today + timedelta(days=(1 - today.weekday()) if today.weekday() < 5 else (8 - today.weekday()))  # noqa: PLR2004 — Saturday


def instant(day: date, at: time) -> datetime:
    """A time of that day, aware, UTC."""
    return datetime.combine(day, at, ZONE).astimezone(UTC)


def message_id(number: int) -> str:
    """The Message-ID of an arrival."""
    return f"<{number + 1}@demo.example>"


def raw(arrival: Arrival, number: int, at: datetime) -> bytes:
    """A message as the mail server leaves it in the mailbox."""
    made = EmailMessage()
    address = arrival.sender.partition("<")[2].rstrip(">")
    domain = address.partition("@")[2]
    made["Return-Path"] = f"<{address if arrival.return_path is None else arrival.return_path}>"
    made["Authentication-Results"] = f"mx.lind.example; dmarc={arrival.verified} header.from={domain}"
    made["From"], made["To"], made["Subject"] = arrival.sender, f"Mara Lind <{ME}>", arrival.subject
    made["Date"], made["Message-ID"] = format_datetime(at), message_id(number)
    if arrival.answers is not None:
        made["In-Reply-To"] = made["References"] = message_id(arrival.answers)
    for name, value in arrival.headers.items():
        made[name] = value
    made.set_content(arrival.text)
    return made.as_bytes(policy=SMTP)


def own_answer(arrival: Arrival, number: int, at: datetime) -> bytes:
    """Mara's own answer, as her mail client puts it into Sent."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = f"Mara Lind <{ME}>", arrival.sender, f"Re: {arrival.subject}"
    made["Date"], made["Message-ID"] = format_datetime(at), f"<own-{number}@lind.example>"
    made["In-Reply-To"] = made["References"] = message_id(number)
    made.set_content("Here they are. Mara")
    return made.as_bytes(policy=SMTP)
