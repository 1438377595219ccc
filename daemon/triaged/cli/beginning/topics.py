"""The questions, by name: a situation says which of them are asked, in which order. A new one is a function and a row."""

from collections.abc import Callable, Mapping

from triaged.cli.beginning.calendartopic import calendar
from triaged.cli.beginning.calltopics import calls, telephone
from triaged.cli.beginning.officetopics import holidays, hours, zone
from triaged.cli.beginning.rostertopics import cases, clients, delegate, manager
from triaged.cli.beginning.story import Story

Topic = Callable[[Story], None]

TOPICS: Mapping[str, Topic] = {
    "clients": clients,
    "manager": manager,
    "cases": cases,
    "delegate": delegate,
    "zone": zone,
    "hours": hours,
    "holidays": holidays,
    "telephone": telephone,
    "calendar": calendar,
    "calls": calls,
}


def ask(story: Story) -> None:
    """Those of her situation."""
    for name in story.situation.topics:
        TOPICS[name](story)
