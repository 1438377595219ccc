"""The page's own thread: a loop, a connection to the ledger, and a small HTTP server. No mailbox waits for a reader."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Final

from triaged.ledger import Ledger

_MOST_READERS: Final = 256
_PATIENCE: Final = 5  # seconds that an idle connection is kept, and that a reader has when it closes


@dataclass(slots=True)
class PageServer:
    """Serves from `open` to `close`. `site`: makes the site over the page's own connection (`site.site`)."""

    ledger: Path
    site: "Callable[[Ledger, Sequence[str]], object]"
    _listening: socket.socket | None = None
    _thread: Thread | None = None
    _closed: bool = False
    _stop: list[Callable[[], None]] = field(default_factory=list)

    def open(self, host: str, port: int) -> int:
        """Listen; the port (0: any that is free).

        Raises:
            OSError: the address cannot be had.
        """
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = self._listening = socket.create_server((host, port), family=family)
        there = int(listening.getsockname()[1])
        name = f"[{host}]" if ":" in host else host
        hosts = tuple(f"{one}:{there}" for one in (name.casefold(), "localhost"))
        self._thread = Thread(target=self._serve, args=(listening, hosts), name="page", daemon=True)
        self._thread.start()
        return there

    def _serve(self, listening: socket.socket, hosts: Sequence[str]) -> None:
        import uvicorn

        with closing(listening), closing(Ledger.open(self.ledger)) as ledger:
            config = uvicorn.Config(
                self.site(ledger, hosts),  # type: ignore[arg-type]  # what it is, only Starlette knows
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                limit_concurrency=_MOST_READERS,
                timeout_keep_alive=_PATIENCE,
                timeout_graceful_shutdown=_PATIENCE,
            )
            server = uvicorn.Server(config)
            self._stop.append(lambda: setattr(server, "should_exit", True))
            server.should_exit = self._closed  # by somebody who was faster
            asyncio.run(server.serve(sockets=[listening]))

    def close(self) -> None:
        """Serve no more. Blocking, for seconds at most."""
        self._closed = True
        for stop in self._stop:
            stop()
        if self._thread is not None:
            self._thread.join(2 * _PATIENCE)
