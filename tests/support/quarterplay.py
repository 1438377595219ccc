"""A planned quarter played into a ledger, event by event, through the verbs that the daemon uses."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import count

from support.ledgerkit import identified
from support.quarter import BEGIN, CHANGED, DANA, MINUTE, NOW, SAM, Ack, Answer, Letter, Mark, Promise, Quarter
from triaged.account.sentmail import sent_seen
from triaged.core.address import read_address
from triaged.core.decision import Aside, Decision, Flag, PromisePlan, ReplyPlan, Verdict
from triaged.core.facts import Facts
from triaged.core.message import read_raw
from triaged.core.settings import Person
from triaged.core.trust import Level
from triaged.ledger import (
    Accepted,
    Arriving,
    Attempt,
    ByHand,
    Claimed,
    FolderRow,
    Ledger,
    Place,
    Response,
    SentWindow,
    Window,
)

LOGIN = "dana@127.0.0.1"


def raw(one: Letter | Answer) -> bytes:
    """The mail as it lies on the server; now and then its Date is absurd, which changes nothing."""
    dated = one.at - timedelta(days=9000) if one.at.minute == 13 else one.at
    mine = isinstance(one, Answer)
    lines = [f"Message-ID: {one.id}", f"From: <{one.sender}>", f"To: <{one.to if mine else DANA}>"]
    lines += [f"Cc: <{one.cc}>"] if mine and one.cc else []
    lines += [f"Date: {format_datetime(dated)}"]
    lines += [f"In-Reply-To: {one.refs[-1]}"] if one.refs else []
    lines += [f"References: {' '.join(one.refs)}"] if len(one.refs) > 1 else []
    subject, text = ("Re: something", "Here you are.") if mine else (one.subject, _TEXTS[one.what])
    lines += _MORE.get("" if mine else one.what, [])
    return "\r\n".join([*lines, f"Subject: {subject}", "", text, ""]).encode()


_TEXTS = {
    "question": "Can you tell me which of the two it is?",
    "thanks": "Thank you!",
    "robot": "This week: what is new.",
    "voicemail": "Sie haben eine neue Voicemail.",
}
_MORE = {
    "robot": ["List-Id: <news.client.example>", "Precedence: bulk"],
}


@dataclass
class Played:
    """The ledger as the quarter has left it. `persons`: before and after the hours changed."""

    ledger: Ledger
    plan: Quarter
    persons: tuple[Person, Person]
    items: dict[str, int] = field(default_factory=dict)
    promise_ids: dict[Promise, int] = field(default_factory=dict)
    reply_ids: dict[Ack, int] = field(default_factory=dict)
    uid: int = 0

    def play(self, since: datetime = BEGIN, login: str = LOGIN) -> "Played":
        """Everything in the order of time; messages that came before `since` were never seen, my old mail was."""
        self.since = since
        self.account = self.ledger.register("dana", [login], BEGIN)[login]
        for name, role in (("INBOX", "watch"), ("Deferred", "deferred"), ("Sent", "sent")):
            self.ledger.put_folder(FolderRow(self.account.id, name, role, 7, 1, 1))
        for person in self.persons:
            self.ledger.ruleset(person.ruleset_hash, person.ruleset_text, BEGIN)
        tie = count()
        events = sorted((at, rank, next(tie), act) for at, rank, act in self._events() if at <= NOW)
        for at, _, _, act in events:
            act(at)
        return self

    def _events(self) -> Iterable[tuple[datetime, int, Callable[[datetime], object]]]:
        """When, what first in the same minute, and what is done then."""
        for letter in (one for one in self.plan.letters if one.at >= self.since):
            yield letter.at, 2, lambda at, one=letter: self._admit(one, at)
            if letter.hand or letter.gone:
                yield letter.at + 20 * MINUTE, 3, lambda at, one=letter: self._hand(one, at)
        for ack in self.plan.acks:
            yield ack.at, 0, lambda at, one=ack: self._send(one, at)
        for answer in self.plan.answers:
            yield answer.at, 1, lambda at, one=answer: self._saw(one, at)
        for mark in (one for one in self.plan.marks if one.letter.at >= self.since):
            yield mark.at, 1, lambda at, one=mark: self._marked(one, at)
        for promise in self.plan.promises:
            yield promise.due, 4, lambda at, one=promise: self._clock(at)
            if promise.settled is not None:
                yield promise.settled, 3, lambda at, one=promise: self._settle(one, at)

    def _admit(self, letter: Letter, at: datetime) -> None:
        self.uid += 1
        message = read_raw(raw(letter))
        arriving = Arriving(
            identified(
                message, letter.client, letter.sender, frozenset(_kinds(letter)),
                automatic=letter.what in ("robot", "voicemail"),
            ),
            at, "send", Place("INBOX", 7, self.uid), new_message_id=f"<ack.{self.uid}@roth.example>",
        )  # fmt: skip
        decision = self._decision(letter)

        def decide(_: Arriving, __: Facts) -> Decision:
            return decision

        ruleset = self.persons[at >= CHANGED].ruleset_hash
        window = Window(self.account, at, [arriving], self.uid + 1, ruleset)
        [admission] = self.ledger.admit(window, decide)
        if admission.item is None:
            return
        self.items[letter.id] = admission.item
        if letter.ack is not None:
            assert admission.reply is not None
            self.reply_ids[letter.ack] = admission.reply
            if letter.promise is not None:
                assert admission.promise is not None
                self.promise_ids[letter.promise] = admission.promise
        self._moved(admission.item, at)

    def _moved(self, item: int, at: datetime) -> None:
        for effect in self.ledger.effects_for(item):
            if effect.kind == "aside" and effect.state == "planned":
                self.ledger.begin([effect.id], at)
                self.ledger.done(effect.id, at, Place("Deferred", 7, item))

    def _decision(self, letter: Letter) -> Decision:
        if letter.client is None:
            return Decision(Verdict.LEFT, "nobody's", no_reply="stranger")
        effects = {"deferrable": (Aside(letter.at + 90 * MINUTE, "later"),), "urgent": (Flag(),), "left": ()}
        return Decision(
            Verdict(letter.verdict), "as planned", client=letter.client, sender=letter.sender, correspondent=letter.sender,
            kind=tuple(_kinds(letter)), rule=letter.rule, effects=effects[letter.verdict], reply=self._reply(letter),
            promise=self._promise(letter), spends_pass=letter.spends_pass,
            automatic=letter.what in ("robot", "voicemail"),
        )  # fmt: skip

    def _reply(self, letter: Letter) -> ReplyPlan | None:
        if letter.ack is None:
            return None
        to = read_address(letter.sender)
        assert to is not None
        return ReplyPlan("later", "en", letter.ack.at, to, joins=self.reply_ids.get(letter.ack))

    def _promise(self, letter: Letter) -> PromisePlan | None:
        promise = letter.promise
        if promise is None:
            return None
        call = "call" if promise.kind == "call" else None
        return PromisePlan(promise.kind, promise.due, call, continues=self.promise_ids.get(promise))

    def _send(self, ack: Ack, at: datetime) -> None:
        reply = self.reply_ids.get(ack)
        if reply is None:
            return
        claim = self.ledger.claim(reply, Attempt(b"octets", at, at, lambda last: last))
        assert isinstance(claim, Claimed) is not ack.cancelled, claim
        if not ack.cancelled:
            self.ledger.mark_data(reply)
            self.ledger.sent(reply, Accepted(at, Response(250, "ok"), saves_copy=True))

    def _saw(self, answer: Answer, at: datetime) -> None:
        seen = replace(
            sent_seen(read_raw(raw(answer)), at, self.persons[1].roster, Level.PROVED), by_team=answer.sender == SAM
        )
        self.ledger.saw_sent(SentWindow(self.account.id, at, [seen]))

    def _marked(self, mark: Mark, at: datetime) -> None:
        item = self.ledger.item(self.items[mark.letter.id])
        assert item is not None
        if item.answered_at is None:
            self.ledger.saw_answered_flag(item.id, at)

    def _hand(self, letter: Letter, at: datetime) -> None:
        what = "gone" if letter.gone else "released" if letter.hand == "back" else "aside"
        item = self.items[letter.id]
        place = None if letter.gone else Place("INBOX" if what == "released" else "Deferred", 7, 100_000 + item)
        self.ledger.hand(item, ByHand(what, place, at, back_at=at + 60 * MINUTE))

    def _clock(self, at: datetime) -> None:
        for promise in self.ledger.promises_due(at):
            if promise.kind == "call":
                self.ledger.call_kept(promise.id, at)
            elif promise.due_at <= at:
                self.ledger.overdue(promise.id, at)

    def _settle(self, promise: Promise, at: datetime) -> None:
        if promise in self.promise_ids:
            self.ledger.settle_by_hand(self.items[promise.letters[0].id], at)


def _kinds(letter: Letter) -> list[str]:
    return {"question": ["new"], "thanks": ["courtesy"], "robot": ["list"], "voicemail": ["voicemail"]}[letter.what]
