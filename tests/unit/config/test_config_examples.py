"""The tests that rules carry: what is expected, and what is told where something else came."""

from pathlib import Path

import pytest

from support.configurations import NOW, WHOLE, loaded
from triaged.rehearse.examples import run_examples

CONFIG = Path(__file__).parents[3] / "config"
EXAMPLE = """
[[rule.example]]
from = "Gary <gary@harbor.example>"
subject = "quick question"
text = "can you ring me?"
at = "2026-11-24 15:10"
"""


def failures(tmp_path: Path, example: str, text: str = WHOLE) -> list[str]:
    found = loaded(tmp_path, text + example)
    assert not found.errors
    assert len(found.cases) == 1
    return [str(problem).removeprefix(f"{tmp_path / 'dana.toml'}:") for problem in run_examples(found, NOW)]


@pytest.mark.parametrize(
    "expect",
    [
        'then = "defer"',
        'rule = "Everything"',
        'client = "harbor"',
        'until = "2026-11-25 09:00"',
        "until = 2026-11-25 09:00:00",
        'promise = "2026-11-26 17:00"',
        'reply = "later", language = "en"',
        'kind = "new"',
        'kind = ["new"], notify = []',
    ],
)
def test_an_expectation_that_is_met_is_silent(tmp_path: Path, expect: str):
    assert failures(tmp_path, f"{EXAMPLE}expect = {{ {expect} }}\n") == []


@pytest.mark.parametrize(
    ("expect", "column", "came"),
    [
        ('then = "urgent"', 19, 'then is "defer", not "urgent" (rule "Everything": matches everything)'),
        ('until = "2026-11-25 10:00"', 20, 'until is "2026-11-25 09:00", not "2026-11-25 10:00"'),
        ('promise = "none"', 22, 'promise is "2026-11-26 17:00", not none'),
        ('reply = "none"', 20, 'reply is "later", not none'),
        ('rule = "Other"', 19, 'rule is "Everything", not "Other"'),
        ('client = ""', 21, 'client is "harbor", not ""'),
        ('kind = "list"', 19, 'kind is "new", not "list"'),
        ('notify = "phone"', 21, 'notify is none, not "phone"'),
        ('no_reply = "stranger"', 23, 'no_reply is none, not "stranger"'),
        ('delegate = "tom"', 23, 'delegate is none, not "tom"'),
    ],
)
def test_one_that_is_not_met_is_an_error_at_its_place_with_what_came_instead(
    tmp_path: Path, expect: str, column: int, came: str
):
    (told,) = failures(tmp_path, f"{EXAMPLE}expect = {{ {expect} }}\n")
    line = (WHOLE + EXAMPLE).count("\n") + 1
    assert told.startswith(f'{line}:{column}: error: example of "Everything": {came}')


def test_a_refused_reply_is_told_with_its_reason(tmp_path: Path):
    example = EXAMPLE + 'to = "other@roth.example"\ncc = "dana@roth.example"\nexpect = { reply = "later" }\n'
    (told,) = failures(tmp_path, example)
    assert 'reply is none, not "later" (rule "Everything": no reply: ' in told


def test_several_expectations_that_fail_for_one_reason_are_one_finding(tmp_path: Path):
    (told,) = failures(tmp_path, f'{EXAMPLE}expect = {{ then = "urgent", rule = "Other", kind = "new" }}\n')
    assert 'then is "defer", not "urgent"; rule is "Everything", not "Other" (rule "Everything": matches ' in told


def test_examples_that_fail_for_one_reason_are_one_finding_with_their_lines(tmp_path: Path):
    one = f'{EXAMPLE}expect = {{ then = "urgent" }}\n'
    other = one.replace("2026-11-24 15:10", "2026-11-25 15:10")
    met = f'{EXAMPLE}expect = {{ then = "defer" }}\n'
    stranger = f'{EXAMPLE}expect = {{ then = "urgent" }}\n'.replace("harbor.example", "else.example")
    found = loaded(tmp_path, WHOLE + one + other + met + stranger + other)
    told = [str(problem) for problem in run_examples(found, NOW)]
    assert len(told) == 2
    lines = [case.at.line for case in found.cases]
    assert told[0].endswith(
        f'(rule "Everything": matches everything); for the same reason those in line {lines[1]}, {lines[4]}'
    )
    assert "for the same reason" not in told[1]


def test_a_stranger_is_nobodys(tmp_path: Path):
    example = EXAMPLE.replace("harbor.example", "else.example")
    assert failures(tmp_path, example + 'expect = { then = "leave", client = "", no_reply = "stranger" }\n') == []


def test_the_header_of_an_example_counts(tmp_path: Path):
    rule = WHOLE.replace('then = "defer"', 'then = "defer"\nwhen = { header = { "X-Priority" = "1*" } }')
    example = EXAMPLE + 'header = { "X-Priority" = "1 (Highest)" }\nexpect = { rule = "Everything" }\n'
    assert failures(tmp_path, example, rule) == []


def test_its_sender_is_authenticated_unless_its_header_says_otherwise(tmp_path: Path):
    strict = WHOLE.replace('mode = "send"', 'mode = "send"\nauthserv_id = "mx.roth.example"\nrequire_auth = "always"')
    assert failures(tmp_path, EXAMPLE + 'expect = { reply = "later" }\n', strict) == []
    forged = 'header = { "Authentication-Results" = "mx.roth.example; dmarc=fail header.from=harbor.example" }\n'
    assert failures(tmp_path, EXAMPLE + forged + 'expect = { reply = "none", client = "" }\n', strict) == []


def test_without_a_time_it_arrives_in_office_hours(tmp_path: Path):
    rule = WHOLE.replace('then = "defer"', 'then = "defer"\nwhen = { hours = "office" }')
    example = EXAMPLE.replace('at = "2026-11-24 15:10"\n', "")
    assert failures(tmp_path, example + 'expect = { rule = "Everything" }\n', rule) == []


def test_to_and_cc_are_as_written(tmp_path: Path):
    rule = WHOLE.replace('then = "defer"', 'then = "defer"\nwhen = { addressed = "cc" }')
    example = EXAMPLE + 'to = "other@roth.example"\ncc = ["dana@roth.example"]\nexpect = { rule = "Everything" }\n'
    assert failures(tmp_path, example, rule) == []


@pytest.mark.parametrize("name", ["triaged", "consultant", "project-manager", "support", "employee"])
def test_a_shipped_configuration_keeps_what_it_promises_by_example(name: str):
    from triaged.config import load

    found = load(CONFIG / f"{name}.toml", environ={}, now=NOW)
    assert [str(problem) for problem in found.problems] == []
    assert found.cases
    assert [str(problem) for problem in run_examples(found, NOW)] == []
