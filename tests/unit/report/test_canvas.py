"""What pictures are drawn with."""

from xml.etree.ElementTree import fromstring

import pytest

from triaged.report.canvas import Canvas, Frame, round_steps

FRAME = Frame((120, 60), left=10, right=110, top=10, bottom=50, across=(0, 10), up=(0, 4))


@pytest.mark.parametrize(
    ("highest", "whole", "steps"),
    [
        (15.75, False, (0, 5, 10, 15)),
        (1.05, False, (0, 0.2, 0.4, 0.6, 0.8, 1.0)),
        (6, False, (0, 1, 2, 3, 4, 5, 6)),
        (42, True, (0, 10, 20, 30, 40)),
        (1.05, True, (0, 1)),
        (0.001, False, (0,)),
    ],
)
def test_the_values_beside_a_picture_are_few_and_round(highest: float, whole: bool, steps: tuple[float, ...]):  # noqa: FBT001
    assert round_steps(highest, whole=whole) == pytest.approx(steps)


def test_values_lie_between_the_axes_and_what_is_too_high_at_the_top():
    assert FRAME.place(0, 0) == (10, 50)
    assert FRAME.place(10, 4) == (110, 10)
    assert FRAME.place(5, 400) == (60, 10)


def test_an_axis_whose_values_grow_downwards_has_the_first_at_the_top():
    days = Frame((120, 60), left=10, right=110, top=10, bottom=50, across=(0, 24), up=(6.5, -0.5))
    assert days.place(12, 3) == (60, 30)
    assert days.place(0, -0.5)[1] == 10


def test_words_in_a_picture_are_text_whatever_is_in_them():
    canvas = Canvas(FRAME)
    canvas.below([(0, "<b>"), (10, "&")], "a & b")
    drawn = fromstring(canvas.markup("p1", "How <long>", 'It said "no" & left'))
    svg = "{http://www.w3.org/2000/svg}"
    assert [text.text for text in drawn.iter(f"{svg}text")] == ["<b>", "&", "a & b"]
    assert [drawn.findtext(f"{svg}{told}") for told in ("title", "desc")] == ["How <long>", 'It said "no" & left']
    assert drawn.get("aria-labelledby") == "p1-title p1-told"
