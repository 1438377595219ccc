"""Every language of every reply is tried before any client sees one."""

import pytest

from support.replykit import template
from triaged.core.template import built_in
from triaged.core.trial import TextProblem, trial


def only(source: str, subject: str = "") -> TextProblem:
    (problem,) = trial(template(source, subject))
    return problem


def test_a_good_reply_has_no_problems():
    good = "Hello {{ sender.name or 'there' }}{% if passes %}, {{ passes.left }} left{% endif %}: {{ promise | when }}"
    assert trial(template(good)) == ()


def test_the_texts_we_ship_pass():
    assert trial(built_in("slip")) == ()
    assert trial(built_in("moved")) == ()


def test_a_misspelt_variable_is_told_with_its_line_and_the_nearest_word():
    problem = only("Hello,\n\nuntil {{ promse | when }}\n")
    assert (problem.language, problem.part, problem.line) == ("en", "text", 3)
    assert problem.message == 'there is no variable "promse"'
    assert problem.hint == 'did you mean "promise"?'


def test_a_variable_that_may_be_missing_has_to_be_asked_for():
    problem = only("a\n{{ next_call | when }}")
    assert problem.line == 2
    assert "not always there" in problem.message
    assert problem.hint == "as it is without next_call"
    assert trial(template("a{% if next_call %} {{ next_call | when }}{% endif %}")) == ()
    assert trial(template("a{{ ' ' ~ next_call if next_call is defined }}")) == ()


def test_promise_is_not_optional():
    assert trial(template("{{ promise | when }}")) == ()


def test_two_variables_missing_together_are_tried():
    source = "{% if next_call or until %}a{% else %}{{ nothing_here.name }}{% endif %}"
    assert "nothing_here" in only(source).message
    assert "comes to nothing" in only("{% if next_call or until %}a{% endif %}").message


def test_a_fault_that_shows_only_when_it_is_there_is_found():
    assert '"lft"' in only("x{% if passes %}{{ passes.lft }}{% endif %}").message
    assert '"tme"' in only("x{% if not promised_before %}{{ me.tme }}{% endif %}").message
    assert '"a"' in only("x{% if messages | length > 1 %}{{ messages[1].a }}{% endif %}").message
    assert '"b"' in only("x{% if not subject %}{{ me.b }}{% endif %}").message
    assert '"c"' in only("x{% if not sender.name %}{{ me.c }}{% endif %}").message


def test_a_misspelt_filter_gets_the_nearest():
    problem = only("{{ promise | whn }}")
    assert problem.message == 'there is no filter "whn"'
    assert problem.hint == 'did you mean "when"?'


@pytest.mark.parametrize("written", ["{promise}", "{ promise }", "{promise|when}"])
def test_a_variable_in_single_braces_is_not_sent_to_a_client_as_it_stands(written: str):
    problem = only("{{ me }}\n{# two\nlines #}Until " + written)
    assert (problem.line, problem.hint) == (3, "write {{ promise }}")


@pytest.mark.parametrize("text", ["{{ promise | when }}", "{ see below }", "{% if until %}{{ until }}{% endif %} {x}"])
def test_other_braces_are_a_persons_own(text: str):
    assert trial(template(text)) == ()


def test_a_syntax_error_is_told_with_its_line():
    assert only("a\nb\n{% if %}").line == 3


def test_subjects_are_tried_too():
    problem = only("x", "{{ delegate.name }}")
    assert problem.part == "subject"
    assert "delegate" in problem.hint


def test_every_language_is_tried():
    found = trial(template(en="{{ a_ }}", de="{{ b_ }}"))
    assert [(problem.language, problem.message) for problem in found] == [
        ("en", 'there is no variable "a_"'),
        ("de", 'there is no variable "b_"'),
    ]


def test_a_subject_without_a_text_is_a_problem():
    from dataclasses import replace

    (problem,) = trial(replace(template("x"), subjects={"fr": "y"}))
    assert (problem.language, problem.part) == ("fr", "subject")
    assert str(problem) == "subject.fr, line 1: there is a subject but no text in this language"
