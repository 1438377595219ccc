"""The keeper: in time, one at a time, patient with endpoints, and never silent about a sign-in that dies."""

import asyncio
import http.server
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from fakes.provider import REFRESH, Bad, Provider
from integration.oauth.oauthkit import LOGIN, Kept, file_of, holder_at, oauth_at, signed_in
from server.clock import settle
from triaged.core.errors import TriagedError
from triaged.delivery.oauth import Holder, News, NotNow, SignInNeeded, Store


async def test_a_token_that_is_good_is_handed_out_without_asking(kept: Kept):
    signed_in(kept.provider, kept.store)
    token = await kept.keeper.token(LOGIN)
    assert kept.provider.owner(token) == "dana"
    assert not kept.provider.asked[REFRESH]


async def test_tokens_are_renewed_ahead_of_time_although_nobody_asks(kept: Kept):
    signed_in(kept.provider, kept.store)
    await kept.later(hours=12)
    assert 12 <= kept.provider.asked[REFRESH] <= 14  # every 55 minutes
    found = kept.store.read(LOGIN)
    assert found is not None
    assert found.expires_at > kept.clock.now() + timedelta(minutes=4)
    assert kept.news == []


async def test_a_hundred_who_ask_at_once_cost_one_request(kept: Kept):
    signed_in(kept.provider, kept.store)
    await kept.clock.advance(timedelta(hours=2))
    tokens = await asyncio.gather(*(kept.keeper.token(LOGIN) for _ in range(100)))
    assert len(set(tokens)) == 1
    assert kept.provider.asked[REFRESH] == 1
    assert not kept.provider.sessions[0].dead


async def test_two_keepers_of_one_folder_do_not_spend_a_refresh_token_twice(kept: Kept):
    signed_in(kept.provider, kept.store)
    other = Kept(kept.provider, kept.clock, Store(kept.store.folder), kept.holders)
    for _ in range(5):
        await kept.clock.advance(timedelta(hours=2))
        mine, theirs = await asyncio.gather(kept.keeper.token(LOGIN), other.keeper.token(LOGIN))
        assert mine == theirs
    assert kept.provider.asked[REFRESH] == 5
    assert not kept.provider.sessions[0].dead


async def test_a_rotated_refresh_token_is_kept_and_an_unrotated_one_too(kept: Kept):
    first = signed_in(kept.provider, kept.store)
    await kept.later(hours=1)
    second = kept.store.read(LOGIN)
    assert second is not None
    assert second.refresh_token == kept.provider.sessions[0].refresh != first.refresh_token
    kept.provider.rotates = False
    await kept.later(hours=1)
    third = kept.store.read(LOGIN)
    assert third is not None
    assert third.refresh_token == second.refresh_token
    assert third.access_token != second.access_token


async def test_a_revoked_sign_in_is_said_once_with_the_command_and_then_left_alone(kept: Kept):
    signed_in(kept.provider, kept.store)
    kept.provider.revoke("dana")
    await kept.later(hours=5)
    assert kept.told() == ["lapsed"]
    assert kept.news[0].text.endswith("type: triaged auth login work")
    assert "AADSTS50173" in kept.news[0].text
    assert "Trace ID" not in kept.news[0].text
    for _ in range(50):
        with pytest.raises(SignInNeeded, match="triaged auth login work"):
            await kept.keeper.token(LOGIN)
    assert kept.provider.asked[REFRESH] == 1


async def test_a_restart_remembers_the_refusal_and_does_not_ask_again(kept: Kept):
    signed_in(kept.provider, kept.store)
    kept.provider.revoke("dana")
    await kept.later(hours=1)
    again = Kept(kept.provider, kept.clock, kept.store, kept.holders)
    await again.later(hours=1)
    assert again.told() == ["lapsed"]
    assert kept.provider.asked[REFRESH] == 1
    assert again.news[0].stamp == kept.news[0].stamp  # so that a push is planned once


async def test_signing_in_again_brings_it_back(kept: Kept):
    signed_in(kept.provider, kept.store)
    kept.provider.revoke("dana")
    await kept.later(hours=1)
    signed_in(kept.provider, kept.store)
    await kept.later(minutes=1)
    assert kept.told() == ["lapsed", "restored"]
    assert kept.provider.owner(await kept.keeper.token(LOGIN)) == "dana"


async def test_what_a_provider_takes_back_is_found_within_hours_without_anybody(kept: Kept):
    signed_in(kept.provider, kept.store)
    kept.provider.revoke("dana")
    await kept.later(hours=2)
    kept.provider.restore("dana")
    await kept.later(hours=6)
    assert kept.told() == ["lapsed", "restored"]
    assert kept.provider.asked[REFRESH] <= 3


async def test_where_nobody_has_signed_in_it_is_said_once(kept: Kept):
    await kept.later(hours=2)
    assert [(news.what, news.text) for news in kept.news] == [
        ("lapsed", "nobody has signed in yet; type: triaged auth login work")
    ]
    assert not kept.provider.requests


@pytest.mark.parametrize("bad", [Bad(500), Bad(503), Bad(429)])
async def test_an_endpoint_that_is_down_is_asked_less_and_less(kept: Kept, bad: Bad):
    signed_in(kept.provider, kept.store)
    kept.provider.bad = bad
    await kept.later(hours=6)
    assert 10 <= kept.provider.asked[REFRESH] <= 30
    assert kept.told() == ["failing"]
    kept.provider.bad = None
    await kept.later(minutes=20)
    assert kept.told() == ["failing", "restored"]


async def test_an_endpoint_that_stumbles_is_no_news_while_the_token_is_good(kept: Kept):
    signed_in(kept.provider, kept.store)
    await kept.clock.advance(timedelta(minutes=55))
    kept.provider.bad = Bad(500)
    await kept.keeper.once()
    good = await kept.keeper.token(LOGIN)
    assert kept.provider.owner(good) == "dana"
    kept.provider.bad = None
    await kept.later(minutes=4)
    assert kept.news == []
    assert await kept.keeper.token(LOGIN) != good


async def test_an_endpoint_that_names_its_pause_is_obeyed_by_all_who_ask(kept: Kept):
    signed_in(kept.provider, kept.store)
    await kept.clock.advance(timedelta(hours=1))
    kept.provider.bad = Bad(429, retry_after="600")
    for _ in range(20):
        with pytest.raises(NotNow) as caught:
            await kept.keeper.token(LOGIN)
        assert caught.value.retry_after is not None
        assert timedelta(minutes=9) < caught.value.retry_after <= timedelta(minutes=11)
    assert kept.provider.asked[REFRESH] == 1


async def test_an_endpoint_that_hangs_holds_nobody_else_up(kept: Kept):
    with Provider(now=kept.clock.now, pending=0, user="eva") as other:
        eva = Holder("eva@imap.example", "eva", oauth_at(other))
        signed_in(kept.provider, kept.store)
        signed_in(other, kept.store, eva)
        kept.holders.append(eva)
        kept.deadlines[LOGIN] = 0.3
        kept.provider.bad = Bad(hang=True)
        await kept.clock.advance(timedelta(hours=1))
        await kept.keeper.once()
        assert other.owner(await kept.keeper.token(eva.login)) == "eva"
        assert kept.told() == ["failing"]


async def test_a_token_that_the_mail_server_refuses_is_replaced_once_an_hour_at_most(kept: Kept):
    signed_in(kept.provider, kept.store)
    first = await kept.keeper.token(LOGIN)
    await kept.keeper.refused(LOGIN, first)
    await kept.keeper.once()
    second = await kept.keeper.token(LOGIN)
    assert second != first
    assert kept.told() == ["restored"]  # so that the desk tries at once
    await kept.keeper.refused(LOGIN, second)
    await kept.keeper.once()
    assert await kept.keeper.token(LOGIN) == second
    assert kept.provider.asked[REFRESH] == 1


async def test_a_refusal_of_an_older_token_throws_nothing_away(kept: Kept):
    signed_in(kept.provider, kept.store)
    good = await kept.keeper.token(LOGIN)
    await kept.keeper.refused(LOGIN, "an older one")
    assert await kept.keeper.token(LOGIN) == good


async def test_the_end_of_a_trial_is_said_three_days_and_a_day_ahead_then_that_it_came(kept: Kept):
    kept.holders[0] = replace(kept.holders[0], oauth=replace(kept.holders[0].oauth, provider="google", endpoints={
        "token_url": kept.provider.url + "/token", "device_url": kept.provider.url + "/device"}, grant="authorization_code"))  # fmt: skip
    token = signed_in(kept.provider, kept.store)
    kept.store.write(LOGIN, replace(token, provider="google", testing=True))
    kept.provider.testing = timedelta(days=7)
    for _ in range(7 * 8 + 1):
        await kept.clock.leap(timedelta(hours=3))
        await kept.keeper.once()
    assert kept.told() == ["expiring", "expiring", "lapsed"]
    assert "2026-11-30" in kept.news[0].text
    assert "triaged auth login work" in kept.news[0].text
    assert "publish the app" in kept.news[2].text


async def test_a_trial_that_nobody_told_of_is_learned_from_its_end(kept: Kept):
    kept.holders[0] = replace(kept.holders[0], oauth=replace(kept.holders[0].oauth, provider="google", endpoints={
        "token_url": kept.provider.url + "/token", "device_url": kept.provider.url + "/device"}, grant="authorization_code"))  # fmt: skip
    signed_in(kept.provider, kept.store, holder_at(kept.provider))
    kept.provider.testing = timedelta(days=7)
    for _ in range(7 * 8 + 1):
        await kept.clock.leap(timedelta(hours=3))
        await kept.keeper.once()
    found = kept.store.read(LOGIN)
    assert found is not None
    assert found.testing


async def test_a_daemon_that_was_off_for_months_is_told_that_the_end_is_near(kept: Kept):
    kept.holders[0] = replace(kept.holders[0], oauth=replace(kept.holders[0].oauth, provider="microsoft", endpoints={
        "token_url": kept.provider.url + "/token", "device_url": kept.provider.url + "/device"}))  # fmt: skip
    signed_in(kept.provider, kept.store)
    kept.provider.bad = Bad(503)
    await kept.clock.leap(timedelta(days=77))
    await kept.keeper.once()
    assert kept.told() == ["failing"]
    kept.provider.bad = None
    await kept.later(minutes=20)
    assert kept.told() == ["failing", "restored"]  # using it puts the end off
    await kept.clock.leap(timedelta(days=91))
    await kept.keeper.once()
    assert kept.told()[2:] == ["lapsed"]


async def test_an_application_gets_a_token_each_hour_and_needs_no_file(kept: Kept):
    kept.holders[0], kept.secret = holder_at(kept.provider, "client_credentials"), "secret"
    kept.provider.client_secret = "secret"
    await kept.later(hours=3)
    assert 3 <= kept.provider.asked["client_credentials"] <= 4
    assert kept.news == []
    kept.provider.client_secret = "another since today"
    await kept.later(hours=3)
    assert kept.told() == ["lapsed"]
    assert "client_secret" in kept.news[0].text
    kept.secret = "another since today"
    await kept.later(hours=6)
    assert kept.told() == ["lapsed", "restored"]


async def test_another_registration_needs_another_sign_in(kept: Kept):
    signed_in(kept.provider, kept.store)
    kept.holders[0] = replace(kept.holders[0], oauth=replace(kept.holders[0].oauth, client_id="another"))
    await kept.later(hours=2)
    assert kept.told() == ["lapsed"]
    assert "client_id" in kept.news[0].text
    assert not kept.provider.asked[REFRESH]


async def test_a_damaged_file_and_a_login_that_is_gone_are_told(kept: Kept):
    signed_in(kept.provider, kept.store)
    file_of(kept.store).write_text("{")
    await kept.later(minutes=3)
    assert kept.told() == ["failing"]
    assert "damaged" in kept.news[0].text
    with pytest.raises(SignInNeeded):
        await kept.keeper.token("gone@imap.example")


async def resting(kept: Kept) -> None:
    while True:
        await settle()
        if kept.keeper.at_rest:
            return
        await asyncio.sleep(0.001)


async def test_news_that_cannot_be_told_are_told_at_the_next_round(kept: Kept):
    heard: list[str] = []

    async def tell(news: News) -> None:
        heard.append(news.what)
        if len(heard) < 3:
            raise TriagedError("the ledger is full")

    kept.keeper._tell = tell
    await kept.later(hours=1)
    assert heard == ["lapsed"] * 3


async def test_it_keeps_them_by_itself_until_it_is_stopped(kept: Kept):
    signed_in(kept.provider, kept.store)
    loop = asyncio.create_task(kept.keeper.run())
    await resting(kept)
    await kept.clock.leap(timedelta(hours=1))
    await resting(kept)
    kept.keeper.stop()
    await loop
    assert kept.provider.asked[REFRESH] == 1


async def test_tokens_do_not_follow_a_redirect(kept: Kept):
    class Elsewhere(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(307)
            self.send_header("Location", kept.provider.url + "/token")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Silence."""

    with http.server.HTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/token"
        signed_in(kept.provider, kept.store)
        oauth = replace(kept.holders[0].oauth, endpoints={"token_url": url})
        kept.holders[0] = replace(kept.holders[0], oauth=oauth)
        await kept.clock.advance(timedelta(hours=1))
        with pytest.raises(NotNow):
            await kept.keeper.token(LOGIN)
        thread.join()
    assert not kept.provider.asked[REFRESH]


async def asked(kept: Kept) -> None:
    while True:
        if kept.provider.asked[REFRESH]:
            return
        await asyncio.sleep(0.001)


@pytest.mark.parametrize("mailbox_asks", [False, True])
async def test_a_stop_waits_for_an_endpoint_that_has_spent_the_refresh_token(kept: Kept, *, mailbox_asks: bool):
    signed_in(kept.provider, kept.store)
    loop = asyncio.create_task(kept.keeper.run())
    await resting(kept)
    kept.provider.holds_back = threading.Event()
    await kept.clock.advance(timedelta(hours=1))
    asking = asyncio.create_task(kept.keeper.token(LOGIN)) if mailbox_asks else None
    kept.keeper.wake()
    await asked(kept)
    if asking is not None:
        asking.cancel()  # its account is sent home
    kept.keeper.stop()
    await settle()
    assert not loop.done()
    kept.provider.holds_back.set()
    await loop
    again = kept.restarted()
    assert again.provider.owner(await again.keeper.token(LOGIN)) == "dana"
    assert not kept.provider.sessions[0].dead
    assert kept.provider.asked[REFRESH] == 1


async def test_a_stop_does_not_wait_for_an_endpoint_that_hangs_for_ever(kept: Kept, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("triaged.delivery.oauth.keeper.STOP_PATIENCE", 0.1)
    signed_in(kept.provider, kept.store)
    await kept.clock.advance(timedelta(hours=1))
    kept.provider.bad = Bad(hang=True)
    loop = asyncio.create_task(kept.keeper.run())
    await asked(kept)
    kept.keeper.stop()
    await loop
