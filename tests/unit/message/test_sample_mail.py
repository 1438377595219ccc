"""Mail as it is found in the wild, read without an exception and, where it is ordinary, as the standard library reads it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import compat
from triaged.core.kinds import is_automatic, kinds_of
from triaged.core.message import DEFECTS, Message, read, read_raw

CORPUS = Path(__file__).parents[4] / "shared" / "corpus"
# What the standard library reads otherwise on purpose or by mistake: old comments as names, charsets without a label.
MALFORMED = {
    "two-from",
    "malformed-from",
    "no-from",
    "junk-in-header",
    "blank-before-colon",
    "nul",
    "bare-cr",
    "limit-header",
}


@pytest.fixture(scope="module")
def samples() -> list[tuple[str, bytes]]:
    if not CORPUS.is_dir():
        pytest.skip(f"no sample mail in {CORPUS}")
    found = [
        (("made/" if "synthetic" in path.parts else "") + path.name, path.read_bytes())
        for path in sorted(CORPUS.rglob("*"))
        if path.is_file()
    ]
    assert len(found) > 300
    return found


def ordinary(samples: list[tuple[str, bytes]]) -> Iterator[tuple[str, Message, bytes]]:
    """The samples that are whole messages without anything odd about their header."""
    for name, raw in samples:
        if name.startswith("made/"):
            continue  # hostile on purpose
        message = read_raw(raw)
        if message.sender and not MALFORMED & set(message.defects) and len(message.fields) > 4 and raw[:200].isascii():
            yield name, message, raw


@pytest.mark.timeout(60)
def test_every_sample_is_read(samples: list[tuple[str, bytes]]) -> None:
    for name, raw in samples:
        message = read_raw(raw)
        assert set(message.defects) <= set(DEFECTS), name
        assert isinstance(is_automatic(message, kinds_of(message, None)), bool)
        assert message.new_text or not message.text.strip(), name


def test_a_cut_sample_is_read_and_says_that_it_was_cut(samples: list[tuple[str, bytes]]) -> None:
    for name, whole, _ in ordinary(samples):
        cut = read(
            b"".join(b"%b: %b\n" % (field.encode(), raw) for field, raw in whole.fields),
            whole.body[:700],
            complete=False,
        )
        assert "truncated" in cut.defects, name
        assert cut.digest == whole.digest, name
        assert not {"bad-base64", "unclosed-part", "missing-part"} & set(cut.defects), name


def differing(samples: list[tuple[str, bytes]], differs: Callable[[Message, bytes], bool]) -> tuple[set[str], int]:
    seen = list(ordinary(samples))
    return {name for name, message, raw in seen if differs(message, raw)}, len(seen)


def test_senders_are_those_of_the_standard_library(samples: list[tuple[str, bytes]]) -> None:
    def differs(message: Message, raw: bytes) -> bool:
        assert message.sender is not None
        others = compat.addresses(compat.parsed(raw), "from")
        return [message.sender.address.spec.lower()] != [address.lower() for address in others]

    names, count = differing(samples, differs)

    assert names <= {"unicode1"}  # an international domain, which the standard library takes for ASCII
    assert count > 100, count


def test_addressees_are_those_of_the_standard_library(samples: list[tuple[str, bytes]]) -> None:
    def differs(message: Message, raw: bytes) -> bool:
        others = [address.lower() for address in compat.addresses(compat.parsed(raw), "to") if "@" in address]
        return [address.key for address in message.to] != others

    names, _ = differing(samples, differs)

    assert names <= {"unicode1"}, names


def test_subjects_are_those_of_the_standard_library(samples: list[tuple[str, bytes]]) -> None:
    def differs(message: Message, raw: bytes) -> bool:
        subject = message.fields.raw("subject")[:1]
        if not subject or not subject[0].isascii() or len(subject[0]) > 1_000 or b"*" in subject[0]:
            return False
        try:
            return compat.header(compat.parsed(raw), "subject") != message.subject
        except (LookupError, UnicodeError):
            return False

    names, _ = differing(samples, differs)

    assert names == set(), names


def test_texts_are_those_of_the_standard_library(samples: list[tuple[str, bytes]]) -> None:
    def differs(message: Message, raw: bytes) -> bool:
        if set(message.defects) & {"unknown-charset", "bad-base64", "unknown-encoding", "limit-text"}:
            return False
        if message.part_types not in {("text/plain",), ("multipart/alternative", "text/plain", "text/html")}:
            return False
        texts = list(compat.plain_texts(compat.parsed(raw)))
        if len(message.part_types) > 1 and len("".join(texts)) <= 300:
            return False  # a stub may give way to its HTML
        return compat.squeezed("\n".join(texts)) != compat.squeezed(message.text)

    names, _ = differing(samples, differs)

    assert names == set(), names
