"""A disk that forgets what nobody synced: what the ledger's files are after a power cut, however the process ended.

`python power.py SHADOW run -c FILE …` is `triaged run -c FILE …`, except that SQLite's own file layer tells us of every write
and every sync. SHADOW has what had been synced, file by file; `cut` makes of that, and of what was written since, what a disk
may hold: any of the unsynced sectors have reached it, any others have not.
"""

import ctypes
import os
import random
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

SECTOR = 512
"""Octets that reach a disk together or not at all."""

_RARELY = 0.25

FILES = ("triaged.db", "triaged.db-wal")

# https://www.sqlite.org/c3ref/vfs.html, https://www.sqlite.org/c3ref/io_methods.html
_VFS = ("iVersion", "szOsFile", "mxPathname", "pNext", "zName", "pAppData", "xOpen", "xDelete")
_NUMBERS = ("iVersion", "szOsFile", "mxPathname")
_METHODS = (
    "iVersion", "xClose", "xRead", "xWrite", "xTruncate", "xSync", "xFileSize", "xLock", "xUnlock", "xCheckReservedLock",
    "xFileControl", "xSectorSize", "xDeviceCharacteristics", "xShmMap", "xShmLock", "xShmBarrier", "xShmUnmap", "xFetch", "xUnfetch",
)  # fmt: skip


class Vfs(ctypes.Structure):
    """The part of sqlite3_vfs that is changed here."""

    _fields_ = [(name, ctypes.c_int if name in _NUMBERS else ctypes.c_void_p) for name in _VFS]


class Methods(ctypes.Structure):
    """sqlite3_io_methods."""

    _fields_ = [(name, ctypes.c_int if name == "iVersion" else ctypes.c_void_p) for name in _METHODS]


_P, _I = ctypes.c_void_p, ctypes.c_int
_Open = ctypes.CFUNCTYPE(
    _I, _P, _P, _P, _I, _P
)  # the name's own pointer goes on: SQLite keeps it, and reads behind its end
_Delete = ctypes.CFUNCTYPE(_I, _P, _P, _I)
_Write = ctypes.CFUNCTYPE(_I, _P, _P, _I, ctypes.c_int64)
_Truncate = ctypes.CFUNCTYPE(_I, _P, ctypes.c_int64)
_Sync = ctypes.CFUNCTYPE(_I, _P, _I)


_watching: "list[Disk]" = []
"""SQLite has pointers into them until the process ends."""


class Disk:
    """Watches SQLite write, and keeps in `shadow` what it has synced."""

    def __init__(self, shadow: Path) -> None:
        self.shadow = shadow
        shadow.mkdir(exist_ok=True)
        self._unsynced: dict[Path, list[tuple[int, int]] | None] = {}  # None: whatever an earlier process left there
        self._paths: dict[int, Path] = {}  # by the address of an open sqlite3_file
        self._kept: list[Any] = []  # what SQLite has a pointer to
        self._copies: dict[int, Methods] = {}
        self._descriptors: dict[int, int] = {}  # by inode

    def watch(self) -> None:
        """Put ourselves between SQLite and the files of this process, for as long as that lives."""
        _watching.append(self)
        library = ctypes.CDLL("libsqlite3.so.0")
        library.sqlite3_vfs_find.restype = ctypes.POINTER(Vfs)
        vfs = library.sqlite3_vfs_find(None).contents
        vfs.xOpen = self._instead(_Open, vfs.xOpen, self._open)
        vfs.xDelete = self._instead(_Delete, vfs.xDelete, self._delete)

    def _instead(self, kind: Any, pointer: int, ours: Callable[..., int]) -> int:
        theirs = kind(pointer)
        made = kind(lambda *given: ours(theirs, *given))
        self._kept += [theirs, made]
        return ctypes.cast(made, _P).value or 0

    def _open(self, theirs: Any, vfs: int, name: int | None, file: int, flags: int, out: int) -> int:
        path = _path(name)
        made = path.name in FILES and not path.exists()
        code: int = theirs(vfs, name, file, flags, out)
        if code == 0 and path.name in FILES:
            self._paths[file] = path
            methods = ctypes.cast(file, ctypes.POINTER(_P))
            methods[0] = ctypes.addressof(self._watched(methods[0] or 0))
            if made:  # another file than the one that had this name
                (self.shadow / path.name).unlink(missing_ok=True)
                self._unsynced[path] = []
            self._unsynced.setdefault(path, None)
        return code

    def _watched(self, address: int) -> Methods:
        if address not in self._copies:
            copy = self._copies[address] = Methods()
            ctypes.memmove(ctypes.addressof(copy), address, ctypes.sizeof(Methods))
            copy.xWrite = self._instead(_Write, copy.xWrite, self._write)
            copy.xTruncate = self._instead(_Truncate, copy.xTruncate, self._truncate)
            copy.xSync = self._instead(_Sync, copy.xSync, self._sync)
        return self._copies[address]

    def _write(self, theirs: Any, file: int, data: int, count: int, offset: int) -> int:
        self._touch(file, offset, count)
        code: int = theirs(file, data, count, offset)
        return code

    def _truncate(self, theirs: Any, file: int, size: int) -> int:
        self._touch(file, size, 0)
        code: int = theirs(file, size)
        return code

    def _touch(self, file: int, offset: int, count: int) -> None:
        ranges = self._unsynced[self._paths[file]]
        if ranges is not None:
            ranges.append((offset, count))

    def _sync(self, theirs: Any, file: int, flags: int) -> int:
        code: int = theirs(file, flags)
        if code == 0:
            self._reached(self._paths[file])
        return code

    def _reached(self, path: Path) -> None:
        """All that was written to this file is on the disk now."""
        ranges, self._unsynced[path] = self._unsynced[path], []
        real = self._descriptor(path)
        size = os.fstat(real).st_size
        shadow = self.shadow / path.name
        shadow.touch()
        with shadow.open("r+b") as synced:
            for offset, count in [(0, size)] if ranges is None else ranges:
                synced.seek(offset)
                synced.write(os.pread(real, count, offset))
            synced.truncate(size)

    def _descriptor(self, path: Path) -> int:
        """Of a file, for reading; never closed: with any of a file's descriptors a process loses its locks on it (fcntl)."""
        inode = path.stat().st_ino
        if inode not in self._descriptors:
            self._descriptors[inode] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        return self._descriptors[inode]

    def _delete(self, theirs: Any, vfs: int, name: int, synced: int) -> int:
        code: int = theirs(vfs, name, synced)
        if synced:
            (self.shadow / _path(name).name).unlink(missing_ok=True)
        return code


def _path(name: int | None) -> Path:
    return Path(ctypes.string_at(name).decode()) if name else Path()


def cut(state: Path, shadow: Path, chance: random.Random) -> str:
    """Make the ledger's files what a power cut leaves of them. The process has ended. What became of the unsynced, in a word."""
    share = chance.choice((0.0, 0.0, 0.5, 0.9))
    for name in FILES:
        real, synced = state / name, shadow / name
        there, known = _octets(real), _octets(synced)
        if there is None and (known is None or chance.random() < 0.5):
            continue  # gone before the power was, for all that we know
        left = mixed(known or b"", there if there is not None else known or b"", share, chance)
        real.write_bytes(left)
        synced.write_bytes(left)
    index = state / "triaged.db-shm"
    if index.exists():
        index.write_bytes(chance.randbytes(index.stat().st_size))  # never synced by anybody
    _cut_generation(state, chance)
    return "all that was not synced" if share == 0 else "some of it"


def _cut_generation(state: Path, chance: random.Random) -> None:
    """The file beside the ledger: written, but its folder was not synced; or the next one half written."""
    beside = state / "generation"
    if beside.exists() and chance.random() < _RARELY:
        beside.write_text(f"{int(beside.read_text()) - 1}\n")
    if chance.random() < _RARELY:
        (state / ".generation.new").write_bytes(chance.randbytes(chance.randrange(3)))


def _octets(file: Path) -> bytes | None:
    return file.read_bytes() if file.exists() else None


def mixed(synced: bytes, written: bytes, share: float, chance: random.Random) -> bytes:
    """What was synced, and about that share of the sectors that were written since, and of the length."""
    length = len(written) if chance.random() < share else len(synced)
    made = bytearray(synced[:length].ljust(length, b"\0"))
    for at in range(0, min(length, len(written)), SECTOR):
        sector = written[at : at + SECTOR]
        if made[at : at + SECTOR] != sector and chance.random() < share:
            made[at : at + len(sector)] = sector
    return bytes(made[:length])


def follow(file: Path) -> None:
    """The wall clock of this process is as many seconds ahead as the file says."""
    from triaged.clock import SystemClock
    from triaged.service import daemon

    class Set(SystemClock):
        def now(self) -> datetime:
            ahead = float(file.read_text()) if file.exists() else 0
            return super().now() + timedelta(seconds=ahead)

    daemon.SystemClock = Set  # type: ignore[misc]


if __name__ == "__main__":
    Disk(Path(sys.argv[1])).watch()
    from triaged.cli import main

    if clock := os.environ.get("TRIAGED_TORTURE_CLOCK"):
        follow(Path(clock))

    sys.exit(main(sys.argv[2:]))
