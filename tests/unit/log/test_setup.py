"""Where lines go: JSON, console and journal, and what happens when nobody takes them."""

import json
import logging
import os
import pty
import socket
import threading
import warnings
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from support.loglines import line_validator
from triaged.log import journal, sentences, setup
from triaged.log.events import Threshold, captured
from triaged.log.pump import Pump, Stream
from triaged.log.vocabulary import EVENTS, FIELDS

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Pipe:
    """A pipe to log into, and what came out of it once the log is closed."""

    def __init__(self) -> None:
        self.out, self.into = os.pipe()

    def lines(self) -> list[str]:
        os.close(self.into)
        with os.fdopen(self.out, encoding="utf-8") as found:
            return found.read().splitlines()


def started(pipe: Pipe, mode: setup.Mode = "json", environ: Mapping[str, str] | None = None, **more: Any) -> setup.Log:
    output = setup.Output(pipe.into, environ or {}, more.get("zone"))
    threshold = Threshold(more.get("level", "info"), subjects=more.get("subjects", True))
    return setup.start(mode, output, threshold=threshold, now=lambda: NOON)


def test_json_lines_stand_on_standard_output_one_each():
    pipe = Pipe()
    log = started(pipe)
    log.events.emit("message.deferred", client="harbor", subject="Größe\n„x“", item=7)
    log.events.emit("account.idle", level="debug")
    log.close()
    (line,) = pipe.lines()
    assert json.loads(line) == {
        "timestamp": "2026-11-24T12:00:00.000+00:00", "level": "info", "event": "message.deferred",
        "client": "harbor", "item": 7, "subject": "Größe „x“",
    }  # fmt: skip
    assert list(json.loads(line))[:3] == ["timestamp", "level", "event"]
    line_validator().validate(json.loads(line))


def test_subjects_and_the_level_are_set_from_the_start():
    pipe = Pipe()
    log = started(pipe, level="debug", subjects=False)
    log.events.emit("message.left", subject="hidden")
    log.close()
    assert [json.loads(line)["event"] for line in pipe.lines()] == ["message.left"]


def test_what_libraries_warn_about_is_an_event_and_their_traces_are_not():
    pipe = Pipe()
    log = started(pipe, level="debug")
    logging.getLogger("imapclient").debug("LOGIN dana secret")
    logging.getLogger("imapclient").info("LOGIN dana secret")
    logging.getLogger("asyncio").debug("slow")
    logging.getLogger("asyncio").warning("Executing %s took %s", "task", 3)
    log._foreign.emit(logging.LogRecord("some.other", logging.ERROR, __file__, 1, "bad %d", ("format",), None))
    logging.getLogger("apprise").error("cannot reach ntfy://secret-topic")
    logging.getLogger("urllib3.connectionpool").warning("Retrying: /secret-topic")
    logging.getLogger("x").error("it failed", exc_info=ValueError("inside"))
    log.close()
    logging.getLogger("asyncio").warning("after the end")
    lines = [json.loads(line) for line in pipe.lines()]
    for line in lines:
        line_validator().validate(line)
    assert [(line["event"], line["level"], line["by"], line["reason"], line.get("error")) for line in lines] == [
        ("log.foreign", "warning", "asyncio", "Executing task took 3", None),
        ("log.foreign", "error", "some.other", "bad %d", None),
        ("log.foreign", "error", "x", "it failed", "ValueError('inside')"),
    ]


def test_python_warnings_are_events_too(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.warnoptions", [])
    pipe = Pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        log = started(pipe)
        warnings.warn("old ways", DeprecationWarning, stacklevel=1)
        log.close()
    (line,) = pipe.lines()
    assert "old ways" in json.loads(line)["reason"]


def test_the_loggers_of_libraries_are_as_before_when_the_log_is_closed():
    before = (logging.getLogger().handlers[:], logging.getLogger("imapclient").level, logging.getLogger().level)
    pipe = Pipe()
    started(pipe).close()
    assert pipe.lines() == []
    assert before == (logging.getLogger().handlers, logging.getLogger("imapclient").level, logging.getLogger().level)


def test_a_blocked_sink_blocks_nobody_and_the_loss_is_told():
    out, into = os.pipe()
    told: list[int] = []
    recovered = threading.Event()
    pump = Pump(Stream(into), lambda lost: (told.append(lost), recovered.set()), capacity=50)
    line = b"x" * 1023 + b"\n"
    for _ in range(1000):  # a pipe takes 64 KiB: this returns although nobody reads
        pump.put(line)
    assert pump.lost > 500
    lost = pump.lost

    def drain() -> None:
        while os.read(out, 65536):
            pass

    reader = threading.Thread(target=drain)
    reader.start()
    assert recovered.wait(30)
    assert pump.close(30)
    os.close(into)
    reader.join(30)
    os.close(out)
    assert sum(told) == lost == pump.lost


def test_the_loss_is_an_event_of_its_own():
    pipe = Pipe()
    log = started(pipe)
    log._pump._told(17)
    log.close()
    (line,) = pipe.lines()
    assert json.loads(line)["event"] == "log.dropped"
    assert "17" in json.loads(line)["reason"]


def test_a_stop_does_not_wait_for_a_sink_that_takes_nothing():
    out, into = os.pipe()
    pump = Pump(Stream(into), lambda _lost: None, capacity=10_000)
    for _ in range(200):
        pump.put(b"x" * 1024)
    assert not pump.close(0.01)
    while os.read(out, 65536):  # let the thread go
        if pump.close(0.05):
            break
    os.close(into)
    os.close(out)


def test_a_sink_that_does_not_block_by_itself_is_waited_for():
    out, into = os.pipe()
    os.set_blocking(into, False)
    pump = Pump(Stream(into), lambda _lost: None)
    for _ in range(300):
        pump.put(b"x" * 1023 + b"\n")
    read = 0
    while read < 300 * 1024:
        read += len(os.read(out, 65536))
    assert pump.close(30)
    assert pump.lost == 0
    os.close(into)
    os.close(out)


def test_a_broken_pipe_loses_lines_and_nothing_else():
    out, into = os.pipe()
    os.close(out)
    pump = Pump(Stream(into), lambda _lost: None)
    pump.put(b"x\n")
    assert pump.close(30)
    os.close(into)
    assert pump.lost == 1


def test_a_bad_line_about_a_loss_does_not_end_the_log():
    out, into = os.pipe()

    def fail(_lost: int) -> None:
        raise ValueError("bad line")

    pump = Pump(Stream(into), fail, capacity=0)
    pump.put(b"lost\n")
    pump._capacity = 10
    pump.put(b"one\n")
    pump.put(b"two\n")
    assert pump.close(30)
    os.close(into)
    assert os.read(out, 100) == b"one\ntwo\n"
    os.close(out)


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    ours, theirs = pty.openpty()
    yield ours, theirs
    for fd in (ours, theirs):
        os.close(fd)


def on_terminal(terminal: tuple[int, int], environ: Mapping[str, str]) -> str:
    log = setup.start("auto", setup.Output(terminal[1], environ), now=lambda: NOON)
    log.events.emit("message.urgent", client="harbor", subject="Outage")
    log.close()
    return os.read(terminal[0], 4096).decode()


def test_a_terminal_gets_sentences_with_colours(terminal: tuple[int, int]):
    text = on_terminal(terminal, {"TERM": "xterm"})
    assert "Urgent (harbor) “Outage”" in text
    assert "\x1b[" in text


@pytest.mark.parametrize("environ", [{"TERM": "xterm", "NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colours_can_be_refused(terminal: tuple[int, int], environ: dict[str, str]):
    assert "\x1b" not in on_terminal(terminal, environ)


def test_a_pipe_gets_sentences_without_colours_when_the_console_is_asked_for():
    pipe = Pipe()
    log = started(pipe, "console", {"TERM": "xterm"})
    log.events.emit("service.ready")
    log.close()
    (line,) = pipe.lines()
    assert "Ready" in line
    assert "\x1b" not in line


# -- the journal ---------------------------------------------------------------------------------------------------


@pytest.fixture
def journald(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "socket"))
        listening.settimeout(30)
        yield listening


def fields_of(datagram: bytes) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in datagram.decode().splitlines():
        name, _, value = line.partition("=")
        found.setdefault(name, []).append(value)
    return found


def test_the_journal_gets_fields_priority_and_a_sentence(
    journald: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(setup, "SOCKET", tmp_path / "socket")
    monkeypatch.setattr(journal.Journal.__init__, "__defaults__", (tmp_path / "socket",))
    log = setup.start("journal", setup.Output(environ={}), now=lambda: NOON)
    log.events.emit("reply.held", client="harbor", message_id="<a@b>", kind=("new", "voicemail"), reply=3)
    log.close()
    found = fields_of(journald.recv(65536))
    assert found["MESSAGE"] == ["Reply held back (harbor)"]
    assert found["PRIORITY"] == ["4"]
    assert found["EVENT"] == ["reply.held"]
    assert found["CLIENT"] == ["harbor"]
    assert found["TRIAGED_MESSAGE_ID"] == ["<a@b>"]
    assert found["KIND"] == ["new", "voicemail"]
    assert found["SYSLOG_IDENTIFIER"] == ["triaged"]
    assert "MESSAGE_ID" not in found


def test_values_with_line_breaks_take_the_long_form():
    line = {"timestamp": "t", "level": "info", "event": "message.left", "reason": "a\nb"}
    assert b"\nREASON\n\x03\x00\x00\x00\x00\x00\x00\x00a\nb\n" in b"\n" + journal.datagram(line)


def test_the_journal_without_journald_is_json_on_standard_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(setup, "SOCKET", tmp_path / "nobody")
    pipe = Pipe()
    log = started(pipe, "journal")
    log.events.emit("service.ready")
    log.close()
    assert [json.loads(line)["event"] for line in pipe.lines()] == ["service.ready"]


def test_a_journal_that_is_gone_loses_lines_and_comes_back(tmp_path: Path):
    sink = journal.Journal(tmp_path / "socket")
    assert sink.send([b"A=1\n", b"A=2\n"]) == 2
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "socket"))
        assert sink.send([b"A=3\n"]) == 0
        assert listening.recv(100) == b"A=3\n"
    sink.close()


def test_auto_means_the_journal_only_where_standard_output_leads_there(journald: socket.socket, tmp_path: Path):
    pipe = Pipe()
    found = os.fstat(pipe.into)
    there = {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"}
    assert journal.is_journal(pipe.into, there, tmp_path / "socket")
    assert not journal.is_journal(pipe.into, there, tmp_path / "nobody")
    assert not journal.is_journal(pipe.into, {"JOURNAL_STREAM": "1:2"}, tmp_path / "socket")
    assert not journal.is_journal(pipe.into, {}, tmp_path / "socket")
    assert setup.form_of("auto", pipe.into, {}) == "json"
    assert pipe.lines() == []
    assert not journal.is_journal(10_000, there, tmp_path / "socket")


@pytest.mark.parametrize("event", EVENTS)
def test_a_line_comes_back_from_the_journal_as_it_was_written(event: str):
    samples = {"text": "text", "count": 7, "number": 1.5, "instant": NOON, "words": ("new", "list")}
    events, lines = captured()
    values = {name: {"mode": "send", "verdict": "left"}.get(name, samples[form]) for name, form in FIELDS.items()}
    events.emit(event, **values)  # type: ignore[arg-type]  # a parameter of the test
    stored = fields_of(journal.datagram(lines[0]))
    entry = {name: values[0] if len(values) == 1 else values for name, values in stored.items()}
    assert journal.line_of(entry) == lines[0]


def test_entries_of_others_are_no_lines():
    assert journal.line_of({"MESSAGE": "Started triaged."}) is None
    assert journal.line_of({"EVENT": "other.thing"}) is None


def test_an_entry_is_read_with_what_the_journal_makes_of_it():
    entry = {
        "EVENT": "message.left", "KIND": "new", "ITEM": "7", "SUBJECT": [72, 105],
        "RULE": ["first", "last"], "__REALTIME_TIMESTAMP": "1795521600000000",
    }  # fmt: skip
    assert journal.line_of(entry) == {
        "timestamp": "2026-11-24T12:00:00.000+00:00", "level": "info", "event": "message.left",
        "item": 7, "subject": "Hi", "kind": ["new"], "rule": "last",
    }  # fmt: skip


# -- sentences -----------------------------------------------------------------------------------------------------


def test_every_event_has_words():
    assert tuple(sentences.WORDS) == EVENTS


def test_a_sentence_tells_what_happened_to_whom_and_why():
    line = {
        "event": "message.deferred", "until": "2026-11-27T09:00:00+01:00", "sender": "gary@harbor.example",
        "client": "harbor", "subject": "quick question", "promise": "2026-11-27T10:00:00+01:00",
        "rule": "Everything else", "reason": "matches everything",
    }  # fmt: skip
    assert sentences.sentence(line) == (
        "Put aside until 2026-11-27 09:00, promised for 2026-11-27 10:00 from gary@harbor.example (harbor)"
        " “quick question”: “Everything else”: matches everything"
    )


def test_what_nobody_is_told_is_not_said_to_be_promised():
    line = {"event": "message.deferred", "promise": "2026-11-27T10:00:00+01:00", "client": "harbor"}
    assert sentences.sentence({**line, "mode": "observe"}).startswith("Put aside (only observed)")
    assert sentences.sentence({**line, "mode": "draft"}).startswith("Put aside, ")
    assert sentences.sentence({**line, "no_reply": "too-old"}) == "Put aside (harbor) (no reply: too-old)"
    assert sentences.sentence({**line, "no_reply": "joined"}) == "Put aside, promised for 2026-11-27 10:00 (harbor)"


def test_why_no_reply_goes_is_told_unless_nobody_asked_for_one():
    line = {"event": "message.urgent", "client": "harbor", "no_reply": "rule", "rule": "Outage", "reason": "it is down"}
    assert sentences.sentence(line) == "Urgent (harbor): “Outage”: it is down"
    line = {"event": "message.left", "client": "harbor", "no_reply": "courtesy", "reason": "nothing but thanks"}
    assert sentences.sentence(line) == "Left alone (harbor): nothing but thanks (no reply: courtesy)"


def test_a_promise_is_not_said_to_be_promised_twice():
    line = {"event": "promise.made", "promise": "2026-11-27T10:00:00+01:00", "client": "harbor"}
    assert sentences.sentence(line) == "Promised for 2026-11-27 10:00 (harbor)"
