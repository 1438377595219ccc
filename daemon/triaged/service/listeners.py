"""All that the running daemon listens to: signals, commands that have changed the ledger, `triaged status`, supervisors."""

import asyncio
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from triaged import heldsignals
from triaged.config import state_file
from triaged.core.settings import Service
from triaged.ledger import Waker
from triaged.log.events import Events
from triaged.service.daemonstatus import DaemonStatus
from triaged.service.healthserver import HealthServer
from triaged.service.metrics import exporter
from triaged.service.personpage import PersonPage
from triaged.service.statussocket import StatusSocket

_UNHEARD = "/healthz, /readyz and /metrics are not there until the next start"


@dataclass(slots=True)
class Listeners:
    """Opened when the daemon has its state, closed when its work has ended."""

    folder: Path  # the state folder
    events: Events
    status: DaemonStatus
    on_change: Callable[[], None]  # a command has changed the ledger
    on_signal: Mapping[signal.Signals, Callable[[], None]]
    _waker: Waker = field(init=False)
    _socket: StatusSocket = field(init=False)
    _page: PersonPage = field(init=False)
    _health: HealthServer | None = None

    def __post_init__(self) -> None:
        """Prepare; nothing is listened to yet."""
        self._waker = Waker(self.folder)
        self._page = PersonPage(self.status, self.on_change, self._trouble)
        self._socket = StatusSocket(self.status.for_people, self.folder, link=self._page.link)

    async def open(self, service: Service | None) -> None:
        """Listen, and where [service] says. What cannot be had is said, and the daemon works without."""
        loop = asyncio.get_running_loop()
        self._waker.listen(loop, self.on_change)
        for number, act in self.on_signal.items():
            loop.add_signal_handler(number, act)
        heldsignals.hand_over(self.on_signal)
        if trouble := await self._socket.open():
            self._trouble(trouble, "`triaged status` asks the ledger instead")
        if service is not None and service.listen is not None:
            await self._listen_at(*service.listen)
        if service is not None and service.page is not None:
            self._page.open(state_file(self.status.settings.loaded), service)

    async def _listen_at(self, host: str, port: int) -> None:
        metrics = exporter(self.events.counts, lambda: self.status.settings.metrics_clients)
        self._health = HealthServer(self.status.for_supervisors, metrics)
        try:
            await self._health.open(host, port)
        except OSError as error:
            why = error.strerror or str(error)
            self._trouble(f"{host}:{port} cannot be listened at: {why}", _UNHEARD)

    def _trouble(self, error: str, reason: str) -> None:
        self.events.emit("account.degraded", error=error, reason=reason)

    async def close(self) -> None:
        """Listen no more."""
        await self._page.close()
        await self._socket.close()
        if self._health is not None:
            await self._health.close()
        self._waker.close()
