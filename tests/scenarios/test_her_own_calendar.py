"""The consultant keeps her calls in a calendar (Radicale): what she moves there moves with her clients, and nothing else does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios.conftest import Opening
from scenarios.plays import CONSULTANT, GARY
from scenarios.stage import Stage
from server.radicale import Radicale
from unit.calendars.feeds import BY_DANA, DANA_HAS_ACCEPTED, DANA_HAS_NOT_ANSWERED, calendar, event
from unit.calendars.feeds import GARY as WITH_GARY

BERLIN = ";TZID=Europe/Berlin"


@pytest.fixture
def radicale(tmp_path: Path) -> Iterator[Radicale]:
    with Radicale(tmp_path / "radicale") as server:
        yield server


def config(radicale: Radicale, use: str = '"calls"') -> str:
    return CONSULTANT + (
        f'\n[promises]\nslip = "send"\n\n[calendar.mine]\nurl = "{radicale.url}"\nuser = "{radicale.user}"\n'
        f'password = "{radicale.password}"\nuse = [{use}]\n'
    )


def weekly(start: str = "20251128T100000", end: str = "20251128T104500") -> str:
    """The Friday call with Harbor."""
    people = (BY_DANA, DANA_HAS_ACCEPTED, WITH_GARY)
    return event(
        "RRULE:FREQ=WEEKLY;BYDAY=FR",
        "SUMMARY:Harbor weekly",
        *people,
        uid="weekly",
        start=f"{BERLIN}:{start}",
        end=f"{BERLIN}:{end}",
    )


def moved(day: str, clock: str, end: str) -> str:
    """One Friday of it at another time."""
    people = (BY_DANA, DANA_HAS_ACCEPTED, WITH_GARY)
    return event(
        f"RECURRENCE-ID{BERLIN}:{day}T100000", "SUMMARY:Harbor weekly", *people, uid="weekly",
        start=f"{BERLIN}:{day}T{clock}", end=f"{BERLIN}:{day}T{end}",
    )  # fmt: skip


async def promised(stage: Stage) -> str:
    """What Gary was told in the first reply."""
    await stage.to("tue 10:00")
    await stage.arrives(GARY, "quick question")
    await stage.later(minutes=15)
    assert len(stage.sent()) == 1
    return " ".join(stage.sent()[0].get_content().split())


async def test_a_call_that_she_moves_in_her_calendar_moves_promise_and_return_in_silence(
    stages: Opening, radicale: Radicale
):
    radicale.put("weekly", calendar(weekly()))
    async with stages(config(radicale)) as stage:
        assert "09:00 (London time)" in await promised(stage)
        radicale.put("weekly", calendar(weekly(), moved("20251128", "140000", "144500")))
        await stage.later(minutes=12)
        [line] = stage.events("promise.moved")
        assert line["promise"] == "2025-11-28T14:00:00+01:00"
        await stage.later(hours=3)
        assert len(stage.sent()) == 1  # the invitation has told him
        await stage.to("fri 12:50")
        assert stage.events("message.returned") == []
        await stage.to("fri 13:05")
        assert len(stage.events("message.returned")) == 1
        await stage.to("fri 14:05")
        assert len(stage.events("promise.kept")) == 1


async def test_the_calendar_beats_the_configuration_from_the_first_decision_on(stages: Opening, radicale: Radicale):
    radicale.put("weekly", calendar(weekly(), moved("20251128", "140000", "144500")))
    async with stages(config(radicale)) as stage:
        assert "13:00 (London time)" in await promised(stage)


async def test_an_invitation_that_a_stranger_mails_into_her_calendar_changes_nothing(
    stages: Opening, radicale: Radicale
):
    radicale.put("weekly", calendar(weekly()))
    async with stages(config(radicale, '"calls", "focus", "busy", "away"')) as stage:
        await promised(stage)
        forged = event(
            "SUMMARY:Harbor weekly", "ORGANIZER:mailto:stranger@evil.example", DANA_HAS_NOT_ANSWERED, WITH_GARY,
            uid="forged", start=f"{BERLIN}:20251126T100000", end=f"{BERLIN}:20251126T103000",
        )  # fmt: skip
        away = event(
            "SUMMARY:Urlaub", "ORGANIZER:mailto:stranger@evil.example", DANA_HAS_NOT_ANSWERED, uid="away",
            start=";VALUE=DATE:20251128", end=";VALUE=DATE:20251129",
        )  # fmt: skip
        radicale.put("forged", calendar(forged))
        radicale.put("away", calendar(away))
        await stage.later(minutes=12)
        assert stage.events("promise.moved") == []
        await stage.to("fri 09:05")
        assert len(stage.events("message.returned")) == 1


async def test_a_calendar_that_is_gone_is_told_once_and_what_was_read_last_holds(stages: Opening, radicale: Radicale):
    radicale.put("weekly", calendar(weekly(), moved("20251128", "140000", "144500")))
    async with stages(config(radicale)) as stage:
        radicale.stop()
        assert "13:00 (London time)" in await promised(stage)
        [line] = stage.events("calendar.failed")
        assert radicale.url not in str(line)
        await stage.close()
        await stage.open()
        await stage.later(minutes=25)
        [effect] = stage.rows("SELECT count(*) FROM promise WHERE state = 'open'")
        assert effect == (1,)
        assert stage.events("promise.moved") == []


async def test_a_day_away_that_would_take_a_promised_call_is_asked_about_before_it_counts(
    stages: Opening, radicale: Radicale
):
    radicale.put("weekly", calendar(weekly()))
    async with stages(config(radicale, '"calls", "away"')) as stage:
        await promised(stage)
        radicale.put(
            "off",
            calendar(event("SUMMARY:Urlaub", uid="off", start=";VALUE=DATE:20251128", end=";VALUE=DATE:20251129")),
        )
        await stage.later(minutes=22)
        assert stage.events("promise.moved") == []
        assert [subject for subject in stage.inbox() if "away" in subject] == ["Are you away on Fri 28 Nov?"]


async def test_the_agenda_comes_before_the_call_where_it_is_now(stages: Opening, radicale: Radicale):
    radicale.put("weekly", calendar(weekly()))
    async with stages(config(radicale) + '\n[digest]\nagenda = "30m before next call"\n') as stage:
        await promised(stage)
        radicale.put("weekly", calendar(weekly(), moved("20251128", "140000", "144500")))
        await stage.to("fri 13:20")
        assert stage.events("agenda.delivered") == []
        await stage.to("fri 13:35")
        assert len(stage.events("agenda.delivered")) == 1


async def test_the_paper_for_a_call_follows_it_and_what_a_stranger_mails_in_changes_nothing(
    stages: Opening, radicale: Radicale
):
    radicale.put("weekly", calendar(weekly()))
    text = config(radicale).replace('name = "Harbor Trust"', 'name = "Harbor Trust"\nmail = "gary@harbor.example"')
    async with stages(text + '\n[digest]\nagenda_to_client = "draft"\n') as stage:
        await promised(stage)
        await stage.to("thu 09:05")
        [draft] = stage.inbox("Drafts").values()
        assert b"28 November at 09:00 (London time)" in draft.raw
        forged = event(
            "SUMMARY:Harbor weekly", "ORGANIZER:mailto:stranger@evil.example", DANA_HAS_NOT_ANSWERED, WITH_GARY,
            uid="forged", start=f"{BERLIN}:20251128T080000", end=f"{BERLIN}:20251128T083000",
        )  # fmt: skip
        radicale.put("forged", calendar(forged))
        await stage.later(minutes=12)
        assert [one.raw for one in stage.inbox("Drafts").values()] == [draft.raw]
        radicale.put("weekly", calendar(weekly(), moved("20251128", "140000", "144500")))
        await stage.later(minutes=12)
        [draft] = stage.inbox("Drafts").values()
        assert b"28 November at 13:00 (London time)" in draft.raw
        assert [line["reason"] for line in stage.events("reply.cancelled", template="paper")] == ["its call has moved"]
        assert len(stage.sent()) == 1


async def test_a_feed_that_shrinks_to_nothing_keeps_what_was_read_until_it_holds_something_again(
    stages: Opening, tmp_path: Path
):
    feed = tmp_path / "dana.ics"
    feed.write_bytes(calendar(weekly(), moved("20251128", "140000", "144500")))
    async with stages(CONSULTANT + f'\n[calendar.mine]\nurl = "{feed.as_uri()}"\nevery = "5m"\n') as stage:
        feed.write_bytes(calendar())
        assert "13:00 (London time)" in await promised(stage)
        [line] = stage.events("calendar.failed")
        assert "has become empty" in line["error"]
        feed.write_bytes(calendar(weekly(), moved("20251128", "143000", "150000")))
        await stage.later(minutes=7)
        assert len(stage.events("calendar.recovered")) == 1
        assert stage.events("promise.moved")[0]["promise"] == "2025-11-28T14:30:00+01:00"


async def test_what_cannot_be_taken_as_it_stands_is_told_once_and_the_rest_is_read(stages: Opening, tmp_path: Path):
    feed = tmp_path / "dana.ics"
    odd = event(
        "SUMMARY:Odd", uid="odd", start=";TZID=Mars/Olympus:20251202T100000", end=";TZID=Mars/Olympus:20251202T103000"
    )
    bomb = event("RRULE:FREQ=SECONDLY", "SUMMARY:Bomb", uid="bomb")
    feed.write_bytes(calendar(weekly(), odd, bomb))
    async with stages(CONSULTANT + f'\n[calendar.mine]\nurl = "{feed.as_uri()}"\nevery = "5m"\n') as stage:
        await promised(stage)
        feed.write_bytes(calendar(weekly(), odd, bomb, moved("20251128", "140000", "144500")))
        await stage.later(minutes=12)
        [line] = stage.events("calendar.failed")
        assert ("1 recur by the hour" in line["error"], "Mars/Olympus" in line["error"]) == (True, True)
        assert stage.events("promise.moved")[0]["promise"] == "2025-11-28T14:00:00+01:00"
        feed.write_bytes(calendar(weekly(), moved("20251128", "140000", "144500")))
        await stage.later(minutes=12)
        assert len(stage.events("calendar.recovered")) == 1


async def test_a_reload_binds_a_series_that_shows_no_people(stages: Opening, tmp_path: Path):
    feed = tmp_path / "dana.ics"
    plain = event(
        "RRULE:FREQ=WEEKLY",
        "SUMMARY:Harbor weekly",
        uid="w",
        start=f"{BERLIN}:20251127T160000",
        end=f"{BERLIN}:20251127T163000",
    )
    feed.write_bytes(calendar(plain))
    bound = f'\n[calendar.mine]\nurl = "{feed.as_uri()}"\n'
    async with stages(CONSULTANT + bound) as stage:
        assert "09:00 (London time)" in await promised(stage)
        await stage.reload(
            CONSULTANT.replace('calls = ["fri 10:00 for 45m"]', 'calls = ["calendar: Harbor weekly"]') + bound
        )
        assert stage.events("promise.moved")[0]["promise"] == "2025-11-27T16:00:00+01:00"


async def test_a_call_that_vanishes_from_her_calendar_is_told_to_her_and_never_to_the_client(
    stages: Opening, radicale: Radicale
):
    once = event(
        "SUMMARY:Harbor",
        BY_DANA,
        DANA_HAS_ACCEPTED,
        WITH_GARY,
        uid="once",
        start=f"{BERLIN}:20251127T100000",
        end=f"{BERLIN}:20251127T103000",
    )
    radicale.put("once", calendar(once))
    radicale.put(
        "other",
        calendar(
            event("SUMMARY:Lunch", uid="other", start=f"{BERLIN}:20251127T123000", end=f"{BERLIN}:20251127T130000")
        ),
    )
    without_calls = config(radicale).replace('calls = ["fri 10:00 for 45m"]\n', "")
    async with stages(without_calls) as stage:
        assert "09:00 (London time)" in await promised(stage)
        radicale.delete("once")
        await stage.later(minutes=12)
        assert [line["reason"] for line in stage.events("promise.warned")] == [
            "its call does not take place any more, and none follows"
        ]
        await stage.to("fri 12:00")
        assert stage.events("promise.kept") == []
        assert len(stage.sent()) == 1
