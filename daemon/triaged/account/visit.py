"""A visit to a mailbox: all that one step may use, built once and never changed while the step is under way.

A reload reaches the next visit. What a step learns for the next one, it leaves in `memory`.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

from triaged.account.context import Context
from triaged.account.folderlayout import Layout
from triaged.account.health import SAY_AGAIN, Doubt, Unwatched
from triaged.account.loglines import of_item, of_promise, tell
from triaged.account.memory import Memory
from triaged.core.flags import folded
from triaged.core.settings import Account, Person
from triaged.ids import BACK
from triaged.installkey import InstallKey
from triaged.ledger import Ledger
from triaged.ledger.consequences import Consequence
from triaged.ledger.entries import AccountRow
from triaged.ledger.settling import Settled
from triaged.log.events import Events
from triaged.mailbox import Session

P = ParamSpec("P")
T = TypeVar("T")

DOUBTFUL = "messages are matched by their headers; nothing old is answered, and what cannot be read is urgent"


@dataclass(frozen=True, slots=True)
class Visit:
    """Whose mailbox it is, the connection to it, and the settings that hold for this step."""

    context: Context
    row: AccountRow
    person: Person
    account: Account
    siblings: Mapping[str, int]  # the person's account labels and their ids in the ledger
    session: Session
    layout: Layout
    events: Events
    memory: Memory
    on_news: Callable[[], None]  # the ledger has something new for the other loops

    async def write(self, verb: Callable[Concatenate[Ledger, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one verb of the ledger in its thread. A step writes by this alone."""
        return await self.context.write(verb, *args, **kwargs)

    async def learn(self, **facts: Any) -> None:
        """Remember something about the account's servers, for the next start and from now on."""
        await self.write(Ledger.learn, self.row.id, **facts)
        self.memory.learned.update(facts)

    @property
    def mark(self) -> str:
        """Our keyword on what is put aside or answered, the same after every start."""
        return self.context.install.mark(self.row.login)

    @property
    def marks(self) -> frozenset[str]:
        """All keywords that are ours: earlier versions had another."""
        return frozenset({self.mark, self.memory.older_mark} - {""})

    def is_ours(self, flags: Iterable[str]) -> bool:
        """Whether a message bears our mark: it was put aside or answered from here, whatever the ledger knows."""
        return not self.marks.isdisjoint(folded(flags))

    def is_from_before(self, arrived: datetime) -> bool:
        """Whether a message may have been in hand before this start, and the ledger may not know it."""
        before = self.memory.unsure_before
        return before is not None and arrived <= before

    def may_be_ours(self, arrived: datetime) -> bool:
        """Whether a message that the ledger does not know may have been in hand before, and no keyword could say so."""
        return self.is_from_before(arrived) and not self.session.keeps_keywords

    def has_come_back(self, flags: Iterable[str]) -> bool:
        """Whether it was put aside from here, and brought back."""
        return BACK in folded(flags) and self.is_ours(flags)

    @property
    def install(self) -> InstallKey:
        """The key of this installation."""
        return self.context.install

    def now(self) -> datetime:
        """The instant, aware, UTC."""
        return self.context.now()

    def tell(self, consequences: Sequence[Consequence]) -> None:
        """Say what followed from something that was seen in the mailbox."""
        tell(self.events, consequences)

    def say_settled(self, done: Settled) -> None:
        """Say that a person has put a message where what is dealt with goes, and what ended with it."""
        item = done.item
        self.events.emit(
            "message.settled",
            **of_item(item),
            folder=item.folder,
            uid=item.uid,
            reason="put there by hand",
            by="person",
        )
        if done.promise is not None:
            self.events.emit("promise.settled", **of_promise(done.promise), reason="put there by hand", by="person")

    def is_news(self, trouble: str) -> bool:
        """Whether a trouble has not been said within the last hour: one line is enough for all that it concerns."""
        return self.memory.said.is_news(trouble, self.now())

    def say_missing(self, folder: str) -> None:
        """Say once that a folder cannot be looked at, until it is found again."""
        if folder not in self.memory.missing:
            self.memory.missing |= {folder}
            self.events.emit(
                "account.degraded",
                folder=folder,
                error="there is no such folder",
                reason="nothing is concluded from that",
            )

    def not_watched(self, folder: str, why: str) -> None:
        """Say once that a watched folder (as configured) cannot be watched, and keep it in the account's health."""
        if folder not in self.memory.health.unwatched:
            self.memory.health.unwatched[folder] = Unwatched(self.now(), why)
            self.events.emit("account.degraded", folder=folder, error=why, reason="this folder is not watched")

    def watched(self, folder: str) -> None:
        """Take note that a watched folder (as configured) is watched (again)."""
        if self.memory.health.unwatched.pop(folder, None) is not None:
            self.events.emit("account.connected", folder=folder, reason="this folder is watched again")

    def doubts(self, folder: str, why: str) -> None:
        """Keep in the account's health what makes a server's word about a folder (as it has it) doubtful, and say it.

        For an hour after it has shown itself last; and once in that time.
        """
        configured, doubts, now = self.layout.watch.get(folder, folder), self.memory.health.doubts, self.now()
        known = doubts.get(configured)
        doubts[configured] = Doubt(known.since if known else now, why, now)
        if self.is_news(f"{folder} {why}"):
            self.events.emit("account.degraded", folder=folder, error=why, reason=DOUBTFUL)

    def forget_doubts(self) -> None:
        """What has not shown itself for an hour is past."""
        doubts, now = self.memory.health.doubts, self.now()
        for folder in [name for name, doubt in doubts.items() if now - doubt.seen >= SAY_AGAIN]:
            del doubts[folder]

    def cannot_see(self, folder: str, why: str) -> None:
        """What lies in this folder cannot be looked at: nothing is said about it to anybody before it can."""
        self.memory.unseen[folder] = why
        if self.is_news(f"unseen {folder} {why}"):
            reason = "what is done by hand in this folder cannot be seen; no reply goes about what lies there"
            self.events.emit("account.degraded", folder=folder, error=why, reason=reason)

    def forget_unwatched(self, configured: Container[str]) -> None:
        """A folder that is no longer to be watched is no trouble."""
        unwatched = self.memory.health.unwatched
        for folder in [one for one in unwatched if one not in configured]:
            del unwatched[folder]

    def found(self, folder: str) -> None:
        """Take note that a folder is there (again)."""
        self.memory.missing -= {folder}
