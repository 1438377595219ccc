"""Listings, a person's acts from the command line, and the care of the file."""

from dataclasses import replace
from pathlib import Path

import pytest

from support.engines import assert_nothing_dangles
from support.ledgerkit import ANNE, DAY, GARY, HOUR, MINUTE, MONDAY, World, answered, left, mail, urgent
from triaged.ledger import (
    Accepted,
    Item,
    Ledger,
    LedgerUnavailable,
    NotDone,
    Nowhere,
    Period,
    ReplyRow,
    Response,
    SentSeen,
    SentWindow,
)


def why(answer: object) -> str:
    assert isinstance(answer, NotDone)
    return answer.why


def test_deferred_lists_until_when_with_which_promise_and_reply(world: World):
    late = world.admit(mail(1), replace(answered(MONDAY + HOUR), promise=None))
    soon = world.deferred(2, promise=MONDAY + 2 * DAY)
    world.put_aside(late, uid=1)
    world.put_aside(soon, uid=2)
    world.admit(mail(3), left())
    first, second = world.ledger.deferred("dana")
    assert (first.item.id, first.until) == (soon.item, MONDAY + DAY)
    assert first.reply is not None
    assert first.reply.id == late.reply
    assert (second.item.id, second.until) == (late.item, MONDAY + DAY + HOUR)
    assert world.ledger.deferred("eva") == []


def test_the_queue_lists_what_has_not_gone_and_what_nobody_knows(world: World):
    waiting = world.deferred(1)
    doubted = world.admit(mail(2), answered(MONDAY, to=ANNE), correspondent=ANNE.key)
    world.tick(HOUR)
    world.claim(doubted.reply)
    world.ledger.mark_data(doubted.reply or 0)
    world.ledger.in_doubt(doubted.reply or 0, world.now)
    assert {(r.id, r.state) for r in world.ledger.queue("dana")} == {
        (waiting.reply, "waiting"),
        (doubted.reply, "in_doubt"),
    }
    assert world.ledger.queue("eva") == []
    world.send(waiting.reply)
    assert [r.state for r in world.ledger.queue()] == ["in_doubt"]


def test_the_overview_counts_what_is_open(world: World):
    World.new(world.ledger, "eva")
    made = world.deferred(1, promise=MONDAY + DAY)
    world.put_aside(made)
    [dana] = world.ledger.overview("dana")
    assert (dana.aside, dana.waiting, dana.held, dana.in_doubt, dana.promises_open) == (1, 1, 0, 0, 0)
    assert dana.next_due == MONDAY + 10 * MINUTE
    world.tick(HOUR)
    world.send(made.reply)
    world.tick(DAY)
    world.ledger.overdue(made.promise or 0, world.now)
    dana, eva = world.ledger.overview()
    assert (dana.waiting, dana.promises_open, dana.promises_overdue) == (0, 0, 1)
    assert (eva.aside, eva.next_due) == (0, None)
    assert {folder.name for folder in dana.folders} == {"INBOX", "Deferred", "Sent"}


def test_history_tells_acknowledged_answered_returned_and_kept(world: World):
    made = world.admit(mail(1), replace(answered(MONDAY, promise=MONDAY + 2 * DAY), spends_pass=True))
    world.put_aside(made)
    world.tick(HOUR)
    world.send(made.reply)
    acknowledged = world.now
    world.now = MONDAY + DAY
    [back] = world.ledger.due_effects(None, world.now)
    world.ledger.begin([back.id], world.now)
    world.ledger.done(back.id, world.now, Nowhere.KNOWN)
    world.tick(HOUR)
    world.ledger.saw_sent(
        SentWindow(world.account.id, world.now, [SentSeen("<x@roth>", ("<1@client>",), world.now, (GARY.key,))])
    )
    world.admit(mail(2), urgent())
    first, second = world.ledger.history(Period(MONDAY, MONDAY + 2 * DAY, client="harbor", person="dana"))
    assert (first.acknowledged_at, first.returned_at, first.item.answered_at) == (acknowledged, MONDAY + DAY, world.now)
    assert first.promise is not None
    assert (first.promise.state, first.pass_spent, first.login) == ("kept", True, "dana@imap.example")
    assert (second.acknowledged_at, second.returned_at, second.promise, second.pass_spent) == (None, None, None, False)
    assert world.ledger.history(Period(MONDAY + 5 * DAY, MONDAY + 9 * DAY)) == []
    assert world.ledger.history(Period(MONDAY, MONDAY + DAY, client="linden")) == []


def test_the_digest_finds_arrivals(world: World):
    first, second = world.admit(mail(1), urgent()), world.admit(mail(2), urgent())
    assert [i.id for i in world.ledger.arrivals("dana", Period(MONDAY, MONDAY + DAY, "harbor"))] == [
        first.item,
        second.item,
    ]
    assert world.ledger.arrivals("dana", Period(MONDAY, MONDAY + DAY, "linden")) == []


# --- acts


def test_release_brings_a_message_back_now_and_says_if_it_cannot(world: World):
    made = world.deferred(1)
    assert isinstance(world.ledger.release(made.item or 0, world.now), Item)
    world.put_aside(world.deferred(2), uid=2)
    assert isinstance(world.ledger.release(2, world.now), Item)
    assert [e.key for e in world.ledger.due_effects(None, world.now)] == ["aside:1", "back:2:1"]
    assert why(world.ledger.release(99, world.now)) == "there is no item 99"
    here = world.admit(mail(3), left())
    assert why(world.ledger.release(here.item or 0, world.now)) == f"item {here.item} is not put aside"


def test_release_all_brings_back_everything_of_one_account(world: World):
    eva = World.new(world.ledger, "eva")
    for number, who in enumerate((world, world, eva)):
        who.put_aside(who.deferred(number), uid=number + 1)
    assert [item.id for item in world.ledger.release_all("dana@imap.example", world.now)] == [1, 2]
    assert [e.key for e in world.ledger.due_effects(None, world.now)] == ["back:1:1", "back:2:1"]
    assert world.ledger.release_all("nobody@x", world.now) == []


def test_cancel_says_what_became_of_a_reply(world: World):
    made = world.deferred(1)
    cancelled = world.ledger.cancel_by_hand(made.reply or 0, world.now)
    assert isinstance(cancelled, ReplyRow)
    assert (cancelled.state, cancelled.reason) == ("cancelled", "by hand")
    again = world.ledger.cancel_by_hand(made.reply or 0, world.now)
    assert why(again) == "reply 1 to gary@harbor.example is cancelled since 2026-11-23 09:00 UTC"
    assert why(world.ledger.cancel_by_hand(99, world.now)) == "there is no reply 99"


def test_send_now_makes_a_waiting_or_held_reply_due(world: World):
    made = world.deferred(1)
    now = world.ledger.send_now(made.reply or 0, world.now)
    assert isinstance(now, ReplyRow)
    assert [r.id for r in world.ledger.due_replies(world.now)] == [made.reply]
    world.send(made.reply)
    assert "is sent" in why(world.ledger.send_now(made.reply or 0, world.now))
    assert why(world.ledger.send_now(99, world.now)) == "there is no reply 99"


def test_what_is_to_be_tried_now_is_told_once_and_only_what_failed_is_brought_forward(world: World):
    world.deferred(1)
    assert world.ledger.wanted() == []
    assert world.ledger.try_now(world.account.login, world.now) == 0
    assert world.ledger.wanted() == [world.account.login]
    assert world.ledger.wanted() == []
    assert world.ledger.due_replies(world.now) == []
    assert (
        why(world.ledger.try_now("nobody@x", world.now))
        == "nobody@x is not known yet: the first `triaged run` makes it so"
    )


def test_send_again_refuses_what_is_sent_or_has_a_successor(world: World):
    made = world.deferred(1)
    assert "is waiting" in why(world.ledger.send_again(made.reply or 0, "<n@x>", world.now))
    world.ledger.cancel_by_hand(made.reply or 0, world.now)
    assert isinstance(world.ledger.send_again(made.reply or 0, "<n@x>", world.now), ReplyRow)
    assert "on its way" in why(world.ledger.send_again(made.reply or 0, "<m@x>", world.now))
    assert why(world.ledger.send_again(99, "<n@x>", world.now)) == "there is no reply 99"


def test_a_pass_is_given_back_once(world: World):
    made = world.admit(mail(1), replace(left(), spends_pass=True))
    assert isinstance(world.ledger.refund(made.item or 0, world.now), Item)
    assert "spent no pass" in why(world.ledger.refund(made.item or 0, world.now))


# --- care


def aged(world: World) -> None:
    """One of everything, two years ago."""
    made = world.admit(mail("old"), replace(answered(world.now, promise=world.now + DAY), spends_pass=True))
    world.put_aside(made)
    world.tick(HOUR)
    world.claim(made.reply)
    world.ledger.mark_data(made.reply or 0)
    world.ledger.sent(made.reply or 0, Accepted(world.now, Response(250), saves_copy=False))
    [copy] = [e for e in world.ledger.due_effects(None, world.now) if e.kind == "append"]
    world.ledger.begin([copy.id], world.now)
    world.ledger.done(copy.id, world.now)
    world.tick(DAY)
    [back] = [e for e in world.ledger.due_effects(None, world.now) if e.kind == "back"]
    world.ledger.begin([back.id], world.now)
    world.ledger.done(back.id, world.now, Nowhere.KNOWN)
    world.ledger.saw_sent(
        SentWindow(world.account.id, world.now, [SentSeen("<x@roth>", ("<old@client>",), world.now, (GARY.key,))])
    )


def rows_of(ledger: Ledger) -> dict[str, int]:
    tables = ("item", "effect", "promise", "reply", "reply_item", "sent", "pass", "ruleset")
    return {
        table: ledger.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables
    }  # names of ours


def test_what_is_older_than_keep_goes_with_everything_that_hangs_on_it(world: World):
    world.ledger.ruleset("old", "rules", MONDAY)
    aged(world)
    assert world.ledger.purge(world.now + 10 * DAY, 100 * DAY) == 0
    assert world.ledger.purge(world.now + 200 * DAY, 100 * DAY) == 1
    left_over = rows_of(world.ledger)
    world.ledger.purge(world.now + 200 * DAY, 100 * DAY)
    assert rows_of(world.ledger) == dict.fromkeys(left_over, 0)
    assert_nothing_dangles(world.ledger)
    facts = world.facts(mail(9))
    assert facts.last_reply_at == MONDAY + HOUR


def test_what_is_open_is_never_forgotten(world: World):
    put_aside = world.deferred(1)
    world.put_aside(put_aside)
    promised = world.admit(mail(2), answered(MONDAY, promise=MONDAY + DAY, to=ANNE, effects=()), correspondent=ANNE.key)
    world.tick(HOUR)
    world.send(promised.reply)
    assert world.ledger.purge(MONDAY + 2000 * DAY, 100 * DAY) == 0


def test_keep_is_never_so_short_that_passes_and_threads_are_lost(world: World):
    aged(world)
    assert world.ledger.purge(world.now + 60 * DAY, DAY) == 0


def test_excerpts_and_octets_go_when_their_message_is_closed(world: World):
    aged(world)
    made = world.admit(mail(2), urgent())
    world.ledger.purge(world.now, 100 * DAY)
    old, fresh = world.ledger.item(1), world.ledger.item(made.item or 0)
    assert old is not None
    assert fresh is not None
    assert (old.excerpt, fresh.excerpt) == (None, "Can you ring me?")
    assert world.ledger.reply_raw(1) is None


def test_octets_stay_until_their_copy_lies_in_sent(world: World):
    made = world.deferred(1)
    world.tick(HOUR)
    world.claim(made.reply)
    world.ledger.sent(made.reply or 0, Accepted(world.now, Response(250), saves_copy=False))
    world.ledger.purge(world.now, 100 * DAY)
    assert world.ledger.reply_raw(made.reply or 0) == b"octets"


def test_a_backup_is_a_ledger_that_opens(tmp_path: Path):
    with Ledger.open(tmp_path / "triaged.db", now=MONDAY) as ledger:
        World.new(ledger).deferred(1)
        (tmp_path / "copy.db").write_text("an older backup")
        ledger.backup(tmp_path / "copy.db")
    with Ledger.open(tmp_path / "copy.db") as copy:
        assert [reply.state for reply in copy.queue()] == ["waiting"]
    assert [file.name for file in tmp_path.glob(".*")] == []


def test_a_backup_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path):
    with Ledger.open(":memory:") as ledger, pytest.raises(LedgerUnavailable, match="cannot be written"):
        ledger.backup(tmp_path / "nowhere" / "copy.db")
    assert list(tmp_path.iterdir()) == []


def test_a_checkpoint_folds_the_log_in(tmp_path: Path):
    with Ledger.open(tmp_path / "triaged.db", now=MONDAY) as ledger:
        World.new(ledger).deferred(1)
        before = ledger.checkpoint(MONDAY)
        assert ledger.checkpoint(MONDAY) == before + 1
        assert (tmp_path / "triaged.db-wal").stat().st_size == 0
        assert ledger.check()
