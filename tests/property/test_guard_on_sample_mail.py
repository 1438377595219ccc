"""The guard on mail as it is found in the wild: never an exception, and no robot is answered."""

import email
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.rulekit import client, sending, view, when
from triaged.core.address import NullSender
from triaged.core.conditions import evaluate
from triaged.core.guard import destination, refusals
from triaged.core.message import read_raw

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
ANYBODY = client("anybody", *(f"*@*.{top}" for top in ("example", "com", "org", "net", "de")), "*")
ASKING = when(text=["urgent", "/[a-z]+ing/"], words="> 3", addressed=["to", "cc", "none"], language="en")


def samples() -> Iterator[Path]:
    kinds = {".eml", ".txt", ".1", ".2", ""}
    return (path for path in sorted(CORPUS.rglob("*")) if path.is_file() and path.suffix in kinds)


@pytest.fixture(scope="module")
def mails() -> list[tuple[Path, bytes]]:
    if not CORPUS.is_dir():
        pytest.skip(f"no sample mail in {CORPUS}")
    return [(path, path.read_bytes()) for path in samples()]


def says_it_is_automatic(raw: bytes) -> bool:
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


def test_no_sample_is_answered_that_says_that_it_is_automatic(mails: list[tuple[Path, bytes]]):
    answered = []
    for path, raw in mails:
        message = read_raw(raw)
        asked = sending(message, client=ANYBODY, match=None, mine=message.to[:1] or message.cc[:1])
        found = refusals(asked)
        if not found:
            assert destination(asked) is not None
            assert message.return_path is not NullSender.NULL
            answered.append((path, raw))
    assert [str(path) for path, raw in answered if says_it_is_automatic(raw)] == []


def test_every_condition_answers_about_every_sample(mails: list[tuple[Path, bytes]]):
    reasons = [evaluate(ASKING, view(read_raw(raw), languages=("en", "de"))).because for _, raw in mails]
    assert len(reasons) == len(mails)
    assert all(reasons)
