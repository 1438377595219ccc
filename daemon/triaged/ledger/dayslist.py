"""What a digest needs beside the listings: what waits whenever it came, what was cancelled, to whom I write. Reading only."""

# ruff: noqa: S608 — statements are put together from constants of this room only; values are always bound

from datetime import UTC, datetime, timedelta

from triaged.ledger.engine import Connection
from triaged.ledger.entries import Item, Period, ReplyRow
from triaged.ledger.instants import span_ms, to_ms
from triaged.ledger.rows import ITEM, columns, item_from, replies_of
from triaged.ledger.store import Store, reading, rows


def urgent_open(store: Store, person: str) -> list[Item]:
    """Urgent messages without an answer that are not dealt with otherwise, whenever they came; the oldest first.

    One that she put aside and took back lies where new mail is looked at, as if it had never been away.
    """
    sql = (
        f"SELECT {ITEM} FROM item WHERE person = ? AND client IS NOT NULL AND verdict = 'urgent' AND answered_at IS NULL"
        " AND settled_at IS NULL AND mode <> 'observe' AND (state IN ('here','aside','unreadable') OR (state = 'released' AND EXISTS"
        " (SELECT 1 FROM folder f WHERE f.account = item.account AND f.name = item.folder AND f.role IN ('watch','urgent'))))"
        " ORDER BY arrived_at, id"
    )
    return [item_from(r) for r in rows(store, sql, (person,))]


def cancelled(store: Store, period: Period) -> list[ReplyRow]:
    """Acknowledgements that were ended in a period, but for those that she ended by an answer, a move or a deletion."""
    where = (
        "kind = 'ack' AND state = 'cancelled' AND person = ? AND ended_at >= ? AND ended_at < ? "
        " AND reason NOT IN ('answered','moved by hand','deleted by hand','settled') ORDER BY ended_at, id"
    )
    with reading(store) as db:
        return replies_of(db, where, (period.person, to_ms(period.since), to_ms(period.until)))


def returned_since(store: Store, person: str, since: datetime) -> list[tuple[datetime, Item]]:
    """What was brought back since then and lies there without an answer, with when; the earliest first."""
    i = columns(ITEM, "i")
    sql = (
        f"SELECT e.done_at, {i} FROM item i CROSS JOIN effect e ON e.item = i.id AND e.kind = 'back' AND e.state = 'done'"
        " AND e.done_at >= ? WHERE i.person = ? AND i.state = 'here' AND i.answered_at IS NULL AND i.arrived_at >= ?"
        " ORDER BY e.done_at, i.id"
    )
    at = to_ms(since)
    found = rows(store, sql, (at, person, at - span_ms(timedelta(days=60))))
    return [(datetime.fromtimestamp(r[0] / 1000, UTC), item_from(r[1:])) for r in found]


_NEWCOMER = "INSERT INTO correspondent (person, address, new_since) VALUES (?,?,?) ON CONFLICT DO NOTHING"


def note_newcomer(db: Connection, person: str, address: str | None, at: int) -> None:
    """Inside the admission: somebody on no roster has written from a client's domain."""
    db.execute(_NEWCOMER, (person, address, at))


def newcomers(store: Store, person: str, since: datetime) -> list[str]:
    """Who on no roster wrote first since then, from a client's domain; the earliest first."""
    sql = "SELECT address FROM correspondent WHERE person = ? AND client IS NULL AND new_since >= ? ORDER BY new_since"
    return [r[0] for r in rows(store, sql, (person, to_ms(since)))]


def written_to(store: Store, person: str, since: datetime) -> dict[str, int]:
    """To which addresses I have written myself since then, and how often."""
    sql = (
        "SELECT j.value, count(*) FROM sent s CROSS JOIN json_each(s.rcpts) j ON true WHERE s.person = ? AND s.at >= ?"
        " AND s.reply IS NULL AND s.by_team = 0 GROUP BY j.value"
    )
    return dict(rows(store, sql, (person, to_ms(since))))
