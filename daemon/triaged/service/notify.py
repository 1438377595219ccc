"""What the service manager is told, as sd_notify(3) has it: one datagram a state, and nothing where nobody asked."""

import os
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(slots=True)
class Notifier:
    """The daemon's line to its service manager. `address` None: there is none."""

    address: str | None = None
    watchdog_seconds: float | None = None  # feed it at least this often

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Notifier":
        """As systemd says in $NOTIFY_SOCKET and $WATCHDOG_USEC."""
        usec = environ.get("WATCHDOG_USEC", "")
        meant = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        interval = int(usec) / 1_000_000 / 3 if usec.isdigit() and meant else None
        return cls(environ.get("NOTIFY_SOCKET") or None, interval)

    def ready(self, status: str) -> None:
        """Started, or reloaded."""
        self._send(f"READY=1\nSTATUS={status}")

    def reloading(self) -> None:
        """A reload has begun; `ready` ends it."""
        self._send(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def alive(self, status: str) -> None:
        """The loop runs and the ledger answers."""
        self._send(f"WATCHDOG=1\nSTATUS={status}")

    def stopping(self) -> None:
        """The end has begun."""
        self._send("STOPPING=1")

    def _send(self, text: str) -> None:
        if self.address is None:
            return
        address = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
            try:
                line.sendto(text.encode(), address)
            except OSError:
                return  # a manager that does not listen is no reason to stop watching mail
