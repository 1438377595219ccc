"""What a reply's text may say, and what it may not."""

from datetime import UTC, datetime, timedelta

import pytest

from support.replykit import NOW, PASSES, VARIABLES, template, variables
from triaged.core.template import (
    Incoming,
    Named,
    TemplateError,
    built_in,
    choose_language,
    names_in,
    render,
    usual_subject,
)

FRIDAY = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


def text_of(source: str, **changed: object) -> str:
    return render(template(source), "en", variables(**changed)).text


def test_every_variable_of_the_contract_can_be_named():
    text = text_of(
        "{{ me }} {{ me.name }} {{ me.address }} {{ client.name }} {{ sender.name }} {{ sender.address }} {{ subject }}"
        " {{ received | when }} {{ messages | length }} {{ promise | when }} {{ until | date }} {{ next_call | time }}"
        " {{ last_answer | when }} {{ 'again' if promised_before }} {{ passes.left }}/{{ passes.total }} {{ delegate.name }}"
        " {{ delegate.address }} {{ language }}",
        until=FRIDAY, next_call=FRIDAY, last_answer=NOW - timedelta(days=1), promised_before=True, passes=PASSES,
        delegate=Named("Tom", "tom@roth-partners.example"),
    )  # fmt: skip
    for word in (
        "Dana Roth",
        "Harbor Trust",
        "Gary",
        "quick question",
        "again",
        "1/2",
        "Tom",
        "tom@roth-partners.example",
    ):
        assert word in text
    assert text.rstrip().endswith(" en")


def test_the_example_of_the_contract_reads_as_a_person_writes():
    source = "Hello {{ sender.name or 'there' }},\nI have your message{{ 's' if messages|length > 1 }}.\n"
    assert text_of(source) == "Hello Gary,\nI have your message.\n"
    two = (*VARIABLES.messages, Incoming("and another", NOW))
    assert text_of(source, sender=Named("", "x@y.example"), messages=two) == "Hello there,\nI have your messages.\n"


def test_the_line_above_a_signature_keeps_its_blank():
    assert text_of("Yours \n-- \nDana \n") == "Yours\n-- \nDana\n"


def test_an_instant_without_a_filter_is_written_in_words():
    assert text_of("{{ promise }}") == text_of("{{ promise | when }}")
    assert text_of("{{ 'on ' ~ promise }}") == text_of("on {{ promise | when }}")


def test_dates_are_written_in_the_language_of_the_text():
    both = template(en="{{ promise | date }}", de="{{ promise | date }}")
    assert "November" in render(both, "en", VARIABLES).text
    assert "Freitag" in render(both, "de", VARIABLES).text


def test_a_line_of_statements_leaves_no_empty_line():
    source = "One\n{% if delegate %}\nTwo {{ delegate }}\n{% endif %}\nThree\n"
    assert text_of(source) == "One\nThree\n"
    assert text_of(source, delegate=Named("Tom")) == "One\nTwo Tom\nThree\n"


def test_empty_lines_blanks_and_unseen_characters_are_tidied():
    assert text_of("\n\nHello  \r\n\n\n\n\nthere\u202e\x00\u200b\n\n\n") == "Hello\n\nthere\n"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("\n{{ next_call | when }}", "line 2: | when of something that is not always there"),
        ("{{ next_call }}", "prints something that is not always there"),
        ("{{ passes.left }}", 'line 1: "left" is asked of something that is not always there'),
        ("{{ 'in ' ~ delegate }}", "not always there"),
        ("{{ sender.nme }}", 'there is no "nme" here, only name, address'),
        ("{{ nobody }}", 'there is no "nobody"'),
        ("{{ nobody.name }}", 'there is no "nobody"'),
        ("{{ messages }}", "prints a list"),
        ("{{ subject | when }}", "| when is for promise"),
        ("{{ promise.hour }}", 'a date has no "hour"'),
        ("{{ subject.format(1) }}", 'there is no "format"'),
        ("{{ subject.__class__ }}", 'there is no "__class__"'),
        ("{{ me.__init__ }}", 'there is no "__init__"'),
        ("{{ _clock.zone.key }}", 'there is no "key"'),
        ("{{ messages[7].subject }}", "there is no"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("   \n", "comes to nothing"),
        ("{{ 'x' * 1000000 }}", "* is for numbers"),
        ("{{ 9 ** 9 ** 9 }}", "** has no place"),
        ("{{ '%0999999d' % 1 }}", "% is for numbers"),
        ("{% for i in range(1000000) %}x{% endfor %}", "range is for at most 100"),
        ("{% for c in subject * 1 %}x{% endfor %}", "* is for numbers"),
        ("{% set a = 'xxxxxxxx' %}" + "{% set a = a ~ a %}" * 40 + "x", "grows too long"),
        ("{% set a = 'xxxxxxxx' %}" + "{% set a = a + a %}" * 40 + "x", "grows too long"),
        ("{% for a in range(99) %}{% for b in range(99) %}xxx{% endfor %}{% endfor %}", "more than 4096"),
        (
            "{% for a in 'x'.replace('x', 'y' ~ 'abcdefghij' ~ subject).split() | list + range(99) | list %}x{% endfor %}",
            "round",
        ),
        ("ü" * 3000, "more than 4096 octets"),
    ],
)
def test_a_text_that_cannot_be_filled_in_says_why(source: str, words: str):
    with pytest.raises(TemplateError) as failed:
        render(template(source), "en", variables(next_call=None))
    assert words in str(failed.value)
    assert str(failed.value).startswith("reply.until-call: text.en, line ")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{% macro a() %}{% endmacro %}", "{% macro %} has no place in a reply"),
        ("{% include 'x' %}", "{% include %} has no place in a reply"),
        ("{% import 'x' as y %}", "{% import %} has no place in a reply"),
        ("{% extends 'x' %}", "{% extends %} has no place in a reply"),
        ("{% for a in messages recursive %}{% endfor %}", "nested too deeply"),
        ("{% for a in messages %}" * 3 + "{% endfor %}" * 3, "nested too deeply"),
        ("{{ subject | center(10) }}", 'there is no filter "center"'),
        ("{{ subject | e }}", 'there is no filter "e"'),
        ("{% if subject %}", "Unexpected end of template"),
        ("{{ " + "(" * 2000, "nested too deeply"),
    ],
)
def test_what_cannot_be_bounded_or_read_is_refused(source: str, words: str):
    with pytest.raises(TemplateError, match=r"reply\.until-call: text\.en") as failed:
        render(template(source), "en", VARIABLES)
    assert words in str(failed.value)


def test_a_text_tells_which_variables_it_names():
    both = template(en="{{ promise | when }}", de="{% if next_call %}x{% endif %}")
    assert both.uses("promise")
    assert both.uses("promise", "en")
    assert not both.uses("promise", "de")
    assert both.uses("next_call", "de")
    assert not both.uses("delegate")
    assert template("x", "{{ promise | date }}").uses("promise")
    assert names_in("{% if %}") == frozenset()


def test_the_language_is_the_clients_else_the_messages_else_mine():
    both = template(en="a", de="b")
    assert choose_language(both, "de", "en", "en") == "de"
    assert choose_language(both, None, "de", "en") == "de"
    assert choose_language(both, None, "fr", "en") == "en"
    assert choose_language(both, "de-AT", None, "en") == "de"
    assert choose_language(both, None, None, "fr") is None


def test_the_usual_subject_is_the_languages_prefix_and_never_doubled():
    assert usual_subject("en", "quick question") == "Re: quick question"
    assert usual_subject("de", "AW: Re: RE[2]: quick question") == "AW: quick question"
    assert usual_subject("en", "") == "Your message"
    assert usual_subject("de", "Re: ") == "Ihre Nachricht"
    assert usual_subject("it", "") == "Your message"
    assert usual_subject("fr", "whatever the notice said", called=True) == "Votre appel"


def test_a_subject_of_its_own_is_filled_in_and_cut():
    made = render(template("x", "About {{ subject }}\n"), "en", VARIABLES)
    assert made.subject == "About quick question"
    long = render(template("x"), "en", variables(subject="a\u202e\r\nBcc: x@y " + "word " * 100))
    assert len(long.subject) <= 120
    assert long.subject.startswith("Re: a Bcc: x@y word")
    assert long.subject.endswith("…")


@pytest.mark.parametrize("label", ["slip", "moved"])
@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_the_texts_we_ship_name_the_promise_and_me(label: str, language: str):
    shipped = built_in(label)
    assert shipped.uses("promise", language)
    made = render(shipped, language, VARIABLES)
    assert "10:00" in made.text or "9:00" in made.text
    assert made.text.endswith("Dana Roth\n")
    assert "Gary" in made.text
