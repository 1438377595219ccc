"""How much a mailbox that waits costs: the whole daemon over N mailboxes of a real Dovecot, against one alone.

Prints memory for each further mailbox, threads, idle CPU, and the time from the server's notice to filed; ends with 1 when
a figure is beyond its limit (30 KB plain, 0.5 % CPU for all, no thread for each).

    python tests/bench/bench_many_mailboxes.py [N]
"""

import asyncio
import os
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from server.certificates import Authority
from server.dovecot import Dovecot, Variant
from server.processes import own_folder, remove
from triaged.config import load
from triaged.log.events import silent
from triaged.service.daemon import Daemon

LIMIT_KB, LIMIT_CPU = 30.0, 0.5
PATIENCE = 30.0
"""Seconds that a delivery may take before the benchmark gives up."""
_HEAD = """
[me]
name = "Dana Roth"
language = "en"
timezone = "Europe/Berlin"
[client.harbor]
name = "Harbor Trust"
from = ["*@harbor.example"]
language = "en"
[[rule]]
name = "Everything"
then = "defer"
until = "in 2h"
"""
_MAIL = (
    b"From: Gary <gary@harbor.example>\r\nTo: dana@roth.example\r\nSubject: question %d\r\nMessage-ID: <%d@harbor.example>\r\n"
    b"Date: Tue, 24 Nov 2026 15:10:00 +0100\r\n\r\nCan you ring me?\r\n"
)


def _resident() -> int:
    """Octets of resident memory."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


def _config(dovecot: Dovecot, users: list[str], folder: Path) -> Path:
    accounts = "".join(
        f'[account.a{n}]\nmode = "send"\naddresses = ["dana@roth.example"]\n'
        'smtp = { host = "127.0.0.1", port = 9, tls = "none" }\n'
        f'imap = {{ host = "{dovecot.host}", port = {dovecot.imap}, tls = "none", user = "{user}",'
        f' password = "{dovecot.password}" }}\n'
        for n, user in enumerate(users)
    )
    file = folder / f"{len(users)}.toml"
    file.write_text(f'[service]\nstate = "sqlite:{folder}/{len(users)}/triaged.db"\n{_HEAD}{accounts}', "utf-8")
    file.chmod(0o600)
    return file


async def _measured(dovecot: Dovecot, users: list[str], folder: Path) -> tuple[int, float, list[float]]:
    """Resident memory at rest, share of one CPU while idle, seconds from delivery to filed."""
    loaded = load(_config(dovecot, users, folder))
    if not loaded.usable:
        raise SystemExit("\n".join(map(str, loaded.problems)))
    daemon = Daemon(loaded, silent())
    running = asyncio.create_task(daemon.run())
    await daemon.ready.wait()
    await asyncio.sleep(2)
    memory = _resident()
    cpu, began = time.process_time(), time.monotonic()
    await asyncio.sleep(10)
    idle = (time.process_time() - cpu) / (time.monotonic() - began) * 100
    waits = []
    for number, user in enumerate(users[:: max(1, len(users) // 20)]):
        before = time.monotonic()
        await asyncio.to_thread(dovecot.deliver, user, _MAIL % (number, number), "gary@harbor.example")
        while not await asyncio.to_thread(_filed, dovecot, user):
            if time.monotonic() - before > PATIENCE:
                raise SystemExit(f"{user}: not filed within {PATIENCE:g} s ({daemon.summary()})")
            await asyncio.sleep(0.01)
        waits.append(time.monotonic() - before)
    daemon.stop()
    await running
    return memory, idle, waits


def _filed(dovecot: Dovecot, user: str) -> bool:
    home = dovecot.root / "mail" / user / "maildir" / ".Deferred"
    return any(any((home / sub).iterdir()) for sub in ("cur", "new") if (home / sub).is_dir())


def main() -> int:
    """Measure one mailbox, then N; print the difference."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    certificates = own_folder("bench-certificates")
    dovecot = Dovecot(Authority(certificates).valid(), Variant())
    dovecot.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            users = [dovecot.new_user() for _ in range(count)]
            one, _, _ = asyncio.run(_measured(dovecot, users[:1], Path(folder)))
            many, idle, waits = asyncio.run(_measured(dovecot, users, Path(folder)))
            threads = threading.active_count()
    finally:
        dovecot.close()
        remove(certificates)
    each = (many - one) / (count - 1) / 1024
    print(f"{count} mailboxes: {each:.1f} KB each (limit {LIMIT_KB:g}), idle CPU {idle:.2f} % (limit {LIMIT_CPU:g}),")
    print(
        f"threads left {threads}, delivery to filed p50 {median(waits) * 1000:.0f} ms (Dovecot waits 500 ms before it notifies)"
    )
    return int(each > LIMIT_KB or idle > LIMIT_CPU)


if __name__ == "__main__":
    sys.exit(main())
