"""A line to PostgreSQL that breaks at a COMMIT: before it has passed, or once it has been answered and nobody hears it."""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Literal, Self

from server.processes import HOST

Cut = Literal["never", "before", "answer"]


class CutLine:
    """A proxy on loopback. `cut`: what happens to the next connection that says COMMIT; `refuses`: new ones are not let through."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self.cut: Cut = "never"
        self.refuses = False
        self.cuts = 0
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.refuses = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in self._open:
            _end(one)
        for thread in self._threads:
            thread.join(10)
        for one in self._open:
            one.close()

    def _start(self, what: object, *given: object) -> None:
        thread = threading.Thread(target=what, args=given, daemon=True)  # type: ignore[arg-type]  # a method of ours
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(near)
            if self.refuses:
                _end(near)
                continue
            far = socket.create_connection((HOST, self._target))
            self._open.append(far)
            deaf = threading.Event()
            self._start(self._there, near, far, deaf)
            self._start(self._back, near, far, deaf)

    def _there(self, near: socket.socket, far: socket.socket, deaf: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while said := near.recv(65536):
                cut = self.cut if b"COMMIT\0" in said else "never"
                if cut != "never":
                    self.cut = "never"
                    self.cuts += 1
                if cut == "before":
                    break
                if cut == "answer":
                    deaf.set()
                far.sendall(said)
        _end(far)
        _end(near)

    def _back(self, near: socket.socket, far: socket.socket, deaf: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while heard := far.recv(65536):
                if deaf.is_set():  # it has been done, and is not told
                    break
                near.sendall(heard)
        _end(near)
        _end(far)


def _end(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
