"""The paper for a call: a mail of ours that is about no message and no promise, but about what a call will be about."""

# ruff: noqa: S608 — statements are put together from constants of this room only; values are always bound

from dataclasses import dataclass
from datetime import datetime

from triaged.ledger.entries import Mode, ReplyRow
from triaged.ledger.instants import to_ms
from triaged.ledger.numbers import NEXT
from triaged.ledger.rows import replies_of, reply_of
from triaged.ledger.store import Store, commit, reading, rows

_MOST = 100
_REPLY = f"""
INSERT INTO reply (id, person, account, client, correspondent, rcpt, kind, template, language, auto, tell_at, tell_kind, tell_call,
  message_id, mode, state, made_at, send_at, try_at)
VALUES ({NEXT}, :person, :account, :client, :correspondent, :rcpt, 'paper', 'paper', :language, 'auto-generated', :starts, 'call',
  :call, :message_id, :mode, 'waiting', :now, :send_at, :send_at) ON CONFLICT DO NOTHING RETURNING id
"""
_IDS = """
SELECT r.message_id FROM reply r WHERE r.person = :person AND r.client = :client AND r.kind = 'paper' AND r.state IN ('sent','in_doubt')
UNION SELECT s.message_id FROM sent s JOIN reply r ON r.id = s.reply
WHERE r.person = :person AND r.client = :client AND r.kind = 'paper' AND s.message_id IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class NewPaper:
    """To whom, from which account, in which language, for which call."""

    person: str
    account: int
    client: str
    correspondent: str
    rcpt: str
    language: str
    message_id: str
    mode: Mode
    call: str
    starts: datetime
    send_at: datetime


def papers_for(store: Store, person: str, client: str) -> list[ReplyRow]:
    """Those for a client, the newest first."""
    where = f"person = ? AND client = ? AND kind = 'paper' ORDER BY id DESC LIMIT {_MOST}"
    with reading(store) as db:
        return replies_of(db, where, (person, client))


def paper_ids(store: Store, person: str, client: str) -> frozenset[str]:
    """The Message-IDs of those that a client has, also those under which they lie in Sent."""
    return frozenset(found for (found,) in rows(store, _IDS, {"person": person, "client": client}))


def plan_paper(store: Store, new: NewPaper, now: datetime) -> ReplyRow | None:
    """One is to be written; None: one that lives is there already."""
    given = {
        "person": new.person,
        "account": new.account,
        "client": new.client,
        "correspondent": new.correspondent,
        "rcpt": new.rcpt,
        "language": new.language,
        "starts": to_ms(new.starts),
        "call": new.call,
        "message_id": new.message_id,
        "mode": new.mode,
        "now": to_ms(now),
        "send_at": to_ms(new.send_at),
    }
    with commit(store, "plan_paper") as db:
        made = db.execute(_REPLY, given).fetchone()
        return reply_of(db, made[0]) if made is not None else None
