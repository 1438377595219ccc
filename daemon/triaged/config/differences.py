"""What a reload changes, in words for the log: an old and a new configuration go in, sentences come out."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from typing import TypeVar

from triaged.config.described import table_of
from triaged.config.loaded import Loaded
from triaged.core.clients import Client
from triaged.core.rules import Rule
from triaged.core.settings import Account, Person

T = TypeVar("T")


def differences(old: Loaded, new: Loaded) -> tuple[str, ...]:
    """Accounts, clients, calls, rules and texts that came, went or are different; nothing: it says the same as before."""
    before = {person.label: person for person in old.persons}
    after = {person.label: person for person in new.persons}
    several = len(before) > 1 or len(after) > 1
    found: list[str] = []
    if old.service != new.service:
        found.append("[service] changed; state, log, listen and page count from the next start")
    found += [f"person {label} added" for label in after if label not in before]
    found += [f"person {label} removed" for label in before if label not in after]
    for label, person in before.items():
        if label in after:
            found += [f"{label}: {text}" if several else text for text in _person(person, after[label])]
    return tuple(found)


def _person(old: Person, new: Person) -> Iterator[str]:
    yield from _compared("account", _by(old.accounts, _login), _by(new.accounts, _login), _account)
    yield from _compared("client", _by(old.roster.clients, _label), _by(new.roster.clients, _label), _client)
    yield from _compared("rule", _by(old.rules.rules, _name), _by(new.rules.rules, _name), _rule)
    if _order(old, new) != _order(new, old):
        yield "rules in another order"
    yield from _compared("reply", old.replies, new.replies, _changed)
    yield from _compared("delegate", old.delegates, new.delegates, _changed)
    yield from _compared("notify", old.channels, new.channels, _changed)
    parts: tuple[tuple[str, object, object], ...] = (
        ("[me]", _of_me(old), _of_me(new)),
        ("[hours]", old.worktime, new.worktime),
        ("[telephone]", old.telephone, new.telephone),
        ("[promises]", old.promises, new.promises),
        ("[digest]", old.digest, new.digest),
        ("[report]", old.report, new.report),
        ("[snooze]", old.snooze, new.snooze),
    )
    yield from (f"{name} changed" for name, one, other in parts if one != other)


def _of_me(person: Person) -> list[object]:
    return [getattr(person, key) for key in table_of(Person).keys]


def _compared(
    kind: str, old: Mapping[str, T], new: Mapping[str, T], tell: Callable[[T, T], Iterable[str]]
) -> Iterator[str]:
    yield from (f'{kind} "{key}" added' for key in new if key not in old)
    yield from (f'{kind} "{key}" removed' for key in old if key not in new)
    for key, one in old.items():
        if key in new and one != new[key]:
            yield from (f'{kind} "{key}" {text}' for text in tell(one, new[key]))


def _changed(_old: object, _new: object) -> tuple[str, ...]:
    return ("changed",)


def _account(old: Account, new: Account) -> tuple[str, ...]:
    return (f"is in mode {new.mode}, was {old.mode}",) if old.mode is not new.mode else ("changed",)


def _client(old: Client, new: Client) -> tuple[str, ...]:
    if (old.calls, old.series) != (new.calls, new.series):
        return (f"has its calls {_calls(new)}, had them {_calls(old)}",)
    if old.mode != new.mode:
        return (f"is in mode {new.mode or 'of the account'}, was {old.mode or 'of the account'}",)
    return ("changed",)


def _calls(client: Client) -> str:
    texts = (*(call.text for call in client.calls), *(series.text for series in client.series))
    return " and ".join(texts) or "never"


def _rule(old: Rule, new: Rule) -> tuple[str, ...]:
    """The tests that a rule carries change nothing."""
    parts = (one.name for one in fields(Rule) if one.name not in ("name", "until", "examples"))
    different = [part for part in parts if getattr(old, part) != getattr(new, part)]
    different += ["until"] if old.back != new.back else []
    return (f"changed: {', '.join(different)}",) if different else ()


def _order(one: Person, other: Person) -> list[str]:
    both = {rule.name for rule in other.rules.rules}
    return [rule.name for rule in one.rules.rules if rule.name in both]


def _by(values: Iterable[T], key: Callable[[T], str]) -> dict[str, T]:
    return {key(value): value for value in values}


def _login(account: Account) -> str:
    return account.login


def _label(client: Client) -> str:
    return client.label


def _name(rule: Rule) -> str:
    return rule.name
