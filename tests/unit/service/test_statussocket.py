"""The socket over which a running daemon tells how it is."""

import asyncio
import contextlib
import json
import os
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from triaged.core.errors import TriagedError
from triaged.service.statussocket import NoAnswerError, StatusSocket, ask, ask_for_link

Opened = Callable[..., Awaitable[StatusSocket]]


async def fine() -> dict[str, Any]:
    return {"people": ["dana"]}


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Opened]:
    made: list[StatusSocket] = []

    async def give(provider: Callable[[], Awaitable[dict[str, Any]]] = fine, **environ: str) -> StatusSocket:
        inside = StatusSocket(provider, tmp_path, environ)
        made.append(inside)
        assert await inside.open() == ""
        return inside

    yield give
    for inside in made:
        await inside.close()


async def answered(folder: Path) -> dict[str, Any]:
    return await asyncio.to_thread(ask, folder)


async def raw(folder: Path, question: bytes) -> dict[str, Any]:
    reader, writer = await asyncio.open_unix_connection(str(folder / "status.sock"))
    writer.write(question)
    answer = json.loads(await reader.readline())
    writer.close()
    await writer.wait_closed()
    return answer


async def test_it_answers_what_the_daemon_says(opened: Opened, tmp_path: Path):
    await opened()
    assert await answered(tmp_path) == {"people": ["dana"]}


async def test_only_the_owner_may_connect(opened: Opened, tmp_path: Path):
    await opened()
    assert stat.S_IMODE((tmp_path / "status.sock").stat().st_mode) == 0o600


async def test_it_lies_in_the_runtime_directory_and_is_found_from_the_state_folder(opened: Opened, tmp_path: Path):
    runtime = tmp_path / "run"
    runtime.mkdir()
    await opened(RUNTIME_DIRECTORY=f"{runtime}:/somewhere/else")
    assert stat.S_ISSOCK((runtime / "status.sock").lstat().st_mode)
    assert await answered(tmp_path) == {"people": ["dana"]}


async def test_nothing_is_left_when_it_closes(opened: Opened, tmp_path: Path):
    inside = await opened()
    await inside.close()
    assert os.listdir(tmp_path) == []  # noqa: PTH208 — iterdir is taken for blocking here


async def test_what_a_killed_daemon_left_is_no_obstacle(opened: Opened, tmp_path: Path):
    (tmp_path / "status.sock").symlink_to(tmp_path / "gone")
    await opened()
    assert await answered(tmp_path) == {"people": ["dana"]}


async def test_without_a_daemon_there_is_no_answer(tmp_path: Path):
    with pytest.raises(NoAnswerError, match="no daemon is running") as silence:
        await answered(tmp_path)
    assert not silence.value.running


async def test_a_daemon_in_trouble_says_so(opened: Opened, tmp_path: Path):
    async def troubled() -> dict[str, Any]:
        raise TriagedError("the ledger does not answer")

    await opened(troubled)
    with pytest.raises(NoAnswerError, match="the ledger does not answer") as silence:
        await answered(tmp_path)
    assert silence.value.running


@pytest.mark.parametrize("question", [b"\n", b"hello\n", b"[]\n", b'{"ask": "password"}\n', b"\xff\n"])
async def test_whoever_asks_something_else_is_told_what_to_ask(opened: Opened, tmp_path: Path, question: bytes):
    await opened()
    assert "ask" in (await raw(tmp_path, question))["error"]


async def test_an_endless_question_costs_a_closed_connection(opened: Opened, tmp_path: Path):
    await opened()
    reader, writer = await asyncio.open_unix_connection(str(tmp_path / "status.sock"))
    writer.write(b"x" * 100_000)
    with contextlib.suppress(ConnectionResetError):  # it goes away with our octets unread
        assert await reader.read() == b""
    writer.close()
    assert await answered(tmp_path) == {"people": ["dana"]}


async def test_a_path_that_no_socket_can_have_is_told(tmp_path: Path):
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    assert "too long for a socket" in await StatusSocket(fine, folder, {}).open()


async def test_it_gives_the_link_to_a_page(tmp_path: Path):
    async def link(person: str | None) -> dict[str, str]:
        return {"link": f"http://127.0.0.1:8025/in/{person}"}

    inside = StatusSocket(fine, tmp_path, {}, link=link)
    assert await inside.open() == ""
    assert await asyncio.to_thread(ask_for_link, tmp_path, "dana") == "http://127.0.0.1:8025/in/dana"
    await inside.close()


async def test_where_no_page_is_served_there_is_no_link(opened: Opened, tmp_path: Path):
    await opened()
    with pytest.raises(NoAnswerError, match="no page is served"):
        await asyncio.to_thread(ask_for_link, tmp_path, None)
