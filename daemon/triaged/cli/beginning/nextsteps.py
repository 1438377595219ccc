"""What to type next, at the end of the first hour."""

import os
import shutil
from pathlib import Path

from triaged.cli.talk import Talk
from triaged.config import default_path
from triaged.statefolder import readers_of


def tell_next(talk: Talk, path: Path, credential: str, *, looked: bool) -> None:
    """Commands that can be copied.

    Args:
        talk: where to say it.
        path: of the configuration.
        credential: of systemd, that will hold the password; "": none.
        looked: whether her mail was looked at; else the sign-in comes next.
    """
    here = "" if path == default_path().absolute() else f" -c {path}"
    words = talk.words
    begin = (f"triaged run{here}", words("then_run"))
    if credential:
        begin = (f"triaged print-unit{here}", words("then_unit", credential=credential))
    steps = [
        begin,
        (f"triaged status{here}", words("then_status")),
        (f"triaged go draft{here}", words("then_go")),
        (f"triaged pause{here}", words("then_pause")),
        (f"triaged check{here}", words("then_check")),
    ]
    if not looked:
        steps.insert(0, (f"triaged auth login work{here}", words("then_login")))
    talk.tell(words("next"))
    talk.table(steps)
    if os.geteuid() != 0 and shutil.which("systemctl") and not credential:
        _by_itself(talk, here)
    if os.geteuid() == 0 and readers_of(path.parent) is None and path.stat().st_uid == 0:
        talk.say()
        talk.tell(words("root_alone", folder=path.parent))


def _by_itself(talk: Talk, here: str) -> None:
    """A unit of her own: it goes on when the window is closed, and after the next start of the machine."""
    talk.say()
    talk.tell(talk.words("by_itself"))
    for line in (
        "mkdir -p ~/.config/systemd/user",
        f"triaged print-unit --user{here} >~/.config/systemd/user/triaged.service",
        "systemctl --user enable --now triaged",
        "loginctl enable-linger",
    ):
        talk.say(f"  {line}")
