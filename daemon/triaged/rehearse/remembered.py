"""Messages made anew from what the ledger remembers of them, for a trial of other rules: rows in, mail out.

Of a mail the ledger keeps sender, subject, time and thread, and while it is open the first words. So conditions on the text see no
more than those, a call by telephone is not known again, and my own answers are not among it: `replay` reads the mails themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any, Final

from triaged.core.message import read_raw
from triaged.ledger import Ledger, Period
from triaged.rehearse.sources import Old

MOST: Final = 999
"""So many messages are gone through, the latest: one process can do it, and be stopped."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is remembered of one message. `words`: its first ones, "" where they are forgotten; `to`: a login of mine."""

    item: int
    client: str
    sender: str
    subject: str
    words: str
    arrived: datetime
    message_id: str
    references: tuple[str, ...]
    automatic: bool
    to: str

    def as_json(self) -> dict[str, Any]:
        """For a process of its own: plain values."""
        return {name: getattr(self, name) for name in self.__slots__} | {"arrived": self.arrived.isoformat()}

    @classmethod
    def of_json(cls, given: Mapping[str, Any]) -> "Kept":
        """`as_json` the other way round."""
        at, references = datetime.fromisoformat(given["arrived"]), tuple(given["references"])
        return cls(**{**given, "arrived": at, "references": references})


def kept_mail(ledger: Ledger, key: str, since: datetime, until: datetime) -> list[Kept]:
    """What is remembered of the clients' messages that arrived in a time, in that order; of very many the latest."""
    logins = {row.id: row.login for row in ledger.accounts()}
    rows = [row for row in ledger.received(Period(since, until, person=key)) if since <= row.arrived_at < until]
    found = []
    for row in rows[-MOST:]:
        item = ledger.item(row.item) if row.item is not None else None
        if item is None or item.client is None:
            continue
        found.append(
            Kept(
                item.id,
                item.client,
                item.sender or "",
                item.subject or "",
                item.excerpt or "",
                item.arrived_at,
                item.message_id or f"<item{item.id}@triaged.invalid>",
                item.references,
                item.automatic,
                logins.get(item.account, ""),
            )
        )
    return found


def as_mail(kept: Kept, to: str) -> Old:
    """The message as far as it is remembered, to an address of mine."""
    fields = {
        "Return-Path": f"<{kept.sender}>",
        "From": kept.sender,
        "To": to,
        "Subject": _line(kept.subject),
        "Date": format_datetime(kept.arrived),
        "Message-ID": kept.message_id,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
    }
    if kept.references:
        fields |= {"In-Reply-To": kept.references[-1], "References": " ".join(kept.references)}
    if kept.automatic:
        fields["Auto-Submitted"] = "auto-generated"
    head = "".join(f"{name}: {_line(text)}\r\n" for name, text in fields.items())
    message = read_raw(f"{head}\r\n{kept.words}\r\n".encode("utf-8", "replace"))
    return Old(str(kept.item), message, kept.arrived)


def _line(text: str) -> str:
    return " ".join(text.split())
