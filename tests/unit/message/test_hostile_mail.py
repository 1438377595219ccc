"""Hostile mail of every class is read to the end, without an exception, with its defects named."""

import pytest

import nasty
from triaged.core.authres import Trust, authenticate
from triaged.core.kinds import is_automatic, is_stop, kinds_of
from triaged.core.message import DEFECTS, Message, read_raw
from triaged.core.telephone import Callers, read_notice


def everything(message: Message) -> tuple[object, ...]:
    """Ask a message for all it has, and every reader that looks at messages for what it finds."""
    kinds = kinds_of(message, read_notice(message, Callers(region="DE"), authenticated=True))
    return (
        *(message.digest, message.message_id, message.references, message.date, message.received, message.sender),
        *(
            message.return_path,
            message.submitter,
            message.reply_to,
            message.to,
            message.cc,
            message.bcc,
        ),
        *(message.subject, message.bare_subject, message.text, message.new_text, message.cuts, message.words),
        *(message.part_types, message.attachments, message.defects),
        *(
            is_automatic(message, kinds),
            is_stop(message, "de"),
            authenticate(message, Trust(("mx.roth.example", "microsoft365"))),
        ),
    )


@pytest.mark.timeout(30)  # what is not linear takes minutes
@pytest.mark.parametrize("name", nasty.CLASSES)
def test_a_class_of_hostile_mail_is_read(name: str) -> None:
    message = read_raw(nasty.CLASSES[name]())

    assert len(everything(message)) == 24
    assert set(message.defects) <= set(DEFECTS)
    assert len(message.text) <= 200_000


@pytest.mark.parametrize(
    ("name", "defect"),
    [
        ("a subject of a megabyte", "limit-header"),
        ("fifty thousand fields", "limit-fields"),
        ("ten thousand addresses folded", "limit-addresses"),
        ("multiparts five thousand deep", "limit-depth"),
        ("a hundred thousand parts", "limit-parts"),
        ("a hundred thousand parameters", "limit-field"),
        ("megabytes in one line", "limit-text"),
        ("NUL everywhere", "nul"),
        ("an unclosed quote in From", "malformed-from"),
    ],
)
def test_what_exceeds_a_limit_says_which(name: str, defect: str) -> None:
    assert defect in read_raw(nasty.CLASSES[name]()).defects


def test_a_boundary_that_begins_another_is_not_taken_for_it() -> None:
    assert read_raw(nasty.CLASSES["a boundary that begins another"]()).text.strip() == "yes"
