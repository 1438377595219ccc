"""What the report needs of the past: every message of a client and what became of it, every promise told. Reading only.

Bodies, decisions and references stay where they are: a quarter of a busy person is a hundred thousand rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from json import loads
from typing import Any, Literal

from triaged.ledger.entries import AnsweredBy, ItemState, Mode, Period, PromiseKind, PromiseState
from triaged.ledger.instants import from_ms, to_ms
from triaged.ledger.store import Store, rows

# A unary + keeps SQLite from the wrong index: a thread is short, a client's past is not.
_RECEIVED = """
SELECT i.id, i.person, a.login, i.client, i.correspondent, i.sender, i.message_id, i.thread, i.arrived_at, i.kind,
  i.automatic, i.subject, i.verdict, i.rule, i.ruleset, i.mode, i.state, i.answered_at,
  (SELECT min(r.ended_at) FROM reply_item c JOIN reply r ON r.id = c.reply WHERE c.item = i.id AND r.kind = 'ack'
    AND r.state = 'sent'),
  (SELECT max(CASE WHEN e.state = 'done' THEN e.done_at ELSE 0 END) FROM effect e WHERE e.item = i.id AND e.kind = 'back'),
  EXISTS (SELECT 1 FROM effect e WHERE e.item = i.id AND e.state = 'void' AND e.error = 'by hand: released'),
  EXISTS (SELECT 1 FROM pass s WHERE s.item = i.id AND s.refunded_at IS NULL),
  i.answered_by, i.settled_at, i.settled_by, i.call_at, p.id, p.client, p.kind, p.due_at, p.state, p.told_at, p.closed_at
FROM item i JOIN account a ON a.id = i.account LEFT JOIN promise p ON p.id = i.promise
WHERE i.client IS NOT NULL AND (CAST(:client AS TEXT) IS NULL OR i.client = :client)
  AND (CAST(:person AS TEXT) IS NULL OR i.person = :person) AND i.state <> 'new'
  AND (i.arrived_at >= :since AND i.arrived_at < :until
    OR i.arrived_at < :since AND i.automatic = 0 AND (i.answered_at IS NULL OR i.answered_at >= :since)
    OR i.arrived_at < :since AND p.told_at >= :since AND p.told_at < :until
    OR i.arrived_at >= :until AND i.automatic = 0 AND EXISTS (
      SELECT 1 FROM item e WHERE e.person = i.person AND e.thread = i.thread AND +e.client = i.client AND e.automatic = 0
      AND +e.arrived_at < :until AND (e.answered_at IS NULL OR e.answered_at >= i.arrived_at)))
ORDER BY i.arrived_at, i.id
"""
_TOLD = """
SELECT id, client, kind, due_at, state, told_at, closed_at FROM promise
WHERE told_at >= :since AND told_at < :until AND (CAST(:client AS TEXT) IS NULL OR client = :client)
  AND (CAST(:person AS TEXT) IS NULL OR person = :person) ORDER BY told_at, id
"""


@dataclass(frozen=True, slots=True)
class ToldPromise:
    """What the client was told (`told_at` None: was to be told) and what became of it."""

    id: int
    client: str
    kind: PromiseKind
    due_at: datetime
    state: PromiseState
    told_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReceivedRow:
    """One message of a client. `answered_at`: a person's answer, never a reply of ours."""

    item: int | None  # None: from the time before triaged
    person: str
    login: str
    client: str
    correspondent: str | None
    sender: str | None
    message_id: str | None
    thread: str | None
    arrived_at: datetime
    kind: tuple[str, ...]
    automatic: bool
    subject: str | None
    verdict: Literal["urgent", "deferrable", "left"] | None  # None: from the time before triaged
    rule: str | None
    ruleset: str | None
    mode: Mode
    state: ItemState
    answered_at: datetime | None
    acknowledged_at: datetime | None  # the first automatic reply that covers it went
    returned_at: datetime | None
    by_hand: Literal["back", "aside"] | None  # a person moved it against the verdict
    pass_spent: bool
    promise: ToldPromise | None
    settled: bool = False  # a mail client says that it was answered; nobody knows when
    answered_by: AnsweredBy | None = None
    settled_at: datetime | None = None
    settled_by: str | None = None
    call_at: datetime | None = None  # on the agenda of this call, which took place


def received(store: Store, period: Period) -> list[ReceivedRow]:
    """Every message of a client that arrived in a period, in the order of arrival.

    Before them those that no person had answered when the period began: what is asked in it may have begun with them.
    Behind them what was added later to what was open when it ended: a call promised only then may be the end of it.
    """
    return [_received(r) for r in rows(store, _RECEIVED, _given(period))]


def told_promises(store: Store, period: Period) -> list[ToldPromise]:
    """Every promise that a client was told in a period, in that order."""
    return [_told(r) for r in rows(store, _TOLD, _given(period))]


def known_messages(store: Store, person: str) -> frozenset[str]:
    """The Message-IDs of everything of a person's that was ever admitted; the digests of what has none."""
    sql = "SELECT DISTINCT coalesce(message_id, digest) FROM item WHERE person = ? AND state <> 'new'"
    return frozenset(r[0] for r in rows(store, sql, (person,)))


def clients(store: Store) -> frozenset[str]:
    """The labels of all clients who ever wrote."""
    return frozenset(r[0] for r in rows(store, "SELECT DISTINCT client FROM item WHERE client IS NOT NULL"))


def _given(period: Period) -> dict[str, Any]:
    since, until = to_ms(period.since), to_ms(period.until)
    return {"since": since, "until": until, "client": period.client, "person": period.person}


def _told(r: Sequence[Any]) -> ToldPromise:
    return ToldPromise(r[0], r[1], r[2], from_ms(r[3]), r[4], from_ms(r[5]), from_ms(r[6]))


@cache
def _kinds(text: str) -> tuple[str, ...]:
    return tuple(loads(text))


def _received(r: Any) -> ReceivedRow:
    return ReceivedRow(
        item=r[0],
        person=r[1],
        login=r[2],
        client=r[3],
        correspondent=r[4],
        sender=r[5],
        message_id=r[6],
        thread=r[7],
        arrived_at=from_ms(r[8]),
        kind=_kinds(r[9]),
        automatic=bool(r[10]),
        subject=r[11],
        verdict=r[12],
        rule=r[13],
        ruleset=r[14],
        mode=r[15],
        state=r[16],
        answered_at=from_ms(r[17]),
        acknowledged_at=from_ms(r[18]),
        returned_at=from_ms(r[19] or None),
        by_hand=_by_hand(r),
        pass_spent=bool(r[21]),
        answered_by=r[22],
        settled_at=from_ms(r[23]),
        settled_by=r[24],
        call_at=from_ms(r[25]),
        promise=None if r[26] is None else _told(r[26:33]),
    )


def _by_hand(r: Any) -> Literal["back", "aside"] | None:
    """Against the verdict: out of the deferred folder before its time, or into it though no rule had said so."""
    verdict, rule, state, return_planned, released = r[12], r[13], r[16], r[19], r[20]
    if verdict == "deferrable":
        return "back" if rule is not None and (released or state == "released") else None
    return "aside" if return_planned is not None else None
