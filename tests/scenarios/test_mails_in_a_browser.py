"""What I see of a digest and of an agenda: whole in itself, on a phone and on a desk, by day and by night."""

from email import message_from_bytes, policy
from pathlib import Path

import pytest

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY, PETRA
from server.browser import Browser

pytestmark = pytest.mark.server

PAGES = """
[telephone]
from = ["voicemail@sipgate.example"]

[digest]
at = "16:30"
agenda = "30m before next call"
"""
PHONE = "sipgate <voicemail@sipgate.example>"
CALLED = CONSULTANT.replace('name = "Harbor Trust"', 'name = "Harbor Trust"\nphones = ["+44 20 7946 0018"]')
NASTY = 'From "outside" <img src=https://tracker.example/me.png><script>nothing()</script> &amp;'
LONG = "https://harbor.example/" + "a-path-without-any-end/" * 8


async def test_a_digest_and_an_agenda_are_whole_and_shut_nobody_out(stages: Opening, browser: Browser, tmp_path: Path):
    async with stages(CALLED + PAGES) as stage:
        await stage.to("thu 16:31")
        answered = await stage.arrives(GARY, "Which room?")
        stage.answers(answered)
        await stage.later(minutes=5)
        await stage.arrives(GARY, NASTY, f"{NASTY} {LONG}")
        await stage.arrives(GARY, LONG)
        await stage.arrives(GARY, "The line is down", "Nothing works.")
        await stage.arrives(PETRA, "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft")
        await stage.arrives(PHONE, "New voicemail from +44 20 7946 0018", "Call me back.")
        await stage.to("fri 16:40")
        mails = {name: mail.raw for name, mail in stage.inbox().items()}
    for kind, shows in (
        ("Agenda: Harbor Trust", ("Open", "Telephone", "Answered last")),
        (
            "1 waits",
            ("Waiting: urgent, not answered yet (1)", "Back in the inbox (4)"),
        ),
    ):
        (name,) = [name for name in mails if name.startswith(kind)]
        page = _saved(mails[name], tmp_path / f"{kind[:6]}.html")
        assert browser.faults(page) == []
        shown = browser.open(page)
        assert shown.ask("return document.title") == name
        headings = shown.ask("return Array.from(document.querySelectorAll('h2'), each => each.textContent)")
        assert set(shows) <= set(headings)
        assert NASTY in shown.ask("return document.body.innerText")


def _saved(raw: bytes, path: Path) -> Path:
    """The HTML part of a mail, as a file."""
    html = message_from_bytes(raw, policy=policy.default).get_body(("html",))
    assert html is not None
    path.write_text(html.get_content(), encoding="utf-8")
    return path
