"""Rules: the first that matches decides, and the index changes nothing but the time it takes."""

import json
from datetime import timedelta
from typing import Literal

import pytest

from support.rulekit import client, mail, rule, view, when
from triaged.core.clients import Allowance
from triaged.core.conditions import needles
from triaged.core.retelling import retold
from triaged.core.rules import RuleMatch, RuleSet, Then

OUTAGE = rule("outage", then=Then.URGENT, when=when(client=["harbor", "lindenhof"], subject=["outage", "down"]))
PASS = rule("pass", then=Then.URGENT, when=when(text=["today", "asap"]), spends_pass=True)
REST = rule("rest")
RULES = RuleSet((OUTAGE, PASS, REST))


def names(found: RuleMatch):
    return [(line.rule, line.matched, line.because) for line in found.trace]


def test_the_first_rule_that_matches_decides():
    found = RULES.match(view(mail(Subject="Outage since nine")))
    assert found.rule is OUTAGE
    assert found.because == "client is harbor and subject has 'Outage'"


def test_the_trace_holds_every_rule_up_to_the_one_that_matches():
    found = RULES.match(view(mail("ring me today")), 1, trace=True)
    assert names(found) == [
        ("outage", False, "no 'outage' or 'down' in the subject"),
        ("pass", True, "text has 'today'"),
    ]


def test_a_rule_that_spends_a_pass_is_passed_over_when_none_is_left():
    weekly = client(passes=Allowance(2, "week"))
    found = RULES.match(view(mail("ring me today"), weekly), 0, trace=True)
    assert found.rule is REST
    assert found.exhausted is PASS
    assert names(found)[1:] == [("pass", False, "no pass left this week"), ("rest", True, "matches everything")]


@pytest.mark.parametrize(("period", "words"), [("day", "today"), ("month", "this month")])
def test_the_period_of_the_passes_is_named(period: Literal["day", "month"], words: str):
    found = RULES.match(view(mail("ring me today"), client(passes=Allowance(2, period))), 0, trace=True)
    assert found.trace[1].because == f"no pass left {words}"


def test_a_client_without_passes_spends_none():
    found = RULES.match(view(mail("ring me today")), None, trace=True)
    assert found.rule is REST
    assert found.trace[1].because == "the client has no passes"


def test_a_pass_is_spent_where_one_is_left():
    found = RULES.match(view(mail("ring me today")), 1)
    assert (found.rule, found.exhausted) == (PASS, None)


def test_no_rule_matches_where_none_does():
    found = RuleSet((OUTAGE,)).match(view(), trace=True)
    assert found.rule is None
    assert found.because == "no rule matches"
    assert len(found.trace) == 1


def test_rules_of_other_clients_are_not_looked_at_but_can_be_explained():
    rules = RuleSet((rule("other", when=when(client="lindenhof", subject="quick")), REST))
    assert rules.match(view()).rule is REST
    assert rules.match(view(), trace=True).trace[0].because == "client is harbor, not lindenhof"


def test_a_rule_that_was_not_looked_at_is_told_from_the_rules_of_that_time():
    tables = [
        {"client": ["lindenhof", "roth"]},
        {"tier": "gold"},
        {"hours": "office", "text": ["outage", "down"]},
        {"any": [{"client": "roth", "subject": "x"}, {"body": "y"}]},
        {"not": {"client": "harbor"}},
        {"from": "gary@*"},
    ]
    rules = RuleSet(tuple(rule(str(number), when=when(**table)) for number, table in enumerate(tables)))
    body = json.dumps({"rule": [{"name": str(number), "when": table} for number, table in enumerate(tables)]})
    assert [(line.matched, line.because) for line in retold(body, "harbor", rules.match(view()).trace)] == [
        (False, "client is harbor, not lindenhof or roth"),
        (False, "client has no tier, asked is gold"),
        (False, "no 'outage' or 'down' in subject or new text"),
        (False, "client is harbor, not roth; no 'y' in the new text"),
        (False, "it excludes harbor"),
        (True, "sender is gary@harbor.example"),
    ]


def test_rules_of_that_time_that_cannot_be_read_any_more_are_told_by_name():
    body = json.dumps({"rule": [{"name": "old", "when": {"a word of old": 1}}]})
    [line] = retold(body, None, ())
    assert (line.rule, line.matched) == ("old", False)
    assert line.because


def test_the_body_is_read_only_when_it_is_some_rules_turn():
    first = rule("first", when=when(subject="quick"))
    rules = RuleSet((first, rule("second", when=when(body="figures"))))
    seen = view()
    assert rules.match(seen).rule is first
    assert "body" not in seen.__dict__


def test_a_rule_with_several_patterns_that_occur_is_tried_once_and_in_its_turn():
    late = rule("late", when=when(text=["ring", "figures", "question"]))
    early = rule("early", when=when(from_="gary@*"))
    assert RuleSet((early, late)).match(view()).rule is early
    assert RuleSet((late, early)).match(view()).rule is late


def test_every_way_to_nest_patterns_is_found_through_the_index():
    tables = [
        {"any": [{"subject": "quick"}, {"body": "nothing"}]},
        {"any": [{"subject": "nothing"}, {"client": "harbor"}]},
        {"all": [{"all": [{"text": "figures"}]}, {"from": "gary@*"}]},
        {"not": {"subject": "outage"}},
        {"text": "/ring me/"},
        {"client": "h*", "body": ["/^can you/", "x"]},
        {"tier": "gold", "subject": "quick"},
    ]
    for number, table in enumerate(tables):
        rules = RuleSet((rule("never", when=when(subject="zzz")), rule(str(number), when=when(**table))))
        gold = client(tier="gold")
        quick, slow = rules.match(view(of=gold)), rules.match(view(of=gold), trace=True)
        assert (quick.rule, quick.because) == (rules.rules[1], slow.because)
        assert quick.trace == slow.trace[1:]


def test_only_patterns_that_must_occur_are_needles():
    assert needles(when(not_={"subject": "a"})) is None
    assert needles(when(any_=[{"subject": "a"}, {"client": "b"}])) is None
    assert needles(None) is None
    found = needles(when(any_=[{"subject": "a"}, {"client": "b", "text": "c"}])) or ()
    assert [(place, pattern.text) for place, pattern in found] == [("subject", "a"), ("subject", "c"), ("body", "c")]


def test_what_the_rules_have_to_read():
    assert RULES.needs_text
    assert not RULES.needs_language
    assert not RuleSet((OUTAGE, REST)).needs_text
    assert RuleSet((rule(when=when(language="de")),)).needs_language
    assert RuleSet((rule(when=when(burst="3 in 1h")), REST)).longest_burst == timedelta(hours=1)
    assert RuleSet().longest_burst == timedelta(0)


def test_a_rule_names_the_kinds_it_asks_for():
    assert rule(when=when(kind="courtesy")).names_kind("courtesy")
    assert not REST.names_kind("courtesy")
