"""The key of an installation: what of a mailbox is ours is known by it, whatever becomes of the ledger.

It lies beside the configuration, so that a state folder that is lost or rolled back does not take it along; where that
folder may not be written to, in the state folder. Made once, with the first configuration (`init`) or by the first start.
"""

import base64
import binascii
import contextlib
import hashlib
import hmac
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from triaged import statefolder
from triaged.core.errors import TriagedError
from triaged.ids import MARK

NAME = "triaged.key"
_OCTETS = 32


class KeyUnreadable(TriagedError):
    """There is a key, and it cannot be used. The message says which file, and what to do. No restart mends it."""

    exit_code = 78  # EX_CONFIG of sysexits.h: it is part of the configuration


@dataclass(frozen=True, slots=True)
class InstallKey:
    """The key, and where it lies; None: nowhere, it is forgotten with the process."""

    octets: bytes
    file: Path | None = None

    @classmethod
    def new(cls) -> Self:
        """One that nobody else has."""
        return cls(os.urandom(_OCTETS))

    def mark(self, login: str) -> str:
        """Our keyword in an account's mailbox (RFC 3501 2.3.2: an atom; Dovecot takes 50 octets)."""
        return MARK + self._letters("mark", login)

    @property
    def install(self) -> str:
        """By what this installation is known in the header of its mails."""
        return self._letters("install", "")

    def secret(self, purpose: str) -> bytes:
        """A key of 32 octets for one purpose."""
        return hmac.digest(self.octets, purpose.encode(), hashlib.sha256)

    def seal(self, octets: bytes, beside: str) -> str:
        """Encrypted and authenticated, together with the text `beside` it, in base64; the same each time (RFC 5297)."""
        from cryptography.hazmat.primitives.ciphers.aead import AESSIV

        sealed = AESSIV(self.secret("seal")).encrypt(octets, [beside.encode()])
        return base64.b64encode(sealed).decode("ascii")

    def unseal(self, text: str, beside: str) -> bytes | None:
        """What was sealed with this key beside that text; None: nothing was."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESSIV

        try:
            sealed = base64.b64decode(text, validate=True)
            return AESSIV(self.secret("seal")).decrypt(sealed, [beside.encode()])
        except (ValueError, InvalidTag):
            return None

    def _letters(self, purpose: str, of: str) -> str:
        made = hmac.digest(self.octets, f"{purpose}:{of}".encode(), hashlib.sha256)
        return base64.b32encode(made)[:10].decode().lower()


def places(config: Path, state: Path) -> tuple[Path, Path]:
    """Where the key may lie, the better place first. `config`: a file or a folder."""
    return (config if config.is_dir() else config.parent) / NAME, state / NAME


def known(config: Path, state: Path) -> InstallKey | None:
    """The key that was made before; None: there is none. Raises KeyUnreadable."""
    for place in places(config, state):
        if (found := _read(place)) is not None:
            return found
    return None


def known_or_new(config: Path, state: Path) -> InstallKey:
    """The key; made where there is none.

    Raises:
        KeyUnreadable: there is one that cannot be used, or it can be written nowhere.
    """
    if (found := known(config, state)) is not None:
        return found
    made = InstallKey.new()
    beside, fallback = places(config, state)
    with contextlib.suppress(OSError):
        return _write(beside, made)
    try:
        return _write(fallback, made)
    except OSError as error:
        raise KeyUnreadable(f"{fallback} cannot be written: {statefolder.why(error)}") from error


def with_a_first_configuration(config: Path, state: Path) -> None:
    """Make the key beside a new file, unless others lie there: what runs by these has one, wherever its state is.

    Raises:
        KeyUnreadable: as `known_or_new`.
    """
    if list(config.parent.glob("*.toml")) == [config]:
        known_or_new(config, state)


def _read(file: Path) -> InstallKey | None:
    try:
        with statefolder.opened(file.parent) as folder:
            octets = base64.b64decode(statefolder.read_in(folder, file.name).strip(), validate=True)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise KeyUnreadable(f"{file} cannot be read: {statefolder.why(error)}") from error
    except binascii.Error:
        octets = b""
    if len(octets) != _OCTETS:  # another one would make what is ours look like another triaged's
        raise KeyUnreadable(f"{file} is no key of triaged; put back the one that was there")
    return InstallKey(octets, file)


def _write(file: Path, key: InstallKey) -> InstallKey:
    with statefolder.opened(file.parent, make=True) as folder:
        statefolder.replace_in(folder, file.name, base64.b64encode(key.octets) + b"\n")
        if (readers := statefolder.readers_of(file.parent)) is not None:  # so a service's group reads its configuration
            os.chown(file.name, -1, readers, dir_fd=folder, follow_symlinks=False)
            os.chmod(file.name, statefolder.SHARED_FILE, dir_fd=folder)
    return InstallKey(key.octets, file)
