"""A page that is really served, over a ledger of two persons, and a browser's requests to it."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from support.ledgerkit import MONDAY, World
from support.reportkit import dana
from triaged.core.settings import Mode, Person
from triaged.ledger import Ledger
from triaged.page.door import Door, form_token
from triaged.page.seen import Behind
from triaged.page.server import PageServer
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

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def ask(self, path: str, form: dict[str, object] | None = None, **headers: str) -> Answer:
        given = {"Host": self.host, "Cookie": f"triaged={self.cookie}", **headers}
        body = None
        if form is not None:
            body = urlencode(form)
            given = {"Origin": f"http://{self.host}", "Content-Type": "application/x-www-form-urlencoded", **given}
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


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    person, path, clock, woken = sending(dana(folder)), folder / "triaged.db", [MONDAY], []
    now = lambda: clock[-1]  # noqa: E731
    known = {"dana@imap.example": person}

    def made(ledger: Ledger, hosts: Sequence[str]):
        changed = lambda: woken.append(1)  # noqa: E731
        return site(Behind(Door(ledger, now), ledger, now, known.get, lambda _: "watching", changed), hosts)

    with closing(Ledger.open(path)) as ledger:
        worlds = World.new(ledger), World.new(ledger, "tom")
        server = PageServer(path, made)
        try:
            yield Served(server.open("127.0.0.1", 0), *worlds, clock, woken)
        finally:
            server.close()
