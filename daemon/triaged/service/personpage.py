"""The person's page in a running daemon: where it is served, and the links that sign in to it."""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from triaged.account.context import Context
from triaged.account.preparing import preview
from triaged.core.address import read_address
from triaged.core.settings import Account, Person, Service
from triaged.ledger import Ledger
from triaged.ledger.entries import ReplyRow
from triaged.ledger.thread import InThisThread
from triaged.service.daemonstatus import DaemonStatus

if TYPE_CHECKING:  # Starlette is loaded only where a page is served
    from triaged.page.seen import Behind
    from triaged.page.server import PageServer

_NONE = 'no page is served: write page = "127.0.0.1:8025" below [service], and start triaged again'
_ENDED = "it is not there until the next start"


@dataclass(slots=True)
class PersonPage:
    """Closed until it is opened; then in a thread of its own."""

    status: DaemonStatus
    on_change: Callable[[], None]  # called in the daemon's loop
    on_trouble: Callable[[str, str], None]  # likewise: why it is not served, and what follows
    _url: str = ""  # how it is reached from elsewhere, else on this machine
    _server: "PageServer | None" = None
    _loop: asyncio.AbstractEventLoop = field(init=False)

    def open(self, ledger: Path, service: Service) -> None:
        """Serve where [service] says. What cannot be had is said; the daemon works without."""
        assert service.page is not None
        host, port = service.page
        self._loop = asyncio.get_running_loop()
        try:
            from triaged.page.server import PageServer, Where
            from triaged.page.site import site

            where = Where(host, port, service.page_url, service.page_tls)
            self._server = PageServer(
                ledger, where, lambda own: site(self._behind(own, service), where), self._has_ended
            )
            self._url = self._server.open()
        except ImportError as error:
            self._has_ended(f"{error.name} is not installed: pip install triaged[page]")
        except OSError as error:
            self._has_ended(f"{host}:{port}: {error.strerror or error}")

    async def link(self, label: str | None) -> Mapping[str, Any]:
        """A link for the person of that label, None: the only one."""
        if self._server is None:
            return {"error": _NONE}
        persons = self.status.settings.persons
        found = [one for one in persons if label in (None, one.label)]
        if len(found) != 1:
            known = ", ".join(one.label for one in persons)
            return {"error": f"name one person: known are {known}"}
        context, token, login = self.status.context, secrets.token_urlsafe(32), found[0].accounts[0].login
        key = next((row.person for row in await context.write(Ledger.accounts) if row.login == login), None)
        if key is None:
            return {"error": f"{found[0].label} is not known yet: triaged is starting"}
        await context.write(Ledger.make_link, key, token, context.now())
        return {"link": f"{self._url}/in/{token}"}

    async def close(self) -> None:
        """Serve no more."""
        if self._server is not None:
            await asyncio.to_thread(self._server.close)

    def _has_ended(self, why: str) -> None:
        """Called in either thread."""
        self._server = None
        self._loop.call_soon_threadsafe(self.on_trouble, f"the page cannot be served: {why}", _ENDED)

    def _behind(self, ledger: Ledger, service: Service) -> "Behind":
        from triaged.page.door import Door
        from triaged.page.seen import Behind

        now = self.status.context.clock.now
        return Behind(
            door=Door(ledger, now),
            ledger=ledger,
            now=now,
            person_of=self._person,
            person_at=self._person_at,
            status_of=lambda person: self.status.of_one(ledger, person),
            text_of=partial(_text, replace(self.status.context, book=InThisThread(ledger))),
            changed=self._changed,
            config=self.status.settings.loaded.path,
            mails_from=service.page_url or "",
        )

    def _person(self, login: str) -> Person | None:
        persons: Sequence[Person] = self.status.settings.persons
        return next((one for one in persons if any(account.login == login for account in one.accounts)), None)

    def _person_at(self, text: str) -> Person | None:
        """Whose address it is."""
        address = read_address(text.strip())
        if address is None:
            return None
        known = (
            (one, own) for one in self.status.settings.persons for account in one.accounts for own in account.addresses
        )
        return next((one for one, own in known if own.key == address.key), None)

    def _changed(self) -> None:
        self._loop.call_soon_threadsafe(self.on_change)


@dataclass(frozen=True, slots=True)
class _Account:
    """What a reply's words are written from."""

    context: Context
    settings: Callable[[], tuple[Person, Account]]


async def _text(context: Context, person: Person, reply: ReplyRow) -> str:
    """What a client would read, written in the page's own thread; "" where it cannot be said now."""
    login = next((row.login for row in await context.write(Ledger.accounts) if row.id == reply.account), "")
    account = next((one for one in person.accounts if one.login == login), None)
    return await preview(_Account(context, lambda: (person, account)), reply) if account else ""
