"""`triaged report` for programs: one JSON object a client, one CSV row a message."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, TextIO

from triaged.cli.common import local
from triaged.cli.printable import write_rows
from triaged.report.figures import Figures, Taken, Times
from triaged.report.questions import is_question
from triaged.report.summary import Part, Report

COLUMNS = (
    "person", "item", "client", "sender", "subject", "arrived", "when", "question", "verdict", "rule", "acknowledged",
    "answered", "promised", "promise", "pass", "by_hand",
)  # fmt: skip


def as_json(report: Report) -> Iterator[dict[str, Any]]:
    """One object a client, then one for all of them (`client` null). Durations are seconds."""
    for part in (*report.clients, report.whole):
        yield {
            "person": report.person.label if report.person else None,
            "since": local(report.since, report.zone),
            "until": local(report.until, report.zone),
            **_figures(part, report),
        }


def write_csv(reports: Sequence[Report], file: TextIO, *, columns: Sequence[str] = COLUMNS) -> None:
    """A heading, then one row a message of those columns."""
    write_rows(file, columns, (row for report in reports for row in _rows(report)))


def _rows(report: Report) -> Iterator[dict[str, object]]:
    zone = report.zone
    for one in report.arrivals:
        row, promise = one.row, one.row.promise
        yield {
            "person": report.person.label if report.person else row.person,
            "item": row.item,
            "client": row.client,
            "sender": row.sender,
            "subject": row.subject,
            "arrived": local(row.arrived_at, zone),
            "when": one.when,
            "question": is_question(row),
            "verdict": row.verdict,
            "rule": row.rule,
            "acknowledged": local(row.acknowledged_at, zone),
            "answered": local(row.answered_at, zone),
            "promised": local(promise.due_at, zone) if promise else None,
            "promise": promise.state if promise else None,
            "pass": row.pass_spent,
            "by_hand": row.by_hand,
        }


def _figures(part: Part, report: Report) -> dict[str, Any]:
    f: Figures = part.figures
    return {
        **asdict(f),
        "acknowledged": _taken(f.acknowledged),
        "answered": _taken(f.answered),
        "waiting": [
            {
                "client": one.client,
                "since": local(one.since, report.zone),
                "elapsed_s": round(one.age.elapsed.total_seconds()),
                "office_s": round(one.age.office.total_seconds()),
                "subject": one.subject,
                "item": one.item,
            }
            for one in f.waiting
        ],
        "by_hand": {rule: {"moved": moved, "decided": decided} for rule, (moved, decided) in f.by_hand.items()},
    }


def _taken(taken: Taken) -> dict[str, Any]:
    return {"count": taken.elapsed.count, "elapsed": _times(taken.elapsed), "office": _times(taken.office)}


def _times(times: Times) -> dict[str, Any]:
    spans = {"median_s": times.median, "p90_s": times.p90, "worst_s": times.worst}
    return {name: None if span is None else round(span.total_seconds()) for name, span in spans.items()}
