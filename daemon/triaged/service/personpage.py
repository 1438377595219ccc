"""The person's page in a running daemon: where it is served, and the links that sign in to it."""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from triaged.core.settings import Person
from triaged.ledger import Ledger
from triaged.service.daemonstatus import DaemonStatus

if TYPE_CHECKING:  # Starlette is loaded only where a page is served
    from triaged.page.server import PageServer

_NONE = 'no page is served: write page = "127.0.0.1:8025" below [service], and start triaged again'


@dataclass(slots=True)
class PersonPage:
    """Closed until it is opened; then in a thread of its own."""

    status: DaemonStatus
    on_change: Callable[[], None]  # called in the daemon's loop
    _url: str = ""
    _server: "PageServer | None" = None
    _loop: asyncio.AbstractEventLoop = field(init=False)

    def open(self, ledger: Path, host: str, port: int) -> str:
        """Serve. Returns "", or why that cannot be; the daemon works without."""
        try:
            from triaged.page.server import PageServer
            from triaged.page.site import site
        except ImportError as error:
            return f"{error.name} is not installed: pip install triaged[page]"
        self._loop = asyncio.get_running_loop()
        self._server = PageServer(ledger, lambda own, hosts: site(self._behind(own), hosts))
        try:
            there = self._server.open(host, port)
        except OSError as error:
            self._server = None
            return error.strerror or str(error)
        self._url = f"http://{f'[{host}]' if ':' in host else host}:{there}"
        return ""

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

    def _behind(self, ledger: Ledger) -> Any:
        from triaged.page.door import Door
        from triaged.page.seen import Behind

        now = self.status.context.clock.now
        return Behind(Door(ledger, now), ledger, now, self._person, self._state, self._changed)

    def _person(self, login: str) -> Person | None:
        persons: Sequence[Person] = self.status.settings.persons
        return next((one for one in persons if any(account.login == login for account in one.accounts)), None)

    def _state(self, login: str) -> str:
        running = self.status.running.get(login)
        if running is None:
            return "starting"
        health = running.loop.health
        return f"{health.state}: {health.error}" if health.error else health.state

    def _changed(self) -> None:
        self._loop.call_soon_threadsafe(self.on_change)
