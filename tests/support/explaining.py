"""`triaged explain --json` as a user calls it, on small configurations and mails made for the occasion."""

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from triaged.cli import main

ME = """
[me]
name = "Dana Roth"
language = "en"
timezone = "Europe/Berlin"
"""
HOURS = """
[hours]
mon-thu = ["09:00-12:30", "13:30-17:30"]
fri = "09:00-15:00"
on = { "2026-12-05" = "10:00-14:00", "2026-12-08" = [] }
holidays = "DE-BE"
away = ["2026-12-24..2027-01-03"]
focus = { tue = "09:00-11:00" }
"""
ACCOUNT = """
[account.work]
mode = "send"
addresses = ["dana@roth.example", "d.roth@roth.example"]
imap = { host = "imap.roth.example", user = "dana", password = "secret" }
smtp = { host = "smtp.roth.example" }
"""
CLIENTS = """
[client.harbor]
name = "Harbor Trust"
from = ["*@harbor.example", "gary.private@mail.example"]
people = { "gary@harbor.example" = "Gary" }
phones = ["+44 20 7946 0018"]
mail = "gary@harbor.example"
language = "en"
timezone = "Europe/London"
tier = "standard"
calls = ["fri 10:00 for 45m"]
passes = "2 per week"

[client.lindenhof]
name = "Lindenhof"
from = ["*@lindenhof.example"]
language = "de"
"""
REPLY = """
[reply.later]
text.en = "Hello {{ sender.name or 'there' }}, I answer {{ promise | when }}."
text.de = "Guten Tag, ich antworte {{ promise | when }}."

[reply.thanks]
text.en = "Thank you, {{ sender.name or 'friend' }}."
text.de = "Danke."
"""
WAITS = """
[[rule]]
name = "All waits"
then = "defer"
until = "in 2 days"
promise = "in 3 days"
reply = "later"
"""
BASE = ME + HOURS + ACCOUNT + CLIENTS + REPLY
TUESDAY = "2026-11-24 15:10"


class Explained:
    """A configuration in a folder of its own. `says(mail, …)` is what `explain --json` prints about these mails, in order."""

    def __init__(self, folder: Path, config: str) -> None:
        self.path = folder / "dana.toml"
        self.path.write_text(config, encoding="utf-8")
        self.path.chmod(0o600)
        self._folder, self._count = folder, 0

    def mail(
        self, sender: str = "gary@harbor.example", text: str = "Can you ring me?", date: str = "Tue, 24 Nov 2026 15:10:00 +0100",
        return_path: str | None = None, **fields: str,
    ) -> Path:  # fmt: skip
        """A message in a file. Fields by name with _ for -; None leaves one out."""
        self._count += 1
        address = sender.rpartition("<")[2].rstrip(">")
        path = address if return_path is None else return_path
        given = {
            "Return-Path": f"<{path}>", "From": sender, "To": "dana@roth.example", "Subject": "Question", "Date": date,
            "Message-ID": f"<{self._count}.{address}>",
        } | {name.replace("_", "-"): value for name, value in fields.items()}  # fmt: skip
        head = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value)
        kind = "" if "Content-Type" in given else "Content-Type: text/plain; charset=utf-8\r\n"
        file = self._folder / f"{self._count}.eml"
        file.write_bytes(f"{head}{kind}\r\n{text}\r\n".encode())
        return file

    def says(self, *mails: Path, at: str = "") -> list[dict[str, Any]]:
        """One object a message. `at`: `--at`."""
        when = ("--at", at) if at else ()
        code, out, err = run("explain", "-c", str(self.path), "--json", *when, *map(str, mails))
        assert (code, err) == (0, ""), err
        return [json.loads(line) for line in out.splitlines()]

    def one(self, at: str = "", **mail: str) -> dict[str, Any]:
        """About one new mail."""
        [found] = self.says(self.mail(**mail), at=at)
        return found

    def check(self) -> tuple[int, str]:
        """What `check` says on standard output, and its exit code."""
        code, out, _ = run("check", "-c", str(self.path))
        return code, out


def run(*words: str, stdin: bytes = b"") -> tuple[int, str, str]:
    """`triaged WORDS…` in this process: exit code, standard output, standard error."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        try:
            code = main(words)
        except SystemExit as stop:
            code = int(stop.code or 0)
    return code, out.getvalue(), err.getvalue()
