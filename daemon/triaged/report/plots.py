"""The pictures of the report. Values in, SVG out. The page puts each one's table beside it."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import partial

from triaged.core.wording import zone_name
from triaged.report.canvas import Canvas, Frame, Point, round_steps
from triaged.report.figures import KEPT
from triaged.report.phrases import number, weekdays
from triaged.report.reportwords import Words
from triaged.report.series import Grid, Series
from triaged.report.tables import stretch_name

KEPT_COLOURS = {"kept": "mark", "late": "late", "broken": "broken", "open": "open", "settled": "settled"}
"""What a promise of each state is painted in."""
_WIDE = partial(Frame, (374.4, 194.4), left=56.0, right=367.0, top=6.0, bottom=155.5)
_SMALL = partial(Frame, (187.2, 108.0), left=32.0, right=181.5, top=6.5, bottom=86.5)
_MOST_LABELS = 6
_DOT = 150.0  # area of the largest dot, in square points
_LEAST_DOT = 3.0
_HALF = 0.35  # of a bar's width, where 1 is from bar to bar
_ABOVE = 1.05  # of the highest value: how high the axis is
_HOUR = 3600


def when_plot(grid: Grid, words: Words, name: str, told: str) -> str:
    """Dots by weekday and hour over the band of agreed hours. `name`: unique on the page; `told`: the description."""
    canvas = Canvas(_WIDE(across=(0, 24), up=(6.5, -0.5)))
    for day in range(7):
        for start, end in grid.agreed(day):
            canvas.box(((start, day + 0.5), (end, day - 0.5)), "band")
    for day, row in enumerate(grid.counts):
        for hour, count in enumerate(row):
            if count:
                off = grid.days_off[day][hour]
                canvas.dot((hour + 0.5, day), _dot(count, grid), "mark" if off < count else "late")
                if 0 < off < count:
                    canvas.dot((hour + 0.5, day), _dot(off, grid), "late")
    canvas.beside(enumerate(weekdays(words.language)))
    canvas.below(
        ((hour, f"{hour}") for hour in range(0, 25, 3)),
        f"{words.hour} ({zone_name(grid.zone, words.language, grid.now)})",
    )
    return canvas.markup(name, words.when_plot, told)


def _dot(count: int, grid: Grid) -> float:
    return max(count / grid.most * _DOT, _LEAST_DOT)


def answers_plot(series: Series, words: Words, name: str, told: str) -> str:
    """Median answer times as bars, the 90 % as a thin line, the promise as steps; hours within agreed hours."""
    highest = _height(span for one in series.stretches for span in (one.answered.p90, one.promised))
    canvas = Canvas(_WIDE(across=_across(series), up=(0, highest)))
    _days_off(canvas, series)
    _answers(canvas, series)
    _dates(canvas, series, words, _MOST_LABELS)
    _values(canvas, words, words.hours_axis)
    return canvas.markup(name, words.answers_plot, told)


def promises_plot(series: Series, words: Words, name: str, told: str) -> str:
    """What became of promises, stacked."""
    highest = max((sum(one.promises[kept] for kept in KEPT) for one in series.stretches), default=1)
    canvas = Canvas(_WIDE(across=_across(series), up=(0, max(highest, 1) * _ABOVE)))
    _days_off(canvas, series)
    for place, one in enumerate(series.stretches):
        below = 0
        for kept in KEPT:
            if one.promises[kept]:
                above = below + one.promises[kept]
                canvas.box(((place - _HALF, below), (place + _HALF, above)), KEPT_COLOURS[kept], edge="paper")
                below = above
    _dates(canvas, series, words, _MOST_LABELS)
    _values(canvas, words, whole=True)
    return canvas.markup(name, words.promises_plot, told)


def small_answers_plot(series: Series, words: Words, name: str, told: str, tallest: float) -> str:
    """As `answers_plot`, one of many on one scale: `tallest` is its height in hours."""
    canvas = Canvas(_SMALL(across=_across(series), up=(0, tallest)))
    _answers(canvas, series)
    _dates(canvas, series, words, 2)
    _values(canvas, words)
    return canvas.markup(name, words.answers_plot, told)


def tallest(many: Sequence[Series]) -> float:
    """The height that shows every median and every promise of these, in hours."""
    return _height(span for one in many for s in one.stretches for span in (s.answered.median, s.promised))


def _days_off(canvas: Canvas, series: Series) -> None:
    """Holidays and days away, behind everything."""
    for begin, end in series.days_off:
        canvas.box(((begin, 0), (end, canvas.frame.up[1])), "off")


def _answers(canvas: Canvas, series: Series) -> None:
    stretches = series.stretches
    for place, one in enumerate(stretches):
        if one.answered.median is not None and one.answered.p90 is not None:
            median, p90 = _hours(one.answered.median), _hours(one.answered.p90)
            canvas.box(((place - _HALF, 0), (place + _HALF, median)), "mark")
            canvas.line(((place, median), (place, p90)), "mark", 1.2)
    promised = [None if one.promised is None else _hours(one.promised) for one in stretches]
    for place, (hours, after) in enumerate(zip(promised, [*promised[1:], None], strict=True)):
        if hours is not None:
            canvas.line(((place - 0.5, hours), (place + 0.5, hours)), "promise", 2)
            if after is not None:
                canvas.line(((place + 0.5, hours), (place + 0.5, after)), "promise", 0.8)


def _dates(canvas: Canvas, series: Series, words: Words, labels: int) -> None:
    """At most so many dates below, evenly apart, from the first on."""
    apart = -(-len(series.stretches) // labels)
    dates = enumerate(stretch_name(one.start, series, words.language) for one in series.stretches)
    canvas.below((place, date) for place, date in dates if place % apart == 0)


def _values(canvas: Canvas, words: Words, title: str = "", *, whole: bool = False) -> None:
    steps = round_steps(canvas.frame.up[1], whole=whole)
    canvas.beside(((value, number(value, words.language)) for value in steps), title)


def _across(series: Series) -> Point:
    return -0.6, len(series.stretches) - 0.4


def _height(spans: Iterable[timedelta | None]) -> float:
    return max((_hours(span) for span in spans if span), default=1.0) * _ABOVE


def _hours(span: timedelta) -> float:
    return span.total_seconds() / _HOUR
