"""From rows to values and back. Column lists and constructors stand side by side so that they cannot drift apart."""

# ruff: noqa: S608 — statements are put together from constants of this room only; values are always bound

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from triaged.core.trust import Level
from triaged.ledger.engine import INSTEAD, Connection
from triaged.ledger.entries import AccountRow, EffectRow, FolderRow, Item, Place, PromiseRow, ReplyRow
from triaged.ledger.instants import from_ms

_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

ACCOUNT = "id, person, login, learned"
FOLDER = "account, name, role, uidvalidity, next_uid, baseline_uid, last_internal_at"
ITEM = (
    "id, person, account, client, correspondent, sender, message_id, refs, digest, server_id, thread, dated_at, arrived_at,"
    " decided_at, kind, automatic, subject, excerpt, mode, verdict, rule, reason, no_reply, decision, ruleset, state,"
    " folder, uidvalidity, uid, promise, answered_at, tries, retry_at, trust,"
    " answered_by, settled_at, settled_by, call_at, language"
)
EFFECT = "id, key, person, account, item, reply, kind, args, due_at, state, tries, error, done_at"
PROMISE = (
    "id, person, client, correspondent, thread, kind, due_at, first_due_at, call, state, told_at, warned_at, overdue_at,"
    " closed_at, closed_by"
)
REPLY = (
    "id, person, account, client, correspondent, rcpt, kind, template, language, auto, promise, tell_at, tell_kind,"
    " tell_call, message_id, mode, state, stage, made_at, send_at, try_at, tries, claimed_at, code, reason, ended_at,"
    " folder, uidvalidity, uid, trust, returned_at, slot"
)


REMEMBER = "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
"""The statement that puts a value under a key, whatever was there."""


def begins(column: str, prefix: str) -> str:
    """The condition for texts that begin so, which an index answers. `prefix`: a constant that ends in ":"."""
    return f"{column} >= '{prefix}' AND {column} < '{prefix[:-1]};'"  # the octet after a colon


def columns(names: str, alias: str) -> str:
    """A column list for a query over several tables."""
    return ", ".join(f"{alias}.{name.strip()}" for name in names.split(","))


@lru_cache(maxsize=16)
def insertion(table: str, names: tuple[str, ...]) -> str:
    """The statement for a new row, its values by position: SQLite would look each name up."""
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"


def encode(value: Mapping[str, Any] | Sequence[Any]) -> str:
    """A JSON text for a column, without a NUL: `fit` sees none where it is spelt."""
    text = _encode(value)
    return text if "\\u0000" not in text else _NUL.sub(rf"\g<1>{INSTEAD}", text)


def decode(text: str | None) -> Any:
    """The value of a JSON column; None stays None."""
    return None if text is None else json.loads(text)


def account_from(r: Sequence[Any]) -> AccountRow:
    """From the columns ACCOUNT."""
    return AccountRow(r[0], r[1], r[2], json.loads(r[3]))


def folder_from(r: Sequence[Any]) -> FolderRow:
    """From the columns FOLDER."""
    return FolderRow(r[0], r[1], r[2], r[3], r[4], r[5], from_ms(r[6]))


def item_from(r: Sequence[Any]) -> Item:
    """From the columns ITEM."""
    return Item(
        id=r[0],
        person=r[1],
        account=r[2],
        client=r[3],
        correspondent=r[4],
        sender=r[5],
        message_id=r[6],
        references=tuple(json.loads(r[7])),
        digest=r[8],
        server_id=r[9],
        thread=r[10],
        dated_at=from_ms(r[11]),
        arrived_at=from_ms(r[12]),
        decided_at=from_ms(r[13]),
        kind=tuple(json.loads(r[14])),
        automatic=bool(r[15]),
        subject=r[16],
        excerpt=r[17],
        mode=r[18],
        verdict=r[19],
        rule=r[20],
        reason=r[21],
        no_reply=r[22],
        decision=decode(r[23]),
        ruleset=r[24],
        state=r[25],
        folder=r[26],
        uidvalidity=r[27],
        uid=r[28],
        promise=r[29],
        answered_at=from_ms(r[30]),
        tries=r[31],
        retry_at=from_ms(r[32]),
        level=Level(r[33]),
        answered_by=r[34],
        settled_at=from_ms(r[35]),
        settled_by=r[36],
        call_at=from_ms(r[37]),
        language=r[38],
    )


def effect_from(r: Sequence[Any]) -> EffectRow:
    """From the columns EFFECT."""
    return EffectRow(
        id=r[0],
        key=r[1],
        person=r[2],
        account=r[3],
        item=r[4],
        reply=r[5],
        kind=r[6],
        args=json.loads(r[7]),
        due_at=from_ms(r[8]),
        state=r[9],
        tries=r[10],
        error=r[11],
        done_at=from_ms(r[12]),
    )


def promise_from(r: Sequence[Any]) -> PromiseRow:
    """From the columns PROMISE."""
    return PromiseRow(
        id=r[0],
        person=r[1],
        client=r[2],
        correspondent=r[3],
        thread=r[4],
        kind=r[5],
        due_at=from_ms(r[6]),
        first_due_at=from_ms(r[7]),
        call=r[8],
        state=r[9],
        told_at=from_ms(r[10]),
        warned_at=from_ms(r[11]),
        overdue_at=from_ms(r[12]),
        closed_at=from_ms(r[13]),
        closed_by=r[14],
    )


def reply_from(r: Sequence[Any], items: tuple[int, ...]) -> ReplyRow:
    """From the columns REPLY and the ids of the messages that it covers."""
    return ReplyRow(
        id=r[0],
        person=r[1],
        account=r[2],
        client=r[3],
        correspondent=r[4],
        rcpt=r[5],
        kind=r[6],
        template=r[7],
        language=r[8],
        auto=r[9],
        promise=r[10],
        tell_at=from_ms(r[11]),
        tell_kind=r[12],
        tell_call=r[13],
        message_id=r[14],
        mode=r[15],
        state=r[16],
        stage=r[17],
        made_at=from_ms(r[18]),
        send_at=from_ms(r[19]),
        try_at=from_ms(r[20]),
        tries=r[21],
        claimed_at=from_ms(r[22]),
        code=r[23],
        reason=r[24],
        ended_at=from_ms(r[25]),
        place=None if r[28] is None else Place(r[26], r[27], r[28]),
        level=Level(r[29]),
        returned_at=from_ms(r[30]),
        slot=r[31],
        items=items,
    )


def item_of(db: Connection, item: int) -> Item | None:
    """The item of that id."""
    found = db.execute(f"SELECT {ITEM} FROM item WHERE id = ?", (item,)).fetchone()
    return item_from(found) if found else None


def promise_of(db: Connection, promise: int) -> PromiseRow | None:
    """The promise of that id."""
    found = db.execute(f"SELECT {PROMISE} FROM promise WHERE id = ?", (promise,)).fetchone()
    return promise_from(found) if found else None


def effects_of(db: Connection, where: str, params: Sequence[Any]) -> list[EffectRow]:
    """Effects by a condition of ours."""
    return [effect_from(r) for r in db.execute(f"SELECT {EFFECT} FROM effect WHERE {where}", params)]


def replies_of(db: Connection, where: str, params: Sequence[Any]) -> list[ReplyRow]:
    """Replies by a condition of ours, each with its items, the one that it was made for first."""
    found = db.execute(f"SELECT {REPLY} FROM reply WHERE {where}", params).fetchall()
    return [reply_from(r, items_covered(db, r[0])) for r in found]


def reply_of(db: Connection, reply: int) -> ReplyRow | None:
    """The reply of that id."""
    return next(iter(replies_of(db, "id = ?", (reply,))), None)


def items_covered(db: Connection, reply: int) -> tuple[int, ...]:
    """The ids of the messages that a reply covers: the one that it was made for, then those that joined, as they came."""
    return tuple(r[0] for r in db.execute("SELECT item FROM reply_item WHERE reply = ? ORDER BY item", (reply,)))
