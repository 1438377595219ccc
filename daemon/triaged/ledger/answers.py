r"""What a person wrote: mails of mine in Sent, of the team in the thread, the \Answered flag. Out: what follows from each.

A mail of ours is never an answer. A mail that is passed on to somebody else answers nobody.
"""

# ruff: noqa: S608 — statements are put together from constants of this room only; values are always bound

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from triaged.core.trust import Act, may
from triaged.ids import is_as_made
from triaged.ledger.changes import (
    STOPPABLE,
    beside,
    cancel_reply,
    item_now,
)
from triaged.ledger.consequences import (
    Answered,
    Consequence,
    DraftSent,
    PromiseOpened,
    ReplyCancelled,
    ReplyEvidence,
    ReplyFound,
    ReplyLeft,
)
from triaged.ledger.engine import Connection
from triaged.ledger.entries import AccountRow, AnsweredBy, ReplyRow, SentSeen, SentWindow
from triaged.ledger.instants import to_ms
from triaged.ledger.kept import keep, shown_by
from triaged.ledger.leaving import leave_replies
from triaged.ledger.pastfacts import thread_by_references
from triaged.ledger.registry import move_watermark
from triaged.ledger.remembering import remember
from triaged.ledger.replies import SentCopy, Sighting, note_sent, went
from triaged.ledger.rows import ACCOUNT, account_from, encode, replies_of, reply_of
from triaged.ledger.store import Store, commit

_UNANSWERED = """
SELECT id, client, correspondent, sender, message_id FROM item
WHERE person = ? AND thread = ? AND arrived_at <= ? AND answered_at IS NULL
AND state <> 'new'
"""
_MARKED = """
SELECT id, client, correspondent, sender, message_id FROM item
WHERE person = ? AND thread = ? AND arrived_at <= ? AND answered_by = 'flag'
AND answered_at >= ? - 600000
"""  # a mail program marks what it answers before its copy lies in Sent
_COVERED = f"""
SELECT DISTINCT c.item FROM reply r JOIN reply_item c ON c.reply = r.id JOIN item i ON i.id = c.item
WHERE r.person = ? AND r.correspondent = ? AND r.kind = 'ack' AND r.state IN {STOPPABLE} AND i.arrived_at <= ?
"""


def saw_sent(store: Store, window: SentWindow) -> list[Consequence]:
    """Mails that were newly seen, and what follows, in one commit. What was seen before has no consequences again."""
    if not window.mails and window.read is None:
        return []
    follows: list[Consequence] = []
    with commit(store, "saw_sent") as db:
        of = account_from(db.execute(f"SELECT {ACCOUNT} FROM account WHERE id = ?", (window.account,)).fetchone())
        for one in window.mails:
            follows += _saw(db, of, one, to_ms(window.now))
        if window.read is not None:
            move_watermark(db, window.account, window.read)
    return follows


def _saw(db: Connection, account: AccountRow, seen: SentSeen, now: int) -> list[Consequence]:
    if not may(Act.SILENCE, seen.level):
        return []
    ours = _our_reply(db, account, seen)
    if ours is not None:
        return _saw_ours(db, ours, seen, now) if may(Act.DRAFT_SENT, seen.level) else []
    if seen.ours is not None:
        # another triaged's, or one that this ledger has forgotten: no answer of a person
        return remember(db, account, seen) if seen.here and may(Act.DRAFT_SENT, seen.level) else []
    thread = thread_by_references(db, account.person, seen.references)
    clients = _clients(db, account.person, seen)
    made = db.execute(
        "INSERT INTO sent (person, account, message_id, thread, at, rcpts, clients, by_team, trust) VALUES (?,?,?,?,?,?,?,?,?)"
        " ON CONFLICT (account, message_id) DO UPDATE SET trust = excluded.trust, thread = excluded.thread, at = excluded.at,"
        " rcpts = excluded.rcpts, clients = excluded.clients, by_team = excluded.by_team WHERE sent.trust < excluded.trust",
        (
            account.person,
            account.id,
            seen.message_id,
            thread or (seen.references[0] if seen.references else None) or seen.message_id,
            to_ms(seen.at),
            encode(seen.rcpts),
            encode(sorted(clients)),
            seen.by_team,
            seen.level.value,
        ),
    )
    if not made.rowcount:
        return []
    mail = _Answer(account.person, seen, clients, now)
    if not may(Act.ANSWER, seen.level):
        return _silence_thread(db, mail, thread) if thread else []
    if clients and not seen.by_team:
        db.executemany(_KNOWN, [(account.person, address) for address in seen.rcpts])
    follows = _answer_thread(db, mail, thread) if thread else []
    return follows + ([] if seen.by_team else _stop_replies(db, account.person, seen, now))


def _our_reply(db: Connection, account: AccountRow, seen: SentSeen) -> ReplyRow | None:
    """The reply that this mail is: by its Message-ID; where that says nothing, by our mark, or by what it answers and whom.

    Its number counts only beside the name of this installation, and a ledger that was put back has given it twice.
    """
    if seen.message_id is not None and (found := replies_of(db, "message_id = ?", (seen.message_id,))):
        return found[0]
    if seen.ours is None or (is_as_made(seen.message_id) and not seen.here):
        return None  # another triaged's
    marked = reply_of(db, seen.ours) if seen.here and not is_as_made(seen.message_id) else None
    if marked is not None and (not seen.rcpts or not {marked.correspondent, marked.rcpt}.isdisjoint(seen.rcpts)):
        return marked
    paper = next(iter(replies_of(db, _PAPER, (seen.ours, encode(seen.rcpts), account.id))), None)
    given = (encode(seen.rcpts), encode(seen.references), account.id)
    return paper or next(iter(replies_of(db, _TO_WHAT_IT_ANSWERS, given)), None)


_PAPER = """
id = ? AND correspondent IN (SELECT value FROM json_each(?)) AND kind = 'paper' AND mode = 'draft' AND state IN ('drafted','cancelled')
AND account = ?
"""  # it answers nothing: it was known by its words
_TO_WHAT_IT_ANSWERS = f"""
correspondent IN (SELECT value FROM json_each(?)) AND kind = 'ack' AND state IN {STOPPABLE}
AND EXISTS (SELECT 1 FROM json_each(?) j JOIN item i ON i.message_id = j.value JOIN reply_item c ON c.item = i.id
  WHERE c.reply = reply.id) AND account = ? ORDER BY id LIMIT 1
"""


def evidence(store: Store, reply_id: int, now: datetime, since: datetime | None = None) -> list[Consequence]:
    """A reply was found in Sent (there since then), or has bounced: it went, whatever was believed."""
    with commit(store, "evidence") as db:
        reply = reply_of(db, reply_id)
        return _went(db, reply, Sighting(to_ms(now), to_ms(since or now))) if reply is not None else []


def _saw_ours(db: Connection, reply: ReplyRow, seen: SentSeen, now: int) -> list[Consequence]:
    is_draft = reply.mode == "draft" and reply.state in ("drafted", "cancelled")
    at = min(to_ms(seen.filed_at or seen.at), now) if is_draft else now  # its Date may be that of the draft
    follows = _went(db, reply, Sighting(at, to_ms(seen.at)))
    after = reply_of(db, reply.id) or reply
    if after.state in ("sent", "in_doubt"):
        note_sent(db, reply, SentCopy(to_ms(seen.at), seen.rcpts, seen.message_id))
    return follows


def _went(db: Connection, reply: ReplyRow, sighting: Sighting) -> list[Consequence]:
    promise = went(db, reply.id, sighting, _NOT_SENT)
    after = reply_of(db, reply.id) or reply
    if after.state == reply.state:
        return []
    if reply.state == "in_doubt":
        return [ReplyEvidence(after)]
    opened = [PromiseOpened(one, after) for one in ([promise, *beside(db, reply.id)] if promise else [])]
    kept = [closed for item in reply.items if (closed := keep(db, item)) is not None]  # answered before it was seen
    found = DraftSent(after) if reply.mode == "draft" else ReplyFound(after)
    return [found, *opened, *kept]


_NOT_SENT = "'waiting','held','in_doubt','drafted','cancelled','suppressed','failed'"
"""Whatever was believed of a reply: what lies in Sent is sent. One that a socket holds is about to be."""


def _clients(db: Connection, person: str, seen: SentSeen) -> set[str]:
    """Whose people are among the recipients: as the caller says, or as their own mail has shown."""
    given = (person, encode(seen.rcpts))
    found = db.execute(
        "SELECT c.client FROM json_each(?2) j CROSS JOIN correspondent c ON c.person = ?1 AND c.address = j.value"
        " WHERE c.client IS NOT NULL AND c.client <> ''",
        given,
    )
    return {*seen.clients, *(r[0] for r in found)}


@dataclass(frozen=True, slots=True)
class _Answer:
    """A person's mail on its way to what it answers."""

    person: str
    seen: SentSeen
    clients: set[str]
    now: int

    def means(self, client: str | None, message_id: str | None, *addresses: str | None) -> bool:
        """Whether it went to them; a mail whose recipients nobody knows went to whoever wrote before.

        One that answers the very message went to its sender, at whatever address: people have private ones.
        """
        rcpts = self.seen.rcpts
        meant = client in self.clients or any(address in rcpts for address in addresses)
        return not rcpts or meant or message_id in self.seen.answers


def _answer_thread(db: Connection, mail: _Answer, thread: str) -> list[Consequence]:
    answering = Answering(to_ms(mail.seen.at), "team" if mail.seen.by_team else "answer", mail.now)
    marked = db.execute(_MARKED, (mail.person, thread, answering.at, answering.at))
    for item, client, correspondent, sender, message_id in marked:
        if mail.means(client, message_id, correspondent, sender):
            shown_by(db, item, answering.at, answering.by)
    return answer(db, _meant(db, mail, thread), answering)


def _meant(db: Connection, mail: _Answer, thread: str) -> list[int]:
    """The messages of the thread without an answer that this mail answers."""
    found = db.execute(_UNANSWERED, (mail.person, thread, to_ms(mail.seen.at))).fetchall()
    return [item for item, client, *who, message_id in found if mail.means(client, message_id, *who)]


def _silence_thread(db: Connection, mail: _Answer, thread: str) -> list[Consequence]:
    """Somebody writes in my name, and nobody vouches for it: nothing goes to the client, and nothing is kept or counted."""
    follows: list[Consequence] = []
    for item in _meant(db, mail, thread):
        db.execute("UPDATE item SET hushed_at = ? WHERE id = ? AND hushed_at IS NULL", (mail.now, item))
        follows += leave(db, item, "answered", mail.now)
        (promise,) = db.execute("SELECT promise FROM item WHERE id = ?", (item,)).fetchone()
        follows += _stop_slips(db, promise, mail.now)
        db.execute(_HUSH, {"now": mail.now, "promise": promise})
    return follows


_KNOWN = """
INSERT INTO correspondent (person, address) VALUES (?,?) ON CONFLICT (person, address) DO UPDATE SET new_since = NULL
WHERE correspondent.new_since IS NOT NULL
"""
_HUSH = """
UPDATE promise SET warned_at = :now WHERE id = :promise AND warned_at IS NULL AND NOT EXISTS (
  SELECT 1 FROM item WHERE promise = :promise AND hushed_at IS NULL AND answered_at IS NULL)
"""  # as if the person had been warned: she is told when it is overdue


def _stop_slips(db: Connection, promise: int | None, now: int) -> list[Consequence]:
    still = "SELECT 1 FROM reply_item c JOIN item i ON i.id = c.item WHERE c.reply = reply.id AND i.answered_at IS NULL"
    mine = "promise = ?1 OR id IN (SELECT c.reply FROM reply_item c JOIN item i ON i.id = c.item WHERE i.promise = ?1)"
    where = f"kind = 'slip' AND state IN {STOPPABLE} AND ({mine}) AND NOT EXISTS ({still} AND i.promise IS NOT ?1)"
    slips = replies_of(db, where, (promise,))
    stopped = (cancel_reply(db, slip.id, "answered", now) for slip in slips)
    return [ReplyCancelled(slip, "answered") for slip in stopped if slip]


@dataclass(frozen=True, slots=True)
class Answering:
    """When a person answered, what shows it, and when that was noticed."""

    at: int
    by: AnsweredBy
    now: int


def answer(db: Connection, items: Iterable[int], answering: Answering) -> list[Consequence]:
    """Inside a transaction: a person has answered these; their promises are kept, what would go to the client does not."""
    follows: list[Consequence] = []
    for item in items:
        changed = db.execute(
            "UPDATE item SET answered_at = ?, answered_by = ? WHERE id = ? AND answered_at IS NULL",
            (answering.at, answering.by, item),
        )
        if changed.rowcount:
            follows.append(Answered(item_now(db, item), answering.by))
        follows += leave(db, item, "answered", answering.now)
        kept = keep(db, item, answering.by)
        if kept is not None:
            follows += [kept, *_stop_slips(db, kept.promise.id, answering.now)]
    return follows


def leave(db: Connection, item: int, reason: str, now: int) -> list[Consequence]:
    """Inside a transaction: the message leaves the replies that have not gone."""
    return [
        ReplyCancelled(reply, reason) if alone else ReplyLeft(reply, item_now(db, item))
        for reply, alone in leave_replies(db, item, reason, now)
    ]


def _stop_replies(db: Connection, person: str, seen: SentSeen, now: int) -> list[Consequence]:
    """A mail of mine to a correspondent, in whatever thread: no robot speaks about what arrived before it."""
    follows: list[Consequence] = []
    for address in seen.rcpts:
        covered = [r[0] for r in db.execute(_COVERED, (person, address, to_ms(seen.at)))]
        for item in covered:
            follows += leave(db, item, "answered", now)
    return follows


def saw_answered_flag(store: Store, item_id: int, now: datetime) -> list[Consequence]:
    r"""A mail client has set \Answered: this message, and what came before it in the thread from the same client, is answered."""
    at = to_ms(now)
    with commit(store, "saw_answered_flag") as db:
        item = item_now(db, item_id)
        earlier = [
            found
            for found, client, *_ in db.execute(_UNANSWERED, (item.person, item.thread, to_ms(item.arrived_at)))
            if client == item.client
        ]
        mine = [found for found in earlier if found != item_id]
        return answer(db, [*mine, item_id], Answering(at, "flag", at))
