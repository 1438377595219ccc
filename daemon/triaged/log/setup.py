"""Where the lines go: the one door to structlog and to the standard library's loggers.

In: a mode (auto, json, console, journal) and what is to be said. Out: `Log`, whose `events` every room is given.
It never blocks the caller, and never lets a library's trace of a protocol through.
"""

import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from types import ModuleType
from typing import Any, Final, Literal

from triaged.log.events import Events, Threshold
from triaged.log.journal import SOCKET, Journal, datagram, is_journal
from triaged.log.pump import Pump, Stream
from triaged.log.sentences import sentence
from triaged.log.vocabulary import FIELDS, Level

Mode = Literal["auto", "json", "console", "journal"]
Form = Literal["json", "console", "journal"]

FLUSH_SECONDS: Final = 2.0
"""How long a stop waits for a sink to take the last lines."""

_TRACERS: Final = ("imapclient", "aiosmtplib", "asyncio", "holidays", "py.warnings")
"""Kept at WARNING or above: at DEBUG imapclient prints literals, that is, mail."""
_INDISCREET: Final = ("apprise", "urllib3", "requests", "markdown")
"""Silenced: their messages name URLs, and URLs of pushes are secrets."""


def form_of(mode: Mode, fd: int, environ: Mapping[str, str]) -> Form:
    """What a mode means here. The journal without journald is JSON lines, so that nothing is lost silently."""
    if mode == "journal":
        return "journal" if SOCKET.is_socket() else "json"
    if mode != "auto":
        return mode
    if os.isatty(fd):
        return "console"
    return "journal" if is_journal(fd, environ) else "json"


def wants_colour(fd: int, environ: Mapping[str, str]) -> bool:
    """Only on a terminal that knows colours, and never against NO_COLOR (no-color.org)."""
    return os.isatty(fd) and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"


class Log:
    """The running log. `events` is what is handed on; `close` it at the very end."""

    def __init__(self, events: Events, pump: Pump, foreign: "_Foreign", journal: Journal | None) -> None:
        self.events = events
        self._pump = pump
        self._foreign = foreign
        self._journal = journal

    @property
    def lost(self) -> int:
        """Lines that a blocked or broken sink cost since the start."""
        return self._pump.lost

    def close(self, seconds: float = FLUSH_SECONDS) -> None:
        """Write what waits, but not for longer than so many seconds."""
        self._foreign.withdraw()
        if self._pump.close(seconds) and self._journal is not None:
            self._journal.close()


@dataclass(frozen=True, slots=True)
class Output:
    """Where the log goes, if not to the journal; `zone`: of a console's times, None: this machine's."""

    fd: int = 1
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    zone: tzinfo | None = None


def start(
    mode: Mode = "auto",
    output: Output = Output(),
    *,
    threshold: Threshold | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Log:
    """Begin to log to an output or to the journal. `now`: the daemon's clock, aware."""
    form = form_of(mode, output.fd, output.environ)
    journal = Journal() if form == "journal" else None
    pump = Pump(journal or Stream(output.fd), lambda lost: events.emit("log.dropped", reason=_loss(lost)))
    renderer = _renderer(form, colours=wants_colour(output.fd, output.environ), zone=output.zone)
    events = Events(_writer(renderer, pump), threshold or Threshold(), now)
    return Log(events, pump, _Foreign(events), journal)


def _loss(lost: int) -> str:
    return f"{lost} lines were not written, because nobody took them"


class _Feed:
    """What structlog calls with the rendered line."""

    def __init__(self, pump: Pump) -> None:
        self._pump = pump

    def msg(self, rendered: str | bytes) -> None:
        self._pump.put(rendered if isinstance(rendered, bytes) else rendered.encode("utf-8", "replace") + b"\n")


def _writer(renderer: Callable[..., Any], pump: Pump) -> Callable[[dict[str, Any]], None]:
    structlog = _structlog()

    logger = structlog.wrap_logger(
        _Feed(pump), processors=[_in_order, renderer], wrapper_class=structlog.BoundLogger, context_class=dict
    )
    return lambda line: logger.msg(**line)


def _in_order(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: line[name] for name in ("timestamp", "level", "event", *FIELDS) if name in line}


def _structlog() -> ModuleType:
    """The library structlog without rich, which it would load to draw tracebacks (25.5: a tenth of the daemon's start); none are drawn here."""
    with _hidden("rich"):
        import structlog
    return structlog


@contextmanager
def _hidden(name: str) -> Iterator[None]:
    """Let an optional library be absent for an import; one that is loaded stays."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # what the import system takes for "not there"
    try:
        yield
    finally:
        del sys.modules[name]


def _renderer(form: Form, *, colours: bool, zone: tzinfo | None) -> Callable[..., Any]:
    structlog = _structlog()

    match form:
        case "json":
            lines: Callable[..., Any] = structlog.processors.JSONRenderer(ensure_ascii=False)
            return lines
        case "journal":
            return lambda _logger, _method, line: datagram(line)
        case "console":
            console = structlog.dev.ConsoleRenderer(colors=colours, sort_keys=False, pad_event_to=0)
            return lambda logger, method, line: console(logger, method, _for_people(line, zone))


def _for_people(line: Mapping[str, Any], zone: tzinfo | None) -> dict[str, Any]:
    """The time of day there, the sentence, and the fields that it does not tell."""
    at = datetime.fromisoformat(line["timestamp"]).astimezone(zone)
    rest = {name: line[name] for name in ("person", "account", "item", "reply") if name in line}
    return {
        "timestamp": f"{at:%H:%M:%S}",
        "level": line["level"],
        "event": sentence(line),
        "what": line["event"],
        **rest,
    }


class _Foreign(logging.Handler):
    """Takes in what libraries log, as `log.foreign`, and puts everything back when it withdraws."""

    def __init__(self, events: Events) -> None:
        super().__init__(logging.WARNING)
        self._events = events
        self._before = {name: logging.getLogger(name).level for name in (*_TRACERS, *_INDISCREET)}
        self._root_before = logging.getLogger().level
        for name in _TRACERS:
            logging.getLogger(name).setLevel(logging.WARNING)
        for name in _INDISCREET:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        logging.getLogger().setLevel(logging.WARNING)
        logging.getLogger().addHandler(self)
        if not sys.warnoptions:  # a run with -W says itself what is to become of warnings
            logging.captureWarnings(capture=True)

    def withdraw(self) -> None:
        logging.captureWarnings(capture=False)
        logging.getLogger().removeHandler(self)
        logging.getLogger().setLevel(self._root_before)
        for name, level in self._before.items():
            logging.getLogger(name).setLevel(level)

    def emit(self, record: logging.LogRecord) -> None:
        error = repr(record.exc_info[1]) if record.exc_info else None
        level: Level = "error" if record.levelno >= logging.ERROR else "warning"
        self._events.emit("log.foreign", level=level, by=record.name, reason=_said(record), error=error)


def _said(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):  # arguments that do not fit the format: the format says enough
        return str(record.msg)
