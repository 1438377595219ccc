"""Trouble with servers: one clear line, back-off, nothing lost, and the work goes on by itself when it is over."""

import asyncio
import json
from collections.abc import Callable

import pytest

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY, PETRA
from scenarios.stage import Stage
from server.certificates import Authority
from server.dovecot import PASSWORD, Dovecot, Variant
from server.sink import Sink
from triaged.cli import main


async def waits(stage: Stage, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Why due replies wait, as `triaged queue` says it, in its table and in JSON."""
    asked = ["queue", "-c", str(stage.path)]
    assert await asyncio.to_thread(main, [*asked, "--json"]) == 0
    found = [row["waits"] for row in map(json.loads, capsys.readouterr().out.splitlines()) if row["waits"]]
    assert await asyncio.to_thread(main, asked) == 0
    table = "".join(capsys.readouterr().out.split())
    assert all(why[:12].replace(" ", "") in table for why in found), table
    return found


async def test_a_wrong_password_is_one_line_and_is_tried_again_seldom(stages: Opening):
    stage = stages()
    stage.write_config()
    stage.store(GARY, "question")
    stage.dovecot.set_password(stage.users[0], "another one")
    await stage.open()
    (line,) = stage.events("account.auth_failed")
    assert "refused to sign us in" in line["error"]
    assert PASSWORD not in str(stage.lines.lines)
    assert line["level"] == "error"
    await stage.later(minutes=10)
    assert len(stage.events("account.auth_failed")) == 1
    await stage.later(minutes=10)
    assert len(stage.events("account.auth_failed")) == 2
    stage.dovecot.set_password(stage.users[0], PASSWORD)
    await stage.later(hours=2)
    assert len(stage.events("account.connected")) == 1


async def test_a_password_changed_while_running_is_noticed_and_a_right_one_heals_it_at_once(stages: Opening):
    stage = stages()
    await stage.open()
    await stage.arrives(GARY, "question")
    stage.dovecot.set_password(stage.users[0], "another one")
    stage.dovecot.kill_sessions(stage.users[0])
    await stage.until(lambda: stage.events("account.disconnected"))
    await stage.later(minutes=5)
    assert len(stage.events("account.auth_failed")) == 1
    stage.dovecot.set_password(stage.users[0], PASSWORD)
    await stage.reload(CONSULTANT)
    assert len(stage.events("account.connected")) == 2
    await stage.to("fri 09:00")
    assert list(stage.inbox()) == ["question"]


async def test_a_refused_connection_is_backed_off_from_and_nothing_is_lost(
    stages: Opening, own_dovecot: Callable[..., Dovecot]
):
    dovecot = own_dovecot()
    stage = stages(dovecot=dovecot)
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "question")
    dovecot.stop()
    await stage.until(lambda: stage.events("account.disconnected"))
    for _ in range(30):
        await stage.later(minutes=1)
    told = stage.events("account.disconnected")
    assert 2 < len(told) < 25
    assert "refused" in told[-1]["error"]
    assert stage.sent() == []  # nothing goes out without a look at the mailbox
    dovecot.start()
    await stage.later(minutes=6)
    await stage.later(minutes=6)
    assert len(stage.sent()) == 1
    await stage.to("fri 09:00")
    assert list(stage.inbox()) == ["question"]
    assert len(stage.events("message.deferred")) == 1


async def test_a_reply_that_waited_for_the_mailbox_goes_when_it_is_back(
    stages: Opening, own_dovecot: Callable[..., Dovecot]
):
    dovecot = own_dovecot()
    stage = stages(dovecot=dovecot)
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "question")
    dovecot.stop()
    await stage.until(lambda: stage.events("account.disconnected"))
    await stage.later(minutes=10)  # it is due, and the mailbox cannot be looked at
    assert stage.sent() == []
    dovecot.start()
    stage.daemon.accounts[f"{stage.users[0]}@127.0.0.1"].loop.nudge()  # the next attempt, whenever the back-off has it
    await stage.until(stage.sent, "the reply goes with no time passing")


async def test_an_expired_certificate_is_told_and_no_password_is_sent(stages: Opening, authority: Authority):
    server = Dovecot(authority.expired(), Variant())
    server.start()
    try:
        stage = stages(dovecot=server)
        stage.imap = (
            f'{{ host = "localhost", port = {server.imaps}, user = "$USER", password = "$PASSWORD",'
            f' trust_ca = "{authority.ca}" }}'
        )
        await stage.open()
        (line,) = stage.events("account.disconnected")
        assert "expired" in line["error"]
        assert "imap-login: Login" not in server.log()
        await stage.later(minutes=10)
        assert len(stage.events("account.disconnected")) == 1
    finally:
        await stage.close()
        server.close()


async def test_over_implicit_tls_and_starttls_the_day_goes_as_usual(
    stages: Opening, authority: Authority, dovecot: Dovecot
):
    for host, port, tls in (("localhost", dovecot.imaps, "implicit"), ("localhost", dovecot.imap, "starttls")):
        stage = stages()
        stage.imap = (
            f'{{ host = "{host}", port = {port}, tls = "{tls}", user = "$USER", password = "$PASSWORD",'
            f' trust_ca = "{authority.ca}" }}'
        )
        await stage.open()
        await stage.arrives(GARY, "question")
        assert list(stage.inbox("Deferred")) == ["question"]


async def test_a_full_mailbox_says_so_keeps_the_message_and_goes_on_when_there_is_room(
    stages: Opening, dovecots: Callable[[Variant], Dovecot]
):
    stage = stages(variant=Variant(quota="20k", hidden=("MOVE",)))  # COPY needs room for a moment
    await stage.open()
    stage.store("Big <big@elsewhere.example>", "big", "line of text\n" * 1150)
    await stage.arrives(GARY, "question", "Can you ring me?\n" * 150)
    assert "question" in stage.inbox()
    (line,) = stage.events("account.degraded")
    assert "OVERQUOTA" in line["error"]
    await stage.later(minutes=20)
    assert len(stage.events("account.degraded")) <= 2
    stage.delete("big")
    await stage.later(hours=2)
    assert list(stage.inbox("Deferred")) == ["question"]
    await stage.to("fri 09:00")
    assert list(stage.inbox()) == ["question"]


async def test_what_is_read_while_it_could_not_be_put_aside_stays_and_is_answered_all_the_same(
    stages: Opening, dovecots: Callable[[Variant], Dovecot]
):
    stage = stages(variant=Variant(quota="20k", hidden=("MOVE",)))
    await stage.open()
    await stage.to("tue 15:10")
    stage.store("Big <big@elsewhere.example>", "big", "line of text\n" * 1150)
    for number in range(2):
        stage.store(GARY, f"question {number}", "Can you ring me?\n" * 70)
    stage.daemon.wake()
    await stage.quiet()
    assert len(stage.events("account.degraded")) == 1
    stage.flag("question 0", "\\Seen")
    stage.delete("big")
    await stage.later(minutes=30)
    assert list(stage.inbox()) == ["question 0"]
    assert list(stage.inbox("Deferred")) == ["question 1"]
    assert [line["subject"] for line in stage.events("message.deferred")] == ["question 1"]
    assert [line["subject"] for line in stage.events("message.left", by="person")] == ["question 0"]
    assert len(stage.sent()) == 1
    await stage.to("fri 09:00")
    assert set(stage.inbox()) == {"question 0", "question 1"}


async def test_a_submission_server_that_takes_nothing_delays_the_reply_and_it_goes_once(stages: Opening, sink: Sink):
    stage = stages()
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "question")
    sink.answer = lambda _stage, _argument: "451 4.3.0 Not now"
    await stage.to("tue 15:30")
    assert stage.events("reply.retrying")
    sink.clear()
    await stage.later(hours=1)
    await stage.later(hours=3)
    assert len(stage.sent()) == 1
    assert len(stage.events("reply.sent")) == 1


async def test_trouble_of_one_account_leaves_the_other_alone(stages: Opening):
    second = """
[account.second]
mode = "send"
addresses = ["dana@second.example"]
imap = $IMAP2
smtp = $SMTP
"""
    stage = stages(CONSULTANT + second)
    stage.write_config()
    stage.dovecot.set_password(stage.users[0], "another one")
    await stage.open()
    await stage.arrives(GARY, "question", user=stage.users[1], to="dana@second.example")
    assert list(stage.inbox("Deferred", user=stage.users[1])) == ["question"]
    await stage.later(hours=1)
    assert [str(reply["From"]) for reply in stage.sent()] == ["Dana Roth <dana@second.example>"]


async def test_a_sent_folder_that_cannot_be_read_lets_no_reply_go_but_what_is_due_comes_back(stages: Opening):
    stage = stages()
    await stage.open()
    await stage.to("tue 15:10")
    sent = stage.dovecot.root / "mail" / stage.users[0] / "maildir" / ".Sent"
    for folder in (sent / "cur", sent / "new", sent):
        folder.chmod(0)
    try:
        await stage.arrives(GARY, "question")
        await stage.to("wed 10:00")
        assert list(stage.inbox("Deferred")) == ["question"]
        assert stage.sent() == []
        await stage.to("fri 09:00")
        assert list(stage.inbox()) == ["question"]
        assert stage.events("account.disconnected") == []
        assert [line for line in stage.events("account.degraded") if "SERVERBUG" in line["error"]]
    finally:
        for folder in (sent, sent / "cur", sent / "new"):
            folder.chmod(0o700)


async def test_one_large_mail_that_finds_no_room_holds_no_small_one_back_and_the_line_names_it(stages: Opening):
    stage = stages(variant=Variant(quota="40k", hidden=("MOVE",)))
    await stage.open()
    await stage.to("tue 15:10")
    stage.store(GARY, "large", "line of text\n" * 1700)
    stage.store(PETRA, "small")
    stage.daemon.wake()
    await stage.quiet()
    assert list(stage.inbox("Deferred")) == ["small"]
    assert list(stage.inbox()) == ["large"]
    (told,) = stage.events("account.degraded")
    assert (told["folder"], told["subject"], told["client"]) == ("INBOX", "large", "harbor")
    assert "OVERQUOTA" in told["error"]
    assert told["reason"].startswith("putting aside into Deferred is tried again")
    assert [line["subject"] for line in stage.events("message.deferred")] == ["small"]


async def test_a_reply_that_says_when_it_comes_back_waits_until_it_is_put_aside_and_the_queue_says_why(
    stages: Opening, capsys: pytest.CaptureFixture[str]
):
    says = CONSULTANT.replace(
        "Can it wait until our call",
        "{% if until %}I shall look at it {{ until | when }}. {% endif %}Can it wait until our call",
    )
    stage = stages(says, variant=Variant(quota="40k", hidden=("MOVE",)))
    await stage.open()
    await stage.to("tue 15:10")
    stage.store(GARY, "large", "line of text\n" * 1700)
    stage.store(PETRA, "small")
    stage.daemon.wake()
    await stage.later(minutes=30)
    assert [str(reply["Subject"]) for reply in stage.sent()] == ["AW: small"]
    (why,) = await waits(stage, capsys)
    assert "is not put aside yet: [OVERQUOTA]" in why


async def test_a_folder_that_can_no_longer_be_read_lets_only_replies_about_its_mail_wait_and_the_queue_says_why(
    stages: Opening, capsys: pytest.CaptureFixture[str]
):
    config = CONSULTANT.replace("smtp = $SMTP", 'smtp = $SMTP\nwatch = ["INBOX", "Clients"]')
    stage = stages(config.replace('then = "defer"', 'then = "leave"'), variant=Variant(acl=True))
    stage.write_config()
    (user,) = stage.users
    with stage.server.client(user) as client:
        client.create_folder("Clients")
    await stage.open()
    await stage.to("tue 15:10")
    stage.store(GARY, "in Clients", folder="Clients")
    stage.store(PETRA, "in the inbox")
    await stage.later(minutes=2)
    stage.dovecot.restrict(user, "Clients", "l")
    await stage.later(minutes=40)
    assert [str(reply["To"]) for reply in stage.sent()] == ["petra@lindenhof.example"]
    (why,) = await waits(stage, capsys)
    assert why.startswith("Clients cannot be looked at: [NOPERM]")
    stage.dovecot.restrict(user, "Clients", "lrswipkxtea")
    await stage.later(minutes=20)
    assert len(stage.sent()) == 2


@pytest.mark.parametrize("how", ["password", "outage"])
async def test_a_due_reply_that_waits_for_the_mailbox_says_so_in_the_queue(
    stages: Opening, own_dovecot: Callable[..., Dovecot], capsys: pytest.CaptureFixture[str], how: str
):
    stage = stages(dovecot=own_dovecot())
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "question")
    if how == "password":
        stage.dovecot.set_password(stage.users[0], "another one")
        stage.dovecot.kill_sessions(stage.users[0])
    else:
        stage.dovecot.stop()
    await stage.later(minutes=30)
    assert stage.sent() == []
    (why,) = await waits(stage, capsys)
    assert ("sign us in" if how == "password" else "cannot be reached") in why
