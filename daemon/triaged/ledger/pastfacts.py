"""What the past says about one message: queries only, inside whatever transaction is under way. Out: `Facts`.

All of them go through an index: a message costs the same with ten items in the ledger and with ten million.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from triaged.core.authres import Verdict
from triaged.core.facts import Arrival, Facts, OpenPromise, SpentPass, WaitingReply
from triaged.core.kinds import may_be_stop
from triaged.core.language import is_short
from triaged.core.trust import Level, lifted
from triaged.ledger.copies import Copy, behind, is_duplicate
from triaged.ledger.correspondents import Whose, known
from triaged.ledger.engine import Connection
from triaged.ledger.entries import Arriving, AsOf, Item, ReplyRow, Window
from triaged.ledger.instants import from_ms, span_ms, to_ms
from triaged.ledger.rows import decode, encode
from triaged.ledger.store import Store, reading

_MOST_RECENT = 500
_MOST_REFERENCES = 50
_PASSES_BACK = span_ms(timedelta(days=63))  # the month before this one began at most that long ago
_MOST_SENT = 50
_LATELY = span_ms(timedelta(days=31))  # so long a client may use a word that he was offered
_TWO_DAYS = span_ms(timedelta(days=2))

# CROSS JOIN keeps SQLite to the order written, a unary + keeps it from the wrong index: it knows nothing of our numbers.
_THREAD_OF = """
SELECT thread FROM (
  SELECT j.key AS at, i.thread, i.trust AS sure, i.id AS first FROM json_each(:ids) j CROSS JOIN item i ON i.message_id = j.value
    AND +i.person = :person
  UNION ALL
  SELECT j.key, s.thread, s.trust, s.id FROM json_each(:ids) j CROSS JOIN sent s ON s.message_id = j.value AND +s.person = :person
  UNION ALL
  SELECT j.key, i.thread, 9, i.id FROM json_each(:ids) j CROSS JOIN reply r ON r.message_id = j.value AND +r.person = :person
    CROSS JOIN reply_item c ON c.reply = r.id CROSS JOIN item i ON i.id = c.item
) AS found WHERE thread IS NOT NULL ORDER BY at, sure DESC, first LIMIT 1
"""  # ids are not secret: of two mails with the same the surer says where it belongs, else the one that came first
_ANSWERS_OURS = """
SELECT max(at), max(own), max(CASE WHEN kind = 'forward' THEN 1 ELSE 0 END), max(CASE WHEN kind = 'paper' THEN 1 ELSE 0 END) FROM (
  SELECT r.kind, r.ended_at AS at, CASE WHEN r.person = :person AND :sender IN (r.correspondent, lower(r.rcpt)) THEN r.ended_at END AS own
  FROM json_each(:ids) j CROSS JOIN reply r ON r.message_id = j.value WHERE r.state IN ('sent','in_doubt')
  UNION ALL
  SELECT r.kind, r.ended_at, CASE WHEN r.person = :person AND :sender IN (r.correspondent, lower(r.rcpt)) THEN r.ended_at END
  FROM json_each(:ids) j CROSS JOIN sent s ON s.message_id = j.value JOIN reply r ON r.id = s.reply
  WHERE r.state IN ('sent','in_doubt')
) AS found
"""  # also by the id under which it lies in Sent: Microsoft gives it another
_NEWEST = """
SELECT arrived_at FROM item WHERE person = ? AND thread = ? AND arrived_at <= ? AND id IS NOT ? AND +client = ? AND trust >= ?
ORDER BY arrived_at DESC LIMIT 1
"""
_CLOCKS_DIFFER = 5 * 60 * 1000
_MINE = "SELECT at, rcpts, clients FROM sent WHERE person = ? AND thread = ? AND reply IS NULL AND trust >= 3 ORDER BY at DESC LIMIT ?"
_PROMISE = """
SELECT p.id, p.kind, p.due_at, p.told_at, p.call,
  (SELECT max(o.trust) FROM item o WHERE o.promise = p.id) FROM promise p
WHERE p.person = ? AND p.client = ? AND p.state IN ('planned','open','overdue') AND EXISTS (
  SELECT 1 FROM item i WHERE i.promise = p.id AND i.thread = ? AND i.id IS NOT ? AND i.answered_at IS NULL AND i.trust >= ?)
ORDER BY p.due_at LIMIT 1
"""
_OBSERVED_PROMISE = """
SELECT p.id, p.kind, p.due_at, p.told_at, p.call,
  (SELECT max(o.trust) FROM item o WHERE o.promise = p.id) FROM item i JOIN promise p ON p.id = i.promise
WHERE i.person = ? AND p.client = ? AND i.thread = ? AND i.id IS NOT ? AND i.answered_at IS NULL AND i.trust >= ?
  AND (p.state IN ('planned','open','overdue') OR (p.state = 'void' AND p.closed_by = 'observe'))
ORDER BY p.due_at LIMIT 1
"""
_WAITING = """
SELECT r.id, r.template, r.send_at, r.promise, r.tell_kind, r.tell_at, r.tell_call, p.told_at, r.trust, r.slot
FROM reply r LEFT JOIN promise p ON p.id = r.promise
WHERE r.person = :person AND r.correspondent = :correspondent AND r.kind = 'ack' AND r.id IS NOT :but
  AND (r.state IN ('waiting','sending') OR (r.state = 'drafted' AND r.reason IS NULL) OR (r.state = 'held' AND r.reason = 'rate-limit' AND r.send_at > :fuse)
    OR (r.state = 'simulated' AND :observe = 1 AND r.send_at > :now))
ORDER BY r.slot, r.send_at DESC LIMIT 50
"""
_HERE = """
SELECT max(r.claimed_at) FROM item i JOIN reply_item c ON c.item = i.id AND c.told = 1 JOIN reply r ON r.id = c.reply
WHERE i.person = :person AND i.thread = :thread AND r.correspondent = :correspondent AND r.kind = 'ack' AND r.id IS NOT :but
  AND r.claimed_at <= :now AND r.state IN ('sending','sent','in_doubt','simulated')
"""
_TO_HIM = """
SELECT coalesce(sum(CASE WHEN claimed_at > :now - 3600000 THEN 1 ELSE 0 END), 0), count(*) FROM reply
WHERE person = :person AND correspondent = :correspondent AND kind = 'ack' AND id IS NOT :but AND send_at > :now - 172800000
  AND claimed_at > :now - 86400000 AND claimed_at <= :now AND state IN ('sending','sent','in_doubt','simulated')
"""
_SIMULATED_LAST = """
SELECT max(send_at) FROM reply WHERE person = ? AND correspondent = ? AND kind = 'ack' AND state = 'simulated' AND send_at <= ?
  AND trust >= ?
"""
_HAD = """
SELECT template, max(coalesce(claimed_at, send_at)), words FROM reply
WHERE person = :person AND correspondent = :correspondent AND send_at >= :since
  AND kind = 'ack' AND id IS NOT :but AND (state IN ('waiting','sending','sent','in_doubt','drafted') OR (state = 'simulated' AND :observe = 1))
GROUP BY template, words
"""
_HEARD = """
SELECT max(arrived_at) FROM item WHERE person = ? AND client = ? AND arrived_at BETWEEN ? AND ? AND id IS NOT ?
  AND verdict = 'urgent' AND rule IS NULL AND kind LIKE '%"objection"%' AND trust >= ?
"""
_FUSE = """
SELECT count(*) FROM reply WHERE account = ? AND claimed_at > ? AND claimed_at <= ? AND id IS NOT ? AND CASE WHEN kind = 'forward' THEN 1 ELSE 0 END = ?
"""
_GOING = """
SELECT count(*) FROM reply WHERE state = 'waiting' AND account = ? AND try_at > ? AND try_at <= ? AND id <> ?
"""
_RECENT = """
SELECT arrived_at, kind, automatic FROM item WHERE person = ? AND client = ? AND arrived_at BETWEEN ? AND ? AND id IS NOT ?
  AND trust >= ?
ORDER BY arrived_at DESC, id DESC LIMIT ?
"""
_PASSES = """
SELECT p.spent_at, i.thread FROM pass p JOIN item i ON i.id = p.item
WHERE p.person = ? AND p.client = ? AND p.spent_at >= ? AND p.refunded_at IS NULL AND p.item IS NOT ?
  AND (i.trust <= 1) = (? <= 1) ORDER BY p.spent_at DESC
"""


@dataclass(frozen=True, slots=True)
class Question:
    """About whom and what the past is asked. Built from a message that arrives, or from an item."""

    person: str
    account: int
    mode: str
    client: str | None
    correspondent: str | None
    message_id: str | None
    references: tuple[str, ...]
    thread: str | None
    arrived_at: datetime
    as_of: AsOf
    level: Level  # as far as the message alone shows: what is less sure does not count
    sender: str | None = None  # key of the address in From
    asked: bool = True  # whether there is a server that says who is who
    brief: bool = False  # so few words that they may be STOP
    short: bool = False  # so few that its language may not show
    but_item: int | None = None  # the item itself, when it is there already
    but_reply: int | None = None
    behind: tuple[int, ...] = ()  # items whose waiting replies give way to one to this message


def facts(store: Store, window: Window, arriving: Arriving) -> Facts:
    """What the past says about a message of a window that is not in the ledger yet."""
    with reading(store) as db:
        return gather(db, question_of(db, window, arriving), arriving)


def facts_again(store: Store, item: Item, as_of: AsOf, but_reply: int | None = None) -> Facts:
    """The same about a message that was decided, as of now: itself, and the reply `but_reply`, not counted."""
    question = Question(
        person=item.person,
        account=item.account,
        mode=item.mode,
        client=item.client,
        correspondent=item.correspondent,
        message_id=item.message_id,
        references=item.references,
        thread=item.thread,
        arrived_at=item.arrived_at,
        as_of=as_of,
        level=item.level,
        but_item=item.id,
        but_reply=but_reply,
    )
    with reading(store) as db:
        return gather(db, question, None)


_MAIL_TO = """
SELECT at FROM sent WHERE person = ? AND at >= ? AND reply IS NULL AND by_team = 0 AND trust >= 3
  AND EXISTS (SELECT 1 FROM json_each(sent.rcpts) j WHERE j.value = ?) ORDER BY at DESC LIMIT 1
"""


def facts_at_claim(db: Connection, reply: ReplyRow, as_of: AsOf) -> Facts:
    """What can have changed since the words were written, in few questions; a mail of mine counts in whatever thread."""
    whom = known(db, Whose(reply.person, reply.correspondent, reply.level, reply.id))
    return Facts(
        now=as_of.now,
        arrived=reply.made_at,
        answered_since=_wrote_since(db, reply),
        last_reply_at=from_ms(whom.last_reply),
        opted_out=whom.wants_none(to_ms(as_of.now)),
        bounced_until=from_ms(whom.bounced_until),
        replies_in_fuse=claims_since(db, reply.account, as_of, but=reply.id, forwards=reply.kind == "forward"),
    )


def _wrote_since(db: Connection, reply: ReplyRow) -> bool:
    """Whether a mail of mine went to that correspondent since the last of these messages arrived."""
    if reply.kind != "ack" or not reply.items:
        return False
    (since,) = db.execute(
        "SELECT max(i.arrived_at) FROM reply_item r JOIN item i ON i.id = r.item WHERE r.reply = ?", (reply.id,)
    ).fetchone()
    return db.execute(_MAIL_TO, (reply.person, since + 1, reply.correspondent)).fetchone() is not None


def question_of(db: Connection, window: Window, arriving: Arriving) -> Question:
    """What to ask about a message that arrives."""
    who, message = arriving.who, arriving.message
    references = tuple(message.references[-_MOST_REFERENCES:])
    return Question(
        person=window.account.person,
        account=window.account.id,
        mode=arriving.mode,
        client=arriving.client,
        correspondent=arriving.who.correspondent,
        message_id=message.message_id,
        references=references,
        thread=_thread_of(db, window.account.person, arriving, references),
        arrived_at=arriving.arrived_at,
        as_of=AsOf(window.now, window.lookback, window.fuse),
        level=who.level,
        sender=who.sender.key if who.sender else None,
        asked=who.authentication.verdict is not Verdict.UNCONFIGURED,
        brief=arriving.client is not None and may_be_stop(message),
        short=arriving.client is not None and is_short(message.new_text),
        behind=tuple(behind(db, window, arriving)) if arriving.client is not None else (),
    )


def gather(db: Connection, q: Question, arriving: Arriving | None) -> Facts:
    """Ask. For nobody on the roster only what needs no query."""
    base, now = _base(db, arriving), q.as_of.now
    if q.client is None:
        return Facts(now=now, arrived=q.arrived_at, thread=q.thread, **base)
    mine = _mine(db, q)
    to_client = [at for at, meant in mine if meant]
    promise = _promise(db, q)
    whom = known(db, Whose(q.person, q.correspondent, q.level, q.but_reply))
    answers_ours, answers_own, answers_forward, answers_paper = _answers_ours(db, q)
    waiting, waiting_here = _waiting(db, q)
    had_any = whom.had_reply is not None or q.mode == "observe"
    replied_here, in_hour, in_day = _replied(db, q) if had_any else (None, 0, 0)
    answers = _answers(q, to_client)
    return Facts(
        now=now,
        arrived=q.arrived_at,
        duplicate=is_duplicate(db, Copy(q.message_id, q.but_item, q.mode, q.account, q.person, q.level, q.behind)),
        thread=q.thread,
        newest_in_thread=_newest(db, q, [at for at, _ in mine]),
        last_answer=from_ms(to_client[0]) if to_client else None,
        answered_since=bool(answers),
        answered_at=from_ms(min(answers, default=None)),
        promise=promise,
        promised_before=promise is not None and promise.told,
        waiting=waiting,
        waiting_here=waiting_here,
        replied_here=replied_here,
        replies_in_hour=in_hour,
        replies_in_day=in_day,
        level=lifted(q.level, names_ours=True, trusted_server=q.asked) if answers_own is not None else None,
        last_reply_at=from_ms(_last_reply(db, q, whom.last_reply)),
        last_language=_last_language(db, q),
        had=_had(db, q),
        heard_at=_heard(db, q) if answers_ours is not None else None,
        had_reply_at=from_ms(whom.had_reply),
        opted_out=whom.wants_none(to_ms(q.as_of.now)),
        bounced_until=from_ms(whom.bounced_until),
        robot_until=from_ms(whom.robot_until),
        last_said=whom.answer,
        spoken_to=_spoken_to(db, q),
        answers_ours=answers_ours,
        answers_own=answers_own,
        answers_forward=answers_forward,
        answers_paper=answers_paper,
        replies_in_fuse=claims_since(db, q.account, q.as_of, but=q.but_reply),
        recent=_recent(db, q),
        passes=_passes(db, q),
        **base,
    )


def thread_by_references(db: Connection, person: str, references: Sequence[str]) -> str | None:
    """The thread that one of these messages belongs to, the newest reference first."""
    if not references:
        return None
    ids = encode(list(reversed(references[-_MOST_REFERENCES:])))
    found = db.execute(_THREAD_OF, {"ids": ids, "person": person}).fetchone()
    return found[0] if found else None


def claims_since(db: Connection, account: int, as_of: AsOf, *, but: int | None = None, forwards: bool = False) -> int:
    """How many replies of an account (or, apart from them, mails to delegates) were claimed within the fuse's period."""
    at = to_ms(as_of.now)
    count: int = db.execute(_FUSE, (account, at - span_ms(as_of.fuse), at, but, forwards)).fetchone()[0]
    return count


def replies_going(store: Store, account: int, as_of: AsOf, *, but: int) -> int:
    """How many replies of an account go within the fuse's period before an instant, if nothing else happens."""
    at = to_ms(as_of.now)
    with reading(store) as db:
        (waiting,) = db.execute(_GOING, (account, at - span_ms(as_of.fuse), at, but)).fetchone()
        return int(waiting) + claims_since(db, account, as_of, but=but)


def _thread_of(db: Connection, person: str, arriving: Arriving, references: Sequence[str]) -> str | None:
    if arriving.client is not None and arriving.who.notice is not None:
        return f"phone:{arriving.client}"
    found = thread_by_references(db, person, references)
    return found or (references[0] if references else None) or arriving.message.message_id or arriving.message.digest


def _base(db: Connection, arriving: Arriving | None) -> dict[str, Any]:
    if arriving is None:
        return {}
    return {
        "flags": arriving.flags,
        "folder": arriving.place.folder if arriving.place else "INBOX",
        "came": arriving.came_at,
        "baseline": arriving.baseline or _has_forgotten(db, arriving.arrived_at),
    }


def has_forgotten(store: Store, at: datetime) -> bool:
    """Whether what was done at that instant may be forgotten: the ledger has been restored since."""
    with reading(store) as db:
        return _has_forgotten(db, at)


def _has_forgotten(db: Connection, arrived: datetime) -> bool:
    """A ledger that was restored has forgotten what it did between its backup and then: nothing of that is replied to."""
    found = db.execute("SELECT value FROM meta WHERE key = 'restored_at'").fetchone()
    return found is not None and to_ms(arrived) < int(found[0])


def _mine(db: Connection, q: Question) -> list[tuple[int, bool]]:
    """When I wrote in this thread, newest first, and whether to this client: passing it on to a colleague is no answer."""
    found = db.execute(_MINE, (q.person, q.thread, _MOST_SENT))
    return [(at, _meant(q, decode(rcpts), decode(clients))) for at, rcpts, clients in found]


def _answers(q: Question, to_client: list[int]) -> list[int]:
    """Which of these came after the message. Under the id of its very first message nothing is written before it.

    The clock of my mail client and the server's agree to some minutes, and both tell whole seconds; an id may be used again.
    """
    arrived = to_ms(q.arrived_at)
    since = arrived - _CLOCKS_DIFFER if q.message_id is not None and q.thread == q.message_id else arrived
    return [max(at, arrived) for at in to_client if at > since]


def _meant(q: Question, rcpts: list[str], clients: list[str]) -> bool:
    return not rcpts or q.correspondent in rcpts or q.client in clients


def _newest(db: Connection, q: Question, mine: list[int]) -> Any:
    """Who wrote the newest earlier message of the thread; INTERNALDATE has whole seconds, so equal ones count as earlier."""
    arrived = to_ms(q.arrived_at)
    found = db.execute(_NEWEST, (q.person, q.thread, arrived, q.but_item, q.client, q.level.value)).fetchone()
    newest_mine = next((at for at in mine if at <= arrived), None)
    if newest_mine is not None and (found is None or newest_mine >= found[0]):
        return "mine"
    return "client" if found else None


def _promise(db: Connection, q: Question) -> OpenPromise | None:
    sql = _OBSERVED_PROMISE if q.mode == "observe" else _PROMISE
    found = db.execute(sql, (q.person, q.client, q.thread, q.but_item, q.level.value)).fetchone()
    if found is None:
        return None
    number, kind, due_at, told_at, call, surest = found
    return OpenPromise(number, kind, from_ms(due_at), told=told_at is not None, call=call, level=Level(surest))


def _waiting(db: Connection, q: Question) -> tuple[WaitingReply | None, WaitingReply | None]:
    """What waits for all of the correspondent's mail, else for another thread of his; and what for this thread alone."""
    if q.correspondent is None:
        return None, None
    given = {
        "person": q.person,
        "correspondent": q.correspondent,
        "but": q.but_reply,
        "observe": q.mode == "observe",
        "now": to_ms(q.as_of.now),
        "fuse": to_ms(q.as_of.now) - span_ms(q.as_of.fuse),
    }
    found = db.execute(_WAITING, given).fetchall()
    here = next((row for row in found if row[-1] and row[-1] == q.thread), None)
    return (_as_waiting(found[0]) if found else None), (_as_waiting(here) if here else None)


def _as_waiting(row: tuple[Any, ...]) -> WaitingReply:
    reply, template, send_at, promise, kind, tell_at, call, told_at, level, _ = row
    told = (
        None if tell_at is None else OpenPromise(promise, kind, from_ms(tell_at), told=told_at is not None, call=call)
    )
    return WaitingReply(reply, template, from_ms(send_at), told, Level(level))


def _replied(db: Connection, q: Question) -> tuple[datetime | None, int, int]:
    """When the last reply went that told of this thread, and how many went to the correspondent in an hour and in a day."""
    given = {
        "person": q.person,
        "thread": q.thread,
        "correspondent": q.correspondent,
        "but": q.but_reply,
        "now": to_ms(q.as_of.now),
    }
    (here,) = db.execute(_HERE, given).fetchone()
    in_hour, in_day = db.execute(_TO_HIM, given).fetchone()
    return from_ms(here), in_hour, in_day


def _had(db: Connection, q: Question) -> tuple[tuple[str, datetime, int], ...]:
    """Which of our texts went, or are about to go, to the correspondent lately, and when each did last."""
    if q.correspondent is None:
        return ()
    given = {
        "person": q.person,
        "correspondent": q.correspondent,
        "since": to_ms(q.as_of.now) - _LATELY,
        "but": q.but_reply,
        "observe": q.mode == "observe",
    }
    return tuple((template, from_ms(at), words) for template, at, words in db.execute(_HAD, given))


def _heard(db: Connection, q: Question) -> datetime | None:
    """When a no of this client was urgent last, by itself and by no rule."""
    arrived = to_ms(q.arrived_at)
    given = (q.person, q.client, arrived - _TWO_DAYS, arrived, q.but_item, q.level.value)
    at: int | None = db.execute(_HEARD, given).fetchone()[0]
    return from_ms(at)


def _last_reply(db: Connection, q: Question, last: int | None) -> int | None:
    """When the last one went; in observe also when it would have gone."""
    if q.mode != "observe" or q.correspondent is None:
        return last
    given = (q.person, q.correspondent, to_ms(q.as_of.now), q.level.value)
    (simulated,) = db.execute(_SIMULATED_LAST, given).fetchone()
    return max((at for at in (last, simulated) if at is not None), default=None)


def _answers_ours(db: Connection, q: Question) -> tuple[datetime | None, datetime | None, bool, bool]:
    """When a reply of ours (for any person: two of us must not talk to each other) went that this refers to, and its own.

    And whether it refers to a mail to a delegate, and to the paper for a call.
    """
    if not q.references:
        return None, None, False, False
    given = {"ids": encode(q.references), "person": q.person, "sender": q.sender}
    at, own, forward, paper = db.execute(_ANSWERS_OURS, given).fetchone()
    return from_ms(at), from_ms(own), bool(forward), bool(paper)


_LAST_IN_THREAD = """
SELECT language FROM item WHERE person = ? AND thread = ? AND +client = ? AND arrived_at <= ? AND id IS NOT ? AND trust >= ?
  AND language IS NOT NULL ORDER BY arrived_at DESC, id DESC LIMIT 1
"""
_LAST_OF_CLIENT = """
SELECT language FROM item INDEXED BY item_language WHERE person = ? AND client = ? AND arrived_at <= ? AND id IS NOT ? AND trust >= ?
  AND language IS NOT NULL ORDER BY arrived_at DESC, id DESC LIMIT 1
"""


def _last_language(db: Connection, q: Question) -> str | None:
    """Which language the client wrote last in this thread, else anywhere."""
    if not q.short:
        return None
    before = (q.client, to_ms(q.arrived_at), q.but_item, q.level.value)
    found = db.execute(_LAST_IN_THREAD, (q.person, q.thread, *before)).fetchone()
    found = found or db.execute(_LAST_OF_CLIENT, (q.person, *before)).fetchone()
    return found[0] if found else None


def _spoken_to(db: Connection, q: Question) -> tuple[str, ...]:
    """To whom of this client replies of ours went that this refers to, or that went in its thread."""
    if not (q.brief and q.references):
        return ()
    given = {"ids": encode(q.references), "person": q.person, "client": q.client, "thread": q.thread}
    return tuple(r[0] for r in db.execute(_SPOKEN_TO, given))


_SPOKEN_TO = """
SELECT r.correspondent FROM json_each(:ids) j CROSS JOIN reply r ON r.message_id = j.value
WHERE r.person = :person AND r.client = :client AND r.kind <> 'forward' AND r.state IN ('sent','in_doubt')
UNION
SELECT r.correspondent FROM item i JOIN reply_item c ON c.item = i.id JOIN reply r ON r.id = c.reply
WHERE i.person = :person AND i.thread = :thread AND +r.client = :client AND r.kind <> 'forward' AND r.state IN ('sent','in_doubt')
"""


def _recent(db: Connection, q: Question) -> tuple[Arrival, ...]:
    if not q.as_of.lookback:
        return ()
    arrived = to_ms(q.arrived_at)
    given = (q.person, q.client, arrived - span_ms(q.as_of.lookback), arrived, q.but_item, q.level.value, _MOST_RECENT)
    found = db.execute(_RECENT, given)
    return tuple(Arrival(from_ms(at), frozenset(decode(kind)), bool(automatic)) for at, kind, automatic in found)


def _passes(db: Connection, q: Question) -> tuple[SpentPass, ...]:
    given = (q.person, q.client, to_ms(q.arrived_at) - _PASSES_BACK, q.but_item, q.level.value)
    return tuple(SpentPass(from_ms(at), thread) for at, thread in db.execute(_PASSES, given))
