"""The telephone: who sends voicemail, and which calls stand."""

from dataclasses import replace

from triaged.cli.beginning.story import Story
from triaged.cli.talk import Question
from triaged.core.address import Glob
from triaged.core.calls import parse_call

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
    """One client after the other; what is proposed once is said once."""
    story.talk.tell("\nA standing call is written like this: fri 10:00 for 45m; tue,thu 16:00.")
    for number, one in enumerate(story.clients[:_MOST]):
        question = Question(f"Standing call with {one.name}, or none", f"--calls.{one.label}", None, _NONE, _no_calls)
        told = story.talk.ask(question)
        if told != _NONE:
            story.clients[number] = replace(one, calls=tuple(part.strip() for part in told.split(";")))


def _no_calls(text: str) -> str:
    try:
        for part in text.split(";") if text != _NONE else ():
            parse_call(part)
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
