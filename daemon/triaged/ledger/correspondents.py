"""The correspondents: when each was replied to last, who is not written to (any more), until when and why.

Opted out (STOP) for good or for a while, bounced, and answers that are taken for a machine's. All of it is listed, and a
person may lift it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from triaged.core.trust import Level
from triaged.ledger.engine import Connection
from triaged.ledger.entries import OptOut, ReplyRow
from triaged.ledger.instants import from_ms, span_ms, to_ms
from triaged.ledger.rows import decode, encode, reply_of
from triaged.ledger.store import Store, commit, rows

PAUSE: Final = timedelta(days=14)
"""How long nothing goes to an address that wrote STOP about nothing of ours."""

MUTE: Final = timedelta(days=1)
"""How long the answers of an address are taken for a machine's."""

Closing = Literal["opted_out_at", "opted_out_until", "bounced_until", "robot_until"]

_KNOWN: Final = """
SELECT CASE
    WHEN last_reply IS NOT NULL AND last_reply IS :but THEN NULL
    WHEN coalesce((SELECT r.trust FROM reply r WHERE r.id = last_reply), :level) >= :level THEN last_reply_at
    ELSE (SELECT max(r.claimed_at) FROM reply r WHERE r.person = :person AND r.correspondent = :address AND r.kind = 'ack'
      AND r.trust >= :level AND r.id IS NOT :but)
  END, last_reply_at, opted_out_at, opted_out_until, bounced_until, robot_until, answer
FROM correspondent WHERE person = :person AND address = :address
"""  # a reply that was made on less evidence stands in nobody's way
_WHATS: Final[dict[Closing, str]] = {
    "opted_out_at": "opted out",
    "opted_out_until": "paused",
    "bounced_until": "bounced",
    "robot_until": "muted",
}


@dataclass(frozen=True, slots=True)
class Whose:
    """Whom we write to, on what evidence, and the reply that is not counted."""

    person: str
    address: str | None
    level: Level
    but: int | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of a correspondent. `last_reply`: the last that was made on no less evidence, milliseconds."""

    last_reply: int | None = None
    had_reply: int | None = None
    opted_out_at: int | None = None
    opted_out_until: int | None = None
    bounced_until: int | None = None
    robot_until: int | None = None
    answer: str | None = None  # what its last answer to us said, as `core.echo` knows it again

    def wants_none(self, now: int) -> bool:
        """Whether it has written STOP, for good or for a while."""
        return self.opted_out_at is not None or (self.opted_out_until or 0) > now


def known(db: Connection, whose: Whose) -> Known:
    """Inside a transaction: what is remembered; of nobody nothing."""
    if whose.address is None:
        return Known()
    given = {"person": whose.person, "address": whose.address, "level": whose.level.value, "but": whose.but}
    found = db.execute(_KNOWN, given).fetchone()
    return Known(*found) if found else Known()


@dataclass(frozen=True, slots=True)
class Closed:
    """Not written to, or not listened to: in which way, until when (since when, for good), noted when, and why."""

    what: Closing
    until: int
    at: int
    why: str


def close(db: Connection, whose: Iterable[tuple[str, str, str]], closed: Closed) -> None:
    """Inside a transaction: from now on. `whose`: person, address, client."""
    what = closed.what
    first = what == "opted_out_at"  # the first STOP is the one that counts; all others end when the last of them does
    kept, of = (
        ("min", "excluded.reasons, correspondent.reasons")
        if first
        else ("max", "correspondent.reasons, excluded.reasons")
    )
    reasons = encode({what: [closed.at, closed.why]})
    for person, address, client in whose:
        db.execute(
            f"INSERT INTO correspondent (person, address, client, {what}, reasons) VALUES (?,?,?,?,?)"  # noqa: S608 — a column of ours
            f" ON CONFLICT (person, address) DO UPDATE SET {what} = {kept}(coalesce(correspondent.{what}, excluded.{what}), excluded.{what}),"
            f" reasons = json_patch({of})",
            (person, address, client, closed.until, reasons),
        )


def bounced(store: Store, reply_id: int, until: datetime | None, now: datetime, why: str = "") -> ReplyRow | None:
    """A reply came back; with `until` that address is not written to until then. One in doubt is known to have gone."""
    with commit(store, "bounced") as db:
        reply = reply_of(db, reply_id)
        if reply is None:
            return None
        db.execute(
            "UPDATE reply SET state = 'sent', ended_at = coalesce(ended_at, ?) WHERE id = ? AND state = 'in_doubt'",
            (to_ms(now), reply_id),
        )
        db.execute(
            "UPDATE reply SET returned_at = ?, reason = coalesce(nullif(?, ''), reason) WHERE id = ? AND returned_at IS NULL",
            (to_ms(now), why, reply_id),
        )
        if until is not None:
            whose = [(reply.person, reply.correspondent, reply.client)]
            close(db, whose, Closed("bounced_until", to_ms(until), to_ms(now), why))
        return reply


def opt_outs(store: Store, person: str | None = None, now: datetime | None = None) -> list[OptOut]:
    """Who is not written to, or not listened to: for good, or until later than `now`."""
    found = rows(
        store,
        "SELECT person, address, opted_out_at, opted_out_until, bounced_until, robot_until, reasons FROM correspondent"
        " WHERE coalesce(opted_out_at, opted_out_until, bounced_until, robot_until) IS NOT NULL AND (CAST(? AS TEXT) IS NULL OR person = ?)"
        " ORDER BY person, address",
        (person, person),
    )
    at = to_ms(now) if now is not None else 0
    closed: list[OptOut] = []
    for whose, address, *instants, reasons in found:
        noted = decode(reasons)
        for what, instant in zip(_WHATS, instants, strict=True):
            for_good = what == "opted_out_at"
            if instant is not None and (for_good or instant > at):
                since, why = noted.get(what, (instant if for_good else None, ""))
                until = None if for_good else from_ms(instant)
                closed.append(OptOut(whose, address, from_ms(since), _WHATS[what], until, why))
    return closed


def remove_opt_out(store: Store, address: str, person: str | None = None) -> int:
    """This correspondent may be answered again. Returns for how many persons that changed anything."""
    with commit(store, "remove_opt_out") as db:
        return db.execute(
            "UPDATE correspondent SET opted_out_at = NULL, opted_out_until = NULL WHERE address = ?"
            " AND (opted_out_at IS NOT NULL OR opted_out_until IS NOT NULL) AND (CAST(? AS TEXT) IS NULL OR person = ?)",
            (address, person, person),
        ).rowcount


def unmute(store: Store, address: str, person: str | None = None) -> int:
    """Lift all of it: opted out, paused, bounced, muted. Returns for how many persons that changed anything."""
    with commit(store, "unmute") as db:
        return db.execute(
            "UPDATE correspondent SET opted_out_at = NULL, opted_out_until = NULL, bounced_until = NULL, robot_until = NULL,"
            " reasons = '{}' WHERE address = ? AND coalesce(opted_out_at, opted_out_until, bounced_until, robot_until) IS NOT NULL"
            " AND (CAST(? AS TEXT) IS NULL OR person = ?)",
            (address, person, person),
        ).rowcount


def mute_until(now: int) -> int:
    """Until when the answers of an address are taken for a machine's."""
    return now + span_ms(MUTE)


def pause_until(now: int) -> int:
    """Until when nothing goes to an address that wrote STOP about nothing of ours."""
    return now + span_ms(PAUSE)
