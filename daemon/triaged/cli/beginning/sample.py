"""The mail as it would go out, made by the rules and texts as they would be written, over the daemon's own code."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from triaged.cli.beginning.story import Story
from triaged.config import load
from triaged.core.appointments import Reading, with_diary
from triaged.core.message import read_raw
from triaged.core.settings import Person
from triaged.rehearse.rehearsal import Rehearsal
from triaged.setup.firstconfiguration import Answers, Client, first_configuration


@dataclass(frozen=True, slots=True)
class Mail:
    """As it would go out. `template` and `language`: whose text it is."""

    to: str
    subject: str
    text: str
    template: str
    language: str


def mail_to(story: Story, client: Client) -> Mail | None:
    """What this client would get now; None: nothing."""
    rehearsal, _ = _made(story.answers(), story.readings)
    if rehearsal is None:
        return None
    try:
        now = datetime.now(UTC)
        came = rehearsal.play(read_raw(_question(story, client, now)), now)
    finally:
        rehearsal.close()
    plan, written = came.decision.reply, came.reply
    if plan is None or written is None:
        return None
    return Mail(came.reply_to or "", written.rendered.subject, written.rendered.text, plan.template, plan.language)


def person_so_far(answers: Answers) -> Person | None:
    """Herself, by what is known; None: nothing whole comes of it yet."""
    rehearsal, _ = _made(answers)
    if rehearsal is None:
        return None
    rehearsal.close()
    return rehearsal.person


def first_error(answers: Answers) -> str:
    """What is wrong with the configuration as it would be; "": nothing."""
    rehearsal, problems = _made(answers)
    if rehearsal is not None:
        rehearsal.close()
    return next((one.partition(": error: ")[2] for one in problems if ": error: " in one), "")


def _made(answers: Answers, readings: Sequence[Reading] = ()) -> tuple[Rehearsal | None, list[str]]:
    """The configuration as it would be, at work; and what is wrong with it. Nobody vouches for a sender in it."""
    with tempfile.TemporaryDirectory(prefix="triaged-") as folder:
        file = Path(folder) / "preview.toml"
        file.write_text(first_configuration(replace(answers, authserv_ids=())), encoding="utf-8")
        loaded = load(file)
    problems = [str(one) for one in loaded.problems]
    return (Rehearsal(with_diary(loaded.persons[0], readings)) if loaded.persons else None), problems


def _question(story: Story, client: Client, now: datetime) -> bytes:
    """A short mail of theirs, in no language."""
    local, at, domain = client.patterns[0].partition("@")
    sender = next(iter(client.people), f"{'somebody' if '*' in local else local}{at}{domain}")
    return (
        f"Return-Path: <{sender}>\r\nFrom: {sender}\r\nTo: {story.signed.addresses[0].spec}\r\nDate: {format_datetime(now)}\r\n"
        f"Message-ID: <preview@{client.label}.invalid>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n\r\n4711?\r\n"
    ).encode()
