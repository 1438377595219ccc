"""The page's own thread: a loop, a connection to the ledger, and a small HTTP server. No mailbox waits for a reader."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Final

import uvicorn

from triaged.core.errors import TriagedError
from triaged.core.settings import PageTls
from triaged.ledger import Ledger

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_MOST_READERS: Final = 256
_PATIENCE: Final = 5  # seconds that an idle connection is kept, and that a reader has when it closes
_USUAL_PORTS: Final = {"http": 80, "https": 443}


@dataclass(slots=True)
class Where:
    """Where it is served, and by which names it is asked for."""

    host: str
    port: int  # 0: any that is free, known once it is opened
    url: str | None = None  # how it is reached from elsewhere
    tls: PageTls | None = None

    @property
    def here(self) -> str:
        """How it is reached where it is served."""
        return self._origin(self.host)

    @property
    def origins(self) -> frozenset[str]:
        """What a browser may call it: scheme, name, and the port where it is not the usual one (RFC 6454)."""
        return frozenset({self.here, self._origin("localhost"), *([self.url] if self.url else [])})

    @property
    def names(self) -> frozenset[str]:
        """What may stand in Host."""
        return frozenset(origin.partition("://")[2] for origin in self.origins)

    def _origin(self, host: str) -> str:
        scheme = "https" if self.tls else "http"
        name = f"[{host}]" if ":" in host else host.casefold()
        return f"{scheme}://{name}" + ("" if self.port == _USUAL_PORTS[scheme] else f":{self.port}")


@dataclass(slots=True)
class PageServer:
    """Serves from `open` to `close`. `site`: makes the site over the page's own connection (`site.site`)."""

    ledger: Path
    where: Where
    site: "Callable[[Ledger], ASGIApp]"
    ended: Callable[[str], None] = lambda _: None  # called in its thread when it ends by itself: why
    _thread: Thread | None = None
    _closed: bool = False
    _stop: list[Callable[[], None]] = field(default_factory=list)

    def open(self) -> str:
        """Listen. How it is reached: by `page_url`, else where it is.

        Raises:
            OSError: the address cannot be had, or a certificate cannot be read.
        """
        where = self.where
        if where.tls is not None:
            _check(where.tls)
        family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
        listening = socket.create_server((where.host, where.port), family=family)
        where.port = int(listening.getsockname()[1])
        self._thread = Thread(target=self._serve, args=(listening,), name="page", daemon=True)
        self._thread.start()
        return where.url or where.here

    def _serve(self, listening: socket.socket) -> None:
        with closing(listening):
            try:
                with closing(Ledger.open(self.ledger)) as ledger:
                    server = uvicorn.Server(self._config(ledger))
                    self._stop.append(lambda: setattr(server, "should_exit", True))
                    server.should_exit = self._closed  # by somebody who was faster
                    asyncio.run(server.serve(sockets=[listening]))
            except (TriagedError, OSError) as error:
                self.ended(str(error))

    def _config(self, ledger: Ledger) -> uvicorn.Config:
        tls = self.where.tls
        return uvicorn.Config(
            self.site(ledger),
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ssl_certfile=tls.cert if tls else None,
            ssl_keyfile=tls.key if tls else None,
            limit_concurrency=_MOST_READERS,
            timeout_keep_alive=_PATIENCE,
            timeout_graceful_shutdown=_PATIENCE,
        )

    def close(self) -> None:
        """Serve no more. Blocking, for seconds at most."""
        self._closed = True
        for stop in self._stop:
            stop()
        if self._thread is not None:
            self._thread.join(2 * _PATIENCE)


def _check(tls: PageTls) -> None:
    """Raises OSError (ssl.SSLError is one) where certificate and key are none, or none of each other."""
    import ssl

    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(tls.cert, tls.key)
