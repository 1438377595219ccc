"""One connection to one mailbox.

In: where the server is, how to get the secret, the shared thread pools. Out: folders, messages, moves, as values.
One owner; every error is one of `mailbox.errors` (`calls` says after which the connection lives on), and after the others
`open` must be called again.
Never: a message marked as seen by being read.
"""

import functools
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from imapclient import SocketTimeout

from triaged.core.provider import Profile
from triaged.core.providers import profile_of
from triaged.ids import MARK, is_whose
from triaged.mailbox import fetching, folders, marking, moves, selecting, storing
from triaged.mailbox.authenticate import Credentials, Password, Token
from triaged.mailbox.capabilities import Capabilities
from triaged.mailbox.commands import PATIENCE, Calls, Patience
from triaged.mailbox.connection import Imap, Lifeline, Where
from triaged.mailbox.errors import AuthFailed, Insecure, MailboxError, NotMovable, Refused, TokenNotTaken, hushed
from triaged.mailbox.exchange import exchange, ignore, uid_sets
from triaged.mailbox.fetched import Fetched, FolderInfo, FolderStatus, Place, Role, Selected
from triaged.mailbox.folders import Naming
from triaged.mailbox.handshake import Line, closing, identify, sign_on
from triaged.mailbox.pools import Pools, bounded

T = TypeVar("T")

Secret = Callable[[], Awaitable[str]]
"""Asks for a password or an access token, at each sign-in anew."""

TokenRefused = Callable[[str], Awaitable[None]]
"""Is told the access token that the server did not take."""


class Session(Calls):
    """A mailbox on a server. Open it, use it from one task, close it; it can be opened again."""

    __slots__ = (
        "_naming",
        "_secret",
        "_takes_keywords",
        "_token",
        "_token_refused",
        "_where",
        "greeting",
        "learned",
        "profile",
        "unfound",
    )

    def __init__(
        self,
        where: Where,
        pools: Pools,
        *,
        secret: Secret | None = None,
        token: Secret | None = None,
        token_refused: TokenRefused | None = None,
        patience: Patience = PATIENCE,
    ) -> None:
        """A session that is not open yet.

        Args:
            where: the server, as in `core.settings.Server`.
            pools: shared by all sessions of the process.
            secret: gives the password; or
            token: gives an OAuth 2 access token.
            token_refused: is told a token that the server did not take.
            patience: deadlines.
        """
        super().__init__(pools, patience)
        self._where = where
        self._secret = secret
        self._token = token
        self._token_refused = token_refused
        self._naming: Naming | None = None
        self._takes_keywords: dict[str, bool] = {}  # by folder, since signing in: whether it took one
        self.profile: Profile = profile_of(where)
        self.greeting = ""
        self.unfound = 0
        self.learned: dict[str, bool] = {}  # what turned out otherwise than promised: "uid_expunge", "idle"

    async def open(self) -> None:
        """Connect and sign in; an open connection is closed before.

        Raises:
            Lost, Unavailable, Throttled, AuthFailed, Insecure, CertificateRejected, and whatever the secret raises.
        """
        await self.close()
        credentials = await self._credentials()
        try:
            can = await self._sign_on(credentials)
        except AuthFailed as refusal:
            if not isinstance(credentials, Token):
                raise
            can = await self._sign_on_with_another(credentials, refusal)
        if can.id and self.profile.send_id:
            await self._call(identify)

    async def _sign_on_with_another(self, refused: Token, refusal: AuthFailed) -> Capabilities:
        """A token may end before its time: it is had anew and tried at once, and once."""
        if self._token_refused is not None:
            await self._token_refused(refused.token)
            another = await self._credentials()
            if another != refused:
                try:
                    return await self._sign_on(another)
                except AuthFailed as again:
                    refusal = again
        raise TokenNotTaken(str(refusal), code=refusal.code) from refusal

    async def _sign_on(self, credentials: Credentials) -> Capabilities:
        async with self._lock:
            lifeline = Lifeline()
            patience = SocketTimeout(self._patience.address, self._patience.command)

            def work() -> tuple[Imap, Capabilities, str]:
                return sign_on(self._where, credentials, lifeline, patience)

            job = functools.partial(closing, lifeline, work, ())
            try:
                imap, can, greeting = await bounded(
                    self._pools.connects, job, deadline=2 * self._patience.connect, lifeline=lifeline
                )
            except MailboxError as error:
                raise hushed(error, credentials.hidden) from None
            self._line = Line(imap, lifeline, credentials.hidden)
            self.capabilities, self.greeting = can, greeting
            self.profile = profile_of(self._where, greeting, can.names)
            self._folder = self._naming = self._idling = self._idle_refused = None
            self._takes_keywords.clear()
            return can

    # ── folders ──

    async def folders(self) -> list[FolderInfo]:
        """All folders, with their special uses."""
        how = await self._how_names_join()
        return await self._call(lambda imap: folders.folders(imap, self.capabilities, how))

    async def special(self, role: Role) -> str | None:
        """The folder with that special use, by the server's word, else by a usual name; None if there is none."""
        return next(iter(await self.all_with(role)), None)

    async def all_with(self, role: Role) -> list[str]:
        """All folders with that use: by the server's word first, then by the names that mail programs give."""
        return folders.by_role(await self.folders(), role)

    async def all_meant(self, names: Sequence[str], role: Role) -> tuple[str, ...]:
        """The folders that configured names mean, those that are there; "auto" is all with that use."""
        found: list[str | None] = []
        for name in names:
            found += await self.all_with(role) if name == "auto" else [await self.locate(name)]
        return tuple(dict.fromkeys(name for name in found if name is not None))

    async def locate(self, name: str) -> str | None:
        """The existing folder that a configured name means ("/" between levels), as the server has it; else None."""
        how = await self._how_names_join()
        return await self._call(lambda imap: folders.locate(imap, how, name))

    async def as_made(self, name: str) -> str:
        """How a configured folder that is not there will be called by the server."""
        return (await self._how_names_join()).as_written(name)

    async def delimiter(self) -> str:
        """What stands between the levels of a folder's name; "" where there are no levels."""
        return (await self._how_names_join()).delimiter

    async def ensure(self, name: str) -> str:
        """The folder that a configured name means, created and subscribed if it is not there. Raises `Refused`."""
        if (there := await self.locate(name)) is not None:
            return there
        how = await self._how_names_join()
        return await self._call(lambda imap: folders.create(imap, how, name))

    async def status(self, folder: str) -> FolderStatus | None:
        """A folder from outside; None if there is no such folder. The selected one is selected again for it."""
        if self._folder is not None and self._folder.name == folder:
            again = await self.select(folder)
            return FolderStatus(again.uidvalidity, again.uidnext, again.exists)
        return await self._call(lambda imap: folders.status_if_there(imap, folder))

    async def select(self, folder: str) -> Selected:
        """Select a folder, named as the server has it. Raises `Refused` (NONEXISTENT, NOUIDVALIDITY, …)."""
        self._folder = None
        keywords = self._takes_keywords.get(folder, self.profile.keywords)
        self._folder = await self._call(lambda imap: selecting.select_or_say(imap, folder, keywords=keywords))
        return self._folder.selected

    # ── reading, in the selected folder ──

    async def uids_from(self, uid: int) -> list[int]:
        """The UIDs from `uid` on, ascending; afterwards `unfound` says how many messages the server's search leaves out."""
        selected = self._folder.selected if self._folder is not None else None
        uids, self.unfound = await self._call(lambda imap: selecting.found_from(imap, uid, selected))
        return uids

    async def news_from(self, uid: int, others: Sequence[str] = ()) -> tuple[list[int], list[FolderStatus | None]]:
        """After IDLE: the UIDs from `uid` on, ascending; and how `others` are, each as by `status`. One turn of a thread."""

        def work(imap: Imap) -> tuple[list[int], list[FolderStatus | None]]:
            # Dovecot: after IDLE a SEARCH may not see for seconds what lies there; after NOOP it does
            exchange(imap, b"NOOP", ignore(imap.wire))
            return selecting.uids_from(imap, uid), [folders.status_if_there(imap, other) for other in others]

        return await self._call(work)

    async def uids_since(self, at: datetime) -> list[int]:
        """The UIDs of what arrived from the day before `at` on: servers count days in zones of their own."""
        return await self._call(lambda imap: selecting.uids_since(imap, at))

    async def fetch(self, uids: Sequence[int], *, text: bool, parts: bool = False) -> list[Fetched]:
        """Messages, in UID order, never marked as seen; a UID that is not in the answer is not in the folder.

        Args:
            uids: at most a few hundred at a time: the answer may hold 270 kB each.
            text: also the first 16 KB of text.
            parts: of large messages also the names and types of the parts beyond the first 16 KB.
        """
        extent = fetching.Extent(text, parts, self.capabilities.gmail)
        name = self.selected or ""

        def work(imap: Imap) -> list[Fetched]:
            with folders.of_one_folder(name):
                return [message for window in fetching.fetch(imap, uids, extent) for message in window]

        return await self._call(work, octets=32_000 * len(uids))

    async def headers(self, uids: Sequence[int]) -> list[Fetched]:
        """Messages without their bodies."""
        return await self.fetch(uids, text=False)

    async def flags(self, uids: Sequence[int]) -> dict[int, frozenset[str]]:
        """The flags by UID; a UID that is missing is not in the folder."""

        def work(imap: Imap) -> dict[int, frozenset[str]]:
            told: dict[int, fetching.Items] = {}
            for chosen, window in uid_sets(uids):
                told |= fetching.ask(imap, chosen, window, b"(UID FLAGS)", {})
            return {uid: items.flags or frozenset() for uid, items in sorted(told.items())}

        return await self._call(work)

    async def changed(self, uids: Sequence[int], since: int) -> dict[int, frozenset[str]]:
        """The flags of those of these messages that have come or changed since then (RFC 7162 3.1.4.1). `since`: a mod-sequence."""

        def work(imap: Imap) -> dict[int, frozenset[str]]:
            command = b"UID FETCH 1:* (FLAGS) (CHANGEDSINCE %d)" % since
            told = fetching.told(imap, command, uids, {}, octets=2_000 * len(uids))
            return {uid: items.flags for uid, items in told.items() if items.flags is not None}

        return await self._call(work) if uids else {}

    async def raw(self, uid: int, limit: int) -> bytes:
        """The first `limit` octets of a whole message. Raises `Refused` (NONEXISTENT) if it is not there."""

        def work(imap: Imap) -> bytes:
            told = fetching.ask(imap, b"%d" % uid, [uid], b"(UID BODY.PEEK[]<0.%d>)" % limit, {b"": limit})
            if uid not in told or b"" not in told[uid].sections:
                raise Refused(f"message {uid} is not there", code="NONEXISTENT")
            return told[uid].sections[b""]

        return await self._call(work, octets=limit)

    async def find(self, message_id: str, since_uid: int) -> list[int]:
        """The UIDs from `since_uid` on of messages with exactly that Message-ID (angle brackets included)."""
        rewritten = self.profile.rewrites_message_id
        return await self._call(lambda imap: selecting.find(imap, message_id, since_uid, rewritten=rewritten))

    async def answers_to(self, message_id: str, since: datetime) -> list[Fetched]:
        """The headers of messages from about `since` on that seem to answer that Message-ID: to be compared."""
        return await self.headers(await self._call(lambda imap: selecting.naming(imap, message_id, since)))

    # ── changing, in the selected folder ──

    async def move(self, uids: Sequence[int], target: str) -> moves.Moved:
        """Move messages.

        Returns:
            By UID the new place; None where the folder no longer has the message and nothing proves where it went
            (look for it by digest). A UID that is missing is still where it was.

        Raises:
            NotMovable: this server cannot do it without risk.
            Refused: TRYCREATE, OVERQUOTA, NOPERM, …: not done. `Lost`: unknown.
        """
        can_expunge = self.profile.uid_expunge and self.learned.get("uid_expunge", True)
        name = folders.quoted(target)
        try:
            return await self._call(
                lambda imap: moves.move(imap, self.capabilities, uids, name, uid_expunge=can_expunge)
            )
        except NotMovable:
            self.learned["uid_expunge"] = False
            raise

    async def finish_move(self, uids: Sequence[int]) -> None:
        r"""Take away messages of the selected folder whose copies are proved to lie elsewhere: the end of a COPY move.

        Raises:
            NotMovable: the server refuses UID EXPUNGE; the messages are no longer marked as deleted.
        """
        await self._call(lambda imap: moves.remove(imap, uids))

    @property
    def can_move(self) -> bool:
        """Whether messages can be moved on this server."""
        can_expunge = self.profile.uid_expunge and self.learned.get("uid_expunge", True)
        return self.capabilities.move or (self.capabilities.uidplus and can_expunge)

    async def store(self, uids: Sequence[int], *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
        """Add and remove flags. Keywords that the server would not keep are left out."""
        folder = self._folder
        kept = [flag for flag in add if folder is None or folder.keeps(flag)]
        dropped = [flag for flag in remove if folder is None or folder.keeps(flag)]
        if not uids or not (kept or dropped):
            return

        def work(imap: Imap) -> None:
            storing.store(imap, uids, add=kept, remove=dropped)

        await (self._call(work) if all(flag.startswith("\\") for flag in kept) else self._with_keyword(work))

    async def mark(self, uids: Sequence[int], keyword: str, ours: frozenset[str] = frozenset()) -> set[int]:
        """Mark messages with a keyword that only one session gets; the UIDs of those that another has marked.

        `ours`: keywords that are ours too.

        Where the server keeps no keywords nothing is done. Raises `Refused`: the folder cannot be written to.
        """
        if self._folder is None or not self._folder.keeps(keyword):
            return set()
        condstore = self.capabilities.condstore
        mine = marking.Marks(keyword, ours | {keyword})
        return await self._with_keyword(lambda imap: marking.mark(imap, uids, mine, condstore=condstore))

    async def mark_once(self, uids: Sequence[int], keyword: str) -> set[int]:
        """Mark messages with a keyword that nobody has set; the UIDs of those that bear it already.

        Where the server keeps no keywords nothing is done.
        """
        if self._folder is None or not self._folder.keeps(keyword):
            return set()
        condstore = self.capabilities.condstore
        return await self._with_keyword(lambda imap: marking.mark_once(imap, uids, keyword, condstore=condstore))

    async def _with_keyword(self, work: Callable[[Imap], T]) -> T:
        """Set a keyword, and remember whether the folder takes any: some servers offer them, and refuse each."""
        folder = self._folder
        assert folder is not None
        try:
            done = await self._call(work)
        except Refused:
            self._takes_keywords[folder.name] = False
            self._folder = folder.without_keywords()
            raise
        self._takes_keywords[folder.name] = True
        return done

    async def try_keyword(self, uid: int, keyword: str) -> None:
        """Set a keyword on a message that does not bear it, and take it off, where none was set in the folder since signing in."""
        if self._folder is not None and self._folder.keeps(keyword) and self._folder.name not in self._takes_keywords:
            with suppress(Refused):
                await self.store([uid], add=[keyword])
                await self.store([uid], remove=[keyword])

    @property
    def keeps_keywords(self) -> bool:
        """Whether the selected folder keeps keywords of ours."""
        return self._folder is not None and self._folder.keeps(MARK)

    @property
    def marks_there(self) -> frozenset[str]:
        """The keywords of triageds, whichever, that the server lists for the selected folder."""
        return frozenset(filter(is_whose, self._folder.known)) if self._folder is not None else frozenset()

    async def marked(self, keywords: Sequence[str]) -> list[int]:
        """The UIDs of messages of the selected folder that bear one of these keywords."""
        return await self._call(lambda imap: selecting.uids_marked(imap, keywords))

    async def append(self, folder: str, raw: bytes, flags: Sequence[str], at: datetime) -> Place | None:
        """Put a message into a folder, arrived at `at`; its place if the server tells. Raises `Refused` (TRYCREATE, …)."""
        return await self._call(lambda imap: storing.append(imap, folder, raw, flags, at), octets=len(raw))

    # ── for signing in, and for names ──

    async def _credentials(self) -> Credentials:
        user = self._where.user
        if not user:
            raise Insecure(f"no user is configured for {self._where.host}")
        if self._token is not None:
            return Token(user, await self._token())
        if self._secret is None:
            raise Insecure(f"neither password nor OAuth is configured for {user} at {self._where.host}")
        return Password(user, await self._secret())

    async def _how_names_join(self) -> Naming:
        if self._naming is None:
            self._naming = await self._call(lambda imap: folders.naming(imap, self.capabilities))
        return self._naming
