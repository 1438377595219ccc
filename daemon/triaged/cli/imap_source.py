"""`imap:ACCOUNT/FOLDER` for replay, and ACCOUNT:UID for explain: mail read from the server, never marked as seen."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from triaged.cli.common import Failed
from triaged.config import Loaded, ask_secret, state_file
from triaged.core.flags import folded
from triaged.core.message import Message
from triaged.core.settings import Account
from triaged.ledger.entries import Place
from triaged.mailbox import Pools, Selected, Session
from triaged.rehearse import earlier
from triaged.rehearse.sources import Old

if TYPE_CHECKING:
    from triaged.service.tokens import Signing

_WINDOW = 500


def fetched(loaded: Loaded, source: str, since: datetime | None) -> list[Old]:
    """Every message of a folder on the server.

    Raises:
        Failed: there is no such account or folder.
        MailboxError: the server cannot be reached.
    """
    label, _, folder = source.removeprefix("imap:").partition("/")
    return asyncio.run(_folder(loaded, account_of(loaded, label), folder or "INBOX", since))


def account_of(loaded: Loaded, label: str) -> Account:
    """The account of that table name or login."""
    accounts = [account for person in loaded.persons for account in person.accounts]
    found = next((account for account in accounts if label in (account.label, account.login)), None)
    if found is None:
        raise Failed(f"there is no account {label!r}; known are {', '.join(a.label for a in accounts)}")
    return found


def session_for(loaded: Loaded, account: Account, pools: Pools) -> Session:
    """A connection of its own, beside the daemon's."""
    server = account.imap
    signing, _ = signing_of(loaded, account)
    if signing is not None:
        return Session(server, pools, token=signing.token, token_refused=signing.refused)
    password = server.password

    async def secret() -> str:
        assert password is not None
        return await ask_secret(password, user=server.user or "", service=server.host)

    return Session(server, pools, secret=secret if password is not None else None)


def signing_of(loaded: Loaded, account: Account) -> "tuple[Signing | None, Signing | None]":
    """How IMAP and SMTP are signed in to with tokens, the daemon's; None, None where neither is."""
    if account.imap.oauth is None and (account.smtp is None or account.smtp.oauth is None):
        return None, None
    from triaged.service.tokens import outside

    return outside(state_file(loaded).parent, account)


@dataclass(frozen=True, slots=True)
class Found:
    """One message on the server: as the daemon reads it, and where it lies."""

    message: Message
    arrived: datetime  # INTERNALDATE
    place: Place


def one_message(loaded: Loaded, account: Account, folder: str, uid: int) -> Found:
    """The message of that UID.

    Raises:
        Failed: there is no such folder or message.
        MailboxError: the server cannot be reached.
    """
    return asyncio.run(_one(loaded, account, folder, uid))


async def _one(loaded: Loaded, account: Account, folder: str, uid: int) -> Found:
    async with opened(loaded, account, folder) as (session, selected, name):
        for one in await session.fetch([uid], text=True):
            message = one.as_message()
            return Found(message, one.arrived, Place(name, selected.uidvalidity, uid))
    raise Failed(f"{account.label} has no message with UID {uid} in {folder}")


@asynccontextmanager
async def opened(loaded: Loaded, account: Account, folder: str) -> AsyncIterator[tuple[Session, Selected, str]]:
    """A connection with that folder selected, and the folder's name on the server."""
    async with connected(loaded, account) as session:
        name = await session.locate(folder)
        if name is None:
            raise Failed(f"{account.label} has no folder {folder!r}")
        yield session, await session.select(name), name


@asynccontextmanager
async def connected(loaded: Loaded, account: Account) -> AsyncIterator[Session]:
    """A connection of its own, beside the daemon's."""
    pools = Pools(commands=1, connects=1)
    session = session_for(loaded, account, pools)
    try:
        await session.open()
        yield session
    finally:
        await session.close()
        pools.close()


async def _folder(loaded: Loaded, account: Account, folder: str, since: datetime | None) -> list[Old]:
    async with opened(loaded, account, folder) as (session, _, _name):
        mail = _mail(session, folder, since, text=True)
        return [replace(old, name=f"{account.label}/{old.name}") async for old, _ in mail]


async def _mail(
    session: Session, folder: str, since: datetime | None, *, text: bool
) -> AsyncIterator[tuple[Old, frozenset[str]]]:
    """The messages of the selected folder with their flags; without `text` their headers alone."""
    uids = await (session.uids_from(1) if since is None else session.uids_since(since))
    for start in range(0, len(uids), _WINDOW):
        window = uids[start : start + _WINDOW]
        for one in await (session.fetch(window, text=True) if text else session.headers(window)):
            if since is None or one.arrived >= since:
                message = one.as_message()
                yield Old(f"{folder}:{one.uid}", message, one.arrived), one.flags


def all_of(loaded: Loaded, account: Account, also: Sequence[str], since: datetime) -> list[earlier.Found]:
    """Everything in the watched folders, the deferred one, Sent, and the folders named besides; see `fetched`."""
    return asyncio.run(_all_of(loaded, account, also, since))


async def _all_of(loaded: Loaded, account: Account, also: Sequence[str], since: datetime) -> list[earlier.Found]:
    async with connected(loaded, account) as session:
        found: list[earlier.Found] = []
        for name, sent in (await _where_mail_is(session, account, also)).items():
            await session.select(name)
            found += [
                earlier.Found(old, account, answered="\\answered" in folded(flags), sent=sent)
                async for old, flags in _mail(session, name, since, text=not sent)
            ]
        return found


async def _where_mail_is(session: Session, account: Account, also: Sequence[str]) -> dict[str, bool]:
    """The folders to read, and of each whether sent mail lies there."""
    folders = account.folders
    ours = [await session.locate(name) for name in (*account.watch, folders.deferred, folders.urgent) if name]
    named = [(name, await session.locate(name)) for name in also]
    if missing := [name for name, there in named if there is None]:
        raise Failed(f"{account.label} has no folder {missing[0]!r}")
    sent = await session.all_meant(folders.sent, "sent")
    if not sent:
        raise Failed(
            f"{account.label}: where sent mail lies is not known, and so who was answered is not; see folders.sent"
        )
    return {name: name in sent for name in (*ours, *(there for _, there in named), *sent) if name is not None}
