"""Answers that come at once: a machine's are known by what they show, and a person's words never are one's."""

from datetime import timedelta
from typing import Any

import pytest

from support.rulekit import NOW, facts, mail
from triaged.core.address import Address
from triaged.core.authres import Authentication, Verdict
from triaged.core.echo import NOTHING, said, sign_of_machine
from triaged.core.identify import Identified
from triaged.core.kinds import is_automatic, kinds_of
from triaged.core.message import Message, read_raw
from triaged.core.trust import Level

RE = "Re: until then"
PHOTO = read_raw(
    b"From: gary@harbor.example\r\nTo: dana@roth.example\r\nSubject: Re: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: image/jpeg; name=a.jpg\r\nContent-Disposition: attachment\r\n\r\nx\r\n--b--\r\n"
)


def answer(text: str = "", *lines: str, **fields: str) -> Message:
    return mail(text, *lines, **{"Subject": RE, **fields})


def sign(message: Message, **known: Any) -> str:
    kinds = kinds_of(message, None)
    who = Identified(
        message=message,
        sender=Address("gary", "harbor.example"),
        mine=False,
        team=False,
        client=None,
        match=None,
        authentication=Authentication(Verdict.UNCONFIGURED, ""),
        level=Level.UNKNOWN,
        notice=None,
        kinds=kinds,
        automatic=is_automatic(message, kinds),
    )
    return sign_of_machine(who, facts(**{"answers_own": NOW - timedelta(seconds=20), **known}), ("en", "de"))


CONFIRMS = answer("We have received your request.", "Auto-Submitted: auto-replied")
SAME = answer("Your ticket has been updated.")
EMPTY = answer("\r\n> you wrote\r\n")


@pytest.mark.parametrize(
    ("message", "last_said"),
    [(CONFIRMS, None), (SAME, said(SAME)), (EMPTY, NOTHING)],
    ids=["it says so itself", "the same again", "no words for the second time"],
)
def test_a_machine_is_known_by_what_it_shows(message: Message, last_said: str | None):
    assert sign(message, last_said=last_said)
    assert not sign(message, last_said=last_said, answers_own=None), "it answers nothing that went to its very sender"


@pytest.mark.parametrize(
    ("message", "last_said"),
    [
        (answer("No, it cannot wait. The board meets tonight."), None),
        (answer("OK"), "something else"),
        (SAME, None),
        (EMPTY, None),
        (EMPTY, said(SAME)),
        (answer("Thanks!"), said(answer("Thanks!"))),
        (answer("STOP"), said(answer("STOP"))),
        (answer("STOP", "Auto-Submitted: auto-replied"), None),
        (answer("I am back on Monday.", "Auto-Submitted: auto-replied", Subject="Automatic reply: until then"), None),
        (answer("I am back on Monday.", "Auto-Submitted: auto-replied (vacation)"), None),
        (answer("I am back on Monday.", "X-Apple-Action: VACATION", "Auto-Submitted: auto-replied"), None),
        (PHOTO, said(PHOTO)),
        (PHOTO, NOTHING),
    ],
)
def test_a_person_is_never_taken_for_one(message: Message, last_said: str | None):
    assert sign(message, last_said=last_said) == ""
