"""Whatever a stranger puts into names, subjects and ids: the standard parser reads the reply that was meant."""

import string
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import getaddresses, parsedate_to_datetime

from hypothesis import given
from hypothesis import strategies as st

from support.replykit import DANA, NOW, letter, variables
from triaged.core.address import Mailbox
from triaged.core.decoding import clean_line, clean_text
from triaged.core.encoding import encoded_words, text_part
from triaged.core.reply import Origin, compose, write
from triaged.core.template import Incoming, Named, Rendered

HOSTILE = st.text(
    st.one_of(
        st.sampled_from('\r\n\0\t\v\f\x85\u2028\u202e\u200b<>@,;:()"\\=?_ é王😀'),
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from(string.ascii_letters),
    ),
    max_size=200,
)
INJECTIONS = st.sampled_from(
    ["a\r\nBcc: x@evil.example", "a\nTo: x@evil.example", "a\r\n\r\nbody", "=?utf-8?q?a=0d=0aBcc=3a_x@y?=", "=?utf-8?b?YQ0KQmNjOiB4QHk=?="]
)  # fmt: skip
TEXTS = st.one_of(HOSTILE, INJECTIONS)
EXPECTED = [
    "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted", "X-Auto-Response-Suppress",
    "X-Triaged", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
]  # fmt: skip


@given(subject=TEXTS, name=TEXTS, text=TEXTS, ids=st.lists(TEXTS, max_size=30))
def test_nothing_adds_a_field_a_recipient_or_a_line(subject: str, name: str, text: str, ids: list[str]):
    raw = compose(
        letter(sender=Mailbox(DANA.address, name), origin=Origin("<m@x.example>", tuple(ids), tuple(ids))),
        Rendered(subject, text, "en"),
    )
    parsed = message_from_bytes(raw, policy=policy.compat32)
    assert parsed.keys() == EXPECTED
    assert parsed["To"] == "gary@harbor.example"
    assert getaddresses([parsed["From"].replace("\r\n", "")])[0][1] == "dana@roth.example"
    assert parsedate_to_datetime(parsed["Date"]) == NOW
    assert not parsed.defects
    assert not parsed.is_multipart()
    assert raw.isascii()
    assert raw.count(b"\r") == raw.count(b"\n") == raw.count(b"\r\n")
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    body = parsed.get_payload(decode=True)
    assert isinstance(body, bytes)
    tidied = clean_text(text.replace("\r\n", "\n").replace("\r", "\n")).rstrip("\n")
    assert body.decode() == tidied.replace("\n", "\r\n") + "\r\n"


@given(text=TEXTS, first=st.integers(1, 76))
def test_encoded_words_are_short_and_read_back(text: str, first: int):
    line = clean_line(text)
    words = encoded_words(line, first)
    assert all(len(word) <= 75 for word in words)
    assert str(make_header(decode_header(" ".join(words)))) == line


@given(text=TEXTS)
def test_a_part_never_has_long_or_bare_lines(text: str):
    part = text_part(text * 3)
    assert all(len(line) <= 78 for line in part.split(b"\r\n"))
    assert part.endswith(b"\r\n")


@given(subject=TEXTS, name=TEXTS, client=TEXTS)
def test_what_the_client_wrote_cannot_change_who_gets_the_reply(subject: str, name: str, client: str):
    source = "{{ sender.name }} {{ subject }} {{ client }} {{ messages[0].subject }}."
    made = write(
        letter(
            source,
            variables=variables(
                subject=subject[:60], sender=Named(name[:60], "gary@harbor.example"), client=Named(client[:60]),
                messages=(Incoming(subject[:60], NOW),),
            ),
        )
    )  # fmt: skip
    parsed = message_from_bytes(made.raw)
    assert parsed.get_all("To") == ["gary@harbor.example"]
    assert parsed.get_all("Cc") is None
    assert parsed.get_all("Bcc") is None
    assert len(made.rendered.subject) <= 120
    assert made.rendered.subject.isprintable() or not made.rendered.subject.isascii()
    assert "\r" not in made.rendered.subject
    assert "\n" not in made.rendered.subject
