"""Conditions about people: whose message it is, and how I am addressed."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from triaged.core.address import Glob
from triaged.core.authres import Verdict
from triaged.core.clients import Client
from triaged.core.conditions.reading import ConditionWord, Path, Reading, word_of
from triaged.core.conditions.view import Outcome, View, no, yes
from triaged.core.conditions.words import one_of
from triaged.core.patterns import ValueGlob, compile_glob

_PLACES: Final = ("to", "cc", "none")


@dataclass(frozen=True, slots=True)
class IsClient:
    """`client`: the message's client has one of these labels."""

    globs: tuple[ValueGlob, ...]

    def judge(self, view: View) -> Outcome:
        return self.judge_client(view.client)

    def judge_client(self, client: Client | None) -> Outcome:
        """The same, knowing the client alone."""
        if client is None:
            return no("from no client")
        label = client.label
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
        return self.judge_client(view.client)

    def judge_client(self, client: Client | None) -> Outcome:
        """The same, knowing the client alone."""
        tier = client.tier if client else None
        if tier in self.tiers:
            return yes(f"client is of tier {tier}")
        asked = one_of(self.tiers, quoted=False)
        return no(f"client is of tier {tier}, not {asked}" if tier else f"client has no tier, asked is {asked}")


@dataclass(frozen=True, slots=True)
class IsFrom:
    """`from`: the address in From fits one of these globs."""

    globs: tuple[Glob, ...]

    def judge(self, view: View) -> Outcome:
        sender = view.message.author
        if sender is None:
            return no(f"no readable sender, asked is {one_of(self.globs, quoted=False)}")
        found = any(glob.matches(sender) for glob in self.globs)
        not_asked = "" if found else f", not {one_of(self.globs, quoted=False)}"
        return Outcome(found, f"sender is {sender}{not_asked}")


@dataclass(frozen=True, slots=True)
class IsTo:
    """`to`: an address in To or Cc fits one of these globs."""

    globs: tuple[Glob, ...]

    def judge(self, view: View) -> Outcome:
        for address in (*view.message.to, *view.message.cc):
            if any(glob.matches(address) for glob in self.globs):
                return yes(f"addressed to {address}")
        return no(f"not addressed to {one_of(self.globs, quoted=False)}")


@dataclass(frozen=True, slots=True)
class IsAddressed:
    """`addressed`: I stand in To, in Cc, or in neither."""

    places: tuple[str, ...]

    def judge(self, view: View) -> Outcome:
        place = view.addressed
        words = "I am in neither To nor Cc" if place == "none" else f"I am in {place.capitalize()}"
        asked = one_of([p if p == "none" else p.capitalize() for p in self.places], quoted=False)
        return Outcome(place in self.places, words if place in self.places else f"{words}, asked is {asked}")


@dataclass(frozen=True, slots=True)
class IsAuthenticated:
    """`authenticated`: a trusted server has verified the sender, or has not."""

    wanted: bool

    def judge(self, view: View) -> Outcome:
        found = view.authentication.verdict is Verdict.PASS
        words = "sender authenticated" if found else f"sender not authenticated: {view.authentication.why}"
        return Outcome(found == self.wanted, words)


def _client(reading: Reading, value: object, path: Path) -> IsClient:
    def read(text: str) -> ValueGlob:
        glob = compile_glob(text)
        if reading.known is None:
            return glob
        if glob.is_plain:
            word_of(text, allowed=reading.known.clients, what="client")
        elif text != "*" and not any(map(glob.matches, reading.known.clients)):
            raise ValueError(f'"{text}" matches no client')
        return glob

    return IsClient(reading.values(value, path, read, "labels of clients"))


def _tier(reading: Reading, value: object, path: Path) -> HasTier:
    def read(text: str) -> str:
        return text if reading.known is None else word_of(text, allowed=reading.known.tiers, what="tier of a client")

    return HasTier(reading.values(value, path, read, "tiers"))


def _from(reading: Reading, value: object, path: Path) -> IsFrom:
    return IsFrom(reading.values(value, path, Glob.parse, "addresses"))


def _to(reading: Reading, value: object, path: Path) -> IsTo:
    return IsTo(reading.values(value, path, Glob.parse, "addresses"))


def _addressed(reading: Reading, value: object, path: Path) -> IsAddressed:
    return IsAddressed(reading.values(value, path, partial(word_of, allowed=_PLACES, what="place"), "to, cc or none"))


def _authenticated(reading: Reading, value: object, path: Path) -> IsAuthenticated:
    return IsAuthenticated(reading.truth(value, path))


WORDS: Final = (
    ConditionWord(
        "client",
        _client,
        "labels, `*` as in a glob",
        'client = ["harbor", "linden*"]',
        'The message is from (or, of a caller: about) one of these clients; `"*"` is any client.',
    ),
    ConditionWord("tier", _tier, "tiers", 'tier = "standard"', "The client's `tier` is one of these."),
    ConditionWord(
        "from",
        _from,
        "globs on addresses",
        'from = "gary@*"',
        "The address in From fits one of these: `*` is any run of characters, `?` one.",
    ),
    ConditionWord("to", _to, "globs on addresses", 'to = "support@*"', "An address in To or Cc fits one of these."),
    ConditionWord(
        "addressed",
        _addressed,
        "`to`, `cc`, `none`",
        'addressed = "cc"',
        "How I am addressed: in To, only in Cc, or in neither (a blind copy, a list).",
        words=_PLACES,
    ),
    ConditionWord(
        "authenticated",
        _authenticated,
        "`true`, `false`",
        "authenticated = true",
        "The server of `authserv_id` has verified the sender (`false`: it has not, or none is to be believed).",
        form=bool,
    ),
)
