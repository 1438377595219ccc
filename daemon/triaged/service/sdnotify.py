"""What the service manager is told, as sd_notify(3) has it: one datagram a state, and nothing where nobody asked.

In: states and one line about how things are. Out: datagrams. It never blocks and never fails: a manager that does not
listen is no reason to stop watching mail.
"""

import contextlib
import os
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SdNotifier:
    """The daemon's line to its service manager. `address` None: there is none."""

    address: str | None = None
    watchdog_seconds: float | None = None
    """How often `alive` is to be said: a third of what the manager waits for. None: it does not wait for it."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "SdNotifier":
        """As systemd says in $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID (sd_watchdog_enabled(3))."""
        usec = environ.get("WATCHDOG_USEC", "")
        meant = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        interval = int(usec) / 1_000_000 / 3 if usec.isdecimal() and int(usec) > 0 and meant else None
        return cls(environ.get("NOTIFY_SOCKET") or None, interval)

    def ready(self, status: str) -> None:
        """Started, or reloaded; `status` is one line for `systemctl status`."""
        self._send("READY=1", _status(status))

    def reloading(self) -> None:
        """A reload has begun; `ready` ends it."""
        # Type=notify-reload (systemd 253) compares this with its own clock to tell this reload from an earlier one.
        microseconds = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        self._send("RELOADING=1", f"MONOTONIC_USEC={microseconds}")

    def alive(self, status: str) -> None:
        """The loop runs and the ledger answers."""
        self._send("WATCHDOG=1", _status(status))

    def status(self, status: str) -> None:
        """How things are has changed; this feeds no watchdog."""
        self._send(_status(status))

    def stopping(self) -> None:
        """The end has begun."""
        self._send("STOPPING=1", _status("stopping"))

    def _send(self, *assignments: str) -> None:
        if self.address is None:
            return
        # unix(7): a name that starts with a zero octet is in the abstract namespace; systemd writes it as @
        address = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        kind = socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
        with socket.socket(socket.AF_UNIX, kind) as line, contextlib.suppress(OSError):
            line.sendto("\n".join(assignments).encode("utf-8", "replace"), address)


def _status(text: str) -> str:
    return "STATUS=" + " ".join(text.split())
