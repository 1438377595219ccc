"""The same week on servers that can less: without MOVE, without UIDPLUS, without IDLE, other storage, other separators."""

import pytest

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY
from server.dovecot import Variant

NO_MOVE = Variant(hidden=("MOVE",))
NOT_MOVABLE = Variant(hidden=("MOVE", "UIDPLUS"))
NO_IDLE = Variant(hidden=("IDLE",))
MDBOX = Variant(storage="mdbox")
DOTS = Variant(separator=".", prefix="INBOX.", special_use=False)


@pytest.mark.parametrize("variant", [NO_MOVE, NO_IDLE, MDBOX, DOTS], ids=["no MOVE", "no IDLE", "mdbox", "INBOX.Dots"])
async def test_a_question_goes_aside_is_answered_and_comes_back_once(stages: Opening, variant: Variant):
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
    sent = next(name for name in stage.dovecot.folders(stage.users[0]) if name.endswith("Sent"))
    assert list(stage.inbox(sent)) == ["Re: question"]


async def test_where_nothing_can_be_moved_verdicts_flags_and_replies_work_and_it_is_said(stages: Opening):
    stage = stages(variant=NOT_MOVABLE)
    await stage.open()
    assert "neither MOVE nor" in str(stage.events("account.degraded")[0]["error"])
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "question")
    await stage.arrives("May <may@harbor.example>", "outage")
    assert stage.flags("outage") == {"\\Flagged"}
    assert stage.flags("question") == set()
    assert "Deferred" not in stage.dovecot.folders(stage.users[0])
    await stage.arrives(GARY, "another question")
    await stage.to("fri 12:00")
    assert [str(reply["Subject"]) for reply in stage.sent()] == ["Re: another question"]
    assert set(stage.inbox()) == {"question", "outage", "another question"}
    assert len(stage.events("message.deferred")) == 2
    assert stage.events("message.returned") == []


async def test_several_watched_folders_and_an_urgent_one(stages: Opening):
    folders = 'watch = ["INBOX", "Clients/Harbor"]\nfolders = { urgent = "Now", deferred = "Aside/Später" }'
    stage = stages(CONSULTANT.replace('mode = "send"', f'mode = "send"\n{folders}'))
    stage.write_config()
    with stage.dovecot.client(stage.users[0]) as client:
        client.create_folder("Clients/Harbor")
    await stage.open()
    await stage.to("tue 15:10")
    stage.store(GARY, "question", folder="Clients/Harbor")
    await stage.later(minutes=2)
    await stage.arrives(GARY, "outage")
    assert set(stage.inbox("Aside/Später")) == {"question"}
    assert stage.flags("outage", "Now") == {"\\Flagged"}
    await stage.to("fri 09:00")
    assert list(stage.inbox("Clients/Harbor")) == ["question"]
    assert list(stage.inbox()) == []
    assert list(stage.inbox("Now")) == ["outage"]
