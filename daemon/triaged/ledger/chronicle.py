"""What has happened, as far as the rows still tell: for those who have no log. Reading only."""

# ruff: noqa: S608 — statements are put together from constants of this module only; values are always bound

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from triaged.ledger.instants import from_ms, to_ms
from triaged.ledger.rows import decode
from triaged.ledger.store import Store, rows

_ITEM = "i.person, i.account, i.client, i.mode, i.id, i.message_id, i.sender, i.subject"
_OF_ITEM = ("client", "mode", "item", "message_id", "sender", "subject")
_DECIDED = f"""
SELECT i.decided_at, CASE WHEN i.state = 'unreadable' THEN 'message.unreadable' WHEN i.verdict = 'urgent' THEN 'message.urgent'
  WHEN i.verdict = 'deferrable' AND (i.mode = 'observe' OR EXISTS (SELECT 1 FROM effect e WHERE e.item = i.id AND e.kind = 'aside'
    AND e.state = 'done')) THEN 'message.deferred' ELSE 'message.left' END,
  {_ITEM}, i.kind, i.verdict, i.rule, i.reason, i.no_reply, i.arrived_at
FROM item i WHERE i.decided_at >= ? AND i.verdict IS NOT NULL
"""
_RETURNED = f"""
SELECT e.done_at, 'message.returned', {_ITEM} FROM effect e JOIN item i ON i.id = e.item
WHERE e.kind = 'back' AND e.state = 'done' AND e.done_at >= ?
"""
_ANSWERED = f"SELECT i.answered_at, 'message.answered', {_ITEM} FROM item i WHERE i.answered_at >= ?"
_SETTLED = f"SELECT i.settled_at, 'message.settled', {_ITEM}, i.settled_by FROM item i WHERE i.settled_at >= ?"
_REPLY = "r.person, r.account, r.client, r.mode, r.id, r.template, r.language, r.rcpt"
_OF_REPLY = ("client", "mode", "reply", "template", "language", "to")
_SCHEDULED = f"SELECT r.made_at, 'reply.scheduled', {_REPLY}, r.send_at FROM reply r WHERE r.made_at >= ?"
_ENDED = f"""
SELECT r.ended_at, 'reply.' || r.state, {_REPLY}, r.reason FROM reply r
WHERE r.ended_at >= ? AND r.state IN ('sent','drafted','failed','cancelled','suppressed','in_doubt','held')
"""
_PROMISE = "p.person, NULL, p.client, p.correspondent, p.due_at"
_OF_PROMISE = ("client", "to", "promise")
_PROMISED = f"""
SELECT p.told_at, 'promise.made', {_PROMISE} FROM promise p WHERE p.told_at >= :since
UNION ALL SELECT p.warned_at, 'promise.warned', {_PROMISE} FROM promise p WHERE p.warned_at >= :since
UNION ALL SELECT p.overdue_at, 'promise.overdue', {_PROMISE} FROM promise p WHERE p.overdue_at >= :since
UNION ALL SELECT p.closed_at, CASE WHEN p.state = 'settled' THEN 'promise.settled' ELSE 'promise.kept' END, {_PROMISE} FROM promise p
  WHERE p.closed_at >= :since AND p.told_at IS NOT NULL AND p.state IN ('kept','late','settled')
"""
_WHAT = (
    (_DECIDED, (*_OF_ITEM, "kind", "verdict", "rule", "reason", "no_reply", "arrived")),
    (_RETURNED, _OF_ITEM),
    (_ANSWERED, _OF_ITEM),
    (_SETTLED, (*_OF_ITEM, "by")),
    (_SCHEDULED, (*_OF_REPLY, "send_at")),
    (_ENDED, (*_OF_REPLY, "reason")),
    (_PROMISED, _OF_PROMISE),
)
_INSTANTS = frozenset(("arrived", "send_at", "promise"))


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing: an event of the log, with those of its fields that are still known. `account` is its id, None: the person's."""

    at: datetime
    event: str
    person: str
    account: int | None
    fields: Mapping[str, Any] = field(default_factory=dict)


def happened(store: Store, since: datetime) -> list[Happened]:
    """All that has happened from an instant on, in its order."""
    return sorted((one for sql, names in _WHAT for one in _read(store, sql, names, since)), key=lambda one: one.at)


def _read(store: Store, sql: str, names: tuple[str, ...], since: datetime) -> Iterator[Happened]:
    given = {"since": to_ms(since)} if ":since" in sql else (to_ms(since),)
    for at, event, person, account, *values in rows(store, sql, given):
        known = {name: _value(name, value) for name, value in zip(names, values, strict=True) if value is not None}
        yield Happened(from_ms(at), event, person, account, known)


def _value(name: str, value: Any) -> Any:
    if name == "kind":
        return decode(value)
    return from_ms(value) if name in _INSTANTS else value
