"""A small world for tests of the ledger: an account, messages made of a line, decisions made by hand."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from zoneinfo import ZoneInfo

from support.engines import empty_ledger
from triaged.core.address import Address, read_address
from triaged.core.authres import Authentication
from triaged.core.authres import Verdict as Trusted
from triaged.core.clients import Client
from triaged.core.decision import Aside, Decision, Effect, Notify, PromisePlan, ReplyPlan, Verdict
from triaged.core.facts import Facts
from triaged.core.identify import Identified
from triaged.core.kinds import CALLERS
from triaged.core.message import Message, read_raw
from triaged.core.telephone import Notice
from triaged.core.trust import Level
from triaged.ledger import (
    Accepted,
    AccountRow,
    Admission,
    Arriving,
    Attempt,
    Claimed,
    Elsewhere,
    FolderRow,
    Ledger,
    NotClaimed,
    Place,
    Response,
    Window,
)

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
GARY, ANNE = Address("gary", "harbor.example"), Address("anne", "harbor.example")
DANA = "dana@roth.example"
NOBODY_ASKED = Authentication(Trusted.UNCONFIGURED, "nobody was asked", ())


def mail(
    number: int | str,
    *,
    sender: str = GARY.spec,
    at: datetime = MONDAY,
    references: tuple[str, ...] = (),
    received: str = "",
    subject: str = "a question",
) -> Message:
    """A message with the id <number@client>."""
    lines = [f"Received: from x by y; {received}"] if received else []
    lines += [f"Message-ID: <{number}@client>", f"From: <{sender}>", f"To: <{DANA}>", f"Date: {format_datetime(at)}"]
    lines += [f"References: {' '.join(references)}"] if references else []
    return read_raw(("\r\n".join([*lines, f"Subject: {subject}", "", "Can you ring me?", ""])).encode())


def later(at: datetime, kind: str = "answer") -> PromisePlan:
    return PromisePlan("call" if kind == "call" else "answer", at, "call-1" if kind == "call" else None)


def aside(back_at: datetime = MONDAY + DAY) -> Aside:
    return Aside(back_at, "start of office hours")


def plan(send_at: datetime, to: Address = GARY) -> ReplyPlan:
    return ReplyPlan("until-call", "en", send_at, to, account="work")


def daily(last: datetime) -> datetime:
    return last + DAY


def identified(
    message: Message,
    client: str | None = "harbor",
    correspondent: str | None = GARY.key,
    kinds: frozenset[str] = frozenset(),
    *,
    automatic: bool = False,
    level: Level = Level.UNKNOWN,
) -> Identified:
    """A message and whom it is from, as a test says."""
    return Identified(
        message=message,
        sender=read_address(correspondent) if correspondent else None,
        mine=False,
        team=False,
        client=Client(client, client, (), ZoneInfo("UTC")) if client is not None else None,
        match=None,
        authentication=NOBODY_ASKED,
        level=level,
        notice=Notice("voicemail", None, "", "a telephone system") if kinds & CALLERS else None,
        kinds=kinds,
        automatic=automatic,
    )


_SHARED = ("account", "now", "next_uid", "ruleset", "lookback", "fuse", "accounts")
Choose = Callable[[Arriving, Facts], Decision]


@dataclass
class World:
    """One person with one account, and a clock that tests set."""

    ledger: Ledger
    account: AccountRow
    now: datetime = MONDAY
    uid: int = 0
    seen: list[Facts] = field(default_factory=list)

    @classmethod
    def new(cls, ledger: Ledger | None = None, person: str = "dana") -> "World":
        book = ledger or empty_ledger()
        row = book.register(person, [f"{person}@imap.example"], MONDAY)[f"{person}@imap.example"]
        for name, role in (("INBOX", "watch"), ("Deferred", "deferred"), ("Sent", "sent")):
            if book.folder(row.id, name) is None:
                book.put_folder(FolderRow(row.id, name, role, 7, 1, 1))
        return cls(book, row)

    def arriving(self, message: Message, client: str | None = "harbor", **more: Any) -> Arriving:
        """As it lies in the inbox, below those before it."""
        self.uid += 1
        whose = {name: more.pop(name) for name in ("correspondent", "kinds", "automatic", "level") if name in more}
        given: dict[str, Any] = {
            "who": identified(message, client, **whose),
            "mode": "send",
            "place": Place("INBOX", 7, self.uid),
            "arrived_at": self.now,
            "new_message_id": f"<reply{self.uid}.{self.account.person}@roth.example>",
            "excerpt": "Can you ring me?",
        }
        return Arriving(**{**given, **more})

    def window(self, *messages: Message | Arriving, **more: Any) -> Window:
        """Messages that arrive together. `more`: what they share, and what is said of each."""
        shared = {name: more.pop(name) for name in _SHARED if name in more}
        given: dict[str, Any] = {"account": self.account, "now": self.now}
        arriving = [one if isinstance(one, Arriving) else self.arriving(one, **more) for one in messages]
        return Window(**{**given, **shared}, messages=arriving)

    def facts(self, message: Message, **more: Any) -> Facts:
        """What the past says about a message that has not been admitted."""
        window = self.window(message, **more)
        return self.ledger.facts(window, window.messages[0])

    def admit(self, message: Message, decide: Choose | Decision, **more: Any) -> Admission:
        return self._put(self.window(message, **more), decide)

    def put(self, arriving: Arriving, decide: Choose | Decision) -> Admission:
        return self._put(self.window(arriving), decide)

    def _put(self, window: Window, decide: Choose | Decision) -> Admission:
        def ask(asked: Arriving, facts: Facts) -> Decision:
            self.seen.append(facts)
            return decide if isinstance(decide, Decision) else decide(asked, facts)

        [arriving] = window.messages
        next_uid = arriving.place.uid + 1 if arriving.place else None
        [admission] = admit_moved(self.ledger, replace(window, next_uid=next_uid), ask)
        return admission

    def deferred(self, number: int | str, *, promise: datetime | None = None, **more: Any) -> Admission:
        """A message that is put aside until tomorrow and acknowledged in ten minutes."""
        return self.admit(mail(number, at=self.now), answered(self.now, promise=promise), **more)

    def claim(self, reply: int | None, **more: Any) -> Claimed | NotClaimed:
        assert reply is not None
        given: dict[str, Any] = {"raw": b"octets", "now": self.now, "next_try": self.now + MINUTE, "every": daily}
        return self.ledger.claim(reply, Attempt(**{**given, **more}))

    def send(self, reply: int | None, *, tells_all: bool = False) -> None:
        """Claimed, accepted."""
        assert isinstance(self.claim(reply, tells_all=tells_all), Claimed)
        assert reply is not None
        assert self.ledger.mark_data(reply)
        self.ledger.sent(reply, Accepted(self.now, Response(250, "ok"), saves_copy=True))

    def put_aside(self, admission: Admission, uid: int = 1) -> None:
        """The move into the deferred folder is done."""
        assert admission.item is not None
        [effect] = [e for e in self.ledger.effects_for(admission.item) if e.kind == "aside"]
        assert self.ledger.begin([effect.id], self.now)
        self.ledger.done(effect.id, self.now, Place("Deferred", 9, uid))

    def tick(self, span: timedelta) -> datetime:
        self.now += span
        return self.now


def answered(
    now: datetime, *, promise: datetime | None = None, to: Address = GARY, effects: tuple[Effect, ...] | None = None
) -> Decision:
    """Put aside, acknowledged in ten minutes."""
    return Decision(
        Verdict.DEFERRABLE,
        "everything else waits",
        client="harbor",
        sender=to.key,
        correspondent=to.key,
        kind=("new",),
        rule="wait",
        effects=(aside(now + DAY),) if effects is None else effects,
        reply=plan(now + 10 * MINUTE, to),
        promise=later(promise) if promise else None,
    )


def joining(decision: Decision) -> Choose:
    """The same decision, joining whatever waits: as the real one does."""

    def decide(_: Arriving, facts: Facts) -> Decision:
        if facts.waiting is None or decision.reply is None:
            return decision
        return replace(decision, reply=replace(decision.reply, joins=facts.waiting.id), no_reply="joined")

    return decide


def urgent(*, cancels: bool = True) -> Decision:
    return Decision(
        Verdict.URGENT,
        "outage",
        client="harbor",
        sender=GARY.key,
        correspondent=GARY.key,
        kind=("new",),
        effects=(Notify("phone"),),
        cancels_replies=cancels,
    )


def left() -> Decision:
    return Decision(Verdict.LEFT, "left", client="harbor", sender=GARY.key, correspondent=GARY.key, kind=("new",))


def stranger() -> Decision:
    return Decision(Verdict.LEFT, "not from a client", no_reply="stranger")


def admit_moved(ledger: Ledger, window: Window, decide: Choose) -> list[Admission]:
    """Admit a window, on a mailbox in which nothing that is known lies where it lay any more."""
    try:
        return ledger.admit(window, decide)
    except Elsewhere as known:
        return ledger.admit(replace(window, asked=frozenset(known.places)), decide)


def admit_beside(ledger: Ledger, window: Window, decide: Choose) -> list[Admission]:
    """Admit a window, on a mailbox in which everything that is known still lies where it lay."""
    try:
        return ledger.admit(window, decide)
    except Elsewhere as known:
        there = frozenset(known.places)
        return ledger.admit(replace(window, asked=there, standing=there), decide)
