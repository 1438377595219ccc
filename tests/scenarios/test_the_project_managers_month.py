"""A month of the project manager, recounted: page, CSV, JSON and statement say what an independent counter finds in the raw mail."""

import csv
import io
import json
from collections import Counter
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

import pytest

from scenarios.conftest import Opening
from scenarios.stage import Stage
from scenarios.weeks import Post, credentials, shipped
from support.monthcount import CHICAGO, Mail, count, said
from support.pagetables import Tables
from triaged.cli import main

ME = "Ruth Alvarez <ruth.alvarez@brightwork.example>"
KELLER = "H. Keller <h.keller@northwind.example>"
BOSCH = "M. Bosch <m.bosch@northwind.example>"
SAM = "Sam <sam@brightwork.example>"
PHONE = "Voicemail <voicemail@sipgate.example>"
TEAMS = {"Authentication-Results": "mx.brightwork.example; dmarc=pass header.from=brightwork.example"}
ABSENT = {"Auto-Submitted": "auto-replied"}
MORE = """
[telephone]
from = ["voicemail@sipgate.example"]

[[rule]]
name = "Calls are noted"
when = { kind = ["voicemail", "missed-call"] }
then = "leave"

[[rule]]
name = "A pass"
when = { body = "today", hours = "office" }
then = "urgent"
spends_pass = true
promise = ["2 office hours"]
reply = "severe"

[[rule]]
name = "For the call"
when = { subject = "for the call" }
then = "leave"
promise = ["next call"]
reply = "received"

[[rule]]
name = "Severe"
"""
MONDAY = datetime(2025, 11, 17, 7, 0, tzinfo=UTC)
"""In the past, as a server keeps no later date; Thanksgiving is on Thursday of the second week."""
Month = tuple[dict[str, Any], str]


def configuration() -> str:
    """The shipped one, with a telephone, a pass a week, and points that wait for the call."""
    own = 'calls = ["wed 11:00 for 1 hour"]'
    text = shipped("project-manager.toml").replace(own, f'{own}\nphones = ["+1 312 555 0142"]\npasses = "1 per week"')
    assert "0142" in text
    return text.replace('\n[[rule]]\nname = "Severe"\n', MORE, 1)


async def fortnight(stage: Stage, post: Post) -> None:
    """Two weeks and Thanksgiving: answered in time and late, by her and her team, only marked, thanked for, never."""
    await stage.to("tue 16:00")
    one = await post(KELLER, "Rollout plan", "Why does chapter 4 contradict the minutes?")
    await stage.later(minutes=40)
    await post(KELLER, "Re: Rollout plan", "And chapter 5 as well, please.", replies_to=one)
    two = await post(BOSCH, "Pallet labels", "Which format do you need?")
    await stage.later(hours=2)
    post.answer(one, KELLER)
    await stage.later(minutes=30)
    await post(KELLER, "Re: Rollout plan", "Thank you!", replies_to=one)
    await stage.to("wed 03:00")
    await post(BOSCH, "In the night", "Can you see this?")
    await stage.to("wed 16:00")
    await stage.arrives(SAM, "Re: Pallet labels", "A6, as PDF.", to=f"{BOSCH}, {ME}", replies_to=two, headers=TEAMS)
    await stage.later(minutes=10)
    await post(KELLER, "Out of office", "I am away.", headers=ABSENT)
    await stage.to("thu 15:30")
    await post(KELLER, "Customs papers", "Who fills them in?")
    await stage.later(hours=3)
    stage.flag("Customs papers", "\\Answered")
    await stage.to("fri 16:00")
    late = await post(BOSCH, "Invoices", "Where do they go?")
    await stage.to("sat 18:00")
    await post(KELLER, "At the weekend", "Is anybody there?")
    await stage.to("tue 16:00")
    post.answer(late, BOSCH)
    await stage.later(minutes=5)
    await post(KELLER, "Re: Rollout plan", "Another thing: who signs chapter 6?", replies_to=one)
    await stage.later(hours=1)
    post.answer(one, KELLER)
    await stage.to("thu 17:00")
    await post(BOSCH, "On Thanksgiving", "We work while you eat, and then?")


async def december(stage: Stage, post: Post) -> None:
    """Two more: calls by telephone in a burst, a pass and none left, a joined thread, points for two calls, one never called for."""
    await stage.to("mon 16:00")
    for number in range(3):
        await post(PHONE, "Voicemail from +1 312 555 0142", f"Call {number}: please ring me.")
        await stage.later(minutes=6)
    await stage.to("tue 16:00")
    spent = await post(KELLER, "Labels", "We need them today, please.")
    await stage.later(minutes=50)
    post.answer(spent, KELLER)
    await stage.to("tue 17:30")
    none = await post(BOSCH, "More labels", "And these today, too, please.")
    joined = await post(BOSCH, "Dock doors", "Which of them is ours?")
    await stage.later(minutes=1)
    await post(BOSCH, "Re: Dock doors", "The one with the ramp?", replies_to=joined)
    await stage.later(hours=2)
    post.answer(joined, BOSCH)
    await stage.to("tue 20:00")
    await post(KELLER, "For the call: the budget", "Who has agreed to it?")
    await stage.to("wed 20:00")
    written = await post(KELLER, "For the call: staff", "How many will come?")
    await stage.to("thu 18:00")
    post.answer(none, BOSCH)
    await stage.later(minutes=10)
    post.answer(written, KELLER)
    await post(BOSCH, "Away until Monday", "I am out of the office.", headers=ABSENT)
    await stage.to("fri 22:30")
    evening = await post(BOSCH, "Before the weekend", "Is the gate locked?")
    await stage.to("sun 12:00")
    sunday = await post(KELLER, "On Sunday", "Did it rain in?")
    await stage.to("mon 15:10")
    post.answer(evening, BOSCH)
    post.answer(sunday, KELLER)
    await stage.to("mon 18:00")
    await post(BOSCH, "For the call: the gate", "Who has the key?")
    await stage.to("tue 16:00")
    await post(BOSCH, "Never answered", "Where is the invoice of May?")
    await stage.to("fri 16:00")
    await post(KELLER, "The last one", "Until when do you work this year?")
    await stage.to("fri 18:00")


def raw(stage: Stage, folder: str) -> list[Mail]:
    found = stage.server.messages(stage.users[0], stage.server.real(folder))
    return [Mail(one.raw, one.arrived, "\\Answered" in one.flags, "\\Flagged" in one.flags) for one in found]


@pytest.fixture
async def month(stages: Opening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Month:
    """What the counter finds, and the configuration of the mailbox. It is reported on at the end of the play."""
    credentials(tmp_path / "credentials", monkeypatch, "ruth-ntfy")
    stage = stages(configuration(), start=MONDAY)
    async with stage:
        post = Post(stage, ME, "mx.brightwork.example")
        await fortnight(stage, post)
        await december(stage, post)
        end = stage.clock.now()

    class AtItsEnd(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return end.astimezone(tz)

    monkeypatch.setattr("triaged.cli.report.datetime", AtItsEnd)
    return count(raw(stage, "INBOX"), raw(stage, "Sent"), end), str(stage.path)


def told(capsys: pytest.CaptureFixture[str], path: str, *words: str) -> str:
    period = ("--since", "2025-11-17", "--until", "2025-12-13", "--client", "northwind")
    assert main(["report", "-c", path, *period, *words]) == 0
    return capsys.readouterr().out


def in_json(found: dict[str, Any], line: dict[str, Any]) -> None:
    for name in ("received", "written", "written_inside", "questions", "decided", "passes", "bursts"):
        assert line[name] == found[name], name
    for name in ("arrived", "sorts", "verdicts", "outcomes", "promises"):
        assert +Counter(line[name]) == +found[name], name
    for name in ("acknowledged", "answered"):
        for clock in ("elapsed", "office"):
            wanted = dict(found[name][clock])
            assert line[name]["count"] == len(wanted.pop("each"))
            assert line[name][clock] == wanted, (name, clock)
    assert line["talked"] == found["outcomes"]["talked"]
    assert [datetime.fromisoformat(at) for at in line["calls"]] == found["calls"]
    waiting = [(datetime.fromisoformat(one["since"]), one["elapsed_s"], one["office_s"]) for one in line["waiting"]]
    assert waiting == found["waiting"]
    assert (line["older"], line["since_triaged"], line["by_hand"]) == (0, found["questions"], {})


def in_csv(found: dict[str, Any], rows: list[dict[str, str]]) -> None:
    asked = [row for row in rows if row["question"] == "True"]
    assert (len(rows), len(asked)) == (found["received"], found["questions"])
    assert {row["period"] for row in rows} == {"in"}
    for column, name in (("when", "arrived"), ("sort", "sorts"), ("verdict", "verdicts")):
        assert Counter(row[column] for row in rows) == found[name], name
    assert Counter(row["outcome"] for row in asked) == found["outcomes"]
    for name in ("acknowledged", "answered"):
        for clock, column in (("elapsed", f"{name}_s"), ("office", f"{name}_office_s")):
            assert sorted(int(row[column]) for row in asked if row[column]) == found[name][clock]["each"], column
    waiting = [(int(row["waiting_s"]), int(row["waiting_office_s"])) for row in asked if row["waiting_s"]]
    assert waiting == [(elapsed, office) for _, elapsed, office in found["waiting"]]
    promises = {row["promise_id"]: row["promise"] for row in rows if row["promise_id"]}
    assert Counter(promises.values()) == found["promises"]
    for column, name in (("pass", "passes"), ("burst", "bursts")):
        assert sum(row[column] == "True" for row in rows) == found[name], name


def in_statement(found: dict[str, Any], statement: str) -> None:
    acknowledged, answered = found["acknowledged"]["elapsed"], found["answered"]["office"]

    def prose(times: dict[str, Any]) -> str:
        n, half, most = len(times["each"]), times["within_median"], times["within_p90"]
        middle, nine = (said(times[one], prose=True) for one in ("median_s", "p90_s"))
        return f"{half} of {n} within {middle}, {most} of {n} within {nine}."

    every = f"{len(acknowledged['each'])} questions were acknowledged"
    if acknowledged["within_median"] == len(acknowledged["each"]):
        every += f", all within {said(acknowledged['worst_s'], prose=True)}."
    else:
        every += f": {prose(acknowledged)}"
    oldest = found["waiting"][0][0].astimezone(CHICAGO)
    sorts, outcomes, promises = found["sorts"], found["outcomes"], found["promises"]
    assert (sorts["thanks"], outcomes["marked"], promises["late"]) == (1, 1, 2), "the play is what it is"
    for sentence in (
        f"{found['written']} messages arrived from you.",
        "One of them was thanks alone.",
        f"{sorts['call']} of them were calls.",
        f"{sorts['automatic']} automatic messages came beside them.",
        f"{found['written_inside']} came within the agreed hours, {found['written'] - found['written_inside']} at other times.",
        f"{found['questions']} questions were asked.",
        every,
        f"{len(answered['each'])} questions were answered in writing, counted in agreed hours: {prose(answered)}",
        "One question is marked as answered; no mail was found for it.",
        f"{outcomes['talked']} questions were on the agenda of our calls on Wednesday 3 December and Wednesday 10 December.",
        f"{found['decided']} answers and calls were announced for a certain time; kept: {promises['kept']}.",
        f"{promises['late']} came later than announced.",
        f"{promises['broken']} have not been kept yet.",
        f"{outcomes['waiting']} questions are open, the oldest from {oldest:%A} {oldest.day} {oldest:%B}.",
    ):
        assert sentence in statement, sentence


def in_page(found: dict[str, Any], tables: dict[str, list[tuple[str, ...]]]) -> None:
    counts = {head: n for head, n, *_ in tables["How many"] if n}
    words = {
        "Messages received": found["received"], "Questions asked": found["questions"], "Promises made": found["promises"].total(),
        "Last-minute passes spent": found["passes"], "Bursts": found["bursts"], "in agreed hours": found["arrived"]["office"],
        "at other hours": found["arrived"]["off"], "at the weekend": found["arrived"]["weekend"],
        "on a holiday": found["arrived"]["holiday"], "urgent": found["verdicts"]["urgent"],
        "left alone": found["verdicts"]["left"], "questions and what was added to them": found["sorts"]["question"],
        "thanks alone": found["sorts"]["thanks"], "calls": found["sorts"]["call"], "automatic": found["sorts"]["automatic"],
        "answered in writing": found["outcomes"]["answered"],
        "marked as answered, without a mail": found["outcomes"]["marked"], "on the agenda of a call": found["outcomes"]["talked"],
        "waiting for an answer now": found["outcomes"]["waiting"], "kept": found["promises"]["kept"],
        "kept late": found["promises"]["late"], "broken": found["promises"]["broken"], "open": found["promises"]["open"],
    }  # fmt: skip
    assert {name: int(n) for name, n in counts.items() if n.isdigit()} == words
    speeds = [row[1:] for row in tables["How fast"][1:]]
    wanted = []
    for name in ("acknowledged", "answered"):
        for clock in ("elapsed", "office"):
            times, days = found[name][clock], clock == "elapsed"
            middle, nine, worst = (said(times[one], days=days) for one in ("median_s", "p90_s", "worst_s"))
            n = len(times["each"])
            wanted.append((str(n), middle, f"{nine} ({times['within_p90']} of {n})", worst))
    assert speeds == wanted


async def test_every_figure_of_every_form_is_the_one_that_the_raw_mail_gives(
    month: Month, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    found, path = month
    assert (found["received"], found["questions"], found["passes"], found["bursts"]) == (26, 18, 1, 2), "the play"
    assert all(found["outcomes"][one] for one in ("answered", "marked", "talked", "waiting"))
    assert all(found["promises"][one] for one in ("kept", "late", "broken", "open"))
    in_json(found, json.loads(told(capsys, path, "--json").splitlines()[0]))
    in_csv(found, list(csv.DictReader(io.StringIO(told(capsys, path, "--csv", "-")))))
    in_statement(found, told(capsys, path, "--for-client"))
    page = tmp_path / "page.html"
    told(capsys, path, "--html", str(page))
    in_page(found, Tables(page.read_text("utf-8")).found)
