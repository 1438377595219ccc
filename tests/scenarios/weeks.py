"""What the four weeks have in common: the shipped configurations on servers of the tests, and mail as their servers leave it."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scenarios.stage import Stage
from server.dovecot import USUAL, Variant

MONDAY = datetime(2026, 11, 16, 7, 0, tzinfo=UTC)
"""Eight o'clock in Berlin, an hour before anybody works."""

ON_EVERY_LAYOUT = pytest.fixture(
    params=[USUAL, Variant(separator=".", prefix="INBOX.")], ids=["Dovecot", "Dovecot, INBOX. and dots"]
)
"""What sets a week up is asked for the week on each: `request.param`."""

_CONFIG = Path(__file__).resolve().parents[2] / "config"
_IMAP = re.compile(r"^imap = \{.*\}", re.MULTILINE)
_SMTP = re.compile(r"^smtp = \{.*\}", re.MULTILINE)


def shipped(name: str) -> str:
    """A configuration of `config/` as it is, but for the servers and the mode of its account."""
    text = (_CONFIG / name).read_text("utf-8")
    text, imap = _IMAP.subn("imap = $IMAP", text)
    text, smtp = _SMTP.subn("smtp = $SMTP", text)
    assert imap == 1, "one account a person"
    assert smtp <= 1, "and one way out"
    return text


def credentials(folder: Path, monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """What systemd would hand over: a file a credential."""
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_text("json://phone.example/\n", "utf-8")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))


class Post:
    """Writes mail to one person, with the results of authentication that her own server would stamp on it."""

    def __init__(self, stage: Stage, me: str, authserv_id: str | None) -> None:
        self.stage, self.me, self._authserv_id = stage, me, authserv_id

    async def __call__(self, sender: str, subject: str, text: str, **more: Any) -> str:
        """Mail arrives now, and is dealt with. Its Message-ID."""
        headers = dict(more.pop("headers", {}))
        domain = sender.rpartition("@")[2].rstrip(">")
        if self._authserv_id:
            headers["Authentication-Results"] = f"{self._authserv_id}; dmarc=pass header.from={domain}"
        return await self.stage.arrives(sender, subject, text, to=self.me, headers=headers, **more)

    def answer(self, message_id: str, to: str) -> str:
        """I answer from another device."""
        return self.stage.store(
            self.me, "Re: what you asked", "Here it is.", to=to, folder="Sent", flags=["\\Seen"], replies_to=message_id,
            return_path="",
        )  # fmt: skip


AtWork = tuple[Stage, Post]
"""The stage of a week, and who writes to its person."""


def text_of(stage: Stage, number: int) -> str:
    """The words of the n-th mail that went out."""
    found = stage.sent()[number].get_content()
    return " ".join(str(found).split())


def verdicts(stage: Stage) -> list[tuple[str, str, str | None]]:
    """Subject, verdict and rule of everything that was decided about clients, in order."""
    return [
        (subject, verdict, rule)
        for subject, verdict, rule in stage.rows("SELECT subject, verdict, rule FROM item ORDER BY id")
    ]
