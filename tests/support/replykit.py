"""Templates and letters for tests of replies."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from triaged.core.address import Address, Mailbox
from triaged.core.moments import parse_moment
from triaged.core.reply import Letter, Origin
from triaged.core.spans import parse_span
from triaged.core.template import Incoming, Named, PassesLeft, ReplyTemplate, Variables
from triaged.core.worktime import WorkTime

ALWAYS = WorkTime(ZoneInfo("UTC"))
NOW = datetime(2026, 11, 24, 14, 20, tzinfo=UTC)
DANA = Mailbox(Address("dana", "roth.example"), "Dana Roth")
GARY = Address("gary", "harbor.example")
ORIGIN = Origin("<hello@harbor.example>", (), ("<first@harbor.example>",))

VARIABLES = Variables(
    me=Named("Dana Roth", "dana@roth.example"),
    client=Named("Harbor Trust"),
    sender=Named("Gary", "gary@harbor.example"),
    subject="quick question",
    received=datetime(2026, 11, 24, 14, 10, tzinfo=UTC),
    messages=(Incoming("quick question", datetime(2026, 11, 24, 14, 10, tzinfo=UTC)),),
    zone=ZoneInfo("Europe/London"),
    mine=ZoneInfo("Europe/Berlin"),
    now=NOW,
    promise=datetime(2026, 11, 27, 9, 0, tzinfo=UTC),
)
"""A message of Gary's on a Tuesday, and a promise for Friday, 10:00 in Berlin."""

BARE = {"promise": None, "until": None, "next_call": None, "last_answer": None, "passes": None, "delegate": None}


def template(
    text: str = "I have your message.\n", subject: str = "", *, language: str = "en", **texts: str
) -> ReplyTemplate:
    """A reply with one text, or with one for each language given by name."""
    return ReplyTemplate(
        "until-call",
        texts or {language: text},
        parse_moment("in 10m"),
        parse_span("1 day"),
        {language: subject} if subject else {},
    )


def variables(**changed: Any) -> Variables:
    return replace(VARIABLES, **changed)


def letter(text: str = "I have your message.\n", **changed: Any) -> Letter:
    """A letter to Gary."""
    made = Letter(template(text), "en", VARIABLES, DANA, GARY, "<triaged.1f@roth.example>", 7, NOW, origin=ORIGIN)
    return replace(made, **changed)


PASSES = PassesLeft(1, 2)
