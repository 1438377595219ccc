"""An account that is not watched any more: its person is told on her phone, once, and once more when it is over."""

from collections.abc import Callable

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY
from scenarios.stage import Stage
from server.dovecot import Dovecot

PHONE = CONSULTANT + '[notify.phone]\nurl = "json://phone"\n'
PHONES = PHONE + '[notify.tablet]\nurl = "json://tablet"\n'
TWO_ACCOUNTS = PHONE.replace(
    "[client.harbor]",
    '[account.home]\naddresses = ["dana@home.example"]\nimap = $IMAP2\nsmtp = $SMTP\n[client.harbor]',
    1,
)


async def minutes(stage: Stage, count: int) -> None:
    for _ in range(count):
        await stage.later(minutes=1)


async def down(stage: Stage) -> None:
    await stage.open()
    await goes_down(stage)


async def goes_down(stage: Stage) -> None:
    told = len(stage.events("account.disconnected"))
    stage.dovecot.stop()
    await stage.until(lambda: len(stage.events("account.disconnected")) >= told + len(stage.users))


async def test_a_quarter_of_an_hour_without_watching_is_pushed_once_and_its_end_too(
    stages: Opening, own_dovecot: Callable[..., Dovecot]
):
    stage = stages(PHONE, dovecot=own_dovecot())
    await down(stage)
    await minutes(stage, 14)
    assert stage.pushes == []
    await minutes(stage, 2)
    (told,) = stage.pushes
    assert told.title == "work is not watched"
    assert "Look into the mailbox yourself" in told.text
    await minutes(stage, 60)
    assert len(stage.pushes) == 1
    stage.dovecot.start()
    await minutes(stage, 12)
    assert [push.title for push in stage.pushes] == ["work is not watched", "work is watched again"]
    await minutes(stage, 20)
    assert len(stage.pushes) == 2


async def test_two_accounts_at_once_are_both_told(stages: Opening, own_dovecot: Callable[..., Dovecot]):
    stage = stages(TWO_ACCOUNTS, dovecot=own_dovecot())
    await down(stage)
    await minutes(stage, 18)
    told = "\n".join(push.text for push in stage.pushes)
    assert "mail of work is watched" in told
    assert "mail of home is watched" in told


async def test_a_second_outage_is_told_like_the_first(stages: Opening, own_dovecot: Callable[..., Dovecot]):
    stage = stages(PHONE, dovecot=own_dovecot())
    await down(stage)
    await minutes(stage, 16)
    stage.dovecot.start()
    await minutes(stage, 12)
    await goes_down(stage)
    await minutes(stage, 20)
    assert [push.title.removeprefix("work is ") for push in stage.pushes] == [
        "not watched", "watched again", "not watched",
    ]  # fmt: skip


async def test_an_outage_is_told_once_over_a_restart_of_the_daemon(
    stages: Opening, own_dovecot: Callable[..., Dovecot]
):
    stage = stages(PHONE, dovecot=own_dovecot())
    await down(stage)
    await minutes(stage, 16)
    await stage.close()
    await stage.open()
    await minutes(stage, 20)
    assert len(stage.pushes) == 1
    stage.dovecot.start()
    await minutes(stage, 12)
    assert [push.title for push in stage.pushes][1:] == ["work is watched again"]


async def test_every_channel_is_told_where_none_is_named_for_promises(
    stages: Opening, own_dovecot: Callable[..., Dovecot]
):
    stage = stages(PHONES, dovecot=own_dovecot())
    await down(stage)
    await minutes(stage, 16)
    assert sorted(line["to"] for line in stage.events("notify.sent")) == ["phone", "tablet"]


async def test_the_channels_of_promises_are_told_where_they_are_named(
    stages: Opening, own_dovecot: Callable[..., Dovecot]
):
    stage = stages(PHONES + '\n[promises]\nnotify = ["tablet"]\n', dovecot=own_dovecot())
    await down(stage)
    await minutes(stage, 16)
    assert [line["to"] for line in stage.events("notify.sent")] == ["tablet"]


async def test_a_quiet_mailbox_and_a_suspended_machine_are_no_alarm(stages: Opening):
    stage = stages(PHONE)
    await stage.open()
    await minutes(stage, 40)
    await stage.later(hours=9)
    await minutes(stage, 20)
    await stage.arrives(GARY, "question")
    assert stage.pushes == []


async def test_a_watched_folder_that_is_gone_is_pushed_once_and_its_return_too(stages: Opening):
    stage = stages(PHONE.replace('mode = "send"', 'mode = "send"\nwatch = ["INBOX", "Clients"]'))
    stage.write_config()
    with stage.server.client(stage.users[0]) as client:
        client.create_folder("Clients")
        await stage.open()
        client.delete_folder("Clients")
        await minutes(stage, 14)
        assert stage.pushes == []
        await minutes(stage, 3)
        (told,) = stage.pushes
        assert told.title == "work (Clients) is not watched"
        await stage.close()
        await stage.open()
        await minutes(stage, 40)
        assert len(stage.pushes) == 1
        client.create_folder("Clients")
        await minutes(stage, 5)
    assert [push.title for push in stage.pushes][1:] == ["work (Clients) is watched again"]
