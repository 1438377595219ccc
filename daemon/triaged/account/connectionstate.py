"""How an account's connection is: kept for `status` and the metrics, said in the log when it changes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from triaged.account.context import Context
from triaged.account.health import Health
from triaged.core.errors import TriagedError
from triaged.log.events import Events
from triaged.mailbox import AuthFailed, SignInNeeded

_SOON = 120  # seconds


@dataclass(slots=True)
class ConnectionState:
    """The state of one account's connection; whoever waits for another one is told by `on_change`."""

    context: Context
    health: Health
    events: Events
    on_change: Callable[[], None]
    degraded: bool = False  # nothing can be written down, so nothing is done
    _idle_told: bool = False

    def connected(self) -> None:
        """A new connection is there, and its folders are found."""
        self._idle_told = False
        self.health.next_try = None
        self._becomes("connected")
        self.events.emit("account.connected")

    def watching(self) -> None:
        """All that was to be done is done: it waits for mail."""
        self.degraded = False
        self._becomes("watching")
        if not self._idle_told:
            self._idle_told = True
            self.events.emit("account.idle")

    def out_of_ledger(self, error: TriagedError) -> None:
        """The ledger takes nothing at the moment."""
        if not self.degraded:
            self.degraded = True
            self._becomes("degraded", str(error))
        if self.context.book.is_news(self.context.now()):
            self.events.emit(
                "account.degraded", error=str(error), reason="nothing is done until it can be written down"
            )

    def failed(self, error: Exception, pause: timedelta) -> None:
        """The connection has ended, or could not be had; it is tried again after `pause`."""
        self.health.failures += 1
        self.health.next_try = self.context.now() + pause
        words = str(error) or type(error).__name__
        again = f"trying again in {_in_words(pause)}"
        if isinstance(error, SignInNeeded):  # the keeper of the tokens has said so, once
            self._becomes("signed out", words)
            return
        if isinstance(error, AuthFailed):
            self._becomes("signed out", words)
            self.events.emit("account.auth_failed", error=words, reason=again)
            return
        expected = isinstance(error, TriagedError)
        if not expected:
            words = f"{type(error).__name__}: {words}"
        self._becomes("disconnected", words)
        self.events.emit("account.disconnected", level=None if expected else "error", error=words, reason=again)

    def _becomes(self, state: str, error: str = "") -> None:
        changed = state != self.health.state
        if changed:
            self.health.since = self.context.now()
        self.health.state = state
        self.health.error = error
        if changed:
            self.on_change()


def _in_words(pause: timedelta) -> str:
    seconds = pause.total_seconds()
    return f"{seconds:.0f} s" if seconds < _SOON else f"{seconds / 60:.0f} min"
