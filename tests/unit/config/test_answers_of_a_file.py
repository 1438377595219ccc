"""What `init --from` may be given, and what is wrong with it told at its place."""

from pathlib import Path

import pytest

from triaged.config import read_answers


def written(folder: Path, text: str) -> Path:
    file = folder / "answers.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_answers_have_the_names_of_their_questions_and_their_places(tmp_path: Path):
    file = written(
        tmp_path,
        'address = ["dana@roth.example", "d@roth.example"]\nhours = "09:00-17:00"\n[calls]\nharbor = ["fri 10:00", "tue 9:00"]\n'
        '[text]\nde = """\nHallo NAME\n"""\n[password]\nenv = "X"\n',
    )
    found, problems = read_answers(file)
    assert problems == ()
    assert {name: answer for name, (answer, _) in found.items()} == {
        "address": "dana@roth.example, d@roth.example", "hours": "09:00-17:00", "calls.harbor": "fri 10:00; tue 9:00",
        "text.de": "Hallo NAME\n", "password.env": "X",
    }  # fmt: skip
    assert str(found["hours"][1]) == f"{file}:2:9"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('adress = "x"\n', ':1:1: error: unknown key "adress"; did you mean "address"?'),
        ("hours = 9\n", ":1:9: error: hours is a text"),
        ('calls = "fri 10:00"\n', ":1:9: error: calls is a table: by client"),
        ('password = { text = "secret" }\n', 'unknown key "text": write one of file'),
        ("address = \n", ":1:"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_what_to_write(tmp_path: Path, text: str, told: str):
    _, problems = read_answers(written(tmp_path, text))
    assert told in "\n".join(map(str, problems))
