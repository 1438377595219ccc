"""A draft is recognised by what it says, however a mail client wraps it and whatever a person adds."""

import pytest

from triaged.core.retyped import still_says

DRAFT = "Hello Gary,\n\nI have your message. Can it wait until our call on Friday 28 November at 10:00?\n"


@pytest.mark.parametrize(
    "text",
    [
        DRAFT,
        DRAFT.replace("Can it", "Can\nit").upper(),
        "Dear Gary,\n\nI have your message. Can it wait until our call on Friday 28 November at 10:00? Sorry!\n\nDana\n",
    ],
)
def test_what_was_wrapped_or_added_to_still_says_it(text: str):
    assert still_says(text, DRAFT)


@pytest.mark.parametrize("text", ["", "Hello Gary,\n\nthe boiler is repaired on Friday 28 November.\n", "Hello Gary"])
def test_an_answer_of_its_own_does_not(text: str):
    assert not still_says(text, DRAFT)


def test_an_empty_draft_is_never_recognised():
    assert not still_says(DRAFT, "")
    assert not still_says("", "")


def test_a_draft_of_three_words_is():
    assert still_says("It can wait. Dana", "it can wait") is False
    assert still_says("It can wait.", "it can wait")
