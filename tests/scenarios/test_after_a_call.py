"""After a call: what was on its agenda is asked about, or closed, as `agenda_settles` says; never called answered."""

import csv
import io
from email import message_from_bytes
from email.policy import default

import pytest

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY, PETRA
from scenarios.stage import Stage
from triaged.cli import main

AGENDA = '\n[digest]\nagenda = "30m before next call"\n'
NOTHING = CONSULTANT.replace('promise = ["next call", "2 business days"]', 'promise = "none"').replace(
    'reply = "until-call"', ""
)
ASKS = "After the call with Harbor Trust, Fri 28 Nov 10:00"


async def up_to_the_call(stage: Stage) -> str:
    """Two points on the agenda of Friday's call; one of them is answered during it. Its Message-ID."""
    await stage.to("thu 10:00")
    await stage.arrives(GARY, "The roof", "What about it?")
    asked = await stage.arrives(GARY, "The budget", "How much?")
    await stage.to("fri 10:20")
    stage.answers(asked)
    return asked


def settled(stage: Stage) -> dict[str, str | None]:
    return dict(stage.rows("SELECT subject, settled_by FROM item ORDER BY id"))


async def test_one_mail_asks_about_the_points_that_are_still_open(stages: Opening):
    async with stages(NOTHING + AGENDA) as stage:
        await up_to_the_call(stage)
        await stage.to("fri 10:50")
        mail = message_from_bytes(stage.inbox()[ASKS].raw, policy=default)
        body = mail.get_body(("plain",))
        assert body is not None
        text = body.get_content()
        assert "The roof" in text
        assert "The budget" not in text
        assert settled(stage) == {"The roof": None, "The budget": None}
        assert stage.rows("SELECT count(*) FROM line WHERE message_id = :id", id=str(mail["Message-ID"])) == [(1,)]
        await stage.to("fri 12:00")
        await stage.close()
        await stage.open()
        await stage.to("fri 13:00")
        assert [name for name in stage.inbox() if name.startswith("After")] == [ASKS], "asked once, over a restart too"


async def test_true_closes_what_no_answer_is_promised_to(stages: Opening, capsys: pytest.CaptureFixture[str]):
    async with stages(NOTHING + AGENDA + "agenda_settles = true\n") as stage:
        await up_to_the_call(stage)
        await stage.to("fri 10:50")
        assert settled(stage) == {"The roof": "agenda", "The budget": None}
        assert ASKS not in stage.inbox()
        await stage.to("fri 12:00")
    period = ["--since", "2025-11-20", "--until", "2025-12-20", "--client", "harbor"]
    assert main(["report", "-c", str(stage.path), "--csv", "-", *period]) == 0
    rows = {row["subject"]: row for row in csv.DictReader(io.StringIO(capsys.readouterr().out))}
    assert (rows["The roof"]["outcome"], rows["The budget"]["outcome"]) == ("talked", "answered")
    assert rows["The roof"]["agenda"] == rows["The budget"]["agenda"] == "2025-11-28T10:00:00+01:00"
    assert main(["report", "-c", str(stage.path), "--for-client", *period]) == 0
    said = capsys.readouterr().out
    assert "One question was on the agenda of our call on Friday 28 November" in said
    assert "One question was answered in writing" in said


async def test_false_closes_and_asks_nothing_but_remembers_the_call(stages: Opening):
    async with stages(NOTHING + AGENDA + "agenda_settles = false\n") as stage:
        await up_to_the_call(stage)
        await stage.to("fri 10:50")
        assert settled(stage) == {"The roof": None, "The budget": None}
        assert ASKS not in stage.inbox()
        assert stage.rows("SELECT count(*) FROM item WHERE call_at IS NOT NULL") == [(2,)]


@pytest.mark.parametrize("settles", ["true", '"ask"'])
async def test_a_call_that_was_moved_away_settles_nothing(stages: Opening, settles: str):
    config = NOTHING + AGENDA + f"agenda_settles = {settles}\n"
    async with stages(config) as stage:
        await stage.to("thu 10:00")
        await stage.arrives(GARY, "The roof", "What about it?")
        await stage.to("fri 09:40")
        await stage.reload(config.replace("fri 10:00 for 45m", "mon 10:00 for 45m"))
        await stage.to("fri 12:00")
        assert settled(stage) == {"The roof": None}
        assert stage.rows("SELECT count(*) FROM item WHERE call_at IS NOT NULL") == [(0,)]
        assert [name for name in stage.inbox() if name.startswith("After")] == []


async def test_a_call_on_a_day_away_settles_nothing(stages: Opening):
    config = NOTHING + AGENDA + "agenda_settles = true\n"
    async with stages(config) as stage:
        await stage.to("thu 10:00")
        await stage.arrives(PETRA, "Dach", "Was ist damit?")
        await stage.to("fri 10:40")
        await stage.reload(config.replace("[hours]", '[hours]\naway = "2025-11-28"'))
        await stage.to("fri 13:00")
        assert settled(stage) == {"Dach": None}
