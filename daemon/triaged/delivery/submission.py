"""Submission servers with habits of their own, as data. A host goes in, its habits come out."""

from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class Submission:
    """How a provider's submission server behaves."""

    name: str
    hosts: tuple[str, ...] = ()
    null_sender: bool | None = None  # takes MAIL FROM:<>; None: not known, ask it
    saves_sent: bool = False  # puts a copy into Sent by itself
    per_minute: int | None = None  # messages it takes


GENERIC = Submission("generic")

SUBMISSIONS: tuple[Submission, ...] = (
    Submission(
        "gmail", ("smtp.gmail.com", "smtp.googlemail.com", "smtp-relay.gmail.com"), null_sender=False, saves_sent=True
    ),
    Submission(
        "microsoft365",
        ("smtp.office365.com", "smtp-mail.outlook.com", "smtp.outlook.com", "smtp.live.com"),
        null_sender=False,
        saves_sent=True,
        per_minute=30,
    ),
    Submission("icloud", ("smtp.mail.me.com",), saves_sent=True),
    Submission("zoho", ("smtp.zoho.com", "smtp.zoho.eu", "smtppro.zoho.*"), saves_sent=True),
)


def submission(host: str) -> Submission:
    """The habits of a host, as far as they are known."""
    name = host.casefold().rstrip(".")
    return next((each for each in SUBMISSIONS if any(fnmatchcase(name, shape) for shape in each.hosts)), GENERIC)
