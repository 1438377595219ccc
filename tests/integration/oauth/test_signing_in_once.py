"""The first token: with a code on another device, in a browser, pasted, or for the registration itself."""

import contextlib
import os
import socket
import ssl
import threading
import urllib.error
import urllib.request
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from fakes.provider import DEVICE, Bad, Provider
from integration.oauth.oauthkit import holder_at, talk, visit
from server.browser import Browser
from server.certificates import Authority
from triaged.delivery.oauth import Declined, NotNow
from triaged.delivery.oauth.authorization import authorization_server
from triaged.delivery.oauth.grants import Journey, Registration, finish_browser, refresh
from triaged.delivery.oauth.login import sign_in
from triaged.delivery.oauth.redirect import Listener
from triaged.delivery.oauth.web import web


def do(provider: Provider, grant: str, **talking: Any):
    said: list[str] = []
    token = sign_in(
        holder_at(provider, grant), provider.client_secret, web(deadline=30), talk(said, **talking), provider.now,
        user="dana", testing=False,
    )  # fmt: skip
    return token, "\n".join(said)


def test_a_code_is_typed_on_another_device(provider: Provider):
    provider.pending = 2
    token, said = do(provider, "device")
    assert "WDJB-MJHT" in said
    assert provider.url + "/activate" in said
    assert provider.owner(token.access_token) == "dana"
    assert token.refresh_token == "refresh-dana-2"
    assert token.expires_at == provider.now() + timedelta(hours=1)
    assert provider.asked[DEVICE] == 3


def test_a_provider_that_is_asked_too_often_is_asked_less(provider: Provider):
    provider.slow_down, naps = 2, []
    holder = holder_at(provider)
    talking = talk()
    sign_in(
        holder, None, web(deadline=30), type(talking)(talking.say, naps.append), provider.now, user="dana", testing=False
    )  # fmt: skip
    assert naps == [1, 6, 11]  # RFC 8628 3.5: five seconds more each time


@pytest.mark.parametrize("grant", ["device", "authorization_code"])
def test_a_person_who_says_no_is_told_back(provider: Provider, grant: str):
    provider.declines = True
    with pytest.raises(Declined) as caught:
        do(provider, grant, browser=visit)
    assert caught.value.code in ("authorization_declined", "access_denied")


def test_a_browser_comes_back_with_a_code_that_only_we_can_use(provider: Provider):
    token, said = do(provider, "authorization_code", browser=visit)
    assert provider.url + "/authorize" in said
    assert provider.owner(token.access_token) == "dana"
    assert "code_verifier" in provider.requests[-1]


def test_the_redirect_can_be_pasted_where_no_browser_reaches_us(provider: Provider):
    reading, writing = os.pipe()

    def elsewhere(url: str) -> None:
        """A browser on another machine: the person copies the address of the page that does not load."""

        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_: object):
                return None

        try:
            urllib.request.build_opener(Stay()).open(url)
        except urllib.error.HTTPError as answer:
            with answer:
                os.write(writing, b"\nnonsense\nhttp://[\n" + answer.headers["Location"].encode() + b"\n")

    with os.fdopen(reading) as pasted:
        token, said = do(provider, "authorization_code", browser=elsewhere, pasted=pasted)
    os.close(writing)
    assert "That is not the address of this sign-in" in said
    assert provider.owner(token.access_token) == "dana"


def test_an_application_signs_itself_in(provider: Provider):
    provider.client_secret = "secret"
    token, said = do(provider, "client_credentials")
    assert (token.refresh_token, said) == (None, "")
    assert provider.owner(token.access_token) == "dana"


def test_a_wrong_secret_is_told_without_being_repeated(provider: Provider):
    provider.client_secret = "other"
    with pytest.raises(Declined, match="AADSTS7000215") as caught:
        sign_in(
            holder_at(provider), "topsecret", web(deadline=30), talk(), provider.now, user="dana", testing=False
        )  # fmt: skip
    assert "topsecret" not in str(caught.value)


def test_a_sign_in_without_a_refresh_token_is_refused(provider: Provider):
    provider.grants_refresh = False
    with pytest.raises(Declined, match="offline access"):
        do(provider, "device")


def test_a_provider_that_publishes_another_issuer_is_not_believed(provider: Provider):
    holder = holder_at(provider)
    other = provider.url.replace("127.0.0.1", "localhost")
    oauth = type(holder.oauth)("id.example", "id", None, "device", endpoints={"issuer": other})
    with pytest.raises(Declined, match="another issuer"):
        sign_in(
            type(holder)("a@b", "work", oauth), None, web(deadline=30), talk(), provider.now, user="dana", testing=False
        )  # fmt: skip


@pytest.mark.parametrize(
    ("query", "words"),
    [("?code=x&state=theirs", "another sign-in"), ("?state=mine", "no code"), ("?error=access_denied&state=mine", "access_denied")],
)  # fmt: skip
def test_a_redirect_that_is_not_the_answer_is_declined(provider: Provider, query: str, words: str):
    journey = Journey("", "http://127.0.0.1:1/", "mine", "v" * 43)
    with pytest.raises(Declined, match=words):
        finish_browser(
            web(deadline=30), authorization_server(holder_at(provider).oauth), Registration("id"), journey, "http://127.0.0.1:1/" + query
        )  # fmt: skip
    assert not provider.asked


def test_the_listener_answers_no_stranger_and_waits_on():
    with Listener() as listener, contextlib.ExitStack() as open_sockets:
        port = urlsplit(listener.redirect).port

        def send(request: bytes) -> socket.socket:
            client = open_sockets.enter_context(socket.create_connection(("127.0.0.1", port)))
            client.sendall(request)
            client.shutdown(socket.SHUT_WR)
            return client

        for request in (
            b"GET /favicon.ico HTTP/1.1\r\n\r\n",
            b"GET /?code=1&state=theirs HTTP/1.1\r\n\r\n",
            b"\r\n\r\n",
            b"",
        ):
            send(request)
        browser = send(b"GET /?code=1&state=mine HTTP/1.1\r\n\r\n")
        assert listener.wait("mine", None, lambda _: None, patience=5) == listener.redirect + "?code=1&state=mine"
        assert b"200 OK" in browser.recv(1000)


@pytest.mark.server
def test_the_page_that_ends_a_sign_in_shuts_nobody_out(browser: Browser, tmp_path: Path):
    with Listener() as listener, contextlib.ExitStack() as open_sockets:
        address = ("127.0.0.1", urlsplit(listener.redirect).port)
        visits = [open_sockets.enter_context(socket.create_connection(address)) for _ in range(2)]
        for each, state in zip(visits, (b"theirs", b"mine"), strict=True):
            each.sendall(b"GET /?code=1&state=%s HTTP/1.1\r\n\r\n" % state)
        listener.wait("mine", None, lambda _: None, patience=5)
        answers = [b"".join(iter(partial(each.recv, 4096), b"")) for each in visits]
    for answer, says in zip(answers, ("not the sign-in", "triaged has what it needs"), strict=True):
        page = tmp_path / "page.html"
        page.write_bytes(answer.partition(b"\r\n\r\n")[2])
        assert browser.faults(page) == []
        assert says in browser.open(page).ask("return document.body.innerText")


def test_nobody_comes():
    with Listener() as listener, pytest.raises(Declined, match="in time"):
        listener.wait("mine", None, lambda _: None, patience=0.01)


def test_input_that_ends_leaves_the_browser(provider: Provider):
    reading, writing = os.pipe()
    os.close(writing)
    with os.fdopen(reading) as pasted:
        token, _ = do(provider, "authorization_code", browser=visit, pasted=pasted)
    assert token.access_token


@pytest.mark.parametrize(
    "bad",
    [Bad(500), Bad(429), Bad(200, b"not json"), Bad(200, b"[1]"), Bad(200, b"{}"), Bad(302), Bad(400, b""), Bad(200, b'{"x": 1}')],
)  # fmt: skip
def test_whatever_an_endpoint_says_that_is_no_answer_means_later(provider: Provider, bad: Bad):
    provider.bad, provider.client_secret = bad, "secret"
    with pytest.raises(NotNow):
        do(provider, "client_credentials")


@pytest.mark.parametrize(
    "body", [b'{"access_token": "a\\u0001b", "token_type": "Bearer"}', b'{"access_token": 7, "expires_in": [1], "scope": 4}',
             b'{"access_token": {}, "refresh_token": []}', b'{"access_token": "a b"}'])  # fmt: skip
def test_no_token_has_strange_characters_and_no_answer_breaks_anything(provider: Provider, body: bytes):
    provider.bad, provider.client_secret = Bad(200, body), "secret"
    try:
        token, _ = do(provider, "client_credentials")
    except NotNow:
        return
    assert token.access_token == "7"


def test_a_provider_that_repeats_what_it_was_sent_is_not_quoted(provider: Provider):
    provider.bad = Bad(400, b'{"error": "invalid_grant", "error_description": "no topsecret1 here"}')
    with pytest.raises(Declined, match="no … here"):
        refresh(web(deadline=30), replace(authorization_server(holder_at(provider).oauth), token_url=provider.url + "/token"), Registration("id"), "topsecret1")  # fmt: skip


def test_an_endpoint_that_names_a_pause_is_heard(provider: Provider):
    provider.bad = Bad(429, retry_after="120")
    with pytest.raises(NotNow) as caught:
        do(provider, "client_credentials")
    assert caught.value.retry_after == timedelta(seconds=120)


def test_an_endpoint_that_hangs_or_is_not_there_means_later(provider: Provider):
    provider.bad = Bad(hang=True)
    with pytest.raises(NotNow, match="does not answer"):
        sign_in(
            holder_at(provider, "client_credentials"), "s", web(deadline=0.2), talk(), provider.now, user="d", testing=False
        )  # fmt: skip
    with pytest.raises(NotNow, match="does not answer"):
        web(deadline=1)("http://127.0.0.1:1/token", "grant_type=x")


def test_an_endpoint_is_believed_by_its_certificate_alone(authority: Authority):
    certificate = authority.valid()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain, certificate.key)
    with Provider(context=context, pending=0) as provider:
        discovery = provider.url + "/.well-known/openid-configuration"
        assert web(authority.ca, deadline=30)(discovery).body["issuer"] == provider.url
        with pytest.raises(NotNow, match="certificate"):
            web(deadline=30)(discovery)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("0", 0), ("999999999", 86_400), ("Mon, 01 Jan 2001 00:00:00 GMT", 0), ("Mon, 01 Jan 2991 00:00:00 GMT", 86_400), ("soon", None)],
)  # fmt: skip
def test_a_pause_is_seconds_or_a_date_and_a_day_at_most(provider: Provider, value: str, seconds: int | None):
    provider.bad = Bad(503, retry_after=value)
    answer = web(deadline=30)(provider.url + "/token", "grant_type=x")
    assert answer.retry_after == (None if seconds is None else timedelta(seconds=seconds))


def test_an_answer_without_end_is_cut_off():
    def drip(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 600_000)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=drip, args=(listening,))
        thread.start()
        with pytest.raises(NotNow, match="does not end"):
            web(deadline=30)(f"http://127.0.0.1:{listening.getsockname()[1]}/")
        thread.join()


@pytest.mark.parametrize("endpoint", ["token_endpoint", "device_authorization_endpoint", "authorization_endpoint"])
@pytest.mark.parametrize(
    "url", ["http://id.example/x", "ftp://127.0.0.1/x", "//id.example/x", "http://[", "javascript:alert(1)"]
)
def test_an_address_that_is_published_has_to_be_as_one_that_is_written(provider: Provider, endpoint: str, url: str):
    provider.published = {endpoint: url}
    with pytest.raises(Declined, match="no https address"):
        do(provider, "device")
    assert not provider.asked


@pytest.mark.parametrize(
    ("error", "description"),
    [
        ("unauthorized_client", "AADSTS700016: Application not found"),
        ("invalid_client", "AADSTS7000218: The request body must contain client_secret"),
        ("access_denied", "AADSTS53003: Access has been blocked by Conditional Access policies."),
    ],
)
def test_where_codes_are_forbidden_the_other_grant_is_named(provider: Provider, error: str, description: str):
    provider.device_says = {"error": error, "error_description": description}
    with pytest.raises(Declined, match='grant = "authorization_code"'):
        do(provider, "device")


def test_somebody_who_says_no_is_not_sent_to_another_grant(provider: Provider):
    provider.declines = True
    with pytest.raises(Declined) as caught:
        do(provider, "device")
    assert "authorization_code" not in str(caught.value)


def test_a_machine_without_a_browser_is_told_the_port_to_pass_on(provider: Provider):
    seen: list[str] = []

    def browse(url: str) -> None:
        seen.append(url)
        visit(url)

    _, said = do(provider, "authorization_code", browser=browse)
    port = urlsplit(parse_qs(urlsplit(seen[0]).query)["redirect_uri"][0]).port
    assert f"ssh -L {port}:127.0.0.1:{port}" in said


def test_what_a_provider_has_shown_is_cleaned(provider: Provider):
    provider.device_says = {
        "device_code": "1", "user_code": "AB\x1b[2JCD", "verification_uri": "https://id.example/\u202egpj", "interval": "1",
    }  # fmt: skip
    said: list[str] = []
    with pytest.raises(Declined):
        sign_in(holder_at(provider), None, web(deadline=30), talk(said), provider.now, user="dana", testing=False)
    assert all(line.isprintable() for line in "\n".join(said).split("\n"))
