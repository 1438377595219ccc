"""The figures as tables of words, for every page that shows them: a screen, a mail, a terminal that reads aloud. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from triaged.core.wording import zone_name
from triaged.report.figures import KEPT, SORTS, WHENS, Figures, Times
from triaged.report.phrases import NONE, duration, limit, share, short_day, short_month, weekdays
from triaged.report.questions import OUTCOMES
from triaged.report.reportwords import Words
from triaged.report.series import Grid, Series
from triaged.report.summary import Part, Report


@dataclass(frozen=True, slots=True)
class Row:
    """A heading, what stands beside it, and how that is counted."""

    head: str
    cells: tuple[str, ...]
    how: str = ""
    part: bool = False  # a part of the row above it


@dataclass(frozen=True, slots=True)
class Table:
    """`columns` name the cells; the first names the headings of the rows."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    how: str = ""
    text: bool = False  # the cells are words, no figures


def glance(f: Figures, words: Words) -> tuple[tuple[str, str, str], ...]:
    """The few figures that matter: name, value, and a remark on it."""
    language = words.language
    answered, acknowledged = f.answered, f.acknowledged
    outside = words.paired(words.outside, f"{f.outside} ({share(f.outside, f.received, language)})")
    elapsed = f"{words.elapsed} {duration(limit(answered.elapsed.median), language)}"
    return (
        (words.messages, str(f.received), outside),
        *(
            [
                (
                    words.acknowledged,
                    duration(limit(acknowledged.elapsed.median), language),
                    words.median_of.format(count=words.of.format(n=acknowledged.elapsed.count, of=f.since_triaged)),
                )
            ]
            if f.since_triaged
            else []
        ),
        (
            words.answered,
            duration(limit(answered.office.median, days=False), language, days=False),
            f"{words.median} {words.in_hours}{words.semicolon}{elapsed}",
        ),
        (words.promises, str(f.told), words.kept_of.format(kept=f.promises["kept"], decided=f.decided)),
        (words.waiting, str(len(f.waiting)), words.paired(words.older, str(f.older)) if f.older else ""),
    )


def counts(f: Figures, words: Words) -> Table:
    """How many of what."""

    def parts(of: int, *named: tuple[str, int, str]) -> list[Row]:
        return [Row(name, (str(n), share(n, of, words.language)), how, part=True) for name, n, how in named if n]

    how = {"marked": words.how_marked, "talked": words.how_talked, "waiting": words.how_waiting}
    rows = [
        Row(words.messages, (str(f.received), ""), words.how_messages),
        Row(words.arrival, ("", ""), words.how_arrived),
        *parts(f.received, *((words.arrived[when], f.arrived[when], "") for when in WHENS)),
        Row(words.decided, ("", ""), words.how_verdicts),
        *parts(f.received, *((words.verdicts[one], count, "") for one, count in sorted(f.verdicts.items()))),
        Row(words.sort, ("", ""), words.how_sorts),
        *parts(f.received, *((words.sorts[one], f.sorts[one], "") for one in SORTS)),
        Row(words.questions, (str(f.questions), ""), words.how_questions),
        *parts(f.questions, *((words.outcomes[one], f.outcomes[one], how.get(one, "")) for one in OUTCOMES)),
        *promised(f, words),
        Row(words.passes, (str(f.passes), "")),
        Row(words.bursts, (str(f.bursts), ""), words.how_bursts),
    ]
    return Table(words.counted, ("", words.count, "%"), tuple(rows))


def promised(f: Figures, words: Words) -> list[Row]:
    """Promises made and what became of them: a number, and its share of those that are decided."""
    of = dict.fromkeys(("kept", "late", "broken"), f.decided)
    return [
        Row(words.promises, (str(f.told), ""), words.how_promises),
        *(
            Row(words.kept[kept], (str(n), share(n, of[kept], words.language) if kept in of else ""), part=True)
            for kept in KEPT
            if (n := f.promises[kept])
        ),
    ]


def speeds(f: Figures, words: Words) -> Table:
    """How fast: on the clock and in agreed hours, side by side. Nothing of acknowledgements where there could be none."""
    kinds = [(words.answered, f.answered)]
    if f.since_triaged:
        kinds.insert(0, (words.acknowledged, f.acknowledged))
    rows = tuple(
        row
        for name, taken in kinds
        for row in (
            _speed(f"{name}, {words.elapsed}", taken.elapsed, words),
            _speed(words.in_hours, taken.office, words, office=True),
        )
    )
    return Table(words.times, ("", words.count, words.median, words.p90, words.worst), rows, how=words.how_times)


def _speed(name: str, times: Times, words: Words, *, office: bool = False) -> Row:
    median, p90, worst = (
        duration(limit(span, days=not office), words.language, days=not office)
        for span in (times.median, times.p90, times.worst)
    )
    if times.count:
        p90 = f"{p90} ({words.of.format(n=times.within_p90, of=times.count)})"
    return Row(name, (str(times.count), median, p90, worst), part=office)


def waiting(f: Figures, words: Words, zone: ZoneInfo, names: dict[str, str]) -> Table:
    """What nobody has answered, the oldest first."""
    rows = tuple(
        Row(
            names.get(one.client, one.client),
            (
                _moment(one.since, zone, words.language),
                duration(one.age.elapsed, words.language),
                duration(one.age.office, words.language, days=False),
                one.subject or NONE,
            ),
        )
        for one in f.waiting
    )
    columns = (words.client, words.since, words.age, words.in_hours, words.subject)
    caption = words.waiting_list
    if f.waiting:
        caption += f" ({zone_name(zone, words.language, f.waiting[0].since)})"
    return Table(caption, columns, rows, how=words.how_waiting, text=True)


def by_hand(f: Figures, words: Words) -> Table:
    """Rules whose verdict a person undid."""
    rows = tuple(
        Row(rule, (words.moved_of.format(moved=moved, decided=decided),))
        for rule, (moved, decided) in sorted(f.by_hand.items(), key=lambda one: -one[1][0])
    )
    return Table(words.by_hand, (words.rule, words.moved), rows, how=words.how_by_hand, text=True)


def when_table(grid: Grid, words: Words) -> Table:
    """Messages by weekday and hour, in the zone of the grid."""
    rows = tuple(
        Row(name, tuple(str(count or "") for count in counts))
        for name, counts in zip(weekdays(words.language), grid.counts, strict=True)
    )
    caption = f"{words.when_plot} ({zone_name(grid.zone, words.language, grid.now)})"
    return Table(caption, ("", *(f"{hour:02}" for hour in range(24))), rows)


def answers_table(series: Series, words: Words) -> Table:
    """Answer times in the course of the period, in agreed hours."""
    rows = tuple(
        Row(
            stretch_name(one.start, series, words.language),
            (
                str(one.answered.count),
                *(
                    duration(limit(span, days=False), words.language, days=False)
                    for span in (one.answered.median, one.answered.p90, one.promised)
                ),
            ),
        )
        for one in series.stretches
    )
    columns = (words.steps[series.step], words.count, words.median, words.p90, words.promised)
    return Table(words.answers_plot, columns, rows)


def promises_table(series: Series, words: Words) -> Table:
    """Promises in the course of the period."""
    rows = tuple(
        Row(stretch_name(one.start, series, words.language), tuple(str(one.promises[kept]) for kept in KEPT))
        for one in series.stretches
    )
    return Table(words.promises_plot, (words.steps[series.step], *(words.kept[kept] for kept in KEPT)), rows)


def each_table(parts: Sequence[Part], words: Words) -> Table:
    """Every client's answer times in the course of the period."""
    stretches = parts[0].series.stretches if parts else ()
    rows = tuple(
        Row(
            stretch_name(one.start, parts[0].series, words.language),
            tuple(duration(part.series.stretches[n].answered.median, words.language, days=False) for part in parts),
        )
        for n, one in enumerate(stretches)
    )
    return Table(words.each_plot, (words.steps[parts[0].series.step], *(part.name for part in parts)), rows)


def stretch_name(start: date, series: Series, language: str) -> str:
    """What a part of the period is called."""
    return short_month(start, language) if series.step == "month" else short_day(start, language)


def names_of(report: Report) -> dict[str, str]:
    """Clients' names by their labels."""
    return {part.figures.client: part.name for part in report.clients if part.figures.client}


def _moment(at: datetime, zone: ZoneInfo, language: str) -> str:
    local = at.astimezone(zone)
    return f"{weekdays(language)[local.weekday()]} {short_day(local.date(), language)} {local:%H:%M}"
