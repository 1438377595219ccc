"""What we owe the mailbox and the person: planned, begun, done. Nothing outside is done that was not begun here before."""

# ruff: noqa: S608 — statements are put together from constants of this room only; values are always bound

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from triaged.core.trust import ACTS, Act
from triaged.ledger.changes import plan_effect, plan_return
from triaged.ledger.engine import Connection
from triaged.ledger.entries import EffectRow, Item, NewEffect, Nowhere, Place, Rings
from triaged.ledger.instants import from_ms, span_ms, to_ms
from triaged.ledger.pausing import IS_PAUSED
from triaged.ledger.recognition import put_place
from triaged.ledger.rows import EFFECT, columns, decode, effect_from, effects_of, encode, item_of
from triaged.ledger.store import Store, commit, reading, row, rows

_E = columns(EFFECT, "e")
_GOES = f"NOT {IS_PAUSED.format(person='reply.person')}"
_OWED = f"""
FROM effect e LEFT JOIN item i ON i.id = e.item
WHERE e.state IN ('planned','trying') AND (e.kind <> 'back' OR i.state = 'aside')
  AND NOT (e.kind IN ('aside','urgent','remove') AND {IS_PAUSED.format(person="e.person")})
"""  # the return of a message that is not put aside yet has to wait for that; nothing else is moved in a pause
_DUE_ANY = f"SELECT {_E} {_OWED} AND e.due_at <= :now ORDER BY e.due_at, e.id LIMIT :limit"
_DUE = f"SELECT {_E} {_OWED} AND e.account = :account AND e.due_at <= :now ORDER BY e.due_at, e.id LIMIT :limit"
NEXT = f"SELECT e.due_at {_OWED} AND e.account = :account AND e.kind <> 'notify' ORDER BY e.due_at LIMIT 1"
"""When the next thing falls due that is owed to a mailbox."""
_NEXT_OF_ALL = f"""
SELECT min(at) FROM (
  SELECT (SELECT e.due_at {_OWED} ORDER BY e.due_at LIMIT 1) AS at
  UNION ALL SELECT min(try_at) FROM reply WHERE state = 'waiting' AND {_GOES}
  UNION ALL SELECT min(due_at) FROM promise WHERE state = 'open'
  UNION ALL SELECT min(due_at) - ? FROM promise WHERE state = 'open' AND warned_at IS NULL AND kind = 'answer') AS found
"""
_ACCOUNTS_DUE = f"""
SELECT e.account {_OWED} AND e.account IS NOT NULL AND e.kind <> 'notify' AND e.due_at <= :now
UNION SELECT account FROM reply WHERE state = 'waiting' AND try_at <= :now AND {_GOES}
"""
_PEOPLE_DUE = """
SELECT person FROM effect WHERE state IN ('planned','trying') AND kind = 'notify' AND due_at <= :now
UNION SELECT person FROM promise WHERE state = 'open' AND (due_at <= :now
  OR (due_at <= :warned AND kind = 'answer' AND warned_at IS NULL))
"""
_AFTER = {"aside": ("aside", "('here')"), "back": ("here", "('aside')")}
"""What becomes of a message that an effect has moved, and from which state: a hand that was faster has won."""


def due_effects(store: Store, account: int | None, now: datetime, limit: int = 500) -> list[EffectRow]:
    """What is due, oldest first; within one message the mailbox first, pushes last. `account` None: of all accounts.

    Those in state 'trying' were begun by a run that did not end them: look before doing them again.
    """
    given = {"now": to_ms(now), "account": account, "limit": limit}
    return [effect_from(r) for r in rows(store, _DUE_ANY if account is None else _DUE, given)]


def owed(store: Store, account: int, now: datetime) -> tuple[list[EffectRow], dict[int, Item | None]]:
    """What is due to one mailbox, oldest first, and by their ids the messages that it is about."""
    found = due_effects(store, account, now)
    with reading(store) as db:
        return found, {e.item: item_of(db, e.item) for e in found if e.item is not None}


def next_due(store: Store, *, warn_before: timedelta = timedelta(0)) -> datetime | None:
    """The earliest instant at which something falls due: an effect, a reply, a promise (or its warning, a timedelta before)."""
    early = span_ms(warn_before)
    found = row(store, _NEXT_OF_ALL, (early,))
    return from_ms(found[0]) if found else None


def accounts_due(store: Store, now: datetime) -> frozenset[int]:
    """The accounts that have something due: an effect on their mailbox, a reply."""
    return frozenset(account for (account,) in rows(store, _ACCOUNTS_DUE, {"now": to_ms(now)}))


def people_due(store: Store, now: datetime, warn_before: timedelta) -> frozenset[str]:
    """The persons to whom a push is due, or about whose promises something is to be done (see `promises_due`)."""
    at = to_ms(now)
    return frozenset(person for (person,) in rows(store, _PEOPLE_DUE, {"now": at, "warned": at + span_ms(warn_before)}))


def begin(
    store: Store, /, effect_ids: Sequence[int], now: datetime, uidnext: Mapping[str, int] | None = None, **also: Any
) -> list[EffectRow]:
    """Write down that these are about to be done. Returns those that are still owed; do only these.

    `uidnext`: UIDNEXT of each target folder as STATUS said just before, so that a lost answer can be found again.
    Putting aside what is due back already is given up, both effects are void.
    """
    at = to_ms(now)
    extra: dict[str, Any] = {**({"uidnext": dict(uidnext)} if uidnext else {}), **also}
    begun: list[int] = []
    with commit(store, "begin") as db:
        for effect in effect_ids:
            if _too_late(db, effect, at):
                continue
            changed = db.execute(
                "UPDATE effect SET state = 'trying', tries = tries + 1, args = json_patch(args, ?)"
                " WHERE id = ? AND state IN ('planned','trying')",
                (encode(extra), effect),
            )
            if changed.rowcount:
                begun.append(effect)
        return [found for effect in begun for found in effects_of(db, "id = ?", (effect,))]


def _too_late(db: Connection, effect: int, now: int) -> bool:
    """An `aside` that is known not to have been done while its return fell due."""
    changed = db.execute(
        "UPDATE effect SET state = 'void', error = 'due back already', done_at = :now WHERE state = 'planned' AND kind IN"
        " ('aside','back') AND item = (SELECT item FROM effect WHERE id = :effect AND kind = 'aside' AND state = 'planned')"
        " AND EXISTS (SELECT 1 FROM effect b WHERE b.item = effect.item AND b.kind = 'back'"
        " AND b.state = 'planned' AND b.due_at <= :now)",
        {"effect": effect, "now": now},
    )
    return changed.rowcount > 0


def done(store: Store, effect_id: int, now: datetime, place: Place | Nowhere | None = None) -> bool:
    """It is done; the item follows. `place`: where the message lies now (COPYUID); None: where it lay.

    Returns whether it was owed until now. Repeating it changes nothing.
    """
    with commit(store, "done") as db:
        return _done(db, effect_id, to_ms(now), place)


def done_many(store: Store, ends: Sequence[tuple[int, Place | None]], now: datetime, *, moved: bool = True) -> None:
    """A batch that is done, in one commit. Of what was moved a None place is unknown; else the place stays."""
    at = to_ms(now)
    with commit(store, "done") as db:
        for effect, place in ends:
            _done(db, effect, at, Nowhere.KNOWN if moved and place is None else place)


def _done(db: Connection, effect_id: int, now: int, place: Place | Nowhere | None) -> bool:
    changed = db.execute(
        "UPDATE effect SET state = 'done', done_at = ?, error = NULL WHERE id = ? AND state IN ('planned','trying')"
        " RETURNING kind, item, args",
        (now, effect_id),
    ).fetchone()
    if changed is None:
        return False
    kind, item, args = changed[0], changed[1], decode(changed[2])
    if item is None:
        return True
    if place is not None:
        put_place(db, item, None if place is Nowhere.KNOWN else place)
    if kind not in _AFTER:
        return True
    state, before = _AFTER[kind]
    moved = db.execute(f"UPDATE item SET state = ? WHERE id = ? AND state IN {before}", (state, item)).rowcount
    if moved and kind == "aside":  # whatever is put aside comes back
        plan_return(db, item, now, args.get("origin"))
    return True


def postpone(store: Store, effect_id: int, retry_at: datetime, error: str) -> None:
    """It did not work this time, begun or not: that counts as a try. A return is postponed for ever, never given up."""
    with commit(store, "postpone") as db:
        db.execute(
            "UPDATE effect SET tries = tries + CASE WHEN state = 'planned' THEN 1 ELSE 0 END, state = 'planned', due_at = ?, error = ?,"
            " args = CASE WHEN kind = 'back' THEN json_set(args, '$.was_due', coalesce(CAST(json_extract(args, '$.was_due') AS INTEGER), due_at)) ELSE args END"
            " WHERE id = ? AND state IN ('planned','trying')",
            (to_ms(retry_at), error, effect_id),
        )


@dataclass(frozen=True, slots=True)
class ReturnAhead:
    """A return that is owed, whose message it is, the call that its thread was promised, and when it was decided to be."""

    effect: EffectRow
    client: str
    promised: datetime | None
    decided: datetime | None


def returns_ahead(store: Store, account: int, now: datetime) -> list[ReturnAhead]:
    """Returns of clients' messages that are owed to a mailbox later than now."""
    sql = (
        f"SELECT {_E}, i.client, p.due_at, json_extract(i.decision, '$.moments.until.at')"
        " FROM effect e JOIN item i ON i.id = e.item"
        " LEFT JOIN promise p ON p.id = i.promise AND p.kind = 'call' AND p.state IN ('planned','open')"
        " WHERE e.account = ? AND e.due_at > ?"
        " AND e.state IN ('planned','trying') AND e.state = 'planned' AND e.kind = 'back' AND i.client IS NOT NULL ORDER BY e.due_at, e.id"
    )
    found = rows(store, sql, (account, to_ms(now)))
    return [
        ReturnAhead(effect_from(r), r[-3], from_ms(r[-2]), datetime.fromisoformat(r[-1]) if r[-1] else None)
        for r in found
    ]


def comes_back(store: Store, item_id: int) -> datetime | None:
    """When a message that is put aside comes back; None: it does not."""
    sql = "SELECT due_at FROM effect WHERE item = ? AND kind = 'back' AND state IN ('planned','trying')"
    found = row(store, sql, (item_id,))
    return from_ms(found[0]) if found else None


def reschedule(store: Store, effect_id: int, due_at: datetime) -> None:
    """It is owed at another time, and that is no trouble: nothing was tried."""
    with commit(store, "reschedule") as db:
        sql = (
            "UPDATE effect SET due_at = ?, state = 'planned', args = json_remove(args, '$.was_due', '$.again')"
            " WHERE id = ? AND state IN ('planned','trying')"
        )
        db.execute(sql, (to_ms(due_at), effect_id))


def fail(store: Store, effect_id: int, error: str, now: datetime) -> EffectRow | None:
    """It will never work. With an `aside` its return goes too: the message stays where it is. A return cannot fail."""
    with commit(store, "fail") as db:
        changed = db.execute(
            "UPDATE effect SET state = 'failed', error = ?, done_at = ? WHERE id = ? AND kind <> 'back'"
            " AND state IN ('planned','trying') RETURNING kind, item",
            (error, to_ms(now), effect_id),
        ).fetchone()
        if changed and changed[0] == "aside":
            _void(db, "item = ? AND kind = 'back'", (error, to_ms(now), changed[1]))
        return next(iter(effects_of(db, "id = ? AND state = 'failed'", (effect_id,))), None)


def void(store: Store, effect_ids: Sequence[int], reason: str, now: datetime) -> int:
    """It is not to be done any more. With an `aside` that was never done its return goes too. Returns how many changed."""
    at = to_ms(now)
    with commit(store, "void") as db:
        count = 0
        for effect in effect_ids:
            given = (reason, at, effect)
            count += _void(db, "id = ?", given)
            _void(
                db,
                "kind = 'back' AND item = (SELECT e.item FROM effect e JOIN item i ON i.id = e.item WHERE e.id = ?"
                " AND e.kind = 'aside' AND e.state = 'void' AND i.state <> 'aside')",
                given,
            )
        return count


def _void(db: Connection, where: str, given: tuple[str, int, int]) -> int:
    sql = f"UPDATE effect SET state = 'void', error = ?, done_at = ? WHERE {where} AND state IN ('planned','trying')"
    return db.execute(sql, given).rowcount


def plan(store: Store, new: NewEffect) -> int | None:
    """Owe something, once per key: a digest, an agenda, a warning, a push. None: it was owed before."""
    with commit(store, "plan") as db:
        return plan_effect(db, new)


def effect(store: Store, key_or_id: int | str) -> EffectRow | None:
    """The effect of that id or key."""
    column = "id" if isinstance(key_or_id, int) else "key"
    found = row(store, f"SELECT {EFFECT} FROM effect WHERE {column} = ?", (key_or_id,))
    return effect_from(found) if found else None


def effects_for(store: Store, item_id: int) -> list[EffectRow]:
    """Everything that was ever owed for a message, oldest first."""
    found = rows(store, f"SELECT {EFFECT} FROM effect WHERE item = ? ORDER BY id", (item_id,))
    return [effect_from(r) for r in found]


def trying_effects(store: Store, account: int | None = None) -> list[EffectRow]:
    """Effects that were begun and not ended, oldest first."""
    sql = f"SELECT {EFFECT} FROM effect WHERE state = 'trying' AND state IN ('planned','trying') ORDER BY due_at, id"
    return [effect for r in rows(store, sql) if (effect := effect_from(r)) and account in (None, effect.account)]


def due_pushes(store: Store, person: str, now: datetime, limit: int = 200) -> list[EffectRow]:
    """Pushes to a person that are due, oldest first."""
    sql = (
        f"SELECT {EFFECT} FROM effect WHERE due_at <= ? AND state IN ('planned','trying') AND kind = 'notify'"
        " AND person = ? ORDER BY due_at, id LIMIT ?"
    )
    return [effect_from(r) for r in rows(store, sql, (to_ms(now), person, limit))]


def pushed_since(store: Store, person: str, rings: Rings, since: datetime) -> int:
    """How many pushes went so since an instant, however many messages each told of."""
    found = row(
        store,
        "SELECT count(DISTINCT coalesce(json_extract(e.args, '$.push'), CAST(e.id AS TEXT))) FROM item i JOIN effect e ON e.item = i.id"
        " WHERE i.person = ? AND i.client = ? AND i.arrived_at >= ? AND CASE WHEN i.trust >= ? THEN 1 ELSE 0 END = ? AND e.kind = 'notify'"
        " AND e.state = 'done' AND e.done_at >= ? AND json_extract(e.args, '$.channel') = ?",
        (
            person,
            rings.client,
            to_ms(since) - 86_400_000,
            ACTS[Act.RING].level.value,
            rings.vouched,
            to_ms(since),
            rings.channel,
        ),
    )
    return found[0] if found else 0
