"""Files below a folder that may be somebody else's: opened by descriptor, never through a link, with the rights of its owner.

The state belongs to the service's user, and root types commands beside it. What that user may put into the folder, a link
above all, must lead root nowhere: whoever is root takes on the rights of the folder's owner first, opens what lies in the
folder relative to it, and gives away nothing but what was made here.
"""

import contextlib
import errno
import grp
import os
import pwd
import socket
import stat
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
SHARED_FOLDER, SHARED_FILE = 0o750, 0o640
SERVICE, SERVICE_FOLDER = "triaged", Path("/etc/triaged")
"""The group of the service, and where its configuration lies (systemd/)."""
_ROOT = 0
_OPEN = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK  # a pipe that nobody writes to must not hold anybody up


@dataclass(frozen=True, slots=True)
class _Identity:
    user: int
    group: int
    groups: tuple[int, ...]


_taken: list[_Identity] = []  # the last one is in force
_taking = threading.RLock()  # identities are the process's, not a thread's


@contextlib.contextmanager
def as_owner_of(folder: Path) -> Iterator[None]:
    """What root does in the block it does as the first who owns a folder on the way to this one and is not root.

    Whoever owns a folder decides what lies in it: beyond that point the way is theirs, and so are the rights. For
    anybody but root nothing changes.
    """
    if os.getuid() != _ROOT:
        yield
        return
    with _taking:
        _taken.append(_owner_on_the_way(folder) or _typist())
        _take_on(_taken[-1])
    try:
        yield
    finally:
        with _taking:
            _taken.pop()
            _take_on(_taken[-1] if _taken else _typist())


def _typist() -> _Identity:
    """Whoever started the process."""
    return _Identity(_ROOT, os.getgid(), _groups_at_start)


_groups_at_start = tuple(os.getgroups())


def _owner_on_the_way(folder: Path) -> _Identity | None:
    whole = folder.absolute()
    for step in (*reversed(whole.parents), whole):
        for look in (step.lstat, step.stat):  # a link is its owner's word too
            try:
                found = look()
            except OSError:
                return None
            if found.st_uid != _ROOT:
                return _Identity(found.st_uid, found.st_gid, _groups_of(found.st_uid, found.st_gid))
    return None


def _groups_of(user: int, group: int) -> tuple[int, ...]:
    try:
        return tuple(os.getgrouplist(pwd.getpwuid(user).pw_name, group))
    except KeyError:
        return (group,)


def _take_on(identity: _Identity) -> None:
    if (os.geteuid(), os.getegid()) == (identity.user, identity.group):
        return
    os.seteuid(_ROOT)  # only root may change the groups
    os.setgroups(identity.groups)
    os.setegid(identity.group)
    os.seteuid(identity.user)


def readers_of(folder: Path) -> int | None:
    """The group that is to read what root makes in a folder of root's; None: root alone, or it is not root who asks.

    That of a folder which it may not write to; in the service's folder, and where that is still to be made, the service's.
    """
    if os.geteuid() != _ROOT:
        return None
    with contextlib.suppress(OSError):
        found = folder.stat()
        if found.st_uid != _ROOT:
            return None
        if found.st_gid != _ROOT and not found.st_mode & stat.S_IWGRP:
            return found.st_gid
    with contextlib.suppress(KeyError):
        if folder.absolute() == SERVICE_FOLDER:
            return grp.getgrnam(SERVICE).gr_gid
    return None


def share(made: Path, readers: int, mode: int) -> None:
    """Let a group read what root has just made."""
    os.chown(made, -1, readers, follow_symlinks=False)
    made.chmod(mode)


# --- below a folder ---------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def opened(folder: Path, *below: str, make: bool = False) -> Iterator[int]:
    """A folder's descriptor, or that of one below it, reached through no link and owned by the same user; for root, as its owner.

    Args:
        folder: where the way begins; it may be a link, which its surroundings answer for.
        below: the names from there.
        make: make what is missing, for its owner's eyes only.

    Raises:
        OSError: one of them is not there, is no folder, is a link, or is somebody else's.
    """
    descriptor = _descriptor_of(folder, make=make)
    try:
        with as_owner_of(folder):
            for name in below:
                inner = _folder_in(descriptor, name, make=make)
                os.close(descriptor)
                descriptor = inner
            yield descriptor
    finally:
        os.close(descriptor)


def _descriptor_of(folder: Path, *, make: bool) -> int:
    # opened with all rights, used with the owner's: the way to it may be closed to them
    try:
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        if not make:
            raise
    with as_owner_of(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def _folder_in(folder: int, name: str, *, make: bool) -> int:
    made = False
    if make:
        with contextlib.suppress(FileExistsError):
            os.mkdir(name, PRIVATE_FOLDER, dir_fd=folder)
            made = True
    inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | _OPEN, dir_fd=folder)
    try:
        if made:
            _give(inner, folder)
        _must_be_of_one_owner(inner, folder, name)
    except OSError:
        os.close(inner)
        raise
    return inner


def _must_be_of_one_owner(inner: int, folder: int, name: str) -> None:
    if os.fstat(inner).st_uid != os.fstat(folder).st_uid:
        raise OSError(errno.EPERM, "it belongs to another user than the folder that it lies in", name)


def _must_be_plain(descriptor: int, name: str) -> None:
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise OSError(errno.EINVAL, "it is no plain file", name)


def open_in(folder: int, name: str, flags: int) -> int:
    """The descriptor of a plain file in a folder. With O_CREAT one that is not there is made, private, its folder's owner's.

    Raises:
        OSError: as open(2); ELOOP for a link, EINVAL for what is no plain file.
    """
    made = False
    if flags & os.O_CREAT:
        try:
            descriptor = os.open(name, flags | os.O_EXCL | _OPEN, PRIVATE_FILE, dir_fd=folder)
            made = True
        except FileExistsError:
            if flags & os.O_EXCL:
                raise
    if not made:
        descriptor = os.open(name, (flags & ~os.O_CREAT) | _OPEN, dir_fd=folder)
    try:
        _must_be_plain(descriptor, name)
        if made:
            os.fchmod(descriptor, PRIVATE_FILE)
            _give(descriptor, folder)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def read_in(folder: int, name: str) -> bytes:
    """What stands in a file. Raises OSError."""
    with os.fdopen(open_in(folder, name, os.O_RDONLY), "rb") as file:
        return file.read()


def replace_in(folder: int, name: str, content: bytes, before: Callable[[], None] = lambda: None) -> None:
    """Put a file in place of the one that is there, durably: written beside it, synced, renamed, the folder synced.

    `before`: called before it is renamed.

    Raises:
        OSError: what was there is still there.
    """
    scratch = f".{name}.new"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(scratch, dir_fd=folder)  # left over from a process that died, or a link that somebody laid there
    descriptor = open_in(folder, scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    before()
    os.rename(scratch, name, src_dir_fd=folder, dst_dir_fd=folder)
    os.fsync(folder)


def _give(made: int, folder: int) -> None:
    if os.geteuid() == _ROOT:
        owner = os.fstat(folder)
        os.fchown(made, owner.st_uid, owner.st_gid)


def listen_at(line: socket.socket, path: Path) -> None:
    """Bind a socket to a name that nobody else may connect to; what was left over under that name goes.

    Raises:
        OSError.
    """
    path.unlink(missing_ok=True)
    os.fchmod(line.fileno(), PRIVATE_FILE)  # the name gets it from the socket: unix(7) of Linux
    line.bind(str(path))


def make_private(folder: Path, names: Sequence[str]) -> list[str]:
    """Take from everybody else what they may do with these files or folders below it; the names of those that were open.

    What is not there, is a link, or is not ours to change is left as it is.
    """
    mended = []
    for name in names:
        try:
            descriptor = os.open(folder / name, os.O_RDONLY | _OPEN)
        except OSError:
            continue
        try:
            mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
            if mode & 0o077:
                os.fchmod(descriptor, mode & 0o700)
                mended.append(name)
        except OSError:
            continue
        finally:
            os.close(descriptor)
    return mended


@contextlib.contextmanager
def output(path: Path) -> Iterator[TextIO]:
    """A text file that a person has named, opened for writing; a new one is for its owner's eyes only.

    Raises:
        OSError: it cannot be written, or is a link in a folder that everybody may write to.
    """
    with as_owner_of(path.parent):
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
        if path.parent.stat().st_mode & stat.S_IWOTH:
            flags |= os.O_NOFOLLOW
        with os.fdopen(os.open(path, flags, PRIVATE_FILE), "w", encoding="utf-8", newline="") as file:
            yield file


def why(error: OSError) -> str:
    """What the system said, in words; a link is named as what it is."""
    if error.errno == errno.ELOOP:
        return "it is a link, and links are not followed here"
    return error.strerror or str(error)
