"""Mail that is already there, for `replay`: a Maildir, an mbox, a folder of .eml files, or a folder on the server.

Only what the daemon itself would read of each message is read: the header and the first 16 KB of the text. Read-only.
"""

import mailbox
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from triaged.core.errors import TriagedError
from triaged.core.message import Message, read
from triaged.core.message.message import split

BODY = 16_384
_HEAD = 262_144


class SourceError(TriagedError):
    """There is no mail where it was looked for."""


@dataclass(frozen=True, slots=True)
class Old:
    """A message that is already there. `name`: its file, an mbox and a number, or a place on the server.

    `arrived`: as it says itself, else as the file says.
    """

    name: str
    message: Message
    arrived: datetime


def count(path: Path) -> int:
    """About how many messages there are, for a progress bar; none where there is nothing."""
    if not path.exists():
        return 0
    if path.is_dir():
        return sum(1 for _ in _files(path))
    return path.read_bytes().count(b"\nFrom ") + 1


def old_mail(path: Path) -> Iterator[Old]:
    """Every message of a Maildir, an mbox or a folder of .eml files, in the order of the files.

    Raises:
        SourceError: it is none of these.
    """
    if not path.exists():
        raise SourceError(f"{path}: there is nothing of that name")
    if path.is_dir():
        files = list(_files(path))
        if not files:
            raise SourceError(f"{path}: neither a Maildir (cur, new) nor a folder with .eml files")
        for file in files:
            yield _from_file(file)
        return
    if path.suffix == ".eml":
        yield _from_file(path)
        return
    yield from _mbox(path)


def _files(path: Path) -> Iterator[Path]:
    if (path / "cur").is_dir() or (path / "new").is_dir():
        for sub in ("cur", "new"):
            if (path / sub).is_dir():
                with os.scandir(path / sub) as found:
                    names = sorted(file.name for file in found if file.is_file())
                yield from (path / sub / name for name in names)
        return
    yield from sorted(path.glob("**/*.eml"))


def _from_file(file: Path) -> Old:
    try:
        with file.open("rb") as handle:
            raw = handle.read(_HEAD + BODY)
            stat = os.fstat(handle.fileno())
    except OSError as error:
        raise SourceError(f"{file}: {error.strerror or error}") from error
    return _old(str(file), raw, stat.st_size, datetime.fromtimestamp(stat.st_mtime, UTC))


def _mbox(path: Path) -> Iterator[Old]:
    try:
        with closing(mailbox.mbox(path, create=False)) as box:
            for key in box.iterkeys():
                raw = box.get_bytes(key)
                yield _old(f"{path}#{key}", raw[: _HEAD + BODY], len(raw), datetime.fromtimestamp(0, UTC))
    except (OSError, mailbox.Error) as error:
        raise SourceError(f"{path}: not an mbox ({error})") from error


def _old(name: str, raw: bytes, size: int, otherwise: datetime) -> Old:
    header, body = split(raw)
    message = read(header, body[:BODY], size=size, complete=size <= len(header) + BODY)
    return Old(name, message, message.received or message.date or otherwise)
