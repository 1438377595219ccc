"""Names that cannot be found and certificates that change while the daemon runs: told, nothing is sent, and it heals by itself."""

import socket
from collections.abc import Callable
from typing import Any

import pytest

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY
from server.certificates import Authority
from server.dovecot import Dovecot

NOW = CONSULTANT.replace("[reply.until-call]\n", '[reply.until-call]\nsend = "now"\n')


async def test_a_name_without_an_address_is_told_and_found_when_the_resolver_is_back(
    stages: Opening, monkeypatch: pytest.MonkeyPatch
):
    found, gone = socket.getaddrinfo, [True]

    def resolver(host: Any, *more: Any, **named: Any) -> Any:
        if gone and host == "localhost":
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return found(host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    stage = stages(NOW)
    stage.imap = '{ host = "localhost", port = $PORT, tls = "none", user = "$USER", password = "$PASSWORD" }'
    await stage.open()
    assert "localhost" in stage.events("account.disconnected")[0]["error"]
    for _ in range(5):
        await stage.later(minutes=5)
    assert len(stage.events("account.disconnected")) < 12
    assert not stage.events("account.auth_failed")
    gone.clear()
    await stage.later(minutes=6)
    await stage.arrives(GARY, "question")
    await stage.later(minutes=1)
    assert len(stage.sent()) == 1


async def test_a_name_that_moves_to_another_address_is_followed(stages: Opening, monkeypatch: pytest.MonkeyPatch):
    found, asked = socket.getaddrinfo, []

    def resolver(host: Any, port: Any, *more: Any, **named: Any) -> Any:
        if host == "localhost":
            asked.append(host)
            if len(asked) == 1:
                return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.9", port))]  # nobody is there
        return found(host, port, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    stage = stages(NOW)
    stage.imap = '{ host = "localhost", port = $PORT, tls = "none", user = "$USER", password = "$PASSWORD" }'
    await stage.open()
    assert stage.events("account.disconnected")
    await stage.later(minutes=3)
    assert stage.events("account.connected")


@pytest.mark.parametrize("bad", ["expired", "wrong_host", "self_signed"])
async def test_a_certificate_that_turns_bad_while_it_runs_closes_the_door_until_it_is_good_again(
    stages: Opening, own_dovecot: Callable[..., Dovecot], authority: Authority, bad: str
):
    dovecot = own_dovecot()
    stage = stages(NOW, dovecot=dovecot)
    stage.imap = (
        f'{{ host = "localhost", port = {dovecot.imaps}, user = "$USER", password = "$PASSWORD",'
        f' trust_ca = "{authority.ca}" }}'
    )
    await stage.open()
    dovecot.stop()
    dovecot.present(getattr(authority, bad)())
    before = dovecot.log().count("imap-login: Login")
    dovecot.start()
    stage.store(GARY, "question")
    signed_in = dovecot.log().count("imap-login: Login") - before  # the person's own client
    await stage.until(lambda: stage.events("account.disconnected"))
    for _ in range(6):
        await stage.later(minutes=10)
    told = [line["error"] for line in stage.events("account.disconnected") if "certificate" in line["error"]]
    assert told
    assert len(told) <= 6  # every quarter of an hour
    assert dovecot.log().count("imap-login: Login") - before == signed_in
    assert stage.sent() == []
    dovecot.stop()
    dovecot.present(authority.valid())
    dovecot.start()
    for _ in range(3):
        await stage.later(minutes=10)
    assert list(stage.inbox("Deferred")) == ["question"]
    assert len(stage.sent()) == 1
