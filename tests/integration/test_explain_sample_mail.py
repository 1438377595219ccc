"""`triaged explain` on mail as it is found in the wild and as attackers make it: an answer for each, within bounds, and no robot answered."""

import email
import json
import os
import resource
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from triaged.cli.explain_page import show
from triaged.config import load
from triaged.core.message import Message, read_raw
from triaged.core.settings import Person
from triaged.rehearse.rehearsal import Rehearsal, Rehearsed

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
NOW = datetime(2026, 11, 24, 14, 10, tzinfo=UTC)
CPU_SECONDS = 120
MEMORY = 1 << 30
CONFIG = """
[me]
name = "Dana Roth"
language = "en"
timezone = "Europe/Berlin"

[account.work]
mode = "send"
addresses = ["dana@roth.example"]
imap = { host = "imap.roth.example", user = "dana", password = "secret" }
smtp = { host = "smtp.roth.example" }

[client.anybody]
from = $DOMAINS

[reply.later]
text = "I have your message about {{ subject }} and answer {{ promise | when }}."

[[rule]]
name = "Pressing"
when = { text = ["urgent", '/\\b[a-z]+ing now\\b/'], words = "> 2", language = "en", attachment = false }
then = "urgent"
reply = "later"
promise = "in 3 days"

[[rule]]
name = "The rest waits"
then = "defer"
until = "in 2 days"
promise = "in 3 days"
reply = "later"
"""


@pytest.fixture(scope="module")
def samples() -> list[Path]:
    if not CORPUS.is_dir():
        pytest.skip(f"no sample mail in {CORPUS}")
    return [path for path in sorted(CORPUS.rglob("*")) if path.is_file()]


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory, samples: list[Path]) -> Path:
    """Whoever has written a sample is a client."""
    senders = [read_raw(path.read_bytes()).sender for path in samples]
    domains = sorted({f"*@{sender.address.domain}" for sender in senders if sender})
    path = tmp_path_factory.mktemp("explain") / "dana.toml"
    path.write_text(CONFIG.replace("$DOMAINS", json.dumps(domains)))
    path.chmod(0o600)
    return path


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def test_every_sample_is_explained_in_one_run_within_a_gigabyte(samples: list[Path], config: Path):
    command = [sys.executable, "-m", "triaged", "explain", "-c", str(config), "--at", NOW.isoformat(), "--json"]
    environment = {**os.environ, "XDG_STATE_HOME": str(config.parent)}
    said = subprocess.run(
        [*command, *map(str, samples)],
        preexec_fn=limited, env=environment, capture_output=True, check=False,
    )  # fmt: skip
    assert (said.returncode, said.stderr) == (0, b"")
    lines: list[dict[str, Any]] = [json.loads(line) for line in said.stdout.splitlines()]
    assert [line["file"] for line in lines] == [str(path) for path in samples]
    assert all((line["reply"] is None) != (line["no_reply"] is None) for line in lines)
    assert all(line["reason"] for line in lines)


Played = list[tuple[Path, bytes, Rehearsed]]


@pytest.fixture(scope="module")
def played(samples: list[Path], config: Path) -> Played:
    """Each sample by itself, with its addressee as the person: nothing refuses it but what it is."""
    loaded = load(config, now=NOW)
    assert loaded.errors == ()
    return [_played(path, loaded.persons[0]) for path in samples]


def _played(path: Path, person: Person) -> tuple[Path, bytes, Rehearsed]:
    raw = as_delivered(path.read_bytes())
    message = read_raw(raw)
    rehearsal = Rehearsal(_addressee(person, message))
    try:
        return path, raw, rehearsal.play(message, NOW)
    finally:
        rehearsal.close()


def as_delivered(raw: bytes) -> bytes:
    """With the Return-Path that the last server writes, where the sample has lost it."""
    message = read_raw(raw)
    if message.return_path is not None or message.return_path_defect or message.sender is None:
        return raw
    return f"Return-Path: <{message.sender.address.spec}>\r\n".encode() + raw


def _addressee(person: Person, message: Message) -> Person:
    mine = message.to[:1] or message.cc[:1] or person.addresses
    [account] = person.accounts
    return replace(person, accounts=(replace(account, addresses=mine),))


def test_no_robot_among_the_samples_is_answered_and_people_are(played: Played):
    answered = {path: raw for path, raw, found in played if found.reply is not None}
    assert [path for path, raw in answered.items() if is_robots(raw) or "dmarc-reports" in path.parts] == []
    assert answered, "if nobody is answered this shows nothing"


def test_every_page_about_a_sample_can_be_printed(played: Played, capsys: pytest.CaptureFixture[str]):
    for path, _, found in played:
        show(found, str(path))
        page = capsys.readouterr().out
        assert not {letter for letter in page if ord(letter) < 32} - {"\n"}, path


def is_robots(raw: bytes) -> bool:
    """By the standard parser: a null sender, or an automatic, list or bulk header."""
    header = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0][:200_000]
    head = email.message_from_bytes(header + b"\n\n")
    submitted = [str(value).strip().casefold() for value in head.get_all("auto-submitted", [])]
    return (
        any(not value.startswith("no") for value in submitted)
        or any(str(value).strip() == "<>" for value in head.get_all("return-path", []))
        or any(name in head for name in ("list-id", "list-unsubscribe", "x-autoreply"))
        or str(head.get("precedence", "")).strip().casefold() in {"bulk", "list", "junk"}
    )
