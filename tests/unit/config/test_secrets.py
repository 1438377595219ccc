"""Secrets: had from where they are, first line only; errors help and never hold the secret."""

import asyncio
import os
import sys
import types
from pathlib import Path

import pytest

from triaged.config import SecretError, ask_secret, read_secret, secrets
from triaged.core.settings import (
    CommandSecret,
    CredentialSecret,
    EnvSecret,
    FileSecret,
    KeyringSecret,
    Secret,
    TextSecret,
)


def printing(code: str) -> CommandSecret:
    return CommandSecret((sys.executable, "-c", code))


def error(secret: Secret) -> str:
    with pytest.raises(SecretError) as raised:
        read_secret(secret, user="dana", service="imap.roth.example")
    return str(raised.value)


def test_a_text_is_the_secret():
    assert read_secret(TextSecret("hunter2")) == "hunter2"


def test_the_first_line_of_a_file_is_the_secret(tmp_path: Path):
    (tmp_path / "pw").write_bytes("hünter2\r\nsecond\n".encode())
    assert read_secret(FileSecret(tmp_path / "pw")) == "hünter2"


def test_a_credential_is_a_file_where_systemd_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "work").write_text("hunter2\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert read_secret(CredentialSecret("work")) == "hunter2"
    assert error(CredentialSecret("home")).endswith(
        "(No such file or directory): add LoadCredential=home:PATH to the unit"
    )


def test_a_credential_without_systemd_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    assert "only there under systemd ($CREDENTIALS_DIRECTORY is not set): start the unit" in error(
        CredentialSecret("work")
    )


def test_an_environment_variable(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TRIAGED_TEST_PASSWORD", "hunter2")
    assert read_secret(EnvSecret("TRIAGED_TEST_PASSWORD")) == "hunter2"
    monkeypatch.delenv("TRIAGED_TEST_PASSWORD")
    assert error(EnvSecret("TRIAGED_TEST_PASSWORD")) == (
        "the secret of dana at imap.roth.example: the environment variable TRIAGED_TEST_PASSWORD is not set"
    )


def test_a_command_prints_the_secret_without_a_shell():
    assert read_secret(printing("print('$HOME'); print('second')")) == "$HOME"


def test_a_command_that_fails_gives_the_first_line_of_its_errors_and_nothing_it_printed():
    told = error(printing("import sys; print('hunter2'); sys.stderr.write('no such entry\\nmore'); sys.exit(3)"))
    assert told.endswith("ended with 3: no such entry")
    assert "hunter2" not in told


def test_a_command_that_is_not_there_is_named():
    assert "triaged-no-such-program cannot be started: No such file or directory" in error(
        CommandSecret(("triaged-no-such-program",))
    )


def test_a_command_is_ended_with_its_children_when_its_time_is_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(secrets, "TIME_OUT", 0.5)
    pipe = tmp_path / "alive"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    start = f"import os, subprocess; alive = os.open({str(pipe)!r}, os.O_WRONLY); print('hunter2', flush=True); "
    told = error(printing(start + "subprocess.run(['sleep', '60'], pass_fds=[alive])"))
    assert told.endswith("took longer than 0.5 seconds")
    os.set_blocking(reader, True)
    assert os.read(reader, 1) == b""  # the end of file: nobody who held the pipe is alive
    os.close(reader)


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        (printing("pass"), "what "),
        (TextSecret(""), "the text in the configuration is empty"),
        (FileSecret(Path(os.devnull)), "the first line of /dev/null is empty"),
    ],
)
def test_an_empty_secret_is_none(secret: Secret, said: str):
    told = error(secret)
    assert said in told
    assert told.endswith("is empty")


def test_what_is_not_text_is_refused_without_being_shown():
    told = error(printing("import sys; sys.stdout.buffer.write(b'hunter\\xff')"))
    assert told.endswith("the first line is not UTF-8")
    assert "hunter" not in told


def test_an_unreadable_file_is_named_with_the_reason(tmp_path: Path):
    assert error(FileSecret(tmp_path / "pw")) == (
        f"the secret of dana at imap.roth.example: {tmp_path / 'pw'} cannot be read (No such file or directory): "
        "make it, readable by triaged alone"
    )


class Ring(types.ModuleType):
    """A key ring that holds one password, or does not open."""

    class errors:  # noqa: N801 the library's name
        class KeyringError(Exception):
            pass

    def __init__(self, *, locked: bool = False) -> None:
        super().__init__("keyring")
        self.locked = locked

    def get_password(self, service: str, user: str) -> str | None:
        if self.locked:
            raise self.errors.KeyringError("locked")
        return "hunter2" if (service, user) == ("triaged", "dana") else None


def test_the_key_ring_is_asked_for_the_servers_user(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "keyring", Ring())
    assert read_secret(KeyringSecret("triaged"), user="dana") == "hunter2"
    assert error(KeyringSecret("other")).endswith("the key ring has nothing for other: run `keyring set other dana`")


def test_a_key_ring_that_does_not_open_says_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "keyring", Ring(locked=True))
    assert error(KeyringSecret("triaged")).endswith("the key ring does not open: locked")


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert error(KeyringSecret("triaged")).endswith('the key ring needs the extra: pip install "triaged[keyring]"')


async def test_asking_does_not_block_the_loop():
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(tick())
    found = await ask_secret(printing("print('hunter2')"))
    other.cancel()
    assert found == "hunter2"
    assert ticks > 1
