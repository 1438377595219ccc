"""The same days on every make of server, each laid out as its administrators do: the run prints them as a table."""

import pytest

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY, MAY
from server.courier import BARE_COURIER, PLAIN_COURIER, CourierVariant
from server.cyrus import PLAIN_CYRUS, CyrusVariant
from server.dovecot import USUAL, Variant
from server.fixtures import AnyVariant
from server.mailutils import MailutilsVariant
from server.pymaps import PymapVariant

KINDS: dict[str, AnyVariant] = {
    "Dovecot": USUAL,
    "Dovecot, INBOX. and dots": Variant(separator=".", prefix="INBOX.", special_use=False),
    "Dovecot, mdbox": Variant(storage="mdbox"),
    "Dovecot, sdbox": Variant(storage="sdbox"),
    "Dovecot, mbox": Variant(storage="mbox"),
    "Dovecot, mdbox that keeps what is expunged": Variant(storage="mdbox", keeps_expunged=True),
    "Dovecot, no MOVE": Variant(hidden=("MOVE",)),
    "Dovecot, no IDLE": Variant(hidden=("IDLE",)),
    "Dovecot, no CONDSTORE": Variant(hidden=("CONDSTORE", "QRESYNC")),
    "Dovecot, no keywords": Variant(keywords=False),
    "Cyrus": PLAIN_CYRUS,
    "Cyrus, dots": CyrusVariant(slashes=False),
    "Cyrus, below INBOX": CyrusVariant(beside=False),
    "Cyrus, below INBOX, dots, domains": CyrusVariant(slashes=False, beside=False, domains=True),
    "Cyrus, IMAP4rev1 and UIDPLUS": CyrusVariant(suppressed=("MOVE", "IDLE", "CONDSTORE", "QRESYNC", "SPECIAL-USE")),
    "Courier": PLAIN_COURIER,
    "Courier, no keywords": CourierVariant(keywords=False),
    "Courier, tells news at once": CourierVariant(notifies=True),
    "Courier, no NAMESPACE": CourierVariant(capabilities="IMAP4rev1 UIDPLUS IDLE"),
    "pymap": PymapVariant(),
}
UNMOVABLE: dict[str, AnyVariant] = {
    "Dovecot, neither MOVE nor UIDPLUS": Variant(hidden=("MOVE", "UIDPLUS")),
    "Courier, IMAP4rev1 alone": BARE_COURIER,
    "mailutils, mbox": MailutilsVariant(),
    "mailutils, maildir": MailutilsVariant("maildir"),
}
EVERY = pytest.mark.parametrize("variant", KINDS.values(), ids=KINDS.keys())


@EVERY
async def test_a_question_goes_aside_is_answered_and_comes_back_once(stages: Opening, variant: AnyVariant):
    deferred = f"{variant.prefix}Deferred"
    stage = stages(variant=variant)
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "question")
    assert list(stage.inbox(deferred)) == ["question"]
    await stage.to("wed 09:00")
    (reply,) = stage.sent()
    assert reply["Subject"] == "Re: question"
    await stage.to("fri 09:00")
    assert stage.flags("question") == set()
    assert list(stage.inbox(deferred)) == []
    assert len(stage.events("message.deferred")) == len(stage.events("message.returned")) == 1
    sent = next(name for name in stage.server.folders(stage.users[0]) if name.endswith("Sent"))
    assert list(stage.inbox(sent)) == ["Re: question"]


@EVERY
async def test_urgent_mail_is_flagged_and_stays_unread_where_it_is(stages: Opening, variant: AnyVariant):
    stage = stages(variant=variant)
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(MAY, "outage")
    assert stage.flags("outage") == {"\\Flagged"}


@EVERY
async def test_an_answer_from_another_device_cancels_the_reply(stages: Opening, variant: AnyVariant):
    stage = stages(variant=variant)
    stage.write_config()
    sent = f"{variant.prefix}Sent"
    if sent not in stage.server.folders(stage.users[0]):
        with stage.server.client(stage.users[0]) as client:
            client.create_folder(sent)
    await stage.open()
    await stage.to("tue 15:10")
    question = await stage.arrives(GARY, "question")
    stage.answers(question, folder=sent)
    await stage.to("wed 09:00")
    assert stage.sent() == []
    assert len(stage.events("message.answered")) == 1


@EVERY
async def test_what_a_hand_takes_out_stays_out(stages: Opening, variant: AnyVariant):
    stage = stages(variant=variant)
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "question")
    stage.drag("question", f"{variant.prefix}Deferred", "INBOX")
    stage.daemon.sweep()
    await stage.to("fri 09:30")
    assert list(stage.inbox()) == ["question"]
    assert len(stage.events("message.released")) == 1
    assert stage.events("message.returned") == []
    assert stage.sent() == []


@pytest.mark.parametrize("variant", UNMOVABLE.values(), ids=UNMOVABLE.keys())
async def test_where_nothing_can_be_moved_it_is_said_and_replies_go(stages: Opening, variant: AnyVariant):
    stage = stages(variant=variant)
    await stage.open()
    assert "neither MOVE nor" in str(stage.events("account.degraded")[0]["error"])
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "question")
    await stage.to("wed 09:00")
    assert [str(reply["Subject"]) for reply in stage.sent()] == ["Re: question"]
    assert set(stage.inbox()) == {"question"}


WATCHES_TWO = CONSULTANT.replace("smtp = $SMTP", 'smtp = $SMTP\nwatch = ["INBOX", "Clients"]')


@pytest.mark.parametrize("rights", ["r", "l", "lr"], ids=lambda rights: f"Dovecot, ACL {rights}")
async def test_a_folder_that_the_server_shows_in_part_is_said_and_the_others_are_served(stages: Opening, rights: str):
    stage = stages(WATCHES_TWO, variant=Variant(acl=True))
    stage.write_config()
    (user,) = stage.users
    with stage.dovecot.client(user) as client:
        client.create_folder("Clients")
    stage.dovecot.restrict(user, "Clients", rights)
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(MAY, "outage")
    await stage.arrives(GARY, "question")
    assert stage.flags("outage") == {"\\Flagged"}
    assert list(stage.inbox("Deferred")) == ["question"]
    told = stage.events("account.degraded", folder="Clients")
    assert bool(told) == (rights != "lr")


@pytest.mark.parametrize("hidden", [(), ("MOVE",)], ids=["Dovecot, quota", "Dovecot, quota, no MOVE"])
async def test_in_a_mailbox_that_is_almost_full_nothing_is_lost_or_doubled_and_a_refusal_is_said(
    stages: Opening, hidden: tuple[str, ...]
):
    stage = stages(variant=Variant(quota="100k", hidden=hidden))
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "question", "Can you ring me?\n" + ("more of it, " * 6 + "\n") * 900)
    await stage.arrives(MAY, "outage")
    await stage.to("fri 11:00")
    everywhere = [subject for folder in ("INBOX", "Deferred") for subject in stage.inbox(folder)]
    assert sorted(everywhere) == ["outage", "question"]
    assert stage.flags("outage") == {"\\Flagged"}
    refused = [line for line in stage.events("account.degraded") if "quota" in str(line["error"]).lower()]
    assert bool(refused) == bool(hidden)  # a COPY needs the room twice
    assert len(stage.events("message.deferred")) == (0 if hidden else 1)
