"""The telephone: who sends voicemail, and which calls stand."""

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
    usual, words = ", ".join(story.seen.telephones) if story.seen else "", story.talk.words
    story.talk.say()
    story.talk.tell(words("telephone_explained"))
    question = Question(
        words("telephone"), "--telephone", None, usual or _NONE,
        lambda text: words("wrong", text=text, why=why) if (why := _no_patterns(text)) else "", words=(_NONE,),
    )  # fmt: skip
    told = story.talk.ask(question)
    story.telephones = () if told == _NONE else tuple(told.replace(",", " ").split())
    for one in story.clients:
        if one.phones:
            story.talk.tell(words("rings_from", name=one.name, numbers=", ".join(one.phones)), "  ")


def calls(story: Story) -> None:
    """One client after the other; a series of her calendar is offered by its number, and taken only so."""
    if not story.clients:
        return
    words = story.talk.words
    story.talk.say()
    story.talk.tell(words("calls_explained"))
    if story.series:
        story.talk.tell(words("series_explained"))
        for number, title in enumerate(story.series, 1):
            story.talk.tell(f"{number}  {title}", "  ")
    for number, one in enumerate(story.clients):
        if one.label in story.held:
            story.talk.tell(words("calls_in_calendar", name=one.name), "  ")
            story.clients[number] = replace(one, calls=("calendar",))
        elif number < _MOST:
            story.clients[number] = replace(one, calls=_asked(story, one))


def _asked(story: Story, one: Client) -> tuple[str, ...]:
    words = story.talk.words

    def refused(text: str) -> str:
        why = _no_calls(_with_titles(text, story))
        return words("wrong_call", text=text, why=why) if why else ""

    question = Question(words("call", name=one.name), f"--calls.{one.label}", None, _NONE, refused, words=(_NONE,))
    told = _with_titles(story.talk.ask(question), story)
    if told == _NONE:
        return ()
    found = tuple(part.strip() for part in told.split(";"))
    bound = [series for part in found if isinstance(series := parse_planned(part), Series)]
    story.no_calls = [title for title in story.no_calls if not any(series.names(title, "") for series in bound)]
    return found


def _with_titles(text: str, story: Story) -> str:
    """As it is written in the file, a series that stands there by its number."""
    return "; ".join(_with_title(part.strip(), story) for part in text.split(";"))


def _with_title(text: str, story: Story) -> str:
    found = numbers(text, len(story.series))
    if found and len(found) == 1:
        return f"calendar: {story.series[found[0] - 1]}"
    return text if text.casefold().startswith("calendar") else story.talk.words.times_meant(text)


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
