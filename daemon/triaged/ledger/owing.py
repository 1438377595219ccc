"""What a decision owes: the reply or what it joins, the promise, effects in the mailbox, pushes. Inside the admission.

In `observe` nothing is owed to anybody: a reply is only simulated, and a promise binds nobody.
"""

# ruff: noqa: S608 — statements are put together from constants of this room only; values are always bound

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from triaged.core.decision import Aside, Decision, Effect, Flag, Forward, Notify, PromisePlan, ReplyPlan, ToUrgent
from triaged.core.facts import Facts
from triaged.core.trust import Level
from triaged.ledger.changes import LIVE, cancel_reply
from triaged.ledger.engine import Connection
from triaged.ledger.entries import Arriving, ReplyRow, Window
from triaged.ledger.instants import to_ms
from triaged.ledger.numbers import NEXT
from triaged.ledger.rows import encode, replies_of

_BEYOND_FUSE = "rate-limit"
_REPLY = f"""
INSERT INTO reply (id, person, account, client, correspondent, rcpt, kind, template, language, auto, promise, tell_at, tell_kind,
  tell_call, message_id, mode, state, reason, made_at, send_at, try_at, claimed_at, trust, slot)
VALUES ({NEXT}, :person, :account, :client, :correspondent, :rcpt, :kind, :template, :language, :auto, :promise, :tell_at, :tell_kind,
  :tell_call, :message_id, :mode, :state, :reason, :now, :send_at, :send_at, :claimed_at, :trust, :slot)
"""
_EFFECT = """
INSERT INTO effect (key, kind, person, account, item, due_at, args, state) VALUES (?,?,?,?,?,?,?,'planned')
"""
_PROMISE = """
INSERT INTO promise (person, client, correspondent, thread, kind, due_at, first_due_at, call, state, closed_at, closed_by)
VALUES (:person, :client, :correspondent, :thread, :kind, :due_at, :due_at, :call, :state, :closed_at, :closed_by)
"""


@dataclass(frozen=True, slots=True)
class Writing:
    """One decision on its way into the rows."""

    db: Connection
    window: Window
    arriving: Arriving
    decision: Decision
    facts: Facts
    second: bool = False  # it is made of the same fields as another that still lies in its place

    @property
    def now(self) -> int:
        """When it is written."""
        return to_ms(self.window.now)

    @property
    def observe(self) -> bool:
        """Whether nothing may be owed."""
        return self.arriving.mode == "observe"

    @property
    def person(self) -> str:
        """Whose message it is."""
        return self.window.account.person

    @property
    def client(self) -> str:
        """Whose mail it is."""
        return self.decision.client or ""

    @property
    def level(self) -> Level:
        """How sure we are of its sender."""
        return self.facts.level if self.facts.level is not None else self.arriving.who.level


@dataclass(frozen=True, slots=True)
class Owed:
    """The reply that covers a message, the promise it tells, whether others waited for it, and what it takes the place of."""

    reply: int | None = None
    promise: int | None = None
    joined: bool = False
    instead_of: ReplyRow | None = None


def make_reply(w: Writing, plan: ReplyPlan) -> Owed:
    """Make the reply, or join the one that waits."""
    instead_of = _superseded(w, plan)
    waiting = _one_to_join(w, plan)
    if waiting is not None:
        reply, state, tell_at, trust = waiting
        if w.observe and state != "simulated":
            return Owed()  # it joins what waits from a louder mode; that one must not speak of it
        if trust != w.level and (trust > w.level or plan.joins is None):
            return (
                Owed()
            )  # one that is held on better evidence, or that a socket holds on less, is not for this message
        _join(w, reply, state, tell_at)
        return Owed(reply, _promise_of_joined(w, reply), joined=True)
    promise = _promise(w, plan, w.decision.promise) if w.decision.promise else None
    return Owed(_insert_reply(w, plan, promise), promise, instead_of=instead_of)


def _superseded(w: Writing, plan: ReplyPlan) -> ReplyRow | None:
    """What newer mail to the same correspondent ends: a reply that is held for a person, or rests on less evidence.

    So does a draft that she has not sent: what a forger made her robot write is not left before her beside the client's own.
    """
    if w.observe or plan.joins is not None:
        return None
    ends = (
        "person = ? AND correspondent = ? AND slot = ? AND kind = 'ack' AND"
        " (state = 'held' AND trust <= ? OR state = 'waiting' AND (trust < ? OR ? = 1 AND trust <= ?)"
        " OR state = 'drafted' AND reason IS NULL AND trust < ?)"
    )
    level = w.level.value
    found = next(
        iter(replies_of(w.db, ends, (w.person, plan.correspondent, plan.slot, level, level, plan.ousts, level, level))),
        None,
    )
    return cancel_reply(w.db, found.id, "newer mail is answered instead", w.now) if found is not None else None


def _one_to_join(w: Writing, plan: ReplyPlan) -> Any:
    """The reply that the decision joins, or the one that lives all the same: there is never a second one."""
    if w.observe:
        return w.db.execute(f"{_JOINABLE} id = ?", (plan.joins,)).fetchone()
    live = f"{_JOINABLE} person = ? AND correspondent = ? AND slot = ? AND kind = 'ack' AND (id = ? OR state IN {LIVE})"
    return w.db.execute(live, (w.person, plan.correspondent, plan.slot, plan.joins)).fetchone()


_JOINABLE = "SELECT id, state, tell_at, trust FROM reply WHERE"


def _promise_of_joined(w: Writing, reply: int) -> int | None:
    """The open promise of its own thread, told or to be told by that reply; of another thread nothing is promised to it."""
    plan = w.decision.promise
    if plan is None or plan.continues is not None:
        return plan.continues if plan is not None else None
    sql = (
        "SELECT i.promise FROM reply_item c JOIN item i ON i.id = c.item"
        " WHERE c.reply = ? AND i.thread IS ? AND i.promise IS NOT NULL LIMIT 1"
    )
    found = w.db.execute(sql, (reply, w.facts.thread)).fetchone()
    return found[0] if found else None


def _join(w: Writing, reply: int, state: str, tell_at: int | None) -> None:
    """The earlier promise wins, while nobody has been told; what a socket holds is said already."""
    plan = w.decision.promise
    if plan is None or state in ("sending", "drafted") or tell_at is None or tell_at <= to_ms(plan.due_at):
        return
    given = {"reply": reply, "due": to_ms(plan.due_at), "kind": plan.kind, "call": plan.call}
    joined = w.db.execute(
        "UPDATE reply SET tell_at = :due, tell_kind = :kind, tell_call = :call"
        " WHERE id = :reply AND state <> 'sending' AND tell_at > :due",
        given,
    )
    if not joined.rowcount:
        return
    w.db.execute(
        "UPDATE promise SET due_at = :due, first_due_at = :due, kind = :kind, call = :call"
        " WHERE id = (SELECT promise FROM reply WHERE id = :reply)"
        " AND (state = 'planned' OR (state = 'void' AND closed_by = 'observe'))",
        given,
    )


def _promise(w: Writing, reply: ReplyPlan, plan: PromisePlan) -> int | None:
    """The promise that the reply will tell: the open one of the thread, or a new one. In observe one that binds nobody."""
    if plan.continues is not None:
        return plan.continues
    return w.db.insert(
        _PROMISE,
        {
            "person": w.person,
            "client": w.client,
            "correspondent": reply.correspondent,
            "thread": w.facts.thread,
            "kind": plan.kind,
            "due_at": to_ms(plan.due_at),
            "call": plan.call,
            "state": "void" if w.observe else "planned",
            "closed_at": w.now if w.observe else None,
            "closed_by": "observe" if w.observe else None,
        },
    )


def _insert_reply(w: Writing, plan: ReplyPlan, promise: int | None) -> int:
    tells = w.decision.promise
    return _put_reply(
        w,
        {
            "account": w.window.accounts.get(plan.account, w.window.account.id),
            "correspondent": plan.correspondent,
            "rcpt": plan.to.spec,
            "kind": "ack",
            "template": plan.template,
            "language": plan.language,
            "auto": plan.kind,
            "promise": promise,
            "tell_at": to_ms(tells.due_at) if tells else None,
            "tell_kind": tells.kind if tells else None,
            "tell_call": tells.call if tells else None,
            "message_id": w.arriving.new_message_id,
            "send_at": to_ms(plan.send_at),
            "slot": plan.slot,
        },
    )


def _put_reply(w: Writing, values: Mapping[str, Any]) -> int:
    beyond_fuse = values["kind"] == "ack" and any(refusal.code == _BEYOND_FUSE for refusal in w.decision.refusals)
    return w.db.insert(
        _REPLY,
        {
            **values,
            "person": w.person,
            "client": w.client,
            "mode": w.arriving.mode,
            "state": "simulated" if w.observe else "held" if beyond_fuse else "waiting",
            "reason": _BEYOND_FUSE if beyond_fuse else None,
            "now": w.now,
            "trust": w.level.value,
            "claimed_at": values["send_at"] if w.observe and not beyond_fuse else None,  # the fuse counts it from then
        },
    )


def owe(w: Writing, item: int) -> None:
    """The effects, the mailbox first and third parties last, and the mails to delegates. In observe nothing is owed."""
    owed: list[tuple[str, str, int, Mapping[str, Any]]] = []
    for effect in sorted(w.decision.effects, key=_rank):
        if isinstance(effect, Forward):
            _forward(w, item, effect)
        elif not w.observe:
            owed += _effects(w, item, effect)
    if not owed:
        return
    whose = (w.person, w.window.account.id, item)
    w.db.executemany(_EFFECT, [(key, kind, *whose, due_at, encode(args)) for key, kind, due_at, args in owed])


def _rank(effect: Effect) -> int:
    match effect:
        case Flag():
            return 0
        case Aside() | ToUrgent():
            return 1
        case Forward():
            return 2
        case Notify():
            return 3


def _effects(
    w: Writing, item: int, effect: Flag | ToUrgent | Aside | Notify
) -> list[tuple[str, str, int, Mapping[str, Any]]]:
    """Key, kind, when, details."""
    origin = w.arriving.place.folder if w.arriving.place else "INBOX"
    match effect:
        case Flag():
            return [(f"flag:{item}", "flag", w.now, {})]
        case ToUrgent():
            return [(f"urgent:{item}", "urgent", w.now, {"origin": origin})]
        case Aside(back_at, until):
            return [
                (f"aside:{item}", "aside", w.now, {"origin": origin, "until": until}),
                (f"back:{item}:1", "back", to_ms(back_at), {"to": origin, "until": until}),
            ]
        case Notify(channel):
            return [(f"notify:{item}:{channel}", "notify", w.now, {"channel": channel})]


def _forward(w: Writing, item: int, effect: Forward) -> None:
    """A mail of mine to the delegate, with an id of its own."""
    reply = _put_reply(
        w,
        {
            "account": w.window.account.id,
            "correspondent": effect.to.key,
            "rcpt": effect.to.spec,
            "kind": "forward",
            "template": effect.delegate,
            "language": "",
            "auto": "auto-generated",
            "promise": None,
            "tell_at": None,
            "tell_kind": None,
            "tell_call": None,
            "message_id": "<fwd." + w.arriving.new_message_id.removeprefix("<"),
            "send_at": w.now,
            "slot": "",
        },
    )
    w.db.execute("INSERT INTO reply_item (reply, item) VALUES (?,?)", (reply, item))
