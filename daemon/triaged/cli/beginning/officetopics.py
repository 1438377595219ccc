"""When she wants to be available: hours are asked and never inferred, holidays by Land or canton where they differ by it."""

from dataclasses import replace

from triaged.cli.beginning.story import Story
from triaged.cli.talk import Question
from triaged.config.timezones import parse_zone
from triaged.core.publicholidays import parse_holidays, subdivision_named
from triaged.setup.hourswords import no_hours, proposed_hours
from triaged.setup.ownzone import country_of, own_zone

_NONE = "none"
_BY_SUBDIVISION = {"DE": "Land (Bayern, …, none)", "CH": "canton (Zürich, …, none)"}


def zone(story: Story) -> None:
    """As her mails are dated, else this machine's: for her to confirm."""
    if story.zone_is_told:
        return
    story.talk.say()
    if story.seen and story.seen.zone != own_zone():
        story.talk.tell(f"Your mails are dated as in {story.zone.key}.")
    told = story.talk.ask(Question("Your time zone", "--timezone", None, story.zone.key, no_zone))
    story.zone, story.country = parse_zone(told), country_of(told)


def no_zone(text: str) -> str:
    """What is wrong with it; "": nothing."""
    try:
        parse_zone(text)
    except ValueError as error:
        return str(error).replace(f'"{text}"', repr(text))
    return ""


def hours(story: Story) -> None:
    """Nine to five is proposed; lunch and free days as her mail shows them."""
    story.talk.say()
    story.talk.tell("Write 09:00-17:00, or mon-thu 09:00-12:30, 13:30-17:00; fri 09:00-13:00.")
    usual = proposed_hours(story.seen.sent_at if story.seen else (), story.zone)
    question = Question("When do you WANT to be available", "--hours", None, usual, no_hours)
    story.hours = story.talk.ask(question)


def holidays(story: Story) -> None:
    """Of which country, and where it matters of which part of it."""
    country = story.country
    question = Question("Public holidays of (AT, GB-SCT, …, none)", "--holidays")
    if country in _BY_SUBDIVISION:
        question = Question(f"Public holidays of which {_BY_SUBDIVISION[country]}", "--holidays")
    told = story.talk.ask(replace(question, proposal=country or _NONE, check=lambda text: _no_holidays(text, country)))
    story.holidays = "" if told == _NONE else parse_holidays(subdivision_named(told, country))


def _no_holidays(text: str, country: str) -> str:
    try:
        if text != _NONE:
            parse_holidays(subdivision_named(text, country))
    except ValueError as error:
        return str(error)
    return ""
