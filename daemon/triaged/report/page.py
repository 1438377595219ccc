"""The report as one HTML file: self-contained, printable, light and dark, readable on a phone. No script, nothing from outside."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from html import escape

from triaged.report.figures import Figures, Times

_STYLE = """
:root { color-scheme: light dark; --line: #8886; --bar: #2f6db3; }
@media (prefers-color-scheme: dark) { :root { --bar: #7fb2ea; } }
body { margin: 0 auto; max-width: 52rem; padding: 1rem; font: 16px/1.5 system-ui, sans-serif; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; }
caption { text-align: left; font-size: .9rem; padding-bottom: .3rem; }
th, td { text-align: left; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
.bar { display: inline-block; height: .8em; background: var(--bar); min-width: 1px; }
@media print { body { max-width: none; } section { break-inside: avoid; } }
"""


def as_html(all_of_them: Figures, clients: Sequence[Figures], since: datetime, until: datetime) -> str:
    """The whole page."""
    title = f"Responsiveness, {since:%Y-%m-%d} to {until:%Y-%m-%d}"
    sections = "".join(_section(figures) for figures in (all_of_them, *clients))
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><h1>{escape(title)}</h1>{sections}</body></html>\n"
    )


def as_text(all_of_them: Figures, clients: Sequence[Figures], since: datetime, until: datetime) -> str:
    """The same figures as plain text."""
    blocks = [f"Responsiveness, {since:%Y-%m-%d} to {until:%Y-%m-%d}"]
    for f in (all_of_them, *clients):
        arrived = ", ".join(f"{when} {f.arrived.get(when, 0)}" for when in ("office", "off", "weekend", "holiday"))
        promises = ", ".join(f"{word} {count}" for word, count in f.promises.items())
        blocks.append(
            f"{f.client or 'All clients'}\n"
            f"  messages {f.received} ({arrived})\n"
            f"  first acknowledgement: median {words(f.acknowledged.median)}, longest {words(f.acknowledged.worst)}\n"
            f"  answer of a person: median {words(f.answered.median)} ({words(f.answered_office.median)} in agreed hours)\n"
            f"  promises: {promises}; waiting for an answer: {len(f.waiting)}"
        )
    return "\n\n".join(blocks) + "\n"


def words(span: timedelta | None) -> str:
    """A duration as people read it: "12 min", "3 h 05 min", "2 d 4 h"."""
    if span is None:
        return "–"
    minutes = round(span.total_seconds() / 60)
    if minutes < 60:  # noqa: PLR2004 — minutes of an hour
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:  # noqa: PLR2004 — two days
        return f"{hours} h {minutes:02} min"
    return f"{hours // 24} d {hours % 24} h"


def _section(f: Figures) -> str:
    head = escape(f.client or "All clients")
    rows: list[tuple[str, str]] = [
        ("Messages received", str(f.received)),
        ("of these questions of people", str(f.questions)),
        *((f"decided {verdict}", str(count)) for verdict, count in sorted(f.verdicts.items())),
        *((f"arrived: {when}", str(f.arrived.get(when, 0))) for when in ("office", "off", "weekend", "holiday")),
        ("Promises kept / kept late / broken / open", " / ".join(str(f.promises[w]) for w in f.promises)),
        ("Last-minute passes spent", str(f.passes)),
        ("Bursts (3 within 20 minutes)", str(f.bursts)),
        ("Waiting for an answer now", str(len(f.waiting))),
    ]
    return (
        f"<section><h2>{head}</h2>{_table('Counted by arrival in the period, by the hours as they were agreed then', rows)}"
        f"{_times(f)}{_hours(f)}</section>"
    )


def _table(caption: str, rows: Iterable[tuple[str, str]]) -> str:
    cells = "".join(f'<tr><th scope="row">{escape(k)}</th><td class="n">{escape(v)}</td></tr>' for k, v in rows)
    return f"<table><caption>{escape(caption)}</caption>{cells}</table>"


def _times(f: Figures) -> str:
    kinds: list[tuple[str, Times]] = [
        ("First acknowledgement", f.acknowledged),
        ("Answer of a person, elapsed", f.answered),
        ("Answer of a person, in agreed hours", f.answered_office),
    ]
    cells = "".join(
        f'<tr><th scope="row">{name}</th><td class="n">{t.count}</td><td class="n">{words(t.median)}</td>'
        f'<td class="n">{words(t.p90)}</td><td class="n">{words(t.worst)}</td></tr>'
        for name, t in kinds
    )
    return (
        "<table><caption>From the first question that was not answered yet; automatic replies never count as answers"
        '</caption><tr><th></th><th scope="col">count</th><th scope="col">median</th><th scope="col">90 % within</th>'
        f'<th scope="col">longest</th></tr>{cells}</table>'
    )


def _hours(f: Figures) -> str:
    most = max(f.by_hour.values(), default=0)
    if not most:
        return ""
    cells = "".join(
        f'<tr><th scope="row">{hour:02}:00</th><td class="n">{f.by_hour.get(hour, 0)}</td>'
        f'<td><span class="bar" style="width:{f.by_hour.get(hour, 0) / most * 12:.2f}rem"></span></td></tr>'
        for hour in range(min(f.by_hour), max(f.by_hour) + 1)
    )
    return f"<table><caption>Messages by hour of arrival, in my zone</caption>{cells}</table>"
