"""Reading `when`: every mistake at its place, with what to write instead."""

import pytest
import tomli

from support.rulekit import view
from triaged.core.conditions import CONDITIONS, ConditionWord, Known, conditions_table, evaluate, parse_when

KNOWN = Known(clients=("harbor", "lindenhof"), tiers=("gold", "standard"), around=("then", "reply"))

MISTAKES = [
    ({"then": "urgent"}, ("then",), '"then" is inside [rule.when]; move it above that line'),
    ({"subjct": "a"}, ("subjct",), 'there is no condition "subjct"; did you mean "subject"?'),
    ({"weekend": True}, ("weekend",), 'there is no condition "weekend"; write hours = "weekend"'),
    ({"voicemail": True}, ("voicemail",), 'there is no condition "voicemail"; write kind = "voicemail"'),
    ({"zzz": 1}, ("zzz",), 'there is no condition "zzz"; write client, tier, from'),
    ({"client": "habor"}, ("client",), '"habor" is no client; did you mean "harbor"?'),
    ({"client": ["harbor", "x*"]}, ("client", 1), '"x*" matches no client'),
    ({"tier": "golden"}, ("tier",), '"golden" is no tier of a client; did you mean "gold"?'),
    ({"from": "gary"}, ("from",), "gary"),
    ({"to": [1]}, ("to", 0), "1: write addresses in quotes"),
    ({"addressed": "bcc"}, ("addressed",), '"bcc" is no place; did you mean "cc"?'),
    ({"subject": ["ok", "/(/"]}, ("subject", 1), "/(/: missing ): ( (RE2 syntax)"),
    ({"subject": "\bP1"}, ("subject",), "write regular expressions in single quotes"),
    ({"body": []}, ("body",), "an empty list never matches"),
    ({"text": True}, ("text",), "true: write words in quotes"),
    ({"header": "X-Priority: 1"}, ("header",), 'as in { "X-Priority" = ["1*", "2*"] }'),
    ({"header": {"X Priority": "1"}}, ("header", "X Priority"), "no name of a header field"),
    ({"header": {"X-Priority": 1}}, ("header", "X-Priority"), "1: write globs on the value in quotes"),
    ({"important": "yes"}, ("important",), "yes: write true or false, without quotes"),
    ({"words": "12"}, ("words",), '"12" is no comparison; write one as in "<= 12"'),
    ({"words": "< 5 MB"}, ("words",), "no comparison"),
    ({"words": ["< 5"]}, ("words",), "one value, no list"),
    ({"size": "5 MB"}, ("size",), '"5 MB" is no comparison; write one as in "> 5 MB"'),
    ({"size": "> 5 parsecs"}, ("size",), '"parsecs" is no unit of size'),
    ({"attachment": 3}, ("attachment",), "3: write true, false, or globs on names in quotes"),
    ({"language": "German!"}, ("language",), '"German!" is no language tag'),
    ({"authenticated": "true"}, ("authenticated",), "without quotes"),
    ({"between": "9-5"}, ("between",), "no time of day"),
    ({"between": "09:00"}, ("between",), "09:00"),
    ({"hours": ["office", "ofice"]}, ("hours", 1), '"ofice" is no word of hours; did you mean "office"?'),
    ({"kind": "voice-mail"}, ("kind",), '"voice-mail" is no kind; did you mean "voicemail"?'),
    ({"burst": "three in 20m"}, ("burst",), 'as in "3 in 20m"'),
    ({"burst": "1 in 20m"}, ("burst",), "write at least 2"),
    ({"burst": "3 in 2 business days"}, ("burst",), "elapsed time"),
    ({"burst": "3 in 90 days"}, ("burst",), "at most 31 days"),
    ({"burst": "3 in 20x"}, ("burst",), "20x"),
    ({"not": "x"}, ("not",), "x: write a table of conditions"),
    ({"not": {"kind": "lists"}}, ("not", "kind"), 'did you mean "list"?'),
    ({"any": {"tier": "gold"}}, ("any",), "write a list of tables, as in any = ["),
    ({"all": []}, ("all",), "write a list of tables, as in all = ["),
    ({"any": [{"tier": "gold"}, {"teir": "gold"}]}, ("any", 1, "teir"), 'did you mean "tier"?'),
]


@pytest.mark.parametrize(("table", "path", "words"), MISTAKES)
def test_a_mistake_is_told_at_its_place_with_what_to_write(
    table: dict[str, object], path: tuple[str | int, ...], words: str
):
    problems = parse_when(table, ("rule", 2, "when"), KNOWN)
    assert isinstance(problems, list)
    (problem,) = problems
    assert problem.path == ("rule", 2, "when", *path)
    assert words in problem.text


def test_all_mistakes_are_told_at_once():
    problems = parse_when({"then": "urgent", "subject": ["/(/", "/)/"], "any": [{"kind": "x"}]})
    assert isinstance(problems, list)
    assert [problem.path[-1] for problem in problems] == ["then", 0, 1, "kind"]


def test_no_table_at_all_is_told():
    problems = parse_when("urgent")
    assert isinstance(problems, list)
    assert "write a table of conditions" in problems[0].text


@pytest.mark.parametrize("word", CONDITIONS, ids=lambda word: word.name)
def test_every_example_of_the_reference_can_be_read_and_asked(word: ConditionWord):
    table = tomli.loads(word.example)
    assert list(table) == [word.name]
    condition = parse_when(table)
    assert not isinstance(condition, list)
    assert isinstance(evaluate(condition, view()).matched, bool)


def test_the_reference_has_a_row_for_every_condition():
    rows = conditions_table().splitlines()
    assert len(rows) == len(CONDITIONS) + 2
    assert all(row.count("|") == 5 for row in rows)


def test_a_size_may_be_written_in_many_units():
    for written, octets in (("> 5 MB", 5_000_000), (">=5kib", 5120), ("< 1.5 GB", 1_500_000_000), ("<= 10", 10)):
        condition = parse_when({"size": written})
        assert f"number={octets}" in repr(condition)
