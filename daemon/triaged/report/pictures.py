"""The pictures of one client or of all, each with its key, how it is made, and its table."""

from collections.abc import Iterator, Sequence
from html import escape

from triaged.core.wording import zone_name
from triaged.report import plots, tables
from triaged.report.figures import KEPT, Figures
from triaged.report.markup import picture
from triaged.report.phrases import NONE, duration
from triaged.report.reportwords import Words
from triaged.report.summary import Part

MOST_SMALL = 12
"""Clients that have a picture of their own among the small ones: those with the most questions."""


def pictures_of(part: Part, words: Words, name: str, *, all_of_them: bool = True) -> Iterator[str]:
    """When mail came and, with `all_of_them`, how long answers took and what became of promises; each if there was some."""
    f, language = part.figures, words.language
    if part.grid.most:
        told = f"{words.paired(words.messages, str(f.received))}. {words.paired(words.outside, str(f.outside))}."
        yield f"<h3>{escape(words.when_plot)}</h3>" + picture(
            plots.when_plot(part.grid, words, f"{name}when", told),
            words.how_when.format(zone=zone_name(part.grid.zone, language, part.grid.now)),
            tables.when_table(part.grid, words),
            words,
            _when_key(part, words),
        )
    if f.answered.office.count and all_of_them:
        median = duration(f.answered.office.median, language)
        told = f"{words.paired(f'{words.answered}, {words.in_hours}, {words.median}', median)}."
        yield f"<h3>{escape(words.answers_plot)}</h3>" + picture(
            plots.answers_plot(part.series, words, f"{name}answers", told),
            words.how_answers,
            tables.answers_table(part.series, words),
            words,
            (*_answers_key(words), *_days_off_key(part, words)),
        )
    if f.told and all_of_them:
        yield f"<h3>{escape(words.promises_plot)}</h3>" + picture(
            plots.promises_plot(part.series, words, f"{name}promises", _what_became(f, words)),
            words.how_promises_plot,
            tables.promises_table(part.series, words),
            words,
            (
                *((plots.KEPT_COLOURS[kept], words.kept[kept]) for kept in KEPT if f.promises[kept]),
                *_days_off_key(part, words),
            ),
        )


def small_pictures(parts: Sequence[Part], words: Words) -> Iterator[str]:
    """How long answers to each client took, on one scale: of those with the most questions."""
    chosen = [part for part in parts if part.figures.answered.office.count]
    chosen = sorted(chosen, key=lambda part: -part.figures.questions)[:MOST_SMALL]
    if not chosen:
        return
    height = plots.tallest([part.series for part in chosen])
    many = "".join(
        f"<div><h4>{escape(part.name)}</h4>"
        + plots.small_answers_plot(
            part.series, words, f"small{n}", words.paired(part.name, _median(part.figures, words)), height
        )
        + "</div>"
        for n, part in enumerate(chosen)
    )
    yield f"<h3>{escape(words.each_plot)}</h3>" + picture(
        f"<div class=many>{many}</div>", words.how_each, tables.each_table(chosen, words), words, _answers_key(words)
    )


def _answers_key(words: Words) -> tuple[tuple[str, str], ...]:
    return ("mark", words.median), ("promise", words.promised)


def _when_key(part: Part, words: Words) -> tuple[tuple[str, str], ...]:
    off = (("late", words.holidays),) if any(map(any, part.grid.days_off)) else ()
    return ("mark", words.messages), *off, ("band", words.agreed)


def _days_off_key(part: Part, words: Words) -> tuple[tuple[str, str], ...]:
    return (("off", words.holidays),) if part.series.days_off else ()


def _what_became(f: Figures, words: Words) -> str:
    return words.semicolon.join(words.paired(words.kept[kept], str(f.promises[kept])) for kept in KEPT)


def _median(f: Figures, words: Words) -> str:
    median = f.answered.office.median
    return f"{words.median} {duration(median, words.language)} {words.in_hours}" if median else NONE
