"""The play: the real daemon on embedded servers, the sample morning in fast motion, and what came of it.

In: a folder that is the play's own. Out: a `Story`. Nothing outside that folder and loopback is touched.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

from triaged.config import Loaded, load
from triaged.core.errors import TriagedError
from triaged.core.settings import Person, Server, TextSecret, Tls
from triaged.demo import morning
from triaged.demo.democlock import PlayedClock
from triaged.demo.morning import DAY, Arrival, Hand
from triaged.demo.servers import HOST, PASSWORD, USER, Outgoing, Servers
from triaged.ledger import Ledger
from triaged.ledger.entries import DeferredRow
from triaged.log.events import Events, Threshold
from triaged.mailbox import Pools, Session
from triaged.person.pushwords import Push
from triaged.service.daemon import Daemon


class StoppedError(TriagedError):
    """Somebody stopped the play (Ctrl-C)."""

    exit_code = 130


PATIENCE = 60.0
"""Seconds of the real clock that the daemon may take for what is due at one instant."""


@dataclass(frozen=True, slots=True)
class Lying:
    """A message in a folder."""

    uid: int
    message_id: str
    subject: str
    sender: str
    flags: frozenset[str]
    text: str


@dataclass(slots=True)
class Story:
    """What came of the morning."""

    day: date
    person: Person
    lines: list[dict[str, Any]] = field(default_factory=list)  # of the daemon's log
    pushes: list[tuple[datetime, Push]] = field(default_factory=list)
    replies: list[tuple[datetime, Outgoing]] = field(default_factory=list)
    folders: dict[str, list[Lying]] = field(default_factory=dict)  # when the morning is over
    aside: list[DeferredRow] = field(default_factory=list)
    later: datetime | None = None  # when the next message came back
    inbox_later: list[Lying] = field(default_factory=list)

    @property
    def arrivals(self) -> list[Arrival]:
        """The mails that came, in the order of their numbers."""
        return [act for act in DAY if isinstance(act, Arrival)]

    @property
    def hands(self) -> list[Hand]:
        """What Mara did herself."""
        return [act for act in DAY if isinstance(act, Hand)]

    def decision(self, number: int) -> dict[str, Any]:
        """The line of the log about the verdict on an arrival."""
        verdicts = ("message.urgent", "message.deferred", "message.left")
        of_it = (line for line in self.lines if line.get("message_id") == morning.message_id(number))
        return next((line for line in of_it if line["event"] in verdicts), {})


def configure(folder: Path, servers: Servers, now: datetime) -> Loaded:
    path = folder / "mara.toml"
    path.touch(mode=0o600)
    path.write_text(
        morning.config(folder=folder, imap=servers.imap, smtp=servers.smtp, user=USER, password=PASSWORD),
        encoding="utf-8",
    )
    return load(path, now=now)


@dataclass(frozen=True, slots=True)
class Showing:
    """How it is played: in which week (`now`), whether until the first message comes back, and who hears of progress."""

    now: datetime
    to_the_end: bool
    told: Callable[[str], None]


async def play(folder: Path, servers: Servers, showing: Showing) -> Story:
    """Play the morning; `folder` is for the configuration and the ledger."""
    day = morning.tuesday(showing.now)
    clock = PlayedClock(morning.instant(day, morning.DAY[0].at) - timedelta(minutes=10))
    loaded = configure(folder, servers, clock.now())
    assert not loaded.errors, [str(problem) for problem in loaded.errors]
    story = Story(day, loaded.persons[0])

    async def push(_url: str, words: Push) -> None:
        story.pushes.append((clock.now(), words))

    events = Events(story.lines.append, threshold=Threshold("debug"), now=clock.now)
    async with mail_client(servers) as client, at_work(Daemon(loaded, events, clock=clock, send=push)) as daemon:
        stage = _Stage(daemon, clock, client, servers, story, folder / "state" / "triaged.db")
        await stage.quiet()
        await stage.morning(showing.told)
        if showing.to_the_end:
            showing.told("… and then it is the day of the first call")
            await stage.to_the_first_return()
    return story


@asynccontextmanager
async def at_work(daemon: Daemon) -> AsyncIterator[Daemon]:
    """The daemon runs until the block ends. What ends it early is raised."""
    run = asyncio.create_task(daemon.run(), name="daemon")
    ready = asyncio.create_task(daemon.ready.wait(), name="ready")
    try:
        async with asyncio.timeout(PATIENCE):
            await asyncio.wait({run, ready}, return_when=asyncio.FIRST_COMPLETED)
        if run.done():
            run.result()
        yield daemon
    finally:
        ready.cancel()
        daemon.stop()
        await run


@asynccontextmanager
async def mail_client(servers: Servers) -> AsyncIterator[Session]:
    """Mara's own mail client: a second connection to the mailbox, with a folder for sent mail."""
    pools = Pools(commands=1, connects=1)

    async def password() -> str:
        return PASSWORD

    server = Server(HOST, servers.imap, Tls.NONE, USER, TextSecret(PASSWORD))
    session = Session(server, pools, secret=password)
    try:
        await session.open()
        await session.ensure("Sent")
        yield session
    finally:
        await session.close()
        pools.close()


@dataclass(slots=True)
class _Stage:
    daemon: Daemon
    clock: PlayedClock
    client: Session
    servers: Servers
    story: Story
    state: Path
    _seen: int = 0

    async def quiet(self) -> None:
        """Wait until nothing is in hand, and nothing is due that could be done now."""
        async with asyncio.timeout(PATIENCE):
            while not self.daemon.at_rest:
                if self.daemon.stopping.is_set():
                    raise StoppedError("stopped")
                await asyncio.sleep(0.005)
        for outgoing in self.servers.sent[self._seen :]:
            self.story.replies.append((self.clock.now(), outgoing))
        self._seen = len(self.servers.sent)

    async def morning(self, told: Callable[[str], None]) -> None:
        """What arrives and what Mara does, each at its time."""
        number = 0
        for act in DAY:
            await self.to(morning.instant(self.story.day, act.at))
            if isinstance(act, Arrival):
                told(f"{act.at:%H:%M}  {act.name}: {act.subject}")
                await self.client.append("INBOX", morning.raw(act, number, self.clock.now()), (), self.clock.now())
                number += 1
            else:
                told(f"{act.at:%H:%M}  Mara herself")
                await self.by_hand(act)
            self.daemon.sweep()
            await self.quiet()
        await self.to(morning.instant(self.story.day, morning.END))
        await self.remember()

    async def to(self, instant: datetime) -> None:
        """Let time pass, and stop at each moment at which something falls due."""
        while (due := await asyncio.to_thread(self._next_due)) is not None and due <= instant:
            await self._leap(max(due, self.clock.now() + timedelta(seconds=1)))
        await self._leap(instant)

    async def to_the_first_return(self) -> None:
        """Let time pass until what was put aside comes back; remember how the inbox looks then."""
        back = min((row.until for row in self.story.aside if row.until), default=None)
        if back is None:
            return
        await self.to(back)
        self.daemon.sweep()
        await self.quiet()
        self.story.later = back
        self.story.inbox_later = await self._folder("INBOX")

    async def by_hand(self, hand: Hand) -> None:
        arrival = self.story.arrivals[hand.arrival]
        if hand.does == "answer":
            now = self.clock.now()
            await self.client.append("Sent", morning.own_answer(arrival, hand.arrival, now), ("\\Seen",), now)
            return
        await self.client.select("Deferred")
        [uid] = await self.client.find(morning.message_id(hand.arrival), 1)
        await self.client.move([uid], "INBOX")

    async def remember(self) -> None:
        for folder in ("INBOX", "Deferred", "Sent"):
            self.story.folders[folder] = await self._folder(folder)
        self.story.aside = await asyncio.to_thread(self._aside)

    async def _folder(self, name: str) -> list[Lying]:
        await self.client.select(name)
        fetched = await self.client.fetch(await self.client.uids_from(1), text=True)
        return [_lying(one.uid, one.header + one.body, one.flags) for one in fetched]

    async def _leap(self, instant: datetime) -> None:
        self.clock.leap(instant)
        self.daemon.wake()
        await self.quiet()

    def _next_due(self) -> datetime | None:
        with contextlib.closing(Ledger.open(self.state)) as ledger:
            return ledger.next_due()

    def _aside(self) -> list[DeferredRow]:
        with contextlib.closing(Ledger.open(self.state)) as ledger:
            return ledger.deferred()


def _lying(uid: int, raw: bytes, flags: frozenset[str]) -> Lying:
    parsed = message_from_bytes(raw, policy=default)
    text = parsed.get_body(("plain",))
    return Lying(
        uid,
        str(parsed["Message-ID"]),
        str(parsed["Subject"]),
        str(parsed["From"]),
        flags,
        str(text.get_content()) if text is not None else "",
    )
