"""Every figure of the report can be made of its rows: the CSV is counted with a spreadsheet's means alone."""

import csv
import io
from collections import Counter
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from support.reportkit import DAY, HOUR, MONDAY, dana, quarter, report, row, told
from triaged.cli.report_rows import as_json, write_csv
from triaged.report.summary import Report

Row = dict[str, str]


def rows_of(whole: Report) -> list[Row]:
    out = io.StringIO()
    write_csv([whole], out)
    return list(csv.DictReader(io.StringIO(out.getvalue())))


def everything() -> Report:
    """A week with one of everything that a row can be."""
    call = told(7, MONDAY + DAY, kind="call", state="kept", closed_at=MONDAY + DAY)
    early = told(8, MONDAY + DAY, state="late", told_at=MONDAY + HOUR, closed_at=MONDAY + 2 * DAY)
    shared = told(9, MONDAY + DAY, state="kept", closed_at=MONDAY + 3 * HOUR)
    return report(
        row(1, MONDAY - 2 * DAY, thread="old"),
        row(2, MONDAY - HOUR, thread="told", promise=early, answered_at=MONDAY + 2 * DAY),
        row(3, MONDAY, thread="a", promise=shared, acknowledged_at=MONDAY + HOUR, answered_at=MONDAY + 3 * HOUR),
        row(4, MONDAY + timedelta(minutes=5), thread="a", promise=shared, answered_at=MONDAY + 3 * HOUR),
        row(5, MONDAY + timedelta(minutes=6), thread="b", promise=call, pass_spent=True),
        row(6, MONDAY + 4 * HOUR, automatic=True, kind=("new", "auto-reply"), verdict="left"),
        row(7, MONDAY + 5 * HOUR, kind=("reply", "courtesy"), verdict="left", by_hand="aside"),
        row(8, MONDAY + 6 * HOUR, automatic=True, kind=("new", "voicemail")),
        row(9, MONDAY + 7 * HOUR, thread="c", answered_at=MONDAY + 8 * HOUR, answered_by="flag"),
        row(10, MONDAY + 8 * HOUR, thread="d", settled_at=MONDAY + 9 * HOUR, settled_by="command"),
        row(11, MONDAY + 9 * HOUR, thread="e", state="gone"),
        row(12, MONDAY + 10 * HOUR, thread="f"),
        promises=[early, shared, call],
    )  # fmt: skip


@pytest.fixture(params=["one of everything", "a quarter"])
def whole(request: pytest.FixtureRequest, tmp_path: Path) -> Report:
    return everything() if request.param == "one of everything" else quarter(dana(tmp_path), ["harbor"])


def counted(rows: list[Row]) -> dict[str, Any]:
    here = [one for one in rows if one["period"] == "in"]
    asked = [one for one in here if one["question"] == "True"]
    promises = {one["promise_id"]: one["promise"] for one in rows if one["promise_id"]}
    return {
        "received": len(here),
        "arrived": Counter(one["when"] for one in here),
        "sorts": Counter(one["sort"] for one in here),
        "verdicts": Counter(one["verdict"] for one in here),
        "questions": len(asked),
        "outcomes": Counter(one["outcome"] for one in asked),
        "acknowledged": times([one for one in asked if one["acknowledged_s"]], "acknowledged"),
        "answered": times([one for one in asked if one["answered_s"]], "answered"),
        "older": sum(one["period"] == "before" and one["outcome"] == "waiting" for one in rows),
        "promises": Counter(promises.values()),
        "passes": sum(one["pass"] == "True" for one in here),
        "bursts": sum(one["burst"] == "True" for one in here),
        "moved": sum(bool(one["by_hand"]) for one in here),
    }


def times(rows: list[Row], name: str) -> tuple[int, float, float] | None:
    spans = sorted(int(one[f"{name}_s"]) for one in rows)
    if not spans:
        return None
    nearest = next(one for n, one in enumerate(spans, 1) if 10 * n >= 9 * len(spans))
    return len(spans), round(median(spans)), nearest


def told_in_json(whole: Report) -> dict[str, Any]:
    *_, all_of_them = as_json(whole)

    def three(taken: dict[str, Any]) -> tuple[int, float, float] | None:
        spans = taken["elapsed"]
        return (taken["count"], spans["median_s"], spans["p90_s"]) if taken["count"] else None

    found = dict(all_of_them)
    for name in ("arrived", "sorts", "verdicts", "outcomes", "promises"):
        found[name] = +Counter(found[name])
    found["acknowledged"], found["answered"] = three(found["acknowledged"]), three(found["answered"])
    found["moved"] = sum(one["moved"] for one in found["by_hand"].values())
    return found


def test_each_sum_of_the_report_can_be_made_of_the_rows(whole: Report):
    found, said = counted(rows_of(whole)), told_in_json(whole)
    assert found == {name: said[name] for name in found}


def test_what_became_of_the_questions_adds_up_to_them(whole: Report):
    f = whole.whole.figures
    assert sum(f.outcomes.values()) == f.questions
    assert sum(f.sorts.values()) == f.received
    assert (f.outcomes["answered"], f.outcomes["talked"], f.outcomes["waiting"]) == (
        f.answered.elapsed.count, f.talked, len(f.waiting),
    )  # fmt: skip


def test_of_one_of_everything_each_column_has_its_own():
    f = everything().whole.figures
    assert f.outcomes == {"answered": 1, "marked": 1, "talked": 1, "settled": 1, "deleted": 1, "waiting": 1}
    assert f.sorts == {"question": 7, "thanks": 1, "call": 1, "automatic": 1}
    assert (f.received, f.written, f.older, f.decided) == (10, 9, 1, 3)


def test_a_row_says_with_which_question_it_belongs_together():
    rows = {one["item"]: one for one in rows_of(everything())}
    assert rows["3"]["asked"] == rows["4"]["asked"] != ""
    assert (rows["3"]["question"], rows["4"]["question"]) == ("True", "False")
    assert rows["7"]["asked"] == "", "thanks are no question"
    assert rows["5"]["ended"] == "2026-11-24T09:00:00+00:00", "the beginning of the call"
