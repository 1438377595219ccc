"""Secrets, asked for when they are needed: a `Secret` says where, `read_secret` gives what, or an error that helps.

A secret is never remembered here, never in an error, never in a log. After a failed login the caller asks again: it may
have been changed since.
"""

import contextlib
import os
from pathlib import Path
from typing import assert_never

from triaged.config.loaded import Kept, Loaded
from triaged.config.problems import Problem
from triaged.core.errors import TriagedError
from triaged.core.settings import (
    Calendar,
    CommandSecret,
    CredentialSecret,
    EnvSecret,
    FileSecret,
    KeyringSecret,
    Secret,
    TextSecret,
)

TIME_OUT = 30.0
"""Seconds that a command may take."""

_LONGEST = 64 * 1024
_SHOWN = 200


class SecretError(TriagedError):
    """The secret cannot be had; the message says where it was looked for and what to do."""


async def ask_secret(secret: Secret, *, user: str = "", service: str = "") -> str:
    """`read_secret` without blocking the loop: a command may take its time."""
    import asyncio  # `check` asks for no secret, and has no time for this import

    return await asyncio.to_thread(read_secret, secret, user=user, service=service)


async def ask_calendar(calendar: Calendar) -> tuple[str, str]:
    """The address of a calendar, and its password ("" where it has none).

    Raises:
        SecretError: one of them is not there.
    """
    what = f"[calendar.{calendar.label}]"
    url = await ask_secret(calendar.url, service=what)
    password = await ask_secret(calendar.password, user=calendar.user or "", service=what) if calendar.password else ""
    return url.strip(), password


def read_secret(secret: Secret, *, user: str = "", service: str = "") -> str:
    """Read a secret from where it is.

    Args:
        secret: where it is.
        user: whose it is; the key ring is asked for this name.
        service: what it opens ("imap.roth.example"), for the error only.

    Raises:
        SecretError: it is not there, or empty.
    """
    whose = f"the secret of {user}" if user else "the secret"
    what = f"{whose} at {service}" if service else whose
    try:
        found = _found(secret, user)
    except SecretError as error:
        raise SecretError(f"{what}: {error}") from error.__cause__
    if not found:
        raise SecretError(f"{what}: {_where(secret)} is empty")
    return found


def unreadable(loaded: Loaded) -> tuple[Problem, ...]:
    """An error for every secret that cannot be read by this process now, where it is named. Commands are run for it."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=8) as several:
        return tuple(problem for problem in several.map(_unreadable, loaded.secrets) if problem is not None)


def _unreadable(kept: Kept) -> Problem | None:
    try:
        read_secret(kept.secret, user=kept.user, service=kept.service)
    except SecretError as error:
        return Problem(kept.at.file, kept.at.line, kept.at.column, "error", str(error))
    return None


def _found(secret: Secret, user: str) -> str:
    match secret:
        case TextSecret(text):
            return text
        case CredentialSecret(name):
            return _credential(name)
        case FileSecret(path):
            return _first_line_of(path, "make it, readable by triaged alone")
        case EnvSecret(variable):
            if variable not in os.environ:
                raise SecretError(f"the environment variable {variable} is not set")
            return os.environ[variable]
        case CommandSecret(argv):
            return _printed_by(argv)
        case KeyringSecret(service):
            return _from_keyring(service, user)
        case _:  # pragma: no cover
            assert_never(secret)


def _where(secret: Secret) -> str:
    match secret:
        case TextSecret():
            return "the text in the configuration"
        case CredentialSecret(name):
            return f"the credential {name}"
        case FileSecret(path):
            return f"the first line of {path}"
        case EnvSecret(variable):
            return f"the environment variable {variable}"
        case CommandSecret(argv):
            return f"what {argv[0]} printed"
        case KeyringSecret(service):
            return f"the key ring's entry for {service}"
        case _:  # pragma: no cover
            assert_never(secret)


def _credential(name: str) -> str:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if not folder:
        raise SecretError(
            f"the credential {name} is only there under systemd ($CREDENTIALS_DIRECTORY is not set): "
            f"start the unit, or set CREDENTIALS_DIRECTORY to a folder with a file {name}"
        )
    return _first_line_of(Path(folder) / name, f"add LoadCredential={name}:PATH to the unit")


def _first_line_of(path: Path, advice: str) -> str:
    try:
        with path.open("rb") as opened:
            line = opened.read(_LONGEST).partition(b"\n")[0]
    except OSError as error:
        raise SecretError(f"{path} cannot be read ({error.strerror or error}): {advice}") from error
    return _text(line, str(path))


def _text(line: bytes, where: str) -> str:
    try:
        return line.removesuffix(b"\r").decode("utf-8")
    except UnicodeDecodeError:
        raise SecretError(f"{where}: the first line is not UTF-8") from None  # the cause would hold the secret


def _printed_by(argv: tuple[str, ...]) -> str:
    import subprocess

    try:
        process = subprocess.Popen(  # noqa: S603  # the person's own command, without a shell
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise SecretError(f"{argv[0]} cannot be started: {error.strerror or error}") from error
    with process:
        try:
            out, err = process.communicate(timeout=TIME_OUT)
        except subprocess.TimeoutExpired:
            _kill(process.pid)
            raise SecretError(f"{argv[0]} took longer than {TIME_OUT:g} seconds") from None  # it would hold the output
    if process.returncode != 0:
        told = err.decode("utf-8", "replace").strip().partition("\n")[0][:_SHOWN]
        raise SecretError(f"{argv[0]} ended with {process.returncode}{f': {told}' if told else ''}")
    return _text(out.partition(b"\n")[0], argv[0])


def _kill(leader: int) -> None:
    """End the command and whatever it started: a child that holds the pipe would keep us waiting."""
    import signal

    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def _from_keyring(service: str, user: str) -> str:
    try:
        import keyring
    except ImportError as error:
        raise SecretError('the key ring needs the extra: pip install "triaged[keyring]"') from error
    try:
        found = keyring.get_password(service, user)
    except keyring.errors.KeyringError as error:
        raise SecretError(f"the key ring does not open: {error}") from error
    if found is None:
        raise SecretError(f"the key ring has nothing for {service}: run `keyring set {service} {user}`")
    return str(found)
