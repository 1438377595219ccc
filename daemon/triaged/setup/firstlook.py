"""What a mailbox shows to somebody who has just signed in: folders, my name, who vouches for senders, likely clients.

In: an open connection. Out: a `Seen`. Nothing is changed, nothing is marked as seen.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from triaged.core.address import Address
from triaged.core.message import Message, read
from triaged.mailbox import Session
from triaged.setup.likelyclients import Correspondent, correspondents
from triaged.setup.vouching import Vouching, vouching

_LAST = 100
_PATIENCE = 4.0  # seconds for a host that may not exist


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found in a mailbox."""

    folders: tuple[str, ...]
    messages: int  # in the inbox
    sent: str | None
    drafts: str | None
    name: str  # as I sign my mail; "" not known
    vouching: Vouching  # who vouches for senders
    clients: tuple[Correspondent, ...]


async def look_around(session: Session, mine: Collection[Address], since: datetime) -> Seen:
    """Look at the folders, the last headers, and the correspondents since an instant.

    Raises:
        MailboxError: the connection ended, or the server would not show the inbox.
    """
    infos = await session.folders()
    sent, drafts = await session.special("sent"), await session.special("drafts")
    inbox = await session.select("INBOX")
    vouches = vouching(await _last(session))
    return Seen(
        folders=tuple(info.name for info in infos if info.selectable),
        messages=inbox.exists,
        sent=sent,
        drafts=drafts,
        name=await _my_name(session, mine, sent),
        vouching=vouches,
        clients=tuple(await correspondents(session, mine, since, sent)),
    )


async def _last(session: Session) -> list[Message]:
    """The last messages of the selected folder, their headers."""
    uids = (await session.uids_from(1))[-_LAST:]
    fetched = await session.headers(uids) if uids else []
    return [read(one.header, b"", size=one.size, complete=False) for one in fetched]


async def _my_name(session: Session, mine: Collection[Address], sent: str | None) -> str:
    if sent is None:
        return ""
    await session.select(sent)
    names: Counter[str] = Counter()
    for sender in [message.sender for message in await _last(session)]:
        if sender is not None and sender.address in mine and sender.name:
            names[sender.name] += 1
    return names.most_common(1)[0][0] if names else ""


def candidates(domain: str) -> tuple[tuple[str, str], ...]:
    """Hosts (IMAP, SMTP) that a domain of one's own may have, the likeliest first."""
    return (
        (f"imap.{domain}", f"smtp.{domain}"),
        (f"mail.{domain}", f"mail.{domain}"),
        (domain, domain),
    )


async def listens(host: str, port: int) -> bool:
    """Whether somebody listens there; nothing is said to it."""
    try:
        async with asyncio.timeout(_PATIENCE):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError, UnicodeError):
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True


async def first_that_listens(hosts: Collection[str], port: int) -> str | None:
    """The first of these hosts, in their order, at which somebody listens."""
    answers = await asyncio.gather(*(listens(host, port) for host in hosts))
    return next((host for host, answered in zip(hosts, answers, strict=True) if answered), None)
