"""Everything goes wrong at random for a while; then nothing may be lost, doubled or forgotten.

`make torture` (ARGS="--seconds 600 --seed 7"): the real daemon against a real Dovecot and an SMTP sink. Mail arrives all the
time while the daemon is killed, stopped, told to reload or frozen, its sessions are cut, and the mail server is restarted.
In the end each message lies exactly once in the deferred folder, and each has had one reply, or is shown to be in doubt.
"""

import argparse
import collections
import contextlib
import json
import logging
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from server.certificates import Authority
from server.dovecot import Dovecot
from server.processes import end, own_folder, remove, until
from server.sink import Sink

CONFIG = """\
[me]
name = "Dana Roth"
timezone = "Europe/Berlin"
[account.work]
mode = "send"
addresses = ["dana@roth.example"]
imap = {{ host = "127.0.0.1", port = {imap}, user = "{user}", password = "{password}", tls = "none" }}
smtp = {{ host = "127.0.0.1", port = {smtp}, tls = "none" }}
authserv_id = "mx.roth.example"
require_auth = "never"
reply_fuse = "100000 per hour"
[client.harbor]
from = ["*@harbor.example"]
[reply.later]
send = "now"
text = "Hello, you will hear from me."
[[rule]]
name = "Everything waits"
then = "defer"
until = "in 1 day"
reply = "later"
"""


class Field:
    """The servers, the daemon, and what has been delivered."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.folder = own_folder("torture")
        self.dovecot = Dovecot(Authority(self.folder / "certificates").valid())
        self.dovecot.start()
        self.user = self.dovecot.new_user()
        self.sink = Sink()
        self.sink.start()
        self.sent = 0
        self.daemon: subprocess.Popen[bytes] | None = None
        text = CONFIG.format(
            imap=self.dovecot.imap, user=self.user, password=self.dovecot.password, smtp=self.sink.port
        )
        (self.folder / "triaged.toml").write_text(text)
        (self.folder / "triaged.toml").chmod(0o600)

    # -- what is done to it -------------------------------------------------------------------------------------

    def start(self) -> None:
        if self.daemon is None or self.daemon.poll() is not None:
            command = [sys.executable, "-m", "triaged", "run", "-c", str(self.folder / "triaged.toml")]
            with (self.folder / "log").open("ab") as log:
                self.daemon = subprocess.Popen(
                    command, stdout=log, stderr=log, env=self.environment(), start_new_session=True
                )

    def environment(self) -> dict[str, str]:
        return os.environ | {"XDG_STATE_HOME": str(self.folder)}

    def deliver(self) -> None:
        for _ in range(self.chance.randint(1, 5)):
            number = self.sent + 1
            self.dovecot.deliver(
                self.user,
                f"From: g{number}@harbor.example\r\nTo: dana@roth.example\r\nSubject: message {number}\r\n"
                f"Message-ID: <{number}@harbor.example>\r\nDate: {time.strftime('%a, %d %b %Y %H:%M:%S +0000', time.gmtime())}\r\n"
                "\r\nCould you look at this, please? It is not urgent at all.\r\n".encode(),
            )
            self.sent = number

    def signal(self, number: signal.Signals) -> None:
        assert self.daemon is not None
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.daemon.pid, number)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        assert self.daemon is not None
        self.daemon.wait()

    def terminate(self) -> None:
        self.signal(signal.SIGTERM)
        assert self.daemon is not None
        self.daemon.wait(60)

    def freeze(self) -> None:
        self.signal(signal.SIGSTOP)
        time.sleep(0.5)
        self.signal(signal.SIGCONT)

    def reload(self) -> None:
        if self.log().count("service.ready") > self.log().count("service.started") - 1:  # it has its handlers by now
            self.signal(signal.SIGHUP)

    def kick(self) -> None:
        self.dovecot.kill_sessions(self.user)

    def cut(self) -> None:
        for pid in self.dovecot.session_pids(self.user):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def restart_server(self) -> None:
        self.dovecot.stop()
        self.dovecot.start()

    def refuse(self) -> None:
        self.sink.answer = lambda stage, _: (
            "451 4.3.0 later" if stage == "rcpt" and self.chance.random() < 0.5 else None
        )

    def accept(self) -> None:
        self.sink.answer = lambda _stage, _argument: None

    # -- what must hold -----------------------------------------------------------------------------------------

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def numbers(self, folder: str) -> collections.Counter[str]:
        found = (
            re.search(rb"^Message-ID: <(\d+)@", message.raw, re.MULTILINE | re.IGNORECASE)
            for message in self.dovecot.messages(self.user, folder)
        )
        return collections.Counter(match[1].decode() for match in found if match)

    def replies(self) -> collections.Counter[str]:
        found = (re.match(r"g(\d+)@", message.recipients[0]) for message in list(self.sink.received))
        return collections.Counter(match[1] for match in found if match)

    def in_doubt(self) -> set[str]:
        command = [sys.executable, "-m", "triaged", "queue", "--json", "-c", str(self.folder / "triaged.toml")]
        said = subprocess.run(command, check=True, capture_output=True, text=True, env=self.environment())
        rows = [json.loads(line) for line in said.stdout.splitlines()]
        return {
            number for row in rows if row["state"] == "in_doubt" for number in re.findall(r"g(\d+)@", json.dumps(row))
        }

    def complaints(self) -> list[str]:
        """What does not hold; in the end nothing."""
        wanted = {str(number) for number in range(1, self.sent + 1)}
        inbox, aside, replies = self.numbers("INBOX"), self.numbers("Deferred"), self.replies()
        found = [f"message {n} lies {count} times" for n, count in (inbox + aside).items() if count != 1]
        found += [f"message {n} is lost" for n in wanted - set(inbox) - set(aside)]
        found += [f"message {n} was forgotten" for n in inbox]
        found += [f"message {n} was answered {count} times" for n, count in replies.items() if count != 1]
        found += [f"message {n} was not answered" for n in wanted - set(replies) - self.in_doubt()]
        return found

    def close(self, *, keep: bool) -> None:
        if self.daemon is not None:
            end(self.daemon)
        self.sink.stop()
        self.dovecot.close()
        if keep:
            sys.stdout.write(f"its folder is kept: {self.folder}\n")
        else:
            remove(self.folder)


def torture(field: Field, seconds: float) -> list[str]:
    """Do it, let it come to rest, and return the complaints."""
    evils: list[Callable[[], None]] = [
        field.kill, field.kill, field.kill, field.terminate, field.freeze, field.reload, field.kick, field.cut,
        field.restart_server, field.refuse, field.accept,
    ]  # fmt: skip
    field.start()
    until(lambda: "service.ready" in field.log(), 30, "the daemon is ready")
    finish = time.monotonic() + seconds
    while time.monotonic() < finish:
        field.deliver()
        time.sleep(field.chance.uniform(0, 0.6))
        field.chance.choice(evils)()
        field.start()
    field.accept()
    with contextlib.suppress(TimeoutError):
        until(lambda: time.sleep(1) or not field.complaints(), 240, "everything comes to rest")
    return field.complaints()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    args = parser.parse_args()
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd's own
    field = Field(random.Random(args.seed))
    complaints: list[str] = ["it did not end"]
    try:
        complaints = torture(field, args.seconds)
        starts = field.log().count('"service.started"')
        sys.stdout.write(
            f"seed {args.seed}: {field.sent} messages, {starts} starts of the daemon, {len(field.in_doubt())} replies in doubt: "
            f"{'nothing lost, nothing doubled' if not complaints else ''}\n"
        )
        sys.stdout.write("".join(f"{complaint}\n" for complaint in complaints[:20]))
    except TimeoutError as late:
        sys.stdout.write(f"seed {args.seed}: {late}; the log ends with:\n{field.log()[-2000:]}\n")
    finally:
        field.close(keep=bool(complaints))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
