"""Regular expressions that are compiled when they are first asked."""

import re

import pytest

from triaged.core.expression import Expression


@pytest.mark.parametrize("question", ["match", "search", "fullmatch"])
@pytest.mark.parametrize("text", ["", "wrote", "she WROTE", "wrote it", "nothing"])
def test_it_answers_as_re_does(question: str, text: str):
    ours, theirs = Expression("w(ro)te", re.IGNORECASE), re.compile("w(ro)te", re.IGNORECASE)
    found, expected = getattr(ours, question)(text), getattr(theirs, question)(text)
    assert (found and found.span(1)) == (expected and expected.span(1))


def test_it_is_not_read_before_it_is_asked():
    broken = Expression("(")
    with pytest.raises(re.error):
        broken.search("anything")


def test_it_is_compiled_once():
    expression = Expression("a")
    assert expression.search is expression.search
