"""What has been typed so far: kept in a file of one's own, so that an end in the middle loses nothing.

It lies beside the configuration that is being made, only its owner reads it, and it holds no password: one that has worked
is in the file where it will stay. It goes when the configuration is written.
"""

import contextlib
import json
import os
from pathlib import Path

from triaged.statefolder import as_owner_of


class Typed:
    """Answers by the name of their question. One that was taken is asked anew the next time."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._now: dict[str, str] = {}
        self._before = _read(file)
        self._writes = True

    @classmethod
    def nowhere(cls) -> "Typed":
        """Where nobody types, nothing is kept."""
        typed = cls(Path(os.devnull))
        typed._writes = False
        return typed

    @property
    def before(self) -> dict[str, str]:
        """What was typed the last time, and not taken yet."""
        return dict(self._before)

    def forget_before(self) -> None:
        """Begin anew."""
        self._before = {}

    def take(self, name: str) -> str | None:
        """What was answered the last time, once."""
        return self._before.pop(name, None)

    def keep(self, name: str, answer: str) -> None:
        """Keep an answer, together with those of the last time that have not come up yet."""
        self._now[name] = answer
        if self._writes:
            _write(self.file, {**self._before, **self._now})

    def keep_for_later(self, name: str, answer: str) -> None:
        """Keep it as if it had been typed the last time."""
        self._before[name] = answer
        if self._writes:
            _write(self.file, {**self._before, **self._now})

    def now(self, name: str) -> str:
        """What has been answered this time; "": nothing yet."""
        return self._now.get(name, "")

    def forget(self, name: str) -> None:
        """It is of no use any more: what came of it is kept by another name."""
        self._before.pop(name, None)
        if self._now.pop(name, None) is not None and self._writes:
            _write(self.file, {**self._before, **self._now})

    def done(self) -> None:
        """All of it stands in the configuration now."""
        if self._writes:
            with contextlib.suppress(OSError):
                self.file.unlink(missing_ok=True)


def _read(file: Path) -> dict[str, str]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): str(text) for key, text in found.items()} if isinstance(found, dict) else {}


def _write(file: Path, answers: dict[str, str]) -> None:
    """Whole or not at all; where it cannot be kept, the conversation goes on without."""
    new = file.with_name(f".{file.name}.new")
    with contextlib.suppress(OSError), as_owner_of(file.parent):
        file.parent.mkdir(parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            json.dump(answers, out, ensure_ascii=False)
        new.replace(file)
