"""Three facts about her last months: what a mailbox shows at one look, counted. Values in, sentences out."""

from collections import Counter
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from triaged.setup.firstlook import Seen

_EVENING, _MORNING = 18, 7
_SHARE = 0.2
_LANGUAGES = {"de": "German", "fr": "French", "es": "Spanish", "en": "English"}
_SATURDAY = 5


def three_facts(seen: Seen, zone: ZoneInfo) -> list[str]:
    """The most telling first."""
    return list(_facts(seen, zone))[:3]


def _facts(seen: Seen, zone: ZoneInfo) -> Iterator[str]:
    total = sum(seen.senders.values())
    if total and (most := seen.senders.most_common(1)[0])[1] >= _SHARE * total:
        yield f"{most[1]} of your {total} mails come from {most[0]}"
    yield from _spoken(seen)
    days = {at.astimezone(zone).date() for at in seen.sent_at}
    late = {at.astimezone(zone).date() for at in seen.sent_at if not _MORNING <= at.astimezone(zone).hour < _EVENING}
    if late:
        yield f"you wrote after {_EVENING}:00 on {len(late)} of {_days(len(days))}"
    weekend = {day for day in days if day.weekday() >= _SATURDAY}
    if weekend:
        yield f"you wrote on {_days(len(weekend))} of a weekend"
    if seen.clients:
        busiest = seen.clients[0]
        name = next(iter(busiest.people.values()), busiest.pattern)
        yield f"{name} and you have exchanged {busiest.came + busiest.went} mails"
        yield f"{len(seen.clients)} people or firms write to you and get answers"
    yield f"{total} mails came, and you have written {len(seen.sent_at)}"


def language_name(tag: str) -> str:
    """In English, where it is one that replies are often in; else the tag."""
    return _LANGUAGES.get(tag, tag)


def _spoken(seen: Seen) -> Iterator[str]:
    """In which languages she writes, where there are several."""
    languages = Counter(way.language for way in seen.ways.values() if way.language)
    if len(languages) > 1:
        told = (f"in {language_name(one)} to {n}" for one, n in languages.most_common())
        yield f"of those whom you answer you write {', '.join(told)}"


def _days(n: int) -> str:
    return "1 day" if n == 1 else f"{n} days"
