"""The report of a generated quarter, figure by figure, beside figures that are counted from the plan alone."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from support import quartercount
from support.configurations import loaded
from support.quarter import NOW, SINCE, UNTIL, WEEKS, berlin, configuration
from support.quartermade import quarter
from support.quarterplay import Played
from triaged.core.settings import Person
from triaged.ledger import Ledger, Period
from triaged.report.figures import Taken, Times
from triaged.report.summary import Part, Report, remembered, tell

PERIODS = {"the quarter": (SINCE, UNTIL), "november": (berlin(11, 1), berlin(12, 1)), "a week": WEEKS}
CLIENTS = (None, "harbor", "lindenhof", "shelter")


@pytest.fixture(scope="module", params=range(1, 4))
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    """A quarter, its ledger, the person as she is now."""
    folder = tmp_path_factory.mktemp("quarter")
    persons = [loaded(folder, configuration(changed=changed)).persons[0] for changed in (False, True)]
    with Ledger.open(":memory:") as ledger:
        yield Played(ledger, quarter(request.param), (persons[0], persons[1])).play()


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("client", CLIENTS)
def test_every_figure_is_the_one_that_is_counted_from_the_plan(played: Played, period: str, client: str | None):
    since, until = PERIODS[period]
    assert _told(played, since, until, client) == quartercount.figures(played.plan, since, until, client)


@pytest.mark.parametrize("client", CLIENTS)
def test_the_part_of_a_client_in_the_report_of_all_is_the_report_of_that_client(played: Played, client: str | None):
    whole = _report(played, SINCE, UNTIL, None)
    part = next(part for part in (*whole.clients, whole.whole) if part.figures.client == client)
    assert _plain(part) == _told(played, SINCE, UNTIL, client)


@pytest.mark.parametrize("client", CLIENTS)
def test_the_course_by_weeks_is_the_one_that_is_counted(played: Played, client: str | None):
    part = _part(_report(played, SINCE, UNTIL, client), client)
    assert part.series.step == "week"
    found = [
        {
            "start": one.start,
            "received": one.received,
            "answered": _three(one.answered),
            "promised": None if one.promised is None else one.promised / timedelta(minutes=1),
            "promises": one.promises,
        }
        for one in part.series.stretches
    ]
    assert found == quartercount.weeks(played.plan, SINCE, UNTIL, client)


@pytest.mark.parametrize("client", CLIENTS)
def test_the_hours_of_the_week_are_those_of_the_clock_on_the_wall(played: Played, client: str | None):
    part = _part(_report(played, SINCE, UNTIL, client), client)
    found = {(day, hour): n for day, row in enumerate(part.grid.counts) for hour, n in enumerate(row) if n}
    assert found == quartercount.grid(played.plan, SINCE, UNTIL, client)


def _report(played: Played, since: datetime, until: datetime, client: str | None) -> Report:
    person: Person = played.persons[1]
    return tell(remembered(played.ledger, Period(since, until, client, "dana")), person, NOW)


def _part(report: Report, client: str | None) -> Part:
    return report.whole if client is None else report.clients[0]


def _told(played: Played, since: datetime, until: datetime, client: str | None) -> dict[str, Any]:
    return _plain(_part(_report(played, since, until, client), client))


def _plain(part: Part) -> dict[str, Any]:
    f = part.figures
    minute = timedelta(minutes=1)
    return {
        "received": f.received,
        "arrived": f.arrived,
        "questions": f.questions,
        "answered": _taken(f.answered),
        "outcomes": f.outcomes,
        "waiting": sorted((one.since, one.age.elapsed / minute, one.age.office / minute) for one in f.waiting),
        "older": f.older,
        "bursts": f.bursts,
        "verdicts": f.verdicts,
        "acknowledged": _taken(f.acknowledged),
        "promises": f.promises,
        "passes": f.passes,
        "by_hand": f.by_hand,
    }


def _taken(taken: Taken) -> dict[str, Any]:
    return {"count": taken.elapsed.count, "elapsed": _three(taken.elapsed), "office": _three(taken.office)}


def _three(times: Times) -> tuple[float, ...] | None:
    if times.median is None or times.p90 is None or times.worst is None:
        return None
    return tuple(round(span / timedelta(minutes=1), 3) for span in (times.median, times.p90, times.worst))
