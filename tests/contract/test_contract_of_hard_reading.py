"""Who is a client and what is read, where people's programs write From and text in ways of their own."""

import base64
from pathlib import Path

import pytest

from support.explaining import BASE, WAITS, Explained

OUTAGE = '[[rule]]\nname = "Outage"\nwhen = { text = "outage" }\nthen = "urgent"\n'
TRUSTING = BASE.replace('mode = "send"', 'mode = "send"\nauthserv_id = "mx.roth.example"')
PASSES = "mx.roth.example; dmarc=pass header.from=harbor.example; dkim=pass header.d=harbor.example"

ONE_ADDRESS = [
    "Gary Stone (mobile) <gary@harbor.example>",
    "gary@harbor.example (Gary Stone)",
    "Stone, Gary <gary@harbor.example>",
    "Harbor: Gary <gary@harbor.example>",
    "gary@harbor.example <gary@harbor.example>",
    "'gary@harbor.example' <gary@harbor.example>",
    "Gary <gary@harbor.example>,",
    "Gary Stone [Harbor] <gary@harbor.example>",
    "<gary@harbor.example",
    "Gary @ Harbor <gary@harbor.example>",
    "Gary Stone/Harbor@Notes <gary@harbor.example>",
]
TWO_ADDRESSES = [
    "Gary (gary@evil.example) <gary@harbor.example>",
    "gary@harbor.example, chef@lindenhof.example",
    "gary@harbor.example <gary@evil.example>, x",
    "=?utf-8?q?gary=40evil.example?= (x) <gary@harbor.example>",
    "gary@evil.example@harbor.example <gary@harbor.example>",
]


@pytest.mark.parametrize("sender", ONE_ADDRESS)
def test_a_from_in_which_one_address_stands_is_that_clients_and_gets_no_reply(tmp_path: Path, sender: str):
    found = Explained(tmp_path, BASE + OUTAGE + WAITS).one(sender=sender, return_path="gary@harbor.example")
    assert (found["client"], found["verdict"], found["rule"]) == ("harbor", "deferrable", "All waits")
    assert (found["reply"], found["no_reply"]) == (None, "malformed-sender")


@pytest.mark.parametrize("sender", ONE_ADDRESS)
def test_its_alarm_rings_as_any_other(tmp_path: Path, sender: str):
    found = Explained(tmp_path, BASE + OUTAGE + WAITS).one(
        sender=sender, text="Total outage!", return_path="x@y.example"
    )
    assert (found["client"], found["verdict"], found["rule"]) == ("harbor", "urgent", "Outage")


@pytest.mark.parametrize("sender", TWO_ADDRESSES)
def test_a_from_in_which_two_stand_is_nobodys(tmp_path: Path, sender: str):
    found = Explained(tmp_path, BASE + WAITS).one(sender=sender, return_path="gary@harbor.example")
    assert (found["client"], found["verdict"]) == (None, "left")


def test_two_from_fields_are_nobodys(tmp_path: Path):
    explained = Explained(tmp_path, BASE + WAITS)
    mail = explained.mail()
    mail.write_bytes(b"From: gary@harbor.example\r\n" + mail.read_bytes())
    assert explained.says(mail)[0]["client"] is None


@pytest.mark.parametrize("sender", ONE_ADDRESS)
def test_it_is_at_most_unverified_whatever_its_server_says(tmp_path: Path, sender: str):
    asks = WAITS.replace('then = "defer"', 'when = { authenticated = true }\nthen = "defer"')
    found = Explained(tmp_path, TRUSTING + asks).one(
        sender=sender, return_path="gary@harbor.example", Authentication_Results=PASSES
    )
    assert (found["client"], found["rule"]) == ("harbor", None)


def test_a_rule_and_an_always_urgent_client_know_it_by_its_address(tmp_path: Path):
    config = BASE.replace("[client.lindenhof]", '[client.lindenhof]\nalways = "urgent"')
    rule = '[[rule]]\nname = "Gary"\nwhen = { from = "gary@*" }\nthen = "leave"\n'
    explained = Explained(tmp_path, config + rule + WAITS)
    assert explained.one(sender="Stone, Gary <gary@harbor.example>")["rule"] == "Gary"
    assert explained.one(sender="Chef, Der <chef@lindenhof.example>")["verdict"] == "urgent"


def unreadable(explained: Explained) -> Path:
    return explained.mail(
        text=base64.b64encode(b"\x78\x9f\x3e\x22" + b"x" * 60).decode(),
        Content_Type="application/ms-tnef; name=winmail.dat",
        Content_Transfer_Encoding="base64",
    )


def test_what_nobody_here_can_read_is_urgent_is_not_answered_and_says_why(tmp_path: Path):
    explained = Explained(tmp_path, BASE + WAITS)
    [found] = explained.says(unreadable(explained))
    assert (found["client"], found["verdict"], found["reply"]) == ("harbor", "urgent", None)
    assert "a format that cannot be opened" in found["reason"]


def test_an_encrypted_message_in_plain_octets_is_known_by_its_name(tmp_path: Path):
    found = Explained(tmp_path, BASE + WAITS).one(
        text="MIIB", Content_Type="application/octet-stream; name=smime.p7m", Content_Transfer_Encoding="base64"
    )
    assert found["no_reply"] == "encrypted"
