"""What the benchmarks share: generated mail, a Dovecot with many mailboxes, medians, and the table that they print."""

import base64
import os
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from server.certificates import Authority
from server.dovecot import Dovecot, Variant
from server.processes import own_folder, remove

DOMAINS = 200
KEYWORDS = tuple(f"matter{letter}" for letter in "abcdefghijklmnopqrst")
"""Twenty words, one for each rule; a sixth of all messages has one of them, in the subject and in the text."""

_WORDS = [
    "please",
    "could",
    "you",
    "look",
    "at",
    "this",
    "when",
    "there",
    "is",
    "time",
    "we",
    "have",
    "had",
    "the",
    "same",
    "trouble",
    "since",
    "the",
    "release",
    "and",
    "nobody",
    "here",
    "knows",
    "whether",
    "it",
    "is",
    "the",
    "server",
    "or",
    "the",
    "client",
    "the",
    "numbers",
    "are",
    "below",
    "thank",
    "you",
    "for",
    "your",
    "patience",
    "and",
    "regards",
    "das",
    "Angebot",
    "liegt",
    "bei",
    "wir",
    "brauchen",
    "bis",
    "Freitag",
    "eine",
    "Antwort",
    "der",
    "Termin",
    "am",
    "Montag",
    "passt",
    "uns",
    "gut",
    "vielen",
    "Dank",
]
_START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Letter:
    """A generated message, and the keyword that it carries."""

    raw: bytes
    keyword: str
    arrived: datetime


def letters(count: int, seed: int = 1) -> Iterator[Letter]:
    """70 % small text, 20 % text and HTML of 20-40 KB, 10 % with an attachment of 60-120 KB; 200 domains, in order."""
    chance = random.Random(seed)
    for number in range(count):
        yield _letter(chance, number)


def _letter(chance: random.Random, number: int) -> Letter:
    arrived = _START + timedelta(minutes=7 * number)
    keyword = chance.choice(KEYWORDS) if chance.random() < 1 / 6 else ""
    who = f"person{number % 3}@client{number % DOMAINS}.example"
    text = _text(chance, chance.randint(1_500, 5_000), keyword)
    head = (
        f"Return-Path: <{who}>\r\nReceived: from mx.example by mail.roth.example with LMTP id {number}; "
        f"{format_datetime(arrived)}\r\nDelivered-To: dana@roth.example\r\nFrom: Gary Person <{who}>\r\n"
        f"To: Dana Roth <dana@roth.example>\r\nSubject: {'Re: ' * (number % 2)}{keyword or 'question'} {number}\r\n"
        f"Message-ID: <{number}.{chance.getrandbits(48):x}@client{number % DOMAINS}.example>\r\n"
        f"Date: {format_datetime(arrived)}\r\nMIME-Version: 1.0\r\nX-Mailer: generated\r\n"
    )
    share = chance.random()
    if share < 0.7:
        body = f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}"
    elif share < 0.9:
        html = f"<html><body><p>{_text(chance, chance.randint(18_000, 34_000), keyword)}</p></body></html>\r\n"
        body = _parts("alternative", text, f"Content-Type: text/html; charset=utf-8\r\n\r\n{html}")
    else:
        octets = base64.encodebytes(chance.randbytes(chance.randint(45_000, 90_000))).decode().replace("\n", "\r\n")
        file = (
            f'Content-Type: application/pdf; name="{number}.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n{octets}'
        )
        body = _parts("mixed", text, file)
    return Letter((head + body).encode(), keyword, arrived)


def _parts(kind: str, text: str, other: str) -> str:
    first = f"--edge\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    return f'Content-Type: multipart/{kind}; boundary="edge"\r\n\r\n{first}--edge\r\n{other}\r\n--edge--\r\n'


def _text(chance: random.Random, length: int, keyword: str) -> str:
    lines = [f"Hello Dana, {keyword}"]
    size = 0
    while size < length:
        lines.append(" ".join(chance.choices(_WORDS, k=12)))
        size += len(lines[-1]) + 2
    return "\r\n".join(lines) + "\r\n"


def fill(maildir: Path, count: int, owner: int | None = None) -> list[Letter]:
    """Put generated messages into a Maildir; given back without their octets."""
    for sub in ("cur", "new", "tmp"):
        (maildir / sub).mkdir(parents=True, exist_ok=True)
    kept = []
    for number, one in enumerate(letters(count)):
        file = maildir / "cur" / f"{1_700_000_000 + number}.M{number}P1.bench:2,"
        file.write_bytes(one.raw)
        at = one.arrived.timestamp()
        os.utime(file, (at, at))
        if owner is not None:
            os.chown(file, owner, owner)
        kept.append(Letter(b"", one.keyword, one.arrived))
    if owner is not None:
        for folder in (maildir.parent, maildir, *(maildir / sub for sub in ("cur", "new", "tmp"))):
            os.chown(folder, owner, owner)
    return kept


OF_ONE = Variant(connections=5000)
OF_MANY = Variant(connections=5000, sessions=5000, per_owner=50)
"""Servers of one mailbox, and of thousands: inotify counts those of one system user together."""


@contextmanager
def dovecot(variant: Variant = OF_ONE) -> Iterator[Dovecot]:
    """A running Dovecot of this benchmark alone."""
    certificates = own_folder("bench-certificates")
    server = Dovecot(Authority(certificates).valid(), variant)
    try:
        server.start()
        yield server
    finally:
        server.close()
        remove(certificates)


# --- figures --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds by the wall and of this process' (and its children's) processors."""

    wall: float
    cpu: float


def timed(work: Callable[[], object]) -> Took:
    """Run it once."""
    wall, cpu = time.perf_counter(), _cpu()
    work()
    return Took(time.perf_counter() - wall, _cpu() - cpu)


def _cpu() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


def median(rounds: int, *works: Callable[[], object]) -> list[Took]:
    """Each work's median, run in turn so that what else the machine does meets all of them."""
    taken: list[list[Took]] = [[] for _ in works]
    for _ in range(rounds):
        for work, found in zip(works, taken, strict=True):
            found.append(timed(work))
    return [Took(statistics.median(t.wall for t in f), statistics.median(t.cpu for t in f)) for f in taken]


class Table:
    """Rows of what, figure and limit; `code` is 1 when a limit was missed."""

    def __init__(self, title: str) -> None:
        self.code = 0
        print(title)

    def row(self, what: str, figure: str, limit: str = "", *, reached: bool = True) -> None:
        """One line; a figure without a limit is told to be compared with."""
        self.code |= not reached
        verdict = ("yes" if reached else "NO") if limit else ""
        print(f"  {what:<66} {figure:>22}  {limit:<18} {verdict}", flush=True)

    def ratio(self, what: str, ours: float, theirs: float, limit: float) -> None:
        """Ours divided by theirs, at most `limit`."""
        self.row(what, f"{ours / theirs:.2f}x", f"<= {limit:g}x", reached=ours <= limit * theirs)
