"""What UIDVALIDITY and UIDNEXT say on servers that tell them late, or tell others than before."""

import pytest

from scenarios.conftest import Opening
from scenarios.plays import GARY, MAY
from server.courier import PLAIN_COURIER
from server.cyrus import PLAIN_CYRUS
from server.dovecot import USUAL
from server.fixtures import AnyVariant

KINDS: dict[str, AnyVariant] = {"Dovecot": USUAL, "Cyrus": PLAIN_CYRUS, "Courier": PLAIN_COURIER}
RENUMBERED = [
    pytest.param(KINDS[name], folder, id=f"{name}, {folder}")
    for name in KINDS
    for folder in ("INBOX", "Deferred")
    if (name, folder) != ("Cyrus", "INBOX")  # it keeps the numbers of an INBOX, whatever is lost
]


@pytest.mark.parametrize("variant", KINDS.values(), ids=KINDS.keys())
async def test_where_the_newest_message_leaves_nothing_was_numbered_anew_and_no_reply_goes_for_it(
    stages: Opening, variant: AnyVariant
):
    stage = stages(variant=variant)
    await stage.open()
    await stage.to("tue 15:10")
    await stage.arrives(GARY, "question")
    await stage.close()
    stage.delete("question", "Deferred")
    await stage.open()
    stage.daemon.sweep()
    await stage.quiet()
    await stage.arrives(MAY, "outage")
    stage.delete("outage")
    stage.daemon.sweep()
    await stage.to("wed 12:00")
    assert stage.sent() == []
    assert [line for line in stage.events("account.degraded") if "numbered" in str(line.get("error"))] == []


@pytest.mark.parametrize(("variant", "folder"), RENUMBERED)
async def test_numbered_anew_while_a_reply_waits_it_goes_once_and_its_message_comes_back_once(
    stages: Opening, variant: AnyVariant, folder: str
):
    stage = stages(variant=variant)
    await stage.open()
    await stage.to("tue 15:10")
    stage.store(MAY, "outage")
    await stage.arrives(GARY, "question")
    stage.renumber(stage.server.real(folder))
    await stage.later(minutes=2)
    stage.daemon.sweep()
    await stage.to("wed 12:00")
    assert [str(reply["In-Reply-To"]) for reply in stage.sent() if reply["To"] == "gary@harbor.example"] != []
    assert len(stage.sent()) == len({str(reply["In-Reply-To"]) for reply in stage.sent()})
    assert len(stage.events("message.urgent", subject="outage")) == 1
    await stage.to("fri 12:00")
    assert sorted(name for name in stage.inbox() if name in ("question", "outage")) == ["outage", "question"]
    assert list(stage.inbox("Deferred")) == []
    assert len(stage.events("message.deferred", subject="question")) == 1
