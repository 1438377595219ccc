"""Named places where a test may let the daemon die, or make a mistake. In production nothing happens here.

`TRIAGED_CRASH_AT=n` dies at the n-th point that is passed, `TRIAGED_CRASH_AT=name` at the first of that name,
`TRIAGED_CRASH_LOG=FILE` writes down the names that were passed. Dying is `os._exit`: nothing is flushed, as with SIGKILL.
`TRIAGED_MISTAKE=decide:<id@host>` lets deciding about the message of that Message-ID raise.
"""

import os
from pathlib import Path

EXIT = 100
"""The exit code of a death on request."""

_AT = os.environ.get("TRIAGED_CRASH_AT", "")
_LOG = os.environ.get("TRIAGED_CRASH_LOG", "")
_MISTAKE = os.environ.get("TRIAGED_MISTAKE", "")
_passed = 0


def point(name: str) -> None:
    """Pass the place `name`; die here if a test asked for it."""
    if not _AT and not _LOG:
        return
    global _passed  # noqa: PLW0603 — one counter a process is the point of it
    _passed += 1
    if _LOG:
        with Path(_LOG).open("a", encoding="utf-8") as log:
            log.write(name + "\n")
    if _AT in (name, str(_passed)):
        os._exit(EXIT)


def mistake(name: str, about: str | None) -> None:
    """Pass the step `name` for one message; raise here what we never meant to, if a test asked for it."""
    if _MISTAKE and f"{name}:{about}" == _MISTAKE:
        raise ZeroDivisionError(f"a mistake of ours in {name}")
