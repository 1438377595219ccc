"""Listings and figures for the command line, the digest and the report. Reading only."""

# ruff: noqa: S608 — statements are put together from constants of this room only; values are always bound

from datetime import datetime, timedelta

from triaged.ledger.entries import AccountOverview, DeferredRow, HistoryRow, Item, Line, Period, ReplyRow
from triaged.ledger.instants import from_ms, span_ms, to_ms
from triaged.ledger.registry import accounts, folders
from triaged.ledger.rows import ITEM, PROMISE, columns, item_from, promise_from, promise_of, replies_of
from triaged.ledger.store import Store, reading, row, rows

_ITEM_COLUMNS = len(ITEM.split(","))
_I, _P = columns(ITEM, "i"), columns(PROMISE, "p")
_MOST_UNDER_WAY = timedelta(days=30)
"""However long a draft has lain, and a server has tried before it reports (RFC 5321 4.5.4.1: days)."""
_PENDING = "('waiting','held','sending','drafted','in_doubt')"

_DEFERRED = f"""
SELECT {_I}, coalesce(CAST(json_extract(e.args, '$.was_due') AS INTEGER), e.due_at), e.due_at, e.tries, e.error FROM item i
LEFT JOIN effect e ON e.item = i.id AND e.kind = 'back' AND e.state IN ('planned','trying')
WHERE i.state = 'aside' AND i.state IN ('new','aside','unreadable') AND (CAST(? AS TEXT) IS NULL OR i.person = ?) ORDER BY e.due_at NULLS FIRST, i.id
"""
_HISTORY = f"""
SELECT {_I}, a.login,
  (SELECT min(r.ended_at) FROM reply_item c JOIN reply r ON r.id = c.reply WHERE c.item = i.id AND r.kind = 'ack'
    AND r.state = 'sent'),
  (SELECT max(e.done_at) FROM effect e WHERE e.item = i.id AND e.kind = 'back' AND e.state = 'done'),
  i.state = 'aside' OR EXISTS (SELECT 1 FROM effect e WHERE e.item = i.id AND e.kind IN ('aside','back') AND e.state = 'done'),
  EXISTS (SELECT 1 FROM pass s WHERE s.item = i.id AND s.refunded_at IS NULL), {_P}
FROM item i JOIN account a ON a.id = i.account LEFT JOIN promise p ON p.id = i.promise
WHERE i.arrived_at >= ? AND i.arrived_at < ? AND i.client IS NOT NULL AND (CAST(? AS TEXT) IS NULL OR i.client = ?)
  AND (CAST(? AS TEXT) IS NULL OR i.person = ?) AND i.state <> 'new' ORDER BY i.arrived_at, i.id
"""
_FIGURES = """
SELECT
  (SELECT count(*) FROM item WHERE account = :a AND state = 'aside' AND state IN ('new','aside','unreadable')),
  (SELECT count(*) FROM reply WHERE account = :a AND state = 'waiting'),
  (SELECT count(*) FROM reply WHERE account = :a AND state = 'held' AND state IN ('waiting','held','sending','drafted','in_doubt')),
  (SELECT count(*) FROM reply WHERE account = :a AND state = 'in_doubt' AND state IN ('waiting','held','sending','drafted','in_doubt')),
  (SELECT count(*) FROM effect WHERE account = :a AND state IN ('planned','trying') AND tries > CASE WHEN kind = 'back' THEN 0 ELSE 2 END),
  (SELECT count(*) FROM item WHERE account = :a AND state = 'unreadable' AND state IN ('new','aside','unreadable')),
  (SELECT count(*) FROM promise p WHERE p.state IN ('planned','open','overdue') AND p.state = 'open' AND p.person = :p),
  (SELECT count(*) FROM promise p WHERE p.state IN ('planned','open','overdue') AND p.state = 'overdue' AND p.person = :p),
  (SELECT min(due_at) FROM effect WHERE account = :a AND state IN ('planned','trying')),
  (SELECT min(try_at) FROM reply WHERE account = :a AND state = 'waiting'),
  (SELECT min(coalesce(CAST(json_extract(e.args, '$.was_due') AS INTEGER), e.due_at)) FROM effect e JOIN item i ON i.id = e.item
    WHERE e.account = :a AND e.state IN ('planned','trying') AND e.kind = 'back' AND i.state = 'aside'),
  (SELECT min(send_at) FROM reply WHERE account = :a AND state = 'waiting')
"""


def deferred(store: Store, person: str | None = None) -> list[DeferredRow]:
    """What is put aside, the earliest return first."""
    listed: list[DeferredRow] = []
    for r in rows(store, _DEFERRED, (person, person)):
        item = item_from(r)
        until, next_try, tries, error = r[_ITEM_COLUMNS:]
        replies = _replies_about(store, item.id)
        with reading(store) as db:
            promise = promise_of(db, item.promise) if item.promise else None
        reply = replies[0] if replies else None
        again = from_ms(next_try) if next_try != until else None
        listed.append(DeferredRow(item, from_ms(until), promise, reply, again, tries or 0, error))
    return listed


def _replies_about(store: Store, item: int) -> list[ReplyRow]:
    where = "kind = 'ack' AND id IN (SELECT reply FROM reply_item WHERE item = ?) ORDER BY id DESC"
    with reading(store) as db:
        return replies_of(db, where, (item,))


def queue(store: Store, person: str | None = None) -> list[ReplyRow]:
    """Replies that wait, are held, on their way, before the person as a draft, or in doubt; the earliest first."""
    where = f"state IN {_PENDING} AND (CAST(? AS TEXT) IS NULL OR person = ?) ORDER BY try_at, id"
    with reading(store) as db:
        return replies_of(db, where, (person, person))


def not_arrived(store: Store, period: Period) -> list[ReplyRow]:
    """Replies of a person that a server refused, or that came back, in that time, in the order in which they were made."""
    where = (
        "person = ? AND (returned_at >= ? AND returned_at < ? OR state = 'failed' AND ended_at >= ? AND ended_at < ?)"
        " AND made_at >= ? ORDER BY id"
    )
    since, until = to_ms(period.since), to_ms(period.until)
    made = since - span_ms(_MOST_UNDER_WAY)
    with reading(store) as db:
        return replies_of(db, where, (period.person, since, until, since, until, made))


def replies_for(store: Store, item_id: int) -> list[ReplyRow]:
    """Every reply that covers a message, oldest first."""
    with reading(store) as db:
        return replies_of(db, "id IN (SELECT reply FROM reply_item WHERE item = ?) ORDER BY id", (item_id,))


def overview(store: Store, person: str | None = None) -> list[AccountOverview]:
    """How the accounts stand, as the ledger knows it."""
    found: list[AccountOverview] = []
    for account in accounts(store):
        if person is not None and account.person != person:
            continue
        figures = row(store, _FIGURES, {"a": account.id, "p": account.person})
        assert figures is not None
        due = min((at for at in figures[8:10] if at is not None), default=None)
        found.append(
            AccountOverview(
                account=account,
                folders=tuple(folders(store, account.id)),
                aside=figures[0],
                waiting=figures[1],
                held=figures[2],
                in_doubt=figures[3],
                failing=figures[4],
                unreadable=figures[5],
                promises_open=figures[6],
                promises_overdue=figures[7],
                next_due=from_ms(due),
                first_return=from_ms(figures[10]),
                first_reply=from_ms(figures[11]),
            )
        )
    return found


def history(store: Store, period: Period) -> list[HistoryRow]:
    """Every client message that arrived in a period, in the order of arrival."""
    client, person = period.client, period.person
    given = (to_ms(period.since), to_ms(period.until), client, client, person, person)
    n = _ITEM_COLUMNS
    return [
        HistoryRow(
            item_from(r),
            login=r[n],
            acknowledged_at=from_ms(r[n + 1]),
            returned_at=from_ms(r[n + 2]),
            put_aside=bool(r[n + 3]),
            pass_spent=bool(r[n + 4]),
            promise=promise_from(r[n + 5 :]) if r[n + 5] is not None else None,
        )
        for r in rows(store, _HISTORY, given)
    ]


def arrivals(store: Store, person: str, period: Period) -> list[Item]:
    """Messages of a person's clients that arrived in a period, oldest first."""
    sql = (
        f"SELECT {ITEM} FROM item WHERE arrived_at >= ? AND arrived_at < ? AND +person = ? AND (CAST(? AS TEXT) IS NULL OR client = ?)"
        " AND state <> 'new' ORDER BY arrived_at, id"
    )
    given = (to_ms(period.since), to_ms(period.until), person, period.client, period.client)
    return [item_from(r) for r in rows(store, sql, given)]


def lines(store: Store, message_id: str) -> dict[int, Line]:
    """What each number in a mail to myself stands for; nothing where we wrote no such mail, or have forgotten it."""
    found: dict[int, Line] = {}
    sql = "SELECT number, item, reply FROM line WHERE message_id = ? ORDER BY number, item NULLS FIRST"
    for number, item, reply in rows(store, sql, (message_id,)):
        known = found.get(number, Line())
        found[number] = Line((*known.items, item) if item is not None else known.items, reply)
    return found


def passes_spent(store: Store, person: str, client: str, since: datetime) -> int:
    """How many passes a client spent since an instant and did not get back."""
    sql = "SELECT count(*) FROM pass WHERE person = ? AND client = ? AND spent_at >= ? AND refunded_at IS NULL"
    found = row(store, sql, (person, client, to_ms(since)))
    return int(found[0]) if found else 0
