"""The report that I read, as one HTML file; without its pictures, which mail clients would not show, as a mail; as text."""

from collections.abc import Iterator
from html import escape

from triaged.report import tables
from triaged.report.figures import Figures
from triaged.report.markup import MAIL_STYLE, STYLE, as_table, document
from triaged.report.phrases import period
from triaged.report.reportwords import Words, words_of
from triaged.report.summary import Part, Report
from triaged.report.tables import Row


def title_of(report: Report) -> str:
    """What the report is called, in my language: "Responsiveness, 1–30 Nov 2026"."""
    words = _words(report)
    return f"{words.title}, {period(report.since, report.until, words.language, report.zone)}"


def as_html(report: Report, *, pictures: bool = True) -> str:
    """The whole page, in my language."""
    words, title = _words(report), title_of(report)
    name = report.person.name if report.person else ""
    body = [f"<h1>{escape(title)}</h1><p class=lead>{escape(name)}</p>", *_sections(report, words, pictures=pictures)]
    return document(title, "".join(body), words.footer, words.language, STYLE if pictures else MAIL_STYLE)


def body_of(report: Report) -> str:
    """What stands below the title, for a page that has its own frame and style."""
    return "".join(_sections(report, _words(report), pictures=True))


def as_text(report: Report) -> str:
    """The same figures as plain text, at the width of a mail."""
    words = _words(report)
    blocks = [title_of(report)]
    for part in _told(report):
        lines = [part.name or words.everybody]
        lines += [
            "  " + words.paired(name, value) + f" ({remark})" * bool(remark)
            for name, value, remark in tables.glance(part.figures, words)
        ]
        blocks.append("\n".join(lines))
    table = tables.waiting(report.whole.figures, words, report.zone, tables.names_of(report))
    if table.rows:
        blocks.append("\n".join((table.caption, *(_waiting(row, words) for row in table.rows))))
    return "\n\n".join((*blocks, f"-- \n{words.footer}")) + "\n"


def _waiting(row: Row, words: Words) -> str:
    since, age, in_hours, subject = row.cells
    return f"  {words.paired(row.head, subject)}\n    {words.since} {since}, {age} ({in_hours} {words.in_hours})"


def _glance(f: Figures, words: Words) -> str:
    """The figures that matter, as a list of names and values."""
    cells = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}<small>{escape(remark)}</small></dd></div>"
        for name, value, remark in tables.glance(f, words)
    )
    return f"<dl>{cells}</dl>"


def _words(report: Report) -> Words:
    return words_of(report.person.language if report.person else "en")


def _told(report: Report) -> tuple[Part, ...]:
    """One client alone is not told twice."""
    return (report.whole, *report.clients) if len(report.clients) != 1 else report.clients


def _sections(report: Report, words: Words, *, pictures: bool) -> Iterator[str]:
    if not report.arrivals and not report.whole.figures.told:
        yield f"<p>{escape(words.nothing)}</p>"
        return
    for number, part in enumerate(_told(report)):
        f = part.figures
        yield f"<section><h2>{escape(part.name or words.everybody)}</h2>{_glance(f, words)}"
        if pictures:
            yield from _pictures(report, part, words, number)
        yield as_table(tables.speeds(f, words)) + as_table(tables.counts(f, words))
        if number == 0:
            yield from _lists(report, words)
        yield "</section>"


def _pictures(report: Report, part: Part, words: Words, number: int) -> Iterator[str]:
    from triaged.report.pictures import pictures_of, small_pictures

    yield from pictures_of(part, words, f"p{number}", all_of_them=number == 0)
    if number == 0 and len(report.clients) > 1:
        yield from small_pictures(report.clients, words)


def _lists(report: Report, words: Words) -> Iterator[str]:
    f = report.whole.figures
    for table in (tables.waiting(f, words, report.zone, tables.names_of(report)), tables.by_hand(f, words)):
        if table.rows:
            yield as_table(table)
