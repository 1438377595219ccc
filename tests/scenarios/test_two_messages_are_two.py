"""Messages made of the same fields: where both lie there each gets its verdict; where one was moved it is the same."""

from datetime import timedelta

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY
from scenarios.stage import Stage, letter
from server.dovecot import Variant


def same(stage: Stage, subject: str, text: str, **more: str) -> None:
    """A message with one and the same Message-ID and Date, as programs write it that reuse ids."""
    raw = letter(GARY, subject, text, at=stage.clock.now(), message_id="<same@harbor.example>", **more)
    stage.server.append(stage.users[0], "INBOX", raw, stage.clock.now())


async def test_another_subject_under_the_same_id_gets_its_own_verdict(stages: Opening):
    stage = stages()
    await stage.open()
    await stage.to("tue 15:10")
    same(stage, "question", "Can you ring me?")
    same(stage, "outage", "All is down!")
    stage.daemon.sweep()
    await stage.quiet()
    assert list(stage.inbox("Deferred")) == ["question"]
    assert stage.flags("outage") == {"\\Flagged"}


async def test_two_of_the_very_same_header_are_put_aside_and_come_back_both_and_one_reply_goes(stages: Opening):
    stage = stages()
    await stage.open()
    await stage.to("tue 15:10")
    same(stage, "question", "Can you ring me?")
    stage.daemon.sweep()
    await stage.quiet()
    await stage.later(minutes=3)
    raw = stage.dovecot.messages(stage.users[0], "Deferred")[0].raw.replace(b"Can you ring me?", b"Can she ring me?")
    stage.server.append(stage.users[0], "INBOX", raw, stage.clock.now())
    stage.daemon.sweep()
    await stage.quiet()
    assert len(stage.dovecot.messages(stage.users[0], "Deferred")) == 2
    assert [line.get("no_reply") for line in stage.events("message.deferred")] == [None, "duplicate"]
    await stage.to("fri 12:00")
    assert len(stage.dovecot.messages(stage.users[0])) == 2
    assert len(stage.sent()) == 1


async def test_a_second_one_of_an_urgent_header_rings_no_second_time(stages: Opening):
    config = CONSULTANT.replace('then = "urgent"', 'then = "urgent"\nnotify = ["phone"]', 1)
    stage = stages(config + '\n[notify.phone]\nurl = "json://127.0.0.1:9"\n')
    await stage.open()
    await stage.to("tue 15:10")
    same(stage, "outage", "All is down!")
    same(stage, "outage", "All is down, still!")
    stage.daemon.sweep()
    await stage.quiet()
    assert len(stage.events("message.urgent")) == 2
    assert len(stage.pushes) == 1


async def test_a_message_moved_to_another_watched_folder_is_the_same(stages: Opening):
    stage = stages(CONSULTANT.replace('mode = "send"', 'mode = "send"\nwatch = ["INBOX", "Clients"]'))
    stage.write_config()
    with stage.dovecot.client(stage.users[0]) as client:
        client.create_folder("Clients")
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "outage")
    stage.drag("outage", "INBOX", "Clients")
    await stage.later(minutes=3)
    assert stage.rows("SELECT count(*), max(folder) FROM item") == [(1, "Clients")]


async def test_what_a_hand_takes_out_of_two_stays_out(stages: Opening):
    stage = stages()
    await stage.open()
    await stage.to("tue 15:10")
    same(stage, "question", "Can you ring me?")
    stage.daemon.sweep()
    await stage.quiet()
    await stage.clock.leap(timedelta(minutes=5))
    first = stage.dovecot.messages(stage.users[0], "Deferred")[0]
    stage.server.append(stage.users[0], "INBOX", first.raw, stage.clock.now())
    stage.daemon.sweep()
    await stage.quiet()
    second = next(one for one in stage.dovecot.messages(stage.users[0], "Deferred") if one.uid != first.uid)
    stage.dovecot.move(stage.users[0], "Deferred", second.uid, "INBOX")
    stage.daemon.sweep()
    await stage.quiet()
    await stage.later(minutes=20)
    assert len(stage.dovecot.messages(stage.users[0], "Deferred")) == 1
    assert len(stage.dovecot.messages(stage.users[0])) == 1


async def test_an_old_place_that_does_not_answer_leaves_the_watched_folder_watched(stages: Opening):
    stage = stages(variant=Variant(acl=True))
    stage.write_config()
    (user,) = stage.users
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "outage")
    with stage.dovecot.client(user) as client:
        client.create_folder("Clients")
    await stage.reload(CONSULTANT.replace('mode = "send"', 'mode = "send"\nwatch = ["INBOX", "Clients"]'))
    stage.drag("outage", "INBOX", "Clients")
    await stage.later(minutes=3)
    lies = stage.inbox("Clients")["outage"]
    await stage.reload(CONSULTANT)
    stage.dovecot.restrict(user, "Clients", "l")
    for _ in range(4):  # the connection that was ended is made again
        await stage.later(minutes=5)
    stage.server.append(user, "INBOX", lies.raw, lies.arrived)
    await stage.arrives(GARY, "down")
    assert stage.flags("down") == {"\\Flagged"}
    assert stage.events("account.degraded", folder="INBOX") == []
