"""`log_addresses = false`: addresses of people are told by their first letter and domain, in the log and on the phone."""

import pytest

from triaged.core.address import shortened
from triaged.log.events import captured


@pytest.mark.parametrize(("text", "short"), [
    ("gary@harbor.example", "g…@harbor.example"),
    ("Gary <gary.miller+x@harbor.example>, may@b.example", "Gary <g…@harbor.example>, m…@b.example"),
    ("550 5.1.1 <a@b.example>: no such user", "550 5.1.1 <a…@b.example>: no such user"),
    ("müller@grün.example", "m…@grün.example"),
    ("no address here @ all", "no address here @ all"),
    ("at 10:00 @everyone", "at 10:00 @everyone"),
    ("", ""),
])  # fmt: skip
def test_an_address_is_told_by_its_first_letter_and_its_domain(text: str, short: str):
    assert shortened(text) == short


def test_a_line_names_nobody_whole_and_keeps_its_message_id():
    events, lines = captured()
    events.threshold.addresses = False
    events.emit(
        "reply.failed",
        sender="gary@harbor.example",
        to="gary@harbor.example",
        subject="write to may@harbor.example",
        error="550 <gary@harbor.example> unknown",
        message_id="<1@harbor.example>",
    )
    [line] = lines
    assert line["sender"] == line["to"] == "g…@harbor.example"
    assert line["subject"] == "write to m…@harbor.example"
    assert line["error"] == "550 <g…@harbor.example> unknown"
    assert line["message_id"] == "<1@harbor.example>"


def test_unless_it_is_asked_for_they_are_told_whole():
    events, lines = captured()
    events.emit("reply.sent", to="gary@harbor.example")
    assert lines[0]["to"] == "gary@harbor.example"
