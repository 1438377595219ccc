"""`triaged report` on a terminal: the figures client by client, when mail came, how long answers took, what waits."""

from pathlib import Path
from typing import Any

from triaged.cli.common import console, print_table
from triaged.core.wording import zone_name
from triaged.report import tables
from triaged.report.figures import SORTS, WHENS, Figures, Times
from triaged.report.phrases import brief, limit, period, share, weekdays
from triaged.report.questions import OUTCOMES
from triaged.report.reportwords import words_of
from triaged.report.summary import Part, Report

_BLOCKS = " ▁▂▃▄▅▆▇█"
_BAR = 24
_MOST_WAITING = 15


def show_page(report: Report, path: Path, *, named: bool) -> None:
    """Print it; `named`: with the person's label, as there are several."""
    words = words_of("en")
    out = console()
    title = f"{words.title}, {period(report.since, report.until, 'en', report.zone)}"
    out.print(f"{report.person.label}: {title}" if named and report.person else title, style="bold")
    if not report.arrivals and not report.whole.figures.told:
        out.print(words.nothing)
        return
    _tables(out, report)
    _when(out, report.whole)
    _course(out, report.whole)
    _waiting(out, report)
    _hints(out, report, path)
    out.print(
        "\nA question begins with the first message that nobody answered yet; automatic replies never answer it, and robots and"
        " lists never ask. Times are medians; “in hours” counts agreed hours alone, as agreed then. --html shows how each figure"
        " is counted; `triaged explain ITEM` why a message was decided so.",
        style="dim",
    )


def _tables(out: Any, report: Report) -> None:
    """Two narrow ones: what came, and what was done about it."""
    parts = (*report.clients, report.whole) if len(report.clients) != 1 else report.clients
    came = ("client", "mails", "outside hours", "asked", "in calls", "waiting", "bursts")
    print_table(came, [_came(part) for part in parts], "")
    out.print()
    acknowledged = report.whole.figures.since_triaged > 0  # before triaged there was nothing to acknowledge with
    done = ("client", *(("acknowledged",) if acknowledged else ()), "answered", "in hours", "promises kept")
    print_table(done, [_done(part, acknowledged=acknowledged) for part in parts], "")
    out.print("\n" + _sorts(report.whole.figures))


def _sorts(f: Figures) -> str:
    words = words_of("en")
    decided = [f"{count} {words.verdicts[verdict]}" for verdict, count in sorted(f.verdicts.items())]
    came = [f"{f.arrived[when]} {words.arrived[when]}" for when in WHENS if f.arrived[when]]
    sorts = [f"{f.sorts[sort]} {words.sorts[sort]}" for sort in SORTS if f.sorts[sort]]
    ended = [f"{f.outcomes[one]} {words.outcomes[one]}" for one in OUTCOMES if f.outcomes[one]]
    passes = [f"passes spent: {f.passes}"] if f.passes else []
    lines = ("decided: " + ", ".join(decided), "came: " + ", ".join(came), "were: " + ", ".join(sorts))
    asked = ["questions: " + ", ".join(ended)] if ended else []
    return ".\n".join(one[0].upper() + one[1:] for one in (*lines, *asked, *passes)) + "."


def _came(part: Part) -> tuple[str, ...]:
    f = part.figures
    return (
        part.name or "all",
        str(f.received),
        f"{f.outside} ({share(f.outside, f.received, 'en')})",
        str(f.questions),
        str(f.talked or ""),
        f"{len(f.waiting)}" + f" (+{f.older} older)" * bool(f.older),
        str(f.bursts or ""),
    )


def _done(part: Part, *, acknowledged: bool) -> tuple[str, ...]:
    f = part.figures
    return (
        part.name or "all",
        *((_times(f.acknowledged.elapsed),) if acknowledged else ()),
        _times(f.answered.elapsed),
        _times(f.answered.office, days=False),
        _kept(f),
    )


def _times(times: Times, *, days: bool = True) -> str:
    if not times.count:
        return ""
    return f"{brief(limit(times.median, days=days), days=days)}\n({times.within_p90} of {times.count}: {brief(limit(times.p90, days=days), days=days)})"


def _kept(f: Figures) -> str:
    if not f.told:
        return ""
    others = ", ".join(
        f"{f.promises[kept]} {kept}" for kept in ("late", "broken", "open", "settled") if f.promises[kept]
    )
    return f"{f.promises['kept']} of {f.decided}" + f"\n({others})" * bool(others)


def _when(out: Any, part: Part) -> None:
    """A line a weekday: the higher the block, the more messages; agreed hours are underlined."""
    from rich.text import Text

    grid = part.grid
    if not grid.most:
        return
    out.print(f"\nWhen they wrote ({zone_name(grid.zone, 'en', grid.now)}), agreed hours underlined", style="bold")
    out.print("     " + "".join(f"{hour:<12}" for hour in range(0, 24, 6)), style="dim")
    for day, (name, counts) in enumerate(zip(weekdays("en"), grid.counts, strict=True)):
        line, agreed = Text(f"{name}  "), grid.agreed(day)
        for hour, count in enumerate(counts):
            block = _BLOCKS[-(-count * (len(_BLOCKS) - 1) // grid.most)]
            line.append(
                block * 2, style="underline" if any(start < hour + 1 and hour < end for start, end in agreed) else ""
            )
        line.append(f"  {sum(counts) or ''}", style="dim")
        out.print(line)


def _course(out: Any, part: Part) -> None:
    """A bar a week (day, month): the median answer in agreed hours."""
    stretches = part.series.stretches
    longest = max((one.answered.median for one in stretches if one.answered.median), default=None)
    if not longest:
        return
    out.print("\nAnswers of a person, median in agreed hours", style="bold")
    for one in stretches:
        median = one.answered.median
        name = tables.stretch_name(one.start, part.series, "en")
        if median is None:
            out.print(f"{name:>8}")
            continue
        promised = f"  promised {brief(one.promised, days=False)}" if one.promised else ""
        bar = "█" * max(round(median / longest * _BAR), 1)
        out.print(f"{name:>8}  {bar:<{_BAR}}  {brief(median, days=False)} ({one.answered.count}){promised}")


def _waiting(out: Any, report: Report) -> None:
    waiting = report.whole.figures.waiting
    if not waiting:
        return
    names = tables.names_of(report)
    rows = [
        (
            brief(one.age.elapsed),
            brief(one.age.office, days=False),
            names.get(one.client, one.client),
            one.subject or "",
            "" if one.item is None else str(one.item),
        )
        for one in waiting[:_MOST_WAITING]
    ]
    out.print(f"\nWaiting for an answer ({len(waiting)})", style="bold")
    print_table(("for", "in hours", "client", "subject", "item"), rows, "")


def _hints(out: Any, report: Report, path: Path) -> None:
    """For each rule whose verdict people undo: how often, and the lines to type."""
    newest = {one.row.rule: one.row for one in report.arrivals if one.row.by_hand is not None}
    for rule, (moved, decided) in report.whole.figures.by_hand.items():
        row = newest[rule]
        out.print(f"\n“{rule}”: moved by hand {moved} of {decided} times. Worth a look:", style="bold", markup=False)
        out.print(f"  triaged explain -c {path} {row.item}", markup=False, soft_wrap=True)
        out.print(
            f"  triaged replay -c EDITED.toml --against {path} imap:{row.login}/INBOX", markup=False, soft_wrap=True
        )
