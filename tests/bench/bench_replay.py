"""How long `replay` takes over 10,000 messages of a Maildir, alone and `--against` other rules; seconds of one core.

Reading, deciding and the summary, as the command runs them, its start included.

    python tests/bench/bench_replay.py [COUNT]
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from kit import DOMAINS, KEYWORDS, Table, fill, median

ROUNDS = 3
LIMIT, LIMIT_AGAINST, LIMIT_FOR = 5.0, 10.0, 10_000
_HEAD = """
[me]
name = "Dana Roth"
language = "en"
timezone = "Europe/Berlin"
[account.work]
mode = "observe"
addresses = ["dana@roth.example"]
imap = { host = "127.0.0.1", port = 9, tls = "none", user = "dana", password = "none" }
"""


def rules(folder: Path, name: str, then: str) -> Path:
    """Twenty rules on subject and text, 200 clients."""
    clients = "".join(
        f'[client.c{n}]\nname = "C{n}"\nlanguage = "en"\nfrom = ["*@client{n}.example"]\n' for n in range(DOMAINS)
    )
    written = "".join(
        f'[[rule]]\nname = "{word}"\nwhen = {{ subject = "{word}", body = "{word}" }}\nthen = "{then}"\n'
        for word in KEYWORDS
    )
    file = folder / name
    file.write_text(_HEAD + clients + written, "utf-8")
    file.chmod(0o600)
    return file


def replay(config: Path, maildir: Path, *more: str) -> None:
    """The command, in a process of its own."""
    command = [sys.executable, "-m", "triaged", "replay", "--config", str(config), str(maildir), *more]
    # an installed program finds its modules compiled
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    quiet = {"stdout": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
    subprocess.run(command, check=True, env=environment, timeout=300, **quiet)


def main(count: int) -> int:
    """Measure both, and print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder / "maildir", count)
        now, old = rules(folder, "now.toml", "defer"), rules(folder, "old.toml", "urgent")
        alone, against = median(
            ROUNDS,
            lambda: replay(now, folder / "maildir"),
            lambda: replay(now, folder / "maildir", "--against", str(old)),
        )
    table = Table(
        f"replay of {count} messages, medians of {ROUNDS}, seconds of processor; limits by the number of messages"
    )
    for what, took, limit in (("replay", alone, LIMIT), ("replay --against", against, LIMIT_AGAINST)):
        share = limit * count / LIMIT_FOR
        table.row(what, f"{took.cpu:.2f} s", f"<= {share:g} s", reached=took.cpu <= share)
    return table.code


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
