"""A look at the deferred folder asks about what has changed there, however much lies in it; and sees all that a hand does."""

import pytest

from scenarios.conftest import Opening
from scenarios.plays import GARY, PETRA
from scenarios.stage import Stage
from server.cyrus import PLAIN_CYRUS
from server.dovecot import USUAL, Variant
from server.fixtures import AnyVariant
from triaged.account import asidechanges
from triaged.mailbox import Session

SILENT = Variant(hidden=("CONDSTORE", "QRESYNC"))
TELLING: dict[str, AnyVariant] = {"Dovecot": USUAL, "Cyrus": PLAIN_CYRUS}
EVERY = pytest.mark.parametrize("variant", [*TELLING.values(), SILENT], ids=[*TELLING.keys(), "no CONDSTORE"])
LIES = 12
"""Messages that lie aside."""


async def laid_aside(stages: Opening, variant: AnyVariant) -> Stage:
    stage = stages(variant=variant)
    await stage.open()
    await stage.to("tue 15:10")
    for number in range(LIES):
        stage.store(GARY, f"question {number}")
    stage.daemon.wake()
    await stage.quiet()
    await stage.later(minutes=30)
    assert len(stage.inbox(f"{variant.prefix}Deferred")) == LIES
    return stage


async def looks(stage: Stage, count: int) -> None:
    for _ in range(count):
        await stage.later(minutes=9)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The UIDs whose flags or headers were asked for."""
    uids: list[int] = []
    flags, headers = Session.flags, Session.headers

    async def flags_of(self: Session, wanted: list[int]) -> dict[int, frozenset[str]]:
        uids.extend(wanted)
        return await flags(self, wanted)

    async def headers_of(self: Session, wanted: list[int]) -> list[object]:
        uids.extend(wanted)
        return list(await headers(self, wanted))

    monkeypatch.setattr(Session, "flags", flags_of)
    monkeypatch.setattr(Session, "headers", headers_of)
    return uids


@pytest.mark.parametrize("variant", TELLING.values(), ids=TELLING.keys())
async def test_where_the_server_says_what_has_changed_nothing_else_is_asked_about(
    stages: Opening, asked: list[int], variant: AnyVariant
):
    stage = await laid_aside(stages, variant)
    asked.clear()
    await stage.later(minutes=30)
    assert asked == []
    await stage.arrives(PETRA, "Frage")
    await stage.later(minutes=15)
    assert [str(reply["Subject"]) for reply in stage.sent()][-1] == "AW: Frage"
    assert len(asked) < LIES / 2


async def test_elsewhere_a_slice_at_each_look_and_what_waits_for_a_reply(
    stages: Opening, asked: list[int], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(asidechanges, "SLICE", 3)
    stage = await laid_aside(stages, SILENT)
    asked.clear()
    await stage.later(minutes=9)
    assert 0 < len(set(asked)) <= 3
    await looks(stage, LIES // 3)
    assert len(set(asked)) == LIES


@EVERY
@pytest.mark.parametrize("slices", [2, 500])
async def test_whatever_a_hand_does_there_is_seen_in_the_end(
    stages: Opening, variant: AnyVariant, slices: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(asidechanges, "SLICE", slices)
    stage = await laid_aside(stages, variant)
    folder, user = f"{variant.prefix}Deferred", stage.users[0]
    lies = stage.inbox(folder)
    stage.server.flag(user, folder, lies["question 1"].uid, "\\Answered")
    stage.server.delete(user, folder, lies["question 2"].uid)
    stage.server.flag(user, folder, lies["question 3"].uid, "\\Deleted")
    stage.drag("question 4", folder, "INBOX")
    await stage.arrives(PETRA, "Frage")  # put aside and taken out again between two looks
    stage.drag("Frage", folder, "INBOX")
    await looks(stage, LIES)
    kinds = dict(stage.rows("SELECT subject, state FROM item"))
    assert kinds["question 1"] == "aside"
    assert {kinds["question 2"], kinds["question 3"]} == {"gone"}
    assert {kinds["question 4"], kinds["Frage"]} == {"released"}
    assert [line["subject"] for line in stage.events("message.answered")] == ["question 1"]


@EVERY
async def test_a_mark_of_deletion_taken_off_later_and_a_return_by_hand_are_seen(stages: Opening, variant: AnyVariant):
    stage = await laid_aside(stages, variant)
    folder, user = f"{variant.prefix}Deferred", stage.users[0]
    stage.flag("question 5", "\\Deleted", folder=folder)
    await stage.later(minutes=20)
    stage.server.flag(user, folder, stage.inbox(folder)["question 5"].uid, remove=["\\Deleted"])
    stage.drag("question 6", folder, "INBOX")
    await stage.later(minutes=20)
    stage.drag("question 6", "INBOX", folder)
    await stage.later(minutes=20)
    kinds = dict(stage.rows("SELECT subject, state FROM item"))
    assert {kinds["question 5"], kinds["question 6"]} == {"aside"}
    await stage.to("fri 12:00")
    assert len([name for name in stage.inbox() if name.startswith("question")]) == LIES
