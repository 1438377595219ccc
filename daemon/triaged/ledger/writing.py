"""Writing down one decision: the item, the pass, what is known of the correspondent, and what it owes (owing.py).

Inside the admitting transaction, and nothing is decided here.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from triaged.core.identify import counts_for_nothing
from triaged.core.message import Message
from triaged.core.trust import Level
from triaged.ledger.changes import cancel_reply
from triaged.ledger.copies import behind, give_way
from triaged.ledger.correspondents import Closed, close, mute_until, pause_until
from triaged.ledger.entries import Admission, ReplyRow
from triaged.ledger.instants import to_ms
from triaged.ledger.owing import Owed, Writing, make_reply, owe
from triaged.ledger.recognition import digest_of
from triaged.ledger.remembering import recall
from triaged.ledger.rows import encode, insertion, replies_of

_FIRST_REFERENCES, _LAST_REFERENCES = 1, 20

_SEEN_CORRESPONDENT = """
INSERT INTO correspondent (person, address, client, new_since) VALUES (?,?,?,?)
ON CONFLICT (person, address) DO UPDATE SET client = excluded.client WHERE correspondent.client IS NOT excluded.client
"""


def write_decision(w: Writing, answered: Mapping[str, Any], record: Mapping[str, Any] | None) -> Admission:
    """All rows of one message. The caller has made sure that it is not known yet. `answered`: when and how it was, before we saw it."""
    decision = w.decision
    cancelled = _cancel(w)
    _note_correspondent(w)
    owed = make_reply(w, decision.reply) if decision.reply else Owed()
    item = insert_item(w, promise=owed.promise, decision=encode(record) if record else None, **answered)
    if owed.reply is not None:
        w.db.execute("INSERT INTO reply_item (reply, item, told) VALUES (?,?,?)", (owed.reply, item, not owed.joined))
    if decision.spends_pass:
        w.db.execute(
            "INSERT INTO pass (item, person, client, spent_at) VALUES (?,?,?,?)",
            (item, w.person, w.client, to_ms(w.arriving.arrived_at)),
        )
    recall(w.db, w.window.account.id, item, w.arriving.message.message_id)
    owe(w, item)
    if owed.reply is not None and not w.observe:
        cancelled += give_way(w.db, behind(w.db, w.window, w.arriving), w.now)
    return Admission(
        arriving=w.arriving,
        decision=decision,
        facts=w.facts,
        item=item,
        reply=owed.reply,
        joined=owed.joined,
        promise=owed.promise,
        pass_spent=decision.spends_pass,
        cancelled=(*cancelled, owed.instead_of) if owed.instead_of else cancelled,
        opted_out=decision.opt_out,
    )


def _short_references(message: Message) -> list[str]:
    """What a reply's References need: the root and the latest (RFC 5322 3.6.4 lets long ones be cut in the middle)."""
    found = list(message.references)
    if len(found) <= _FIRST_REFERENCES + _LAST_REFERENCES:
        return found
    return found[:_FIRST_REFERENCES] + found[-_LAST_REFERENCES:]


def insert_item(w: Writing, **more: Any) -> int:
    """The row of a message, with what is known of it beside the message and the decision; its id."""
    a, d, message, place = w.arriving, w.decision, w.arriving.message, w.arriving.place
    columns = {
        "person": w.person,
        "account": w.window.account.id,
        "client": d.client,
        "correspondent": d.correspondent or a.who.correspondent,
        "sender": d.sender or a.who.correspondent,
        "message_id": message.message_id,
        "refs": encode(_short_references(message)),
        "digest": digest_of(place, message, second=w.second),
        "server_id": a.server_id,
        "thread": w.facts.thread,
        "dated_at": to_ms(message.date),
        "arrived_at": to_ms(a.arrived_at),
        "decided_at": w.now,
        "kind": encode(d.kind),
        "automatic": d.automatic or a.who.automatic,
        "subject": message.subject,
        "excerpt": a.excerpt,
        "language": d.language,
        "trust": (Level.FORGED if counts_for_nothing(a.who) else w.level).value,
        "mode": a.mode,
        "verdict": str(d.verdict),
        "rule": d.rule,
        "reason": d.reason,
        "no_reply": d.no_reply,
        "ruleset": w.window.ruleset,
        "state": "here",
        "folder": place.folder if place else None,
        "uidvalidity": place.uidvalidity if place else None,
        "uid": place.uid if place else None,
        **more,
    }
    return w.db.insert(insertion("item", tuple(columns)), tuple(columns.values()))


def _cancel(w: Writing) -> tuple[ReplyRow, ...]:
    """Waiting acknowledgements that this decision ends: a person is at it, or the client wants none."""
    stops = w.decision.opt_out or w.decision.pauses
    if not (w.decision.cancels_replies or stops):
        return ()
    given: tuple[Any, ...]
    if stops:
        addresses = [address for _, address, _ in _all(w, *w.decision.opts_out)]
        whose, reason = f"correspondent IN ({','.join('?' * len(addresses))})", "opted-out"
        given = (w.person, *addresses)
    else:  # those to its correspondent, and none that was made on better evidence
        whose, reason = "correspondent = ? AND trust <= ? AND slot IN ('', ?)", "urgent"
        given = (w.person, w.decision.correspondent or "", w.level.value, w.facts.thread)
    if w.observe:
        simulated = replies_of(
            w.db,
            f"person = ? AND {whose} AND state = 'simulated' AND send_at > ? AND id IS NOT ?",
            (*given, w.now, w.decision.reply.joins if w.decision.reply else None),
        )
        w.db.executemany(
            "UPDATE reply SET state = 'cancelled', reason = ?, ended_at = ?, claimed_at = NULL"
            " WHERE id = ? AND state = 'simulated'",
            [(reason, w.now, reply.id) for reply in simulated],
        )
        return tuple(replace(reply, state="cancelled", reason=reason) for reply in simulated)
    joined = w.decision.reply.joins if w.decision.reply else None
    where = f"person = ? AND {whose} AND kind = 'ack' AND state IN ('waiting','held','drafted') AND id IS NOT ?"
    found = (cancel_reply(w.db, reply.id, reason, w.now) for reply in replies_of(w.db, where, (*given, joined)))
    return tuple(reply for reply in found if reply)


def _note_correspondent(w: Writing) -> None:
    """The row that a claim will update; what is known of the address."""
    d = w.decision
    for address in {d.correspondent, d.sender, d.reply.correspondent if d.reply else None} - {None}:
        w.db.execute(_SEEN_CORRESPONDENT, (w.person, address, w.client, to_ms(w.arriving.arrived_at)))
    stop = f"STOP from {d.sender}"
    if d.opt_out:
        close(w.db, _all(w, *d.opts_out), Closed("opted_out_at", w.now, w.now, stop))
    elif d.pauses:
        close(w.db, _all(w), Closed("opted_out_until", pause_until(w.now), w.now, f"{stop}, to nothing of ours"))
    if d.marks_robot:
        close(w.db, _all(w), Closed("robot_until", mute_until(w.now), w.now, f"answered at once: {d.marks_robot}"))
    if d.said is not None:
        w.db.execute(
            "UPDATE correspondent SET answer = ? WHERE person = ? AND address = ?", (d.said, w.person, d.correspondent)
        )


def _all(w: Writing, *more: str) -> list[tuple[str, str, str]]:
    """Whom it is about: its correspondent, and these."""
    return [
        (w.person, address, w.client) for address in dict.fromkeys((w.decision.correspondent or "", *more)) if address
    ]
