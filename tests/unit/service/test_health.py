"""/healthz, /readyz and /metrics answer supervisors, and nobody can hurt the daemon through them."""

import asyncio
import contextlib
import json
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from prometheus_client.parser import text_string_to_metric_families

from triaged.core.errors import TriagedError
from triaged.log.events import captured
from triaged.service import healthserver
from triaged.service.healthserver import FIGURES, AccountState, DaemonState, HealthServer, LeftOut, readiness
from triaged.service.metrics import exporter

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
WORK = AccountState(
    "dana", "work", "send", "watching", since=NOON, proven_alive=NOON, connects=2, failures=1,
    figures={name: number for number, name in enumerate(FIGURES)},
)  # fmt: skip
WELL = DaemonState(NOON, ready=True, accounts=(WORK,), lines_lost=3)


class Site:
    """A server on any port, and the daemon's state as the test sets it."""

    def __init__(self) -> None:
        self.state: DaemonState | Exception = WELL
        self.stuck = False
        self.clients = True
        self.events, _ = captured()
        self.server = HealthServer(self._tell, exporter(self.events.counts, lambda: self.clients))
        self.port = 0

    async def _tell(self) -> DaemonState:
        if self.stuck:
            await asyncio.Event().wait()
        if isinstance(self.state, Exception):
            raise self.state
        return self.state

    async def say(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(request)
        answer = await reader.read()
        writer.close()
        return answer

    async def get(self, path: str) -> tuple[int, str]:
        answer = await self.say(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        head, _, body = answer.partition(b"\r\n\r\n")
        assert f"Content-Length: {len(body)}".encode() in head
        return int(head.split()[1]), body.decode()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    found = Site()
    _, found.port = await found.server.open("127.0.0.1", 0)
    yield found
    await found.server.close()


async def test_a_daemon_that_answers_is_healthy(site: Site):
    site.state = replace(WELL, accounts=(replace(WORK, state="disconnected"),))
    assert await site.get("/healthz") == (200, "ok\n")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_a_ledger_that_fails_is_told_on_every_page(site: Site, path: str):
    site.state = TriagedError("the disk is full")
    assert await site.get(path) == (503, "not well: the disk is full\n")


async def test_a_daemon_that_is_stuck_is_not_healthy(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(healthserver, "PATIENCE", 0.5)
    site.stuck = True
    status, body = await site.get("/healthz")
    assert (status, body) == (503, "not well: the ledger does not answer\n")


async def test_ready_is_when_every_account_watches(site: Site):
    status, body = await site.get("/readyz?verbose")
    assert status == 200
    assert json.loads(body) == {
        "ready": True,
        "accounts": [
            {
                "person": "dana", "account": "work", "mode": "send", "state": "watching",
                "since": "2026-11-24T12:00:00+00:00", "error": None,
            }
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    "state",
    [
        replace(WELL, ready=False),
        replace(WELL, accounts=(WORK, replace(WORK, state="disconnected", error="gone", since=None))),
    ],
)
async def test_one_account_that_does_not_watch_is_not_ready(site: Site, state: DaemonState):
    site.state = state
    status, body = await site.get("/readyz")
    assert status == 503
    assert json.loads(body)["ready"] is False


async def test_the_metrics_tell_state_and_counts(site: Site):
    site.events.bind(person="dana", account="work").emit("message.urgent", client="harbor", duration_ms=250)
    status, body = await site.get("/metrics")
    assert status == 200
    samples = {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(body)
        for sample in family.samples
    }
    assert samples["triaged_account_up", "work", "send", "dana"] == 1
    assert samples["triaged_events_total", "work", "message.urgent", "dana"] == 1
    assert samples["triaged_client_messages_total", "harbor", "dana", "urgent"] == 1
    assert samples["triaged_event_duration_seconds_sum", "message.urgent"] == 0.25
    assert samples["triaged_log_lines_lost_total",] == 3
    assert samples["triaged_account_connects_total", "work", "dana"] == 2
    assert samples["triaged_account_proven_alive_timestamp_seconds", "work", "dana"] == NOON.timestamp()
    assert ("triaged_account_last_message_timestamp_seconds", "work", "dana") not in samples
    assert {name: samples[f"triaged_{name}", "work", "dana"] for name in FIGURES} == WORK.figures
    assert any(name == "process_resident_memory_bytes" for name, *_ in samples)


async def test_the_metrics_name_no_client_unless_asked_to(site: Site):
    site.clients = False
    for client in ("harbor", "lindenhof"):
        site.events.bind(person="dana", account="work").emit("message.urgent", client=client)
    _, body = await site.get("/metrics")
    assert 'triaged_client_messages_total{person="dana",verdict="urgent"} 2.0' in body
    assert "harbor" not in body
    assert "lindenhof" not in body


async def test_every_event_of_an_account_is_counted_from_zero_at_the_first_look(site: Site):
    _, body = await site.get("/metrics")
    for event in ("account.auth_failed", "reply.sent", "message.unreadable", "promise.overdue"):
        assert f'triaged_events_total{{account="work",event="{event}",person="dana"}} 0.0' in body
    assert 'triaged_events_total{account="",event="config.rejected",person="dana"} 0.0' in body
    assert 'triaged_events_total{account="",event="service.started",person=""} 0.0' in body
    assert "log_lines_lost_total 3.0" in body


async def test_verdicts_are_counted_from_zero_where_no_client_is_named(site: Site):
    site.clients = False
    _, body = await site.get("/metrics")
    for verdict in ("urgent", "deferrable", "left"):
        assert f'triaged_client_messages_total{{person="dana",verdict="{verdict}"}} 0.0' in body


async def test_what_was_counted_is_not_set_back(site: Site):
    for _ in range(2):
        site.events.bind(person="dana", account="work").emit("account.auth_failed", error="no")
    _, body = await site.get("/metrics")
    assert 'triaged_events_total{account="work",event="account.auth_failed",person="dana"} 2.0' in body


async def test_what_has_been_so_for_long_is_told_in_seconds(site: Site):
    late = replace(WORK, due_reply=901.0, due_return=60.0, smtp_worked=1000.0, unadopted=38, another=True)
    site.state = replace(WELL, accounts=(late,))
    _, body = await site.get("/metrics")
    for name, value in {
        "oldest_due_reply_seconds": 901.0,
        "oldest_due_return_seconds": 60.0,
        "smtp_last_worked_seconds": 1000.0,
        "unadopted": 38.0,
        "another": 1.0,
        "account_signed_out": 0.0,
    }.items():
        assert f'triaged_{name}{{account="work",person="dana"}} {value}' in body


ERIN_OUT = replace(WELL, left_out=(LeftOut("erin", "the configuration is not valid: erin.toml:3:1"),))


async def test_persons_are_counted_by_how_they_stand(site: Site):
    _, body = await site.get("/metrics")
    for state, count in {"in_force": 1.0, "outdated": 0.0, "left_out": 0.0}.items():
        assert f'triaged_persons{{state="{state}"}} {count}' in body
    site.state = replace(ERIN_OUT, outdated=1)
    _, body = await site.get("/metrics")
    for state, count in {"in_force": 0.0, "outdated": 1.0, "left_out": 1.0}.items():
        assert f'triaged_persons{{state="{state}"}} {count}' in body


async def test_with_somebody_left_out_it_is_not_ready_and_this_machine_is_told_who(site: Site):
    site.state = ERIN_OUT
    status, body = await site.get("/readyz")
    assert status == 503
    found = json.loads(body)
    assert (found["ready"], found["persons_left_out"]) == (False, 1)
    assert found["left_out"] == [{"person": "erin", "error": "the configuration is not valid: erin.toml:3:1"}]


def test_another_machine_is_told_how_many_and_not_who():
    answer = readiness(ERIN_OUT, names=False)
    assert answer.status == 503
    assert json.loads(answer.body)["persons_left_out"] == 1
    assert b"erin" not in answer.body


async def test_figures_that_are_not_known_are_left_out(site: Site):
    site.state = replace(WELL, accounts=(replace(WORK, figures={}, state="starting"),))
    _, body = await site.get("/metrics")
    assert "triaged_aside{" not in body
    assert 'triaged_account_up{account="work",mode="send",person="dana"} 0.0' in body


async def test_without_the_library_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    events, _ = captured()
    assert exporter(events.counts) is None

    async def tell() -> DaemonState:
        return WELL

    answer = await HealthServer(tell, None).answer("/metrics")
    assert answer.status == 501
    assert b"triaged[metrics]" in answer.body


async def test_other_paths_methods_and_languages_are_refused(site: Site):
    assert (await site.get("/"))[0] == 404
    assert (await site.say(b"POST /healthz HTTP/1.1\r\n\r\n")).startswith(b"HTTP/1.1 405 Method Not Allowed\r\n")
    assert b"\r\nAllow: GET, HEAD\r\n" in await site.say(b"DELETE / HTTP/1.1\r\n\r\n")
    assert (await site.say(b"GET /healthz SPDY\r\n\r\n")).startswith(b"HTTP/1.1 400 ")
    assert (await site.say(b"\xff\xfe\r\n\r\n")).startswith(b"HTTP/1.1 400 ")


async def test_a_head_request_gets_the_head(site: Site):
    answer = await site.say(b"HEAD /healthz HTTP/1.0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\n")


async def test_a_client_that_never_asks_or_asks_too_much_is_left(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(healthserver, "PATIENCE", 0.5)
    assert await site.say(b"GET /healthz") == b""
    assert await site.say(b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000) == b""


async def test_too_many_clients_are_turned_away_and_the_others_served(site: Site):
    waiting = [await asyncio.open_connection("127.0.0.1", site.port) for _ in range(16)]
    assert await site.say(b"") == b""
    first_reader, first_writer = waiting[0]
    first_writer.write(b"GET /healthz HTTP/1.1\r\n\r\n")
    assert (await first_reader.read()).endswith(b"ok\n")
    for _, one in waiting:
        one.close()


async def test_whoever_asks_at_once_is_answered_among_any_number_who_ask_nothing(site: Site):
    with contextlib.ExitStack() as silent:
        for number in range(200):
            silent.enter_context(socket.create_connection(("127.0.0.1", site.port)))
            if number % 20 == 0:
                assert (await site.get("/readyz"))[0] == 200
        assert len(site.server._clients) <= healthserver._MOST_CLIENTS
        assert (await site.get("/healthz"))[0] == 200


async def test_a_daemon_that_hangs_keeps_nobody_from_asking_again(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(healthserver, "PATIENCE", 0.5)
    site.stuck = True
    asked = [asyncio.create_task(site.say(b"GET /readyz HTTP/1.1\r\n\r\n")) for _ in range(80)]
    answers = [answer for answer in await asyncio.gather(*asked, return_exceptions=True) if isinstance(answer, bytes)]
    assert {answer[:12] for answer in answers if answer} == {b"HTTP/1.1 503"}
    site.stuck = False
    assert (await site.get("/readyz"))[0] == 200


async def test_closing_leaves_whoever_is_connected(site: Site):
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    await asyncio.sleep(0)
    assert await site.get("/healthz") == (200, "ok\n")
    await site.server.close()
    assert await reader.read() == b""
    writer.close()


async def test_a_server_that_was_never_opened_can_be_closed():
    async def tell() -> DaemonState:
        return WELL

    server = HealthServer(tell, None)
    await server.close()
    assert (await server.answer("/healthz")).status == 200


async def test_a_daemon_that_does_not_watch_a_folder_is_not_ready_and_names_it(site: Site):
    site.state = replace(WELL, accounts=(replace(WORK, unwatched={"Clients/Harbor": "there is no such folder"}),))
    status, body = await site.get("/readyz")
    assert status == 503
    assert json.loads(body)["accounts"][0]["error"] == "Clients/Harbor is not watched: there is no such folder"
    _, metrics = await site.get("/metrics")
    assert 'triaged_account_folders_unwatched{account="work",person="dana"} 1.0' in metrics
