"""Acts on the page: each by the command's own update, told with the focus, taken back where that is possible, never on what has changed."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest

from support.ledgerkit import DAY, HOUR, MINUTE, MONDAY, left, mail, urgent
from support.pagekit import Served, served
from triaged.ledger import SentSeen, SentWindow

_FORM = re.compile(r"<form[^>]*action=\"/act\".*?</form>", re.DOTALL)
_FIELD = re.compile(r'name="(\w+)"(?: value="([^"]*)")?')


@pytest.fixture
def mine(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as page:
        page.sign_in()
        yield page


def form(page: Served, path: str, act: str) -> dict[str, object]:
    """The first form of a page that does this, as a browser would send it."""
    for found in _FORM.findall(page.ask(path).text):
        given = {name: unescape(value) for name, value in _FIELD.findall(found)}
        if given.get("act") == act:
            return dict(given)
    raise AssertionError(f"there is no form for {act!r} on {path}")


def submit(page: Served, given: dict[str, object], **more: object) -> str:
    answer = page.ask("/act", {**given, **more})
    assert answer.status == 303, answer.text
    return page.ask(answer.headers["location"]).text


def undo(page: Served, text: str) -> str:
    """Press Undo in the status line."""
    [given] = [dict(_FIELD.findall(found)) for found in _FORM.findall(text) if 'value="undo"' in found]
    return submit(page, given)


def aside(page: Served, number: int = 1) -> int:
    made = page.world.deferred(number)
    page.world.put_aside(made, number)
    assert made.item is not None
    return made.item


def back_is_done(page: Served, item: int) -> None:
    """The daemon has moved it back."""
    [effect] = [one for one in page.world.ledger.effects_for(item) if one.kind == "back" and one.state == "planned"]
    assert page.world.ledger.begin([effect.id], page.world.now)
    page.world.ledger.done(effect.id, page.world.now)


# --- send now --------------------------------------------------------------------------------------------------------


def test_send_now_waits_half_a_minute_and_says_who_did_it(mine: Served):
    reply = mine.world.deferred(1).reply
    assert "goes in 30 seconds" in submit(mine, form(mine, "/", "send now"))
    ledger = mine.world.ledger
    assert ledger.due_replies(MONDAY + MINUTE / 2.1) == []
    assert [one.id for one in ledger.due_replies(MONDAY + MINUTE / 2)] == [reply]
    assert [(one.event, one.by) for one in ledger.told()] == [("reply.scheduled", "page")]


def test_send_now_is_taken_back_within_its_half_minute(mine: Served):
    reply = mine.world.deferred(1).reply
    before = mine.world.ledger.reply(reply)
    text = submit(mine, form(mine, "/", "send now"))
    assert "waits as before" in undo(mine, text)
    assert mine.world.ledger.reply(reply) == before


def test_a_held_reply_that_was_sent_by_mistake_is_held_again(mine: Served):
    reply = mine.world.deferred(1).reply
    mine.world.ledger.hold(reply, "the account is in observe now")
    before = mine.world.ledger.reply(reply)
    assert "is held as before" in undo(mine, submit(mine, form(mine, "/", "send now")))
    assert mine.world.ledger.reply(reply) == before


def test_after_its_half_minute_nothing_is_taken_back(mine: Served):
    reply = mine.world.deferred(1).reply
    text = submit(mine, form(mine, "/", "send now"))
    mine.world.tick(MINUTE)
    mine.clock.append(mine.world.now)
    mine.world.send(reply)
    assert "Nothing was done" in undo(mine, text)
    assert mine.world.ledger.reply(reply).state == "sent"


def test_while_she_pauses_nothing_is_sent_now(mine: Served):
    mine.world.deferred(1)
    given = form(mine, "/", "send now")
    mine.world.ledger.pause("dana", None)
    assert "Nothing was done" in submit(mine, given)


# --- do not send -----------------------------------------------------------------------------------------------------


def test_do_not_send_is_taken_back_with_the_promise_it_was_to_tell(mine: Served):
    made = mine.world.deferred(1, promise=MONDAY + DAY)
    ledger = mine.world.ledger
    before, item = ledger.reply(made.reply), ledger.item(made.item)
    text = submit(mine, form(mine, "/", "do not send"))
    assert ledger.promise(item.promise).state == "void"
    assert "waits as before" in undo(mine, text)
    assert ledger.reply(made.reply) == before
    assert ledger.promise(item.promise).state == "planned"


def test_do_not_send_is_not_taken_back_where_another_goes_in_its_place(mine: Served):
    first = mine.world.deferred(1).reply
    text = submit(mine, form(mine, "/", "do not send"))
    second = mine.world.deferred(2).reply
    assert "Nothing was done: another reply" in undo(mine, text)
    assert mine.world.ledger.reply(first).state == "cancelled"
    assert mine.world.ledger.reply(second).state == "waiting"


# --- messages --------------------------------------------------------------------------------------------------------


def test_bring_back_makes_it_due_and_says_who_did_it(mine: Served):
    item = aside(mine)
    assert "comes back now" in submit(mine, form(mine, "/aside", "bring back"))
    [back] = [one for one in mine.world.ledger.effects_for(item) if one.kind == "back"]
    assert (back.due_at, back.args["by"]) == (MONDAY, "page")
    assert mine.woken


@pytest.mark.parametrize("moved", [False, True])
def test_bring_back_is_taken_back_also_when_it_has_come(mine: Served, *, moved: bool):
    item = aside(mine)
    text = submit(mine, form(mine, "/aside", "bring back"))
    if moved:
        back_is_done(mine, item)
        mine.world.ledger.place_item(item, mine.world.ledger.item(item).place)
    said = undo(mine, text)
    assert "comes back Tue 24 Nov 10:00, as before" in said
    assert mine.world.ledger.comes_back(item) == MONDAY + DAY


def test_bring_back_is_not_taken_back_when_it_was_settled_meanwhile(mine: Served):
    item = aside(mine)
    text = submit(mine, form(mine, "/aside", "bring back"))
    mine.world.ledger.settle([item], MONDAY, "command")
    assert "gone its way" in undo(mine, text)
    assert mine.world.ledger.item(item).settled_at == MONDAY


def test_until_is_taken_back(mine: Served):
    item = aside(mine)
    text = submit(mine, form(mine, "/aside", "until"), words="friday")
    assert mine.world.ledger.comes_back(item) > MONDAY + 3 * DAY
    undo(mine, text)
    assert mine.world.ledger.comes_back(item) == MONDAY + DAY


def test_what_was_put_aside_from_the_inbox_stays_there_after_all(mine: Served):
    item = mine.world.admit(mail(1), urgent()).item
    text = submit(mine, form(mine, f"/item/{item}", "until"), words="friday")
    assert mine.world.ledger.comes_back(item) is not None
    assert "stays in the inbox" in undo(mine, text)
    assert mine.world.ledger.comes_back(item) == MONDAY


def test_settled_in_the_inbox_is_open_again(mine: Served):
    item = mine.world.admit(mail(1), urgent()).item
    text = submit(mine, form(mine, f"/item/{item}", "settled"))
    assert mine.world.ledger.urgent_open("dana") == []
    assert "as it was before" in undo(mine, text)
    assert [one.id for one in mine.world.ledger.urgent_open("dana")] == [item]


def test_settled_and_put_aside_is_put_aside_again_and_not_filed(mine: Served):
    made = mine.world.admit(mail(1), left())
    item = made.item
    page_until(mine, item)
    text = submit(mine, form(mine, f"/item/{item}", "settled"))
    undo(mine, text)
    ledger = mine.world.ledger
    assert ledger.item(item).state == "aside"
    assert ledger.comes_back(item) is not None
    assert [one for one in ledger.effects_for(item) if one.args.get("to") == "archive" and one.state == "planned"] == []


def page_until(page: Served, item: int | None) -> None:
    """Put aside from the page, and the daemon has moved it."""
    submit(page, form(page, f"/item/{item}", "until"), words="friday")
    [effect] = [one for one in page.world.ledger.effects_for(item) if one.kind == "aside"]
    assert page.world.ledger.begin([effect.id], page.world.now)
    page.world.ledger.done(effect.id, page.world.now, type(page.world.ledger.item(item).place)("Deferred", 9, 5))


def test_settled_with_a_reply_that_ends_by_it_offers_no_undo(mine: Served):
    aside(mine)
    text = submit(mine, form(mine, "/aside", "settled"))
    assert "is settled" in text
    assert 'value="undo"' not in text


# --- days ------------------------------------------------------------------------------------------------------------


def test_pause_and_going_on(mine: Served):
    text = mine.act("pause", 0, words="friday")
    assert "Paused until Fri 27 Nov" in text
    assert "dana" in mine.world.ledger.pauses()
    assert "Going on" in undo(mine, text)
    assert mine.world.ledger.pauses() == {}
    assert {one.by for one in mine.world.ledger.told()} == {"page"}


def test_away_and_not_away_after_all(mine: Served):
    text = mine.act("away", 0, words="2026-12-24..2027-01-03")
    assert len(mine.world.ledger.aways()["dana@imap.example"]) == 1
    undo(mine, text)
    assert "dana@imap.example" not in mine.world.ledger.aways()


@pytest.mark.parametrize("act", ["pause", "away"])
def test_words_that_are_no_time_are_told(mine: Served, act: str):
    assert "Nothing was done: " in mine.act(act, 0, words="whenever")


# --- what has changed since the page was drawn -----------------------------------------------------------------------


@pytest.mark.parametrize("act", ["bring back", "until", "settled"])
def test_an_act_on_a_message_that_was_put_off_meanwhile_changes_nothing(mine: Served, act: str):
    item = aside(mine)
    stale = form(mine, "/aside", act)
    mine.act("until", item, words="friday")
    before = mine.world.ledger.item(item), mine.world.ledger.comes_back(item)
    text = submit(mine, stale, words="2h")
    assert "Nothing was done: it is put aside meanwhile until Fri 27 Nov" in text
    assert (mine.world.ledger.item(item), mine.world.ledger.comes_back(item)) == before


@pytest.mark.parametrize("act", ["until", "settled"])
def test_an_act_on_a_message_that_was_answered_meanwhile_changes_nothing(mine: Served, act: str):
    item = mine.world.admit(mail(1), urgent()).item
    stale = form(mine, f"/item/{item}", act)
    seen = SentSeen("<a@roth.example>", ("<1@client>",), MONDAY + HOUR, ("gary@harbor.example",))
    mine.world.ledger.saw_sent(SentWindow(mine.world.account.id, MONDAY + HOUR, [seen]))
    assert mine.world.ledger.item(item).answered_at is not None
    assert "it was answered meanwhile" in submit(mine, stale, words="2h")
    assert mine.world.ledger.item(item).settled_at is None


@pytest.mark.parametrize("act", ["do not send", "send now"])
def test_an_act_on_a_reply_that_has_gone_meanwhile_changes_nothing(mine: Served, act: str):
    reply = mine.world.deferred(1).reply
    stale = form(mine, "/", act)
    mine.world.tick(11 * MINUTE)
    mine.world.send(reply)
    assert "is sent since" in submit(mine, stale)


# --- undo is nobody else's -------------------------------------------------------------------------------------------


def test_only_the_last_act_is_taken_back_and_only_once(mine: Served):
    first, second = aside(mine, 1), aside(mine, 2)
    stale = mine.act("until", first, words="friday")
    mine.act("until", second, words="friday")
    assert "Nothing was done: only what was done last" in undo(mine, stale)
    assert mine.world.ledger.comes_back(first) > MONDAY + DAY


def test_what_one_device_did_another_does_not_take_back(mine: Served):
    item = aside(mine)
    text = mine.act("until", item, words="friday")
    [given] = [dict(_FIELD.findall(found)) for found in _FORM.findall(text) if 'value="undo"' in found]
    mine.sign_in()
    assert "Nothing was done" in submit(mine, {**given, "token": mine.token})


@pytest.mark.parametrize("then", ["//evil.example", "https://evil.example", "/../x", "/item/x", "\\evil", "/a\r\nb: c"])
def test_an_act_leads_nowhere_else(mine: Served, then: str):
    answer = mine.ask("/act", {"token": mine.token, "act": "settled", "number": 1, "then": then})
    assert (answer.status, answer.headers["location"]) == (303, "/")
    assert quote(then, safe="") not in answer.headers["location"]
