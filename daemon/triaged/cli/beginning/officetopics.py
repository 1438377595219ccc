"""When she wants to be available: hours are asked and never inferred, holidays by Land or canton where they differ by it."""

from triaged.cli.beginning.story import Story
from triaged.cli.talk import Question, Talk
from triaged.config.timezones import parse_zone
from triaged.core.publicholidays import parse_holidays, subdivision_named
from triaged.setup.hourswords import no_hours, proposed_hours
from triaged.setup.ownzone import country_of, own_zone

_NONE = "none"
_BY_SUBDIVISION = ("DE", "CH")


def zone(story: Story) -> None:
    """As her mails are dated, else this machine's: for her to confirm."""
    if story.zone_is_told:
        return
    story.talk.say()
    if story.seen and story.seen.zone != own_zone():
        story.talk.tell(story.talk.words("dated_as_in", zone=story.zone.key))
    told = story.talk.ask(zone_question(story.talk, None, story.zone.key))
    story.zone, story.country = parse_zone(told), country_of(told)


def zone_question(talk: Talk, given: str | None, proposal: str = "") -> Question:
    """Where her clocks are."""

    def refused(text: str) -> str:
        return talk.words("wrong_zone", text=text, why=why) if (why := _no_zone(text)) else ""

    return Question(talk.words("zone"), "--timezone", given, proposal, refused)


def _no_zone(text: str) -> str:
    try:
        parse_zone(text)
    except ValueError as error:
        return str(error).replace(f'"{text}"', repr(text))
    return ""


def hours(story: Story) -> None:
    """Nine to five is proposed; lunch and free days as her mail shows them."""
    words = story.talk.words

    def refused(text: str) -> str:
        why = no_hours(words.times_meant(text))
        return words("wrong_hours", text=text, why=why) if why else ""

    story.talk.say()
    story.talk.tell(words("hours_explained"))
    usual = proposed_hours(story.seen.sent_at if story.seen else (), story.zone)
    told = story.talk.ask(Question(words("hours"), "--hours", None, words.times_shown(usual), refused))
    story.hours = words.times_meant(told)


def holidays(story: Story) -> None:
    """Of which country, and where it matters of which part of it."""
    country, words = story.country, story.talk.words

    def refused(text: str) -> str:
        why = _no_holidays(text, country)
        return words("wrong_holidays", text=text, why=why) if why else ""

    asked = words(f"holidays_{country}" if country in _BY_SUBDIVISION else "holidays")
    told = story.talk.ask(Question(asked, "--holidays", None, country or _NONE, refused, words=(_NONE,)))
    story.holidays = "" if told == _NONE else parse_holidays(subdivision_named(told, country))


def _no_holidays(text: str, country: str) -> str:
    try:
        if text != _NONE:
            parse_holidays(subdivision_named(text, country))
    except ValueError as error:
        return str(error)
    return ""
