"""What a client may cause by his own words: a no to a reply of ours, or the word that a text of ours has offered him.

A message as rules see it, the past and the rules go in; what follows from them beside the rules comes out. Pure.
"""

import re
from collections.abc import Iterable

from triaged.core.clients import Client
from triaged.core.conditions import View, at_any_hour, can_hold, could_match, evaluate, words_asked
from triaged.core.rules import Rule, Then
from triaged.core.settings import Person
from triaged.core.template import NONE_LEFT, NOT_NOW, ReplyTemplate

_QUOTED = re.compile(r"[\"“”„‟«»‹›'‘’‚]\s*([^\"“”„‟«»‹›‘’‚\n]{1,60}?)\s*[\"“”„‟«»‹›'‘’‚]")


def pass_rules(client: Client | None, person: Person) -> tuple[Rule, ...]:
    """The rules by which this client can spend a pass."""
    return tuple(
        rule for rule in person.rules.rules if rule.spends_pass and could_match(rule.when, client) is not False
    )


def offers(template: ReplyTemplate, rules: Iterable[Rule]) -> bool:
    """Whether a text tells of passes, or of a word in quotes for which one of the rules looks."""
    if template.uses("passes"):
        return True
    words = frozenset[str]().union(*(words_asked(rule.when) for rule in rules))
    quoted = {found.casefold() for text in template.texts.values() for found in _QUOTED.findall(text)}
    return not words.isdisjoint(quoted)


def uses_offer(view: View, person: Person) -> bool:
    """Whether the client writes, at whatever hour, what a text told him to write that went to him lately."""
    rules = pass_rules(view.client, person)
    had = (person.reply(label) for label, _, _ in view.facts.had)
    if not any(template is not None and offers(template, rules) for template in had):
        return False
    return any((when := at_any_hour(rule.when)) is not None and evaluate(when, view).matched for rule in rules)


def what_to_say(view: View, person: Person, left: int) -> str:
    """Which text says that his word moves nothing: no pass is left, or it does not count at this hour."""
    rules = pass_rules(view.client, person)
    out_of_hours = bool(rules) and not can_hold((rule.when for rule in rules), view.worktime, view.facts.arrived)
    return NOT_NOW if left and out_of_hours else NONE_LEFT


def may_be_heard(view: View, left: int) -> bool:
    """Whether a no is urgent: a pass is left; a client without passes is heard once a day."""
    if view.client is not None and view.client.passes is not None:
        return left > 0
    heard = view.facts.heard_at
    return heard is None or view.worktime.date_of(heard) != view.worktime.date_of(view.facts.arrived)


def channels_of_alarm(view: View, person: Person) -> tuple[str, ...]:
    """The channels of the first urgent rule, of those that can be about this client, that names any."""
    urgent = (rule for rule in person.rules.rules if rule.then is Then.URGENT and rule.notify)
    return next((rule.notify for rule in urgent if could_match(rule.when, view.client) is not False), ())
