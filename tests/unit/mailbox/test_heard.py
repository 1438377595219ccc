"""What servers say is repeated as one line, and without what they were told in confidence."""

import base64

import pytest

from triaged.core.bearer import oauthbearer, xoauth2
from triaged.core.heard import Hidden, heard

SECRET = 'hunt"er2 ü'
HIDDEN = Hidden("dana@roth.example", SECRET)


def b64(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def test_what_is_heard_is_one_short_printable_line():
    assert heard(b"a\r\nb\x00c\x1b[31m\xc2\x9bd") == "a b c [31m d"
    assert heard("gnp\u202egpj.exe\u200b \u2028next\ud800") == "gnpgpj.exe next?"
    assert len(heard("y" * 10_000)) == 301


@pytest.mark.parametrize(
    "echo",
    [
        f"LOGIN dana {SECRET}",
        'LOGIN dana "hunt\\"er2 ü"',
        f"AUTHENTICATE PLAIN {b64(chr(0) + 'dana@roth.example' + chr(0) + SECRET)}",
        f"AUTH PLAIN {b64('dana@roth.example' + chr(0) + 'dana@roth.example' + chr(0) + SECRET)}",
        f"334 {b64(SECRET)}",
        f"unknown: {b64(xoauth2('dana@roth.example', SECRET))}",
        f"unknown: {b64(oauthbearer('dana@roth.example', SECRET))}",
        "password=hunt%22er2%20%C3%BC",
        "password=hunt%22er2+%C3%BC&x=1",
    ],
)
def test_no_form_of_a_secret_is_repeated(echo: str):
    told = HIDDEN.out_of(f"BAD [X] {echo} is no command")
    assert told.startswith("BAD [X] ")
    assert told.endswith(" is no command")
    for form in (SECRET, "hunt", b64(SECRET)[:6], b64(SECRET).rstrip("=")[-6:], "hunt%22"):
        assert form not in told


@pytest.mark.parametrize("cut", [slice(0, 30), slice(10, None), slice(7, 27)])
def test_a_part_of_a_long_one_is_not_repeated_either(cut: slice):
    token = "ya29.a0AfH6SMBx-token-of-some-length"
    hidden = Hidden("dana", token)
    for form in (token, b64(xoauth2("dana", token)), b64(f"\0dana\0{token}")):
        assert hidden.out_of(f"NO what is {form[cut]}?") == "NO what is …?"


def test_what_is_no_secret_is_repeated_as_it_is():
    said = "[AUTHENTICATIONFAILED] Invalid credentials for dana@roth.example (Failure) AGRhbmE="
    assert HIDDEN.out_of(said) == said
    assert Hidden("dana", "").out_of(said) == said
    assert "hunter2" not in repr(Hidden("dana", "hunter2"))
