"""All that the running daemon listens to: signals, commands that have changed the ledger, `triaged status`, supervisors."""

import asyncio
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from triaged import heldsignals
from triaged.ledger import Waker
from triaged.log.events import Events
from triaged.service.daemonstatus import DaemonStatus
from triaged.service.healthserver import HealthServer
from triaged.service.metrics import exporter
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
    _health: HealthServer | None = None

    def __post_init__(self) -> None:
        """Prepare; nothing is listened to yet."""
        self._waker = Waker(self.folder)
        self._socket = StatusSocket(self.status.for_people, self.folder)

    async def open(self, address: tuple[str, int] | None) -> None:
        """Listen; at `address` to supervisors. What cannot be had is said, and the daemon works without."""
        loop = asyncio.get_running_loop()
        self._waker.listen(loop, self.on_change)
        for number, act in self.on_signal.items():
            loop.add_signal_handler(number, act)
        heldsignals.hand_over(self.on_signal)
        if trouble := await self._socket.open():
            self.events.emit("account.degraded", error=trouble, reason="`triaged status` asks the ledger instead")
        if address is not None:
            await self._listen_at(*address)

    async def _listen_at(self, host: str, port: int) -> None:
        metrics = exporter(self.events.counts, lambda: self.status.settings.metrics_clients)
        self._health = HealthServer(self.status.for_supervisors, metrics)
        try:
            await self._health.open(host, port)
        except OSError as error:
            why = error.strerror or str(error)
            self.events.emit("account.degraded", error=f"{host}:{port} cannot be listened at: {why}", reason=_UNHEARD)

    async def close(self) -> None:
        """Listen no more."""
        await self._socket.close()
        if self._health is not None:
            await self._health.close()
        self._waker.close()
