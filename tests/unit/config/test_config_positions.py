"""Positions: the shapes of TOML one by one."""

import pytest

from triaged.config.positions import Lines, positions

DOCUMENT = '''\
# a comment
a.b = 1
"q u" = """
two lines"""
when = 2026-11-24 15:10:00

[x.y]
k = [1, { z = 'v' }]
[[r]]
n = 1
[[r.e]]
m = 2
[[r]]
[r.w]
t = true
[x]
p = 3
'''


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("a",), (2, 1), (2, 1)),
        (("a", "b"), (2, 3), (2, 7)),
        (("q u",), (3, 1), (3, 9)),
        (("when",), (5, 1), (5, 8)),
        (("x",), (16, 2), (16, 1)),
        (("x", "y"), (7, 4), (7, 1)),
        (("x", "y", "k", 1), (8, 9), (8, 9)),
        (("x", "y", "k", 1, "z"), (8, 11), (8, 15)),
        (("r",), (9, 3), (9, 1)),
        (("r", 0), (9, 3), (9, 1)),
        (("r", 0, "e", 0, "m"), (12, 1), (12, 5)),
        (("r", 1), (13, 3), (13, 1)),
        (("r", 1, "w"), (14, 4), (14, 1)),
        (("r", 1, "w", "t"), (15, 1), (15, 5)),
        (("x", "p"), (17, 1), (17, 5)),
    ],
)
def test_every_shape_has_its_line_and_column(path: tuple[str | int, ...], key: tuple[int, int], value: tuple[int, int]):
    found, lines = positions(DOCUMENT)[path], Lines(DOCUMENT)
    assert (lines.of(found.key), lines.of(found.value)) == (key, value)


def test_it_is_linear_in_the_text():
    text = "a = [" + "{ b = 1 }, " * 20_000 + "]\n"
    assert len(positions(text)) == 40_002
