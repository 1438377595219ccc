"""A folder with a configuration and a state, and the command run in it as a person runs it: a process of its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CONFIG = """\
[me]
name = "Dana Roth"
language = "en"
timezone = "Europe/Berlin"

[account.work]
mode = "{mode}"
addresses = ["dana@roth.example"]
imap = {imap}
smtp = {smtp}
{more}

[client.harbor]
name = "Harbor Trust"
from = ["*@harbor.example"]
language = "en"
passes = "2 per week"

[reply.later]
text = "You will hear from me {{{{ promise | when }}}}."

[[rule]]
name = "Outage"
when = {{ subject = "outage" }}
then = "urgent"

[[rule]]
name = "A pass"
when = {{ text = "today" }}
then = "urgent"
spends_pass = true

[[rule]]
name = "The rest waits"
then = "defer"
until = "in 2 days"
promise = "in 3 days"
reply = "later"
"""


NOWHERE = '{ host = "127.0.0.1", port = 9, tls = "none" }'
"""A submission server that nobody runs."""


@dataclass(slots=True)
class Workplace:
    """Where a person works. `extra`: more environment."""

    folder: Path
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "dana.toml"

    @property
    def state(self) -> Path:
        """The state folder."""
        return self.folder / "state" / "triaged"

    def write(self, imap: str, *, mode: str = "send", smtp: str = NOWHERE, more: str = "") -> None:
        """Put a small configuration there; `more`: further lines of the account."""
        self.config.write_text(CONFIG.format(imap=imap, mode=mode, smtp=smtp, more=more), encoding="utf-8")
        self.config.chmod(0o600)

    @property
    def environment(self) -> dict[str, str]:
        """What the command sees: nothing of the person who runs the tests."""
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(self.folder),
            "XDG_STATE_HOME": str(self.folder / "state"),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "TRIAGED_CONFIG": str(self.config),
            "PYTHONUTF8": "1",
            **self.extra,
        }

    def run(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """`triaged WORDS…`, without a terminal."""
        return subprocess.run(
            [sys.executable, "-m", "triaged", *words],
            env=self.environment, cwd=self.folder, input=stdin, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    def rows(self, *words: str) -> list[dict[str, Any]]:
        """What a verb says with `--json`."""
        return [json.loads(line) for line in self.run(*words, "--json").stdout.splitlines()]

    @contextmanager
    def daemon(self, after: str = "account.idle") -> Iterator[list[dict[str, Any]]]:
        """`triaged run` in the background, from the first line of that event on; the lines so far."""
        command = [sys.executable, "-m", "triaged", "run"]
        with subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, text=True) as running:
            try:
                yield list(_until(running, after))
            finally:
                running.terminate()
                running.communicate(timeout=60)

    def eventually(self, *words: str, shows: Sequence[str], seconds: float = 60) -> subprocess.CompletedProcess[str]:
        """Run a verb again and again until its output has all of these."""
        end = time.monotonic() + seconds
        while True:
            done = self.run(*words)
            if all(each in done.stdout for each in shows):
                return done
            assert time.monotonic() < end, done.stdout + done.stderr


def _until(running: "subprocess.Popen[str]", event: str) -> Iterator[dict[str, Any]]:
    assert running.stdout is not None
    for line in running.stdout:
        found = json.loads(line)
        yield found
        if found["event"] == event:
            return
    raise AssertionError(f"it ended before {event}")
