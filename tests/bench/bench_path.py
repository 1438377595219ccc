"""What one message of a backlog costs on its way, step by step, in microseconds of processor.

The steps are those of the daemon, called as it calls them, over the mail and the twenty rules of `bench_backlog`: windows of
500, a ledger in a file, durable commits. Each figure is the best of the rounds: what else the machine does only adds to it.
What is not here: the server, the connection, the moves.

    python tests/bench/bench_path.py [COUNT]
"""

import gc
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bench_backlog
from kit import Table, letters

from triaged.account.arriving import arriving as as_arriving
from triaged.account.judge import Judge
from triaged.account.loglines import tell_admission
from triaged.config import load
from triaged.core.decide import decide
from triaged.core.facts import Facts
from triaged.core.identify import identify
from triaged.core.message import read
from triaged.core.message.message import split
from triaged.core.settings import Terms
from triaged.ledger import Ledger
from triaged.ledger.entries import FolderRow
from triaged.log.events import silent
from triaged.mailbox import Fetched

ROUNDS = 5
TEXT = 16_384
WINDOW = 500
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_NOWHERE = SimpleNamespace(host="127.0.0.1", imap=9, password="none")


def fetched(count: int) -> Iterator[Fetched]:
    """Messages as the reader on the wire gives them: the header, and the first 16 KB of the rest."""
    for number, one in enumerate(letters(count), 1):
        header, body = split(one.raw)
        whole = len(body) <= TEXT
        yield Fetched(number, frozenset(), one.arrived, len(one.raw), header, body[:TEXT], whole, None)


class Way:
    """The steps, each over all messages, in the order of the daemon; the figure of each is the best so far."""

    def __init__(self, count: int, folder: Path) -> None:
        self.mail = list(fetched(count))
        self.folder = folder
        backlog = bench_backlog.Backlog.__new__(bench_backlog.Backlog)
        backlog.server, backlog.folder, backlog._users = _NOWHERE, folder, 0  # type: ignore[assignment]
        self.person = load(backlog.ours("nobody", text=True)).persons[0]
        self.account = self.person.accounts[0]
        self.best: dict[str, float] = {}

    def step(self, name: str, work: Callable[[], Any]) -> Any:
        """Run one step, and keep its figure."""
        begun = time.thread_time()
        found = work()
        each = (time.thread_time() - begun) / len(self.mail) * 1e6
        self.best[name] = min(each, self.best.get(name, each))
        return found

    def walk(self, number: int) -> None:
        """All steps once."""
        person, account, mail = self.person, self.account, self.mail
        state = self.folder / f"round{number}"
        state.mkdir()
        with Ledger.open(state / "triaged.db", now=_BEGIN) as ledger:
            row = ledger.register(person.label, [account.login], _BEGIN)[account.login]
            ledger.ruleset(person.ruleset_hash, person.ruleset_text, _BEGIN)
            inbox = FolderRow(row.id, "INBOX", "watch", 1, 1, len(mail) + 1, None)
            ledger.put_folder(inbox)
            visit: Any = SimpleNamespace(
                context=SimpleNamespace(chance=random.SystemRandom()),
                account=account,
                memory=SimpleNamespace(first_contact=None),
                is_ours=lambda _: False,
                may_be_ours=lambda _: False,
            )
            read_ = self.step("read", lambda: [read(m.header, m.body, size=m.size, complete=m.complete) for m in mail])
            whose = self.step("identify", lambda: [identify(message, person, account) for message in read_])
            given = zip(mail, whose, strict=True)
            arriving = self.step("new text, excerpt", lambda: [as_arriving(visit, inbox, *one) for one in given])
            now = mail[-1].arrived
            decided = self.step(
                "decide",
                lambda: [
                    decide(who, Facts(now=now, arrived=a.arrived_at, baseline=True), Terms(person, account))
                    for who, a in zip(whose, arriving, strict=True)
                ],
            )
            judge = Judge(Terms(person, account))
            answers = {id(a): d for a, d in zip(arriving, decided, strict=True)}

            def admit() -> list[Any]:
                return [
                    admission
                    for first in range(0, len(arriving), WINDOW)
                    for admission in ledger.admit(
                        replace(
                            judge.window(row, {account.label: row.id}, now, arriving[first : first + WINDOW]),
                            next_uid=first + WINDOW + 1,
                        ),
                        lambda a, _: answers[id(a)],
                        judge.record,
                    )
                ]

            admissions = self.step("facts and rows in the ledger", admit)
            events = silent()
            self.step("say it", lambda: [tell_admission(events, one, folder="INBOX") for one in admissions])


def main(count: int) -> int:
    """Print the steps and their sum."""
    gc.set_threshold(50_000)  # as the command line has it
    with tempfile.TemporaryDirectory() as name:
        path = Way(count, Path(name))
        for number in range(ROUNDS):
            path.walk(number)
    table = Table(f"the path of one message, {count} of them, the best of {ROUNDS} rounds, microseconds of processor")
    for what, each in path.best.items():
        table.row(what, f"{each:.0f}")
    table.row("together", f"{sum(path.best.values()):.0f}")
    return table.code


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000))
