"""`triaged report` over a ledger that the daemon has written."""

import csv
import io
import json
from pathlib import Path

import pytest

from scenarios.conftest import Opening
from scenarios.plays import ANSWERS, GARY, PETRA
from triaged.cli import main


async def test_the_report_tells_what_the_daemon_has_seen(
    stages: Opening, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    async with stages(ANSWERS) as stage:
        await stage.to("tue 10:00")
        asked = await stage.arrives(GARY, "A question", "Which one?")
        await stage.arrives(PETRA, "Frage", "Welche?")
        await stage.to("tue 12:00")
        stage.answers(asked)
        await stage.to("thu 18:00")
    path = str(stage.path)
    period = ["--since", "2025-11-20", "--until", "2025-12-20"]
    assert main(["report", "-c", path, "--json", *period]) == 0
    harbor, lindenhof, whole = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (harbor["client"], lindenhof["client"], whole["client"]) == ("harbor", "lindenhof", None)
    assert harbor["answered"]["elapsed"]["median_s"] == 7200
    assert harbor["acknowledged"]["elapsed"]["median_s"] == 600
    assert harbor["promises"]["kept"] == 1
    assert lindenhof["promises"]["broken"] == 1
    assert [one["subject"] for one in lindenhof["waiting"]] == ["Frage"]
    assert main(["report", "-c", path, "--csv", "-", *period]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["subject"] for row in rows] == ["A question", "Frage"]
    page = tmp_path / "page.html"
    assert main(["report", "-c", path, "--client", "harbor", "--html", str(page), *period]) == 0
    assert "lindenhof" not in page.read_text("utf-8")
    capsys.readouterr()
    assert main(["report", "-c", path, *period]) == 0
    assert " 2h " in capsys.readouterr().out


async def test_an_absence_notice_of_my_own_in_sent_answers_nobody(stages: Opening):
    async with stages(ANSWERS) as stage:
        await stage.to("tue 10:00")
        asked = await stage.arrives(GARY, "A question", "Which one?")
        stage.store(
            "Dana Roth <dana@roth.example>", "Absent: A question", "I am away.", to="gary@harbor.example", folder="Sent",
            replies_to=asked, return_path="", headers={"Auto-Submitted": "auto-replied"},
        )  # fmt: skip
        await stage.to("tue 12:00")
        assert len(stage.sent()) == 1, "the acknowledgement went"
        assert stage.events("promise.kept") == []
