"""A stage: the real daemon in this process, real servers, and a clock that the play drives.

In: a configuration text, a Dovecot, a sink. The people of the play write mail and use their mail clients; `to` lets time
pass through every instant at which something falls due. Every line that the daemon logs is held against the schema.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import SMTP, default
from email.utils import format_datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from zoneinfo import ZoneInfo

from server.clock import DrivenClock, settle
from server.courier import Courier
from server.cyrus import Cyrus
from server.dovecot import Dovecot
from server.mailboxes import Mailboxes, Stored
from server.sink import Sink
from support.loglines import LogLines
from triaged.config import load
from triaged.ids import MARK
from triaged.person.pushwords import Push
from triaged.service.daemon import Daemon

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2025, 11, 24, 8, 0, tzinfo=UTC)
"""A Monday, nine o'clock in Berlin; long ago, since Dovecot takes no INTERNALDATE from the future."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PATIENCE = 60.0
"""Seconds of the real clock that the daemon may take for what is due at one instant."""

_AHEAD = """
SELECT min(at) FROM (
  SELECT min(due_at) AS at FROM effect WHERE state IN ('planned','trying') AND due_at > :now
  UNION ALL SELECT min(try_at) FROM reply WHERE state = 'waiting' AND try_at > :now
  UNION ALL SELECT min(due_at) FROM promise WHERE state = 'open' AND due_at > :now)
"""


def letter(
    sender: str, subject: str, text: str, *, at: datetime, message_id: str, to: str = "Dana Roth <dana@roth.example>",
    replies_to: str | None = None, headers: dict[str, str] | None = None, return_path: str | None = None,
) -> bytes:  # fmt: skip
    """A message as a mail server leaves it in a mailbox. `return_path`: None is the sender's, "" is none at all."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, to, subject
    made["Date"], made["Message-ID"] = format_datetime(at), message_id
    if replies_to:
        made["In-Reply-To"] = made["References"] = replies_to
    for name, value in (headers or {}).items():
        made[name] = value
    made.set_content(text)
    path = sender.rpartition("<")[2].rstrip(">") if return_path is None else return_path
    first = f"Return-Path: <{path}>\r\n".encode() if path or return_path == "<>" else b""
    if return_path == "<>":
        first = b"Return-Path: <>\r\n"
    return first + made.as_bytes(policy=SMTP)


def unmarked(stored: Stored) -> Stored:
    """As a person has flagged it."""
    return stored._replace(flags=frozenset(flag for flag in stored.flags if not flag.startswith(MARK)))


async def rest(daemon: Daemon, run: asyncio.Task[int]) -> None:
    """Wait until a daemon has nothing in hand, and nothing is due that it could do now; or until it has ended."""
    end = time.monotonic() + PATIENCE
    while True:
        await settle()
        if run.done():
            run.result()
            return
        if daemon.at_rest:
            return
        assert time.monotonic() < end, f"no rest within {PATIENCE:g} s: {_busy(daemon)}"
        await asyncio.sleep(0.002)


def _busy(daemon: Daemon) -> dict[str, bool]:
    accounts = daemon.accounts.items()
    return (
        {"people": daemon.parts is not None and daemon.parts.people.at_rest}
        | {f"{login} mailbox": account.loop.at_rest for login, account in accounts}
        | {f"{login} outbox": account.outbox.at_rest for login, account in accounts}
    )


@dataclass(slots=True)
class Stage:
    """One daemon, its mailboxes and its clock. Use as `async with Stage(…) as stage`.

    In `config`, $IMAP and $SMTP stand for the servers of the first mailbox, $IMAP2 … for those of others.
    """

    config: str
    server: Mailboxes
    sink: Sink
    folder: Path
    start: datetime = START
    clock: DrivenClock = field(init=False)
    lines: LogLines = field(init=False)
    users: list[str] = field(default_factory=list)
    pushes: list[Push] = field(default_factory=list)
    smtp: str = ""
    imap: str = ""
    daemon: Daemon = field(init=False)
    _run: asyncio.Task[int] | None = None
    _mails: int = 0

    def __post_init__(self) -> None:
        self.clock = DrivenClock(self.start)
        self.lines = LogLines(self.clock.now)

    @property
    def dovecot(self) -> Dovecot:
        """The server, where it is one, for what only it can do."""
        assert isinstance(self.server, Dovecot)
        return self.server

    # --- the daemon ---------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def path(self) -> Path:
        """The configuration file."""
        return self.folder / "dana.toml"

    @property
    def state(self) -> Path:
        """The ledger's file."""
        return self.folder / "state" / "triaged.db"

    def write_config(self, text: str | None = None) -> None:
        """Put the configuration where the daemon reads it."""
        self.config = self.config if text is None else text
        wanted = max(1, *(n for n in range(1, 5) if f"$IMAP{n if n > 1 else ''}" in self.config))
        while len(self.users) < wanted:
            self.users.append(self.server.new_user())
        written = self.config
        for number, user in reversed(list(enumerate(self.users, 1))):
            written = written.replace(f"$IMAP{number if number > 1 else ''}", self._imap(user))
        written = written.replace(
            "$SMTP", self.smtp or f'{{ host = "{self.sink.host}", port = {self.sink.port}, tls = "none" }}'
        )
        service = f'[service]\nstate = "sqlite:{self.state}"\n'
        self.path.write_text(service + written, encoding="utf-8")
        self.path.chmod(0o600)

    def _imap(self, user: str) -> str:
        return (self.imap or '{ host = "$HOST", port = $PORT, tls = "none", user = "$USER", password = "$PASSWORD" }').replace(
            "$HOST", self.server.host).replace("$PORT", str(self.server.imap)).replace("$USER", user).replace(
            "$PASSWORD", self.server.password)  # fmt: skip

    async def open(self) -> None:
        """Start the daemon (again) and wait until it has tried every account and rests."""
        self.write_config()
        loaded = load(self.path, now=self.clock.now())
        assert not loaded.errors, [str(problem) for problem in loaded.errors]
        self.daemon = Daemon(loaded, self.lines.events, clock=self.clock, send=self._push)
        self._run = asyncio.create_task(self.daemon.run(), name="daemon")
        ready = asyncio.create_task(self.daemon.ready.wait())
        async with asyncio.timeout(PATIENCE):
            await asyncio.wait({self._run, ready}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if self._run.done():
            self._run.result()
        await self.quiet()

    async def _push(self, url: str, push: Push) -> None:
        """The phone."""
        self.pushes.append(push)

    async def close(self) -> int:
        """Stop the daemon as SIGTERM does; its exit code."""
        if self._run is None:
            return 0
        run, self._run = self._run, None
        self.daemon.stop()
        async with asyncio.timeout(PATIENCE):
            return await run

    async def kill(self) -> None:
        """End the daemon wherever it is: it writes nothing down, and says nothing to anybody."""
        if self._run is None:
            return
        run, self._run = self._run, None
        run.cancel()
        await asyncio.wait({run}, timeout=PATIENCE)
        assert run.done()

    async def reload(self, text: str) -> None:
        """Change the configuration and tell the daemon."""
        self.write_config(text)
        await self.daemon.reload()
        await self.quiet()

    # --- time ---------------------------------------------------------------------------------------------------

    def instant(self, when: str | datetime) -> datetime:
        """The next "fri 09:00" or "09:00" in Berlin, strictly after now."""
        if isinstance(when, datetime):
            return when
        *day, clock = when.split()
        now = self.clock.now().astimezone(BERLIN)
        hour, minute = map(int, clock.split(":"))
        found = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
        while found <= now or (day and found.weekday() != DAYS.index(day[0])):
            found = (found.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=BERLIN)
        return found.astimezone(UTC)

    async def to(self, when: str | datetime) -> None:
        """Let time pass, through every instant at which something falls due, and each time wait for quiet."""
        target = self.instant(when)
        await self.quiet()
        while (due := self._ahead()) is not None and due < target:
            await self._leap(due)
        await self._leap(target)

    async def later(self, **span: float) -> None:
        """Let so much time pass."""
        await self.to(self.clock.now() + timedelta(**span))

    async def _leap(self, to: datetime) -> None:
        await self.clock.leap(to - self.clock.now())
        await self.quiet()

    def _ahead(self) -> datetime | None:
        if not self.state.exists():
            return None
        (found,) = self.rows(_AHEAD, now=round(self.clock.now().timestamp() * 1000))[0]
        return datetime.fromtimestamp(found / 1000, UTC) if found else None

    def rows(self, sql: str, **params: Any) -> list[Any]:
        """What the ledger's file says."""
        db = sqlite3.connect(f"file:{self.state}?mode=ro", uri=True)
        try:
            return db.execute(sql, params).fetchall()
        finally:
            db.close()

    async def quiet(self) -> None:
        """Wait until nothing is in hand and nothing is due that could be done now."""
        if self._run is not None:
            await rest(self.daemon, self._run)

    async def until(self, condition: Callable[[], object], what: str = "it happens") -> None:
        """Wait, in real time, for something that the daemon finds out by itself."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not condition():  # noqa: ASYNC110 — what is waited for happens on a server, and says nothing here
                    await asyncio.sleep(0.005)
        except TimeoutError:
            raise AssertionError(f"{what}: not within {PATIENCE:g} s; {self.lines.names()}") from None

    # --- mail ---------------------------------------------------------------------------------------------------

    def store(
        self, sender: str, subject: str, text: str = "Can you ring me?", *, folder: str = "INBOX",
        flags: Sequence[str] = (), user: str = "", message_id: str = "", at: datetime | None = None, **more: Any,
    ) -> str:  # fmt: skip
        """Mail arrives; the daemon is not told. Its Message-ID."""
        self._mails += 1
        message_id = message_id or f"<{self._mails}@{sender.rpartition('@')[2].rstrip('>')}>"
        at = at or self.clock.now()
        raw = letter(sender, subject, text, at=at, message_id=message_id, **more)
        self.server.append(user or self.users[0], self.server.real(folder), raw, at, flags)
        return message_id

    async def arrives(self, sender: str, subject: str, text: str = "Can you ring me?", **more: Any) -> str:
        """Mail arrives and is dealt with. Its Message-ID."""
        message_id = self.store(sender, subject, text, **more)
        self.daemon.wake()
        await self.quiet()
        return message_id

    def answers(self, message_id: str, to: str = "gary@harbor.example", *, folder: str = "Sent", user: str = "") -> str:
        """The person answers from another device: the copy lies in Sent. Its Message-ID."""
        return self.store(
            "Dana Roth <dana@roth.example>", "Re: your question", "Here it is.", to=to, folder=folder,
            flags=["\\Seen"], replies_to=message_id, user=user, return_path="",
        )  # fmt: skip

    def inbox(self, folder: str = "INBOX", user: str = "") -> dict[str, Stored]:
        """What lies in a folder, by subject; of the flags those that are not our own mark."""
        found = self.server.messages(user or self.users[0], self.server.real(folder))
        return {str(message_from_bytes(one.raw, policy=default)["Subject"]): unmarked(one) for one in found}

    def digests(self) -> list[str]:
        """The subjects of the digests that lie in the inbox, which are headlines; the oldest first."""
        written = self.rows(
            "SELECT json_extract(args, '$.message_id') FROM effect WHERE key GLOB 'digest:*' ORDER BY id"
        )
        lie = {name: mail.raw.decode("utf-8", "replace") for name, mail in self.inbox().items()}
        return [name for (message_id,) in written for name, raw in lie.items() if message_id in raw]

    def flags(self, subject: str, folder: str = "INBOX") -> set[str]:
        """The flags of a message."""
        return set(self.inbox(folder)[subject].flags)

    def drag(self, subject: str, source: str, target: str) -> None:
        """A person moves a message."""
        self.server.move(
            self.users[0], self.server.real(source), self.inbox(source)[subject].uid, self.server.real(target)
        )

    def flag(self, subject: str, *add: str, folder: str = "INBOX", remove: Sequence[str] = ()) -> None:
        """A person flags a message."""
        self.server.flag(self.users[0], self.server.real(folder), self.inbox(folder)[subject].uid, *add, remove=remove)

    def delete(self, subject: str, folder: str = "INBOX") -> None:
        """A person deletes a message for good."""
        self.server.delete(self.users[0], self.server.real(folder), self.inbox(folder)[subject].uid)

    def renumber(self, folder: str, user: str = "") -> None:
        """The server loses its list of UIDs, as after a restored backup: another UIDVALIDITY, other UIDs."""
        user = user or self.users[0]
        if isinstance(self.server, Courier):
            self.server.renumber(user, folder)
            return
        if isinstance(self.server, Cyrus):
            self._put_back(user, folder)
            return
        self.dovecot.kill_sessions(user)
        home = self.dovecot.root / "mail" / user / "maildir"
        where = home if folder == "INBOX" else home / f".{folder}"
        for name in ("dovecot-uidlist", "dovecot.index", "dovecot.index.log", "dovecot.index.cache"):
            (where / name).unlink(missing_ok=True)
        (home / "dovecot.list.index.log").unlink(missing_ok=True)

    def _put_back(self, user: str, folder: str) -> None:
        """A folder from a backup: deleted, made again, filled with what lay there (Cyrus itself keeps its numbers)."""
        with self.server.client(user) as client:
            client.select_folder(folder)
            kept = client.fetch(client.search("ALL"), ["BODY.PEEK[]", "FLAGS", "INTERNALDATE"])
            client.unselect_folder()
            client.delete_folder(folder)
            client.create_folder(folder)
            for one in kept.values():
                flags = [flag for flag in one[b"FLAGS"] if flag != b"\\Recent"]
                client.append(folder, one[b"BODY[]"], flags, one[b"INTERNALDATE"])

    def sent(self) -> list[Message]:
        """What went out, parsed."""
        return [message_from_bytes(one.raw, policy=default) for one in self.sink.received]

    def events(self, event: str, **fields: Any) -> list[dict[str, Any]]:
        """Log lines of that event with those values."""
        return [line for line in self.lines.of(event) if all(line.get(name) == value for name, value in fields.items())]
