"""What a stranger writes into a subject is plain text on the telephone, and calls nobody in a chat."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from triaged.person.push import send_by_apprise
from triaged.person.pushwords import Push

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # Apprise's own import of it


class Service:
    """A service that takes JSON."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        taken = self.taken

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.server.server_port}/"


@pytest.fixture
def service() -> Iterator[Service]:
    found = Service()
    thread = Thread(target=found.server.serve_forever)
    thread.start()
    yield found
    found.server.shutdown()
    thread.join()
    found.server.server_close()


@pytest.mark.parametrize(
    "said",
    [
        "@everyone look",
        "ring @here",
        "<!channel> now",
        "<@U12345> and <@&77>",
        "(@dana)",
        "x@everyone",
        "<#C1|general>",
        "@ALL",
    ],
)
async def test_a_push_calls_nobody(service: Service, said: str):
    await send_by_apprise(service.url, Push(said, said, ""))
    (taken,) = service.taken
    for text in (taken["title"], taken["message"]):
        assert text.replace("\u2060", "") == said
        assert not any(call in text.lower() for call in ("@everyone", "@here", "<!", "<@", "<#", "@dana", "@all"))


async def test_an_address_stays_as_it_is(service: Service):
    await send_by_apprise(service.url, Push("Gary", "gary@harbor.example and Gary <gary+a@harbor.example>: help", ""))
    assert service.taken[0]["message"] == "gary@harbor.example and Gary <gary+a@harbor.example>: help"


@pytest.mark.parametrize(
    ("how", "mark"),
    [("markdown", "[log in](https://evil.example) **now**"), ("html", "<a href='https://evil.example'>log in</a>")],
)
async def test_marks_have_no_effect_where_a_service_reads_them(service: Service, how: str, mark: str):
    await send_by_apprise(f"{service.url}?format={how}", Push("Outage", mark, ""))
    message = service.taken[0]["message"]
    assert "[log in](" not in message
    assert "**now**" not in message
    assert "<a " not in message
    assert "log" in message
