"""What a stranger or a forger tries on the running daemon, each beside the ordinary mail that looks like it and must go on."""

import pytest

from scenarios.conftest import Opening
from scenarios.plays import ANSWERS, CONSULTANT, GARY, MAY, PETRA, SIGNED_IN
from scenarios.stage import Stage
from scenarios.test_who_rings_and_is_told import DOUBTED, FORGED, NOT_VERIFIED, PHONE
from scenarios.test_whose_word import ME, OUTSIDE, SERVER, VOUCHED

NUMBER = "+44 20 7946 0018"
TOM = "Tom <tom@roth-partners.example>"
EVE = "Eve <eve@roth.example>"
ASKED = 'authserv_id = "mx.roth.example"'
PBX = "Telephone <voicemail@pbx.example>"
CALLERS = (
    SERVER.replace(
        'name = "Harbor Trust"', f'name = "Harbor Trust"\nphones = ["{NUMBER}"]\nmail = "gary@harbor.example"'
    )
    .replace(
        "[[rule]]",
        """[telephone]
from = ["voicemail@pbx.example"]

[[rule]]
name = "Callers"
when = { kind = "voicemail" }
then = "urgent"
notify = ["phone"]
reply = "until-call"
promise = "2 business days"

[[rule]]""",
        1,
    )
    .replace('authserv_id = "mx.roth.example"', 'authserv_id = "mx.roth.example"\nrequire_auth = "always"', 1)
) + PHONE
FORWARDS = SERVER.replace(
    "[[rule]]",
    """[delegate.tom]
name = "Tom"
address = "tom@roth-partners.example"

[[rule]]
name = "Tom's"
when = { subject = ["invoice", "Re: invoice", "Fwd: invoice"] }
then = "defer"
until = "in 2 days"
delegate = "tom"
forward = true

[[rule]]""",
    1,
)
PASSES = SERVER.replace('calls = ["fri 10:00 for 45m"]', 'passes = "1 per week"', 1).replace(
    "[[rule]]",
    """[[rule]]
name = "Pass"
when = { text = "today please" }
then = "urgent"
spends_pass = true

[[rule]]""",
    1,
)


def vouched(domain: str) -> dict[str, str]:
    return {"Authentication-Results": f"mx.roth.example; dmarc=pass header.from={domain}"}


async def opened(stages: Opening, config: str = SERVER, at: str = "tue 10:00") -> Stage:
    stage = stages(config)
    await stage.open()
    await stage.to(at)
    return stage


# --- callers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sender", "headers"),
    [
        ("Mallory <mallory@evil.example>", vouched("evil.example")),
        ("Mallory <asterisk@evil.example>", vouched("evil.example")),
        ("sipgate <voicemail@sipgate.de>", {"Authentication-Results": "mx.roth.example; spf=none"}),
        ("sipgate <voicemail@sipgate.de>", vouched("evil.example")),
        ("sipgate <voicemail@sipgate.de.evil.example>", vouched("evil.example")),
        (f'"voicemail@pbx.example" <mallory@evil.example>', vouched("evil.example")),  # noqa: F541
        ("Telephone <voicemail@pbx.example>", {"Authentication-Results": "mx.roth.example; dmarc=fail (p=reject)"}),
    ],
)
async def test_a_strangers_voicemail_from_a_clients_number_rings_nobody_and_writes_to_nobody(
    stages: Opening, sender: str, headers: dict[str, str]
):
    stage = await opened(stages, CALLERS)
    asterisk = {"X-Asterisk-VM-Caller-ID-Num": NUMBER, "Content-Class": "voice"}
    await stage.arrives(sender, f"Voicemail from {NUMBER}", "Call me back.", headers=headers | asterisk)
    await stage.later(minutes=15)
    assert (stage.pushes, stage.sent(), stage.rows("SELECT count(*) FROM item")) == ([], [], [(0,)])


@pytest.mark.parametrize(
    ("sender", "headers", "replies", "note"),
    [
        (PBX, vouched("pbx.example"), 1, False),
        (PBX, {"Authentication-Results": "mx.roth.example; spf=none"}, 0, True),
        ("sipgate <voicemail@sipgate.de>", vouched("sipgate.de"), 1, False),
    ],
    ids=["verified", "nobody vouches", "built in, verified"],
)
async def test_a_telephone_system_of_mine_rings_and_writes_to_the_client_where_it_is_vouched_for(
    stages: Opening, sender: str, headers: dict[str, str], replies: int, *, note: bool
):
    stage = await opened(stages, CALLERS)
    await stage.arrives(sender, f"New voicemail from {NUMBER}", "Call me back.", headers=headers)
    await stage.later(minutes=15)
    assert [NOT_VERIFIED in push.text for push in stage.pushes] == [note]
    assert [mail["To"] for mail in stage.sent()] == ["gary@harbor.example"] * replies


async def test_a_call_that_nobody_vouches_for_ends_no_reply_of_the_client(stages: Opening):
    stage = await opened(stages, CALLERS)
    await stage.arrives(GARY, "question", headers=VOUCHED)
    await stage.arrives(
        PBX, f"New voicemail from {NUMBER}", headers={"Authentication-Results": "mx.roth.example; x=none"}
    )
    await stage.later(minutes=15)
    assert [mail["Subject"] for mail in stage.sent()] == ["Re: question"]


# --- replies that wait ------------------------------------------------------------------------------------------------


async def test_a_clients_own_mail_takes_the_place_of_a_forgers_and_leaves_nothing_of_it(stages: Opening):
    stage = await opened(stages)
    await stage.arrives(GARY, "log in at https://evil.example", headers=DOUBTED | {"References": "<evil@evil.example>"})
    question = await stage.arrives(GARY, "figures", headers=VOUCHED)
    await stage.later(minutes=15)
    (reply,) = stage.sent()
    assert (reply["Subject"], reply["In-Reply-To"]) == ("Re: figures", question)
    assert "evil" not in reply.as_string()


async def test_a_draft_to_a_forger_gives_way_to_the_clients_and_never_the_other_way(stages: Opening):
    stage = await opened(stages, SERVER.replace('mode = "send"', 'mode = "draft"', 1))
    await stage.arrives(GARY, "forged", headers=DOUBTED | {"References": "<evil@evil.example>"})
    await stage.later(minutes=15)
    assert set(stage.inbox("Drafts")) == {"Re: forged"}
    for subject, headers in (("figures", VOUCHED), ("forged again", DOUBTED), ("more figures", VOUCHED)):
        await stage.arrives(GARY, subject, headers=headers)
        await stage.later(minutes=15)
        assert set(stage.inbox("Drafts")) == {"Re: figures"}


async def test_a_reply_to_a_forger_uses_up_none_of_the_clients(stages: Opening):
    stage = await opened(stages)
    await stage.arrives(GARY, "forged", headers=DOUBTED)
    await stage.later(minutes=15)
    await stage.arrives(GARY, "forged again", headers=DOUBTED)
    await stage.arrives(GARY, "figures", headers=VOUCHED)
    await stage.later(minutes=15)
    assert [mail["Subject"] for mail in stage.sent()] == ["Re: forged", "Re: figures"]


async def test_a_forgers_outage_and_a_colleagues_end_no_reply_to_her_and_her_own_does(stages: Opening):
    stage = await opened(stages)
    await stage.arrives(GARY, "figures", headers=VOUCHED)
    await stage.arrives(GARY, "outage", headers=DOUBTED)
    await stage.arrives(MAY, "outage", headers=VOUCHED)
    await stage.later(minutes=15)
    assert [mail["To"] for mail in stage.sent()] == ["gary@harbor.example"]
    await stage.to("thu 10:00")
    await stage.arrives(GARY, "more figures", headers=VOUCHED)
    await stage.arrives(GARY, "outage now", headers=VOUCHED)
    await stage.later(minutes=15)
    assert len(stage.sent()) == 1


async def test_what_nobody_vouches_for_is_repeated_without_what_it_lures_with_nor_by_name(stages: Opening):
    stage = await opened(stages)
    lure = "log in at https://evil.example or ring +44 20 7946 0000 by 24.11.2026"
    await stage.arrives("Call Us Now <new@harbor.example>", lure, headers=DOUBTED)
    await stage.later(minutes=15)
    (reply,) = stage.sent()
    assert reply["Subject"] == "Re: log in at … or ring … by 24.11.2026"
    assert "there," in reply.get_content()
    assert "Call Us Now" not in reply.as_string()


# --- passes and bursts ------------------------------------------------------------------------------------------------


async def test_a_forger_spends_none_of_the_clients_passes(stages: Opening):
    stage = await opened(stages, PASSES)
    for number in range(3):
        await stage.arrives(GARY, f"forged {number}", "today please", headers=DOUBTED)
    await stage.arrives(GARY, "mine", "today please", headers=VOUCHED)
    await stage.arrives(GARY, "mine again", "today please", headers=VOUCHED)
    assert [line["subject"] for line in stage.events("message.urgent")] == ["forged 0", "mine"]


async def test_forged_mail_makes_no_burst_of_the_clients(stages: Opening):
    burst = '[[rule]]\nname = "Burst"\nwhen = { burst = "3 in 20m" }\nthen = "urgent"\n\n[[rule]]'
    stage = await opened(stages, SERVER.replace("[[rule]]", burst, 1))
    for headers in (DOUBTED, DOUBTED, VOUCHED, VOUCHED):
        await stage.arrives(GARY, "question", headers=headers)
    assert stage.events("message.urgent") == []
    await stage.arrives(GARY, "third", headers=VOUCHED)
    assert [line["subject"] for line in stage.events("message.urgent")] == ["third"]


# --- STOP -------------------------------------------------------------------------------------------------------------


async def is_answered(stage: Stage, sender: str = GARY) -> bool:
    """Whether the next question of hers gets a reply."""
    before = len(stage.sent())
    await stage.later(days=2)
    await stage.arrives(sender, "next question", headers=VOUCHED)
    await stage.later(hours=1)
    return len(stage.sent()) > before


@pytest.mark.parametrize(
    ("sender", "headers", "refers", "goes_on"),
    [
        (MAY, VOUCHED, True, False),  # any address of the client, in our thread
        (GARY, DOUBTED, True, False),  # being mailed on after STOP is worse than a forged one
        (GARY, FORGED, True, True),
        ("Mallory <mallory@evil.example>", vouched("evil.example"), True, True),
        (PETRA, vouched("lindenhof.example"), True, True),  # another client
        (MAY, VOUCHED, False, True),  # who had no reply
    ],
)
async def test_whose_stop_is_honoured(
    stages: Opening, sender: str, headers: dict[str, str], *, refers: bool, goes_on: bool
):
    config = SERVER.replace('people = { "gary@harbor.example" = "Gary" }', "", 1)
    stage = await opened(stages, config)
    await stage.arrives(GARY, "question", headers=VOUCHED)
    await stage.later(minutes=15)
    (reply,) = stage.sent()
    await stage.arrives(
        sender, "Re: x", "STOP", replies_to=str(reply["Message-ID"]) if refers else None, headers=headers
    )
    assert await is_answered(stage) is goes_on


# --- my own answers ---------------------------------------------------------------------------------------------------


REJECTED = {"Authentication-Results": "mx.roth.example; dmarc=fail (p=reject)"}


@pytest.mark.parametrize(
    ("server", "sender", "headers", "refers", "kept"),
    [
        (ASKED, EVE, SIGNED_IN, True, True),
        (ASKED, EVE, SIGNED_IN, False, False),  # of what thread it is, nobody knows
        (ASKED, EVE, OUTSIDE, True, False),
        (ASKED, EVE, SIGNED_IN | REJECTED, True, False),
        (ASKED, TOM, SIGNED_IN, True, True),
        (ASKED, TOM, vouched("roth-partners.example"), True, True),
        (ASKED, TOM, vouched("evil.example"), True, False),
        ("", EVE, SIGNED_IN, True, True),
        ("", EVE, OUTSIDE, True, False),
        ("", TOM, SIGNED_IN, True, True),
    ],
)
async def test_a_colleague_on_the_same_server_keeps_my_promise_and_a_forger_in_her_name_does_not(
    stages: Opening, server: str, sender: str, headers: dict[str, str], *, refers: bool, kept: bool
):
    team = ANSWERS.replace('team = ["*@roth-partners.example"]', 'team = ["*@roth-partners.example", "*@roth.example"]')
    stage = await opened(stages, team.replace('mode = "send"', f'mode = "send"\n{server}', 1))
    question = await stage.arrives(GARY, "question", headers=VOUCHED)
    await stage.later(minutes=15)
    thread = question if refers else None
    await stage.arrives(sender, "Re: question", "Here.", to=f"{GARY}, {ME}", replies_to=thread, headers=headers)
    assert len(stage.events("promise.kept")) == kept


async def test_a_telephone_that_files_no_copy_marks_the_message_as_answered(stages: Opening):
    stage = await opened(stages, ANSWERS)
    await stage.arrives(GARY, "question")
    await stage.later(minutes=15)
    (folder,) = [name for name in ("INBOX", "Deferred") if "question" in stage.inbox(name)]
    stage.flag("question", "\\Answered", folder=folder)
    await stage.later(minutes=30)
    assert len(stage.events("promise.kept")) == 1


# --- forwards ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "attack",
    [
        {"headers": VOUCHED | {"X-Virus-Status": "Infected (Eicar)"}},
        {"headers": VOUCHED | {"Auto-Submitted": "auto-replied"}},
        {"headers": VOUCHED | {"List-Id": "<list.harbor.example>"}},
        {"headers": VOUCHED | {"X-Spam-Flag": "YES"}},
        {"headers": VOUCHED | {"X-Triaged": "9"}},
        {"headers": VOUCHED | {"References": "<fwd.triaged.0@roth.example>"}},
        {"headers": VOUCHED, "return_path": "<>"},
        {"headers": DOUBTED},
        {"headers": FORGED},
    ],
    ids=["virus", "automatic", "list", "spam", "triaged", "answers a forward", "null sender", "unverified", "forged"],
)
async def test_what_must_not_leave_in_my_name_is_not_sent_on(stages: Opening, attack: dict[str, object]):
    stage = await opened(stages, FORWARDS)
    await stage.arrives(GARY, "invoice", **attack)
    await stage.later(minutes=15)
    assert stage.sent() == []


async def test_a_ticket_system_that_confirms_what_is_sent_on_is_sent_one_mail(stages: Opening):
    stage = await opened(stages, FORWARDS.replace('from = ["*@harbor.example"]', 'from = ["*@harbor.example", "tom@roth-partners.example"]', 1))  # fmt: skip
    await stage.arrives(GARY, "invoice", headers=VOUCHED)
    await stage.later(minutes=1)
    ours = vouched("roth-partners.example")
    for number in range(5):
        sent = stage.sent()[-1]
        await stage.arrives(
            TOM, f"Re: {sent['Subject']}", f"Ticket {number}", replies_to=sent["Message-ID"], headers=ours
        )
        await stage.arrives(TOM, "Re: invoice", f"Ticket {number} again", headers=ours)
        await stage.later(minutes=1)
    assert [mail["To"] for mail in stage.sent()] == ["tom@roth-partners.example"]


async def test_the_same_message_is_sent_on_once_and_not_to_an_address_that_bounces(stages: Opening):
    stage = await opened(stages, FORWARDS)
    same = await stage.arrives(GARY, "invoice", headers=VOUCHED)
    await stage.arrives(GARY, "invoice copy", message_id=same, headers=VOUCHED)
    await stage.later(minutes=1)
    (sent,) = stage.sent()
    report = "Final-Recipient: rfc822; tom@roth-partners.example\nAction: failed\nStatus: 5.1.1\n\nMessage-ID: {}\n"
    daemon = {"Auto-Submitted": "auto-replied"}
    text = report.format(sent["Message-ID"])
    await stage.arrives("mailer-daemon@mx.example", "Undelivered", text, headers=daemon, return_path="<>")
    await stage.arrives(GARY, "invoice 2", headers=VOUCHED)
    await stage.later(minutes=1)
    assert len(stage.sent()) == 1


# --- many -------------------------------------------------------------------------------------------------------------


async def test_a_ticket_system_with_an_address_per_ticket_gets_ten_replies_an_hour(stages: Opening):
    stage = await opened(stages)
    for number in range(15):
        await stage.arrives(f"ticket-{number}@harbor.example", f"ticket {number}", headers=VOUCHED)
    await stage.later(minutes=15)
    assert len(stage.sent()) == 10
    await stage.later(hours=1)
    assert len(stage.sent()) == 15


async def test_a_customers_team_of_fifteen_whom_i_know_is_answered_on_a_bad_monday(stages: Opening):
    stage = await opened(stages)
    for number in range(15):
        stage.store(ME, "hello", to=f"person{number}@harbor.example", folder="Sent", return_path="")
    await stage.later(minutes=30)
    for number in range(15):
        await stage.arrives(f"person{number}@harbor.example", f"question {number}", headers=VOUCHED)
    await stage.later(minutes=15)
    assert len(stage.sent()) == 15


async def test_forty_forged_mails_hold_no_other_clients_reply(stages: Opening):
    stage = await opened(stages, SERVER.replace('mode = "send"', 'mode = "send"\nreply_fuse = "20 per hour"', 1))
    for number in range(40):
        stage.store(f"forger{number}@harbor.example", "forged", headers=DOUBTED)
    await stage.arrives(PETRA, "Frage", headers=vouched("lindenhof.example"))
    await stage.later(minutes=15)
    assert "petra@lindenhof.example" in [mail["To"] for mail in stage.sent()]
    assert stage.events("reply.held") == []
    await stage.arrives(GARY, "question", headers=VOUCHED)
    await stage.later(minutes=15)
    forged = [mail for mail in stage.sent() if "forger" in mail["To"]]
    assert len(forged) <= 5


# --- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("prvs=1234abcdef=gary@harbor.example", "prvs=1234abcdef=gary@harbor.example"),
        ("gary+prvs=1234abcdef@harbor.example", "gary+prvs=1234abcdef@harbor.example"),
        ("SRS0=aB1c=XY=harbor.example=gary@forwarder.example", "gary@harbor.example"),
        ("SRS0=aB1c=XY=harbor.example=gary@harbor.example", "gary@harbor.example"),
        ("SRS0=aB1c=XY=evil.example=mallory@harbor.example", None),
        ("SRS0=aB1c=XY=harbor.example=may@forwarder.example", None),
        ("p5+caf_=dana=roth.example@harbor.example", None),
        ("gary@evil.example", None),
        ("gary@harbor.example.evil.example", None),
        ("gary@h\u00e4rbor.example", None),
    ],
)
async def test_where_a_reply_goes(stages: Opening, path: str, to: str | None):
    stage = await opened(stages)
    await stage.arrives(GARY, "question", headers=VOUCHED, return_path=path)
    await stage.later(minutes=15)
    assert [one.recipients for one in stage.sink.received] == ([(to,)] if to else [])


async def test_a_persons_two_addresses_and_her_tags_get_one_reply(stages: Opening):
    people = 'people = { "gary@harbor.example" = "Gary", "g.stone@harbor.example" = "Gary" }'
    stage = await opened(stages, SERVER.replace('people = { "gary@harbor.example" = "Gary" }', people, 1))
    for sender in (GARY, "g.stone@harbor.example", "gary+desk@harbor.example", "GARY@Harbor.Example"):
        await stage.arrives(sender, "question", headers=VOUCHED)
    await stage.later(minutes=15)
    assert len(stage.sent()) == 1


# --- ordinary people --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("config", "headers", "name"),
    [
        (SERVER, {"Authentication-Results": "mx.roth.example; spf=fail smtp.mailfrom=harbor.example"}, "there"),
        (
            SERVER,
            {"Authentication-Results": "mx.roth.example; dmarc=fail (p=none) header.from=harbor.example"},
            "there",
        ),
        (SERVER, {"Authentication-Results": "mx.roth.example; arc=pass; dmarc=fail (p=reject)"}, "there"),
        (SERVER, {"Authentication-Results": "mx.roth.example; spf=pass smtp.mailfrom=may@harbor.example"}, "May"),
        (CONSULTANT, {}, "there"),
        (
            CONSULTANT,
            {"Authentication-Results": "mx.else.example; dmarc=fail (p=reject) header.from=harbor.example"},
            "there",
        ),
    ],
    ids=[
        "forwarded, spf",
        "forwarded, p=none",
        "forwarded, sealed",
        "spf alone",
        "no server",
        "another server's field",
    ],
)
async def test_ordinary_mail_is_put_aside_answered_once_and_joined(
    stages: Opening, config: str, headers: dict[str, str], name: str
):
    """Forwarding accounts, charities with SPF alone, servers that write no Authentication-Results."""
    stage = await opened(stages, config)
    await stage.arrives(MAY, "question", headers=headers)
    await stage.arrives(MAY, "and another", headers=headers)
    await stage.later(minutes=15)
    (reply,) = stage.sent()
    assert reply.get_content().startswith(f"Hello {name},\r\n\r\nI have your messages.")
    assert set(stage.inbox("Deferred")) == {"question", "and another"}
    stop = str(reply["Message-ID"])
    await stage.arrives(MAY, "Re: question", "STOP", replies_to=stop, headers=headers)
    assert len(stage.events("reply.opted_out")) == 1
