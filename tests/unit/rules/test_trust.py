"""How sure we are who wrote a message, and what it may cause: every level, and every row of the table."""

from typing import Any

import pytest

from support.rulekit import MINE, address
from triaged.core.authres import Trust, authenticate
from triaged.core.hops import Way, way_of
from triaged.core.message import Message, read_raw
from triaged.core.trust import ACTS, Act, Level, evidence, evidence_of_sent, lifted, may

SERVER = Trust(("mx.roth.example",))
SILENT = Trust(("mx.roth.example",), silent=True)
NOBODY = Trust()
PASS = "Authentication-Results: mx.roth.example; dmarc=pass header.from={}"
FAIL = "Authentication-Results: mx.roth.example; dmarc=fail (p={}) header.from=harbor.example"
SIGNED_IN = "Received: from laptop (dsl.provider.example [198.51.100.7])\r\n by mx.roth.example with ESMTPSA id 1"
OUTSIDE = "Received: from mail.evil.example (mail.evil.example [198.51.100.9])\r\n by mx.roth.example with ESMTPS id 2"
BY_FORGER = "Received: from evil.example (evil.example [203.0.113.9]) by mx.roth.example with ESMTPS"
STORED = "Received: from mx.roth.example ([127.0.0.1]) by imap.roth.example with LMTP id 3"


def mail(*lines: str, sender: str = "gary@harbor.example") -> Message:
    return read_raw("\r\n".join([*lines, f"From: {sender}", "Subject: x", "", "x", ""]).encode())


def level(*lines: str, sender: str = "gary@harbor.example", trust: Trust = SERVER, ours: bool = False) -> Level:
    message = mail(*lines, sender=sender)
    return evidence(message, authenticate(message, trust), trust, ours=ours)


def test_the_levels_stand_in_their_order():
    assert Level.FORGED < Level.UNVERIFIED < Level.UNKNOWN < Level.VERIFIED < Level.PROVED
    assert Level.INSIDE == Level.VERIFIED


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (level(FAIL.format("reject")), Level.FORGED),
        (level(FAIL.format("quarantine")), Level.FORGED),
        (level(FAIL.format("none")), Level.UNVERIFIED),
        (level("Authentication-Results: mx.roth.example; spf=fail smtp.mailfrom=harbor.example"), Level.UNVERIFIED),
        (level("Authentication-Results: mx.roth.example; spf=softfail smtp.mailfrom=harbor.example"), Level.UNVERIFIED),
        (level(), Level.UNVERIFIED),
        (level(trust=NOBODY), Level.UNKNOWN),
        (level(PASS.format("harbor.example"), trust=NOBODY), Level.UNKNOWN),
        (level(FAIL.format("reject"), trust=NOBODY), Level.UNKNOWN),
        (level(trust=SILENT), Level.UNKNOWN),
        (level(FAIL.format("none"), trust=SILENT), Level.UNVERIFIED),
        (level(PASS.format("harbor.example")), Level.VERIFIED),
        (level(PASS.format("evil.example")), Level.UNVERIFIED),
        (level("Authentication-Results: mx.roth.example; spf=pass smtp.mailfrom=harbor.example"), Level.VERIFIED),
        (level(sender="gary@harbor.example, x@else.example", trust=NOBODY), Level.UNVERIFIED),
    ],
)
def test_what_my_server_says_makes_the_level(found: Level, expected: Level):
    assert found is expected


@pytest.mark.parametrize("trust", [SERVER, NOBODY])
def test_who_signed_in_to_my_server_is_inside_and_nobody_else(trust: Trust):
    doubted = Level.UNVERIFIED if trust is SERVER else Level.UNKNOWN
    mine: dict[str, Any] = {"sender": MINE, "ours": True, "trust": trust}
    assert level(STORED, SIGNED_IN, **mine) is Level.INSIDE
    assert level(SIGNED_IN, **mine) is Level.INSIDE
    assert level(**mine) is doubted
    assert level(STORED, OUTSIDE, SIGNED_IN, **mine) is doubted
    assert level(SIGNED_IN, sender=MINE, trust=trust) is doubted


def test_what_my_server_has_doubted_is_not_inside():
    assert level("Authentication-Results: mx.roth.example; spf=none", SIGNED_IN, sender=MINE, ours=True) is Level.UNVERIFIED  # fmt: skip


@pytest.mark.parametrize(
    ("hops", "expected"),
    [
        ((), Way.UNKNOWN),
        ((SIGNED_IN,), Way.SIGNED_IN),
        ((STORED, SIGNED_IN), Way.SIGNED_IN),
        ((STORED, OUTSIDE), Way.OUTSIDE),
        ((OUTSIDE, SIGNED_IN), Way.OUTSIDE),
        (("Received: by 2002:a05:6402:1 with SMTP id x", "Received: from [192.168.1.4] (dsl.example [203.0.113.4]) by smtp.gmail.com with ESMTPSA id y"), Way.SIGNED_IN),
        (("Received: from gateway ([10.0.0.7]) by mail.roth.example with ESMTP", OUTSIDE), Way.OUTSIDE),
        (("Received: from x with ESMTPSA id 9 (mail.evil.example [203.0.113.9]) by mx.roth.example with ESMTP id 2",), Way.OUTSIDE),
        (("Received: from localhost (mail.evil.example [203.0.113.9]) by mx.roth.example with ESMTP", SIGNED_IN), Way.OUTSIDE),
        (("Received: from mail.evil.example by mx.roth.example with ESMTP (with ESMTPSA)", SIGNED_IN), Way.OUTSIDE),
        (("Received: from x (x [IPv6:2001:db8::1]) by mx.roth.example with UTF8SMTPSA id 1",), Way.SIGNED_IN),
        (("Received: by mx.roth.example (Postfix, from userid 1000) id 1",), Way.UNKNOWN),
        # what the client says of itself and to whom it writes is written by it, in quotation marks, brackets and comments
        ((f'{BY_FORGER} id 1 for <"dana+ by x with esmtpsa y"@roth.example>; Tue', SIGNED_IN), Way.OUTSIDE),
        ((f'{BY_FORGER} id 1 for <"dana+ by x with lmtp y"@roth.example>; Tue', SIGNED_IN), Way.OUTSIDE),
        ((f'{BY_FORGER} (Postfix) id 1 for <"dana+)by x with esmtpsa y"@roth.example>'.replace("evil.example (", "evil( ("), SIGNED_IN), Way.OUTSIDE),
        (("Received: from x by y with esmtpsa; (evil.example [203.0.113.9]) by mx.roth.example with ESMTP id 1", SIGNED_IN), Way.OUTSIDE),
        (("Received: from [127.0.0.1] (2001:db8::9) by x.prod.outlook.com with Microsoft SMTP Server id 15", SIGNED_IN), Way.OUTSIDE),
        (("Received: from laptop (dsl.example [198.51.100.7]) (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)) by mx.roth.example with ESMTPSA id 1",), Way.SIGNED_IN),
        (("Received: from mx.roth.example ([127.0.0.1]) by imap.roth.example with LMTP id 3 (using TLS with cipher X)", SIGNED_IN), Way.SIGNED_IN),
        (("Received: from a.prod.outlook.com (2603:10a6::1) by b.prod.outlook.com with mapi id 15",), Way.UNKNOWN),
    ],
)  # fmt: skip
def test_the_way_a_message_came(hops: tuple[str, ...], expected: Way):
    assert way_of(mail(*hops)) is expected


@pytest.mark.parametrize(
    ("was", "trusted_server", "is_now"),
    [
        (Level.FORGED, True, Level.FORGED),
        (Level.UNVERIFIED, True, Level.UNKNOWN),
        (Level.UNKNOWN, True, Level.VERIFIED),
        (Level.VERIFIED, True, Level.VERIFIED),
        (Level.PROVED, True, Level.PROVED),
        (Level.FORGED, False, Level.FORGED),
        (Level.UNKNOWN, False, Level.PROVED),
    ],
)
def test_the_id_of_a_reply_of_ours_lifts_its_recipients_mail(was: Level, *, trusted_server: bool, is_now: Level):
    assert lifted(was, names_ours=True, trusted_server=trusted_server) is is_now
    assert lifted(was, names_ours=False, trusted_server=trusted_server) is was


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((), Level.PROVED),
        ((SIGNED_IN,), Level.PROVED),
        ((f"Return-Path: <{MINE}>", SIGNED_IN), Level.PROVED),
        (("Return-Path: <evil@evil.example>",), Level.UNVERIFIED),
        (("Return-Path: <>",), Level.UNVERIFIED),
        ((OUTSIDE,), Level.UNVERIFIED),
        (("Authentication-Results: mx.roth.example; spf=none",), Level.UNVERIFIED),
        (("Authentication-Results: mx.else.example; spf=none",), Level.PROVED),
    ],
)
def test_what_lies_in_sent_is_proved_unless_it_was_delivered_there(lines: tuple[str, ...], expected: Level):
    message = mail(*lines, sender=MINE)
    believed = authenticate(message, SERVER)
    found = evidence(message, believed, SERVER, ours=True)
    assert evidence_of_sent(message, believed, found, (address(MINE),)) is expected


LEAST = {
    Act.SHOW: Level.UNVERIFIED,
    Act.PUSH: Level.UNVERIFIED,
    Act.RING: Level.VERIFIED,
    Act.REPLY: Level.UNVERIFIED,
    Act.CALLER_IS_CLIENT: Level.UNVERIFIED,
    Act.CALLER_BY_NAME: Level.VERIFIED,
    Act.CALLER_ACTS: Level.UNKNOWN,
    Act.JOIN: Level.UNVERIFIED,
    Act.CANCEL: Level.UNVERIFIED,
    Act.SILENCE: Level.UNVERIFIED,
    Act.ANSWER: Level.INSIDE,
    Act.DRAFT_SENT: Level.PROVED,
    Act.STOP: Level.UNVERIFIED,
    Act.MUTE: Level.UNVERIFIED,
    Act.REPORT: Level.UNVERIFIED,
    Act.SPEND: Level.UNVERIFIED,
    Act.COUNT: Level.UNVERIFIED,
    Act.FORWARD: Level.UNKNOWN,
    Act.MARK: Level.VERIFIED,
    Act.ECHO: Level.VERIFIED,
    Act.PROPOSE: Level.UNKNOWN,
    Act.COMMAND: Level.PROVED,
}


@pytest.mark.parametrize("act", Act, ids=lambda act: act.value)
def test_each_act_needs_its_least_evidence_and_no_more(act: Act):
    assert [may(act, level) for level in Level] == [level >= LEAST[act] for level in Level]
    assert not may(act, Level.FORGED)


@pytest.mark.parametrize("act", Act, ids=lambda act: act.value)
def test_what_touches_something_needs_the_evidence_of_what_it_touches(act: Act):
    for own in Level:
        for touched in Level:
            expected = own >= LEAST[act] and (own >= touched or not ACTS[act].own)
            assert may(act, own, touched) is expected


def test_joins_cancels_passes_and_counts_are_what_touches_something():
    assert {act for act in Act if ACTS[act].own} == {Act.JOIN, Act.CANCEL, Act.SPEND, Act.COUNT}
