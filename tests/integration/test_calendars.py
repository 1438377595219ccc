"""Calendars over real lines: feeds that change, lead elsewhere, lie or never end; and what is kept of the last good one."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from triaged.calendars import CalendarError, Source, Window, feeds, read
from unit.calendars.feeds import GOOGLE, calendar, event

WINDOW = Window.around(datetime(2026, 12, 1, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def serving(answer: Answer) -> Iterator[tuple[str, list[BaseHTTPRequestHandler]]]:
    """A server that answers GET and PROPFIND so; its address, and what it was asked."""
    asked: list[BaseHTTPRequestHandler] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self)
            answer(self)

        def do_PROPFIND(self) -> None:
            self.send_error(405)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def sends(body: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(one: BaseHTTPRequestHandler) -> None:
        one.send_response(status)
        for name, value in headers.items():
            one.send_header(name, value)
        one.end_headers()
        one.wfile.write(body)

    return answer


async def test_a_feed_is_read_and_one_that_has_not_changed_is_known_by_its_etag():
    def answer(one: BaseHTTPRequestHandler) -> None:
        same = one.headers.get("If-None-Match") == '"7"'
        sends(b"" if same else GOOGLE, 304 if same else 200, ETag='"7"')(one)

    with serving(answer) as (url, asked):
        first = await read(Source(url), WINDOW)
        assert first is not None
        assert len(first.appointments) > 20
        assert await read(Source(url), WINDOW, first.version) is None
        assert len(asked) == 2


async def test_a_feed_without_an_etag_is_unchanged_by_its_content():
    with serving(sends(GOOGLE)) as (url, _):
        first = await read(Source(url), WINDOW)
        assert first is not None
        assert await read(Source(url), WINDOW, first.version) is None


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (sends(b"", 401), "refused the sign-in"),
        (sends(b"", 404), "answered 404"),
        (sends(b"", 500), "answered 500"),
        (sends(b"<!doctype html><html>Please sign in</html>"), "a web page, as of a sign-in"),
        (sends(b"", 302, Location="/again"), "leads on and on"),
        (sends(b"", 302, Location="ftp://elsewhere.example/"), "none of the web"),
        (sends(b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nRRULE"), "ends in the middle"),
        (sends(GOOGLE[:-400]), "ends in the middle"),
    ],
)
async def test_a_feed_in_trouble_is_told_without_its_address(answer: Answer, why: str):
    with serving(answer) as (url, _), pytest.raises(CalendarError) as caught:
        await read(Source(f"{url}/private-4711/basic.ics"), WINDOW)
    assert why in str(caught.value)
    assert "4711" not in str(caught.value)


async def test_a_feed_that_moved_is_followed_and_a_password_stays_with_its_host():
    with serving(sends(GOOGLE)) as (there, asked_there):
        elsewhere = there.replace("127.0.0.1", "localhost")
        with serving(sends(b"", 301, Location=f"{elsewhere}/dana.ics")) as (here, asked_here):
            found = await read(Source(here, "dana", "secret"), WINDOW)
    assert found is not None
    assert "Authorization" in asked_here[0].headers
    assert "Authorization" not in asked_there[0].headers


async def test_a_feed_larger_than_any_calendar_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(feeds, "MOST_OCTETS", 100_000)
    with serving(sends(GOOGLE + b"x" * 200_000)) as (url, _), pytest.raises(CalendarError, match="more than"):
        await read(Source(url), WINDOW)


async def test_a_server_that_hangs_up_or_is_not_there_is_told():
    with (
        serving(lambda one: one.connection.close()) as (url, _),
        pytest.raises(CalendarError, match="could not be asked"),
    ):
        await read(Source(url), WINDOW)
    with pytest.raises(CalendarError, match="could not be asked"):
        await read(Source(url), WINDOW)


async def test_a_file_is_read_again_when_it_has_changed(tmp_path: Path):
    file = tmp_path / "dana.ics"
    file.write_bytes(GOOGLE)
    first = await read(Source(file.as_uri()), WINDOW)
    assert first is not None
    assert await read(Source(file.as_uri()), WINDOW, first.version) is None
    file.write_bytes(calendar(event()))
    second = await read(Source(file.as_uri()), WINDOW, first.version)
    assert second is not None
    assert len(second.appointments) == 1


async def test_a_file_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(CalendarError, match="No such file"):
        await read(Source((tmp_path / "none.ics").as_uri()), WINDOW)


async def test_an_address_that_is_none_is_the_calendars_trouble_alone():
    with pytest.raises(CalendarError, match="could not be read") as caught:
        await read(Source("https://[private-4711/basic.ics"), WINDOW)
    assert "4711" not in str(caught.value)


async def test_where_no_process_can_be_had_the_calendar_waits(monkeypatch: pytest.MonkeyPatch):
    async def none(*_: object, **__: object) -> None:
        raise BlockingIOError

    monkeypatch.setattr("asyncio.create_subprocess_exec", none)
    with serving(sends(GOOGLE)) as (url, _), pytest.raises(CalendarError, match="could not be read"):
        await read(Source(url), WINDOW)


async def test_a_bomb_of_recurrences_costs_no_more_than_its_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("triaged.calendars.occurrences._TIME_OUT", 0.01)
    with serving(sends(GOOGLE)) as (url, _), pytest.raises(CalendarError, match="take more than"):
        await read(Source(url), WINDOW)
