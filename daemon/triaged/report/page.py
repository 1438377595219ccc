"""The report as one HTML file: self-contained, printable, light and dark, readable on a phone. No script, nothing from outside.

The same page goes out as mail without its pictures, which mail clients would not show.
"""

from collections.abc import Iterator, Sequence
from html import escape

from triaged.report import tables
from triaged.report.figures import KEPT, Figures
from triaged.report.phrases import NONE, duration, period
from triaged.report.report import Part, Report
from triaged.report.tables import Table
from triaged.report.words import Words, words_of

MOST_SMALL = 12
"""Clients that have a picture of their own among the small ones: those with the most questions."""

KEPT_COLOURS = {"kept": "mark", "late": "late", "broken": "broken", "open": "open", "settled": "settled"}

_STYLE = """
:root { color-scheme: light dark; --ink: #1c1c1c; --paper: #ffffff; --faint: #6f6f6f; --band: #c9d9ec; --mark: #1f5f99;
  --late: #9a6700; --broken: #b3261e; --open: #7a7a7a; --settled: #3f7d5c; --promise: #b3441e; --line: #c9c9c9; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececec; --paper: #16181b; --faint: #a2a2a2; --band: #34465c;
  --mark: #7fb2ea; --late: #e0ab45; --broken: #f2857d; --open: #8f8f8f; --settled: #86c7a3; --promise: #ffab7a; --line: #4a4d52; } }
@media print { :root { color-scheme: light; --ink: #000000; --paper: #ffffff; --faint: #555555; --band: #d4dce6;
  --mark: #1f5f99; --late: #9a6700; --broken: #b3261e; --open: #7a7a7a; --settled: #3f7d5c; --promise: #b3441e; --line: #bbbbbb; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 56rem; padding: 1rem; font: 16px/1.5 system-ui, sans-serif; color: var(--ink);
  background: var(--paper); }
h1 { font-size: 1.6rem; line-height: 1.2; margin: .5rem 0 0; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 .5rem; border-bottom: 2px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .25rem; }
.lead { margin: 0 0 1rem; }
.how, small { color: var(--faint); font-size: .85rem; display: block; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.8rem, 1fr)); gap: .75rem; margin: 1rem 0; }
dl div { border: 1px solid var(--line); border-radius: .4rem; padding: .6rem .8rem; }
dt { font-size: .85rem; }
dd { margin: 0; font-size: 1.35rem; font-weight: 600; font-variant-numeric: tabular-nums; }
dd small { font-weight: 400; }
figure { margin: 1rem 0; }
figcaption { max-width: 40rem; }
svg { width: 100%; max-width: 36rem; height: auto; display: block; }
svg * { stroke-linejoin: round; stroke-linecap: butt; }
.many { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 1rem; }
.key { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; margin: 0; padding: 0; font-size: .85rem; }
.key span { display: inline-block; width: 1.1em; height: .8em; margin-right: .4em; }
.many svg { max-width: 20rem; }
.many h4 { font-size: .95rem; margin: 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: .25rem 0 1rem; }
caption { text-align: left; font-weight: 600; padding: .25rem 0; }
caption small { font-weight: 400; }
th, td { text-align: left; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top;
  font-weight: 400; }
thead th { font-size: .85rem; color: var(--faint); }
th.part { padding-left: 1.25rem; }
td, thead th.n { font-variant-numeric: tabular-nums; }
td.n, thead th.n { text-align: right; white-space: nowrap; }
summary { cursor: pointer; font-size: .9rem; }
footer { margin-top: 3rem; color: var(--faint); font-size: .85rem; }
@media print { body { max-width: none; padding: 0; font-size: 11pt; } dl div, svg, tr, .many > div { break-inside: avoid; }
  h2, h3, .key, caption, thead { break-after: avoid; }
  summary { display: none; } details::details-content { content-visibility: visible; block-size: auto; } }
"""

_MAIL_STYLE = """
.wide { overflow-x: auto; }
body { margin: 0 auto; max-width: 44rem; padding: 1rem; font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; } h2 { border-bottom: 1px solid #999; } caption small { font-weight: 400; } .how, small { font-size: .85rem; display: block; }
dl div { margin-bottom: .6rem; } dd { margin: 0; font-weight: 600; } dd small { font-weight: 400; }
table { border-collapse: collapse; margin: .25rem 0 1rem; } caption { text-align: left; font-weight: 600; }
th, td { text-align: left; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid #999; vertical-align: top; font-weight: 400; }
td.n, thead th.n { text-align: right; white-space: nowrap; } th.part { padding-left: 1.25rem; }
"""


def title_of(report: Report) -> str:
    """What the report is called, in my language: "Responsiveness, 1–30 Nov 2026"."""
    words = _words(report)
    return f"{words.title}, {period(report.since, report.until, words.language, report.zone)}"


def as_html(report: Report, *, pictures: bool = True) -> str:
    """The whole page, in my language."""
    words, title = _words(report), title_of(report)
    name = report.person.name if report.person else ""
    body = [f"<h1>{escape(title)}</h1><p class=lead>{escape(name)}</p>", *_sections(report, words, pictures=pictures)]
    return document(title, "".join(body), words.footer, words.language, _STYLE if pictures else _MAIL_STYLE)


def document(title: str, body: str, footer: str, language: str, style: str = _STYLE) -> str:
    """A whole HTML document."""
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><title>{escape(title)}</title><style>{style}</style></head>\n'
        f"<body><main>{body}</main><footer>{escape(footer)}</footer></body></html>\n"
    )


def as_text(report: Report) -> str:
    """The same figures as plain text, at the width of a mail."""
    words = _words(report)
    blocks = [title_of(report)]
    for part in _told(report):
        lines = [part.name or words.everybody]
        lines += [
            f"  {name}: {value}" + f" ({remark})" * bool(remark)
            for name, value, remark in tables.glance(part.figures, words)
        ]
        blocks.append("\n".join(lines))
    table = tables.waiting(report.whole.figures, words, report.zone, tables.names_of(report))
    if table.rows:
        rows = (f"  {row.head}, {row.cells[0]}: {row.cells[2]}\n    {row.cells[1]}" for row in table.rows)
        blocks.append("\n".join((table.caption, *rows)))
    return "\n\n".join((*blocks, f"-- \n{words.footer}")) + "\n"


def glance(f: Figures, words: Words) -> str:
    """The figures that matter, as a list of names and values."""
    cells = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}<small>{escape(remark)}</small></dd></div>"
        for name, value, remark in tables.glance(f, words)
    )
    return f"<dl>{cells}</dl>"


def as_table(table: Table) -> str:
    """A table; figures to the right, words to the left."""
    kind = "" if table.text else " class=n"
    first, *others = table.columns
    head = (f"<th scope=col>{escape(first)}</th>" if first else "<td></td>") + "".join(
        f"<th scope=col{kind}>{escape(column)}</th>" for column in others
    )
    rows = "".join(
        f'<tr><th scope="row"{" class=part" if row.part else ""}>{escape(row.head)}{_how(row.how)}</th>'
        + "".join(f"<td{kind}>{escape(cell)}</td>" for cell in row.cells)
        + "</tr>"
        for row in table.rows
    )
    return (
        f'<div class=wide tabindex=0 role=group aria-label="{escape(table.caption)}"><table>'
        f"<caption>{escape(table.caption)}{_how(table.how)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def picture(svg: str, how: str, table: Table, words: Words, key: Sequence[tuple[str, str]]) -> str:
    """A picture with its key (colours of the page and what they mean), how it is made, and its table behind a click."""
    named = "".join(f'<li><span style="background: var(--{colour})"></span>{escape(name)}</li>' for colour, name in key)
    return (
        f"<figure><ul class=key>{named}</ul>{svg}<figcaption class=how>{escape(how)}</figcaption>"
        f"<details><summary>{escape(words.as_table)}</summary>{as_table(table)}</details></figure>"
    )


def _words(report: Report) -> Words:
    return words_of(report.person.language if report.person else "en")


def _how(text: str) -> str:
    return f"<small>{escape(text)}</small>" if text else ""


def _told(report: Report) -> tuple[Part, ...]:
    """One client alone is not told twice."""
    return (report.whole, *report.clients) if len(report.clients) != 1 else report.clients


def _sections(report: Report, words: Words, *, pictures: bool) -> Iterator[str]:
    if not report.arrivals and not report.whole.figures.told:
        yield f"<p>{escape(words.nothing)}</p>"
        return
    for number, part in enumerate(_told(report)):
        f = part.figures
        yield f"<section><h2>{escape(part.name or words.everybody)}</h2>{glance(f, words)}"
        if pictures:
            yield from pictures_of(part, words, f"p{number}", all_of_them=number == 0)
        if pictures and number == 0 and len(report.clients) > 1:
            yield from _small(report, words)
        yield as_table(tables.speeds(f, words)) + as_table(tables.counts(f, words))
        if number == 0:
            yield from _lists(report, words)
        yield "</section>"


def _lists(report: Report, words: Words) -> Iterator[str]:
    f = report.whole.figures
    for table in (tables.waiting(f, words, report.zone, tables.names_of(report)), tables.by_hand(f, words)):
        if table.rows:
            yield as_table(table)


def pictures_of(part: Part, words: Words, name: str, *, all_of_them: bool = True) -> Iterator[str]:
    """When mail came and, with `all_of_them`, how long answers took and what became of promises; each if there was some."""
    from triaged.report import plots

    f, language = part.figures, words.language
    if part.grid.most:
        told = f"{words.messages}: {f.received}. {words.outside}: {f.outside}."
        yield f"<h3>{escape(words.when_plot)}</h3>" + picture(
            plots.when_plot(part.grid, words, f"{name}when", told),
            words.how_when.format(zone=part.grid.hours.zone.key),
            tables.when_table(part.grid, words),
            words,
            (("mark", words.messages), ("band", words.agreed)),
        )
    if f.answered.office.count and all_of_them:
        told = f"{words.answered}, {words.in_hours}, {words.median}: {duration(f.answered.office.median, language)}."
        yield f"<h3>{escape(words.answers_plot)}</h3>" + picture(
            plots.answers_plot(part.series, words, f"{name}answers", told),
            words.how_answers,
            tables.answers_table(part.series, words),
            words,
            _answers_key(words),
        )
    if f.told and all_of_them:
        yield f"<h3>{escape(words.promises_plot)}</h3>" + picture(
            plots.promises_plot(part.series, words, f"{name}promises", _what_became(f, words)),
            words.how_promises_plot,
            tables.promises_table(part.series, words),
            words,
            tuple((KEPT_COLOURS[kept], words.kept[kept]) for kept in KEPT if f.promises[kept]),
        )


def _small(report: Report, words: Words) -> Iterator[str]:
    from triaged.report import plots

    chosen = [part for part in report.clients if part.figures.answered.office.count]
    chosen = sorted(chosen, key=lambda part: -part.figures.questions)[:MOST_SMALL]
    if not chosen:
        return
    height = plots.tallest([part.series for part in chosen])
    many = "".join(
        f"<div><h4>{escape(part.name)}</h4>"
        + plots.small_answers_plot(
            part.series, words, f"small{n}", f"{part.name}: {_median(part.figures, words)}", height
        )
        + "</div>"
        for n, part in enumerate(chosen)
    )
    yield f"<h3>{escape(words.each_plot)}</h3>" + picture(
        f"<div class=many>{many}</div>", words.how_each, tables.each_table(chosen, words), words, _answers_key(words)
    )


def _answers_key(words: Words) -> tuple[tuple[str, str], ...]:
    return ("mark", words.median), ("promise", words.promised)


def _what_became(f: Figures, words: Words) -> str:
    return "; ".join(f"{words.kept[kept]}: {f.promises[kept]}" for kept in KEPT)


def _median(f: Figures, words: Words) -> str:
    median = f.answered.office.median
    return f"{words.median} {duration(median, words.language)} {words.in_hours}" if median else NONE
