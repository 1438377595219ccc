"""Letters and the very octets they become. `python tests/golden/test_writing_replies.py` writes anew what is expected."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.replykit import DANA, NOW, letter, template, variables
from triaged.core.address import Address, Mailbox
from triaged.core.reply import Head, Origin, PassedOn, compose_forward, compose_note, write
from triaged.core.template import Incoming, Named, PassesLeft, built_in

FOLDER = Path(__file__).parent / "replies"
UNTIL_CALL = """
Hello {{ sender.name or 'there' }},
I have your message{{ 's' if messages|length > 1 }}. Can it wait until our call on {{ promise | when }}?
{% if passes %}

For something that really cannot wait there {{ 'is' if passes.left == 1 else 'are' }} {{ passes.left }} of {{ passes.total }} this week.
{% endif %}

{{ me }}
"""
BIS_ZUM_TERMIN = """
Guten Tag{{ ' ' ~ sender.name if sender.name }},
ich habe Ihre Nachricht{{ 'en' if messages|length > 1 }}. Reicht es bis zu unserem Termin: {{ promise | when }}?

{{ me }}
"""
DELEGATE = """
Thank you for thinking of me. Right now I am concentrating on my cases; please ask {{ delegate }} ({{ delegate.address }}), who looks after this.

{{ me }}
"""
AGAIN = "{% if last_answer %}My last answer on this went out on {{ last_answer | date }}.{% endif %} As promised: {{ promise | when }}.\n"
MESSAGES = (Incoming("quick question", NOW), Incoming("Re: quick question", NOW))
ORIGINAL = b"From: gary@harbor.example\r\nSubject: extra project\r\n\r\nCan you?\r\n"


def english() -> bytes:
    made = letter(UNTIL_CALL, variables=variables(messages=MESSAGES, passes=PassesLeft(1, 2)), precedence="bulk")
    return write(made).raw


def german() -> bytes:
    both = template(en=UNTIL_CALL, de=BIS_ZUM_TERMIN)
    named = variables(subject="Frage zur Abrechnung – dringend?", sender=Named("Frau Groß", "g@lindenhof.example"))
    return write(
        replace(letter(), template=both, language="de", variables=named, sender=Mailbox(DANA.address, "Dana Röth"))
    ).raw


def caller() -> bytes:
    return write(letter(UNTIL_CALL, origin=None, kind="auto-generated", variables=variables(subject=""))).raw


def redirect() -> bytes:
    return write(
        letter(DELEGATE, variables=variables(delegate=Named("Tom", "tom@roth-partners.example"), promise=None))
    ).raw


def draft() -> bytes:
    asked = variables(last_answer=datetime(2026, 11, 17, 15, 0, tzinfo=UTC), promised_before=True)
    origin = Origin("<3@harbor.example>", ("<2@harbor.example>",), ("<1@harbor.example>", "<2@harbor.example>"))
    return write(letter(AGAIN, variables=asked, kind="draft", origin=origin)).raw


def slip() -> bytes:
    return write(replace(letter(), template=built_in("slip"), language="fr")).raw


def forward() -> bytes:
    return compose_forward(
        Head(DANA, Address("tom", "roth-partners.example"), "extra project", "<triaged.2@roth.example>", NOW),
        PassedOn(8, "en", "Tom", ORIGINAL),
    )  # fmt: skip


def note() -> bytes:
    return compose_note(
        Head(DANA, DANA.address, "Heute: 2 zurückgestellt", "<triaged.3@roth.example>", NOW),
        text="Gary: quick question\n", html="<ul><li>Gary: quick question</li></ul>",
    )  # fmt: skip


LETTERS: Mapping[str, Callable[[], bytes]] = {
    made.__name__: made for made in (english, german, caller, redirect, draft, slip, forward, note)
}


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_is_written_as_expected(name: str):
    assert LETTERS[name]() == (FOLDER / f"{name}.eml").read_bytes()


def test_nothing_is_expected_that_is_not_written():
    assert {path.stem for path in FOLDER.glob("*.eml")} == set(LETTERS)


if __name__ == "__main__":
    for name, made in LETTERS.items():
        (FOLDER / f"{name}.eml").write_bytes(made())
