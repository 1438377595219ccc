"""Who is on the roster: clients, the manager, the case system, and who can help."""

import re
from collections.abc import Sequence
from dataclasses import replace

from triaged.cli.beginning.story import Story
from triaged.cli.talk import Question, numbers
from triaged.core.address import Glob, read_address
from triaged.core.providers import is_shared
from triaged.setup.firstconfiguration import Client, Delegate, label_of
from triaged.setup.firstwords import FirstWords
from triaged.setup.likelyclients import Correspondent
from triaged.setup.ownway import Way

_BOTH_WAYS = 2  # messages each way make a likely client
_NONE, _ALL = "none", "all"
_WIDE = 30


def clients(story: Story) -> None:
    """Who writes and whom she answers; by number, or as an address or a whole domain."""
    shown, words = list(story.seen.clients) if story.seen else [], story.talk.words
    story.talk.say()
    if shown:
        story.talk.tell(words("who_writes"))
        for number, one in enumerate(shown, 1):
            counted = words("came_and_went", came=f"{one.came:>4}", went=f"{one.went:>4}")
            story.talk.say(f"  {number:>2}  {one.pattern[:_WIDE]:<{_WIDE}} {counted}")
            story.talk.say(f"      {', '.join(list(one.people.values())[:3])[:52]}".rstrip())
    else:
        story.talk.tell(words("nobody_writes"))
    story.talk.tell(words("clients_explained"))
    usual = [str(n) for n, one in enumerate(shown, 1) if min(one.came, one.went) >= _BOTH_WAYS]
    question = Question(
        words("clients"), "--clients", story.args.clients,
        ",".join(usual) or _NONE, lambda text: _no_choice(words, text, shown), words=(_NONE, _ALL),
    )  # fmt: skip
    told = story.talk.ask(question)
    if not _chosen(told, shown) and story.situation.name != "shift" and story.talk.repeats:
        story.talk.tell(words("no_clients"), "  ")
        told = story.talk.ask(replace(question, given=None))
    for one in _chosen(told, shown):
        story.clients.append(_client(story, one))
    if story.situation.name == "shift":
        story.clients.extend(_colleagues(story))


def _no_choice(words: FirstWords, text: str, shown: Sequence[Correspondent]) -> str:
    for word in _words(text):
        if word in (_NONE, _ALL) or numbers(word, len(shown)) is not None:
            continue
        if word.replace("-", "").isdecimal():
            return words("no_numbers", text=text, most=len(shown))
        try:
            Glob.parse(word)
        except ValueError as error:
            return words("wrong", text=text, why=error)
        local, _, domain = word.rpartition("@")
        if "*" in local and is_shared(domain):
            return words("everybodys", domain=domain, text=word)
    return ""


def _words(text: str) -> list[str]:
    return text.replace(",", " ").replace(";", " ").split()


def _chosen(text: str, shown: Sequence[Correspondent]) -> list[Correspondent]:
    found: dict[str, Correspondent] = {}
    for word in _words(text):
        picked = shown if word == _ALL else [shown[n - 1] for n in numbers(word, len(shown)) or ()]
        if word not in (_NONE, _ALL) and not picked:
            picked = [next((one for one in shown if one.pattern == word), Correspondent(word))]
        found |= {one.pattern: one for one in picked}
    return list(found.values())


def _client(story: Story, one: Correspondent) -> Client:
    """With what her own mail says of how she writes to them."""
    seen = story.seen
    way = seen.ways.get(one.pattern, Way()) if seen else Way()
    label = label_of(one.pattern, [each.label for each in story.clients])
    alone = "*" not in one.pattern
    name = label.replace("-", " ").title()
    name = next(iter(one.people.values()), name) if alone else name
    people = {**one.people, **way.called}
    note = f"{one.came} messages came, {one.went} went" if one.came else ""
    return Client(
        label, name, (one.pattern,), note, people,
        language=way.language, form=way.form, phones=seen.phones.get(one.pattern, ()) if seen else (),
    )  # fmt: skip


def _colleagues(story: Story) -> list[Client]:
    """Everybody of her own organisation, where it has a domain of its own."""
    domain = story.signed.addresses[0].domain
    taken = any(f"*@{domain}" in one.patterns for one in story.clients)
    if is_shared(domain) or taken:
        return []
    seen = story.seen
    busiest = next(iter(seen.colleagues), None) if seen else None
    way = seen.ways.get(busiest.pattern, Way()) if seen and busiest else Way()
    return [
        Client(
            "colleagues", story.talk.words("colleagues"), (f"*@{domain}",),
            people={**busiest.people, **way.called} if busiest else {}, form=way.form,
        )
    ]  # fmt: skip


def manager(story: Story) -> None:
    """Whose mail is always urgent; everybody else can wait."""
    usual = story.seen.colleagues[0].pattern if story.seen and story.seen.colleagues else ""
    words = story.talk.words
    story.talk.say()
    story.talk.tell(words("manager_explained"))
    address = story.talk.ask(Question(words("manager"), "--manager", None, usual, lambda one: _no_address(words, one)))
    people = story.seen.colleagues[0].people if story.seen and usual == address else {}
    name = next(iter(people.values()), address.partition("@")[0].replace(".", " ").title())
    story.clients.append(Client("manager", name, (address,), always_urgent=True, replies=False))
    domain = story.signed.addresses[0].domain
    if not is_shared(domain):
        story.clients.append(Client("company", words("company_name"), (f"*@{domain}",)))
    story.clients.append(Client("everybody", words("everybody_else"), ("*",), replies=False))


def cases(story: Story) -> None:
    """The case system: what she is measured by."""
    words = story.talk.words
    story.talk.say()
    story.talk.tell(words("cases_explained"))
    question = Question(words("cases"), "--cases", None, _NONE, lambda text: _no_address(words, text), words=(_NONE,))
    address = story.talk.ask(question)
    if address != _NONE:
        story.clients.insert(0, Client("cases", words("cases_name"), (address,), replies=False))


def delegate(story: Story) -> None:
    """Who can help when she cannot."""
    words = story.talk.words

    def refused(text: str) -> str:
        return "" if text == _NONE or read_address(_mailbox(text)[1]) else words("no_mailbox", text=text)

    story.talk.say()
    story.talk.tell(words("delegate_explained"))
    told = story.talk.ask(Question(words("delegate"), "--delegate", None, _NONE, refused, words=(_NONE,)))
    if told == _NONE:
        return
    name, address = _mailbox(told)
    label = label_of(address)
    story.delegates.append(Delegate(label, name, address))
    story.clients[:] = [replace(one, delegate=label) if one.replies else one for one in story.clients]


def _no_address(words: FirstWords, text: str) -> str:
    return "" if text == _NONE or read_address(text) else words("no_address", text=text)


def _mailbox(text: str) -> tuple[str, str]:
    match = re.fullmatch(r"\s*([^<>]*?)\s*<?([^<>\s]+@[^<>\s]+)>?\s*", text)
    if match is None:
        return "", ""
    return match[1] or match[2].partition("@")[0].title(), match[2]
