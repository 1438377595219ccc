"""The consultant's week from two mail programs: mutt at her desk, and a telephone that copies, and expunges when it is put away."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from itertools import pairwise

from imapclient import IMAPClient

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY, MAY, PETRA
from scenarios.stage import Stage
from server.mutt import Mutt

CONFIG = (
    CONSULTANT.replace(
        'language = "en"\ntimezone = "Europe/London"', 'mail = "gary@harbor.example"\ntimezone = "Europe/London"'
    )
    + """
[digest]
at = ["16:30"]
agenda = "30m before next call"
agenda_to_client = "draft"

[snooze]
"Tomorrow" = "start of next office day"
"Next week" = "start of next week"
"Settled" = "settled"
"""
)
DANA = "Dana Roth <dana@roth.example>"


class Telephone:
    """It moves by COPY and a mark, idles while it is open, and expunges when it is put away."""

    def __init__(self, stage: Stage, client: IMAPClient) -> None:
        self.stage, self._client = stage, client
        self._left: list[tuple[str, int]] = []

    def moves(self, subject: str, source: str, target: str) -> None:
        """The copy first; what it leaves behind is marked by `marks`, seconds later."""
        uid = self.stage.inbox(source)[subject].uid
        self._client.select_folder(source)
        self._client.copy([uid], target)
        self._left.append((source, uid))

    def marks(self) -> None:
        for source, uid in self._left:
            self._client.select_folder(source)
            self._client.add_flags([uid], ["\\Deleted"])

    def put_away(self) -> None:
        self.marks()
        for source, uid in self._left:
            self._client.select_folder(source)
            self._client.uid_expunge([uid])

    def idles(self) -> None:
        self._client.select_folder("INBOX")
        self._client.idle()
        self._client.idle_check(timeout=0.05)
        self._client.idle_done()


@contextmanager
def telephone(stage: Stage) -> Iterator[Telephone]:
    with stage.dovecot.client(stage.users[0]) as client:
        one = Telephone(stage, client)
        one.idles()
        yield one
        one.put_away()


async def seen(stage: Stage) -> None:
    """One look of the daemon."""
    stage.daemon.sweep()
    await stage.quiet()


def states(stage: Stage) -> dict[str, str]:
    return dict(stage.rows("SELECT subject, state FROM item WHERE subject IS NOT NULL ORDER BY id"))


def everywhere(stage: Stage) -> Counter[str]:
    """How often each of the client's mails lies there, marked ones left out."""
    found = Counter[str]()
    for folder in stage.server.folders(stage.users[0]):
        for one in stage.server.messages(stage.users[0], folder):
            if "\\Deleted" not in one.flags:
                found[str(message_from_bytes(one.raw, policy=default)["Subject"])] += 1
    return found


def says(stage: Stage, subject: str, text: str, replies_to: str) -> None:
    """She answers a mail of triaged's, from the telephone: to herself, and it lies in Sent."""
    stage.store(DANA, subject, text, to=DANA, folder="Sent", flags=["\\Seen"], replies_to=replies_to, return_path="")


def numbered(text: str, subject: str) -> str:
    """The number of the entry about a mail: it stands above the subject."""
    lines = text.splitlines()
    return next(above for above, line in pairwise(lines) if line.strip() == subject).partition(".")[0]


async def _monday_at_the_desk(stage: Stage) -> None:
    await stage.to("mon 10:00")
    await stage.arrives(GARY, "outage of the lift")
    await stage.arrives(PETRA, "outage im Haus")
    user = stage.users[0]
    with Mutt.on(f"{stage.dovecot.host}:{stage.dovecot.imap}", user, stage.dovecot.password_of(user)) as mutt:
        mutt.saves("of the lift", "Deferred/Tomorrow")
    await seen(stage)
    [snoozed] = stage.events("message.snoozed")
    assert snoozed["until"].startswith("2025-11-25T09:00")
    await stage.to("tue 09:05")
    assert {"outage of the lift", "outage im Haus"} <= set(stage.inbox())


async def _tuesday_on_the_way(stage: Stage) -> None:
    with telephone(stage) as phone:
        phone.moves("outage im Haus", "INBOX", "Deferred/Next week")
        await seen(stage)
        phone.marks()
        await seen(stage)
    assert states(stage)["outage im Haus"] == "aside"
    with telephone(stage) as phone:  # she takes it back
        phone.moves("outage im Haus", "Deferred/Next week", "INBOX")
        phone.marks()
        await seen(stage)
    await seen(stage)
    assert states(stage)["outage im Haus"] in ("released", "here")
    assert len(stage.events("message.released", subject="outage im Haus")) == 1
    await stage.later(minutes=3)
    assert list(stage.inbox("Deferred/Next week")) == []


async def _wednesday_settles_and_is_reminded(stage: Stage) -> None:
    await stage.to("wed 10:00")
    await stage.arrives(MAY, "The invoice")
    await stage.arrives(GARY, "The keys")
    with telephone(stage) as phone:
        phone.moves("outage of the lift", "INBOX", "Deferred/Settled")
        await seen(stage)
    await seen(stage)
    assert len(stage.events("message.settled")) == 1
    stage.answers("<nothing@harbor.example>")
    await seen(stage)
    with stage.dovecot.client(stage.users[0], "Sent") as client:
        client.copy([stage.inbox("Sent")["Re: your question"].uid], "Deferred/Tomorrow")
    await seen(stage)
    await stage.to("wed 16:35")
    digest = stage.digests()[-1]
    raw = message_from_bytes(stage.inbox()[digest].raw, policy=default)
    number = numbered(str(raw.get_body(("plain",)).get_content()), "The keys")  # type: ignore[attr-defined]
    says(stage, f"Re: {digest}", f"{number} settled", str(raw["Message-ID"]))
    await seen(stage)
    assert [one["by"] for one in stage.events("message.settled")] == ["person", "mail"]
    assert "\\Seen" in stage.flags(f"Re: {digest}")


async def _thursday_sends_the_paper(stage: Stage) -> None:
    await stage.to("thu 09:05")
    assert "Re: your question" in stage.inbox()
    [(subject, draft)] = stage.inbox("Drafts").items()
    assert b"- The invoice" in draft.raw
    stage.dovecot.append(stage.users[0], "Sent", draft.raw, stage.clock.now(), ["\\Seen"])
    with telephone(stage):
        await seen(stage)
    stage.delete(subject, "Drafts")
    await seen(stage)
    assert [line["by"] for line in stage.events("reply.sent", template="paper")] == ["person"]
    [(paper,)] = stage.rows("SELECT message_id FROM reply WHERE kind = 'paper'")
    await stage.arrives(GARY, f"Re: {subject}", "The lift is missing.", replies_to=paper)


async def test_whatever_she_does_in_either_of_them_follows_within_a_look(stages: Opening):
    async with stages(CONFIG) as stage:
        await _monday_at_the_desk(stage)
        await _tuesday_on_the_way(stage)
        await _wednesday_settles_and_is_reminded(stage)
        await _thursday_sends_the_paper(stage)
        await stage.to("fri 09:35")
        [agenda] = [one.raw for name, one in stage.inbox().items() if name.startswith("Agenda: Harbor")]
        assert b"The lift is missing" in agenda
        assert b"The invoice" in agenda
        assert stage.inbox("Drafts") == {}
        found = everywhere(stage)
        assert {name: found[name] for name in ("outage of the lift", "outage im Haus", "The invoice")} == {
            "outage of the lift": 1, "outage im Haus": 1, "The invoice": 1,
        }  # fmt: skip
        assert stage.events("message.gone") == []
