"""The closed list of events: what may be said, how it is written, and what can never be."""

import json
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.loglines import ROOT, LogLines, line_validator
from triaged.log import lineschema
from triaged.log.events import LONGEST_TEXT, Events, Threshold, UnknownEventError, captured, silent
from triaged.log.vocabulary import EVENTS, FIELDS, Event

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SAMPLES: dict[str, Any] = {
    "text": "text", "count": 7, "number": 1.5, "instant": NOON, "words": ("new", "voicemail"),
}  # fmt: skip


def sample(name: str) -> Any:
    return {"mode": "send", "verdict": "left"}.get(name, SAMPLES[FIELDS[name]])


@pytest.mark.parametrize("event", EVENTS)
def test_every_event_with_every_field_is_valid_against_the_published_schema(event: Event, log_lines: LogLines):
    log_lines.events.emit(event, **{name: sample(name) for name in FIELDS})
    assert list(log_lines.lines[0]) == ["timestamp", "level", "event", *FIELDS]


def test_the_published_schema_is_the_one_of_the_lists():
    assert (ROOT / "config" / "events.schema.json").read_text(encoding="utf-8") == lineschema.text()


def test_the_module_prints_the_schema(capsys: pytest.CaptureFixture[str]):
    import runpy
    import sys

    del sys.modules["triaged.log.lineschema"]
    runpy.run_module("triaged.log.lineschema", run_name="__main__")
    assert json.loads(capsys.readouterr().out) == lineschema.schema()


@pytest.mark.parametrize(
    "line",
    [
        {"event": "message.lost"},
        {"body": "Dear Dana"},
        {"timestamp": "2026-11-24T12:00:00+01:00"},
        {"until": "2026-11-24T12:00:00"},
        {"item": -1},
        {"item": "7"},
        {"kind": "new"},
        {"mode": "yolo"},
        {"level": "fatal"},
        {"subject": "x" * (LONGEST_TEXT + 1)},
    ],
)
def test_the_schema_refuses_what_is_not_promised(line: dict[str, Any]):
    good = {"timestamp": "2026-11-24T12:00:00.000+00:00", "level": "info", "event": "message.left"}
    assert line_validator().is_valid(good)
    assert not line_validator().is_valid(good | line)


@pytest.mark.parametrize("missing", ["timestamp", "level", "event"])
def test_the_schema_wants_time_level_and_event(missing: str):
    good = {"timestamp": "2026-11-24T12:00:00.000+00:00", "level": "info", "event": "message.left"}
    assert not line_validator().is_valid({name: value for name, value in good.items() if name != missing})


@pytest.mark.parametrize("name", ["password", "token", "body", "text", "raw", "secret", "excerpt"])
def test_secrets_bodies_and_texts_have_no_field(name: str):
    with pytest.raises(UnknownEventError, match=name):
        silent().emit("message.left", **{name: "x"})  # type: ignore[misc]  # the point of the test
    with pytest.raises(UnknownEventError, match=name):
        silent().bind(**{name: "x"})  # type: ignore[misc]  # the point of the test


def test_an_event_that_is_on_no_list_raises():
    with pytest.raises(UnknownEventError, match=r"message\.lost"):
        silent().emit("message.lost")  # type: ignore[arg-type]  # the point of the test


def test_a_level_that_is_on_no_list_raises():
    with pytest.raises(UnknownEventError, match="fatal"):
        silent().emit("message.left", level="fatal")  # type: ignore[arg-type]  # the point of the test


def test_mistakes_raise_also_below_the_threshold():
    events, _ = captured("error")
    with pytest.raises(UnknownEventError):
        events.emit("message.left", level="debug", item="7")  # type: ignore[arg-type]  # the point of the test


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("item", "7"), ("item", True), ("item", -1), ("item", 1.5), ("duration_ms", "1"), ("duration_ms", -0.1),
        ("until", "tomorrow"), ("until", datetime(2026, 1, 1)), ("kind", "new"), ("kind", (1,)),  # noqa: DTZ001 — naive on purpose
        ("subject", b"bytes"), ("subject", 1), ("mode", "on"), ("verdict", "lost"),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_type_raises(name: str, value: Any):
    with pytest.raises(UnknownEventError, match=name):
        silent().emit("message.left", **{name: value})


def test_instants_keep_their_offset_and_the_timestamp_is_utc():
    lines: list[dict[str, Any]] = []
    there = datetime(2026, 11, 24, 13, 0, 0, 5, tzinfo=timezone(timedelta(hours=1)))
    Events(lines.append, now=lambda: there).emit("message.deferred", until=there)
    assert lines[0]["timestamp"] == "2026-11-24T12:00:00.000+00:00"
    assert lines[0]["until"] == "2026-11-24T13:00:00+01:00"


def test_instants_can_be_written_in_the_persons_zone(log_lines: LogLines):
    log_lines.events.within(ZoneInfo("Europe/Berlin")).bind(arrived=NOON).emit("message.deferred", until=NOON)
    assert log_lines.lines[0]["until"] == log_lines.lines[0]["arrived"] == "2026-11-24T13:00:00+01:00"


def test_bound_fields_stand_on_every_line_and_a_new_value_wins(log_lines: LogLines):
    bound = log_lines.events.bind(person="dana", account="work")
    bound.emit("account.idle")
    bound.emit("message.left", account="other", client=None)
    log_lines.events.emit("service.ready")
    assert [(line.get("person"), line.get("account")) for line in log_lines.lines] == [
        ("dana", "work"), ("dana", "other"), (None, None),
    ]  # fmt: skip
    assert "client" not in log_lines.lines[1]


def test_subjects_are_left_out_when_they_are_not_wanted(log_lines: LogLines):
    log_lines.threshold.subjects = False
    log_lines.events.bind(subject="bound").emit("message.urgent", subject="Outage")
    assert "subject" not in log_lines.lines[0]


def test_a_strangers_mail_is_told_at_debug_level_only():
    events, lines = captured("info")
    events.emit("message.left", sender="stranger@x.example")
    events.emit("message.left", sender="gary@harbor.example", client="harbor")
    assert [line["sender"] for line in lines] == ["gary@harbor.example"]
    events.threshold.level = "debug"
    events.emit("message.left", sender="stranger@x.example")
    assert lines[-1]["level"] == "debug"


def test_what_a_person_must_see_is_no_mere_information(log_lines: LogLines):
    for event in ("reply.in_doubt", "reply.failed", "account.auth_failed", "config.rejected"):
        log_lines.events.emit(event)
    assert {line["level"] for line in log_lines.lines} == {"error"}


def test_an_explicit_level_wins(log_lines: LogLines):
    log_lines.events.emit("reply.in_doubt", level="info")
    assert log_lines.lines[0]["level"] == "info"


def test_text_enums_and_sets_are_written_as_texts(log_lines: LogLines):
    class Colour(StrEnum):
        RED = "red"

    log_lines.events.emit("message.left", reason=Colour.RED, kind=frozenset({"new", "list"}))
    assert json.dumps([log_lines.lines[0]["reason"], log_lines.lines[0]["kind"]]) == '["red", ["list", "new"]]'


def test_control_characters_cannot_forge_lines(log_lines: LogLines):
    log_lines.events.emit("message.left", subject="a\nb\x1b[31mc\u202ed\ud800")
    assert log_lines.lines[0]["subject"] == "a b\ufffd[31mc\ufffdd\ufffd"


def test_long_texts_are_cut(log_lines: LogLines):
    log_lines.events.emit("message.left", subject="x" * 5000)
    assert len(log_lines.lines[0]["subject"]) == LONGEST_TEXT


@given(text=st.text(alphabet=st.characters(), max_size=2000))
def test_any_text_gives_one_valid_line(text: str):
    lines: list[dict[str, Any]] = []
    Events(lines.append, threshold=Threshold("debug")).emit("message.left", subject=text)
    written = json.dumps(lines[0], ensure_ascii=False).encode()
    assert len(written.splitlines()) == 1
    assert len(written.decode().splitlines()) == 1
    line_validator().validate(json.loads(written))


def test_the_static_list_and_the_list_at_run_time_are_one():
    assert get_args(Event) == EVENTS
    assert len(set(EVENTS)) == len(EVENTS)


def test_events_are_counted_whether_they_are_written_or_not():
    events, lines = captured("info")
    work = events.bind(person="dana", account="work")
    work.emit("message.left", sender="stranger@x.example")
    work.emit("message.urgent", client="harbor", duration_ms=3)
    work.emit("message.urgent", client="harbor", duration_ms=4.5)
    events.emit("service.ready")
    assert len(lines) == 3
    assert events.counts.events == {
        ("message.left", "dana", "work"): 1, ("message.urgent", "dana", "work"): 2, ("service.ready", "", ""): 1,
    }  # fmt: skip
    assert events.counts.messages == {("dana", "harbor", "urgent"): 2}
    assert events.counts.durations == {"message.urgent": (2, 7.5)}
