"""A small world for tests of the ledger: an account, messages made of a line, decisions made by hand."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from triaged.core.address import Address
from triaged.core.decision import Aside, Decision, Effect, Notify, PromisePlan, ReplyPlan, Verdict
from triaged.core.facts import Facts
from triaged.core.message import Message, read_raw
from triaged.ledger import AccountRow, Admission, Arriving, Claimed, FolderRow, Ledger, NotClaimed, Place

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
GARY, ANNE = Address("gary", "harbor.example"), Address("anne", "harbor.example")
DANA = "dana@roth.example"


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
        book = ledger or Ledger.open(":memory:")
        row = book.register(person, [f"{person}@imap.example"], MONDAY)[f"{person}@imap.example"]
        for name, role in (("INBOX", "watch"), ("Deferred", "deferred"), ("Sent", "sent")):
            if book.folder(row.id, name) is None:
                book.put_folder(FolderRow(row.id, name, role, 7, 1, 1))
        return cls(book, row)

    def arriving(self, message: Message, **more: Any) -> Arriving:
        self.uid += 1
        given: dict[str, Any] = {
            "account": self.account,
            "mode": "send",
            "place": Place("INBOX", 7, self.uid),
            "message": message,
            "arrived_at": self.now,
            "client": "harbor",
            "correspondent": GARY.key,
            "new_message_id": f"<reply{self.uid}.{self.account.person}@roth.example>",
            "excerpt": "Can you ring me?",
        }
        return Arriving(**{**given, **more})

    def admit(self, message: Message, decide: Choose | Decision, **more: Any) -> Admission:
        arriving = self.arriving(message, **more)
        return self.put(arriving, decide)

    def put(self, arriving: Arriving, decide: Choose | Decision) -> Admission:
        def ask(asked: Arriving, facts: Facts) -> Decision:
            self.seen.append(facts)
            return decide if isinstance(decide, Decision) else decide(asked, facts)

        next_uid = arriving.place.uid + 1 if arriving.place else None
        [admission] = self.ledger.admit([arriving], ask, now=self.now, next_uid=next_uid)
        return admission

    def deferred(self, number: int | str, *, promise: datetime | None = None, **more: Any) -> Admission:
        """A message that is put aside until tomorrow and acknowledged in ten minutes."""
        return self.admit(mail(number, at=self.now), answered(self.now, promise=promise), **more)

    def claim(self, reply: int | None, **more: Any) -> Claimed | NotClaimed:
        assert reply is not None
        given: dict[str, Any] = {"raw": b"octets", "now": self.now, "next_try": self.now + MINUTE, "every": daily}
        return self.ledger.claim(reply, **{**given, **more})

    def send(self, reply: int | None) -> None:
        """Claimed, accepted."""
        assert isinstance(self.claim(reply), Claimed)
        assert reply is not None
        assert self.ledger.mark_data(reply)
        self.ledger.sent(reply, self.now, 250, "ok", saves_copy=True)

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
