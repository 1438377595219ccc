"""The words of mails and pushes to myself: warnings and urgent messages, in my language. Values in, texts out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from triaged.core.settings import Person
from triaged.core.trust import Act, may
from triaged.core.wording import short_date, smooth, when
from triaged.ledger.entries import EffectRow, Item, PromiseRow
from triaged.words import LEXICON


@dataclass(frozen=True, slots=True)
class Push:
    """A push as it goes out, and the line of the log about it."""

    title: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Pending:
    """Pushes that wait for the same channel and are about the same client; "": about none."""

    client: str
    pushes: Sequence[tuple[EffectRow, Item | None]]

    @property
    def ids(self) -> list[int]:
        """The effects' ids."""
        return [effect.id for effect, _ in self.pushes]

    @property
    def newest(self) -> int | None:
        """The message that the newest of them is about."""
        return self.pushes[-1][0].item


@dataclass(frozen=True, slots=True)
class Outage:
    """An account, or one watched folder of it, since when something is not possible with it, and what was said last."""

    account: str
    since: datetime
    error: str
    folder: str = ""

    @property
    def name(self) -> str:
        """What is out."""
        return f"{self.account} ({self.folder})" if self.folder else self.account


def _known(language: str) -> str:
    """The language of these words: mine where we have it, else English, dates and all."""
    return language if language in LEXICON.writing("push") else "en"


@dataclass(frozen=True, slots=True)
class FallsDue:
    """An answer that falls due, the message that it is owed for, and the folder where a drag of the note settles it."""

    promise: PromiseRow
    item: Item | None
    folder: str | None


def warning_words(person: Person, due: FallsDue, now: datetime) -> tuple[str, str]:
    """Subject and text of the note before an answer falls due."""
    promise, item = due.promise, due.item
    language = _known(person.language)
    words = LEXICON.section(language, "mails")
    zone = person.worktime.zone
    client = person.roster.by_label(promise.client)
    values = {
        "client": client.name if client else promise.client,
        "to": promise.correspondent,
        "at": when(promise.due_at, language, zone, now, client.zone if client else None),
        "subject": (item.subject if item else None) or "–",
        "arrived": when(item.arrived_at, language, zone, now) if item else "–",
        "excerpt": words["due_excerpt"].format(excerpt=item.excerpt) if item and item.excerpt else "",
        "drag": words["due_drag"].format(folder=due.folder) if due.folder and item else "",
    }
    return words["due_subject"].format(**values), words["due"].format(**values)


def absence_words(person: Person, day: date, clients: Sequence[str]) -> tuple[str, str]:
    """Subject and text of the note that asks whether a day away counts on which calls are promised to these clients."""
    language = _known(person.language)
    words = LEXICON.section(language, "mails")
    names = ", ".join(found.name if (found := person.roster.by_label(label)) else label for label in clients)
    noon = person.worktime.instant(day, time(12))
    values = {"clients": names, "day": short_date(noon, language, person.worktime.zone), "date": day.isoformat()}
    return words["away_subject"].format(**values), words["away"].format(**values)


def vanished_words(person: Person, promise: PromiseRow, now: datetime) -> tuple[str, str]:
    """Subject and text of the note about a promised call that does not take place any more."""
    language = _known(person.language)
    words = LEXICON.section(language, "mails")
    client = person.roster.by_label(promise.client)
    values = {
        "client": client.name if client else promise.client,
        "to": promise.correspondent,
        "at": when(promise.due_at, language, person.worktime.zone, now, client.zone if client else None),
    }
    return words["gone_subject"].format(**values), words["gone"].format(**values)


def outage_words(person: Person, outage: Outage, now: datetime, name: str) -> tuple[str, str]:
    """Title and text of the push about an outage, or its end: `unwatched`, `watched`; `unsent`, `sendable`."""
    language = _known(person.language)
    words = LEXICON.section(language, "push")
    at = when(outage.since, language, person.worktime.zone, now)
    text = smooth(words[name].format(account=outage.name, since=at, error=outage.error).strip(), language)
    return words[f"{name}_title"].format(account=outage.name), text


def left_out_words(person: Person, why: str, aside: int) -> tuple[str, str]:
    """Title and text of the push to somebody for whom nothing is decided; `aside`: messages that are put aside."""
    words = LEXICON.section(_known(person.language), "push")
    return words["left_out_title"], words["left_out"].format(why=why, aside=aside)


def unadopted_words(person: Person, account: str, count: int) -> tuple[str, str]:
    """Title and text of the push about messages that are put aside and in no row; `account`: its label."""
    words = LEXICON.section(_known(person.language), "push")
    return words["unadopted_title"].format(account=account), words["unadopted"].format(n=count, account=account)


_CALLS = frozenset({"voicemail", "missed-call"})


def is_call(kinds: Iterable[str]) -> bool:
    """Whether these are the kinds of a caller's notice."""
    return not _CALLS.isdisjoint(kinds)


@dataclass(frozen=True, slots=True)
class Shown:
    """How much of its messages a push says: their subjects; how many calls there were, with those that were not pushed.

    `last_today`: it is the last of the day about mail that nobody vouches for.
    """

    subjects: bool
    calls: int = 0
    last_today: bool = False


def push_words(person: Person, pending: Pending, shown: Shown) -> Push:
    """One push about everything of one client that waits for it, in my language; other news of the service carry their own text."""
    items = [item for _, item in pending.pushes if item is not None]
    if not items:
        return _news(person, pending)
    words = LEXICON.section(_known(person.language), "push")
    known = person.roster.by_label(pending.client)
    title = _title(words, known.name if known else pending.client, items, shown.calls)
    lines = [_line(item, subjects=shown.subjects) for item in items[-5:]]
    if not may(Act.RING, items[-1].level):
        lines.append(words["unverified"])
        lines += [words["last_today"]] if shown.last_today else []
    return Push(title, "\n".join(lines), f"{len(items)} message{'s' if len(items) > 1 else ''}")


def _title(words: Mapping[str, str], name: str, items: Sequence[Item], calls: int) -> str:
    urgent = sum(item.verdict == "urgent" for item in items)
    if all(is_call(item.kind) for item in items):
        what, count = "call", max(calls, len(items))
    else:
        what, count = ("urgent", urgent) if urgent else ("message", len(items))
    return words[f"{what}s" if count > 1 else what].format(name=name, count=count)


def _line(item: Item, *, subjects: bool) -> str:
    if not subjects:
        return f"{item.sender}"
    return f"{item.subject}" if is_call(item.kind) and item.subject else f"{item.sender}: {item.subject or '–'}"


def _news(person: Person, pending: Pending) -> Push:
    client, pushes = pending.client, pending.pushes
    effect, _ = pushes[-1]
    if len({str(one.args.get("title")) for one, _ in pushes if one.args.get("text")}) > 1:  # of several accounts
        texts = dict.fromkeys(str(one.args["text"]) for one, _ in pushes if one.args.get("text"))
        return Push("triaged", "\n".join(texts), f"{len(texts)} news of the service")
    if effect.args.get("promise") is not None:
        words = LEXICON.section(_known(person.language), "push")
        known = person.roster.by_label(client)
        name = known.name if known else client or words["somebody"]
        return Push(words["overdue"], words["promised"].format(name=name), "an overdue promise")
    return Push(str(effect.args.get("title", "triaged")), str(effect.args.get("text", "")), "news of the service")
