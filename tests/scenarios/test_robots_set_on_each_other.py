"""Two daemons, and a daemon and a Sieve vacation, set on each other: each says one thing, and then there is quiet."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from scenarios.conftest import Opening
from scenarios.stage import Stage, letter
from server.dovecot import Dovecot, Variant
from server.sink import Accepted, Sink

pytestmark = pytest.mark.server

DANA = """
[me]
name = "Dana Roth"
language = "en"
timezone = "Europe/Berlin"

[account.work]
mode = "send"
addresses = ["dana@roth.example"]
envelope = "me"
imap = $IMAP
smtp = $SMTP

[client.harbor]
name = "Harbor Trust"
from = ["*@harbor.example"]

[reply.later]
send = "in 10m"
every = "30m"
text = "I have your message and answer {{ promise | when }}."

[[rule]]
name = "Everything waits"
then = "defer"
until = "in 2 days"
promise = "in 3 days"
reply = "later"
"""
GARY = (
    DANA.replace("Dana Roth", "Gary Stone")
    .replace("dana@roth.example", "gary@harbor.example")
    .replace("[client.harbor]", "[client.roth]")
    .replace("*@harbor.example", "*@roth.example")
)
VACATION = """\
require ["vacation", "vacation-seconds"];
vacation :seconds 0 :addresses "gary@harbor.example" :subject "Away" "I am away until Monday.";
"""
MARKS = re.compile(
    rb"^(Auto-Submitted|X-Auto-Response-Suppress|X-Triaged(?:-Told)?|Precedence):.*\r\n(?:[ \t].*\r\n)*",
    re.MULTILINE | re.IGNORECASE,
)


def bare(raw: bytes) -> bytes:
    """A reply without all that says what it is, as a gateway leaves it that knows no mercy."""
    return MARKS.sub(b"", raw)


def unknown(raw: bytes) -> bytes:
    """The same with a Message-ID of the gateway's own."""
    return re.sub(rb"<triaged\.([a-z0-9]+)@[^>]+>", rb"<\1@gateway.example>", bare(raw))


class Between:
    """The way between the two: what one hands in is delivered to the other."""

    def __init__(self, sink: Sink, mailboxes: dict[str, tuple[Dovecot, str]], change: Callable[[bytes], bytes]) -> None:
        self.sink, self.mailboxes, self.change = sink, mailboxes, change
        self.carried: list[Accepted] = []

    def carry(self) -> None:
        """Deliver what was handed in since the last time."""
        for one in self.sink.received[len(self.carried) :]:
            self.carried.append(one)
            (to,) = one.recipients
            dovecot, user = self.mailboxes[to]
            dovecot.deliver(user, self.change(one.raw), one.sender)

    def sent_to(self, address: str) -> int:
        """How many messages the one of that address was sent."""
        return sum(address in one.recipients for one in self.carried)


def first_words(sender: str, to: str) -> bytes:
    """A person begins."""
    now = datetime.now(UTC)
    return letter(
        sender, "question", "Can you ring me?", at=now, message_id="<first@mail.example>", to=to, return_path=""
    )


async def pass_time(between: Between, *stages: Stage) -> None:
    """Days go by for all of them together, and mail is carried all the time."""
    for minutes in (5, 11, 11, 60, 24 * 60, 24 * 60):
        for stage in stages:
            await stage.later(minutes=minutes)
        between.carry()
        for stage in stages:
            stage.daemon.wake()
            await stage.quiet()


async def two(stages: Opening, sink: Sink, change: Callable[[bytes], bytes]) -> tuple[Between, Stage, Stage]:
    start = datetime.now(UTC) + timedelta(seconds=5)
    dana, gary = stages(DANA, start=start), stages(GARY, start=start)
    await dana.open()
    await gary.open()
    mailboxes = {
        "dana@roth.example": (dana.dovecot, dana.users[0]),
        "gary@harbor.example": (gary.dovecot, gary.users[0]),
    }
    between = Between(sink, mailboxes, change)
    dana.dovecot.deliver(dana.users[0], first_words("gary@harbor.example", "dana@roth.example"))
    await dana.until(lambda: dana.events("message.deferred"), "the first message comes")
    await pass_time(between, dana, gary)
    return between, dana, gary


async def test_two_daemons_set_on_each_other_say_one_thing_in_all(stages: Opening, sink: Sink):
    between, dana, gary = await two(stages, sink, lambda raw: raw)
    assert between.sent_to("gary@harbor.example") == 1
    assert between.sent_to("dana@roth.example") == 0
    assert gary.lines.one("message.deferred")["no_reply"] == "auto-submitted"
    assert len(dana.events("reply.sent")) == 1


async def test_two_daemons_say_one_thing_in_all_where_only_the_message_id_is_left_of_their_marks(
    stages: Opening, sink: Sink
):
    between, _, gary = await two(stages, sink, bare)
    assert between.sent_to("gary@harbor.example") == 1
    assert between.sent_to("dana@roth.example") == 0
    assert gary.lines.one("message.deferred")["no_reply"] == "loop"


async def test_two_daemons_stop_after_one_message_each_where_nothing_is_left_of_their_marks(
    stages: Opening, sink: Sink
):
    between, dana, _ = await two(stages, sink, unknown)
    assert between.sent_to("gary@harbor.example") == 1
    assert between.sent_to("dana@roth.example") == 1
    assert [line.get("no_reply") for line in dana.events("message.deferred")] == [None, "recently-replied"]


@pytest.fixture
def away(own_dovecot: Callable[[Variant], Dovecot], sink: Sink) -> tuple[Dovecot, str]:
    """A mailbox whose owner has a vacation script, by Pigeonhole."""
    dovecot = own_dovecot(Variant(sieve=VACATION, submission=sink.port))
    return dovecot, dovecot.new_user()


async def facing_vacation(stages: Opening, sink: Sink, away: tuple[Dovecot, str]) -> tuple[Between, Stage]:
    dana = stages(DANA, start=datetime.now(UTC) + timedelta(seconds=5))
    await dana.open()
    mailboxes = {"dana@roth.example": (dana.dovecot, dana.users[0]), "gary@harbor.example": away}
    return Between(sink, mailboxes, lambda raw: raw), dana


async def test_a_vacation_script_says_nothing_to_the_daemons_reply(
    stages: Opening, sink: Sink, away: tuple[Dovecot, str]
):
    between, dana = await facing_vacation(stages, sink, away)
    dana.dovecot.deliver(dana.users[0], first_words("gary@harbor.example", "dana@roth.example"))
    await dana.until(lambda: dana.events("message.deferred"), "the first message comes")
    await pass_time(between, dana)
    assert between.sent_to("gary@harbor.example") == 1
    assert between.sent_to("dana@roth.example") == 0
    (kept,) = away[0].messages(away[1])
    assert b"Auto-Submitted: auto-replied" in kept.raw


async def test_the_daemon_says_nothing_to_a_vacation(stages: Opening, sink: Sink, away: tuple[Dovecot, str]):
    between, dana = await facing_vacation(stages, sink, away)
    away[0].deliver(away[1], first_words("dana@roth.example", "gary@harbor.example"))
    (vacation,) = sink.wait_for(1)
    assert message_from_bytes(vacation.raw, policy=default)["Auto-Submitted"].startswith("auto-replied")
    await pass_time(between, dana)
    assert between.sent_to("dana@roth.example") == 1
    assert between.sent_to("gary@harbor.example") == 0
    assert dana.lines.one("message.deferred")["no_reply"] == "null-sender"


async def test_a_vacation_that_hides_what_it_is_gets_one_reply_and_no_more(
    stages: Opening, sink: Sink, away: tuple[Dovecot, str]
):
    between, dana = await facing_vacation(stages, sink, away)
    between.change = bare
    dana.dovecot.deliver(dana.users[0], first_words("gary@harbor.example", "dana@roth.example"))
    await dana.until(lambda: dana.events("message.deferred"), "the first message comes")
    await pass_time(between, dana)
    assert between.sent_to("gary@harbor.example") == 1
    assert between.sent_to("dana@roth.example") == 1
    assert len(dana.events("reply.sent")) == 1


# --- what is sent on --------------------------------------------------------------------------------------------------

SENDS_ON = """
[client.people]
name = "People"
from = ["*@mail.example", "*@roth.example", "*@harbor.example"]

[delegate.other]
name = "The other"
address = "{address}"

[[rule]]
name = "All of it"
then = "defer"
until = "in 2 days"
delegate = "other"
forward = true
"""


def sends_on_to(config: str, address: str) -> str:
    head = config.partition("[client.")[0]
    return head + SENDS_ON.format(address=address)


@pytest.mark.parametrize(
    "change", [lambda raw: raw, bare, unknown], ids=["as they are", "without marks", "without ids"]
)
async def test_two_daemons_that_are_each_others_delegates_send_a_message_on_once(
    stages: Opening, sink: Sink, change: Callable[[bytes], bytes]
):
    start = datetime.now(UTC) + timedelta(seconds=5)
    # neither knows that what comes back comes from whom it has sent it to: each writes from another address of theirs
    dana = stages(sends_on_to(DANA, "desk@harbor.example"), start=start)
    gary = stages(sends_on_to(GARY, "desk@roth.example"), start=start)
    await dana.open()
    await gary.open()
    mailboxes = {
        "desk@roth.example": (dana.dovecot, dana.users[0]),
        "desk@harbor.example": (gary.dovecot, gary.users[0]),
    }
    between = Between(sink, mailboxes, change)
    dana.dovecot.deliver(dana.users[0], first_words("may@mail.example", "dana@roth.example"))
    await dana.until(lambda: dana.events("message.deferred"), "the first message comes")
    await pass_time(between, dana, gary)
    await pass_time(between, dana, gary)
    assert len(between.carried) in (1, 2)
