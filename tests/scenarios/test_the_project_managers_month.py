"""A month of the project manager, recounted: page, CSV, JSON and statement say what an independent counter finds in the raw mail."""

import csv
import io
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from scenarios.conftest import Opening
from scenarios.stage import Stage
from scenarios.weeks import MONDAY, Post, credentials, shipped
from support.monthcount import Mail, count
from triaged.cli import main

ME = "Ruth Alvarez <ruth.alvarez@brightwork.example>"
KELLER = "H. Keller <h.keller@northwind.example>"
BOSCH = "M. Bosch <m.bosch@northwind.example>"
SAM = "Sam <sam@brightwork.example>"
TEAMS = {"Authentication-Results": "mx.brightwork.example; dmarc=pass header.from=brightwork.example"}


async def play(stage: Stage, post: Post) -> None:
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
    await post(KELLER, "Out of office", "I am away.", headers={"Auto-Submitted": "auto-replied"})
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
    await post(BOSCH, "On Thanksgiving", "We work today, and you?")
    await stage.to("fri 23:50")


def raw(stage: Stage, folder: str) -> list[Mail]:
    found = stage.server.messages(stage.users[0], stage.server.real(folder))
    return [Mail(one.raw, one.arrived, "\\Answered" in one.flags) for one in found]


@pytest.fixture
async def month(stages: Opening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, Any], str]:
    """What the counter finds, and the configuration of the mailbox."""
    credentials(tmp_path / "credentials", monkeypatch, "ruth-ntfy")
    stage = stages(shipped("project-manager.toml"), start=MONDAY)
    async with stage:
        await play(stage, Post(stage, ME, "mx.brightwork.example"))
        now = stage.clock.now()
    return count(raw(stage, "INBOX"), raw(stage, "Sent"), now), str(stage.path)


def told(capsys: pytest.CaptureFixture[str], path: str, *words: str) -> str:
    period = ("--since", "2026-11-16", "--until", "2026-11-28", "--client", "northwind")
    assert main(["report", "-c", path, *period, *words]) == 0
    return capsys.readouterr().out


async def test_every_figure_of_every_form_is_the_one_that_the_raw_mail_gives(
    month: tuple[dict[str, Any], str], capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    found, path = month
    assert (found["received"], found["questions"]) == (11, 8), "the play is what it is"
    # JSON
    said = json.loads(told(capsys, path, "--json").splitlines()[0])
    assert {name: said[name] for name in ("received", "questions")} == {
        name: found[name] for name in ("received", "questions")
    }
    assert said["arrived"]["office"] == found["inside"]
    for name in ("sorts", "outcomes", "promises"):
        assert +Counter(said[name]) == +Counter(found[name]), name
    for name in ("answered", "acknowledged"):
        times = said[name]["elapsed"]
        assert (said[name]["count"], times["median_s"], times["p90_s"]) == tuple(
            found[name][one] for one in ("count", "median", "p90")
        ), name
    # CSV
    rows = list(csv.DictReader(io.StringIO(told(capsys, path, "--csv", "-"))))
    asked = [row for row in rows if row["question"] == "True"]
    assert (len(rows), len(asked)) == (found["received"], found["questions"])
    assert Counter(row["outcome"] for row in asked) == Counter(found["outcomes"])
    assert (
        sorted(int(row["answered_office_s"]) // 60 for row in asked if row["answered_office_s"])
        == found["answered"]["office"]
    )
    promises = {row["promise_id"]: row["promise"] for row in rows if row["promise_id"]}
    assert Counter(promises.values()) == Counter(found["promises"])
    # statement
    statement = told(capsys, path, "--for-client")
    answered, kept = found["answered"]["count"], found["promises"]["kept"]
    decided = kept + found["promises"].get("late", 0) + found["promises"].get("broken", 0)
    for sentence in (
        f"{found['received'] - found['sorts']['automatic']} messages arrived from you.",
        f"{found['inside']} came within the agreed hours, {found['received'] - found['inside']} at other times.",
        f"{found['questions']} questions were asked.",
        f"{answered} questions were answered in writing",
        f"{decided} answers and calls were announced for a certain time; kept: {kept}.",
        "One question is marked as answered; no mail was found for it.",
        f"{found['outcomes']['waiting']} questions are open",
    ):
        assert sentence in statement, statement
    # page
    page = tmp_path / "page.html"
    told(capsys, path, "--html", str(page))
    cells = dict(
        re.findall(
            r'<th scope="row"[^>]*>([^<]+)(?:<small>[^<]*</small>)?</th><td class=n>(\d+)</td>',
            page.read_text("utf-8").partition("<caption>How many<")[2],
        )
    )
    assert int(cells["Messages received"]) == found["received"]
    assert int(cells["in agreed hours"]) == found["inside"]
    assert int(cells["Questions asked"]) == found["questions"]
    assert int(cells["answered in writing"]) == answered
    assert int(cells["marked as answered, without a mail"]) == found["outcomes"]["marked"]
    assert int(cells["waiting for an answer now"]) == found["outcomes"]["waiting"]
    assert int(cells["kept"]) == kept
    assert int(cells["automatic"]) == found["sorts"]["automatic"]
