"""`triaged report` for programs: one JSON object a client, one CSV row a message."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from triaged.cli.common import local
from triaged.cli.printable import write_rows
from triaged.ledger.reporting import ReceivedRow, ToldPromise
from triaged.report.figures import KEPT_STATES, Figures, Taken, Times, bursts, sort_of
from triaged.report.questions import Question
from triaged.report.summary import Part, Report

COLUMNS = (
    "person", "item", "client", "sender", "subject", "arrived", "period", "when", "sort", "question", "asked", "outcome",
    "ended", "acknowledged", "answered", "acknowledged_s", "acknowledged_office_s", "answered_s", "answered_office_s",
    "waiting_s", "waiting_office_s", "agenda", "verdict", "rule", "promise_id", "promise_kind", "told", "promised",
    "promise", "pass", "by_hand", "burst",
)  # fmt: skip
"""What each sum of the report can be made of. `question` is true on the message with which one begins, and there stand its
outcome, its end and its times in seconds; `asked` numbers it on each of its messages. `period`: in it or before it."""


def as_json(report: Report, zone: ZoneInfo | None = None) -> Iterator[dict[str, Any]]:
    """One object a client, then one for all of them (`client` null). Durations are seconds; `zone`: not mine."""
    zone = zone or report.zone
    for part in (*report.clients, report.whole):
        yield {
            "person": report.person.label if report.person else None,
            "since": local(report.since, zone),
            "until": local(report.until, zone),
            **_figures(part, zone),
        }


def write_csv(
    reports: Sequence[Report], file: TextIO, *, columns: Sequence[str] = COLUMNS, zone: ZoneInfo | None = None
) -> None:
    """A heading, then one row a message of those columns, its times in a zone (`zone` None: mine)."""
    write_rows(file, columns, (row for report in reports for row in _rows(report, zone or report.zone)))


def _rows(report: Report, zone: ZoneInfo) -> Iterator[dict[str, object]]:
    """The messages from before the period that count in it, then those of the period."""
    belongs = {id(row): (n, one) for n, one in enumerate(report.questions, 1) for row in one.rows}
    began = {id(row) for row in bursts(one.row for one in report.arrivals)}
    for period, arrivals in (("before", report.earlier), ("in", report.arrivals)):
        for one in arrivals:
            number, question = belongs.get(id(one.row), (None, None))
            yield {
                "person": report.person.label if report.person else one.row.person,
                "period": period,
                "when": one.when,
                "asked": number,
                "question": question is not None and question.first is one.row,
                "burst": id(one.row) in began,
                **_message(one.row, zone),
                **_promise(one.row.promise, zone),
                **(_question(question, zone) if question is not None and question.first is one.row else {}),
            }


def _message(row: ReceivedRow, zone: ZoneInfo) -> dict[str, object]:
    return {
        "item": row.item,
        "client": row.client,
        "sender": row.sender,
        "subject": row.subject,
        "arrived": local(row.arrived_at, zone),
        "sort": sort_of(row),
        "acknowledged": local(row.acknowledged_at, zone),
        "answered": local(row.answered_at, zone),
        "agenda": local(row.call_at, zone),
        "verdict": row.verdict,
        "rule": row.rule,
        "pass": row.pass_spent,
        "by_hand": row.by_hand,
    }


def _promise(promise: ToldPromise | None, zone: ZoneInfo) -> dict[str, object]:
    if promise is None or promise.told_at is None:
        return {}
    return {
        "promise_id": promise.id,
        "promise_kind": promise.kind,
        "told": local(promise.told_at, zone),
        "promised": local(promise.due_at, zone),
        "promise": KEPT_STATES.get(promise.state),
    }


def _question(question: Question, zone: ZoneInfo) -> dict[str, object]:
    spans = {"acknowledged": question.acknowledged, "answered": question.answered, "waiting": question.waiting}
    return {
        "outcome": question.outcome,
        "ended": local(question.ended_at, zone),
        **{f"{name}_s": _seconds(span.elapsed) for name, span in spans.items() if span is not None},
        **{f"{name}_office_s": _seconds(span.office) for name, span in spans.items() if span is not None},
    }


def _seconds(span: timedelta) -> int:
    return round(span.total_seconds())


def _figures(part: Part, zone: ZoneInfo) -> dict[str, Any]:
    f: Figures = part.figures
    return {
        **asdict(f),
        "written": f.written,
        "decided": f.decided,
        "calls": [local(at, zone) for at in f.calls],
        "acknowledged": _taken(f.acknowledged),
        "answered": _taken(f.answered),
        "waiting": [
            {
                "client": one.client,
                "since": local(one.since, zone),
                "elapsed_s": _seconds(one.age.elapsed),
                "office_s": _seconds(one.age.office),
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
    within = {"within_median": times.within_median, "within_p90": times.within_p90}
    return {name: None if span is None else _seconds(span) for name, span in spans.items()} | within
