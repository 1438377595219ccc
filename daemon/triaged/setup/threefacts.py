"""Three facts about her last months: what a mailbox shows at one look, counted. Values in, sentences out."""

from collections import Counter
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from triaged.setup.firstlook import Seen
from triaged.setup.firstwords import FirstWords

_EVENING, _MORNING = 18, 7
_SHARE = 0.2
_SATURDAY = 5


def three_facts(seen: Seen, zone: ZoneInfo, words: FirstWords) -> list[str]:
    """The most telling first."""
    return list(_facts(seen, zone, words))[:3]


def _facts(seen: Seen, zone: ZoneInfo, words: FirstWords) -> Iterator[str]:
    total = sum(seen.senders.values())
    if total and (most := seen.senders.most_common(1)[0])[1] >= _SHARE * total:
        yield words("most_come_from", n=most[1], total=total, address=most[0])
    yield from _spoken(seen, words)
    days = {at.astimezone(zone).date() for at in seen.sent_at}
    late = {at.astimezone(zone).date() for at in seen.sent_at if not _MORNING <= at.astimezone(zone).hour < _EVENING}
    if late:
        yield words("wrote_late", hour=_EVENING, n=len(late), days=words.counted("days", len(days)))
    weekend = {day for day in days if day.weekday() >= _SATURDAY}
    if weekend:
        yield words("wrote_on_weekends", days=words.counted("days", len(weekend)))
    if seen.clients:
        busiest = seen.clients[0]
        name = next(iter(busiest.people.values()), busiest.pattern)
        yield words("exchanged", name=name, n=busiest.came + busiest.went)
        yield words("get_answers", n=len(seen.clients))
    yield words("came_and_written", total=total, n=len(seen.sent_at))


def _spoken(seen: Seen, words: FirstWords) -> Iterator[str]:
    """In which languages she writes, where there are several."""
    languages = Counter(way.language for way in seen.ways.values() if way.language)
    if len(languages) > 1:
        told = (words("written_in", language=words.of("languages", one), n=n) for one, n in languages.most_common())
        yield words("languages_written", told=", ".join(told))
