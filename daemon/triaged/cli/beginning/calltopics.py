"""The telephone: who sends voicemail, and which calls stand."""

from collections.abc import Sequence
from dataclasses import replace

from triaged.cli.beginning.story import Story
from triaged.cli.talk import Question, numbers
from triaged.core.address import Glob
from triaged.core.calls import Series, parse_planned
from triaged.setup.firstconfiguration import Client

_NONE = "none"
_MOST = 3
"""Clients whose standing calls are asked after; those of others are written into the file."""


def telephone(story: Story) -> None:
    """Whose mails are voicemail and missed calls; the numbers of clients are read below their mails."""
    usual = ", ".join(story.seen.telephones) if story.seen else ""
    story.talk.tell("\nVoicemail that arrives as mail counts as the caller's. Which address sends it, or none?")
    question = Question("Voicemail", "--telephone", None, usual or _NONE, _no_patterns)
    told = story.talk.ask(question)
    story.telephones = () if told == _NONE else tuple(told.replace(",", " ").split())
    for one in story.clients:
        if one.phones:
            story.talk.tell(f"{one.name} rings from {', '.join(one.phones)}.", "  ")


def calls(story: Story) -> None:
    """One client after the other; a series of her calendar is offered by its number, and taken only so."""
    story.talk.tell("\nA standing call is written like this: fri 10:00 for 45m; tue,thu 16:00.")
    if story.series:
        story.talk.tell("These stand in your calendar, without their people; a number takes one, if it is the call:")
        for number, title in enumerate(story.series, 1):
            story.talk.tell(f"{number}  {title}", "  ")
    for number, one in enumerate(story.clients):
        if one.label in story.held:
            story.talk.tell(f"Calls with {one.name} are in your calendar, and are taken from there.", "  ")
            story.clients[number] = replace(one, calls=("calendar",))
        elif number < _MOST:
            story.clients[number] = replace(one, calls=_asked(story, one))


def _asked(story: Story, one: Client) -> tuple[str, ...]:
    question = Question(
        f"Standing call with {one.name}, or none", f"--calls.{one.label}", None, _NONE,
        lambda text: _no_calls(_with_titles(text, story.series)),
    )  # fmt: skip
    told = _with_titles(story.talk.ask(question), story.series)
    if told == _NONE:
        return ()
    found = tuple(part.strip() for part in told.split(";"))
    bound = [series for part in found if isinstance(series := parse_planned(part), Series)]
    story.no_calls = [title for title in story.no_calls if not any(series.names(title, "") for series in bound)]
    return found


def _with_titles(text: str, series: Sequence[str]) -> str:
    """A series that stands there by its number, as it is written in the file."""
    taken = (numbers(part.strip(), len(series)) for part in text.split(";"))
    return "; ".join(
        f"calendar: {series[found[0] - 1]}" if found and len(found) == 1 else part.strip()
        for found, part in zip(taken, text.split(";"), strict=True)
    )


def _no_calls(text: str) -> str:
    try:
        for part in text.split(";") if text != _NONE else ():
            parse_planned(part)
    except ValueError as error:
        return str(error)
    return ""


def _no_patterns(text: str) -> str:
    try:
        for word in text.replace(",", " ").split() if text != _NONE else ():
            Glob.parse(word)
    except ValueError as error:
        return str(error)
    return ""
