"""The conditions themselves: values that answer, about a view, whether they hold and why."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Literal

from triaged.core.address import Glob
from triaged.core.authres import Verdict
from triaged.core.conditions.view import Outcome, View, no, yes
from triaged.core.conditions.words import Compare, as_size, counted, one_of
from triaged.core.patterns import Haystack, Pattern, ValueGlob
from triaged.core.timewords import Slot, is_between

_CUT: Final = 80  # characters of a found value that are shown
_IMPORTANT: Final = frozenset({"1", "2"})  # X-Priority: 1 is highest, 3 is normal
_PLACES: Final = {"subject": "the subject", "body": "the new text", "text": "subject or new text"}
_HOURS: Final = {
    "office": "in office hours",
    "focus": "in a focus block",
    "off": "outside office hours",
    "weekend": "on a weekend",
    "holiday": "on a holiday",
    "away": "on a day away",
}
_KINDS: Final = {
    "new": "a new message",
    "reply": "an answer to me",
    "follow-up": "a follow-up",
    "courtesy": "nothing but thanks",
    "voicemail": "a voicemail",
    "missed-call": "a missed call",
    "invitation": "an invitation",
    "auto-reply": "an automatic reply",
    "delivery-report": "a delivery report",
    "list": "mail of a list",
}


@dataclass(frozen=True, slots=True)
class IsClient:
    """`client`: the message's client has one of these labels."""

    globs: tuple[ValueGlob, ...]

    def judge(self, view: View) -> Outcome:
        """Compare labels."""
        if view.client is None:
            return no("from no client")
        label = view.client.label
        if self.holds_for(label):
            return yes(f"client is {label}")
        return no(f"client is {label}, not {one_of(self.globs, quoted=False)}")

    def holds_for(self, label: str) -> bool:
        """Whether a label fits."""
        return any(glob.text == label or (not glob.is_plain and glob.matches(label)) for glob in self.globs)


@dataclass(frozen=True, slots=True)
class HasTier:
    """`tier`: the message's client is in one of these tiers."""

    tiers: tuple[str, ...]

    def judge(self, view: View) -> Outcome:
        """Compare tiers."""
        tier = view.client.tier if view.client else None
        if tier in self.tiers:
            return yes(f"client is of tier {tier}")
        asked = one_of(self.tiers, quoted=False)
        return no(f"client is of tier {tier}, not {asked}" if tier else f"client has no tier, asked is {asked}")


@dataclass(frozen=True, slots=True)
class IsFrom:
    """`from`: the address in From fits one of these globs."""

    globs: tuple[Glob, ...]

    def judge(self, view: View) -> Outcome:
        """Compare the sender's address."""
        sender = view.message.sender
        if sender is None:
            return no(f"no readable sender, asked is {one_of(self.globs, quoted=False)}")
        found = any(glob.matches(sender.address) for glob in self.globs)
        not_asked = "" if found else f", not {one_of(self.globs, quoted=False)}"
        return Outcome(found, f"sender is {sender.address}{not_asked}")


@dataclass(frozen=True, slots=True)
class IsTo:
    """`to`: an address in To or Cc fits one of these globs."""

    globs: tuple[Glob, ...]

    def judge(self, view: View) -> Outcome:
        """Look through the recipients."""
        for address in (*view.message.to, *view.message.cc):
            if any(glob.matches(address) for glob in self.globs):
                return yes(f"addressed to {address}")
        return no(f"not addressed to {one_of(self.globs, quoted=False)}")


@dataclass(frozen=True, slots=True)
class IsAddressed:
    """`addressed`: I stand in To, in Cc, or in neither."""

    places: tuple[str, ...]

    def judge(self, view: View) -> Outcome:
        """Compare my place."""
        place = view.addressed
        words = "I am in neither To nor Cc" if place == "none" else f"I am in {place.capitalize()}"
        asked = one_of([p if p == "none" else p.capitalize() for p in self.places], quoted=False)
        return Outcome(place in self.places, words if place in self.places else f"{words}, asked is {asked}")


@dataclass(frozen=True, slots=True)
class TextHas:
    """`subject`, `body`, `text`: one of these patterns occurs there."""

    place: Literal["subject", "body", "text"]
    patterns: tuple[Pattern, ...]

    def judge(self, view: View) -> Outcome:
        """Search; the body is not read where the subject is enough."""
        if self.place != "body" and (found := self._search(view.subject)) is not None:
            return yes(f"subject has '{found}'")
        if self.place != "subject" and (found := self._search(view.body)) is not None:
            return yes(f"text has '{found}'")
        return no(f"no {one_of(self.patterns)} in {_PLACES[self.place]}")

    def _search(self, haystack: Haystack) -> str | None:
        return next((found for pattern in self.patterns if (found := pattern.search(haystack)) is not None), None)


@dataclass(frozen=True, slots=True)
class HeaderIs:
    """`header`: a field of that name has a value that fits one of these globs, as a whole."""

    name: str
    globs: tuple[ValueGlob, ...]

    def judge(self, view: View) -> Outcome:
        """Look at every field of that name."""
        values = view.message.fields.all(self.name)
        for value in values:
            if any(glob.matches(value) for glob in self.globs):
                return yes(f"{self.name} is '{value[:_CUT]}'")
        if not values:
            return no(f"no {self.name} in the header")
        return no(f"{self.name} is '{values[0][:_CUT]}', not {one_of(self.globs)}")


@dataclass(frozen=True, slots=True)
class IsImportant:
    """`important`: Importance or X-Priority says high, or does not."""

    wanted: bool

    def judge(self, view: View) -> Outcome:
        """Read both fields."""
        found = next(iter(_marks_of_importance(view)), "")
        return Outcome(bool(found) == self.wanted, f"marked {found}" if found else "not marked as important")


def _marks_of_importance(view: View) -> list[str]:
    fields = view.message.fields
    high = ["Importance: high" for value in fields.all("importance") if value.strip().casefold() == "high"]
    first = [
        f"X-Priority: {value.strip()[:_CUT]}" for value in fields.all("x-priority") if value.strip()[:1] in _IMPORTANT
    ]
    return high + first


@dataclass(frozen=True, slots=True)
class HasWords:
    """`words`: the new text has so many words."""

    compare: Compare

    def judge(self, view: View) -> Outcome:
        """Count."""
        words = counted(view.message.words, "word")
        asked = self.compare.in_words(str(self.compare.number))
        matched = self.compare.holds(view.message.words)
        return Outcome(matched, f"{words}, {asked}" if matched else f"{words}, not {asked}")


@dataclass(frozen=True, slots=True)
class HasAttachment:
    """`attachment`: there is one, there is none, or one has such a name (with a slash: such a type)."""

    wanted: bool
    globs: tuple[ValueGlob, ...] = ()

    def judge(self, view: View) -> Outcome:
        """Look through the attachments."""
        attachments = view.message.attachments
        if not self.globs:
            words = f"{counted(len(attachments), 'attachment')}" if attachments else "no attachment"
            return Outcome(bool(attachments) == self.wanted, words)
        for glob in self.globs:
            for attachment in attachments:
                value = attachment.content_type if "/" in glob.text else attachment.name
                if glob.matches(value):
                    return yes(f"attachment '{value[:_CUT]}'")
        return no(f"no attachment {one_of(self.globs)}")


@dataclass(frozen=True, slots=True)
class HasSize:
    """`size`: the whole message is that large; in octets."""

    compare: Compare

    def judge(self, view: View) -> Outcome:
        """Compare."""
        size, asked = as_size(view.message.size), self.compare.in_words(as_size(self.compare.number))
        matched = self.compare.holds(view.message.size)
        return Outcome(matched, f"{size}, {asked}" if matched else f"{size}, not {asked}")


@dataclass(frozen=True, slots=True)
class IsInLanguage:
    """`language`: the new text is written in one of these."""

    tags: tuple[str, ...]

    def judge(self, view: View) -> Outcome:
        """Ask for the detected language; `de` also stands for `de-AT`."""
        found, asked = view.language, one_of(self.tags, quoted=False)
        if found is None:
            return no(f"language not recognised, asked is {asked}")
        if any(found.casefold() == tag or found.casefold().startswith(f"{tag}-") for tag in self.tags):
            return yes(f"written in {found}")
        return no(f"written in {found}, not {asked}")


@dataclass(frozen=True, slots=True)
class IsAuthenticated:
    """`authenticated`: a trusted server has verified the sender, or has not."""

    wanted: bool

    def judge(self, view: View) -> Outcome:
        """Compare with the verdict."""
        found = view.authentication.verdict is Verdict.PASS
        words = "sender authenticated" if found else f"sender not authenticated: {view.authentication.why}"
        return Outcome(found == self.wanted, words)


@dataclass(frozen=True, slots=True)
class IsBetween:
    """`between`: the arrival's wall clock, in my zone, lies in one of these hours; they may wrap midnight."""

    slots: tuple[Slot, ...]

    def judge(self, view: View) -> Outcome:
        """Compare wall clocks."""
        clock = view.local.time()
        for slot in self.slots:
            if is_between(slot, clock):
                return yes(f"arrived at {clock:%H:%M}, within {slot}")
        return no(f"arrived at {clock:%H:%M}, not within {one_of(self.slots, quoted=False)}")


@dataclass(frozen=True, slots=True)
class IsInHours:
    """`hours`: what I do at the arrival (office, focus, off), or what day it is (weekend, holiday, away)."""

    words: tuple[str, ...]

    def judge(self, view: View) -> Outcome:
        """Compare by instant and by date."""
        now = view.worktime.hours(view.facts.arrived)
        for word in self.words:
            if word == now:
                return yes(f"arrived {_HOURS[word]}")
            if (day := _day(word, view)) is not None:
                return yes(f"arrived {_HOURS[word]}{day}")
        return no(f"arrived {_HOURS[now]}, not {one_of([_HOURS[word] for word in self.words], quoted=False)}")


def _day(word: str, view: View) -> str | None:
    """What is to be added in words if the arrival's day is such a one, None if it is not."""
    worktime, day = view.worktime, view.local.date()
    match word:
        case "weekend":
            return "" if worktime.is_weekend(day) else None
        case "holiday":
            name = worktime.is_holiday(day)
            return f" ({name})" if name else None
        case "away":
            return "" if worktime.is_away(day) else None
        case _:
            return None


@dataclass(frozen=True, slots=True)
class IsKind:
    """`kind`: the message is one of these."""

    words: tuple[str, ...]

    def judge(self, view: View) -> Outcome:
        """Compare with all its kinds."""
        for word in self.words:
            if word in view.all_kinds:
                return yes(f"it is {_KINDS[word]}")
        found = [text for kind, text in _KINDS.items() if kind in view.all_kinds]
        asked = one_of([_KINDS[word] for word in self.words], quoted=False)
        return no(f"it is {' and '.join(found)}, not {asked}")


@dataclass(frozen=True, slots=True)
class IsBurst:
    """`burst`: so many messages of this client within a time, this one included, automatic ones left out.

    Automatic messages of the kinds in `counting` (those that `kind` in the same `when` names) count all the same.
    """

    count: int
    span: timedelta
    text: str
    counting: frozenset[str] = field(default=frozenset())

    def judge(self, view: View) -> Outcome:
        """Count back from the arrival; the earliest instant of the time still belongs to it."""
        if view.automatic and not view.all_kinds & self.counting:
            return no("automatic mail makes no burst")
        since, until = view.facts.arrived - self.span, view.facts.arrived
        earlier = sum(
            1
            for arrival in view.facts.recent
            if since <= arrival.at <= until and (not arrival.automatic or arrival.kinds & self.counting)
        )
        found = f"{counted(earlier + 1, 'message')} of this client in {self.text}"
        if earlier + 1 >= self.count:
            return yes(found)
        return no(f"only {found}, asked are {self.count}")


@dataclass(frozen=True, slots=True)
class AllOf:
    """Holds when all inside hold: a `when` table, and `all`."""

    conditions: tuple["Condition", ...]

    def judge(self, view: View) -> Outcome:
        """Stop at the first that fails."""
        reasons = []
        for condition in self.conditions:
            outcome = condition.judge(view)
            if not outcome.matched:
                return outcome
            reasons.append(outcome.because)
        return yes(" and ".join(reasons) or "no conditions")


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds when one inside holds: `any`."""

    conditions: tuple["Condition", ...]

    def judge(self, view: View) -> Outcome:
        """Stop at the first that holds."""
        reasons = []
        for condition in self.conditions:
            outcome = condition.judge(view)
            if outcome.matched:
                return outcome
            reasons.append(outcome.because)
        return no("; ".join(reasons))


@dataclass(frozen=True, slots=True)
class NoneOf:
    """Holds when none inside holds: `not`."""

    conditions: tuple["Condition", ...]

    def judge(self, view: View) -> Outcome:
        """Stop at the first that holds."""
        reasons = []
        for condition in self.conditions:
            outcome = condition.judge(view)
            if outcome.matched:
                return no(f"excluded: {outcome.because}")
            reasons.append(outcome.because)
        return yes(" and ".join(reasons) or "nothing excluded")


Condition = (
    IsClient
    | HasTier
    | IsFrom
    | IsTo
    | IsAddressed
    | TextHas
    | HeaderIs
    | IsImportant
    | HasWords
    | HasAttachment
    | HasSize
    | IsInLanguage
    | IsAuthenticated
    | IsBetween
    | IsInHours
    | IsKind
    | IsBurst
    | AllOf
    | AnyOf
    | NoneOf
)


def evaluate(condition: Condition, view: View) -> Outcome:
    """Whether a condition holds for a view, and why. Total and deterministic; asks for no more than it needs."""
    return condition.judge(view)


def names_kind(condition: Condition | None, kind: str) -> bool:
    """Whether a rule's conditions ask for that kind of message. To exclude it (`not`) is not to name it."""
    match condition:
        case IsKind(words):
            return kind in words
        case AllOf(conditions) | AnyOf(conditions):
            return any(names_kind(inner, kind) for inner in conditions)
        case _:
            return False


def longest_burst(condition: Condition | None) -> timedelta:
    """How far back a condition's bursts reach."""
    match condition:
        case IsBurst(span=span):
            return span
        case AllOf(conditions) | AnyOf(conditions) | NoneOf(conditions):
            return max(map(longest_burst, conditions), default=timedelta(0))
        case _:
            return timedelta(0)


def asks_for_cc(condition: Condition | None) -> bool:
    """Whether a rule's conditions ask for messages in which I am only in Cc."""
    match condition:
        case IsAddressed(places):
            return "cc" in places
        case AllOf(conditions) | AnyOf(conditions):
            return any(map(asks_for_cc, conditions))
        case _:
            return False
