"""A page that is really served, over a ledger of two persons, and a browser's requests to it."""

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from support.ledgerkit import MONDAY, World
from support.reportkit import dana
from triaged.core.settings import Mode, Person
from triaged.ledger import Ledger
from triaged.ledger.entries import ReplyRow
from triaged.page.door import Door, form_token
from triaged.page.seen import Behind
from triaged.page.server import PageServer, Where
from triaged.page.site import site


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Served:
    """The page of dana (`world`), and what she shares the ledger with (`other`)."""

    port: int
    world: World
    other: World
    clock: list = field(default_factory=lambda: [MONDAY])
    woken: list = field(default_factory=list)
    cookie: str = ""
    url: str = ""  # how it is reached from elsewhere

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def ask(self, path: str, form: dict[str, object] | None = None, **headers: str) -> Answer:
        given = {"Host": self.host, "Cookie": f"triaged={self.cookie}", **headers}
        body = None
        if form is not None:
            body = urlencode(form)
            given = {
                "Origin": self.url or f"http://{self.host}",
                "Content-Type": "application/x-www-form-urlencoded",
                **given,
            }
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as line:
            line.request("GET" if form is None else "POST", path, body, {k: v for k, v in given.items() if v})
            answer = line.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode())

    def link(self, person: str = "dana") -> str:
        token = secrets.token_urlsafe()
        self.world.ledger.make_link(person, token, self.clock[-1])
        return token

    def sign_in(self, person: str = "dana") -> str:
        answer = self.ask("/in", {"link": self.link(person)})
        assert answer.status == 303
        self.cookie = answer.headers["set-cookie"].partition("=")[2].partition(";")[0]
        return answer.headers["set-cookie"]

    @property
    def token(self) -> str:
        return form_token(self.cookie)

    def act(self, act: str, number: int | None, **more: object) -> str:
        """What is said after an act."""
        answer = self.ask("/act", {"token": self.token, "act": act, "number": number, **more})
        assert answer.status == 303
        return self.ask(answer.headers["location"]).text


def sending(person: Person) -> Person:
    """Her account is the one that the ledger knows, and does more than observe."""
    return replace(
        person,
        accounts=tuple(replace(one, mode=Mode.SEND, login="dana@imap.example") for one in person.accounts),
    )


WATCHED = {
    "accounts": [
        {
            "account": "work", "mode": "send", "state": "watching", "error": None, "proven_alive": "2026-11-23T10:01:00+01:00",
            "aside": 0, "waiting": 0, "held": 0,
        }
    ],
    "passes": [{"client": "harbor", "left": 1, "total": 2, "period": "week"}],
    "attention": [],
    "paused": None,
}  # fmt: skip


@contextmanager
def served(folder: Path, *, url: str = "", **more: Any) -> Iterator[Served]:
    path, clock, woken = folder / "triaged.db", [MONDAY], []
    person = replace(sending(dana(folder)), **more)
    now = lambda: clock[-1]  # noqa: E731
    where = Where("127.0.0.1", 0, url or None)

    async def text_of(person: Person, reply: ReplyRow) -> str:
        return f"Hello there, reply {reply.id} to {reply.rcpt}"

    def made(ledger: Ledger) -> Any:
        behind = Behind(
            door=Door(ledger, now),
            ledger=ledger,
            now=now,
            person_of={"dana@imap.example": person}.get,
            person_at=lambda text: person if text == "dana@roth.example" else None,
            status_of=lambda _: {**WATCHED, "paused": {"until": None} if "dana" in ledger.pauses() else None},
            text_of=text_of,
            changed=lambda: woken.append(1),
            config=folder / "dana.toml",
            mails_from=url,
        )
        return site(behind, where)

    with closing(Ledger.open(path)) as ledger:
        worlds = World.new(ledger), World.new(ledger, "tom")
        server = PageServer(path, where, made)
        server.open()
        try:
            yield Served(where.port, *worlds, clock, woken, url=url)
        finally:
            server.close()
