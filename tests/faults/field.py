"""The field of the torture: real servers, a line that breaks, the daemon, mail, a person's hands, and all that is done to them.

Whatever happens is written into a journal beside the ledger, so that a complaint can be followed back.
"""

import asyncio
import collections
import contextlib
import imaplib
import os
import random
import shutil
import signal
import smtplib
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from faults import power
from faults.mails import CONFIG, account, answer, message, message_id
from faults.proxy import Fault, FaultProxy
from server.certificates import Authority
from server.dovecot import Dovecot
from server.processes import end, own_folder, remove, until
from server.sink import Sink
from triaged import crash

ACCOUNTS = ("dana", "second")
KINDS = ("outage", "question", "again", "question", "soon")
"""Every fifth message is urgent, every fifth comes back within the run; "again" is the same person's next, to the other account."""

_LOSSES = 0.005
"""How often the harm is that the ledger is lost: some ten times in an hour."""

_COPIES = 20
"""Copies of the state that are kept."""

_MOST_POINTS = 60
"""Within so many crash points of its start a daemon that is to die at one of them does."""


def _no_sockets(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if (Path(folder) / name).is_socket()]


class Line:
    """The proxy before the mail server, in a thread and a loop of its own."""

    def __init__(self, target: int) -> None:
        self.loop = asyncio.new_event_loop()
        self.proxy = FaultProxy(target)
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.proxy.__aenter__(), self.loop).result(10)

    def cut(self) -> None:
        """Reset all that is open."""
        self.loop.call_soon_threadsafe(self.proxy.cut_all)

    def close(self) -> None:
        """End it."""
        asyncio.run_coroutine_threadsafe(self.proxy.__aexit__(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()


class Field:
    """The servers, the daemon, what has been delivered, and what was done to all of them."""

    def __init__(self, chance: random.Random, *, brief: bool = False) -> None:
        self.chance = chance
        self.brief = brief  # nothing that takes a minute: no returns, no replies that are tried again later
        self.kinds = KINDS[:4] if brief else KINDS
        self.folder = own_folder("torture")
        self.shadow = self.folder / "synced"
        self.dovecot = Dovecot(Authority(self.folder / "certificates").valid())
        self.dovecot.start()
        self.users = {label: self.dovecot.new_user() for label in ACCOUNTS}
        self.sink = Sink()
        self.sink.start()
        self.line = Line(self.dovecot.imap)
        self.sent = 0
        self.dragged: set[int] = set()
        self.answered: set[int] = set()
        self.unsure: set[int] = set()  # what a hand or a delivery did not see the end of
        self.excused: set[int] = set()  # what was under way when the state was put back or lost, or the clock was wrong
        self.lost_at: set[int] = set()  # the number of the last message before each loss of the ledger
        self.copies = 0
        self.snapshots: list[tuple[float, int, Path]] = []  # when, how many messages there were, the copy
        self.kills: collections.Counter[str] = collections.Counter()
        self.faults: collections.Counter[str] = collections.Counter()
        self.sizes: list[tuple[float, dict[str, int]]] = []
        self.daemon: subprocess.Popen[bytes] | None = None
        self._doomed = False
        self._began = 0  # where the log of this process begins
        self._start = time.monotonic()
        accounts = "".join(
            account(label, self.line.proxy.port, user, self.dovecot.password, self.sink.port)
            for label, user in self.users.items()
        )
        self.config = self.folder / "triaged.toml"
        self.config.write_text(CONFIG.format(accounts=accounts))
        self.config.chmod(0o600)

    # -- the daemon -----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """See that a daemon runs."""
        if self.daemon is not None and self.daemon.poll() is None:
            return
        if self.daemon is not None:
            self._ended(self.daemon.returncode)
        log = self.folder / "log"
        self._began = log.stat().st_size if log.exists() else 0
        doom = {"TRIAGED_CRASH_AT": str(self.chance.randint(1, _MOST_POINTS))} if self._doomed else {}
        command = [sys.executable, power.__file__, str(self.shadow), "run", "-c", str(self.config)]
        with log.open("ab") as out:
            self.daemon = subprocess.Popen(
                command, stdout=out, stderr=out, env=self.environment() | doom, start_new_session=True
            )
        self.note(f"starts {self.daemon.pid} {doom or ''}")
        self._doomed = False

    def _ended(self, code: int) -> None:
        if code == crash.EXIT:
            self.kills["at a step"] += 1
            self.note("died at its step")
        allowed = (0, crash.EXIT, -signal.SIGKILL, -signal.SIGTERM)  # the last: before it has handlers
        assert code in allowed, f"it ended with {code}: {self.log()[-4000:]}"

    def environment(self) -> dict[str, str]:
        """Where its state lies."""
        return os.environ | {"XDG_STATE_HOME": str(self.folder), "TRIAGED_TORTURE_CLOCK": str(self.clock)}

    @property
    def clock(self) -> Path:
        """How many seconds the daemon's wall clock is ahead."""
        return self.folder / "clock"

    @property
    def state(self) -> Path:
        """The ledger's file."""
        return self.folder / "triaged" / "triaged.db"

    def log(self, *, whole: bool = False) -> str:
        """What this process, or every one of them, has said."""
        with contextlib.suppress(FileNotFoundError), (self.folder / "log").open("rb") as said:
            said.seek(0 if whole else self._began)
            return said.read().decode(errors="replace")
        return ""

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """What the ledger says."""
        with contextlib.closing(sqlite3.connect(f"file:{self.state}?mode=ro", uri=True, timeout=10)) as db:
            return db.execute(sql).fetchall()

    def note(self, what: str) -> None:
        """Write it into the journal."""
        with (self.folder / "journal").open("a") as journal:
            journal.write(f"{time.time():.3f} +{time.monotonic() - self._start:.2f} {what}\n")

    def alive(self) -> bool:
        """Whether there is a daemon to do something to."""
        return self.daemon is not None and self.daemon.poll() is None

    def measure(self) -> None:
        """How large it is."""
        assert self.daemon is not None
        with contextlib.suppress(OSError, KeyError):  # it may just have ended
            proc = Path(f"/proc/{self.daemon.pid}")
            status = dict(line.split(":", 1) for line in (proc / "status").read_text().splitlines())
            size = {
                "MB": int(status["VmRSS"].split()[0]) // 1024,
                "descriptors": len(list((proc / "fd").iterdir())),
                "threads": int(status["Threads"]),
            }
            self.sizes.append((time.monotonic() - self._start, size))

    # -- mail, and hands ------------------------------------------------------------------------------------------

    def kind(self, number: int) -> str:
        """What is asked for in a message."""
        return self.kinds[number % len(self.kinds)]

    def correspondent(self, number: int) -> int:
        """Who wrote it."""
        return number - 1 if self.kind(number) == "again" else number

    def user(self, number: int) -> str:
        """In whose mailbox it arrived."""
        return self.users[ACCOUNTS[number % 2]]

    def deliver(self) -> None:
        """One to four messages arrive."""
        for _ in range(self.chance.randint(1, 4)):
            number = self.sent + 1
            raw = message(number, self.correspondent(number), self.kind(number), ACCOUNTS[number % 2])
            self.sent = number
            with self._unsure_of(number):
                self.dovecot.deliver(self.user(number), raw)

    def hand(self) -> None:
        """The person drags a message out of the deferred folder, or answers one from another device."""
        number = self.chance.randint(max(1, self.sent - 40), self.sent)
        if self.kind(number) not in ("question", "again") or number in self.dragged | self.answered | self.unsure:
            return
        act = self._answer if self.chance.random() < 0.5 else self._drag
        with self._unsure_of(number):
            act(number)

    @contextlib.contextmanager
    def _unsure_of(self, number: int) -> Iterator[None]:
        """A server whose process was killed keeps others waiting for its locks, longer than they wait."""
        try:
            yield
        except (OSError, smtplib.SMTPException, imaplib.IMAP4.error) as error:
            self.unsure.add(number)
            self.note(f"unsure of {number}: {error}")

    def _answer(self, number: int) -> None:
        self.answered.add(number)
        self.note(f"answers {number}")
        self.dovecot.append(self.user(number), "Sent", answer(number, self.correspondent(number)), None, ["\\Seen"])

    def _drag(self, number: int) -> None:
        with self.dovecot.client(self.user(number)) as client:
            if client.folder_exists("Deferred"):
                client.select_folder("Deferred")
                if uids := client.search(["HEADER", "Message-ID", message_id(number)]):
                    client.move(uids, "INBOX")
                    self.dragged.add(number)
                    self.note(f"drags {number}")

    # -- what is done to the daemon -------------------------------------------------------------------------------

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self.daemon is not None
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.daemon.pid, number)

    def kill(self, how: str = "at any instant") -> None:
        """SIGKILL."""
        assert self.daemon is not None
        if self.alive():
            self.signal(signal.SIGKILL)
            if self.daemon.wait() == -signal.SIGKILL:
                self.kills[how] += 1

    def kill_at_a_step(self) -> None:
        """The next one dies between two things that it does."""
        self.kill()
        self._doomed = True

    def cut_power(self) -> None:
        """Killed, and what it had not synced never reached the disk as it was meant."""
        self.kill("with a power cut")
        self.note(f"power cut: {power.cut(self.state.parent, self.shadow, self.chance)} is lost")

    def terminate(self) -> None:
        """SIGTERM."""
        self.signal(signal.SIGTERM)
        assert self.daemon is not None
        self.daemon.wait(60)

    def freeze(self) -> None:
        """SIGSTOP, and SIGCONT within a second."""
        self.signal(signal.SIGSTOP)
        time.sleep(self.chance.uniform(0, 1))
        self.signal(signal.SIGCONT)

    def reload(self) -> None:
        """SIGHUP, once it has a handler for it."""
        if "service.ready" in self.log():
            self.signal(signal.SIGHUP)

    # -- what is done to its state, and to its clock --------------------------------------------------------------

    def snapshot(self) -> None:
        """A copy of the whole state folder, as a volume's snapshot makes it: of one instant."""
        if not self.alive() or not self.state.exists():
            return
        self.copies += 1
        copy = self.folder / f"snapshot{self.copies}"
        number = self.sent
        self.signal(signal.SIGSTOP)
        try:
            shutil.copytree(self.state.parent, copy, ignore=_no_sockets)
        finally:
            self.signal(signal.SIGCONT)
        self.snapshots.append((time.monotonic(), number, copy))
        for _, _, old in self.snapshots[:-_COPIES]:
            shutil.rmtree(old, ignore_errors=True)
        self.snapshots = self.snapshots[-_COPIES:]

    def roll_back(self) -> None:
        """The state folder is what it was some seconds ago; nothing in it says so."""
        if not self.snapshots:
            return
        at, number, copy = self.chance.choice(self.snapshots)
        self.kill("and rolled back")
        self.note(f"rolled back by {time.monotonic() - at:.0f} s, to message {number}")
        self._replace_state(copy)
        # what arrived since is decided again without an answer, and what was to be put aside may stay
        self.excused |= set(range(max(1, number - 8), self.sent + 1))
        self.snapshots = [one for one in self.snapshots if one[0] <= at]

    def lose_ledger(self) -> None:
        """The state folder is gone; the key beside the configuration is not."""
        if self.brief and self.lost_at:
            return
        self.kill("and its ledger lost")
        self._replace_state(None)
        self.excused |= set(range(1, self.sent + 1))
        self.lost_at.add(self.sent)
        self.snapshots = []
        self.heal()
        until(self._met_again, 120, "both are met again")  # what comes earlier is old: it is left alone
        self.excused |= set(range(1, self.sent + 1))
        self.adopt()

    def _met_again(self) -> bool:
        """Whether the line between old and new is drawn in both mailboxes. Sees that a daemon runs."""
        self.start()
        with contextlib.suppress(sqlite3.Error):  # no ledger yet, or no tables in it
            return self.rows("SELECT count(DISTINCT account) FROM folder WHERE role = 'watch'") == [(len(ACCOUNTS),)]
        return False

    def _replace_state(self, copy: Path | None) -> None:
        shutil.rmtree(self.state.parent)
        shutil.rmtree(self.shadow, ignore_errors=True)
        if copy is not None:
            shutil.copytree(copy, self.state.parent)
            self.shadow.mkdir()
            for name in power.FILES:
                if (copy / name).exists():
                    shutil.copy(copy / name, self.shadow / name)

    def adopt(self) -> None:
        """The person has what is put aside without a row taken in."""
        for label in ACCOUNTS:
            command = [sys.executable, "-m", "triaged", "adopt", "-c", str(self.config), label]
            subprocess.run(command, check=False, capture_output=True, env=self.environment())

    def set_clock(self) -> None:
        """The clock is set days ahead, and back a moment later."""
        self.excused |= set(range(1, self.sent + 5))
        self._set_ahead(self.chance.choice([3600, 86_400 * 3, 86_400 * 40]))
        time.sleep(self.chance.uniform(0, 3))
        self._set_ahead(0)

    def _set_ahead(self, seconds: int) -> None:
        written = self.clock.with_suffix(".new")
        written.write_text(str(seconds))
        written.replace(self.clock)

    # -- what is done to its servers ------------------------------------------------------------------------------

    def kick(self) -> None:
        """An administrator ends a user's sessions."""
        self.dovecot.kill_sessions(self.chance.choice(list(self.users.values())))

    def kill_a_session(self) -> None:
        """The server's process of a session is killed."""
        for pid in self.dovecot.session_pids(self.chance.choice(list(self.users.values()))):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def cut_lines(self) -> None:
        """Every line ends, and those that follow end or fall silent after some octets."""
        how = self.chance.choice(("fin", "rst") if self.brief else ("fin", "rst", "stall"))
        self.line.proxy.fault = Fault(how, self.chance.randint(0, 12_000))  # type: ignore[arg-type]
        self.line.cut()

    def restart_server(self) -> None:
        """The mail server goes down and comes back."""
        self.dovecot.stop()
        self.dovecot.start()

    def refuse(self) -> None:
        """Half of the next replies are refused for now, at some stage."""
        stage = self.chance.choice(("mail", "rcpt", "data"))
        self.sink.answer = lambda at, _: "451 4.3.0 later" if at == stage and self.chance.random() < 0.5 else None

    def hang_up(self) -> None:
        """The next replies are taken, and the line ends before that is said."""
        self.sink.answer = lambda at, _: "drop" if at == "data" and self.chance.random() < 0.3 else None

    def heal(self) -> None:
        """Lines are whole, and the submission server takes everything."""
        self.line.proxy.fault = Fault()
        self.sink.answer = lambda _stage, _argument: None

    def harm(self) -> None:
        """Something, at some instant of its work or of its start."""
        if self.chance.random() < 0.3:
            self.snapshot()
        deaths: list[Callable[[], None]] = [self.kill, self.kill_at_a_step, self.cut_power]
        evils = [
            self.terminate, self.freeze, self.reload, self.kick, self.kill_a_session, self.cut_lines, self.restart_server, self.hang_up,
            self.roll_back, self.roll_back, self.set_clock,
        ]  # fmt: skip
        usual = [*deaths * 3, *evils, self.heal] + ([] if self.brief else [self.refuse])
        evil = self.lose_ledger if self.chance.random() < _LOSSES else self.chance.choice(usual)
        self.note(evil.__name__)
        evil()
        if evil not in deaths and evil != self.heal:
            self.faults[evil.__name__.replace("_", " ")] += 1

    def hurry(self) -> None:
        """What waits for another attempt is sent now: its back-off would outlast us."""
        command = [sys.executable, "-m", "triaged", "send", "-c", str(self.config)]
        for (reply,) in self.rows("SELECT id FROM reply WHERE state = 'waiting' AND tries > 0"):
            subprocess.run([*command, str(reply)], check=False, capture_output=True, env=self.environment())

    def close(self, *, keep: bool = False) -> None:
        """End everything; `keep` the folder with the ledger, the log and the journal."""
        if self.daemon is not None:
            end(self.daemon)
        self.line.close()
        self.sink.stop()
        self.dovecot.close()
        if keep:
            sys.stdout.write(f"its folder is kept: {self.folder}\n")
        else:
            remove(self.folder)
