"""The page: who gets in, what is shown, what is done, and what nobody gets out of it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from support.ledgerkit import DAY, MINUTE, MONDAY, mail, urgent
from support.pagekit import Served, served
from triaged.ledger.signedin import NewDevice
from triaged.page.server import Where

PAGES = ["/", "/aside", "/clients", "/client/harbor", "/more", "/report", "/item/1", "/item/1/next/wait", "/rules"]


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as given:
        yield given


@pytest.fixture
def mine(page: Served) -> Served:
    page.sign_in()
    return page


# --- who gets in -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_whoever_is_not_signed_in_sees_a_closed_page(page: Served, path: str):
    page.world.put_aside(page.world.deferred(1))
    answer = page.ask(path)
    assert answer.status == 403
    assert "closed" in answer.text
    assert "a question" not in answer.text


def test_to_look_at_a_link_does_not_use_it_up(page: Served):
    link = page.link()
    for _ in range(2):
        assert "Sign this device in" in page.ask(f"/in/{link}").text
    assert page.ask("/in", {"link": link}).status == 303


def test_a_link_signs_in_once(page: Served):
    link = page.link()
    assert page.ask("/in", {"link": link}).status == 303
    again = page.ask("/in", {"link": link})
    assert (again.status, "set-cookie" in again.headers) == (403, False)


def test_a_link_signs_in_for_ten_minutes(page: Served):
    link = page.link()
    page.clock.append(MONDAY + 10 * MINUTE)
    assert page.ask("/in", {"link": link}).status == 403


def test_links_that_nobody_uses_do_not_pile_up(page: Served):
    links = []
    for second in range(25):
        page.clock.append(MONDAY + timedelta(seconds=second))
        links.append(page.link())
    assert page.ask("/in", {"link": links[0]}).status == 403
    assert page.ask("/in", {"link": links[-1]}).status == 303


def test_a_device_stays_signed_in_for_thirty_days_from_its_last_use(mine: Served):
    for day in (29, 58):
        mine.clock.append(MONDAY + day * DAY)
        assert mine.ask("/").status == 200
    mine.clock.append(MONDAY + 88 * DAY)
    assert mine.ask("/").status == 403


def test_a_device_that_is_signed_out_stays_out(mine: Served):
    assert mine.ask("/out", {"token": mine.token}).status == 303
    assert mine.ask("/").status == 403


def test_a_device_is_signed_in_after_the_page_was_opened_anew(tmp_path: Path):
    with served(tmp_path) as first:
        first.sign_in()
    with served(tmp_path) as again:
        again.cookie = first.cookie
        assert again.ask("/").status == 200


def test_a_form_of_before_the_page_was_opened_anew_still_counts(tmp_path: Path):
    with served(tmp_path) as first:
        first.sign_in()
        reply = first.world.deferred(1).reply
    with served(tmp_path) as again:
        again.cookie = first.cookie
        assert "will not be sent" in again.act("do not send", reply)


def test_a_device_that_was_ended_elsewhere_is_out_at_once(mine: Served):
    [device] = mine.world.ledger.devices("dana", MONDAY)
    assert mine.world.ledger.end_device("dana", device.id) == 1
    assert mine.ask("/").status == 403
    assert mine.ask("/act", {"token": mine.token, "act": "settled", "number": 1}).status == 403


def test_a_device_says_what_it_is(page: Served):
    browser = "Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0"
    page.ask("/in", {"link": page.link()}, **{"User-Agent": browser})
    assert [one.name for one in page.world.ledger.devices("dana", MONDAY)] == ["Firefox, Android"]


def test_whoever_guesses_is_stopped_and_uses_nobodys_link_up(page: Served):
    link = page.link()
    assert {page.ask("/in", {"link": f"guess {number}"}).status for number in range(100)} == {403}
    assert page.ask("/in", {"link": "guess"}).status == 429
    assert page.ask("/in", {"link": link}).status == 429
    page.clock.append(MONDAY + 10 * MINUTE)
    assert page.ask("/in", {"link": page.link()}).status == 303


def test_guesses_of_somebody_else_sign_nobody_out(mine: Served):
    for number in range(101):
        mine.ask("/in", {"link": f"guess {number}"}, Cookie="")
    assert mine.ask("/").status == 200


def test_no_script_reads_the_cookie_and_no_other_site_sends_it(page: Served):
    cookie = page.sign_in().lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


@pytest.mark.parametrize("guess", ["", "x", "x" * 3000, "é", "../..", "%00"])
def test_a_guess_gets_nowhere(page: Served, guess: str):
    assert page.ask("/in", {"link": guess}).status == 403


def test_a_person_who_is_not_configured_any_more_sees_a_closed_page(page: Served):
    page.sign_in("tom")
    assert page.ask("/").status == 403


# --- a link in her inbox ---------------------------------------------------------------------------------------------

HERE = "https://triaged.roth.example"
PHONE = {"Host": "triaged.roth.example"}


@pytest.fixture
def reached(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path, url=HERE) as given:
        yield given


def owed(page: Served) -> list:
    home = page.world.account.id
    return [one for one in page.world.ledger.due_effects(home, page.clock[-1]) if one.key.startswith("sign-in:")]


def test_whoever_asks_has_a_link_owed_to_her_own_inbox(reached: Served):
    assert "Send me a link" in reached.ask("/", **PHONE).text
    assert reached.ask("/ask", {"address": "dana@roth.example"}, **PHONE).status == 200
    [effect] = owed(reached)
    assert (effect.kind, effect.args["folder"], effect.args["signs_in_at"]) == ("append", "INBOX", HERE)
    assert reached.woken


def test_no_more_than_three_links_an_hour_are_sent(reached: Served):
    answers = [reached.ask("/ask", {"address": "dana@roth.example"}, **PHONE).text for _ in range(5)]
    assert len(owed(reached)) == 3
    assert len(set(answers)) == 1


@pytest.mark.parametrize(
    "address", ["nobody@roth.example", "", "x", "dana@roth.example\r\nBcc: x@evil.example", "a" * 3000]
)
def test_what_is_answered_says_nothing_of_who_is_known(reached: Served, address: str):
    known = reached.ask("/ask", {"address": "dana@roth.example"}, **PHONE)
    unknown = reached.ask("/ask", {"address": address}, **PHONE)
    assert (unknown.status, unknown.text) == (known.status, known.text)
    assert len(owed(reached)) == 1


def test_where_nothing_but_this_machine_reaches_it_no_mail_has_a_link(page: Served):
    assert "Send me a link" not in page.ask("/").text
    page.ask("/ask", {"address": "dana@roth.example"})
    assert owed(page) == []


def test_over_https_the_cookie_goes_nowhere_else(reached: Served, tmp_path: Path):
    far = reached.ask("/in", {"link": reached.link()}, **PHONE)
    assert "; secure" in far.headers["set-cookie"].lower()
    near = reached.ask("/in", {"link": reached.link()}, Origin=f"http://{reached.host}")
    assert "; secure" not in near.headers["set-cookie"].lower()


def test_the_usual_port_does_not_stand_in_a_name():
    assert Where("127.0.0.1", 80).names == {"127.0.0.1", "localhost"}
    assert Where("::1", 8025).names == {"[::1]:8025", "localhost:8025"}
    assert Where("127.0.0.1", 8025, HERE).origins == {HERE, "http://127.0.0.1:8025", "http://localhost:8025"}


@pytest.mark.parametrize(
    ("asked", "shown"),
    [("de-AT,en;q=0.8", "Diese Seite ist geschlossen"), ("ja,fr;q=0.5", "Cette page"), ("", "This page")],
)
def test_a_closed_page_speaks_as_the_browser_asks(page: Served, asked: str, shown: str):
    assert shown in page.ask("/", **{"Accept-Language": asked}).text


def test_what_was_typed_is_kept_until_she_is_signed_in_again(mine: Served):
    deferred = mine.world.deferred(1)
    mine.world.put_aside(deferred)
    form = {"act": "until", "number": deferred.item, "words": "friday <15:00>", "token": mine.token}
    mine.world.ledger.end_device("dana", None)
    out = mine.ask("/act", form)
    assert out.status == 403
    assert "friday &lt;15:00&gt;</textarea>" in out.text
    mine.sign_in()
    again = mine.ask("/act", {**form, "token": ""})
    assert again.status == 403
    assert f'value="{mine.token}"' in again.text
    assert "friday &lt;15:00&gt;</textarea>" in again.text
    assert mine.ask("/act", {**form, "words": "friday", "token": mine.token}).status == 303


# --- clients, more -----------------------------------------------------------------------------------------------------


def test_each_client_has_its_place(mine: Served):
    mine.world.put_aside(mine.world.deferred(1))
    mine.clock.append(MONDAY + MINUTE)
    text = mine.ask("/clients").text
    for words in ("Harbor Trust", "Next call", "Aside 1", "1 of 2 left this week"):
        assert words in text
    text = mine.ask("/client/harbor").text
    for words in ("*@harbor.example", "a question", "Waiting for the call", "Messages"):
        assert words in text


def test_a_client_that_she_does_not_have_is_not_there(mine: Served):
    assert mine.ask("/client/nobody").status == 404


def test_more_shows_the_days_the_rules_how_all_is_and_the_devices(mine: Served):
    text = mine.ask("/more").text
    for words in ("Health", "Nothing needs you", "The next two weeks", "Mon 23 Nov", "Rules", "Devices", "this one"):
        assert words in text


def test_the_report_stands_on_the_page(mine: Served):
    mine.world.deferred(1)
    mine.clock.append(MONDAY + MINUTE)
    text = mine.ask("/report").text
    assert "<svg" in text
    assert "Responsiveness" in text


def test_she_ends_a_device_and_all_of_them(mine: Served):
    first = mine.cookie
    [device] = mine.world.ledger.devices("dana", MONDAY)
    mine.sign_in()
    assert mine.ask("/devices", {"token": mine.token, "number": device.id}).status == 303
    assert "Signed out." in mine.ask("/more").text
    assert mine.ask("/", Cookie=f"triaged={first}").status == 403
    assert mine.ask("/devices", {"token": mine.token, "number": "all"}).status == 303
    assert mine.ask("/").status == 403


def test_she_cannot_end_a_device_of_another(mine: Served):
    mine.world.ledger.make_link("tom", "his", MONDAY)
    his = mine.world.ledger.sign_in("his", NewDevice("token", ""), MONDAY)
    mine.ask("/devices", {"token": mine.token, "number": his.id})
    assert "Nothing was done" in mine.ask("/more").text
    assert mine.world.ledger.device("token", MONDAY) is not None


def test_a_reply_that_waits_stands_with_its_whole_text(mine: Served):
    reply = mine.world.deferred(1).reply
    assert f"Hello there, reply {reply} to" in mine.ask("/").text


@pytest.mark.parametrize("language", ["de", "fr", "es"])
@pytest.mark.parametrize("path", ["/", "/aside", "/clients", "/client/harbor", "/more", "/report", "/item/1"])
def test_a_page_is_in_her_language(tmp_path: Path, language: str, path: str):
    with served(tmp_path, language=language) as page:
        page.world.put_aside(page.world.deferred(1))
        page.sign_in()
        text = page.ask(path).text
    assert f'<html lang="{language}">' in text
    for words in ("Today<", "Sign out<", "Nothing ", "Waiting", "Last look", "Next call"):
        assert words not in text


# --- what holds for every route --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*PAGES, "/style.css", "/in/x", "/nowhere"])
def test_a_foreign_name_is_refused(mine: Served, path: str):
    for host in ("evil.example", "127.0.0.1", f"evil.example:{mine.port}", ""):
        assert mine.ask(path, Host=host or "-").status == 403


@pytest.mark.parametrize("path", ["/act", "/in", "/out", "/ask", "/devices"])
@pytest.mark.parametrize("origin", ["http://evil.example", "null", "", "https://127.0.0.1:1"])
def test_a_form_of_another_site_is_refused(mine: Served, path: str, origin: str):
    link, token = mine.link(), mine.token
    assert mine.ask(path, {"link": link, "token": token}, Origin=origin).status == 403
    assert mine.ask("/").status == 200
    assert mine.ask("/in", {"link": link}).status == 303


@pytest.mark.parametrize("token", ["", "x"])
def test_a_form_without_the_token_of_its_page_does_nothing(mine: Served, token: str):
    deferred = mine.world.deferred(1)
    mine.world.put_aside(deferred)
    answer = mine.ask("/act", {"token": token, "act": "settled", "number": deferred.item})
    assert answer.status == 403
    assert len(mine.world.ledger.deferred("dana")) == 1


def test_the_token_of_one_device_is_none_of_another(mine: Served):
    first = mine.token
    mine.sign_in()
    assert mine.ask("/act", {"token": first, "act": "settled", "number": 1}).status == 403


@pytest.mark.parametrize("path", [*PAGES, "/style.css", "/in/x", "/nowhere", "/act"])
def test_every_answer_keeps_itself_to_itself(mine: Served, path: str):
    for answer in (mine.ask(path), mine.ask(path, Host="evil.example")):
        headers = answer.headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "server" not in headers


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_nobody_else_and_runs_nothing(mine: Served, path: str):
    mine.world.put_aside(mine.world.deferred(1))
    text = mine.ask(path).text
    for word in ("<script", "style=", "<style", "onclick", "http://", "https://", "<img", "<iframe"):
        assert word not in text


def test_an_endless_form_is_not_read(mine: Served):
    assert mine.ask("/act", {"token": mine.token, "act": "x" * 100_000}).status == 403


@pytest.mark.parametrize("path", PAGES)
def test_html_of_a_mail_is_only_ever_text(mine: Served, path: str):
    hostile = '<script>alert(1)</script><img src="http://evil.example/x">'
    arriving = mine.world.arriving(mail(1, subject=hostile), excerpt=hostile)
    assert mine.world.put(arriving, urgent()).item == 1
    text = mine.ask(path).text
    assert "<script" not in text
    assert "<img" not in text
    assert path not in ("/", "/item/1") or "&lt;script&gt;" in text


# --- one person never reaches another's ------------------------------------------------------------------------------


def test_the_message_of_another_is_not_there(mine: Served):
    theirs = mine.other.deferred(1)
    mine.other.put_aside(theirs)
    there, nowhere = mine.ask(f"/item/{theirs.item}"), mine.ask("/item/4711")
    assert there.status == nowhere.status == 404
    assert "a question" not in there.text
    for path in ("/", "/aside"):
        assert "a question" not in mine.ask(path).text


@pytest.mark.parametrize("act", ["settled", "until"])
def test_nothing_is_done_to_the_message_of_another(mine: Served, act: str):
    theirs = mine.other.deferred(1)
    mine.other.put_aside(theirs)
    before = mine.other.ledger.item(theirs.item)
    assert "there is no such message" in mine.act(act, theirs.item, words="friday")
    assert mine.other.ledger.item(theirs.item) == before


def test_the_reply_of_another_goes_its_way(mine: Served):
    reply = mine.other.deferred(1).reply
    assert "there is no such reply" in mine.act("do not send", reply)
    assert mine.other.ledger.reply(reply).state == "waiting"


@pytest.mark.parametrize("number", ["-1", "x", "9" * 15, "9" * 40, "", "1e3", "٣"])
def test_a_number_that_is_none_does_nothing(mine: Served, number: str):
    assert "Nothing was done" in mine.act("settled", number)


def test_a_number_beyond_what_can_be_stored_is_not_there(mine: Served):
    assert mine.ask(f"/item/{'9' * 40}").status == 404


# --- what is shown and done ------------------------------------------------------------------------------------------


def test_an_empty_day_says_what_would_be_there(mine: Served):
    text = mine.ask("/").text
    for words in ("Nothing urgent waits", "No reply waits", "Nothing has come back", "Watching, last look 10:01"):
        assert words in text
    assert "Nothing is put aside" in mine.ask("/aside").text


def test_today_shows_what_is_urgent_goes_out_and_waits_for_the_call(mine: Served):
    world = mine.world
    assert world.admit(mail(1, subject="production is down"), urgent()).item == 1
    world.put_aside(world.deferred(2))
    text = mine.ask("/").text
    for words in ("production is down", "a question", "Harbor Trust", "gary@harbor.example", "Do not send"):
        assert words in text


def test_what_is_aside_stands_below_its_day(mine: Served):
    mine.world.put_aside(mine.world.deferred(1))
    text = mine.ask("/aside").text
    assert "Tuesday 24 November" in text
    assert '<time datetime="2026-11-24T10:00:00+01:00">Tue 24 Nov 10:00</time>' in text


def test_a_pause_is_told(mine: Served):
    mine.world.ledger.pause("dana", None)
    assert "Paused" in mine.ask("/").text


def test_do_not_send_cancels_the_reply_once_and_says_who_did_it(mine: Served):
    reply = mine.world.deferred(1).reply
    assert "will not be sent" in mine.act("do not send", reply)
    assert mine.world.ledger.reply(reply).state == "cancelled"
    assert [one.by for one in mine.world.ledger.told() if one.event == "reply.cancelled"] == ["page"]
    assert mine.woken


def test_a_stale_form_changes_nothing_and_says_what_happened(mine: Served):
    reply = mine.world.deferred(1).reply
    mine.world.tick(11 * MINUTE)
    mine.world.send(reply)
    before = mine.world.ledger.reply(reply)
    assert "Nothing was done: " in mine.act("do not send", reply)
    assert mine.world.ledger.reply(reply) == before


def test_settled_is_settled_once(mine: Served):
    deferred = mine.world.deferred(1)
    mine.world.put_aside(deferred)
    assert "is settled: nothing comes back" in mine.act("settled", deferred.item, then="aside")
    assert mine.world.ledger.deferred("dana") == []
    assert "settled already" in mine.act("settled", deferred.item, then="aside")


def test_a_message_comes_back_when_she_says(mine: Served):
    deferred = mine.world.deferred(1)
    mine.world.put_aside(deferred)
    assert "comes back Fri 27 Nov" in mine.act("until", deferred.item, words="friday", then="aside")
    [row] = mine.world.ledger.deferred("dana")
    assert row.until is not None
    assert row.until - MONDAY > timedelta(days=3)
    assert "Nothing was done: " in mine.act("until", deferred.item, words="whenever", then="aside")


def test_what_an_act_came_to_is_told_once_with_focus(mine: Served):
    reply = mine.world.deferred(1).reply
    assert 'role="status" tabindex="-1" autofocus' in mine.act("do not send", reply)
    assert "autofocus" not in mine.ask("/").text


def test_two_hundred_readers_are_served(mine: Served):
    mine.world.put_aside(mine.world.deferred(1))
    with ThreadPoolExecutor(200) as readers:
        assert {one.status for one in readers.map(mine.ask, ["/aside"] * 200)} == {200}
