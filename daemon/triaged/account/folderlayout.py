"""Where things are on this server: the real names behind the configured ones, found anew with every connection."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from triaged.core.settings import Account, Mode, Person
from triaged.ledger.entries import FolderRow
from triaged.log.events import Events
from triaged.mailbox import FolderStatus, Refused, Role, Session


@dataclass(frozen=True, slots=True)
class Layout:
    """Real folder names; None: there is none, and what needs it is not done."""

    watch: Mapping[str, str]  # the watched folders that are there, and how each is configured, in that order
    absent: tuple[str, ...]  # those that are not there, as configured
    deferred: str | None
    urgent: str | None
    sent: tuple[str, ...]  # the first gets copies
    drafts: str | None
    trash: str | None
    archive: str | None
    movable: bool
    why: str = ""  # why nothing is moved
    snooze: Mapping[str, str] = field(default_factory=dict)  # folders that say when, and how each is configured

    @property
    def home(self) -> str:
        """Where mail goes that belongs to no other watched folder."""
        return next(iter(self.watch), "INBOX")

    @property
    def waiting_in(self) -> str:
        """Where news are waited for; the other watched folders are asked: the inbox, which can be neither renamed nor deleted."""
        return "INBOX" if "INBOX" in self.watch else self.home

    def keeps(self, folder: str | None) -> bool:
        """Whether what is put aside lies in a folder."""
        return folder is not None and (folder == self.deferred or folder in self.snooze)

    def named(self, folder: str) -> str:
        """The real name of a folder that is watched, by its configured one; any other as it is."""
        return next((real for real, configured in self.watch.items() if configured == folder), folder)


def as_seen(row: FolderRow | None, status: FolderStatus) -> bool:
    """Whether nothing has come into a folder since it was looked at."""
    return row is not None and (status.uidvalidity, status.uidnext) == (row.uidvalidity, row.next_uid)


def acts(person: Person, account: Account) -> bool:
    """Whether anything of this account may be touched: it, or one of the clients, is not only observed."""
    modes = (account.mode, *(client.mode for client in person.roster.clients if client.mode is not None))
    return any(Mode(mode) is not Mode.OBSERVE for mode in modes)


async def lay_out(session: Session, account: Account, events: Events, *, make: bool) -> Layout:
    """Find the folders; `make` those of our own that are missing (in `observe` nothing is made)."""
    wanted = account.folders
    snoozed = await session.special("snoozed")  # another program's: never watched, never a target
    places = {name: real if (real := await session.locate(name)) != snoozed else None for name in account.watch}
    can = session.can_move
    deferred, why = await _ours(session, wanted.deferred, make=make and can)
    urgent, why_urgent = await _ours(session, wanted.urgent, make=make and can)
    if snoozed is not None and snoozed in (deferred, urgent):
        deferred, urgent = None, None
        why = f"{snoozed} is the server's own folder for what is snoozed: name another one in `folders`"
    if not can:
        why = "the server can neither MOVE nor expunge single messages (UIDPLUS)"
    if make and (why or why_urgent):
        events.emit("account.degraded", error=why or why_urgent, reason="messages stay where they are")
    return Layout(
        watch={real: name for name, real in places.items() if real is not None},
        absent=tuple(name for name, real in places.items() if real is None),
        deferred=deferred if can else None,
        urgent=urgent if can else None,
        sent=await session.all_meant(wanted.sent, "sent"),
        drafts=await _theirs(session, wanted.drafts, "drafts"),
        trash=await session.special("trash"),
        archive=await session.special("archive"),
        movable=can and deferred is not None,
        why=why,
    )


async def _ours(session: Session, name: str, *, make: bool) -> tuple[str | None, str]:
    if not name:
        return None, ""
    try:
        if make:
            return await session.ensure(name), ""
        return await session.locate(name), ""
    except Refused as refusal:
        return None, f"the folder {name} cannot be made: {refusal}"


async def _theirs(session: Session, name: str, role: Role) -> str | None:
    if name == "auto":
        return await session.special(role)
    return await session.locate(name) if name else None
