"""Her calendar: its address, tried at once, and which of its series are calls with whom."""

from datetime import UTC, datetime

from triaged.calendars import CalendarError, Source, Window, read
from triaged.cli.beginning.sample import person_so_far
from triaged.cli.beginning.signingin import on_the_network
from triaged.cli.beginning.story import Story
from triaged.cli.common import Failed
from triaged.cli.talk import Question
from triaged.config.parsers import is_feed
from triaged.core.appointments import Reading
from triaged.core.settings import Calendar, TextSecret
from triaged.setup.calendarseries import held_with, proposals, unbound

_NONE = "none"
_MOST = 9


def calendar(story: Story) -> None:
    """Where it is; what cannot be read is told, and asked again alone."""
    words = story.talk.words
    question = Question(
        words("calendar"), "--calendar", None, _NONE,
        lambda text: "" if text == _NONE or is_feed(text) else words("no_feed", text=text), words=(_NONE,),
    )  # fmt: skip
    if not story.clients and not story.talk.knows(question):
        return
    story.talk.say()
    story.talk.tell(words("calendar_explained"))
    while (told := story.talk.ask(question)) != _NONE:
        try:
            story.talk.say(f"  {words('reading')}")
            _look(story, told)
        except CalendarError as error:
            if not story.talk.repeats:
                raise Failed(f"calendar: {error}") from error
            story.talk.tell(f"{error}.", "  ")
            continue
        story.feed = told
        return


def _look(story: Story, address: str) -> None:
    """What it holds for these clients. Raises CalendarError."""
    window = Window.around(now := datetime.now(UTC), story.zone)
    found = on_the_network(read(Source(address), window))
    person = person_so_far(story.answers())
    if found is None or person is None:
        return
    reading = Reading(Calendar("mine", TextSecret(address)), found.appointments, now, window.end)
    story.readings = (reading,)
    story.held = list(held_with(person, reading))
    likely = list(proposals(person, reading))
    story.series = [*likely, *(one for one in unbound(person, reading) if one not in likely)][:_MOST]
    story.no_calls = likely[:_MOST]  # until she says that they are
    words = story.talk.words
    story.talk.tell(words.counted("events", found.events) if found.events else words("no_events"), "  ")
