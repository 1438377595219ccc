"""What commands and mails of the person have done: kept until the log has told it. One row of `meta` each."""

from dataclasses import dataclass
from typing import Literal, get_args

from triaged.ledger.engine import Connection
from triaged.ledger.rows import REMEMBER, begins
from triaged.ledger.store import Store, commit, rows

By = Literal["command", "mail", "page", "person", "agenda"]
"""Who did it: from the command line, by an answer to a mail of ours, on the page, in the mailbox, after a call."""

SaidEvent = Literal[
    "reply.cancelled", "promise.settled", "pass.refunded", "message.snoozed", "message.settled", "service.paused",
    "service.resumed", "config.reloaded", "reply.scheduled", "message.returned",
]  # fmt: skip
"""The events that the log owes."""

_UNTOLD = "untold:"
_EVENTS = frozenset(get_args(SaidEvent))


@dataclass(frozen=True, slots=True)
class Said:
    """One act: the event that tells it, who did it, and the number of what it is about, or in words."""

    event: SaidEvent
    by: By
    about: int = 0
    words: str = ""


def owe_the_log(db: Connection, said: Said) -> None:
    """Inside a transaction: the daemon is to tell its log."""
    key = f"{_UNTOLD}{said.event}:{said.by}:{said.about or said.words}"
    db.execute(REMEMBER, (key, said.words or str(said.about)))


def told(store: Store) -> list[Said]:
    """What was done since this was asked last. Whoever asks tells the log."""
    keys = begins("key", _UNTOLD)
    if not rows(store, f"SELECT 1 FROM meta WHERE {keys} LIMIT 1"):  # noqa: S608 — a constant
        return []
    with commit(store, "told") as db:
        found = db.execute(f"DELETE FROM meta WHERE {keys} RETURNING key, value").fetchall()  # noqa: S608 — a constant
    return [said for key, value in found if (said := _read(key.removeprefix(_UNTOLD), value))]


def _read(key: str, value: str) -> Said | None:
    event, _, rest = key.partition(":")
    by, _, about = rest.partition(":")
    if event not in _EVENTS:
        return _of_an_earlier_version(event, value)
    return Said(event, by, int(about) if about.isdecimal() else 0, "" if about.isdecimal() else value)  # type: ignore[arg-type]  # written above


def _of_an_earlier_version(key: str, value: str) -> Said | None:
    """As versions before wrote it: "12", "promise:3", "pass:4"."""
    events: dict[str, SaidEvent] = {"promise": "promise.settled", "pass": "pass.refunded"}
    return Said(events.get(key, "reply.cancelled"), "command", int(value)) if value.isdecimal() else None
