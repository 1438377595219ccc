"""The pictures of the report, as inline SVG by matplotlib. Values in, markup out; nothing is loaded from outside.

Colours are those of the page (CSS variables), so that one picture serves light, dark and paper; text stays text. Every
picture has a title and a description for those who cannot see it, and the page puts its table beside it.
"""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from html import escape
from io import StringIO
from typing import Any

from triaged.report.figures import KEPT
from triaged.report.phrases import weekdays
from triaged.report.reportwords import Words
from triaged.report.series import Grid, Series
from triaged.report.tables import stretch_name

_VARIABLES = ("ink", "paper", "faint", "band", "mark", "late", "broken", "open", "settled", "promise")
_INK, _PAPER, _FAINT, _BAND, _MARK, _LATE, _BROKEN, _OPEN, _SETTLED, _PROMISE = (
    f"#{number:02x}fefe" for number in range(10)
)
"""Colours that no picture has: each stands for a variable of the page until the picture is put in."""
_KEPT_COLOURS = {"kept": _MARK, "late": _LATE, "broken": _BROKEN, "open": _OPEN, "settled": _SETTLED}
_WIDE, _SMALL = (5.2, 2.7), (2.6, 1.5)  # inches: a phone shows 5.2 of them at the size of its own text
_MARGINS = {_WIDE: (0.15, 0.2, 0.98, 0.97), _SMALL: (0.17, 0.2, 0.97, 0.94)}  # left, bottom, right, top
_MOST_LABELS = 6
_DOT = 150.0  # area of the largest dot, in square points
_HOUR = 3600

_STYLE: dict[Any, Any] = {  # matplotlib types its keys one by one
    "svg.fonttype": "none", "font.size": 10.5, "axes.spines.top": False, "axes.spines.right": False,
    "axes.edgecolor": _FAINT, "xtick.color": _FAINT, "ytick.color": _FAINT, "xtick.labelcolor": _INK, "ytick.labelcolor": _INK,
    "text.color": _INK, "axes.labelcolor": _INK, "axes.linewidth": 0.8,
}  # fmt: skip


def when_plot(grid: Grid, words: Words, name: str, told: str) -> str:
    """Dots by weekday and hour over the band of agreed hours. `name`: unique on the page; `told`: the description."""

    def draw(axes: Any) -> None:
        from matplotlib.patches import Rectangle

        for day in range(7):
            for start, end in grid.agreed(day):
                axes.add_patch(Rectangle((start, day - 0.5), end - start, 1, facecolor=_BAND, edgecolor="none"))
        dots = [(hour, day, count) for day, row in enumerate(grid.counts) for hour, count in enumerate(row) if count]
        axes.scatter(
            [hour + 0.5 for hour, _, _ in dots],
            [day for _, day, _ in dots],
            s=[max(count / grid.most * _DOT, 3) for _, _, count in dots],
            color=_MARK,
            linewidths=0,
        )
        axes.set(xlim=(0, 24), ylim=(6.5, -0.5), xticks=range(0, 25, 3), yticks=range(7))
        axes.set_yticklabels(weekdays(words.language))
        axes.set_xticklabels([f"{hour}" for hour in range(0, 25, 3)])
        axes.set_xlabel(words.hour)
        axes.tick_params(length=0)

    return _drawn(draw, name, words.when_plot, told, _WIDE)


def answers_plot(series: Series, words: Words, name: str, told: str) -> str:
    """Median answer times as bars, the 90 % as a thin line, the promise as steps; hours within agreed hours."""

    def draw(axes: Any) -> None:
        _answers(axes, series)
        axes.set_ylabel(words.hours_axis)
        _dates(axes, series, words.language, _MOST_LABELS)

    return _drawn(draw, name, words.answers_plot, told, _WIDE)


def promises_plot(series: Series, words: Words, name: str, told: str) -> str:
    """What became of promises, stacked."""

    def draw(axes: Any) -> None:
        below = [0] * len(series.stretches)
        for kept in KEPT:
            heights = [one.promises[kept] for one in series.stretches]
            if not any(heights):
                continue
            axes.bar(
                range(len(heights)), heights, bottom=below, width=0.7, color=_KEPT_COLOURS[kept], edgecolor=_PAPER,
                linewidth=0.8,
            )  # fmt: skip
            below = [a + b for a, b in zip(below, heights, strict=True)]
        axes.yaxis.get_major_locator().set_params(integer=True)
        _dates(axes, series, words.language, _MOST_LABELS)

    return _drawn(draw, name, words.promises_plot, told, _WIDE)


def small_answers_plot(series: Series, words: Words, name: str, told: str, tallest: float) -> str:
    """As `answers_plot`, one of many on one scale: `tallest` is its height in hours."""

    def draw(axes: Any) -> None:
        _answers(axes, series)
        axes.set_ylim(0, tallest)
        _dates(axes, series, words.language, 2)

    return _drawn(draw, name, words.answers_plot, told, _SMALL)


def tallest(many: Sequence[Series]) -> float:
    """The height that shows every median and every promise of these, in hours."""
    spans = (span for one in many for s in one.stretches for span in (s.answered.median, s.promised) if span)
    return max((_hours(span) for span in spans), default=1.0) * 1.1


def _answers(axes: Any, series: Series) -> None:
    for number, one in enumerate(series.stretches):
        if one.answered.median is None or one.answered.p90 is None:
            continue
        axes.bar(number, _hours(one.answered.median), width=0.7, color=_MARK)
        axes.plot([number, number], [_hours(one.answered.median), _hours(one.answered.p90)], color=_MARK, linewidth=1.2)
    promised = [None if one.promised is None else _hours(one.promised) for one in series.stretches]
    for number, hours in enumerate(promised):
        if hours is None:
            continue
        axes.plot([number - 0.5, number + 0.5], [hours, hours], color=_PROMISE, linewidth=2)
        after = promised[number + 1] if number + 1 < len(promised) else None
        if after is not None:
            axes.plot([number + 0.5] * 2, [hours, after], color=_PROMISE, linewidth=0.8)
    axes.set_xlim(-0.6, len(series.stretches) - 0.4)
    axes.set_ylim(bottom=0)


def _dates(axes: Any, series: Series, language: str, most: int) -> None:
    """At most so many labels below, evenly apart, from the first on."""
    count = len(series.stretches)
    apart = -(-count // most)
    shown = range(0, count, apart)
    axes.set_xticks(list(shown))
    axes.set_xticklabels([stretch_name(series.stretches[n].start, series, language) for n in shown])
    axes.tick_params(axis="x", length=0)


def _hours(span: timedelta) -> float:
    return span.total_seconds() / _HOUR


def _drawn(draw: Callable[[Any], None], name: str, title: str, told: str, size: tuple[float, float]) -> str:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({**_STYLE, "svg.hashsalt": name}):
        figure = Figure(figsize=size)
        left, bottom, right, top = _MARGINS[size]
        figure.subplots_adjust(left, bottom, right, top)
        axes = figure.subplots()
        axes.patch.set_visible(False)
        draw(axes)
        out = StringIO()
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    return _inline(out.getvalue(), name, title, told)


def _inline(svg: str, name: str, title: str, told: str) -> str:
    """A picture that can stand in a page: ids of its own, colours and fonts of the page, words for those who cannot see it."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r'(href="|url\()#', rf"\1#{name}-", svg)
    svg = re.sub(r"font-family: [^;\"]+", "font-family: inherit", svg)
    svg = re.sub(r"#(0[0-9])fefe\b", lambda colour: f"var(--{_VARIABLES[int(colour[1], 16)]})", svg)
    svg = re.sub(r'<svg ([^>]*?)width="[^"]*" height="[^"]*" ', r"<svg \1", svg, count=1)
    head = f'role="img" aria-labelledby="{name}-title {name}-told">'
    words = f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-told">{escape(told)}</desc>'
    return svg.replace(">", f" {head}{words}", 1).strip()
